//! What this dialect answers: bodies, and errors with their codes.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::attribution::Refusal;
use crate::domain::permission::Scope;
use crate::recorder::{NotRecorded, WriteError};
use crate::storage::error::StorageError;
use crate::web::access::tokens::Denied;
use crate::web::dialect::answered::{self, respond};
use crate::web::dialect::asked::{self, Problem as _};
use crate::web::dialect::refused::{Refused, not_recorded, status_of};
use crate::web::intake::{FieldError, Unreadable};
use crate::web::routes::allow;

/// An error.
#[derive(Serialize, ToSchema)]
#[schema(as = AffonsoErrorBody)]
pub(super) struct ErrorBody<'a> {
    /// Always false.
    success: bool,
    /// What is wrong.
    error: ErrorSaid<'a>,
}

/// What is wrong, as a code for programs and in words for people.
#[derive(Serialize, ToSchema)]
#[schema(as = AffonsoError)]
pub(super) struct ErrorSaid<'a> {
    /// Stays what it is.
    #[schema(example = "VALIDATION_ERROR")]
    code: &'a str,
    /// One sentence, which may change.
    message: &'a str,
    /// The field that is wrong, where it is one.
    #[schema(example = "sale_amount")]
    field: Option<&'a str>,
    /// The fields that are wrong, each with its sentence.
    details: Vec<Detail<'a>>,
}

/// What is wrong with a field.
#[derive(Serialize, ToSchema)]
#[schema(as = AffonsoErrorDetail)]
pub(super) struct Detail<'a> {
    /// The field.
    field: &'a str,
    /// What it is missing, or must be.
    message: &'a str,
}

/// An error as it is told.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<String>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, header: None }
    }

    fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.header = answered::header(name, value).map(Box::new);
        self
    }

    /// No token was presented.
    fn missing_token() -> Self {
        let message = answered::SEND_THE_TOKEN;
        Self::new(StatusCode::UNAUTHORIZED, "MISSING_API_KEY", message).with(WWW_AUTHENTICATE, "Bearer")
    }

    /// The token opens nothing.
    fn invalid_token() -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Invalid API key");
        problem.with(WWW_AUTHENTICATE, answered::INVALID_TOKEN)
    }

    /// The token is good and may not do this.
    fn insufficient_scope(wanted: Scope) -> Self {
        let problem = Self::forbidden(Refused::ScopeMissing(wanted).to_string());
        problem.with(WWW_AUTHENTICATE, &answered::insufficient_scope(wanted))
    }

    /// The token is good and may not ask for this.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "INSUFFICIENT_PERMISSIONS", message)
    }

    /// What the program of the token does not have.
    pub(super) fn not_found(message: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    }

    /// What cannot be as things stand.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT", message)
    }

    /// What this field says cannot be as things stand.
    pub(super) fn conflict_at(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::conflict(message) }
    }

    fn invalid(status: StatusCode, message: String, field: Option<String>) -> Self {
        Self { field, ..Self::new(status, "VALIDATION_ERROR", message) }
    }

    /// The sentence.
    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

impl asked::Problem for Problem {
    fn too_many(sentence: String) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_EXCEEDED", sentence)
    }

    fn into_response(self) -> HttpResponse {
        let field = self.field.as_deref();
        let details = field.map(|field| Detail { field, message: &self.message }).into_iter().collect();
        let error = ErrorSaid { code: self.code, message: &self.message, field, details };
        let mut answer = respond(self.status, &ErrorBody { success: false, error });
        if let Some((name, value)) = self.header.map(|header| *header) {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NoToken => Self::missing_token(),
            Denied::UnknownToken => Self::invalid_token(),
            Denied::Forbidden { wanted, .. } => Self::insufficient_scope(wanted),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let message = refused.to_string();
        match refused {
            Refused::Unreadable(problem) => {
                let field = if let Unreadable::GivenTwice(name) = &problem { Some(name.clone()) } else { None };
                Self::invalid(validation(problem.status()), message, field)
            }
            Refused::Field(error) => {
                let (FieldError::Missing(field) | FieldError::Malformed { field, .. }) = error;
                Self::invalid(StatusCode::BAD_REQUEST, message, Some(field.to_owned()))
            }
            Refused::ScopeMissing(wanted) => Self::insufficient_scope(wanted),
            Refused::NoDefaultCampaign => Self::not_found(&message),
            Refused::NotCredited(refusal) => not_credited(refusal, message),
        }
    }
}

/// Where other dialects say 422, this one knows 400 only. What is too large or of another kind keeps its status.
fn validation(status: StatusCode) -> StatusCode {
    if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status }
}

/// Identifiers that disagree are a mistake of whoever sent them. A click that is older than its window leads nowhere; this
/// dialect has no 410.
fn not_credited(refusal: Refusal, message: String) -> Problem {
    match status_of(refusal) {
        _ if refusal == Refusal::IdentifiersDisagree => Problem::invalid(StatusCode::BAD_REQUEST, message, None),
        StatusCode::NOT_FOUND | StatusCode::GONE => Problem::not_found(&message),
        StatusCode::CONFLICT => Problem::conflict(message),
        StatusCode::FORBIDDEN => Problem::forbidden(message),
        status => Problem::invalid(validation(status), message, None),
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
        let (status, message) = not_recorded(reason);
        match reason {
            NotRecorded::Failed => Self::new(status, "INTERNAL_ERROR", message),
            NotRecorded::Busy | NotRecorded::Unavailable => Self::unavailable(message),
        }
    }
}

impl<E: Into<Self>> From<WriteError<E>> for Problem {
    fn from(error: WriteError<E>) -> Self {
        match error {
            WriteError::NotRecorded(reason) => reason.into(),
            WriteError::Refused(why) => why.into(),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match answered::storage_failed(&error) {
            (StatusCode::SERVICE_UNAVAILABLE, message) => Self::unavailable(message),
            (status, message) => Self::new(status, "INTERNAL_ERROR", message),
        }
    }
}

impl Problem {
    fn unavailable(message: &str) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", message);
        problem.with(RETRY_AFTER, "2")
    }
}

/// The answer to a method that an endpoint does not take; `allowed` are those it does.
#[must_use]
pub fn other_method(app: &App, request: &HttpRequest, allowed: &[&str]) -> HttpResponse {
    let allowed = allow(allowed);
    let message = answered::answers_only(&allowed);
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
    asked::led_nowhere(app, request, problem.with(ALLOW, &allowed))
}

/// The answer to an address under `/v1` that nobody has.
pub async fn unknown(app: Data<App>, request: HttpRequest) -> HttpResponse {
    asked::led_nowhere(&app, &request, Problem::not_found(answered::UNKNOWN_ENDPOINT))
}

/// The answer to a URL that is longer than is taken.
#[must_use]
pub fn url_too_long() -> HttpResponse {
    Problem::invalid(StatusCode::URI_TOO_LONG, answered::URL_TOO_LONG.to_owned(), None).into_response()
}
