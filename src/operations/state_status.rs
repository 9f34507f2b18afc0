//! Stating where a commission stands: by systems of the merchant's that keep their books elsewhere.
//!
//! Which steps lead there, [`crate::domain::stated`] says. They are taken by the operations that everybody else uses, all in
//! the transaction at hand, so that nothing stands anywhere without the entries, the changes and the figures that belong to
//! it. That it was stated is a change of its own: from then on no rule decides about it by itself, unless it is stated to be
//! pending, which is what such a rule makes of it.

use crate::domain::change::{Actor, ChangeKind};
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::ConversionStatus;
use crate::domain::dispute::DisputeStep;
use crate::domain::flag::Flag;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::ledger::EntryKind;
use crate::domain::review::needs_nobody;
use crate::domain::rule::{Approval, Rule};
use crate::domain::stated::{Course, Hindrance, Payer, Stands, Step};
use crate::environment::Environment;
use crate::storage::conn::Conn;
use crate::storage::conversion_changes::{self, ChangeRow};
use crate::storage::error::{StorageError, Stored};
use crate::storage::write::Write;
use crate::storage::{commission_rules, conversion_details, payouts};

use super::dispute_conversion::{Disputed, dispute_conversion};
use super::payouts::{Ended, begin_payout_outside, call_off_payout, finish_payout};
use super::refund_conversion::give_all_back;
use super::review_conversion::{Decision, Reviewed, review_conversion};
use super::standing::{self, Case, Current, Why};
use super::told_status;

/// What came of it.
#[derive(Clone, Debug)]
pub enum Stated {
    /// It stands there now.
    Changed,
    /// It stood there already.
    AlreadySo,
    /// It cannot stand there. Nothing was changed.
    NotPossible(Current, Hindrance),
    /// The program has no such conversion.
    Unknown,
}

/// States where the commission of a conversion of this program stands.
///
/// # Errors
/// [`StorageError`].
pub fn state_status(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: ConversionId,
    actor: Actor,
    wanted: CommissionStatus,
) -> Stored<Stated> {
    let mut stating = Stating { write, env, program, id, actor, wanted };
    for _ in 0..ATTEMPTS {
        let Some(case) = stating.case()? else { return Ok(Stated::Unknown) };
        let steps = match stands(stating.write.conn(), &case)?.course(wanted) {
            Course::Steps(steps) => steps,
            Course::AlreadySo => return Ok(Stated::AlreadySo),
            Course::NotPossible(why) => return Ok(Stated::NotPossible(case.current(stating.write.conn())?, why)),
        };
        if stating.note(&case, &steps, None)? {
            steps.into_iter().try_for_each(|step| stating.take(step))?;
            return Ok(Stated::Changed);
        }
    }
    Err(overtaken())
}

/// The same of a conversion that was recorded a moment ago with this word. Where the word cannot be followed, it is kept all
/// the same, with what stands in the way, and flagged: then somebody has to decide, and no rule does.
///
/// # Errors
/// [`StorageError`].
pub(super) fn state_recorded(
    write: &mut Write<'_>,
    env: &Environment,
    (program, id): (ProgramId, ConversionId),
    actor: Actor,
    wanted: CommissionStatus,
) -> Stored<Option<Hindrance>> {
    let mut stating = Stating { write, env, program, id, actor, wanted };
    let (case, stands) = stating.of_recorded()?;
    if wanted == CommissionStatus::Pending && stands.approval == Approval::Automatic {
        // As if it had not been stated: its rule has decided, or will.
        return Ok(None);
    }
    let (steps, hindrance) = match stands.course(wanted) {
        Course::Steps(steps) => (steps, None),
        Course::AlreadySo => (Vec::new(), None),
        Course::NotPossible(why) => (Vec::new(), Some(why)),
    };
    if !stating.note(&case, &steps, hindrance)? {
        return Err(overtaken());
    }
    steps.into_iter().try_for_each(|step| stating.take(step))?;
    Ok(hindrance)
}

