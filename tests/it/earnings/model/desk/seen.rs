//! What is on record, as the model sees it.

use accrue::domain::id::ConversionId;
use accrue::domain::time::Timestamp;
use accrue::operations::verify::verify;
use accrue::storage::{commissions, conversion_changes, conversions, ledger_entries, roll_ups};

use super::super::reference::{Seen, SeenOrder};
use super::{Installation, Scene};

impl Installation {
    /// Panics with every difference.
    pub fn verify(&mut self) {
        let now = self.clock.now();
        let verified = verify(self.parts().0, now).expect("the database answers");
        assert!(verified.differences.is_empty(), "{:#?}", verified.differences);
    }

    /// What is on record.
    pub fn seen(&mut self) -> Seen {
        let Scene { affiliates, mut orders, .. } = self.scene();
        orders.sort_unstable();
        let (conn, _) = self.parts();
        let ids: Vec<ConversionId> = orders.iter().map(|(_, id)| *id).collect();
        let rows = conversions::find_all(conn, &ids).expect("conversions");
        let theirs = commissions::of_conversions(conn, &ids).expect("commissions");
        let commission_ids: Vec<_> = theirs.iter().map(|row| row.id).collect();
        let entries = ledger_entries::of_commissions(conn, &commission_ids).expect("entries");
        let place = |id| affiliates.iter().position(|it| *it == id).expect("one of the two");
        let mut seen = Vec::new();
        for (order, id) in orders {
            let row = rows.iter().find(|row| row.id == id).expect("a conversion");
            let commission = theirs.iter().find(|row| row.conversion_id == id).expect("a commission");
            let its = entries.iter().filter(|entry| entry.commission_id == Some(commission.id));
            let changes = conversion_changes::of_conversion(conn, id).expect("changes").len();
            seen.push(SeenOrder {
                order,
                brought_by: place(commission.affiliate_id),
                entitled: place(row.affiliate_id),
                trust: row.trust,
                flags: row.flags.words(),
                status: row.status.as_str(),
                state: commission.state.as_str(),
                sale: row.sale_status.as_str(),
                adjusted: row.adjusted_minor,
                refunded: row.refunded_minor,
                base: row.base_minor,
                amount: commission.amount_minor,
                booked: commission.booked_minor,
                ledger: its.fold([0; 2], |mut sums, entry| {
                    sums[place(entry.affiliate_id)] += entry.amount_minor;
                    sums
                }),
                releases_at: commission.release_at.map(Timestamp::millis),
                edition: row.edition,
                changes: i64::try_from(changes).expect("few changes"),
            });
        }
        let money = affiliates.map(|affiliate| {
            let money = roll_ups::money_of_affiliate(conn, affiliate).expect("money");
            let parts = [money.waiting_minor, money.held_minor, money.disputed_minor, money.in_payout_minor];
            [money.balance_minor, parts[0], parts[1], parts[2], parts[3]]
        });
        Seen { orders: seen, money }
    }
}
