//! Outcomes in this dialect's words, to the letter.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::id::ConversionId;
use crate::domain::limit::Exceeded;
use crate::operations::record_conversions::Outcome;
use crate::recorder::NotRecorded;
use crate::web::dialect::answered::{self, respond};
use crate::web::dialect::received::too_many_keyless;
use crate::web::dialect::refused::{Refused, not_recorded, status_of};
use crate::web::intake::Unreadable;
use crate::web::limits;
use crate::web::routes::allow;

/// Everything this dialect can answer.
#[derive(Debug)]
pub enum Answer {
    /// A click was registered; its token.
    ClickRegistered(String),
    /// What became of a conversion.
    Conversion(Outcome),
    /// No key was given.
    NoKey,
    /// The key is not a key.
    BadKey,
    /// There were too many without a key that is one from there.
    TooManyFailed(Exceeded),
    /// The request could not even be read as far as its key.
    Unreadable(Unreadable),
    /// Refused, and kept.
    Refused(Refused),
    /// Nothing was recorded; to be sent again.
    NotRecorded(NotRecorded),
}

/// Every answer of this dialect.
#[derive(Serialize, ToSchema)]
#[schema(as = AffiliateProAnswer)]
pub(super) struct Body<'a> {
    /// `success`, `duplicate` or `error`.
    #[schema(value_type = String, pattern = "^(success|duplicate|error)$")]
    status: &'static str,
    /// One sentence.
    message: &'a str,
    /// The conversion that is on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "conv_01h455vb4pex5vsknk084sn02q")]
    conversion_id: Option<ConversionId>,
    /// The token of the click that was registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "clk_…")]
    click_token: Option<&'a str>,
}

impl<'a> Body<'a> {
    const fn new(status: &'static str, message: &'a str) -> Self {
        Self { status, message, conversion_id: None, click_token: None }
    }
}

fn error(status: StatusCode, message: &str) -> HttpResponse {
    respond(status, &Body::new("error", message))
}

impl Answer {
    /// The message, as it is sent.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::ClickRegistered(_) => "Click registered successfully".into(),
            Self::Conversion(Outcome::Recorded(_)) => "S2S conversion recorded successfully".into(),
            Self::Conversion(Outcome::Repeat(_)) => "Order already recorded".into(),
            Self::Conversion(Outcome::Refused(refusal)) => refusal.sentence().into(),
            Self::NoKey => "Missing required parameter: api_key".into(),
            Self::BadKey => "Invalid API key".into(),
            Self::TooManyFailed(exceeded) => too_many_keyless(exceeded),
            Self::Unreadable(problem) => problem.to_string(),
            Self::Refused(refused) => refused.to_string(),
            Self::NotRecorded(reason) => not_recorded(*reason).1.into(),
        }
    }

    /// The answer on the wire.
    #[must_use]
    pub fn into_response(self) -> HttpResponse {
        let message = self.sentence();
        match self {
            Self::ClickRegistered(token) => {
                let body = Body { click_token: Some(&token), ..Body::new("success", &message) };
                respond(StatusCode::OK, &body)
            }
            Self::Conversion(Outcome::Recorded(id)) => {
                respond(StatusCode::OK, &Body { conversion_id: Some(id), ..Body::new("success", &message) })
            }
            Self::Conversion(Outcome::Repeat(id)) => {
                respond(StatusCode::OK, &Body { conversion_id: Some(id), ..Body::new("duplicate", &message) })
            }
            Self::Conversion(Outcome::Refused(refusal)) => error(status_of(refusal), &message),
            Self::NoKey | Self::BadKey => error(StatusCode::UNAUTHORIZED, &message),
            Self::TooManyFailed(exceeded) => {
                let mut answer = error(StatusCode::TOO_MANY_REQUESTS, &message);
                limits::tell_exceeded(&mut answer, &exceeded);
                answer
            }
            Self::Unreadable(problem) => error(problem.status(), &message),
            Self::Refused(refused) => error(refused.status(), &message),
            Self::NotRecorded(reason) => {
                let mut answer = error(not_recorded(reason).0, &message);
                if reason != NotRecorded::Failed {
                    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
                }
                answer
            }
        }
    }
}

/// The answer to a method that an endpoint does not take; `allowed` are those it does.
/// Nobody's limit is told: the key would stand among the fields.
#[must_use]
pub fn other_method(_app: &App, _request: &HttpRequest, allowed: &[&str]) -> HttpResponse {
    let allowed = allow(allowed);
    let mut answer = error(StatusCode::METHOD_NOT_ALLOWED, &answered::answers_only(&allowed));
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        answer.headers_mut().insert(ALLOW, allowed);
    }
    answer
}

/// The answer to an address under `/integration` that nobody has.
pub async fn unknown() -> HttpResponse {
    error(StatusCode::NOT_FOUND, answered::UNKNOWN_ENDPOINT)
}

/// The answer to a URL that is longer than is taken.
#[must_use]
pub fn url_too_long() -> HttpResponse {
    error(StatusCode::URI_TOO_LONG, answered::URL_TOO_LONG)
}
