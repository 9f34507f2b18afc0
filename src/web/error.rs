//! Answers for people when there is nothing else to show.
//!
//! None of these repeats anything of the request, so that a crafted link cannot put words into our mouth.

use actix_web::http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use askama::Template;

use super::dialect::affiliatepro;

/// The policy of a page: its own style sheet, and nothing else.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFoundPage;

/// The answer to an address that nobody has: a page for people, JSON under `/integration`.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    if request.path().starts_with("/integration/") { affiliatepro::unknown_endpoint() } else { page_not_found() }
}

/// The page for people.
#[must_use]
pub fn page_not_found() -> HttpResponse {
    page(HttpResponse::NotFound(), &NotFoundPage)
}

fn page(mut answer: HttpResponseBuilder, template: &impl Template) -> HttpResponse {
    answer
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .content_type("text/html; charset=utf-8");
    match template.render() {
        Ok(html) => answer.body(html),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// The answer to a visitor when not even the link can be looked up.
#[must_use]
pub fn try_again() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((RETRY_AFTER, "5"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body("This link cannot be followed right now. Try again in a moment.")
}

/// The answer to any other method on an address that is only read.
pub async fn only_get() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, "GET, HEAD"))
        .content_type("text/plain; charset=utf-8")
        .body("This address answers GET.")
}
