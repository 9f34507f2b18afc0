//! Writing what a report of more trust changes in a row that is on record: the row itself, the ledger, the reports, and a
//! change that says what was different.

use crate::domain::change::{Actor, Change, ChangeKind};
use crate::domain::click_token::Mode;
use crate::domain::conversion::Report;
use crate::domain::id::{AffiliateId, CommissionId, Entity, Id};
use crate::domain::ledger::{Entry, EntryKind};
use crate::domain::money::Money;
use crate::domain::report::{MoneyTally, Place};
use crate::domain::takeover::Takeover;
use crate::environment::Environment;
use crate::operations::standing::Case;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::{self, CommissionRow};
use crate::storage::conversion_changes::ChangeRow;
use crate::storage::conversion_details;
use crate::storage::conversions::{self, ConversionRow};
use crate::storage::error::{StorageError, Stored, Unique};
use crate::storage::ledger_entries::LedgerEntryRow;
use crate::storage::new_rows::NewRows;
use crate::storage::write::Write;

use super::Judged;
use super::decide::{Decided, TakenOver};
use super::on_record::OnRecord;
use super::rows::add_customer;

/// Changes the rows that give way or are flagged, and adds what hangs on that.
pub(super) fn change(
    write: &mut Write<'_>,
    env: &Environment,
    (catalogue, on_record): (&Catalogue, &OnRecord),
    judged: &[Judged<'_>],
    rows: &mut NewRows,
) -> Stored<()> {
    for (incoming, decided) in judged {
        let mut changing = Changing { write, env, catalogue, report: &incoming.report, rows };
        match decided {
            Decided::TakenOver(taken) => changing.take_over(on_record, taken)?,
            Decided::Refused { why, flagged: Some(row), .. } => {
                let detail = why.sentence().to_owned();
                changing.replace(row, row.edition - 1)?;
                changing.note(row, ChangeKind::Flagged, detail);
            }
            _ => {}
        }
    }
    Ok(())
}

struct Changing<'a, 'w> {
    write: &'a mut Write<'w>,
    env: &'a Environment,
    catalogue: &'a Catalogue,
    report: &'a Report,
    rows: &'a mut NewRows,
}

impl Changing<'_, '_> {
    fn take_over(&mut self, on_record: &OnRecord, taken: &TakenOver) -> Stored<()> {
        match taken.kind {
            Takeover::Confirm => self.confirm(taken),
            Takeover::Rewrite => self.rewrite(on_record, taken),
            Takeover::Compensate => self.compensate(taken),
            Takeover::Flag => self.flag(taken),
        }
    }

    /// The same story from somebody who is believed more, and may know more.
    fn confirm(&mut self, taken: &TakenOver) -> Stored<()> {
        let row = &taken.next;
        self.replace(row, taken.row.edition)?;
        if let Some(payment) = taken.payment {
            let mut commission = taken.commission.clone();
            commission.set_payment(payment);
            commissions::replace(self.write, &commission)?;
        }
        if let Some(mut details) = conversion_details::find(self.write.conn(), row.id)? {
            details.learn(self.report);
            conversion_details::replace(self.write, &details)?;
        }
        add_customer(taken.credited.customer_learned(&taken.row), self.report, self.rows);
        self.note(row, ChangeKind::Confirmed, String::new());
        Ok(())
    }

    /// The row as if the better report had come first, but for what it leaves unsaid and somebody else may have said since.
    fn rewrite(&mut self, on_record: &OnRecord, taken: &TakenOver) -> Stored<()> {
        let TakenOver { row: before, next: row, commission, credited, .. } = taken;
        self.replace(row, before.edition)?;
        let mut details = credited.details(on_record, self.report);
        if let Some(known) = conversion_details::find(self.write.conn(), row.id)? {
            details.metadata = details.metadata.or(known.metadata);
            details.claimed_at = details.claimed_at.or(known.claimed_at);
        }
        conversion_details::replace(self.write, &details)?;
        let after =
            CommissionRow { created_at: commission.created_at, ..credited.commission_row(commission.id, self.report) };
        commissions::replace(self.write, &after)?;
        self.book_difference(commission, &after, row);
        add_customer(credited.customer.as_ref(), self.report, self.rows);
        self.tally(&case(before, commission), &case(row, &after));
        let detail = told(taken);
        self.note(row, ChangeKind::TakenOver, detail);
        Ok(())
    }

    /// The row stays; somebody should look at it.
    fn flag(&mut self, taken: &TakenOver) -> Stored<()> {
        self.replace(&taken.next, taken.row.edition)?;
        let detail = told(taken);
        self.note(&taken.next, ChangeKind::Flagged, detail);
        Ok(())
    }

    /// The row stays, but for whose it is and what it is worth; whoever should have had the money gets it, whoever has it owes
    /// it. Who was credited first, and by which rule, the commission keeps.
    fn compensate(&mut self, taken: &TakenOver) -> Stored<()> {
        let TakenOver { row: before, next: row, commission, credited, .. } = taken;
        self.replace(row, before.edition)?;
        let mut earned = commission.clone();
        taken.made_up_for.iter().for_each(|told| told.earn(&mut earned));
        let (amount, due) = (earned.amount_minor.unwrap_or(0), credited.booked().minor());
        let entitled = Some(credited.credit.affiliate_id).filter(|entitled| *entitled != commission.affiliate_id);
        let after = CommissionRow {
            booked_minor: due,
            compensated_minor: due.saturating_sub(amount),
            entitled_id: entitled,
            updated_at: self.report.received_at,
            ..earned
        };
        commissions::replace(self.write, &after)?;
        self.book_difference(commission, &after, row);
        self.tally(&case(before, commission), &case(row, &after));
        let detail = told(taken);
        self.note(row, ChangeKind::Compensated, detail);
        Ok(())
    }

    /// Where another change came between reading and writing, the whole set is decided again.
    fn replace(&mut self, row: &ConversionRow, seen: i64) -> Stored<()> {
        if conversions::replace(self.write, row, seen)? { Ok(()) } else { Err(StorageError::Taken(Unique::Order)) }
    }

    /// An id that stands behind those of the row's earlier editions, though all may be of the same millisecond.
    fn next_id<T: Entity>(&self, row: &ConversionRow) -> Id<T> {
        self.env.mint.id_in_order(self.report.received_at, row.edition)
    }

    /// What leads from what is booked to what is to be booked: a correction for one affiliate, or one takes over from another.
    fn book_difference(&mut self, before: &CommissionRow, after: &CommissionRow, row: &ConversionRow) {
        let (from, to) = (before.entitled(), after.entitled());
        if from == to {
            let difference = after.booked_minor.saturating_sub(before.booked_minor);
            self.book((from, after.id), row, (EntryKind::Adjust, difference));
        } else {
            self.book((from, after.id), row, (EntryKind::Reversal, before.booked_minor.saturating_neg()));
            self.book((to, after.id), row, (EntryKind::Earn, after.booked_minor));
        }
    }

    fn book(
        &mut self,
        (affiliate_id, commission): (AffiliateId, CommissionId),
        row: &ConversionRow,
        (kind, minor): (EntryKind, i64),
    ) {
        if minor == 0 {
            return;
        }
        let entry = Entry {
            id: self.next_id(row),
            program_id: row.program_id,
            affiliate_id,
            commission_id: Some(commission),
            conversion_id: Some(row.id),
            kind,
            amount: Money::new(minor, row.base_currency),
            booked_at: self.report.received_at,
            occasion: None,
            reason: String::new(),
        };
        self.rows.entries.push(LedgerEntryRow::new(&entry, row.mode));
    }

    fn tally(&mut self, before: &Case, after: &Case) {
        let row = &after.conversion;
        let Some(program) = self.catalogue.program(row.program_id).filter(|_| row.mode == Mode::Live) else {
            return;
        };
        for (case, sign) in [(before, -1), (after, 1)] {
            let (row, affiliate_id) = (&case.conversion, case.commission.entitled());
            let place = Place { program_id: row.program_id, campaign_id: row.campaign_id, affiliate_id };
            self.rows.tallies.count(&place, &program.zone, row.received_at, &case.tally().times(sign));
            let money = if sign < 0 { MoneyTally::default().since(&case.money()) } else { case.money() };
            self.rows.tallies.count_money(row.program_id, affiliate_id, &money);
        }
    }

    fn note(&mut self, row: &ConversionRow, kind: ChangeKind, detail: String) {
        let change = Change {
            id: self.next_id(row),
            program_id: row.program_id,
            conversion_id: row.id,
            kind,
            actor: Actor::Key(self.report.token_id),
            reason: String::new(),
            detail,
            at: self.report.received_at,
        };
        self.rows.changes.push(ChangeRow::from(change));
    }
}

fn case(conversion: &ConversionRow, commission: &CommissionRow) -> Case {
    Case { conversion: conversion.clone(), commission: commission.clone() }
}

/// What was different, for people.
fn told(taken: &TakenOver) -> String {
    let (before, after) = (taken.row.amount(), taken.credited.amount);
    let mut told = Vec::new();
    if before != after {
        told.push(format!("{after} {}, was {before} {}", after.currency(), before.currency()));
    }
    let others = taken.differing.iter().filter(|field| !matches!(**field, "amount" | "currency"));
    told.extend(others.map(|field| format!("another {}", field.replace('_', " "))));
    told.join("; ")
}
