//! Signing in and out.

use actix_session::Session;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use argon2::{Argon2, PasswordHash, PasswordVerifier};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::domain::handle::{EmailAddress, NetworkPrefix};
use crate::storage::users;
use crate::web::client_address::client_address;
use crate::web::error::WebError;
use crate::web::form::Posted;
use crate::web::notice::Notice;
use crate::web::page;
use crate::web::session::{self, SignedInFrom};
use crate::web::stranger::Welcome;

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct SignInPage {
    welcome: Welcome,
    email: String,
    next: String,
    refused: bool,
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`.
pub async fn form(app: Data<App>, request: HttpRequest, query: Query<Next>) -> HttpResponse {
    let welcome = Welcome::new(&app, &request);
    let shown = SignInPage { welcome, email: String::new(), next: query.into_inner().next, refused: false };
    shown.welcome.leave_on(page::ok(&shown))
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
    let email = posted.text("email").trim().to_owned();
    let password = posted.text("password").to_owned();
    let known = EmailAddress::parse(&email).ok();
    let found = match known {
        Some(known) => app.read(move |conn| users::find_by_email(conn, &known)).await?,
        None => None,
    };
    let hash = found.as_ref().map(|person| person.password_hash.clone());
    let right = tokio::task::spawn_blocking(move || {
        let hash = hash?;
        Argon2::default().verify_password(password.as_bytes(), &PasswordHash::new(&hash).ok()?).ok()
    });
    let right = right.await.ok().flatten().is_some();
    match found {
        Some(person) if right => {
            session::begin(&browser, &app, person.id, &signed_in_from(&app, &request))?;
            Ok(page::see_other(page::local_path(posted.text("next")).unwrap_or("/")))
        }
        _ => {
            let welcome = Welcome::new(&app, &request);
            let shown = SignInPage { welcome, email, next: posted.text("next").to_owned(), refused: true };
            Ok(shown.welcome.leave_on(page::unprocessable(&shown)))
        }
    }
}

/// What the list of sessions will say of this browser.
fn signed_in_from(app: &App, request: &HttpRequest) -> SignedInFrom {
    let agent = request.headers().get(actix_web::http::header::USER_AGENT);
    let browser: String = agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default().chars().take(200).collect();
    let address = client_address(request, &app.trusted_proxies).map(NetworkPrefix::of);
    SignedInFrom { browser, network: address.map_or_else(String::new, |network| network.as_str().to_owned()) }
}

/// `POST /sign-out`.
pub async fn sign_out(browser: Session, _posted: Posted) -> HttpResponse {
    browser.purge();
    page::see_other_with("/sign-in", Notice::SignedOut)
}
