//! Signing in and out.
//!
//! Which of address and password was wrong is not said, nor whether anybody has the address: the sentence is the same, and so
//! is the time it takes. Too many wrong attempts are answered with the time to wait, without a look at the password.

pub mod code;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::app::people::Credentials;
use crate::domain::audit::{Act, Action, AuditActor};
use crate::operations::audit::note;
use crate::operations::sign_in::{Known, SignInRefused};
use crate::operations::throttle::Throttled;
use crate::recorder::WriteError;
use crate::storage::users;
use crate::web::access::people::SignedIn;
use crate::web::client_address::client_address;
use crate::web::error::WebError;
use crate::web::form::Posted;
use crate::web::notice::Notice;
use crate::web::page;
use crate::web::session::{self, SignedInFrom};
use crate::web::stranger::Welcome;

/// What is said of every wrong attempt.
const WRONG: &str = "E-mail and password do not match. Check both and try again.";

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct SignInPage {
    welcome: Welcome,
    email: String,
    next: String,
    problem: String,
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    /// A page of ours, or the start.
    fn target(next: &str) -> &str {
        page::local_path(next).unwrap_or("/")
    }
}

/// `GET /sign-in`: leads on who is signed in already, and to the set-up while nobody can be.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn form(app: Data<App>, request: HttpRequest, query: Query<Next>) -> Result<HttpResponse, WebError> {
    let next = query.into_inner().next;
    match SignedIn::read(&request).await {
        Ok(_) => return Ok(page::see_other(Next::target(&next))),
        Err(WebError::SignInFirst(_)) => {}
        Err(other) => return Err(other),
    }
    if app.read(users::count).await? == 0 {
        return Ok(page::see_other("/set-up"));
    }
    let welcome = Welcome::new(&app, &request);
    let shown = SignInPage { welcome, email: String::new(), next, problem: String::new() };
    Ok(shown.welcome.leave_on(page::ok(&shown)))
}

/// `POST /sign-in`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn sign_in(
    app: Data<App>,
    request: HttpRequest,
    browser: Session,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (email, next) = (posted.text("email").trim().to_owned(), posted.text("next").to_owned());
    let from = client_address(&request, &app.trusted_proxies);
    let credentials = Credentials { email: email.clone(), password: posted.text("password").to_owned(), from };
    let problem = match app.sign_in(credentials).await {
        Ok(known) if known.owes_code => {
            session::begin_owing(&browser, &app, &known)?;
            return Ok(page::see_other(&code::address(&next)));
        }
        Ok(known) => return let_in(&app, &request, &browser, &known, Next::target(&next)),
        Err(refused) => Problem::of(refused, WRONG)?,
    };
    let welcome = Welcome::new(&app, &request);
    let shown = SignInPage { welcome, email, next, problem: problem.sentence.clone() };
    Ok(shown.welcome.leave_on(problem.answer(&shown)))
}

/// Begins the session of somebody who has shown who they are.
fn let_in(
    app: &App,
    request: &HttpRequest,
    browser: &Session,
    known: &Known,
    next: &str,
) -> Result<HttpResponse, WebError> {
    session::begin(browser, app, known, &SignedInFrom::read(app, request))?;
    Ok(page::see_other(next))
}

/// `POST /sign-out`.
///
/// # Errors
/// [`WebError`] when the database is away: whoever is told that they are signed out must be.
pub async fn sign_out(app: Data<App>, browser: Session, _posted: Posted) -> Result<HttpResponse, WebError> {
    if let Some((user, _)) = session::user(&browser) {
        let (env, act) = (app.environment.clone(), Act::outside(AuditActor::User(user), Action::SignedOut));
        app.recorder.write(move |write| note(write, &env, &act)).await?;
    }
    browser.purge();
    Ok(page::see_other_with("/sign-in", Notice::SignedOut))
}

/// What stands in the way of somebody who guesses, for a form that is shown again.
pub struct Problem {
    /// What to say.
    pub sentence: String,
    wait: Option<u64>,
}

impl Problem {
    /// A wrong guess, which `wrong` says, or one too many.
    ///
    /// # Errors
    /// [`WebError`] for everything that is not about the guess.
    pub fn of(refused: WriteError<SignInRefused>, wrong: &str) -> Result<Self, WebError> {
        match refused {
            WriteError::Refused(SignInRefused::Wrong) => Ok(Self::wrong(wrong)),
            WriteError::Refused(SignInRefused::Throttled(throttled)) => Ok(Self::too_many(throttled)),
            WriteError::Refused(SignInRefused::Hashing(error)) => Err(WebError::Failed(error.to_string())),
            WriteError::Refused(SignInRefused::Storage(error)) => Err(error.into()),
            WriteError::NotRecorded(reason) => Err(reason.into()),
        }
    }

    /// A wrong guess.
    #[must_use]
    pub fn wrong(sentence: &str) -> Self {
        Self { sentence: sentence.to_owned(), wait: None }
    }

    /// One guess too many; it was not looked at.
    #[must_use]
    pub fn too_many(throttled: Throttled) -> Self {
        let wait = throttled.wait.as_millis().div_ceil(1_000).max(1);
        let sentence = format!("There were {throttled}, then try again.");
        Self { sentence, wait: u64::try_from(wait).ok() }
    }

    /// The form with its problem: 422, or 429 with the time to wait.
    #[must_use]
    pub fn answer(&self, shown: &impl Template) -> HttpResponse {
        let Some(wait) = self.wait else {
            return page::unprocessable(shown);
        };
        let mut answer = page::with_status(StatusCode::TOO_MANY_REQUESTS, shown);
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
        answer
    }
}
