//! The second step: a code of the authenticator, or one on paper.

use actix_session::Session;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{Next, Problem, let_in};
use crate::app::App;
use crate::operations::sign_in::{SignInRefused, give_code};
use crate::recorder::WriteError;
use crate::web::client_address::client_address;
use crate::web::error::WebError;
use crate::web::form::Posted;
use crate::web::notice::Notice;
use crate::web::stranger::Welcome;
use crate::web::{page, session};

const WRONG: &str = "That code is not right, or it was used before. Type the one that is shown now.";

#[derive(Template)]
#[template(path = "sign_in/code.html")]
struct CodePage {
    welcome: Welcome,
    next: String,
    problem: String,
}

/// Where the code is asked for, on the way to `next`.
pub(super) fn address(next: &str) -> String {
    let target = Next::target(next);
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", target).finish();
    format!("/sign-in/code?{query}")
}

/// `GET /sign-in/code`, for who has given the right password with this browser.
pub async fn form(app: Data<App>, request: HttpRequest, browser: Session, query: Query<Next>) -> HttpResponse {
    if session::owing(&browser, app.environment.clock.now()).is_none() {
        return page::see_other("/sign-in");
    }
    let welcome = Welcome::new(&app, &request);
    let shown = CodePage { welcome, next: query.into_inner().next, problem: String::new() };
    shown.welcome.leave_on(page::ok(&shown))
}

/// `POST /sign-in/code`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn give(
    app: Data<App>,
    request: HttpRequest,
    browser: Session,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let Some(known) = session::owing(&browser, app.environment.clock.now()) else {
        return Ok(begin_again(&browser));
    };
    let (env, code) = (app.environment.clone(), posted.text("code").trim().to_owned());
    let from = client_address(&request, &app.trusted_proxies);
    let given = app.recorder.write(move |write| give_code(write, &env, &known, &code, from)).await;
    let next = posted.text("next");
    let problem = match given {
        Ok(Some(known)) => return let_in(&app, &request, &browser, &known, Next::target(next)),
        Ok(None) => Problem::wrong(WRONG),
        Err(WriteError::Refused(SignInRefused::Wrong)) => return Ok(begin_again(&browser)),
        Err(refused) => Problem::of(refused, WRONG)?,
    };
    let welcome = Welcome::new(&app, &request);
    let shown = CodePage { welcome, next: next.to_owned(), problem: problem.sentence.clone() };
    Ok(shown.welcome.leave_on(problem.answer(&shown)))
}

fn begin_again(browser: &Session) -> HttpResponse {
    browser.purge();
    page::see_other_with("/sign-in", Notice::SignInAgain)
}
