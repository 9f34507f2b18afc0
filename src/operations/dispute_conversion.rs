//! Disputes: a bank asks for a purchase's money back, and decides one way or the other.
//!
//! While it lasts, the commission waits. Won, it goes back to where its facts put it; lost, all that remains of the order
//! is taken back. What is in a payout or paid cannot wait any more: there a lost dispute is a chargeback like any other
//! refund.

use crate::domain::change::{Actor, ChangeKind};
use crate::domain::commission::CommissionState;
use crate::domain::dispute::{Course, DisputeObstacle, DisputeStep, course};
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::ledger::EntryKind;
use crate::domain::payout::RefundKind;
use crate::environment::Environment;
use crate::storage::conversion_changes;
use crate::storage::error::Stored;
use crate::storage::refunds::{self, RefundRow};
use crate::storage::write::Write;

use super::refund_conversion;
use super::standing::{self, Case, Current, Why};

/// What came of it.
#[derive(Clone, Debug)]
pub enum Disputed {
    /// It is so now.
    Changed,
    /// It was so already.
    AlreadySo,
    /// It cannot be. Nothing was changed.
    NotPossible(Current, DisputeObstacle),
    /// The program has no such conversion.
    Unknown,
}

/// Takes a step in the dispute about a conversion of this program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn dispute_conversion(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: ConversionId,
    actor: Actor,
    (step, reason): (DisputeStep, &str),
) -> Stored<Disputed> {
    let reason = standing::reason_kept(reason);
    standing::decided(write, |write| {
        let Some(case) = Case::find(write.conn(), program, id)? else {
            return Ok(Some(Disputed::Unknown));
        };
        match course(case.commission.state, last_end(write, &case)?, step) {
            Course::Taken => {}
            Course::AlreadySo => return Ok(Some(Disputed::AlreadySo)),
            Course::NotPossible(obstacle) => {
                return Ok(Some(Disputed::NotPossible(case.current(write.conn())?, obstacle)));
            }
        }
        let (why, after) = (Why { reason: reason.clone(), ..why(step, actor) }, case.clone());
        let made = match step {
            DisputeStep::Opened => {
                let mut after = after;
                after.commission.state = CommissionState::Disputed;
                standing::change(write, env, &case, after, why)?
            }
            DisputeStep::Won => standing::change(write, env, &case, undisputed(after), why)?,
            DisputeStep::Lost => lose(write, env, &case, undisputed(after), why)?,
        };
        Ok(made.then_some(Disputed::Changed))
    })
}

fn why(step: DisputeStep, actor: Actor) -> Why {
    let kind = match step {
        DisputeStep::Opened => ChangeKind::Disputed,
        DisputeStep::Won => ChangeKind::DisputeWon,
        DisputeStep::Lost => ChangeKind::DisputeLost,
    };
    Why::plain(kind, actor, EntryKind::Chargeback)
}

/// As if there had been no dispute, to be settled.
fn undisputed(mut case: Case) -> Case {
    case.commission.state = CommissionState::Held;
    case
}

/// How the last dispute ended, if there was one.
fn last_end(write: &mut Write<'_>, case: &Case) -> Stored<Option<DisputeStep>> {
    let changes = conversion_changes::of_conversion(write.conn(), case.conversion.id)?;
    Ok(changes.iter().rev().find_map(|change| match change.kind {
        ChangeKind::DisputeWon => Some(DisputeStep::Won),
        ChangeKind::DisputeLost => Some(DisputeStep::Lost),
        _ => None,
    }))
}

/// Takes all that remains back. Of an order that was worth nothing there is nothing to give back, and still nothing is
/// owed any more.
fn lose(write: &mut Write<'_>, env: &Environment, case: &Case, mut after: Case, why: Why) -> Stored<bool> {
    let Some(row) = refund_conversion::take_all(env, (case, &mut after), RefundKind::Chargeback, &why.reason) else {
        return standing::change(write, env, case, after, why);
    };
    let row = RefundRow { event_id: refunds::event_of_dispute(case.conversion.edition), ..row };
    refund_conversion::change_with(write, env, (case, after), (why, &row))
}
