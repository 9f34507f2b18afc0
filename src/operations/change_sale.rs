//! The purchase itself moves on: it is paid for, it fails, a trial ends. What was given back is not said here but follows
//! from refunds; only that a part was, and nobody says how much, may be said by a system, as long as the commission is in no
//! payout. What is in a payout or paid, only a refund takes of.

use crate::domain::change::{Actor, ChangeKind};
use crate::domain::conversion::SaleStatus;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::ledger::EntryKind;
use crate::domain::sale::{SaleObstacle, may_be_told, may_move, may_stand_with};
use crate::environment::Environment;
use crate::storage::error::Stored;
use crate::storage::write::Write;

use super::standing::{self, Case, Changes, Current, Why};

/// Where a purchase is said to stand.
#[derive(Clone, Debug)]
pub struct SaleChange {
    /// Open, complete, trialing or failed; for a system also that a part was given back.
    pub wanted: SaleStatus,
    /// The edition that whoever says so saw; none for machines.
    pub seen: Option<i64>,
    /// Why, if anybody says.
    pub reason: String,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum SaleChanged {
    /// It is so now.
    Changed,
    /// It was so already.
    AlreadySo,
    /// Somebody changed the conversion since. Nothing was changed.
    Overtaken(Current),
    /// It cannot be. Nothing was changed.
    NotPossible(Current, SaleObstacle),
    /// The program has no such conversion.
    Unknown,
}

/// Says where the purchase of a conversion of this program stands.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn change_sale(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: ConversionId,
    actor: Actor,
    change: &SaleChange,
) -> Stored<SaleChanged> {
    standing::decided(write, |write| {
        let Some(case) = Case::find(write.conn(), program, id)? else {
            return Ok(Some(SaleChanged::Unknown));
        };
        let (before, row) = (case.conversion.sale_status, &case.conversion);
        let comes_to = row.worth().sale(change.wanted);
        // What was paid for although a part had been given back stands there: a system that says so again says no news.
        let is_said_again = matches!(actor, Actor::Key(_))
            && (before, change.wanted) == (SaleStatus::PartialRefunded, SaleStatus::Complete);
        if before == change.wanted || (is_said_again && before == comes_to) {
            return Ok(Some(SaleChanged::AlreadySo));
        }
        if case.is_news_to(change.seen) {
            return Ok(Some(SaleChanged::Overtaken(case.current(write.conn())?)));
        }
        let may = if matches!(actor, Actor::Key(_)) { may_be_told } else { may_move };
        let may = may(before, change.wanted, case.conversion.refunded_minor > 0);
        if let Err(obstacle) = may.and_then(|()| may_stand_with(case.commission.state, change.wanted)) {
            return Ok(Some(SaleChanged::NotPossible(case.current(write.conn())?, obstacle)));
        }
        let mut after = case.clone();
        after.conversion.sale_status = comes_to;
        let why = Why {
            reason: standing::reason_kept(&change.reason),
            detail: format!("{comes_to}, was {before}"),
            ..Why::plain(ChangeKind::SaleChanged, actor, EntryKind::Adjust)
        };
        let mut changes = Changes::new(env);
        let Some(changed) = changes.make(write, &case, after, why)? else {
            return Ok(None);
        };
        changes.approve_by_rule(write, &changed)?;
        changes.write(write)?;
        Ok(Some(SaleChanged::Changed))
    })
}
