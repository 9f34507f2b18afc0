//! Changing one's own password, and showing that it is still oneself.

use actix_session::Session;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::{SecurityPage, address};
use crate::app::App;
use crate::domain::audit::Action;
use crate::operations::audit::note;
use crate::operations::change_password::{NotChanged, change_password};
use crate::operations::sign_in::ConfirmedPassword;
use crate::recorder::WriteError;
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::new_password;
use crate::web::admin::sign_in::Problem;
use crate::web::client_address::client_address;
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page;
use crate::web::session::{self, SignedInFrom};

const WRONG: &str = "This is not your current password.";

/// The person's word that it is still them, from the password in `field`; or what stands in the way.
pub(super) async fn ask(
    app: &App,
    seat: &Seat,
    request: &HttpRequest,
    posted: &Posted,
    field: &str,
) -> Result<Result<ConfirmedPassword, Problem>, WebError> {
    let from = client_address(request, &app.trusted_proxies);
    match app.confirm_password(seat.user.id, posted.text(field).to_owned(), from).await {
        Ok(confirmed) => Ok(Ok(confirmed)),
        Err(refused) => Ok(Err(Problem::of(refused, WRONG)?)),
    }
}

/// The same for a form on the security page: what stands in the way is that page, with the sentence at the field.
pub(super) async fn confirm(
    app: &App,
    seat: &Seat,
    request: &HttpRequest,
    posted: &Posted,
    field: &'static str,
) -> Result<Result<ConfirmedPassword, HttpResponse>, WebError> {
    let problem = match ask(app, seat, request, posted, field).await? {
        Ok(confirmed) => return Ok(Ok(confirmed)),
        Err(problem) => problem,
    };
    let mut errors = Errors::default();
    errors.add(field, problem.sentence.clone());
    Ok(Err(problem.answer(&SecurityPage::new(app, seat, request, errors).await?)))
}

/// `POST /admin/{program}/settings/security/password`: signs every other browser out; this one goes on under a new key.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn change(
    app: Data<App>,
    viewer: Viewer,
    request: HttpRequest,
    browser: Session,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let confirmed = match confirm(&app, &viewer, &request, &posted, "current_password").await? {
        Ok(confirmed) => confirmed,
        Err(shown) => return Ok(shown),
    };
    let about = vec![viewer.user.name.clone(), viewer.user.email.clone(), viewer.program.name.clone()];
    let mut errors = Errors::default();
    let Some(new) = new_password::read(&app, &posted, "new_password", about, &mut errors).await? else {
        return Ok(page::unprocessable(&SecurityPage::new(&app, &viewer, &request, errors).await?));
    };
    let (env, act) = (app.environment.clone(), viewer.act_on_oneself(Action::PasswordChanged));
    let changed = app.recorder.write(move |write| {
        let known = change_password(write, &env, &confirmed, &new)?;
        note(write, &env, &act)?;
        Ok(known)
    });
    match changed.await {
        Ok(known) => {
            session::begin(&browser, &app, &known, &SignedInFrom::read(&app, &request))?;
            Ok(page::see_other_with(&address(&viewer), Notice::PasswordChanged))
        }
        // Whoever changed it has ended this session as well.
        Err(WriteError::Refused(NotChanged::Meanwhile)) => Err(WebError::sign_in_first(&request)),
        Err(WriteError::Refused(NotChanged::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
    }
}