/// The same of a conversion that stays as it is until a person has looked at what a better report told of it: that the report
/// stated something else is a change, and flagged, and nothing goes by it.
///
/// # Errors
/// [`StorageError`].
pub(super) fn state_kept(
    write: &mut Write<'_>,
    env: &Environment,
    (program, id): (ProgramId, ConversionId),
    actor: Actor,
    wanted: CommissionStatus,
) -> Stored<Option<Hindrance>> {
    let mut stating = Stating { write, env, program, id, actor, wanted };
    let (case, stands) = stating.of_recorded()?;
    if stands.course(wanted) == Course::AlreadySo {
        return Ok(None);
    }
    if !stating.say(&case, &[], Some(Hindrance::Kept))? {
        return Err(overtaken());
    }
    Ok(Some(Hindrance::Kept))
}

/// Brings a conversion where its report stated that it stands, now that the exchange rate is there for which that had to
/// wait. Where something else stands in the way, or a person has decided about it meanwhile, it stays flagged.
///
/// # Errors
/// [`StorageError`].
pub(super) fn follow_stated(
    write: &mut Write<'_>,
    env: &Environment,
    (program, id): (ProgramId, ConversionId),
) -> Stored<()> {
    let Some(wanted) = conversion_details::stated(write.conn(), &[id])?.remove(&id) else { return Ok(()) };
    let changes = conversion_changes::of_conversion(write.conn(), id)?;
    let by_person = |change: &ChangeRow| change.kind.is_decision() && matches!(change.by(), Actor::User(_));
    if !changes.iter().any(by_person) {
        state_status(write, env, program, id, Actor::Clock, wanted)?;
    }
    Ok(())
}

/// How often it is decided again on what somebody else left behind.
const ATTEMPTS: usize = 5;

fn overtaken() -> StorageError {
    StorageError::Unavailable("somebody else keeps changing it".into())
}

fn stands(conn: &mut Conn, case: &Case) -> Stored<Stands> {
    let commission = &case.commission;
    let payout = commission.payout_id.map(|payout| payouts::find(conn, commission.program_id, payout)).transpose()?;
    let is_outside = payout.flatten().is_some_and(|payout| payout.outside);
    let terms = rule_of(conn, case)?.map(|rule| rule.terms);
    let approval = terms.map_or(Approval::ByHand, |terms| terms.approval);
    let hold_until = terms.map(|terms| terms.hold_until(case.conversion.received_at));
    let mut flags = case.conversion.flags.clone();
    // That something else was stated before stands in nobody's way.
    flags.lower(Flag::StatedOtherwise);
    Ok(Stands {
        approval: if needs_nobody(approval, case.conversion.trust, &flags) { approval } else { Approval::ByHand },
        standpoint: told_status::standpoint(conn, (&case.conversion, commission))?,
        waits_for_rate: case.waits_for_rate(),
        is_owed: commission.booked().is_positive(),
        is_left_to_rule: approval == Approval::Automatic
            && commission.hold_until == hold_until
            && !case.conversion.flags.has(Flag::StatedOtherwise)
            && conversion_changes::is_left_to_rule(conn, case.conversion.id)?,
        payer: if is_outside { Payer::Outside } else { Payer::House },
    })
}

fn rule_of(conn: &mut Conn, case: &Case) -> Stored<Option<Rule>> {
    let rule = case.commission.rule_id.map(|id| commission_rules::find(conn, id));
    Ok(rule.transpose()?.flatten())
}

/// Somebody who states something.
struct Stating<'a, 'w> {
    write: &'a mut Write<'w>,
    env: &'a Environment,
    program: ProgramId,
    id: ConversionId,
    actor: Actor,
    wanted: CommissionStatus,
}

impl Stating<'_, '_> {
    fn case(&mut self) -> Stored<Option<Case>> {
        Case::find(self.write.conn(), self.program, self.id)
    }

    /// The case of a conversion that this very transaction has recorded or found on record.
    fn of_recorded(&mut self) -> Stored<(Case, Stands)> {
        let case = self.case()?.ok_or(StorageError::Inconsistent("a conversion was recorded and is not on record"))?;
        let stands = stands(self.write.conn(), &case)?;
        Ok((case, stands))
    }

