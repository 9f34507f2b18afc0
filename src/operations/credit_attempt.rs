//! Crediting by hand what was reported and not recorded.
//!
//! An admin who knows better than the rules says whose an order was. It is recorded by the same road as every report, as
//! of the day on which it came, with the rule of that day; only who gets it is decided by a person, whose note stays with
//! it. What was put away or turned out stays so, and an order that is on record meanwhile is left alone.

use crate::domain::attempt::{Call, Payload};
use crate::domain::attribution::{Credit, Refusal};
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::change::{Actor, Change, ChangeKind};
use crate::domain::conversion::{Report, reported_amount};
use crate::domain::event::{Channel, Event};
use crate::domain::handle::OrderId;
use crate::domain::id::{AffiliateId, AttemptId, CampaignId, ConversionId, ProgramId, UserId};
use crate::domain::money::Money;
use crate::environment::Environment;
use crate::operations::audit;
use crate::operations::record_as_stated::bring;
use crate::operations::record_conversions::{Evidence, Incoming, Outcome, record_conversions};
use crate::storage::attempts::list::Whose;
use crate::storage::attempts::{self, AttemptRow, kept_report};
use crate::storage::catalogue::Catalogue;
use crate::storage::conversion_changes::ChangeRow;
use crate::storage::error::Stored;
use crate::storage::new_rows::NewRows;
use crate::storage::write::Write;

/// What an admin says of an attempt.
#[derive(Clone, Debug)]
pub struct Crediting {
    /// Whose it is.
    pub affiliate_id: AffiliateId,
    /// Which campaign's.
    pub campaign_id: CampaignId,
    /// The order.
    pub order_id: OrderId,
    /// What happened.
    pub event: Event,
    /// What it was worth.
    pub amount: Money,
    /// Why.
    pub note: String,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditedByHand {
    /// It is on record now.
    Recorded(ConversionId),
    /// The order was on record; nothing changed.
    OnRecord(ConversionId),
    /// This attempt has been credited before.
    AlreadyCredited(ConversionId),
    /// It may not be credited.
    Refused(Refusal),
    /// The program has no such attempt, or it is none of a conversion.
    Unknown,
}

/// Credits an attempt of this program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn credit_attempt(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    (attempt, user): (AttemptId, UserId),
    crediting: &Crediting,
) -> Stored<CreditedByHand> {
    let Some(row) = attempts::list::find(write.conn(), Whose::Program(program), attempt)?
        .filter(|row| row.call == Call::ReportConversion)
    else {
        return Ok(CreditedByHand::Unknown);
    };
    if let Some(conversion) = row.conversion_id {
        let differs = row.reason == Refusal::PayloadMismatch.as_str();
        let known = if differs { CreditedByHand::OnRecord } else { CreditedByHand::AlreadyCredited };
        return Ok(known(conversion));
    }
    if reported_amount(crediting.amount, &crediting.event).is_err() {
        return Ok(CreditedByHand::Refused(Refusal::InvalidRequest));
    }
    let Some(incoming) = incoming(env, program, &row, crediting) else {
        return Ok(CreditedByHand::Unknown);
    };
    let purchase = incoming.report.purchase.clone();
    let catalogue = Catalogue::load(write.conn(), env.clock.now())?;
    let mut rows = NewRows::default();
    let recorded = record_conversions(write, env, &catalogue, &[incoming], &mut rows)?;
    match recorded.outcomes.first() {
        Some(Outcome::Recorded(conversion)) => {
            rows.changes.push(change(env, program, (*conversion, user), &crediting.note));
            rows.write(write)?;
            bring(write, env, (program, *conversion), Actor::User(user), &purchase)?;
            attempts::set_credited(write, attempt, *conversion)?;
            let actor = AuditActor::User(user);
            let act =
                Act { program: Some(program), actor, action: Action::AttemptCredited, subject: attempt.to_string() };
            audit::note(write, env, &act)?;
            Ok(CreditedByHand::Recorded(*conversion))
        }
        Some(Outcome::Repeat(conversion)) => Ok(CreditedByHand::OnRecord(*conversion)),
        Some(Outcome::Refused(why)) => Ok(CreditedByHand::Refused(*why)),
        None => Ok(CreditedByHand::Unknown),
    }
}

/// The report as it came, as far as it could be read, with what the admin says.
fn incoming(env: &Environment, program: ProgramId, row: &AttemptRow, crediting: &Crediting) -> Option<Incoming> {
    let kept = kept_report::read(&row.report);
    let (customer, purchase) = kept.map(|kept| (kept.customer, kept.purchase)).unwrap_or_default();
    let report = Report {
        id: env.mint.id(row.received_at),
        program_id: program,
        mode: row.mode?,
        token_id: row.token_id?,
        channel: Channel::ByHand,
        received_at: row.received_at,
        order_id: crediting.order_id.clone(),
        event: crediting.event.clone(),
        amount: crediting.amount,
        customer,
        purchase,
        ignored_fields: Vec::new(),
    };
    let credit = Credit { campaign_id: crediting.campaign_id, affiliate_id: crediting.affiliate_id, click: None };
    let evidence = Evidence { by_hand: Some(credit), ..Evidence::default() };
    Some(Incoming { report, campaign_id: Some(crediting.campaign_id), evidence, payload: Payload::default() })
}

fn change(env: &Environment, program: ProgramId, (conversion, user): (ConversionId, UserId), note: &str) -> ChangeRow {
    let at = env.clock.now();
    ChangeRow::from(Change {
        id: env.mint.id(at),
        program_id: program,
        conversion_id: conversion,
        kind: ChangeKind::CreditedByHand,
        actor: Actor::User(user),
        reason: note.to_owned(),
        detail: String::new(),
        at,
    })
}
