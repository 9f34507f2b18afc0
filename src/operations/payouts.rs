//! Paying affiliates: beginning a payout, finishing it, calling it off.
//!
//! A payout takes everything that is payable to an affiliate, less what was paid too much before. From then on what is in
//! it cannot be decided about any more, and what is taken back of it is kept back from the next one. Test mode is never
//! paid. Beside the house's own payouts there are those made outside, of single commissions, which somebody states.
//!
//! While a commission is in a payout, a better report may say that its money is another affiliate's, or more than that
//! payout holds. What the ledger holds for it then is payable like anything else, so the next payout to whoever is entitled
//! takes it, though the commission is in the first one. When the first one is called off, the commission goes on in the one
//! that has its money: it is in it, or paid with it, and is never payable a second time.

use std::collections::HashMap;

use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::change::{Actor, ChangeKind};
use crate::domain::click_token::Mode;
use crate::domain::commission::CommissionState;
use crate::domain::id::{AffiliateId, CommissionId, ConversionId, Id, OccasionId, PayoutId, ProgramId};
use crate::domain::ledger::{Entry, EntryKind};
use crate::domain::money::Money;
use crate::domain::payout::PayoutState;
use crate::domain::report::MoneyTally;
use crate::environment::Environment;
use crate::storage::commissions::{self, CommissionRow};
use crate::storage::conn::Conn;
use crate::storage::conversion_changes::{self, ChangeRow};
use crate::storage::error::{StorageError, Stored};
use crate::storage::ledger_entries::{self, LedgerEntryRow};
use crate::storage::payouts::{self, PayoutRow};
use crate::storage::write::Write;
use crate::storage::{affiliates, programs, roll_ups};

use super::audit;
use super::standing::{Case, Changes, Why, reason_kept};

/// What came of beginning a payout.
#[derive(Clone, Debug)]
#[expect(clippy::enum_variant_names, reason = "what came of it is called after it")]
pub enum Begun {
    /// It is open.
    Begun(PayoutRow),
    /// One to this affiliate is open already. Nothing was changed.
    AlreadyOpen(PayoutRow),
    /// Nothing is payable: this much is, zero or less.
    NothingPayable(Money),
    /// The program has no such affiliate.
    Unknown,
}

/// Begins a payout of everything that is payable to an affiliate of this program. `reference` is what whoever pays wants
/// to find it by again.
///
/// # Errors
/// [`StorageError`]; [`crate::storage::error::Unique::OpenPayout`] when another process begins one at the same moment.
pub fn begin_payout(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    affiliate: AffiliateId,
    actor: Actor,
    reference: &str,
) -> Stored<Begun> {
    let own = affiliates::find(write.conn(), program, affiliate)?;
    let (Some(_), Some(payer)) = (own, programs::find(write.conn(), program)?) else {
        return Ok(Begun::Unknown);
    };
    if let Some(open) = payouts::open_of_affiliate(write.conn(), program, affiliate)? {
        return Ok(Begun::AlreadyOpen(open));
    }
    let payable = roll_ups::money_of_affiliate(write.conn(), affiliate)?.payable_minor();
    let amount = Money::new(payable, payer.base_currency);
    if !amount.is_positive() {
        return Ok(Begun::NothingPayable(amount));
    }
    let now = env.clock.now();
    let row = PayoutRow {
        id: env.mint.id(now),
        program_id: program,
        affiliate_id: affiliate,
        amount_minor: amount.minor(),
        currency: amount.currency(),
        state: PayoutState::Open,
        reference: reason_kept(reference),
        created_at: now,
        updated_at: now,
        mode: Mode::Live,
        outside: false,
    };
    payouts::insert(write, &row)?;
    let mut changes = Changes::new(env);
    let theirs = commissions::payable(write.conn(), program, affiliate)?;
    move_all(write, &mut changes, theirs, (ChangeKind::PutIntoPayout, actor), |commission| {
        commission.state = CommissionState::InPayout;
        commission.payout_id = Some(row.id);
    })?;
    count(&mut changes, &row, &MoneyTally::payout(amount));
    changes.write(write)?;
    note(write, env, (actor, Action::PayoutCreated), &row)?;
    Ok(Begun::Begun(row))
}

