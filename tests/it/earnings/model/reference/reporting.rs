//! Reports: who is credited, what is recorded, and what becomes of an order of which a better report tells.

use std::collections::{BTreeMap, BTreeSet};

use accrue::domain::conversion::SaleStatus;

use super::super::Told;
use super::calendar::is_within_months;
use super::order::{Order, Terms, is_made};
use super::{DAY, Model};

/// Who the customer of an order is: somebody with a name, or whoever came by a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Customer {
    Named(u8),
    OfClick(usize),
}

/// What a report comes to.
struct Report {
    amount: i64,
    currency: &'static str,
    /// Where it says that the purchase stands, if it does.
    sale: Option<&'static str>,
    trust: i32,
    /// Whom it names without a click.
    direct: Option<usize>,
    /// Whom it names by a click: when that was, and which.
    click: Option<(usize, i64, usize)>,
    customer: Option<u8>,
}

impl Model {
    pub(super) fn convert(&mut self, told: &Told) -> &'static str {
        let report = self.report(told);
        let answer = match self.orders.get(&told.order) {
            Some(first) if first.trust >= report.trust => "repeat",
            Some(_) => self.take_over(told.order, &report),
            None => self.record(told.order, &report),
        };
        self.now += 1;
        answer
    }

    fn report(&self, told: &Told) -> Report {
        let first = self.orders.get(&told.order).filter(|_| told.as_before);
        let who = first.map_or(told.who, |first| first.entitled);
        let click = self.clicks[who].map(|(at, which)| (who, at, which));
        Report {
            amount: first.map_or(told.amount, |first| first.initial),
            currency: first.map_or(told.currency, |first| first.currency),
            sale: told.sale.map(SaleStatus::as_str),
            trust: match told.channel {
                's' => 3,
                'm' | 'd' => 2,
                _ => 1,
            },
            direct: (told.channel == 'd').then_some(who),
            click: click.filter(|_| told.channel != 'd'),
            customer: told.customer,
        }
    }

    fn record(&mut self, number: u8, report: &Report) -> &'static str {
        let Some(mut new) = self.judge(number, report, self.now) else { return "refused" };
        self.hear(&new);
        new.approve_at_once();
        new.settle(self.now);
        self.put(number, new);
        "recorded"
    }

    fn put(&mut self, number: u8, order: Order) {
        if let Some(customer) = order.customer {
            self.customers.entry(customer).or_insert((order.brought_by, order.trust));
        }
        self.orders.insert(number, order);
    }

    /// Who is said to have brought a customer who is known: whoever is believed more says it, unless they only go by what
    /// is known themselves.
    fn hear(&mut self, order: &Order) {
        let known = order.customer.and_then(|customer| self.customers.get_mut(&customer));
        if let Some((who, trust)) = known.filter(|(_, trust)| *trust < order.trust && order.by_belief.is_none()) {
            (*who, *trust) = (order.brought_by, order.trust);
        }
    }

    /// A report that is trusted more than the order on record, which is judged as if it had come when the first one did.
    fn take_over(&mut self, number: u8, report: &Report) -> &'static str {
        let now = self.now;
        let better = self.judge(number, report, self.orders[&number].received);
        better.iter().for_each(|better| self.hear(better));
        let first = self.orders.get_mut(&number).unwrap();
        let Some(better) = better else {
            // Nothing but the flag: that a hold is over, its own job says.
            if first.flags.insert("higher_report_refused") {
                first.edition += 1;
            }
            return "refused";
        };
        let is_gone = matches!(first.state, "in_payout" | "paid");
        let is_whole = first.refunded == 0 && first.adjusted == first.initial;
        let may_be_rewritten = !is_gone && first.state != "disputed" && is_whole;
        let names_nobody_new =
            |customer: &Customer| first.customer.is_some() && matches!(customer, Customer::OfClick(_));
        let learned = better.customer.filter(|customer| !names_nobody_new(customer));
        let is_of_another = learned.is_some_and(|customer| first.customer != Some(customer));
        let earns = (is_whole && is_of_another).then(|| first.earned().zip(better.earned())).flatten();
        let earns_otherwise = earns.is_some_and(|(before, after)| before != after);
        let is_other = !first.tells_the_same_as(&better) || first.was_compensated() || earns_otherwise;
        let is_same = !is_other && first.sale == first.sale_when_said(better.sale);
        if may_be_rewritten && !(is_same && first.status == "approved") {
            return self.rewrite(number, better);
        }
        first.trust = better.trust;
        if better.trust == 3 {
            first.flags.remove("higher_report_refused");
        }
        if is_same {
            first.edition += 1;
            first.customer = learned.or(first.customer);
            if is_whole && is_of_another {
                first.place = better.place;
            }
            if let Some(customer) = learned {
                self.customers.entry(customer).or_insert((better.brought_by, better.trust));
            }
            return "taken over";
        }
        first.flags.insert("paid_differs");
        if is_gone && is_whole {
            first.sale = better.sale;
            first.sale_seen = better.sale;
        }
        match better.earned().filter(|_| is_gone && is_whole && is_other) {
            Some(earned) => first.is_made_up_for(&better, earned, now),
            None => first.edition += 1,
        }
        "taken over"
    }

    /// The order as if the better report had come first, but for what people have decided.
    fn rewrite(&mut self, number: u8, mut better: Order) -> &'static str {
        let first = &self.orders[&number];
        better.decided = first.decided;
        better.dispute_end = first.dispute_end;
        better.edition = first.edition;
        if better.trust < 3 && first.flags.contains("higher_report_refused") {
            better.flags.insert("higher_report_refused");
        }
        better.approve_at_once();
        better.changed(self.now);
        self.put(number, better);
        "taken over"
    }

    /// The order as a report tells it that came at `received`; none where it cannot be credited.
    fn judge(&self, number: u8, report: &Report, received: i64) -> Option<Order> {
        let (who, click, known) = self.credited(report, received)?;
        let (_, rule) = *self.rules.iter().rev().find(|(since, _)| *since <= received).unwrap();
        let customer = self.customer(report);
        let first = self.orders.get(&number);
        let used = first.filter(|first| first.currency == report.currency);
        let sale = report.sale.unwrap_or(first.map_or("complete", |first| first.sale));
        let begins = |first: &&Order| is_made(sale) && !first.is_made() && !matches!(first.state, "in_payout" | "paid");
        let made = match first {
            Some(first) if begins(&first) => self.now,
            Some(first) => first.made,
            None => received,
        };
        Some(Order {
            brought_by: who,
            entitled: who,
            click,
            customer,
            place: self.place(number, customer, (made, rule)),
            currency: report.currency,
            initial: report.amount,
            adjusted: report.amount,
            refunded: 0,
            refunds: BTreeMap::new(),
            status: "pending",
            state: "held",
            sale,
            rule,
            received,
            made,
            sale_seen: sale,
            trust: report.trust,
            flags: if known == Some(1) { BTreeSet::from(["unconfirmed_customer"]) } else { BTreeSet::new() },
            by_belief: known,
            quote: used.and_then(|first| first.quote).or_else(|| self.quote(report.currency, received)),
            decided: false,
            dispute_end: None,
            payer: None,
            outside: None,
            stated: None,
            hold_is_over: false,
            compensated: 0,
            compensated_at: None,
            ledger: 0,
            releases_at: None,
            edition: 0,
        })
    }

    /// The click while its window lasts, else who is known to have brought the customer (and how far that is believed), else
    /// whom the report names itself.
    fn credited(&self, report: &Report, at: i64) -> Option<(usize, Option<usize>, Option<i32>)> {
        // No click of a later time led to it, but for a minute by which clocks may differ; whoever names one is refused.
        if report.click.is_some_and(|(_, clicked, _)| clicked > at + 60_000) {
            return None;
        }
        let click = report.click.filter(|(_, clicked, _)| at <= clicked + 30 * DAY);
        let known = report.customer.and_then(|name| self.customers.get(&Customer::Named(name)));
        let by_click = click.map(|(who, _, which)| (who, Some(which), None));
        let by_belief = known.map(|(who, trust)| (*who, None, Some(*trust)));
        by_click.or(by_belief).or(report.direct.map(|who| (who, None, None)))
    }

    /// Whoever is named; of whom nothing is said, that is whoever came by the click, once payments are counted at all.
    fn customer(&self, report: &Report) -> Option<Customer> {
        let counts = self.rules.iter().any(|(_, rule)| rule.duration.0 != 'l');
        let by_click = report.click.filter(|_| counts).map(|(_, _, which)| Customer::OfClick(which));
        report.customer.map(Customer::Named).or(by_click)
    }

    /// Which of the customer's payments an order is. One that counts keeps its place when a better report tells of it.
    fn place(&self, number: u8, customer: Option<Customer>, told: (i64, Terms)) -> Option<(usize, i64)> {
        let first = self.orders.get(&number).filter(|first| first.counts() && first.customer == customer);
        match first {
            Some(first) if customer.is_some() => first.place,
            _ => self.free_place(number, customer?, told),
        }
    }

    /// The first place that none of the others holds who count. Whoever has none, or shares it, stands in a free one before
    /// those who came later. An order from before the first of the others is the first where the months that began with it
    /// reach as far as what was paid for.
    fn free_place(&self, number: u8, customer: Customer, (at, rule): (i64, Terms)) -> Option<(usize, i64)> {
        let (kind, months) = rule.duration;
        if kind == 'l' {
            return None;
        }
        let others = self.orders.iter().filter(|(other, it)| **other != number && it.customer == Some(customer));
        let others: Vec<&Order> = others.map(|(_, it)| it).filter(|it| it.counts()).collect();
        let mut places: Vec<usize> = others.iter().filter_map(|it| Some(it.place?.0)).collect();
        places.sort_unstable();
        places.dedup();
        let stands_free = |it: &&&Order| {
            let earlier = |other: &&&Order| other.made < it.made;
            let holds = |other: &&&Order| other.place.map(|place| place.0) == it.place.map(|place| place.0);
            it.place.is_none() || others.iter().filter(earlier).any(|other| holds(&other))
        };
        let before = others.iter().filter(|it| it.made <= at).filter(stands_free).count();
        let free = (1..).filter(|place| !places.contains(place)).nth(before)?;
        let first = others.iter().map(|it| it.made).min().unwrap_or(at);
        let is_first = first > at
            && (kind != 'm'
                || others
                    .iter()
                    .map(|it| it.made)
                    .all(|other| !is_within_months(first, months, other) || is_within_months(at, months, other)));
        Some((free, if is_first { at } else { first }))
    }

    /// An order that did not count as a payment and does now takes its place among those that count.
    pub(super) fn takes_its_place(&mut self, number: u8, counted: bool) {
        self.orders.get_mut(&number).unwrap().notice_purchase(self.now);
        let order = &self.orders[&number];
        if let Some(customer) = order.customer.filter(|_| !counted && order.counts()) {
            let place = self.free_place(number, customer, (order.made, order.rule));
            let order = self.orders.get_mut(&number).unwrap();
            order.place = place;
            if !order.is_covered() {
                order.compensated = 0;
            }
        }
    }
}

impl Order {
    /// What was paid stays paid; what the order is worth is what the better report says.
    fn is_made_up_for(&mut self, better: &Order, earned: i64, now: i64) {
        let (had, booked) = (self.entitled, self.ledger);
        self.entitled = better.brought_by;
        (self.initial, self.adjusted) = (better.initial, better.initial);
        (self.currency, self.quote) = (better.currency, better.quote);
        self.compensated = earned - self.earned().unwrap();
        self.changed(now);
        let is_moved = had != self.entitled && (booked, self.ledger) != (0, 0);
        if is_moved || booked != self.ledger {
            self.compensated_at = Some(now);
        }
    }
}
