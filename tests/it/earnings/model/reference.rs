//! What the rules say, as plainly as it can be written: whole numbers, a map, and no thought of speed.

mod calendar;
mod deciding;
mod order;
mod reporting;
mod stating;

use std::collections::BTreeMap;

use super::Step;
use order::{Order, Terms, rounded};
use reporting::Customer;

const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// What an order and its commission are seen to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenOrder {
    pub order: u8,
    pub brought_by: usize,
    pub entitled: usize,
    pub trust: i32,
    pub flags: String,
    pub status: &'static str,
    pub state: &'static str,
    pub sale: &'static str,
    pub adjusted: i64,
    pub refunded: i64,
    pub base: Option<i64>,
    pub amount: Option<i64>,
    pub booked: i64,
    /// What the entries of each affiliate come to.
    pub ledger: [i64; 2],
    pub releases_at: Option<i64>,
    pub edition: i64,
    pub changes: i64,
}

/// Everything that is compared after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub orders: Vec<SeenOrder>,
    /// Balance, waiting, held, disputed, in a payout; of each affiliate.
    pub money: [[i64; 5]; 2],
}

/// A program with two affiliates and one campaign, in US dollars.
pub struct Model {
    now: i64,
    orders: BTreeMap<u8, Order>,
    rates: BTreeMap<(&'static str, i64), i64>,
    /// What the campaign has paid since when, the newest last.
    rules: Vec<(i64, Terms)>,
    /// The last click through each affiliate's link: when, and which.
    clicks: [Option<(i64, usize)>; 2],
    clicks_so_far: usize,
    /// Who brought whom, and how far that is believed.
    customers: BTreeMap<Customer, (usize, i32)>,
    payouts: [Option<i64>; 2],
    /// When each affiliate's payouts were begun that were not called off, and whether they are paid.
    begun: [Vec<(i64, bool)>; 2],
    /// Entries that belong to no order.
    besides: [i64; 2],
}

impl Model {
    pub fn new(now: i64) -> Model {
        Model {
            now,
            orders: BTreeMap::new(),
            rates: BTreeMap::new(),
            rules: vec![(now, Terms::at_first())],
            clicks: [None; 2],
            clicks_so_far: 0,
            customers: BTreeMap::new(),
            payouts: [None; 2],
            begun: [Vec::new(), Vec::new()],
            besides: [0; 2],
        }
    }

    pub fn seen(&self) -> Seen {
        let seen = |(number, order): (&u8, &Order)| {
            let mut ledger = [0; 2];
            ledger[order.entitled] = order.ledger;
            SeenOrder {
                order: *number,
                brought_by: order.brought_by,
                entitled: order.entitled,
                trust: order.trust,
                flags: order.flags.iter().copied().collect::<Vec<_>>().join(" "),
                status: order.status,
                state: order.state,
                sale: order.sale,
                adjusted: order.adjusted,
                refunded: order.refunded,
                base: order.base(),
                amount: order.earned(),
                booked: order.ledger,
                ledger,
                releases_at: order.releases_at,
                edition: order.edition,
                changes: order.edition,
            }
        };
        Seen { orders: self.orders.iter().map(seen).collect(), money: [0, 1].map(|who| self.money(who)) }
    }

    fn money(&self, who: usize) -> [i64; 5] {
        let sum = |is: &dyn Fn(&Order) -> bool| {
            self.orders.values().filter(|it| it.entitled == who && is(it)).map(|it| it.ledger).sum::<i64>()
        };
        [
            self.besides[who] + sum(&|_| true),
            sum(&|it| it.state == "held" && it.status == "pending"),
            sum(&|it| it.state == "held" && it.status != "pending"),
            sum(&|it| it.state == "disputed"),
            self.payouts[who].unwrap_or(0) + self.paid_outside(who),
        ]
    }

