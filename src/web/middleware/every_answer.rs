//! What is true of every answer: its security headers, a bound on URLs, and a last word when the server is stopping.
//!
//! Pages bring a Content-Security-Policy of their own; everything else gets one that forbids everything. A request's
//! query may carry a key, so nothing here ever logs more of a URL than its path.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError, web};

use crate::web::routes::{INVITATION, url_too_long};

/// The longest request target, in bytes.
const LONGEST_TARGET: usize = 8 * 1024;

/// The policy of everything that is not a page.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Set when the server has been told to stop.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<Farewells>);

#[derive(Debug, Default)]
struct Farewells {
    begun: AtomicBool,
    /// How many answers were the last on their connection.
    said: AtomicU64,
}

impl Stopping {
    /// From now on every answer closes its connection.
    pub fn begin(&self) {
        self.0.begun.store(true, Ordering::Relaxed);
    }

    /// How many requests were answered since then.
    #[must_use]
    pub fn farewells(&self) -> u64 {
        self.0.said.load(Ordering::Relaxed)
    }

    /// Whether the answer being made is its connection's last.
    fn says_farewell(&self) -> bool {
        let begun = self.0.begun.load(Ordering::Relaxed);
        if begun {
            self.0.said.fetch_add(1, Ordering::Relaxed);
        }
        begun
    }
}

/// What the middleware needs to know of the installation.
#[derive(Clone, Debug)]
pub struct EveryAnswer {
    /// Whether the public URL is https, so that browsers may be told to stay there.
    pub https: bool,
    /// Whether the server is stopping.
    pub stopping: Stopping,
}

/// Answers a request and adds what every answer has.
///
/// # Errors
/// Those of the handler, which actix turns into answers.
pub async fn every_answer<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let settings = request.app_data::<web::Data<EveryAnswer>>().cloned();
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let mut response = if target > LONGEST_TARGET {
        let answer = url_too_long(request.path()).unwrap_or_else(|| {
            HttpResponse::UriTooLong().content_type("text/plain; charset=utf-8").body("The URL is too long.")
        });
        request.into_response(answer).map_into_right_body()
    } else {
        let https = settings.as_ref().is_some_and(|settings| settings.https);
        let answered = next.call(request).await.map_err(|error| Failed { error, https });
        answered?.map_into_left_body()
    };
    if let Some(settings) = settings {
        add_headers(response.headers_mut(), settings.https);
        if settings.stopping.says_farewell() {
            response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        }
    }
    log(&response);
    Ok(response)
}

/// A failure inside a middleware, which becomes an answer only after this one.
#[derive(Debug)]
struct Failed {
    error: Error,
    https: bool,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(formatter)
    }
}

impl ResponseError for Failed {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = self.error.error_response();
        add_headers(answer.headers_mut(), self.https);
        answer
    }
}

fn add_headers(headers: &mut HeaderMap, https: bool) {
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    default(header::CONTENT_SECURITY_POLICY, NOTHING);
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(header::X_FRAME_OPTIONS, "DENY");
    if https {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// What of a path may be logged: the link of an invitation lets somebody in.
fn loggable(path: &str) -> &str {
    if path.starts_with(INVITATION) { INVITATION } else { path }
}

fn log<B>(response: &ServiceResponse<B>) {
    let (request, status) = (response.request(), response.status());
    let path = loggable(request.path());
    if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
        tracing::error!(method = %request.method(), path, status = status.as_u16(), "failed");
    } else {
        tracing::debug!(method = %request.method(), path, status = status.as_u16(), "answered");
    }
}
