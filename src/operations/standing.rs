//! Changing what is on record of a conversion: the one way in which every decision, refund, dispute, rate and payout goes.
//!
//! Whoever changes something says what the conversion is to be. What follows from that is done here, for all of them
//! alike: the amount is computed again where what it follows from has changed, the commission settles where its facts put
//! it, the ledger gets the difference, reports and the affiliate's money get theirs, a row says who, when and why, and the
//! edition goes up. It is written only if the conversion is still of the edition that was read.

mod case;

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::change::{Actor, Change, ChangeKind};
use crate::domain::click_token::Mode;
use crate::domain::conversion::ConversionStatus;
use crate::domain::due::{Grounds, compensation_in_proportion, compensation_left, due};
use crate::domain::free_text::FreeText;
use crate::domain::id::{OccasionId, ProgramId, RuleId};
use crate::domain::ledger::{Entry, EntryKind};
use crate::domain::money::{Money, MoneyError};
use crate::domain::payment::{self, Counted};
use crate::domain::report::{Place, Tally};
use crate::domain::rule::{Approval, Rule};
use crate::domain::time::{Timestamp, Zone};
use crate::environment::Environment;
use crate::storage::commissions;
use crate::storage::conn::Conn;
use crate::storage::conversion_changes;
use crate::storage::conversions;
use crate::storage::error::{StorageError, Stored};
use crate::storage::ledger_entries::LedgerEntryRow;
use crate::storage::new_rows::NewRows;
use crate::storage::write::Write;
use crate::storage::{commission_rules, programs, referrals};

use super::audit;
pub use case::{Case, Current};

/// Why something changes.
#[derive(Clone, Debug)]
pub struct Why {
    /// What is done.
    pub kind: ChangeKind,
    /// By whom.
    pub actor: Actor,
    /// As what the ledger gets a difference, if there is one.
    pub entry: EntryKind,
    /// In the words of whoever does it, fit to be stored.
    pub reason: String,
    /// What was different before and after, for people.
    pub detail: String,
    /// The refund or payout it comes with.
    pub occasion: Option<OccasionId>,
}

impl Why {
    /// A change without words and without an occasion.
    #[must_use]
    pub const fn plain(kind: ChangeKind, actor: Actor, entry: EntryKind) -> Self {
        Self { kind, actor, entry, reason: String::new(), detail: String::new(), occasion: None }
    }
}

/// A reason as it is kept: on one line, at most 512 bytes; empty where it is blank.
#[must_use]
pub fn reason_kept(text: &str) -> String {
    FreeText::from_untrusted(text).map(FreeText::into_string).unwrap_or_default()
}

/// Changes that are written together: each conversion at once, what hangs on them at the end.
pub struct Changes<'a> {
    env: &'a Environment,
    zones: HashMap<ProgramId, Zone>,
    rules: HashMap<RuleId, Rule>,
    /// What is to be written at the end; more may be added.
    pub new: NewRows,
}

impl<'a> Changes<'a> {
    /// None yet.
    #[must_use]
    pub fn new(env: &'a Environment) -> Self {
        Self { env, zones: HashMap::new(), rules: HashMap::new(), new: NewRows::default() }
    }

    /// Turns what `before` says into what `after` says and all that follows from it, and answers with what stands then. With
    /// nothing, if somebody changed the conversion meanwhile: then nothing of this change was written.
    ///
    /// # Errors
    /// [`StorageError`], also for a conversion whose amount does not fit the program's currency.
    pub fn make(&mut self, write: &mut Write<'_>, before: &Case, mut after: Case, why: Why) -> Stored<Option<Case>> {
        let now = self.env.clock.now();
        if why.kind == ChangeKind::Reopened {
            self.restore_hold(write.conn(), &mut after)?;
        }
        let stood = (before.conversion.sale_status, before.commission.state);
        let known = after.commission.payment_made_at;
        after.commission.payment_made_at = payment::made_at(stood, after.conversion.sale_status, known, now);
        if after.counts_as_payment() && !before.counts_as_payment() {
            self.ask_which_payment(write.conn(), &mut after)?;
        }
        if !after.has_the_grounds_of(before) {
            let compensated = after.commission.compensated_minor;
            let worths = (before.conversion.worth(), after.conversion.worth());
            after.commission.compensated_minor = compensation_in_proportion(&worths.0, &worths.1, compensated);
            self.compute(write.conn(), &mut after)?.map_err(|_| {
                StorageError::Inconsistent("an amount that is too large for the currency of its program")
            })?;
        }
        after.settle(now);
        let commission = &mut after.commission;
        commission.booked_minor = due(commission.state, commission.amount_minor, commission.compensated_minor);
        commission.updated_at = now;
        after.conversion.updated_at = now;
        after.conversion.edition = before.conversion.edition + 1;
        if !conversions::replace(write, &after.conversion, before.conversion.edition)? {
            return Ok(None);
        }
        commissions::replace(write, &after.commission)?;
        self.count(write.conn(), before, &after)?;
        self.book(before, &after, &why, now);
        if let (Some(actor), Some(action)) = (AuditActor::by_hand(why.actor), Action::of_change(why.kind)) {
            let act = Act::in_program(after.conversion.program_id, actor, action).on(after.conversion.id);
            audit::note(write, self.env, &act)?;
        }
        self.note(&after, why, now);
        Ok(Some(after))
    }

