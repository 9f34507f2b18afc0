//! Deciding where an affiliate stands: letting in, pausing, turning out.
//!
//! Two people may look at the same affiliate and decide at once. Each decision says what its maker saw; the first one
//! stands, and the second is told what has become of it instead of undoing it unseen. Deciding the same twice is fine.

use crate::domain::affiliate::AffiliateStatus;
use crate::domain::conversion::Change;
use crate::domain::id::{AffiliateId, ProgramId};
use crate::storage::affiliates;
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// A decision on an affiliate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What whoever decides saw.
    pub seen: AffiliateStatus,
    /// What it is to be.
    pub wanted: AffiliateStatus,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// It is so now.
    Changed,
    /// It was so already.
    AlreadySo,
    /// Somebody was faster and decided for this. Nothing was changed.
    Overtaken(AffiliateStatus),
    /// It cannot go that way from where it is. Nothing was changed.
    NotPossible(AffiliateStatus),
    /// The program has no such affiliate.
    Unknown,
}

/// Decides on an affiliate.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn review_affiliate(
    write: &mut Write<'_>,
    program: ProgramId,
    affiliate: AffiliateId,
    decision: Decision,
) -> Stored<Reviewed> {
    let Some(row) = affiliates::find(write.conn(), program, affiliate)? else {
        return Ok(Reviewed::Unknown);
    };
    match row.status.decide(decision.wanted) {
        Change::AlreadySo => Ok(Reviewed::AlreadySo),
        _ if row.status != decision.seen => Ok(Reviewed::Overtaken(row.status)),
        Change::Refused => Ok(Reviewed::NotPossible(row.status)),
        Change::Made => {
            let moved = affiliates::change_status(write, program, affiliate, (row.status, decision.wanted))?;
            Ok(if moved { Reviewed::Changed } else { Reviewed::Unknown })
        }
    }
}
