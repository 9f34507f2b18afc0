//! The second factor: on with the password and a right code, off with the password, recovery codes shown once. A browser
//! that was left open must not be enough to shut its owner out.
//!
//! The secret that is being added lies in the form, sealed for its person, and in the QR code; it is in the database only
//! once a code has shown that an authenticator has it.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::address;
use super::password::{ask, confirm};
use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::readable_code::ReadableCode;
use crate::operations::audit::note;
use crate::operations::second_factor::{
    self, Enrolment, NotEnrolled, begin_enrolment, enrol, regenerate_recovery_codes, resume_enrolment,
};
use crate::recorder::WriteError;
use crate::storage::error::StorageError;
use crate::storage::users;
use crate::web::access::people::{Seat, Viewer};
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};
use crate::web::qr::Square;

#[derive(Template)]
#[template(path = "settings/security/totp.html")]
struct TotpPage {
    frame: Frame,
    square: Square,
    secret: String,
    sealed: String,
    email: String,
    errors: Errors,
}

impl TotpPage {
    fn new(seat: &Seat, request: &HttpRequest, enrolment: Enrolment, errors: Errors) -> Result<Self, WebError> {
        let square = Square::of(&enrolment.secret.address(&seat.user.email));
        let square = square.ok_or_else(|| WebError::Failed("the QR code is too small for the address".to_owned()))?;
        let frame = Frame::new(seat, Section::Settings, request);
        Ok(Self {
            frame,
            square,
            secret: in_groups(&enrolment.secret.reveal()),
            sealed: enrolment.sealed,
            email: seat.user.email.clone(),
            errors,
        })
    }
}

#[derive(Template)]
#[template(path = "settings/security/recovery_codes.html")]
struct RecoveryCodesPage {
    frame: Frame,
    codes: Vec<String>,
}

impl RecoveryCodesPage {
    /// Shows codes for the only time.
    fn answer(seat: &Seat, request: &HttpRequest, codes: &[ReadableCode]) -> HttpResponse {
        let codes = codes.iter().map(ReadableCode::reveal).collect();
        page::ok(&Self { frame: Frame::new(seat, Section::Settings, request), codes })
    }
}

/// Four characters at a time, for whoever types them.
fn in_groups(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// `GET /admin/{program}/settings/security/totp`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn form(app: Data<App>, viewer: Viewer, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let user = viewer.user.id;
    let person = app.read(move |conn| users::find(conn, user)).await?.ok_or(WebError::NotFound)?;
    if person.totp_sealed.is_some() {
        return Ok(page::see_other(&address(&viewer)));
    }
    let enrolment = begin_enrolment(&app.environment, user);
    Ok(page::ok(&TotpPage::new(&viewer, &request, enrolment, Errors::default())?))
}

/// `POST /admin/{program}/settings/security/totp`.
///
/// # Errors
/// [`WebError`] when the form was meddled with, or the database is away.
pub async fn turn_on(
    app: Data<App>,
    viewer: Viewer,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (env, user) = (app.environment.clone(), viewer.user.id);
    let (sealed, code) = (posted.text("sealed").to_owned(), posted.text("code").to_owned());
    if sealed.is_empty() {
        return Err(WebError::Malformed);
    }
    let enrolment = resume_enrolment(&env, user, &sealed).ok_or(WebError::FormOutdated)?;
    if let Err(problem) = ask(&app, &viewer, &request, &posted, "password").await? {
        let mut errors = Errors::default();
        errors.add("password", problem.sentence.clone());
        return Ok(problem.answer(&TotpPage::new(&viewer, &request, enrolment, errors)?));
    }
    let act = viewer.act_on_oneself(Action::SecondFactorOn);
    let enrolled = app.recorder.write(move |write| {
        let codes = enrol(write, &env, user, &sealed, &code)?;
        note(write, &env, &act)?;
        Ok(codes)
    });
    match enrolled.await {
        Ok(codes) => Ok(RecoveryCodesPage::answer(&viewer, &request, &codes)),
        Err(WriteError::Refused(wrong @ NotEnrolled::WrongCode)) => {
            let mut errors = Errors::default();
            errors.add("code", format!("The code {wrong}."));
            Ok(page::unprocessable(&TotpPage::new(&viewer, &request, enrolment, errors)?))
        }
        Err(WriteError::Refused(NotEnrolled::Already)) => Ok(page::see_other(&address(&viewer))),
        Err(WriteError::Refused(NotEnrolled::Foreign)) => Err(WebError::FormOutdated),
        Err(WriteError::Refused(NotEnrolled::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
    }
}

/// `POST /admin/{program}/settings/security/totp/removal`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn turn_off(
    app: Data<App>,
    viewer: Viewer,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    match confirm(&app, &viewer, &request, &posted, "removal_password").await? {
        Err(shown) => Ok(shown),
        Ok(confirmed) => {
            let (env, act) = (app.environment.clone(), viewer.act_on_oneself(Action::SecondFactorOff));
            let turned_off = app.recorder.write(move |write| {
                second_factor::turn_off(write, &confirmed)?;
                note(write, &env, &act)
            });
            turned_off.await?;
            Ok(page::see_other_with(&address(&viewer), Notice::TotpOff))
        }
    }
}

/// `POST /admin/{program}/settings/security/recovery-codes`.
///
/// # Errors
/// [`WebError`] when the second factor is off, or the database is away.
pub async fn new_codes(
    app: Data<App>,
    viewer: Viewer,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    match confirm(&app, &viewer, &request, &posted, "codes_password").await? {
        Err(shown) => Ok(shown),
        Ok(confirmed) => {
            let (env, act) = (app.environment.clone(), viewer.act_on_oneself(Action::RecoveryCodesMade));
            let made = app.recorder.write(move |write| {
                let made = regenerate_recovery_codes(write, &env, &confirmed)?;
                if made.is_some() {
                    note(write, &env, &act)?;
                }
                Ok::<_, StorageError>(made)
            });
            let codes = made.await?.ok_or(WebError::NotFound)?;
            Ok(RecoveryCodesPage::answer(&viewer, &request, &codes))
        }
    }
}
