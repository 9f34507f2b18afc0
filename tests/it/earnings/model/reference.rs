//! What the rules say, as plainly as it can be written: whole numbers, a map, and no thought of speed.

mod order;

use std::collections::BTreeMap;

use super::Step;
use order::{Order, Terms, rounded};

const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// What an order and its commission are seen to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenOrder {
    pub order: u8,
    pub status: &'static str,
    pub state: &'static str,
    pub sale: &'static str,
    pub adjusted: i64,
    pub refunded: i64,
    pub base: Option<i64>,
    pub amount: Option<i64>,
    pub booked: i64,
    pub ledger: i64,
    pub releases_at: Option<i64>,
    pub edition: i64,
    pub changes: i64,
}

/// Everything that is compared after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub orders: Vec<SeenOrder>,
    /// Balance, waiting, held, disputed, in a payout.
    pub money: [i64; 5],
}

/// A program with one affiliate and one campaign, in US dollars.
pub struct Model {
    now: i64,
    orders: BTreeMap<u8, Order>,
    rates: BTreeMap<(&'static str, i64), i64>,
    rule: Terms,
    clicked: Option<i64>,
    payout: Option<i64>,
    /// Entries that belong to no order.
    besides: i64,
}

impl Model {
    pub fn new(now: i64) -> Model {
        let rule = Terms { ppm: 100_000, flat: 0, kind: 'p', hold_days: 0, automatic: false };
        let (orders, rates) = (BTreeMap::new(), BTreeMap::new());
        Model { now, orders, rates, rule, clicked: None, payout: None, besides: 0 }
    }

    pub fn seen(&self) -> Seen {
        let seen = |(number, order): (&u8, &Order)| SeenOrder {
            order: *number,
            status: order.status,
            state: order.state,
            sale: order.sale,
            adjusted: order.adjusted,
            refunded: order.refunded,
            base: order.base(),
            amount: order.earned(),
            booked: order.ledger,
            ledger: order.ledger,
            releases_at: order.releases_at,
            edition: order.edition,
            changes: order.edition,
        };
        Seen { orders: self.orders.iter().map(seen).collect(), money: self.money() }
    }

    fn money(&self) -> [i64; 5] {
        let sum =
            |is: &dyn Fn(&Order) -> bool| self.orders.values().filter(|it| is(it)).map(|it| it.ledger).sum::<i64>();
        [
            self.besides + sum(&|_| true),
            sum(&|it| it.state == "held" && it.status == "pending"),
            sum(&|it| it.state == "held" && it.status != "pending"),
            sum(&|it| it.state == "disputed"),
            self.payout.unwrap_or(0),
        ]
    }

    fn quote(&self, currency: &str, received: i64) -> Option<(i128, u32)> {
        let day = received.div_euclid(DAY);
        (day - 7..=day).rev().find_map(|day| {
            let dollars = i128::from(*self.rates.get(&("USD", day))?);
            if currency == "EUR" {
                return Some((dollars, 4));
            }
            let pounds = i128::from(*self.rates.get(&("GBP", day))?);
            // Twelve digits that count.
            let decimals = if dollars >= pounds { 11 } else { 12 };
            Some((rounded(dollars * 10_i128.pow(decimals), pounds), decimals))
        })
    }

    /// Takes a step, and answers as the product must.
    pub fn take(&mut self, step: &Step) -> String {
        let now = self.now;
        match step {
            Step::Click => self.clicked = Some(now),
            Step::Convert { order, amount, currency, trial, by_click } => {
                return self.convert(*order, *amount, currency, (*trial, *by_click)).to_owned();
            }
            Step::Decide { order, wanted, stale, reason } => return self.decide(*order, *wanted, *stale, *reason),
            Step::Adjust { order, percent } => return self.adjust(*order, *percent),
            Step::Refund { order, event, percent, chargeback } => {
                return self.refund(*order, *event, *percent, *chargeback);
            }
            Step::Dispute { order, step } => return self.dispute(*order, *step).to_owned(),
            Step::Purchase { order, wanted } => return self.purchase(*order, *wanted).to_owned(),
            Step::Pass { hours } => self.now += hours * HOUR,
            Step::Release => {
                for order in self.orders.values_mut().filter(|it| it.releases_at.is_some_and(|at| at <= now)) {
                    order.changed(now);
                }
            }
            Step::Rate { currency, ten_thousandths, days_ago } => {
                self.rates.insert((currency, now.div_euclid(DAY) - i64::from(*days_ago)), *ten_thousandths);
                let waiting: Vec<u8> = self.orders.iter().filter(|(_, it)| it.waits()).map(|(id, _)| *id).collect();
                for id in waiting {
                    let quote = self.quote(self.orders[&id].currency, self.orders[&id].received);
                    let order = self.orders.get_mut(&id).unwrap();
                    if quote.is_some() {
                        order.quote = quote;
                        order.changed(now);
                        order.approve_by_rule(now);
                    }
                }
            }
            Step::Rule { ppm, flat, kind, hold_days, automatic } => {
                self.rule = Terms { ppm: *ppm, flat: *flat, kind: *kind, hold_days: *hold_days, automatic: *automatic };
            }
            Step::Payout { step } => return self.pay(*step),
            Step::Bonus { amount } => {
                if *amount == 0 {
                    return "refused".to_owned();
                }
                self.besides += amount;
            }
            Step::RotateKey | Step::Restart => {}
        }
        "done".to_owned()
    }

