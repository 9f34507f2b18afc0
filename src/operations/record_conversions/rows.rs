//! The rows of a new conversion: itself, its details, its commission, its ledger entry, and what it adds to the reports.

use std::collections::BTreeMap;

use crate::domain::click_token::Mode;
use crate::domain::commission::CommissionState;
use crate::domain::conversion::{ConversionStatus, Report};
use crate::domain::flag::Flags;
use crate::domain::id::{CommissionId, ConversionId};
use crate::domain::ledger::{Entry, EntryKind};
use crate::domain::money::Money;
use crate::domain::report::{Place, Tally};
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversion_details::ConversionDetailsRow;
use crate::storage::conversions::{self, ConversionRow};
use crate::storage::error::Stored;
use crate::storage::ledger_entries::LedgerEntryRow;
use crate::storage::new_rows::NewRows;
use crate::storage::write::Write;

use super::Judged;
use super::decide::{Credited, Decided, OnRecord};

/// Adds the rows of everything that is new.
pub(super) fn add(
    env: &Environment,
    catalogue: &Catalogue,
    on_record: &OnRecord,
    judged: &[Judged<'_>],
    rows: &mut NewRows,
) {
    for (incoming, decided) in judged {
        if let Decided::New(credited) = decided {
            add_one(env, on_record, (&incoming.report, credited), rows);
            tally(catalogue, &incoming.report, credited, rows);
        }
    }
}

/// Raises the counters of what was reported again, each once: in the row at hand where the first report is of the same
/// set and not written yet.
pub(super) fn count_repeats(write: &mut Write<'_>, judged: &[Judged<'_>], rows: &mut NewRows) -> Stored<()> {
    let mut repeats: BTreeMap<ConversionId, i64> = BTreeMap::new();
    for (_, decided) in judged {
        if let Decided::Repeat { id, differing } = decided
            && differing.is_empty()
        {
            *repeats.entry(*id).or_default() += 1;
        }
    }
    for row in &mut rows.conversions {
        row.repeats += repeats.remove(&row.id).unwrap_or_default();
    }
    repeats.into_iter().try_for_each(|(id, count)| conversions::add_repeats(write, id, count))
}

fn tally(catalogue: &Catalogue, report: &Report, credited: &Credited, rows: &mut NewRows) {
    if report.mode == Mode::Test {
        return;
    }
    let Some(program) = catalogue.program(report.program_id) else {
        return;
    };
    let place = Place {
        program_id: report.program_id,
        campaign_id: credited.credit.campaign_id,
        affiliate_id: credited.credit.affiliate_id,
    };
    let tally = Tally::conversion(credited.earning.base, credited.earning.commission);
    rows.tallies.count(&place, &program.zone, report.received_at, &tally);
}

fn add_one(env: &Environment, on_record: &OnRecord, (report, credited): (&Report, &Credited), rows: &mut NewRows) {
    let click = credited.credit.click.and_then(|click| on_record.click(click.id));
    let commission = env.mint.id(report.received_at);
    rows.conversions.push(conversion_row(report, credited));
    rows.details.push(ConversionDetailsRow::new(report, click));
    rows.commissions.push(commission_row(commission, report, credited));
    if let Some(amount) = credited.earning.commission {
        let entry = Entry {
            id: env.mint.id(report.received_at),
            program_id: report.program_id,
            affiliate_id: credited.credit.affiliate_id,
            commission_id: Some(commission),
            conversion_id: Some(credited.id),
            kind: EntryKind::Earn,
            amount,
            booked_at: report.received_at,
            occasion: None,
            reason: String::new(),
        };
        rows.entries.push(LedgerEntryRow::new(&entry, report.mode));
    }
}

fn conversion_row(report: &Report, credited: &Credited) -> ConversionRow {
    let click = credited.credit.click;
    ConversionRow {
        id: credited.id,
        program_id: report.program_id,
        order_id: credited.key.order_id.clone(),
        action: credited.key.action.clone(),
        mode: report.mode,
        campaign_id: credited.credit.campaign_id,
        affiliate_id: credited.credit.affiliate_id,
        link_id: click.map(|click| click.link_id),
        click_id: click.map(|click| click.id),
        token_id: report.token_id,
        channel: report.channel,
        trust: i32::from(report.channel.trust().level()),
        event_type: report.event.kind,
        event_name: report.event.name.as_ref().map(|name| name.as_str().to_owned()),
        amount_minor: report.amount.minor(),
        currency: report.amount.currency(),
        base_minor: credited.earning.base.map(Money::minor),
        base_currency: credited.base_currency,
        status: ConversionStatus::Pending,
        sale_status: report.purchase.sale,
        repeats: 0,
        received_at: report.received_at,
        updated_at: report.received_at,
        adjusted_minor: report.amount.minor(),
        refunded_minor: 0,
        fx_rate: None,
        fx_day: None,
        referral_id: None,
        flags: Flags::default(),
        edition: 0,
    }
}

fn commission_row(id: CommissionId, report: &Report, credited: &Credited) -> CommissionRow {
    CommissionRow {
        id,
        program_id: report.program_id,
        conversion_id: credited.id,
        affiliate_id: credited.credit.affiliate_id,
        rule_id: credited.rule,
        amount_minor: credited.earning.commission.map(Money::minor),
        currency: credited.base_currency,
        state: CommissionState::Held,
        hold_reason: credited.earning.hold,
        created_at: report.received_at,
        updated_at: report.received_at,
        booked_minor: credited.earning.commission.map_or(0, Money::minor),
        hold_until: None,
        release_at: None,
        payment_number: None,
        first_paid_at: None,
        compensated_minor: 0,
        entitled_id: None,
        payout_id: None,
    }
}
