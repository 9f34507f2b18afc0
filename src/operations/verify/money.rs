//! Payouts, bonuses, and what the ledger holds besides commissions.

use std::collections::HashMap;

use crate::domain::click_token::Mode;
use crate::domain::id::{Id, OccasionId};
use crate::domain::ledger::EntryKind;
use crate::domain::money::Money;
use crate::domain::payout::PayoutState;
use crate::domain::report::MoneyTally;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::ledger_entries::{self, LedgerEntryRow};
use crate::storage::payouts::{self, PayoutRow};

use super::{Checking, PAGE};

impl Checking {
    /// What these entries make of their affiliates' balances.
    pub(super) fn count_entries(&mut self, entries: &[LedgerEntryRow]) {
        for entry in entries.iter().filter(|entry| entry.mode == Mode::Live) {
            let amount = Money::new(entry.amount_minor, entry.currency);
            self.counted.count_money(entry.program_id, entry.affiliate_id, &MoneyTally::entry(amount));
        }
    }

    /// Every payout that was made has one entry, and no other has any; an entry without a commission is such a one or a
    /// bonus.
    pub(super) fn payouts(&mut self, conn: &mut Conn) -> Stored<()> {
        let payouts = payouts::all(conn)?;
        let live = |payout: &&PayoutRow| payout.mode == Mode::Live;
        for open in payouts.iter().filter(live).filter(|payout| payout.state == PayoutState::Open) {
            self.counted.count_money(open.program_id, open.affiliate_id, &MoneyTally::payout(open.amount()));
        }
        let paid = payouts.into_iter().filter(|payout| payout.state == PayoutState::Paid);
        let mut unbooked: HashMap<OccasionId, PayoutRow> =
            paid.map(|row| (Id::from_uuid(row.id.uuid()), row)).collect();
        let mut after = None;
        loop {
            let page = ledger_entries::page_of_orphans(conn, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            self.count_entries(&page);
            for entry in &page {
                self.orphan(entry, &mut unbooked);
            }
        }
        let mut unbooked: Vec<PayoutRow> = unbooked.into_values().collect();
        unbooked.sort_unstable_by_key(|payout| payout.id);
        for payout in unbooked {
            self.differs(format!("{} is paid, and the ledger does not say so", payout.id));
        }
        let stored = ledger_entries::count(conn)?;
        let seen = self.verified.ledger_entries;
        if u64::try_from(stored).unwrap_or_default() != seen {
            self.differs(format!("the ledger has {stored} entries, and {seen} of them belong to something"));
        }
        Ok(())
    }

    fn orphan(&mut self, entry: &LedgerEntryRow, unbooked: &mut HashMap<OccasionId, PayoutRow>) {
        self.verified.ledger_entries += 1;
        match entry.kind {
            EntryKind::Bonus if entry.amount_minor > 0 => {}
            EntryKind::ExternalPayout => {
                let payout = entry.reference_id.and_then(|id| unbooked.remove(&id));
                let is_its = payout.is_some_and(|payout| {
                    let booked = (entry.program_id, entry.affiliate_id, entry.currency, entry.amount_minor);
                    let paid = payout.amount_minor.saturating_neg();
                    entry.mode == payout.mode
                        && booked == (payout.program_id, payout.affiliate_id, payout.currency, paid)
                });
                if !is_its {
                    self.differs(format!("{} takes out money that no payout was made with", entry.id));
                }
            }
            kind => self.differs(format!("{} is an entry of {kind} that belongs to no commission", entry.id)),
        }
    }
}