    fn quote(&self, currency: &str, received: i64) -> Option<(i128, u32)> {
        if currency == "USD" {
            return None;
        }
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
            Step::Click { who } => {
                self.clicks[*who] = Some((now, self.clicks_so_far));
                self.clicks_so_far += 1;
            }
            Step::Convert(told) => return self.convert(told).to_owned(),
            Step::Decide { order, wanted, stale, reason } => return self.decide(*order, *wanted, *stale, *reason),
            Step::Adjust { order, percent } => return self.adjust(*order, *percent),
            Step::Refund { order, event, percent, chargeback } => {
                return self.refund(*order, *event, *percent, *chargeback);
            }
            Step::Dispute { order, step } => return self.dispute(*order, *step).to_owned(),
            Step::Purchase { order, wanted } => return self.purchase(*order, *wanted).to_owned(),
            Step::State { order, word } => return self.state(*order, *word).to_owned(),
            Step::Pass { hours } => self.now += hours * HOUR,
            Step::Release => {
                for order in self.orders.values_mut().filter(|it| it.releases_at.is_some_and(|at| at <= now)) {
                    order.changed(now);
                }
            }
            Step::Rate { currency, ten_thousandths, days_ago } => {
                self.rates.insert((currency, now.div_euclid(DAY) - i64::from(*days_ago)), *ten_thousandths);
                self.apply_rates();
            }
            Step::Rule { ppm, flat, kind, hold_days, automatic, duration } => {
                let (ppm, flat, kind, hold_days) = (*ppm, *flat, *kind, *hold_days);
                let terms = Terms { ppm, flat, kind, hold_days, automatic: *automatic, duration: *duration };
                self.rules.push((now, terms));
            }
            Step::Payout { who, step } => return self.pay(*who, *step),
            Step::Bonus { who, amount } => {
                if *amount == 0 {
                    return "refused".to_owned();
                }
                self.besides[*who] += amount;
            }
            Step::RotateKey | Step::Restart => {}
        }
        "done".to_owned()
    }

    fn apply_rates(&mut self) {
        let waiting: Vec<u8> = self.orders.iter().filter(|(_, it)| it.waits()).map(|(id, _)| *id).collect();
        for id in waiting {
            let quote = self.quote(self.orders[&id].currency, self.orders[&id].received);
            let order = self.orders.get_mut(&id).unwrap();
            if quote.is_some() {
                order.quote = quote;
                order.changed(self.now);
                order.approve_by_rule(self.now);
            }
        }
    }

    fn pay(&mut self, who: usize, step: char) -> String {
        let now = self.now;
        let [balance, waiting, held, disputed, on_its_way] = self.money(who);
        let is_own = |it: &Order| it.state == "in_payout" && it.payer == Some(who) && it.outside.is_none();
        let payable = balance - waiting - held - disputed - on_its_way;
        let open = self.payouts[who];
        match (step, open) {
            ('b', Some(_)) => return "already open".to_owned(),
            ('b', None) if payable <= 0 => return format!("nothing payable: {payable}"),
            ('b', None) => {
                for order in self.orders.values_mut().filter(|it| it.state == "payable" && it.entitled == who) {
                    order.put_into_payout(who, now);
                }
                self.payouts[who] = Some(payable);
                self.begun[who].push((now, false));
                self.now += 1;
                return format!("b {payable}");
            }
            (_, None) => return "no payout".to_owned(),
            _ => {}
        }
        match step {
            'f' => self.begun[who].iter_mut().for_each(|(_, is_paid)| *is_paid = true),
            _ => self.begun[who].retain(|(_, is_paid)| *is_paid),
        }
        for order in self.orders.values_mut().filter(|it| is_own(it)) {
            if step == 'c' {
                order.take_out_of_payout(&self.begun[order.entitled], now);
            } else {
                order.state = "paid";
                order.changed(now);
            }
        }
        self.payouts[who] = None;
        if step == 'f' {
            self.besides[who] -= open.unwrap_or(0);
        }
        format!("{step} {}", open.unwrap_or(payable))
    }
}

/// So much of a hundred, cut.
pub fn part(amount: i64, percent: i64) -> i64 {
    amount / 100 * percent + amount % 100 * percent / 100
}