    fn convert(
        &mut self,
        order: u8,
        amount: i64,
        currency: &'static str,
        (trial, by_click): (bool, bool),
    ) -> &'static str {
        if self.orders.contains_key(&order) {
            return "repeat";
        }
        let clicked = self.clicked.filter(|_| by_click);
        if clicked.is_some_and(|at| self.now > at + 30 * DAY) {
            return "refused";
        }
        let mut new = Order {
            currency,
            initial: amount,
            adjusted: amount,
            refunded: 0,
            refunds: BTreeMap::new(),
            status: "pending",
            state: "held",
            sale: if trial { "trialing" } else { "complete" },
            rule: self.rule,
            received: self.now,
            trusted: clicked.is_some(),
            quote: if currency == "USD" { None } else { self.quote(currency, self.now) },
            decided: false,
            dispute_end: None,
            ledger: 0,
            releases_at: None,
            edition: 0,
        };
        if new.rule.automatic && new.trusted && !trial && !new.waits() {
            new.status = "approved";
        }
        new.settle(self.now);
        self.orders.insert(order, new);
        "recorded"
    }

    #[expect(clippy::fn_params_excessive_bools, reason = "a step of a history is drawn as numbers and coins")]
    fn decide(&mut self, order: u8, wanted: char, stale: bool, reason: bool) -> String {
        let now = self.now;
        let Some(it) = self.orders.get_mut(&order) else { return "unknown".to_owned() };
        let wanted = match wanted {
            'a' => "approved",
            'r' => "rejected",
            _ => "pending",
        };
        if it.status == wanted {
            return "already so".to_owned();
        }
        if stale {
            return "overtaken".to_owned();
        }
        let obstacle = if matches!(it.state, "in_payout" | "paid") {
            "in_payout"
        } else if it.state == "disputed" {
            "disputed"
        } else if it.status != "pending" && wanted != "pending" {
            "decided_otherwise"
        } else if wanted == "approved" && it.waits() {
            "needs_rate"
        } else if wanted != "approved" && !reason {
            "needs_reason"
        } else {
            it.status = wanted;
            it.decided = true;
            it.changed(now);
            return "changed".to_owned();
        };
        format!("not possible: {obstacle}")
    }

    fn adjust(&mut self, order: u8, percent: i64) -> String {
        let now = self.now;
        let Some(it) = self.orders.get_mut(&order) else { return "unknown".to_owned() };
        let amount = part(it.initial, percent);
        let answer = if amount == it.adjusted && it.adjusted != it.initial {
            "already so"
        } else if it.status != "pending" {
            "not pending"
        } else if amount <= 0 || amount >= it.initial || amount < it.refunded {
            "refused"
        } else {
            it.adjusted = amount;
            it.say_what_was_given_back();
            it.changed(now);
            "changed"
        };
        answer.to_owned()
    }

    fn refund(&mut self, order: u8, event: u8, percent: Option<i64>, chargeback: bool) -> String {
        let now = self.now;
        let Some(it) = self.orders.get_mut(&order) else { return "unknown".to_owned() };
        let amount = percent.map(|percent| part(it.initial, percent));
        if let Some(first) = it.refunds.get(&event) {
            let differs = first.1 != chargeback || amount.is_some_and(|amount| amount != first.0);
            return format!("repeat, differs: {differs}");
        }
        let amount = amount.unwrap_or(it.left());
        if amount <= 0 || amount > it.left() {
            return "refused".to_owned();
        }
        it.refunded += amount;
        it.refunds.insert(event, (amount, chargeback));
        it.say_what_was_given_back();
        it.changed(now);
        format!("recorded {amount}")
    }

    fn dispute(&mut self, order: u8, step: char) -> &'static str {
        let now = self.now;
        let Some(it) = self.orders.get_mut(&order) else { return "unknown" };
        match (step, it.state) {
            ('o', "disputed") => return "already so",
            ('o', "held" | "payable") => it.state = "disputed",
            ('w' | 'l', "disputed") => {
                it.state = "held";
                it.dispute_end = Some(step);
                if step == 'l' {
                    it.refunded = it.adjusted;
                    it.say_what_was_given_back();
                }
            }
            ('w' | 'l', _) if it.dispute_end == Some(step) => return "already so",
            _ => return "not possible",
        }
        it.changed(now);
        "changed"
    }

    fn purchase(&mut self, order: u8, wanted: char) -> &'static str {
        let now = self.now;
        let Some(it) = self.orders.get_mut(&order) else { return "unknown" };
        let wanted = match wanted {
            'o' => "open",
            'c' => "complete",
            't' => "trialing",
            _ => "failed",
        };
        if it.sale == wanted {
            return "already so";
        }
        if it.refunded > 0 {
            return "not possible";
        }
        it.sale = wanted;
        it.changed(now);
        it.approve_by_rule(now);
        "changed"
    }

    fn pay(&mut self, step: char) -> String {
        let now = self.now;
        let [balance, waiting, held, disputed, _] = self.money();
        let payable = balance - waiting - held - disputed;
        let open = self.payout;
        let (from, to) = match (step, open) {
            ('b', Some(_)) => return "already open".to_owned(),
            ('b', None) if payable <= 0 => return format!("nothing payable: {payable}"),
            ('b', None) => ("payable", "in_payout"),
            (_, None) => return "no payout".to_owned(),
            ('f', Some(_)) => ("in_payout", "paid"),
            _ => ("in_payout", "payable"),
        };
        for order in self.orders.values_mut().filter(|it| it.state == from) {
            order.state = to;
            order.changed(now);
        }
        self.payout = (step == 'b').then_some(payable);
        if step == 'f' {
            self.besides -= open.unwrap_or(0);
        }
        format!("{step} {}", open.unwrap_or(payable))
    }
}

/// So much of a hundred, cut.
pub fn part(amount: i64, percent: i64) -> i64 {
    amount / 100 * percent + amount % 100 * percent / 100
}
