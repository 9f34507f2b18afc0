//! What this dialect answers: bodies, and errors.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::object::{Conversion, Conversions, Found};
use crate::app::App;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::key::KeyKind;
use crate::recorder::{NotRecorded, WriteError};
use crate::storage::conversions::whole::{self, Whole};
use crate::storage::error::{StorageError, Stored};
use crate::web::access::tokens::Denied;
use crate::web::dialect::answered::{self, respond};
use crate::web::dialect::asked::{self, Problem as _};
use crate::web::dialect::refused::Refused;
use crate::web::intake::{FieldError, Unreadable};
use crate::web::routes::allow;

/// Conversions, of which there are so many in all.
pub(super) fn found(app: &App, total: i64, rows: &[Whole]) -> Result<HttpResponse, Problem> {
    let data = rows.iter().map(|whole| Conversion::of(app, whole)).collect::<Stored<_>>()?;
    Ok(respond(StatusCode::OK, &Found { status_code: 200, conversions: Conversions { total, data } }))
}

/// One conversion of this program, as it is now.
pub(super) async fn current(app: &App, program: ProgramId, id: ConversionId) -> Result<HttpResponse, Problem> {
    let whole = app.read(move |conn| whole::find(conn, program, id)).await?.ok_or_else(Problem::unknown_conversion)?;
    found(app, 1, &[whole])
}

/// An error.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaeError)]
#[serde(rename_all = "camelCase")]
pub(super) struct ErrorBody<'a> {
    /// The status of the answer once more.
    #[schema(example = 404)]
    status_code: u16,
    /// One sentence.
    #[schema(example = "Unknown conversion")]
    message: &'a str,
}

/// An error as it is told.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), header: None }
    }

    fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.header = answered::header(name, value);
        self
    }

    /// It is another program than the token's.
    pub(super) fn unknown_program() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Unknown program")
    }

    /// The program of the token has no such conversion, not in its mode.
    pub(super) fn unknown_conversion() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Unknown conversion")
    }

    /// It cannot be decided as things stand.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// Something is missing or cannot be taken.
    pub(super) fn field(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }
}

impl asked::Problem for Problem {
    fn too_many(sentence: String) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, sentence)
    }

    fn into_response(self) -> HttpResponse {
        let body = ErrorBody { status_code: self.status.as_u16(), message: &self.message };
        let mut answer = respond(self.status, &body);
        if let Some((name, value)) = self.header {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NoToken => {
                let message = answered::SEND_THE_TOKEN;
                Self::new(StatusCode::UNAUTHORIZED, message).with(WWW_AUTHENTICATE, "Bearer")
            }
            Denied::UnknownToken => {
                let problem = Self::new(StatusCode::UNAUTHORIZED, "Invalid token");
                problem.with(WWW_AUTHENTICATE, answered::INVALID_TOKEN)
            }
            Denied::Forbidden { key, wanted } => {
                let message = match key.kind {
                    KeyKind::Affiliate => "This is for the program's own tokens, not for an affiliate's".to_owned(),
                    _ => Refused::ScopeMissing(wanted).to_string(),
                };
                let challenge = answered::insufficient_scope(wanted);
                Self::new(StatusCode::FORBIDDEN, message).with(WWW_AUTHENTICATE, &challenge)
            }
        }
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::field(error.to_string())
    }
}

impl From<Unreadable> for Problem {
    fn from(problem: Unreadable) -> Self {
        Self::new(problem.status(), problem.to_string())
    }
}

impl From<WriteError<StorageError>> for Problem {
    fn from(error: WriteError<StorageError>) -> Self {
        match error {
            WriteError::NotRecorded(NotRecorded::Failed) => {
                let message = "Nothing was changed: this went wrong on our side, and has been logged";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
            }
            WriteError::NotRecorded(NotRecorded::Busy | NotRecorded::Unavailable) => {
                let message = "This could not be decided now; send the same request again in a few seconds";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, message).with(RETRY_AFTER, "2")
            }
            WriteError::Refused(error) => error.into(),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match answered::storage_failed(&error) {
            (status @ StatusCode::SERVICE_UNAVAILABLE, message) => Self::new(status, message).with(RETRY_AFTER, "2"),
            (status, message) => Self::new(status, message),
        }
    }
}

/// The answer to a method that an endpoint does not take; `allowed` are those it does.
#[must_use]
pub fn other_method(app: &App, request: &HttpRequest, allowed: &[&str]) -> HttpResponse {
    let allowed = allow(allowed);
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, answered::answers_only(&allowed));
    asked::led_nowhere(app, request, problem.with(ALLOW, &allowed))
}

/// The answer to an address under `/advertiser` that nobody has.
pub async fn unknown(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let problem = Problem::new(StatusCode::NOT_FOUND, answered::UNKNOWN_ENDPOINT);
    asked::led_nowhere(&app, &request, problem)
}

/// The answer to a URL that is longer than is taken.
#[must_use]
pub fn url_too_long() -> HttpResponse {
    Problem::new(StatusCode::URI_TOO_LONG, answered::URL_TOO_LONG).into_response()
}