    /// Computes again what a conversion earns as it stands.
    ///
    /// # Errors
    /// [`StorageError`]; the value says whether the amount fits the program's currency.
    pub fn compute(&mut self, conn: &mut Conn, case: &mut Case) -> Stored<Result<(), MoneyError>> {
        let zone = self.zone(conn, case.conversion.program_id)?.clone();
        let rule = self.rule(conn, case.commission.rule_id)?;
        let (conversion, commission) = (&mut case.conversion, &mut case.commission);
        let grounds = Grounds {
            worth: conversion.worth(),
            base: conversion.base_currency,
            quote: conversion.quote(),
            rule,
            payment: commission.payment(),
            made_at: commission.made_at(conversion.received_at),
            zone: &zone,
        };
        let earning = match grounds.earning() {
            Ok(earning) => earning,
            Err(error) => return Ok(Err(error)),
        };
        conversion.base_minor = earning.base.map(Money::minor);
        commission.amount_minor = earning.commission.map(Money::minor);
        commission.hold_reason = earning.hold;
        let worth = conversion.worth();
        commission.compensated_minor = compensation_left(&worth, commission.amount_minor, commission.compensated_minor);
        Ok(Ok(()))
    }

    /// Gives a decision that is taken back the hold of its rule again: that somebody stated it was over went with the decision.
    fn restore_hold(&mut self, conn: &mut Conn, case: &mut Case) -> Stored<()> {
        let rule = self.rule(conn, case.commission.rule_id)?;
        case.commission.hold_until = rule.map(|rule| rule.terms.hold_until(case.conversion.received_at));
        Ok(())
    }

    /// Asks which of its customer's payments a conversion is that begins to count as one: the first that none of those that count
    /// by now is.
    fn ask_which_payment(&mut self, conn: &mut Conn, case: &mut Case) -> Stored<()> {
        let rule = self.rule(conn, case.commission.rule_id)?;
        let duration = rule.map(|rule| rule.terms.duration).filter(|duration| duration.has_an_end());
        let (Some(duration), Some(customer)) = (duration, case.conversion.referral_id) else { return Ok(()) };
        let (id, made_at) = (case.conversion.id, case.commission.made_at(case.conversion.received_at));
        let theirs = referrals::payments(conn, &[customer])?.remove(&customer).unwrap_or_default();
        let others = theirs.iter().filter(|payment| payment.conversion_id != id);
        let others: Vec<Counted> = others.map(|payment| payment.counted).collect();
        let zone = self.zone(conn, case.conversion.program_id)?;
        let payment = payment::place(duration, &others, made_at, zone);
        case.commission.set_payment(payment);
        if !duration.covers(payment, made_at, zone) {
            // What a better report earned more was for the same payment.
            case.commission.compensated_minor = 0;
        }
        Ok(())
    }

