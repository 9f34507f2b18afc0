//! Approving a conversion, rejecting it, taking a decision back.
//!
//! The rules are [`crate::domain::review`]'s. Here they meet what is on record: a decision is made on the edition that was
//! read, and whoever was slower is told what stands there now.

use crate::domain::change::Actor;
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::ledger::EntryKind;
use crate::domain::review::{Obstacle, Verdict};
use crate::environment::Environment;
use crate::storage::error::Stored;
use crate::storage::write::Write;

use super::standing::{self, Case, Current, Why};

/// A decision about a conversion.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What it is to be.
    pub wanted: ConversionStatus,
    /// The edition that whoever decides saw; none for machines, which saw none.
    pub seen: Option<i64>,
    /// Why; rejecting and setting back to pending need it.
    pub reason: String,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Reviewed {
    /// It is so now.
    Changed,
    /// It was so already.
    AlreadySo,
    /// Somebody changed the conversion since. Nothing was changed.
    Overtaken(Current),
    /// It cannot be. Nothing was changed.
    NotPossible(Current, Obstacle),
    /// The program has no such conversion.
    Unknown,
}

/// Decides about a conversion of this program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn review_conversion(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: ConversionId,
    actor: Actor,
    decision: &Decision,
) -> Stored<Reviewed> {
    let reason = standing::reason_kept(&decision.reason);
    standing::decided(write, |write| {
        let Some(case) = Case::find(write.conn(), program, id)? else {
            return Ok(Some(Reviewed::Unknown));
        };
        let kind =
            match case.under_review().decide(decision.wanted, (case.is_news_to(decision.seen), !reason.is_empty())) {
                Verdict::AlreadySo => return Ok(Some(Reviewed::AlreadySo)),
                Verdict::Overtaken => return Ok(Some(Reviewed::Overtaken(case.current(write.conn())?))),
                Verdict::NotPossible(obstacle) => {
                    return Ok(Some(Reviewed::NotPossible(case.current(write.conn())?, obstacle)));
                }
                Verdict::Made(kind) => kind,
            };
        let mut after = case.clone();
        after.conversion.status = decision.wanted;
        let why = Why { reason: reason.clone(), ..Why::plain(kind, actor, EntryKind::Reversal) };
        Ok(standing::change(write, env, &case, after, why)?.then_some(Reviewed::Changed))
    })
}
