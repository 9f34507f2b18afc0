//! Who is paid.

use super::attribution::Refusal;
use super::conversion::Change;
use super::handle::{AffiliateCode, EmailAddress, HandleError};
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

impl AffiliateStatus {
    /// What comes of deciding for `wanted`. An application is let in or turned down; whoever is in may be paused, let back
    /// in or turned out, and somebody turned out let in again. Nobody becomes an applicant once more.
    #[must_use]
    pub fn decide(self, wanted: Self) -> Change {
        use AffiliateStatus::{Active, Paused, Pending, Rejected};
        match (self, wanted) {
            (now, wanted) if now == wanted => Change::AlreadySo,
            (Pending | Paused | Rejected, Active) | (Pending | Active | Paused, Rejected) | (Active, Paused) => {
                Change::Made
            }
            _ => Change::Refused,
        }
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

/// The code that somebody chooses for an affiliate. Where either is taken an id goes before a code, so a code with the form
/// of an id would never be found.
///
/// # Errors
/// A sentence that begins with "must".
pub fn chosen_code(text: &str) -> Result<AffiliateCode, HandleError> {
    let code = AffiliateCode::parse(text)?;
    match AffiliateRef::parse(code.as_str())? {
        AffiliateRef::Id(_) => Err(HandleError::FormOfAnId),
        AffiliateRef::Code(code) => Ok(code),
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
    /// Where it is written to, if that is known.
    pub email: Option<EmailAddress>,
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

#[cfg(test)]
mod tests {
    use super::AffiliateStatus;
    use crate::domain::conversion::Change;

    #[test]
    fn everybody_can_be_let_in_and_nobody_becomes_an_applicant() {
        use AffiliateStatus::{Active, Paused, Pending, Rejected};
        for status in AffiliateStatus::ALL {
            assert_eq!(status.decide(*status), Change::AlreadySo, "{status}");
        }
        for status in [Pending, Paused, Rejected] {
            assert_eq!(status.decide(Active), Change::Made, "{status}");
        }
        for status in [Pending, Active, Paused] {
            assert_eq!(status.decide(Rejected), Change::Made, "{status}");
        }
        assert_eq!(Active.decide(Paused), Change::Made);
        for (now, wanted) in [(Pending, Paused), (Rejected, Paused), (Active, Pending), (Rejected, Pending)] {
            assert_eq!(now.decide(wanted), Change::Refused, "{now} to {wanted}");
        }
    }
}