/// Begins a payout outside: of one commission that is payable, because somebody states that they are paying it themselves.
/// It is a payout of its own, beside those of the house, in the mode of its conversion: in test mode the same steps are taken
/// and nothing of it is counted, so that whoever builds an integration sees what they will see.
///
/// # Errors
/// [`StorageError`].
pub(super) fn begin_payout_outside(write: &mut Write<'_>, env: &Environment, case: &Case, actor: Actor) -> Stored<()> {
    let (now, commission) = (env.clock.now(), &case.commission);
    let row = PayoutRow {
        id: env.mint.id(now),
        program_id: commission.program_id,
        affiliate_id: commission.entitled(),
        amount_minor: commission.booked_minor,
        currency: commission.currency,
        state: PayoutState::Open,
        reference: format!("Order {}", case.conversion.order_id),
        created_at: now,
        updated_at: now,
        mode: case.conversion.mode,
        outside: true,
    };
    payouts::insert(write, &row)?;
    let mut changes = Changes::new(env);
    move_all(write, &mut changes, vec![commission.clone()], (ChangeKind::PutIntoPayout, actor), |commission| {
        commission.state = CommissionState::InPayout;
        commission.payout_id = Some(row.id);
    })?;
    count(&mut changes, &row, &MoneyTally::payout(row.amount()));
    changes.write(write)?;
    note(write, env, (actor, Action::PayoutCreated), &row)
}

/// What came of ending a payout.
#[derive(Clone, Debug)]
#[expect(clippy::enum_variant_names, reason = "what came of it is called after it")]
pub enum Ended {
    /// It has ended so.
    Changed(PayoutRow),
    /// It had ended so already.
    AlreadySo(PayoutRow),
    /// It had ended the other way. Nothing was changed.
    EndedOtherwise(PayoutRow),
    /// The program has no such payout.
    Unknown,
}

/// Notes what whoever pays finds an open payout by again; answers whether it is open.
///
/// # Errors
/// [`StorageError`].
pub fn refer_to_payout(write: &mut Write<'_>, program: ProgramId, payout: PayoutId, reference: &str) -> Stored<bool> {
    payouts::set_reference(write, program, payout, &reason_kept(reference))
}

/// Says that the affiliate has the money: one entry takes it out of the ledger.
///
/// # Errors
/// [`StorageError`].
pub fn finish_payout(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    payout: PayoutId,
    actor: Actor,
) -> Stored<Ended> {
    let row = match end(write, env, (program, payout), PayoutState::Paid)? {
        Ended::Changed(row) => row,
        other => return Ok(other),
    };
    let now = env.clock.now();
    let paid = row.amount().negated().map_err(|_| StorageError::Inconsistent("a payout of too much"))?;
    let entry = Entry {
        id: env.mint.id(now),
        program_id: program,
        affiliate_id: row.affiliate_id,
        commission_id: None,
        conversion_id: None,
        kind: EntryKind::ExternalPayout,
        amount: paid,
        booked_at: now,
        occasion: Some(occasion(row.id)),
        reason: row.reference.clone(),
    };
    let mut changes = Changes::new(env);
    let its = commissions::of_payout(write.conn(), program, payout)?;
    move_all(write, &mut changes, its, (ChangeKind::Paid, actor), |commission| {
        commission.state = CommissionState::Paid;
    })?;
    changes.new.entries.push(LedgerEntryRow::new(&entry, row.mode));
    count_out(&mut changes, &row);
    count(&mut changes, &row, &MoneyTally::entry(paid));
    changes.write(write)?;
    note(write, env, (actor, Action::PayoutPaid), &row)?;
    Ok(Ended::Changed(row))
}

/// Says that a payout did not happen: what is in it goes back to where its facts put it, or goes on in the payout that has
/// its money by now.
///
/// # Errors
/// [`StorageError`].
pub fn call_off_payout(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    payout: PayoutId,
    actor: Actor,
) -> Stored<Ended> {
    let row = match end(write, env, (program, payout), PayoutState::CalledOff)? {
        Ended::Changed(row) => row,
        other => return Ok(other),
    };
    let mut changes = Changes::new(env);
    let its = commissions::of_payout(write.conn(), program, payout)?;
    let mut elsewhere = paid_elsewhere(write.conn(), &its)?;
    let (going_on, leaving): (Vec<_>, Vec<_>) = its.into_iter().partition(|row| elsewhere.contains_key(&row.id));
    move_all(write, &mut changes, leaving, (ChangeKind::TakenOutOfPayout, actor), |commission| {
        commission.state = CommissionState::Payable;
        commission.payout_id = None;
    })?;
    for row in going_on {
        if let Some(other) = elsewhere.remove(&row.id) {
            go_on(write, &mut changes, row, &other, actor)?;
        }
    }
    count_out(&mut changes, &row);
    changes.write(write)?;
    note(write, env, (actor, Action::PayoutCalledOff), &row)?;
    Ok(Ended::Changed(row))
}

