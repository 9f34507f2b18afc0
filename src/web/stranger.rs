//! Forms for people who are not signed in: set-up, sign-in, an invitation.
//!
//! They have no session, so their form's token is bound to a random cookie instead: the token is its keyed hash, which
//! nobody else can compute for a cookie of their choosing. Nothing is stored. Who is signed in and comes to such a page all
//! the same, as to an invitation, gets the token of their session there.

use actix_session::SessionExt;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::notice::Notice;
use super::{session, theme};
use crate::app::App;

const COOKIE: &str = "accrue_form";

/// What stands around a page for a stranger.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// What the page's forms carry.
    pub form_token: String,
    /// What the last action came to, if it has not been said yet.
    pub notice: Option<Notice>,
    /// The theme chosen with this browser, if not the system's.
    pub theme: Option<&'static str>,
    cookie: String,
}

impl Welcome {
    /// The surroundings of a page shown to this browser.
    #[must_use]
    pub fn new(app: &App, request: &HttpRequest) -> Self {
        let cookie = kept(request).unwrap_or_else(|| URL_SAFE_NO_PAD.encode(app.environment.mint.bytes::<24>()));
        let form_token = session::form_token(&request.get_session()).unwrap_or_else(|| token(app, &cookie));
        Self { form_token, notice: Notice::waiting(request), theme: theme::chosen(request), cookie }
    }

    /// The page, with the cookie that its forms need.
    #[must_use]
    pub fn leave_on(&self, mut answer: HttpResponse) -> HttpResponse {
        let cookie = Cookie::build(COOKIE, &self.cookie).path("/").http_only(true).same_site(SameSite::Lax);
        if let Err(error) = answer.add_cookie(&cookie.finish()) {
            tracing::error!(%error, "a form's cookie could not be left");
        }
        answer
    }
}

/// The token that this stranger's forms carry, if there is a cookie to hold it against.
#[must_use]
pub fn expected_token(request: &HttpRequest) -> Option<String> {
    let app = request.app_data::<Data<App>>()?;
    Some(token(app, &kept(request)?))
}

/// The cookie this browser brings, if it can be one of ours: 192 bits in base64url.
fn kept(request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(COOKIE)?;
    let bits = URL_SAFE_NO_PAD.decode(cookie.value()).ok()?;
    (bits.len() == 24).then(|| cookie.value().to_owned())
}

fn token(app: &App, cookie: &str) -> String {
    app.environment.keys.fingerprint("form", cookie)
}
