//! Light, dark, or as the system says: a choice the browser keeps.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::REFERER;
use actix_web::{HttpRequest, HttpResponse};

use super::form::Posted;
use super::page;

const COOKIE: &str = "accrue_theme";

/// The theme somebody chose with this browser; none means the system's.
#[must_use]
pub fn chosen(request: &HttpRequest) -> Option<&'static str> {
    named(request.cookie(COOKIE)?.value())
}

fn named(word: &str) -> Option<&'static str> {
    ["light", "dark"].into_iter().find(|theme| *theme == word)
}

/// `POST /theme`: keeps the choice for a year and goes back to where it was made.
pub async fn choose(request: HttpRequest, posted: Posted) -> HttpResponse {
    let theme = named(posted.text("theme"));
    let lasts = if theme.is_some() { Duration::days(365) } else { Duration::ZERO };
    let cookie = Cookie::build(COOKIE, theme.unwrap_or_default()).path("/").http_only(true).same_site(SameSite::Lax);
    let mut answer = page::see_other(&back(&request));
    if let Err(error) = answer.add_cookie(&cookie.max_age(lasts).finish()) {
        tracing::error!(%error, "a theme could not be kept");
    }
    answer
}

/// The path the browser says it comes from, if it is one of ours.
fn back(request: &HttpRequest) -> String {
    let referer = request.headers().get(REFERER).and_then(|value| value.to_str().ok());
    let url = referer.and_then(|referer| url::Url::parse(referer).ok());
    let path = url.map(|url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned());
    path.as_deref().and_then(page::local_path).unwrap_or("/").to_owned()
}
