//! Why a request under a valid key was not taken, before any dialect puts it into its own shape.

use actix_web::http::StatusCode;

use crate::domain::attribution::Refusal;
use crate::domain::permission::Scope;
use crate::recorder::NotRecorded;
use crate::web::intake::{FieldError, Unreadable};

/// Why a request under a valid key was not taken. Its text is the sentence for the developer who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It could not be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A field is missing or cannot be taken.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The key is good and may not do this.
    #[error("The token needs the scope {0}")]
    ScopeMissing(Scope),
    /// What it names means the program's default campaign, and there is none.
    #[error(
        "An affiliate's code means the program's default campaign, and none is set: choose one in Settings, Program"
    )]
    NoDefaultCampaign,
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
            Self::ScopeMissing(_) => Refusal::ScopeMissing,
            Self::NoDefaultCampaign => Refusal::UnknownCampaign,
            Self::NotCredited(refusal) => *refusal,
        }
    }

    /// The status of CONTRACT, sections 3.1 and 3.2.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(problem) => problem.status(),
            Self::Field(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ScopeMissing(_) => StatusCode::FORBIDDEN,
            Self::NoDefaultCampaign => status_of(Refusal::UnknownCampaign),
            Self::NotCredited(refusal) => status_of(*refusal),
        }
    }
}

/// The status of a refusal in CONTRACT, sections 3.1 and 3.2.
#[must_use]
pub const fn status_of(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::InvalidRequest => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::ScopeMissing => StatusCode::FORBIDDEN,
        Refusal::UnknownProgram
        | Refusal::UnknownCampaign
        | Refusal::UnknownAffiliate
        | Refusal::UnknownClickToken
        | Refusal::NothingMatches
        | Refusal::UnknownCoupon
        | Refusal::UnknownCustomer => StatusCode::NOT_FOUND,
        Refusal::ClickTokenExpired => StatusCode::GONE,
        Refusal::ClickAfterOrder
        | Refusal::CampaignArchived
        | Refusal::CampaignNotPublic
        | Refusal::CampaignOutsidePeriod
        | Refusal::DirectModeOff
        | Refusal::AffiliateRejected
        | Refusal::AffiliateNotActive
        | Refusal::IdentifiersDisagree
        | Refusal::CustomerOfAnother
        | Refusal::ForeignPage
        | Refusal::PayloadMismatch => StatusCode::CONFLICT,
    }
}

/// Why a request under a valid key went no further.
#[derive(Debug)]
pub enum Stopped {
    /// Its sender is told why, and it is kept.
    Refused(Refused),
    /// Its sender is told to try again.
    NotRecorded(NotRecorded),
}

impl<E: Into<Refused>> From<E> for Stopped {
    fn from(refused: E) -> Self {
        Self::Refused(refused.into())
    }
}

/// What a request is told that was not recorded, and that is right and safe to send again.
#[must_use]
pub const fn not_recorded(reason: NotRecorded) -> (StatusCode, &'static str) {
    match reason {
        NotRecorded::Failed => {
            (StatusCode::INTERNAL_SERVER_ERROR, "The report could not be recorded; it has been logged")
        }
        NotRecorded::Busy | NotRecorded::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The report could not be recorded now; send the same request again in a few seconds",
        ),
    }
}
