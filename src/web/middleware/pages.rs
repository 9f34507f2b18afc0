//! What is true of every page for people: nobody else's site sends its forms, and a notice is said once.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};

use crate::app::App;
use crate::web::error::WebError;
use crate::web::notice::Notice;

/// Refuses what another site's page sends, and takes back a notice that was shown.
///
/// Browsers say where a request comes from in `Sec-Fetch-Site`, and older ones in `Origin`; a request that says neither
/// still has to carry its form's token, which [`crate::web::form::Posted`] checks.
///
/// # Errors
/// Those of the handler, which actix turns into answers.
pub async fn pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    if !request.method().is_safe() && is_from_elsewhere(&request) {
        return Ok(request.into_response(WebError::OtherSite.error_response()).map_into_right_body());
    }
    let https = request.app_data::<Data<App>>().is_some_and(|app| app.public_url.is_https());
    let had_notice = Notice::waiting(request.request()).is_some();
    let mut response = next.call(request).await?.map_into_left_body();
    if had_notice && is_page(response.headers()) {
        Notice::take_back(response.response_mut());
    }
    if https {
        secure_cookies(response.headers_mut());
    }
    Ok(response)
}

/// `same-origin` is the browser's own word for a page of ours, under whichever of our addresses it was opened. What says
/// less has to come from the public URL, if it says from where.
fn is_from_elsewhere(request: &ServiceRequest) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match header("sec-fetch-site") {
        Some("same-origin") => false,
        Some("none") | None => {
            let app = request.app_data::<Data<App>>();
            header(ORIGIN.as_str()).is_some_and(|origin| app.is_none_or(|app| origin != app.public_url.origin()))
        }
        Some(_) => true,
    }
}

/// Under https no cookie goes over a plain connection, whoever set it.
fn secure_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(SET_COOKIE).cloned().collect();
    headers.remove(SET_COOKIE);
    for cookie in cookies {
        let text = cookie.to_str().unwrap_or_default();
        let secure =
            if text.contains("; Secure") { None } else { HeaderValue::from_str(&format!("{text}; Secure")).ok() };
        headers.append(SET_COOKIE, secure.unwrap_or(cookie));
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| kind.starts_with("text/html"))
}
