//! Settings → Security: one's own password, second factor and sessions. It is the same in every program.

pub mod password;
pub mod sessions;
pub mod totp;

use actix_session::SessionExt;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::storage::{recovery_codes, sessions as rows, users};
use crate::web::access::people::{Seat, Viewer};
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};

/// What stands on the page besides the sessions.
#[derive(Template)]
#[template(path = "settings/security.html")]
struct SecurityPage {
    frame: Frame,
    email: String,
    password_changed: String,
    has_totp: bool,
    codes_left: i64,
    sessions: Vec<sessions::SessionLine>,
    errors: Errors,
}

impl SecurityPage {
    async fn new(app: &App, seat: &Seat, request: &HttpRequest, errors: Errors) -> Result<Self, WebError> {
        let user = seat.user.id;
        let found = app.read(move |conn| {
            let person = users::find(conn, user)?;
            Ok((person, recovery_codes::count_unused(conn, user)?, rows::of_user(conn, user)?))
        });
        let (person, codes_left, rows) = found.await?;
        let person = person.ok_or(WebError::NotFound)?;
        let (now, zone) = (app.environment.clock.now(), &seat.program.zone);
        Ok(Self {
            frame: Frame::new(seat, Section::Settings, request),
            email: person.email,
            password_changed: crate::web::filters::day(person.password_changed_at, zone),
            has_totp: person.totp_sealed.is_some(),
            codes_left,
            sessions: sessions::lines(&rows, &request.get_session(), now, zone),
            errors,
        })
    }
}

/// `GET /admin/{program}/settings/security`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn show(app: Data<App>, viewer: Viewer, request: HttpRequest) -> Result<HttpResponse, WebError> {
    Ok(page::ok(&SecurityPage::new(&app, &viewer, &request, Errors::default()).await?))
}

/// Where the page is.
fn address(seat: &Seat) -> String {
    format!("/admin/{}/settings/security", seat.program.slug)
}