/// Which of these commissions, all in one payout, have their money in another one: what was made up for while they were in
/// theirs, the next payout to whoever is entitled took along.
fn paid_elsewhere(conn: &mut Conn, its: &[CommissionRow]) -> Stored<HashMap<CommissionId, PayoutRow>> {
    let mut found = HashMap::new();
    let conversions: Vec<ConversionId> = its.iter().map(|row| row.conversion_id).collect();
    let told_otherwise = conversion_changes::made_up_for(conn, &conversions)?;
    for row in its.iter().filter(|row| told_otherwise.contains(&row.conversion_id)) {
        let changes = conversion_changes::of_conversion(conn, row.conversion_id)?;
        let since_put = changes.rsplit(|change| change.kind == ChangeKind::PutIntoPayout).next().unwrap_or_default();
        let entries = ledger_entries::of_commissions(conn, &[row.id])?;
        let is_booked = |change: &ChangeRow| entries.iter().any(|entry| entry.booked_at == change.changed_at);
        let made_up_for = |change: &&ChangeRow| change.kind == ChangeKind::Compensated && is_booked(change);
        let Some(made_up_for) = since_put.iter().rfind(made_up_for) else { continue };
        let whose = (row.program_id, row.entitled());
        let other = payouts::first_of_house_since(conn, whose, made_up_for.changed_at)?;
        found.extend(other.map(|other| (row.id, other)));
    }
    Ok(found)
}

/// Puts a commission into the payout that has its money, straight from the one that is called off; it is paid where that is.
fn go_on(
    write: &mut Write<'_>,
    changes: &mut Changes<'_>,
    row: CommissionRow,
    payout: &PayoutRow,
    actor: Actor,
) -> Stored<()> {
    let (program, conversion) = (row.program_id, row.conversion_id);
    move_all(write, changes, vec![row], (ChangeKind::PutIntoPayout, actor), |commission| {
        commission.payout_id = Some(payout.id);
    })?;
    if payout.state != PayoutState::Paid {
        return Ok(());
    }
    let row = commissions::of_conversion(write.conn(), program, conversion)?;
    move_all(write, changes, row.into_iter().collect(), (ChangeKind::Paid, actor), |commission| {
        commission.state = CommissionState::Paid;
    })
}

fn note(write: &mut Write<'_>, env: &Environment, (actor, action): (Actor, Action), row: &PayoutRow) -> Stored<()> {
    match AuditActor::by_hand(actor) {
        Some(actor) => audit::note(write, env, &Act::in_program(row.program_id, actor, action).on(row.id)),
        None => Ok(()),
    }
}

fn occasion(payout: PayoutId) -> OccasionId {
    Id::from_uuid(payout.uuid())
}

/// The payout is no longer on its way.
fn count_out(changes: &mut Changes<'_>, row: &PayoutRow) {
    count(changes, row, &MoneyTally::default().since(&MoneyTally::payout(row.amount())));
}

/// Counts what a payout does to its affiliate's money; test mode is never counted.
fn count(changes: &mut Changes<'_>, row: &PayoutRow, money: &MoneyTally) {
    if row.mode == Mode::Live {
        changes.new.tallies.count_money(row.program_id, row.affiliate_id, money);
    }
}

fn end(
    write: &mut Write<'_>,
    env: &Environment,
    (program, payout): (ProgramId, PayoutId),
    wanted: PayoutState,
) -> Stored<Ended> {
    let changed = payouts::find(write.conn(), program, payout)?.is_some_and(|row| row.state == PayoutState::Open)
        && payouts::end(write, payout, wanted, env.clock.now())?;
    let Some(row) = payouts::find(write.conn(), program, payout)? else {
        return Ok(Ended::Unknown);
    };
    Ok(match changed {
        true => Ended::Changed(row),
        false if row.state == wanted => Ended::AlreadySo(row),
        false => Ended::EndedOtherwise(row),
    })
}

/// Moves every commission of a payout. Where somebody else decides about one of them in the same moment, the payout is
/// given up, to be tried again.
fn move_all(
    write: &mut Write<'_>,
    changes: &mut Changes<'_>,
    commissions: Vec<CommissionRow>,
    (kind, actor): (ChangeKind, Actor),
    step: impl Fn(&mut CommissionRow),
) -> Stored<()> {
    for case in Case::of_commissions(write.conn(), commissions)? {
        let mut after = case.clone();
        step(&mut after.commission);
        let payout = after.commission.payout_id.or(case.commission.payout_id);
        let detail = payout.map(|payout| payout.to_string()).unwrap_or_default();
        let why = Why { detail, occasion: payout.map(occasion), ..Why::plain(kind, actor, EntryKind::Reversal) };
        if changes.make(write, &case, after, why)?.is_none() {
            return Err(StorageError::Unavailable("somebody else decides about a commission of the payout".into()));
        }
    }
    Ok(())
}
