//! What this dialect answers: bodies, and errors with their codes.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::permission::Scope;
use crate::recorder::{NotRecorded, WriteError};
use crate::storage::error::StorageError;
use crate::web::access::tokens::Denied;
use crate::web::dialect::answered::{self, respond};
use crate::web::dialect::asked::{self, Problem as _};
use crate::web::dialect::refused::{Refused, not_recorded};
use crate::web::intake::{FieldError, Unreadable};
use crate::web::routes::allow;

/// An error, in words for people and as a code for programs.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilyncError)]
pub(super) struct ErrorBody<'a> {
    /// One sentence, which may change.
    detail: &'a str,
    /// Stays what it is.
    #[schema(example = "click_token_expired")]
    error_code: &'a str,
}

/// An error as it is told.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), header: None }
    }

    fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.header = answered::header(name, value);
        self
    }

    /// No token was presented.
    pub(super) fn missing_token(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "missing_token", detail).with(WWW_AUTHENTICATE, "Bearer")
    }

    /// The token opens nothing.
    pub(super) fn invalid_token() -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, "invalid_token", "Invalid token");
        problem.with(WWW_AUTHENTICATE, answered::INVALID_TOKEN)
    }

    /// The token is good and may not do this.
    pub(super) fn insufficient_scope(wanted: Scope) -> Self {
        let detail = Refused::ScopeMissing(wanted).to_string();
        let problem = Self::new(StatusCode::FORBIDDEN, "insufficient_scope", detail);
        problem.with(WWW_AUTHENTICATE, &answered::insufficient_scope(wanted))
    }

    /// The sentence.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }
}

impl asked::Problem for Problem {
    fn too_many(sentence: String) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", sentence)
    }

    fn into_response(self) -> HttpResponse {
        let mut answer = respond(self.status, &ErrorBody { detail: &self.detail, error_code: self.code });
        if let Some((name, value)) = self.header {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NoToken => Self::missing_token(answered::SEND_THE_TOKEN),
            Denied::UnknownToken => Self::invalid_token(),
            Denied::Forbidden { wanted, .. } => Self::insufficient_scope(wanted),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::ScopeMissing(wanted) => Self::insufficient_scope(wanted),
            refused => Self::new(refused.status(), refused.reason().as_str(), refused.to_string()),
        }
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Refused::Field(error).into()
    }
}

impl From<Unreadable> for Problem {
    fn from(problem: Unreadable) -> Self {
        Refused::Unreadable(problem).into()
    }
}

impl From<NotRecorded> for Problem {
    fn from(reason: NotRecorded) -> Self {
        let (status, detail) = not_recorded(reason);
        match reason {
            NotRecorded::Failed => Self::new(status, "internal_error", detail),
            NotRecorded::Busy | NotRecorded::Unavailable => {
                Self::new(status, "unavailable", detail).with(RETRY_AFTER, "2")
            }
        }
    }
}

impl From<WriteError<StorageError>> for Problem {
    fn from(error: WriteError<StorageError>) -> Self {
        match error {
            WriteError::NotRecorded(reason) => reason.into(),
            WriteError::Refused(error) => error.into(),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match answered::storage_failed(&error) {
            (status @ StatusCode::SERVICE_UNAVAILABLE, detail) => {
                Self::new(status, "unavailable", detail).with(RETRY_AFTER, "2")
            }
            (status, detail) => Self::new(status, "internal_error", detail),
        }
    }
}

/// The answer to a method that an endpoint does not take; `allowed` are those it does.
#[must_use]
pub fn other_method(app: &App, request: &HttpRequest, allowed: &[&str]) -> HttpResponse {
    let allowed = allow(allowed);
    let detail = answered::answers_only(&allowed);
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
    asked::led_nowhere(app, request, problem.with(ALLOW, &allowed))
}

/// The answer to an address under `/api` that nobody has.
pub async fn unknown(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let problem = Problem::new(StatusCode::NOT_FOUND, "not_found", answered::UNKNOWN_ENDPOINT);
    asked::led_nowhere(&app, &request, problem)
}

/// The answer to a URL that is longer than is taken.
#[must_use]
pub fn url_too_long() -> HttpResponse {
    Problem::new(StatusCode::URI_TOO_LONG, "invalid_request", answered::URL_TOO_LONG).into_response()
}
