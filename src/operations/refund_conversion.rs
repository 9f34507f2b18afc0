//! Money that customers got back: from the merchant, or by way of their bank.
//!
//! A refund is reported at any time, whatever has become of the conversion, and each has an event id of its own, so that a
//! report that is sent twice counts once.

use crate::domain::change::{Actor, ChangeKind};
use crate::domain::conversion::SaleStatus;
use crate::domain::due::written;
use crate::domain::handle::ExternalId;
use crate::domain::id::{ConversionId, Id, ProgramId};
use crate::domain::ledger::EntryKind;
use crate::domain::money::Money;
use crate::domain::payout::RefundKind;
use crate::domain::time::Timestamp;
use crate::domain::worth::RefundFault;
use crate::environment::Environment;
use crate::storage::error::Stored;
use crate::storage::refunds::{self, RefundRow};
use crate::storage::write::Write;

use super::standing::{self, Case, Changes, Why};

/// Money given back.
#[derive(Clone, Debug)]
pub struct Refund {
    /// The reporter's name for it: the same one again is the same refund.
    pub event_id: ExternalId,
    /// Who gave it back.
    pub kind: RefundKind,
    /// How much, in the order's own currency; none means all that remains.
    pub amount: Option<Money>,
    /// Why, if anybody says.
    pub reason: String,
    /// When, as far as the reporter says.
    pub claimed_at: Option<Timestamp>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Refunded {
    /// It is on record now.
    Recorded(RefundRow),
    /// It was on record already. Nothing was changed.
    Repeat {
        /// What is on record.
        first: RefundRow,
        /// Whether the repeat says another amount or another kind.
        differs: bool,
    },
    /// That much cannot be given back. Nothing was changed.
    Refused(RefundFault),
    /// The program has no such conversion.
    Unknown,
}

/// Records that money of a conversion of this program was given back.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn refund_conversion(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: ConversionId,
    actor: Actor,
    refund: &Refund,
) -> Stored<Refunded> {
    standing::decided(write, |write| {
        let Some(case) = Case::find(write.conn(), program, id)? else {
            return Ok(Some(Refunded::Unknown));
        };
        if let Some(first) = refunds::find_event(write.conn(), id, &refund.event_id)? {
            let differs = refund.kind != first.kind || refund.amount.is_some_and(|amount| amount != first.amount());
            return Ok(Some(Refunded::Repeat { first, differs }));
        }
        let mut after = case.clone();
        let amount = match give_back(&mut after, refund.amount) {
            Ok(amount) => amount,
            Err(fault) => return Ok(Some(Refunded::Refused(fault))),
        };
        let row = RefundRow {
            event_id: refund.event_id.as_str().to_owned(),
            claimed_at: refund.claimed_at,
            ..row(env, &case, (refund.kind, amount), &refund.reason)
        };
        let plain = Why::plain(ChangeKind::Refunded, actor, entry_kind(refund.kind));
        let why = Why { reason: row.reason.clone(), ..plain };
        Ok(change_with(write, env, (&case, after), (why, &row))?.then_some(Refunded::Recorded(row)))
    })
}

/// Records that a customer got back everything that remains, as somebody stated without saying how, under a name of our own.
/// Of an order that was worth nothing there is nothing to give back, and still nothing is owed any more. Answers whether
/// nobody was faster.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub(super) fn give_all_back(write: &mut Write<'_>, env: &Environment, case: &Case, actor: Actor) -> Stored<bool> {
    let mut after = case.clone();
    let why = Why::plain(ChangeKind::Refunded, actor, EntryKind::Refund);
    let Some(row) = take_all(env, (case, &mut after), RefundKind::Refund, "") else {
        return standing::change(write, env, case, after, why);
    };
    let row = RefundRow { event_id: refunds::event_of_statement(case.conversion.edition), ..row };
    change_with(write, env, (case, after), (why, &row))
}

/// Takes everything that remains off a conversion, and answers with the refund of it, still without a name; none where there
/// was nothing, though nothing remains then, either.
pub(super) fn take_all(
    env: &Environment,
    (case, after): (&Case, &mut Case),
    kind: RefundKind,
    reason: &str,
) -> Option<RefundRow> {
    match give_back(after, None) {
        Ok(amount) => Some(row(env, case, (kind, amount), reason)),
        Err(_) => {
            after.conversion.sale_status = SaleStatus::Refunded;
            None
        }
    }
}

/// Makes a change that a refund comes with; answers whether nobody was faster.
pub(super) fn change_with(
    write: &mut Write<'_>,
    env: &Environment,
    (case, after): (&Case, Case),
    (why, row): (Why, &RefundRow),
) -> Stored<bool> {
    let why = Why { detail: written(row.amount()), occasion: Some(Id::from_uuid(row.id.uuid())), ..why };
    let mut changes = Changes::new(env);
    if changes.make(write, case, after, why)?.is_none() {
        return Ok(false);
    }
    refunds::insert(write, row)?;
    changes.write(write)?;
    Ok(true)
}

/// Takes an amount off what remains of a conversion, and answers with how much that is.
fn give_back(case: &mut Case, amount: Option<Money>) -> Result<Money, RefundFault> {
    let (worth, amount) = case.conversion.worth().refunded_by(amount)?;
    case.conversion.refunded_minor = worth.refunded.minor();
    case.conversion.sale_status = worth.sale(case.conversion.sale_status);
    Ok(amount)
}

/// As what the ledger gets what a refund takes back.
const fn entry_kind(kind: RefundKind) -> EntryKind {
    match kind {
        RefundKind::Refund => EntryKind::Refund,
        RefundKind::Chargeback => EntryKind::Chargeback,
    }
}

/// The row of a refund that is recorded now, still without a name.
fn row(env: &Environment, case: &Case, (kind, amount): (RefundKind, Money), reason: &str) -> RefundRow {
    let now = env.clock.now();
    RefundRow {
        id: env.mint.id_in_order(now, case.conversion.edition),
        program_id: case.conversion.program_id,
        conversion_id: case.conversion.id,
        event_id: String::new(),
        kind,
        amount_minor: amount.minor(),
        currency: amount.currency(),
        reason: standing::reason_kept(reason),
        claimed_at: None,
        recorded_at: now,
    }
}
