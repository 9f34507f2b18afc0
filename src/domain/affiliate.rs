//! Who is paid.

use super::attribution::Refusal;
use super::handle::{AffiliateCode, HandleError};
use super::id::{AffiliateId, ProgramId};
use super::text_enum;

text_enum! {
    /// Where an affiliate stands with the program.
    pub enum AffiliateStatus {
        /// Applied, not yet let in.
        Pending => "pending",
        /// May send visitors.
        Active => "active",
        /// Sends nobody for now; earlier clicks still count.
        Paused => "paused",
        /// Out: nothing is credited any more, earlier clicks included.
        Rejected => "rejected",
    }
}

/// An affiliate as a report names it: where one is asked for, its id and its code are taken alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AffiliateRef {
    /// By its id.
    Id(AffiliateId),
    /// By its short code.
    Code(AffiliateCode),
}

impl AffiliateRef {
    /// Reads either.
    ///
    /// # Errors
    /// A sentence that begins with "must".
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        AffiliateCode::parse(text).map(Self::Code)
    }
}

/// What a decision needs to know of an affiliate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affiliate {
    /// The affiliate's id.
    pub id: AffiliateId,
    /// The program it belongs to.
    pub program_id: ProgramId,
    /// The short code, taken wherever the id is.
    pub code: AffiliateCode,
    /// What people call it.
    pub name: String,
    /// Where it stands now.
    pub status: AffiliateStatus,
}

impl Affiliate {
    /// Whether a new click, or a conversion without one, may name this affiliate (CONTRACT, Rules: Attribution).
    ///
    /// # Errors
    /// The refusal to answer with: rejected, or else not active.
    pub const fn may_send(&self) -> Result<(), Refusal> {
        match self.status {
            AffiliateStatus::Active => Ok(()),
            AffiliateStatus::Rejected => Err(Refusal::AffiliateRejected),
            AffiliateStatus::Pending | AffiliateStatus::Paused => Err(Refusal::AffiliateNotActive),
        }
    }

    /// Whether a click made earlier may still be credited: only a rejection takes that away.
    ///
    /// # Errors
    /// [`Refusal::AffiliateRejected`].
    pub const fn may_earn(&self) -> Result<(), Refusal> {
        match self.status {
            AffiliateStatus::Rejected => Err(Refusal::AffiliateRejected),
            _ => Ok(()),
        }
    }
}
