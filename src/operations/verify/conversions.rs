//! Every conversion with its commission, its ledger entries and its refunds.

use std::collections::{BTreeMap, HashMap};

use crate::domain::change::ChangeKind;
use crate::domain::click_token::Mode;
use crate::domain::commission::CommissionState;
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::SaleStatus;
use crate::domain::due::{Grounds, due};
use crate::domain::exchange::usable;
use crate::domain::id::{AffiliateId, CommissionId, ConversionId};
use crate::domain::ledger::EntryKind;
use crate::domain::report::{MoneyTally, Place};
use crate::domain::time::{Timestamp, Zone};
use crate::operations::standing::Case;
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::Conn;
use crate::storage::conversion_changes::ChangeRow;
use crate::storage::conversions::ConversionRow;
use crate::storage::error::Stored;
use crate::storage::ledger_entries::LedgerEntryRow;
use crate::storage::refunds::RefundRow;
use crate::storage::{commissions, conversion_changes, conversions, ledger_entries, refunds};

use super::{Checking, Hanging, PAGE, in_chunks};

impl Checking {
    pub(super) fn conversions(&mut self, conn: &mut Conn) -> Stored<()> {
        let mut after = None;
        loop {
            let page = conversions::page(conn, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            let ids: Vec<ConversionId> = page.iter().map(|row| row.id).collect();
            let commissions = in_chunks(&ids, |ids| commissions::of_conversions(conn, ids))?;
            let hanging = self.hanging(conn, &ids, &commissions)?;
            let mut by_conversion: HashMap<_, _> =
                commissions.into_iter().map(|row| (row.conversion_id, row)).collect();
            for conversion in page {
                self.verified.conversions += 1;
                self.adjustment(conn, &conversion)?;
                match by_conversion.remove(&conversion.id) {
                    Some(commission) => {
                        self.ended_hold(conn, &commission)?;
                        self.case(&Case { conversion, commission }, &hanging);
                    }
                    None => self.differs(format!("{} has no commission", conversion.id)),
                }
            }
        }
    }

    /// An amount that is lower than the one reported is so because somebody said so.
    fn adjustment(&mut self, conn: &mut Conn, row: &ConversionRow) -> Stored<()> {
        if row.adjusted_minor == row.amount_minor {
            return Ok(());
        }
        let changes = conversion_changes::of_conversion(conn, row.id)?;
        if !changes.iter().any(|change| change.kind == ChangeKind::Adjusted) {
            self.differs(format!("the amount of {} is not the one reported, and nobody adjusted it", row.id));
        }
        Ok(())
    }

    /// A hold that a rule says and that is not there was ended by somebody who stated that the commission is owed.
    fn ended_hold(&mut self, conn: &mut Conn, commission: &CommissionRow) -> Stored<()> {
        let rule = commission.rule_id.and_then(|id| self.rules.get(&id));
        if commission.hold_until.is_some() || rule.is_none_or(|rule| rule.terms.hold_days == 0) {
            return Ok(());
        }
        let changes = conversion_changes::of_conversion(conn, commission.conversion_id)?;
        let says_owed = |change: &ChangeRow| {
            let word = change.detail.parse::<CommissionStatus>();
            change.kind == ChangeKind::Stated && word.is_ok_and(CommissionStatus::is_owed)
        };
        if !changes.iter().any(says_owed) {
            let id = commission.conversion_id;
            self.differs(format!("the hold of {id} is over, and nobody stated that its commission is owed"));
        }
        Ok(())
    }

    fn hanging(&mut self, conn: &mut Conn, ids: &[ConversionId], commissions: &[CommissionRow]) -> Stored<Hanging> {
        let mut hanging = Hanging::default();
        let commissions: Vec<CommissionId> = commissions.iter().map(|row| row.id).collect();
        for entry in in_chunks(&commissions, |ids| ledger_entries::of_commissions(conn, ids))? {
            self.verified.ledger_entries += 1;
            let Some(commission) = entry.commission_id else { continue };
            hanging.entries.entry(commission).or_default().push(entry);
        }
        for refund in in_chunks(ids, |ids| refunds::of_conversions(conn, ids))? {
            hanging.refunds.entry(refund.conversion_id).or_default().push(refund);
        }
        Ok(hanging)
    }

    fn case(&mut self, case: &Case, hanging: &Hanging) {
        let Some(zone) = self.catalogue.program(case.conversion.program_id).map(|program| program.zone.clone()) else {
            return self.differs(format!("{} is of no program", case.conversion.id));
        };
        self.amount(case, &zone);
        self.quote(&case.conversion, &zone);
        self.state(case);
        self.worth(&case.conversion, hanging.refunds.get(&case.conversion.id).map_or(&[], Vec::as_slice));
        self.ledger(case, hanging.entries.get(&case.commission.id).map_or(&[], Vec::as_slice));
        self.count(case, &zone);
    }

    /// The commission is what amount, exchange rate, rule version and duration give.
    fn amount(&mut self, case: &Case, zone: &Zone) {
        let (row, commission) = (&case.conversion, &case.commission);
        // Lists go by the conversion's affiliate, reports and the ledger by the commission's.
        let whose = (commission.program_id, commission.entitled(), commission.currency);
        if whose != (row.program_id, row.affiliate_id, row.base_currency) {
            self.differs(format!("the commission of {} is of another program, affiliate or currency", row.id));
        }
        let rule = commission.rule_id.map(|id| self.rules.get(&id).filter(|rule| rule.campaign_id == row.campaign_id));
        let Some(rule) = rule.map_or(Some(None), |found| found.map(Some)) else {
            return self.differs(format!("{} names a rule version that is not its campaign's", row.id));
        };
        let hold_until = rule.map(|rule| rule.terms.hold_until(row.received_at));
        let grounds = Grounds {
            worth: row.worth(),
            base: row.base_currency,
            quote: row.quote(),
            rule,
            payment: commission.payment(),
            made_at: commission.made_at(row.received_at),
            zone,
        };
        let stored = (row.base(), commission.amount(), commission.hold_reason);
        let computed = grounds.earning().map(|earning| (earning.base, earning.commission, earning.hold));
        if computed != Ok(stored) {
            self.differs(format!("the commission of {} is not what its amount and rule give", row.id));
        }
        // A row of an older version has no hold, and needs none: its rule had none either. Others are looked at apart.
        if commission.hold_until.is_some_and(|until| Some(until) != hold_until) {
            self.differs(format!("the hold of {} does not end when its rule says", row.id));
        }
    }

    /// An exchange rate is of the conversion's own day, or of at most a week before.
    fn quote(&mut self, row: &ConversionRow, zone: &Zone) {
        let day = zone.local_day(row.received_at);
        // A zone that has changed since moves a day by one.
        let days = [day, day.next(), day.previous()];
        if let Some(quote) = row.quote()
            && !days.iter().any(|day| usable(&quote, *day))
        {
            self.differs(format!("{} is converted with the exchange rate of another time", row.id));
        }
    }

    /// The commission stands where its facts put it; where only the clock holds it, the job may be a little behind.
    fn state(&mut self, case: &Case) {
        let (row, commission) = (&case.conversion, &case.commission);
        let stored = (commission.state, commission.release_at);
        let settled = [Timestamp::from_millis(i64::MIN), self.now].map(|now| case.standing().settle(now));
        if !settled.iter().any(|settled| (settled.state, settled.release_at) == stored) {
            self.differs(format!("the commission of {} is {}, which its facts do not give", row.id, commission.state));
        }
        let in_payout = matches!(commission.state, CommissionState::InPayout | CommissionState::Paid);
        if in_payout != commission.payout_id.is_some() {
            self.differs(format!("the commission of {} is {} without its payout", row.id, commission.state));
        }
    }

    /// What was given back is what the refunds say, and no more than there was.
    fn worth(&mut self, row: &ConversionRow, refunds: &[RefundRow]) {
        let refunded = refunds.iter().try_fold(0_i64, |sum, refund| sum.checked_add(refund.amount_minor));
        let own = refunds.iter().all(|one| (one.program_id, one.currency) == (row.program_id, row.currency));
        if refunded != Some(row.refunded_minor) || !own {
            self.differs(format!("the refunds of {} are not what it says was given back", row.id));
        }
        let ordered = 0 <= row.refunded_minor
            && row.refunded_minor <= row.adjusted_minor
            && row.adjusted_minor <= row.amount_minor;
        if !ordered {
            self.differs(format!("more of {} was taken back than there was", row.id));
        }
        let follows = row.worth().sale(row.sale_status) == row.sale_status;
        // That a part was given back may be said without an amount.
        let says_back = row.sale_status == SaleStatus::Refunded;
        if !follows || (says_back && row.refunded_minor == 0 && row.amount_minor > 0) {
            self.differs(format!("{} is {}, which its refunds do not give", row.id, row.sale_status));
        }
    }

    /// The ledger holds what is due, for whoever is entitled to it and for nobody else.
    fn ledger(&mut self, case: &Case, entries: &[LedgerEntryRow]) {
        let (row, commission) = (&case.conversion, &case.commission);
        let whose = (row.program_id, row.mode, Some(row.id), commission.currency);
        let mut sums: BTreeMap<AffiliateId, i128> = BTreeMap::new();
        for entry in entries {
            if (entry.program_id, entry.mode, entry.conversion_id, entry.currency) != whose {
                self.differs(format!("{} is not booked as its conversion {} says", entry.id, row.id));
            }
            if matches!(entry.kind, EntryKind::Bonus | EntryKind::ExternalPayout) {
                self.differs(format!("{} is a {} and belongs to no conversion", entry.id, entry.kind));
            }
            *sums.entry(entry.affiliate_id).or_default() += i128::from(entry.amount_minor);
        }
        let booked = sums.remove(&commission.entitled()).unwrap_or_default();
        let is_due = due(commission.state, commission.amount_minor, commission.compensated_minor);
        if booked != i128::from(is_due) {
            self.differs(format!("the ledger books {booked} for {}, its commission is {is_due}", row.id));
        }
        if commission.booked_minor != is_due {
            let said = commission.booked_minor;
            self.differs(format!("the commission of {} says that {said} is booked, and {is_due} is due", row.id));
        }
        for (affiliate, left) in sums.into_iter().filter(|(_, left)| *left != 0) {
            self.differs(format!("the ledger books {left} for {} to {affiliate}, who is not entitled to it", row.id));
        }
        self.count_entries(entries);
    }

    fn count(&mut self, case: &Case, zone: &Zone) {
        let (row, affiliate_id) = (&case.conversion, case.commission.entitled());
        if row.mode == Mode::Live {
            let place = Place { program_id: row.program_id, campaign_id: row.campaign_id, affiliate_id };
            self.counted.count(&place, zone, row.received_at, &case.tally());
            // The balance is counted entry by entry.
            let parts = MoneyTally { balance_minor: 0, ..case.money() };
            self.counted.count_money(row.program_id, affiliate_id, &parts);
        }
    }
}
