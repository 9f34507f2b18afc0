//! The rows of a new conversion: itself, its details, its commission, its ledger entry, its customer, and what it adds to
//! the reports.

use std::collections::BTreeMap;

use crate::domain::click_token::Mode;
use crate::domain::conversion::Report;
use crate::domain::exchange::ExchangeRate;
use crate::domain::id::{CommissionId, ConversionId};
use crate::domain::ledger::{Entry, EntryKind};
use crate::domain::money::Money;
use crate::domain::report::{MoneyTally, Place, Tally};
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversion_details::ConversionDetailsRow;
use crate::storage::conversions::{self, ConversionRow};
use crate::storage::error::Stored;
use crate::storage::ledger_entries::LedgerEntryRow;
use crate::storage::new_rows::NewRows;
use crate::storage::referrals::ReferralIdentifierRow;
use crate::storage::traces;
use crate::storage::write::Write;

use super::Judged;
use super::credited::{Credited, Customer};
use super::decide::Decided;
use super::on_record::OnRecord;

/// Adds the rows of everything that is new.
pub(super) fn add(
    env: &Environment,
    catalogue: &Catalogue,
    on_record: &OnRecord,
    judged: &[Judged<'_>],
    rows: &mut NewRows,
) {
    for (incoming, decided) in judged {
        let report = &incoming.report;
        if let Decided::New(credited) = decided {
            add_one(env, on_record, (report, credited), rows);
            tally(catalogue, report, credited, rows);
        }
    }
}

/// Raises the counters of what was reported again, each once: in the row at hand where the first report is of the same
/// set and not written yet.
pub(super) fn count_repeats(write: &mut Write<'_>, judged: &[Judged<'_>], rows: &mut NewRows) -> Stored<()> {
    let mut repeats: BTreeMap<ConversionId, i64> = BTreeMap::new();
    for (_, decided) in judged {
        if let Decided::Repeat(repeat) = decided
            && repeat.differing.is_empty()
        {
            *repeats.entry(repeat.id).or_default() += 1;
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
    let (affiliate_id, booked) = (credited.credit.affiliate_id, credited.booked());
    let place = Place { program_id: report.program_id, campaign_id: credited.credit.campaign_id, affiliate_id };
    let tally = Tally::conversion(credited.earning.base, credited.earning.commission);
    rows.tallies.count(&place, &program.zone, report.received_at, &tally);
    let money = MoneyTally::of(credited.status, credited.settled.state, booked);
    rows.tallies.count_money(report.program_id, affiliate_id, &money);
}

fn add_one(env: &Environment, on_record: &OnRecord, (report, credited): (&Report, &Credited), rows: &mut NewRows) {
    let commission = env.mint.id(report.received_at);
    rows.conversions.push(credited.row(report));
    rows.details.push(credited.details(on_record, report));
    rows.commissions.push(credited.commission_row(commission, report));
    if let Some(amount) = credited.earning.commission {
        let entry = Entry {
            id: env.mint.id_in_order(report.received_at, 0),
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
    add_customer(credited.customer.as_ref(), report, rows);
}

/// The referral, where it is new, and the names it was not known by.
pub(super) fn add_customer(customer: Option<&Customer>, report: &Report, rows: &mut NewRows) {
    let Some(customer) = customer else { return };
    if customer.is_new {
        rows.referrals.push(customer.referral.clone());
    }
    let identifiers = customer.new_names.iter().map(|(program_id, mode, name)| ReferralIdentifierRow {
        program_id: *program_id,
        mode: *mode,
        kind: name.kind,
        value: name.value.clone(),
        referral_id: customer.referral.id,
        created_at: report.received_at,
    });
    rows.referral_identifiers.extend(identifiers);
}

impl Credited {
    /// The row of the conversion.
    pub(super) fn row(&self, report: &Report) -> ConversionRow {
        let click = self.credit.click;
        ConversionRow {
            id: self.id,
            program_id: report.program_id,
            order_id: self.key.order_id.clone(),
            action: self.key.action.clone(),
            mode: report.mode,
            campaign_id: self.credit.campaign_id,
            affiliate_id: self.credit.affiliate_id,
            link_id: click.map(|click| click.link_id),
            click_id: click.map(|click| click.id),
            token_id: report.token_id,
            channel: report.channel,
            trust: i32::from(report.channel.trust().level()),
            event_type: report.event.kind,
            event_name: report.event.name.as_ref().map(|name| name.as_str().to_owned()),
            amount_minor: report.amount.minor(),
            currency: report.amount.currency(),
            base_minor: self.earning.base.map(Money::minor),
            base_currency: self.base,
            status: self.status,
            sale_status: self.sale,
            repeats: 0,
            received_at: self.received_at,
            updated_at: report.received_at,
            adjusted_minor: report.amount.minor(),
            refunded_minor: 0,
            fx_rate: self.quote.and_then(|quote| ExchangeRate::new(quote.rate).ok()),
            fx_day: self.quote.map(|quote| quote.day),
            referral_id: self.customer.as_ref().map(|customer| customer.referral.id),
            flags: self.flags.clone(),
            edition: 0,
            said: Some(report.said()),
        }
    }

    /// The row of its details.
    pub(super) fn details(&self, on_record: &OnRecord, report: &Report) -> ConversionDetailsRow {
        let click = self.credit.click.and_then(|click| on_record.click(click.id));
        let row = ConversionDetailsRow::new(report, click);
        ConversionDetailsRow {
            conversion_id: self.id,
            trace: traces::written(&self.trace),
            click_origin: self.credit.click.map(|click| click.origin),
            click_window_days: self.credit.click.map(|click| click.window.days().into()),
            ..row
        }
    }

    /// The row of its commission.
    pub(super) fn commission_row(&self, id: CommissionId, report: &Report) -> CommissionRow {
        CommissionRow {
            id,
            program_id: report.program_id,
            conversion_id: self.id,
            affiliate_id: self.credit.affiliate_id,
            rule_id: self.rule.as_ref().map(|rule| rule.id),
            amount_minor: self.earning.commission.map(Money::minor),
            currency: self.base,
            state: self.settled.state,
            hold_reason: self.earning.hold,
            created_at: self.received_at,
            updated_at: report.received_at,
            booked_minor: self.booked().minor(),
            hold_until: self.rule.as_ref().map(|rule| rule.terms.hold_until(self.received_at)),
            release_at: self.settled.release_at,
            payment_number: self.payment.map(|payment| payment.number.cast_signed()),
            first_paid_at: self.payment.map(|payment| payment.first_at),
            compensated_minor: 0,
            entitled_id: None,
            payout_id: None,
            payment_made_at: self.made_at,
        }
    }
}
