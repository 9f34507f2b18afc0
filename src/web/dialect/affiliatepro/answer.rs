//! Outcomes in this dialect's words, to the letter.

use std::future::{Ready, ready};

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::attribution::Refusal;
use crate::domain::id::ConversionId;
use crate::domain::limit::{Exceeded, in_seconds};
use crate::operations::record_conversions::Outcome;
use crate::recorder::NotRecorded;
use crate::web::intake::{FieldError, Unreadable};
use crate::web::limits;
use crate::web::routes::allow;

/// The type of every answer.
const JSON: &str = "application/json; charset=utf-8";

/// Why a request under a valid key was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It could not be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A field is missing or cannot be taken.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// It was read and not credited.
    #[error("{}", .0.sentence())]
    NotCredited(Refusal),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::NotCredited(refusal)
    }
}

impl Refused {
    /// The reason under which the attempt is kept.
    #[must_use]
    pub const fn reason(&self) -> Refusal {
        match self {
            Self::Unreadable(_) | Self::Field(_) => Refusal::InvalidRequest,
            Self::NotCredited(refusal) => *refusal,
        }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(problem) => problem.status(),
            Self::Field(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotCredited(refusal) => status_of(*refusal),
        }
    }
}

/// The statuses of CONTRACT, section 3.1.
const fn status_of(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::InvalidRequest => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::UnknownCampaign
        | Refusal::UnknownAffiliate
        | Refusal::UnknownClickToken
        | Refusal::NothingMatches
        | Refusal::UnknownCoupon
        | Refusal::UnknownCustomer => StatusCode::NOT_FOUND,
        Refusal::ClickTokenExpired => StatusCode::GONE,
        Refusal::CampaignArchived
        | Refusal::CampaignNotPublic
        | Refusal::CampaignOutsidePeriod
        | Refusal::DirectModeOff
        | Refusal::AffiliateRejected
        | Refusal::AffiliateNotActive
        | Refusal::IdentifiersDisagree
        | Refusal::ForeignPage
        | Refusal::PayloadMismatch => StatusCode::CONFLICT,
    }
}

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

fn respond(status: StatusCode, body: &Body<'_>) -> HttpResponse {
    let mut answer = HttpResponseBuilder::new(status);
    answer.insert_header((CACHE_CONTROL, "no-store")).content_type(JSON).json(body)
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
            Self::TooManyFailed(exceeded) => {
                let seconds = in_seconds(exceeded.wait);
                format!("Too many requests without a valid API key; check the key, and wait {seconds} s")
            }
            Self::Unreadable(problem) => problem.to_string(),
            Self::Refused(refused) => refused.to_string(),
            Self::NotRecorded(NotRecorded::Failed) => "The report could not be recorded; it has been logged".into(),
            Self::NotRecorded(_) => {
                "The report could not be recorded now; send the same request again in a few seconds".into()
            }
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
            Self::NotRecorded(NotRecorded::Failed) => error(StatusCode::INTERNAL_SERVER_ERROR, &message),
            Self::NotRecorded(_) => {
                let mut answer = error(StatusCode::SERVICE_UNAVAILABLE, &message);
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
                answer
            }
        }
    }
}

/// The answer to a method that an endpoint does not take; `allowed` are those it does.
pub fn other_method(allowed: &[&str]) -> Ready<HttpResponse> {
    let allowed = allow(allowed);
    let mut answer = error(StatusCode::METHOD_NOT_ALLOWED, &format!("This endpoint answers {allowed}"));
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        answer.headers_mut().insert(ALLOW, allowed);
    }
    ready(answer)
}

/// The answer to an address under `/integration` that nobody has.
pub async fn unknown() -> HttpResponse {
    error(StatusCode::NOT_FOUND, "Unknown endpoint")
}