    /// Approves what its rule approves by itself, now that nothing speaks against it any more and if nobody has ever decided
    /// about it, or left it to the rule again since.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn approve_by_rule(&mut self, write: &mut Write<'_>, case: &Case) -> Stored<()> {
        let rule = self.rule(write.conn(), case.commission.rule_id)?;
        let approval = rule.map_or(Approval::ByHand, |rule| rule.terms.approval);
        let Case { conversion: row, .. } = case;
        if !case.under_review().approves_itself(approval, row.trust, &row.flags, row.sale_status) {
            return Ok(());
        }
        let was_decided = !conversion_changes::decided(write.conn(), &[row.id])?.is_empty();
        if was_decided && !conversion_changes::is_left_to_rule(write.conn(), row.id)? {
            return Ok(());
        }
        let mut after = case.clone();
        after.conversion.status = ConversionStatus::Approved;
        self.make(write, case, after, Why::plain(ChangeKind::Approved, Actor::Clock, EntryKind::Reversal))?;
        Ok(())
    }

    /// Writes what hangs on the changes.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn write(self, write: &mut Write<'_>) -> Stored<()> {
        self.new.write(write)?;
        Ok(())
    }

    /// The zone whose days a program counts in.
    pub(super) fn zone(&mut self, conn: &mut Conn, program: ProgramId) -> Stored<&Zone> {
        match self.zones.entry(program) {
            Slot::Occupied(known) => Ok(known.into_mut()),
            Slot::Vacant(free) => {
                let row = programs::find(conn, program)?
                    .ok_or_else(|| StorageError::Inconsistent("a conversion without a program"))?;
                Ok(free.insert(
                    Zone::parse(&row.time_zone)
                        .map_err(|_| StorageError::Inconsistent("a program without a time zone"))?,
                ))
            }
        }
    }

    fn rule(&mut self, conn: &mut Conn, id: Option<RuleId>) -> Stored<Option<&Rule>> {
        let Some(id) = id else { return Ok(None) };
        match self.rules.entry(id) {
            Slot::Occupied(known) => Ok(Some(known.into_mut())),
            Slot::Vacant(free) => {
                let rule = commission_rules::find(conn, id)?
                    .ok_or_else(|| StorageError::Inconsistent("a commission without its rule"))?;
                Ok(Some(free.insert(rule)))
            }
        }
    }

    fn count(&mut self, conn: &mut Conn, before: &Case, after: &Case) -> Stored<()> {
        if after.conversion.mode == Mode::Test {
            return Ok(());
        }
        let (program, row) = (after.conversion.program_id, &after.conversion);
        let affiliate_id = after.commission.entitled();
        let mut tally = after.tally();
        tally.add(&before.tally().times(-1));
        if tally != Tally::default() {
            let place = Place { program_id: program, campaign_id: row.campaign_id, affiliate_id };
            let zone = self.zone(conn, program)?.clone();
            self.new.tallies.count(&place, &zone, row.received_at, &tally);
        }
        let money = after.money().since(&before.money());
        self.new.tallies.count_money(program, affiliate_id, &money);
        Ok(())
    }

    fn book(&mut self, before: &Case, after: &Case, why: &Why, now: Timestamp) {
        let commission = &after.commission;
        let difference = commission.booked_minor.saturating_sub(before.commission.booked_minor);
        if difference == 0 {
            return;
        }
        let entry = Entry {
            id: self.env.mint.id_in_order(now, after.conversion.edition),
            program_id: commission.program_id,
            affiliate_id: commission.entitled(),
            commission_id: Some(commission.id),
            conversion_id: Some(after.conversion.id),
            kind: why.entry,
            amount: Money::new(difference, commission.currency),
            booked_at: now,
            occasion: why.occasion,
            reason: why.reason.clone(),
        };
        self.new.entries.push(LedgerEntryRow::new(&entry, after.conversion.mode));
    }

    fn note(&mut self, after: &Case, why: Why, now: Timestamp) {
        let change = Change {
            id: self.env.mint.id_in_order(now, after.conversion.edition),
            program_id: after.conversion.program_id,
            conversion_id: after.conversion.id,
            kind: why.kind,
            actor: why.actor,
            reason: why.reason,
            detail: why.detail,
            at: now,
        };
        self.new.changes.push(change.into());
    }
}

/// Makes one change and writes all of it; answers whether nobody was faster.
///
/// # Errors
/// [`StorageError`].
pub(super) fn change(write: &mut Write<'_>, env: &Environment, before: &Case, after: Case, why: Why) -> Stored<bool> {
    let mut changes = Changes::new(env);
    let made = changes.make(write, before, after, why)?.is_some();
    changes.write(write)?;
    Ok(made)
}

/// Decides again for as long as somebody else was faster, each time on what they left behind: `attempt` answers with
/// nothing when its change was overtaken.
///
/// # Errors
/// What `attempt` failed with; [`StorageError::Unavailable`] after being overtaken again and again.
pub(super) fn decided<T>(
    write: &mut Write<'_>,
    mut attempt: impl FnMut(&mut Write<'_>) -> Stored<Option<T>>,
) -> Stored<T> {
    const ATTEMPTS: usize = 5;
    for _ in 0..ATTEMPTS {
        if let Some(done) = attempt(write)? {
            return Ok(done);
        }
    }
    Err(StorageError::Unavailable("somebody else keeps changing it".into()))
}
