//! `/`: leads everybody to where they begin.

use actix_session::SessionExt;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::storage::users;
use crate::web::access::people::{SignedIn, Viewer};
use crate::web::error::WebError;
use crate::web::{page, session};

/// `GET /`: a fresh installation to its set-up, a stranger to the sign-in, anybody else to the program they used last.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn lead(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, WebError> {
    if app.read(users::count).await? == 0 {
        return Ok(page::see_other("/set-up"));
    }
    match SignedIn::read(&request).await {
        Ok(person) => Ok(home(&app, &person).map_or_else(|| no_program(&request), |home| page::see_other(&home))),
        Err(WebError::SignInFirst(_)) => Ok(page::see_other("/sign-in")),
        Err(other) => Err(other),
    }
}

/// `GET /admin/{program}`: the program's first page.
pub async fn enter(viewer: Viewer) -> HttpResponse {
    page::see_other(&format!("/admin/{}/dashboard", viewer.program.slug))
}

/// The page a signed-in person begins with: the dashboard of the program they used last, or of their first one. None
/// when they work in no program.
#[must_use]
pub fn home(app: &App, person: &SignedIn) -> Option<String> {
    let catalogue = app.catalogue();
    let theirs = |id| person.memberships.iter().any(|membership| membership.program_id == id);
    let last = person.last_program.filter(|program| theirs(*program));
    let program = last.or_else(|| person.memberships.first().map(|membership| membership.program_id));
    let program = catalogue.program(program?)?;
    Some(format!("/admin/{}/dashboard", program.slug))
}

#[derive(Template)]
#[template(path = "no_program.html")]
struct NoProgramPage {
    form_token: String,
}

fn no_program(request: &HttpRequest) -> HttpResponse {
    let form_token = session::form_token(&request.get_session()).unwrap_or_default();
    page::ok(&NoProgramPage { form_token })
}
