//! `/`: leads everybody to where they begin.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::storage::users;
use crate::web::access::people::SignedIn;
use crate::web::error::WebError;
use crate::web::page;

/// `GET /`: a fresh installation to its set-up, a stranger to the sign-in, anybody else to the program they used last.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn lead(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, WebError> {
    if app.read(users::count).await? == 0 {
        return Ok(page::see_other("/set-up"));
    }
    match SignedIn::read(&request).await {
        Ok(person) => Ok(page::see_other(&home(&app, &person))),
        Err(WebError::SignInFirst(_)) => Ok(page::see_other("/sign-in")),
        Err(other) => Err(other),
    }
}

/// The page a signed-in person begins with: the campaigns of the program they used last, or of their first one.
#[must_use]
pub fn home(app: &App, person: &SignedIn) -> String {
    let catalogue = app.catalogue();
    let theirs = |id| person.memberships.iter().any(|membership| membership.program_id == id);
    let last = person.last_program.filter(|program| theirs(*program));
    let program = last.or_else(|| person.memberships.first().map(|membership| membership.program_id));
    let program = program.and_then(|program| catalogue.program(program));
    program.map_or_else(|| "/no-program".to_owned(), |program| format!("/admin/{}/campaigns", program.slug))
}
