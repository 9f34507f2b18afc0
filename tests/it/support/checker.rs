//! What should be stored, what is stored, and the difference: lost, doubled, phantom, wrong, split.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a client is to report, and what the model says must come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order id.
    pub order_id: String,
    /// The click it came from.
    pub click_token: String,
    /// The amount in the currency's minor unit.
    pub amount_minor: i64,
    /// The currency.
    pub currency: String,
    /// The affiliate who is to be credited.
    pub affiliate: String,
    /// The commission they are to have, in the base currency's minor unit.
    pub commission_minor: i64,
}

impl Order {
    /// The amount as it is written on the wire, for a currency of this many decimals.
    pub fn amount_text(&self, decimals: usize) -> String {
        let digits = format!("{:0width$}", self.amount_minor, width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        if decimals == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
    }
}

/// What is stored for one conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// The order id.
    pub order_id: String,
    /// The conversion's id.
    pub conversion_id: String,
    /// The amount in the currency's minor unit.
    pub amount_minor: i64,
    /// The currency.
    pub currency: String,
    /// The affiliate who is credited.
    pub affiliate: String,
    /// The commission in the base currency's minor unit.
    pub commission_minor: i64,
}

/// What is known of an order when the store is looked at.
pub(super) enum Fate<'a> {
    /// It must be stored, and under the ids that answers named.
    Recorded(&'a BTreeSet<String>),
    /// It may be stored.
    Open(&'a BTreeSet<String>),
    /// It must not be stored.
    Absent,
}

static NO_IDS: BTreeSet<String> = BTreeSet::new();

/// Holds a list of orders against what is stored, where every one of them must be there.
#[derive(Debug)]
pub struct Checker;

impl Checker {
    /// What is wrong with the store.
    pub fn check(expected: &[Order], stored: &[StoredRow]) -> Findings {
        examine(expected, |_| Fate::Recorded(&NO_IDS), stored)
    }
}

/// What is wrong, a sentence each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Acknowledged and not there.
    pub lost: Vec<String>,
    /// There more than once.
    pub doubled: Vec<String>,
    /// There, and never sent or refused.
    pub phantom: Vec<String>,
    /// There with another amount, currency, affiliate or commission.
    pub wrong: Vec<String>,
    /// Known under more than one conversion id, or one conversion id for more than one order.
    pub split: Vec<String>,
    /// The model's commission total and the stored one, where they differ.
    pub commission_total: Option<(i128, i128)>,
}

impl Findings {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        *self == Findings::default()
    }

    /// Panics with all that is wrong.
    pub fn assert_none(&self) {
        assert!(self.is_empty(), "{self}");
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            ("lost", &self.lost),
            ("doubled", &self.doubled),
            ("phantom", &self.phantom),
            ("wrong", &self.wrong),
            ("split", &self.split),
        ];
        for (kind, found) in kinds.into_iter().filter(|(_, found)| !found.is_empty()) {
            let first: Vec<_> = found.iter().take(10).map(String::as_str).collect();
            writeln!(out, "{} {kind}: {}", found.len(), first.join("; "))?;
        }
        if let Some((model, stored)) = self.commission_total {
            writeln!(out, "the commissions sum to {stored}, the model's to {model}")?;
        }
        Ok(())
    }
}

/// Compares order by order; `fate` says what is known of each.
pub(super) fn examine<'a>(orders: &[Order], fate: impl Fn(&str) -> Fate<'a>, stored: &[StoredRow]) -> Findings {
    let mut findings = Findings::default();
    let mut rows: BTreeMap<&str, Vec<&StoredRow>> = BTreeMap::new();
    for row in stored {
        rows.entry(&row.order_id).or_default().push(row);
    }
    let mut model_total = 0;
    for order in orders {
        let its_rows = rows.remove(order.order_id.as_str()).unwrap_or_default();
        let (known_ids, must_exist) = match fate(&order.order_id) {
            Fate::Recorded(ids) => (ids, true),
            Fate::Open(ids) => (ids, false),
            Fate::Absent => {
                findings.phantom.extend(its_rows.iter().map(|row| format!("{} was not taken", row.order_id)));
                continue;
            }
        };
        if must_exist || !its_rows.is_empty() {
            model_total += i128::from(order.commission_minor);
        }
        if must_exist && its_rows.is_empty() {
            findings.lost.push(order.order_id.clone());
        }
        findings.compare(order, &its_rows, known_ids);
    }
    findings.phantom.extend(rows.keys().map(|order_id| format!("{order_id} was never sent")));
    findings.find_shared_ids(stored);
    let stored_total = stored.iter().map(|row| i128::from(row.commission_minor)).sum();
    findings.commission_total = (model_total != stored_total).then_some((model_total, stored_total));
    findings
}