    /// Keeps the word, and ends the hold where that is a step; answers whether nobody was faster.
    fn note(&mut self, case: &Case, steps: &[Step], hindrance: Option<Hindrance>) -> Stored<bool> {
        if !self.say(case, steps, hindrance)? {
            return Ok(false);
        }
        conversion_details::set_stated(self.write, self.id, self.wanted)?;
        Ok(true)
    }

    /// Says that it was stated. A flag says that what was stated last could not be followed.
    fn say(&mut self, case: &Case, steps: &[Step], hindrance: Option<Hindrance>) -> Stored<bool> {
        let mut after = case.clone();
        match hindrance {
            Some(_) => after.conversion.flags.raise(Flag::StatedOtherwise),
            None => after.conversion.flags.lower(Flag::StatedOtherwise),
        }
        if steps.contains(&Step::EndHold) {
            after.commission.hold_until = None;
        }
        if steps.contains(&Step::RestoreHold) {
            let rule = rule_of(self.write.conn(), case)?;
            after.commission.hold_until = rule.map(|rule| rule.terms.hold_until(case.conversion.received_at));
        }
        let why = Why {
            reason: hindrance.map_or("", Hindrance::sentence).to_owned(),
            detail: self.wanted.as_str().to_owned(),
            ..Why::plain(ChangeKind::Stated, self.actor, EntryKind::Adjust)
        };
        standing::change(self.write, self.env, case, after, why)
    }

    /// Takes a step. That it can be taken was seen a moment ago, so somebody who was faster ends the whole transaction.
    fn take(&mut self, step: Step) -> Stored<()> {
        let is_taken = match step {
            Step::EndHold | Step::RestoreHold => true,
            Step::Reopen => self.decide(ConversionStatus::Pending)?,
            Step::Approve => self.decide(ConversionStatus::Approved)?,
            Step::Reject => self.decide(ConversionStatus::Rejected)?,
            Step::Dispute => self.dispute(DisputeStep::Opened)?,
            Step::WinDispute => self.dispute(DisputeStep::Won)?,
            Step::LoseDispute => self.dispute(DisputeStep::Lost)?,
            Step::GiveBack | Step::BeginPayout | Step::FinishPayout | Step::CallOffPayout => self.move_money(step)?,
        };
        if is_taken { Ok(()) } else { Err(overtaken()) }
    }

    fn reason(&self) -> String {
        format!("stated as {}", self.wanted)
    }

    fn decide(&mut self, wanted: ConversionStatus) -> Stored<bool> {
        let reason = if wanted == ConversionStatus::Approved { String::new() } else { self.reason() };
        let decision = Decision { wanted, seen: None, reason };
        let reviewed = review_conversion(self.write, self.env, self.program, self.id, self.actor, &decision)?;
        Ok(matches!(reviewed, Reviewed::Changed))
    }

    fn dispute(&mut self, step: DisputeStep) -> Stored<bool> {
        let said = (step, self.reason());
        let said = (said.0, said.1.as_str());
        let disputed = dispute_conversion(self.write, self.env, self.program, self.id, self.actor, said)?;
        Ok(matches!(disputed, Disputed::Changed))
    }

    fn move_money(&mut self, step: Step) -> Stored<bool> {
        let Some(case) = self.case()? else { return Ok(false) };
        match (step, case.commission.payout_id) {
            (Step::GiveBack, _) => give_all_back(self.write, self.env, &case, self.actor),
            (Step::BeginPayout, None) => {
                begin_payout_outside(self.write, self.env, &case, self.actor)?;
                Ok(true)
            }
            (Step::FinishPayout, Some(payout)) => {
                let ended = finish_payout(self.write, self.env, self.program, payout, self.actor)?;
                Ok(matches!(ended, Ended::Changed(_)))
            }
            (Step::CallOffPayout, Some(payout)) => {
                let ended = call_off_payout(self.write, self.env, self.program, payout, self.actor)?;
                Ok(matches!(ended, Ended::Changed(_)))
            }
            _ => Ok(false),
        }
    }
}