impl Findings {
    fn compare(&mut self, order: &Order, rows: &[&StoredRow], known_ids: &BTreeSet<String>) {
        if rows.len() > 1 {
            self.doubled.push(format!("{} is there {} times", order.order_id, rows.len()));
        }
        for row in rows {
            let same = (row.amount_minor, &row.currency, &row.affiliate, row.commission_minor)
                == (order.amount_minor, &order.currency, &order.affiliate, order.commission_minor);
            if !same {
                self.wrong.push(format!("{row:?} for {order:?}"));
            }
        }
        let unanswered = |row: &&&StoredRow| !known_ids.is_empty() && !known_ids.contains(&row.conversion_id);
        let stored_elsewhere = rows.iter().find(unanswered);
        if known_ids.len() > 1 || stored_elsewhere.is_some() {
            let stored_ids: Vec<_> = rows.iter().map(|row| &row.conversion_id).collect();
            self.split.push(format!("{} was answered as {known_ids:?}, is stored as {stored_ids:?}", order.order_id));
        }
    }

    fn find_shared_ids(&mut self, stored: &[StoredRow]) {
        let mut orders_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for row in stored {
            orders_of.entry(&row.conversion_id).or_default().insert(&row.order_id);
        }
        let shared = orders_of.into_iter().filter(|(_, orders)| orders.len() > 1);
        self.split.extend(shared.map(|(id, orders)| format!("{id} stands for {orders:?}")));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn order(number: u32) -> Order {
        Order {
            order_id: format!("o{number}"),
            click_token: "clk".into(),
            amount_minor: 9_999,
            currency: "USD".into(),
            affiliate: "aff_1".into(),
            commission_minor: 1_000,
        }
    }

    pub(in super::super) fn row(number: u32) -> StoredRow {
        StoredRow {
            order_id: format!("o{number}"),
            conversion_id: format!("conv_{number}"),
            amount_minor: 9_999,
            currency: "USD".into(),
            affiliate: "aff_1".into(),
            commission_minor: 1_000,
        }
    }

    pub(in super::super) fn three() -> (Vec<Order>, Vec<StoredRow>) {
        ((1..=3).map(order).collect(), (1..=3).map(row).collect())
    }

    #[test]
    fn a_lost_order_is_found_and_missing_from_the_total() {
        let (orders, mut rows) = three();
        rows.remove(1);
        let findings = Checker::check(&orders, &rows);
        assert_eq!((findings.lost, findings.commission_total), (vec!["o2".to_owned()], Some((3_000, 2_000))));
    }

    #[test]
    fn a_doubled_order_is_found() {
        let (orders, mut rows) = three();
        rows.push(StoredRow { conversion_id: "conv_9".into(), ..row(3) });
        let findings = Checker::check(&orders, &rows);
        assert_eq!((findings.doubled.len(), findings.commission_total), (1, Some((3_000, 4_000))));
        assert!(findings.split.is_empty() && findings.wrong.is_empty() && findings.phantom.is_empty());
    }

    #[test]
    fn each_wrong_fact_is_found() {
        let changes: [fn(&mut StoredRow); 4] = [
            |row| row.amount_minor += 1,
            |row| row.currency = "EUR".into(),
            |row| row.affiliate = "aff_2".into(),
            |row| row.commission_minor -= 1,
        ];
        for change in changes {
            let (orders, mut rows) = three();
            change(&mut rows[2]);
            assert_eq!(Checker::check(&orders, &rows).wrong.len(), 1, "{:?}", rows[2]);
        }
    }

    #[test]
    fn commissions_off_by_one_each_way_balance_and_are_found_all_the_same() {
        let (orders, mut rows) = three();
        rows[0].commission_minor += 1;
        rows[1].commission_minor -= 1;
        let findings = Checker::check(&orders, &rows);
        assert_eq!((findings.wrong.len(), findings.commission_total), (2, None));
    }

    #[test]
    fn amounts_are_written_with_their_currencys_decimals() {
        let of = |minor| Order { amount_minor: minor, ..order(1) };
        assert_eq!(of(9_999).amount_text(2), "99.99");
        assert_eq!(of(5).amount_text(2), "0.05");
        assert_eq!(of(5).amount_text(0), "5");
        assert_eq!(of(1_005).amount_text(3), "1.005");
    }
}
