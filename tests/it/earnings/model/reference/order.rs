//! One order with its commission, and where the rules put it.

use std::collections::{BTreeMap, BTreeSet};

use super::DAY;
use super::calendar::is_within_months;
use super::reporting::Customer;

#[derive(Clone, Debug)]
pub struct Order {
    pub brought_by: usize,
    /// Whose the money is.
    pub entitled: usize,
    pub click: Option<usize>,
    pub customer: Option<Customer>,
    /// Which of its customer's payments it is, and when the first was received, where its rule asks.
    pub place: Option<(usize, i64)>,
    pub currency: &'static str,
    pub initial: i64,
    pub adjusted: i64,
    pub refunded: i64,
    pub refunds: BTreeMap<u8, (i64, bool)>,
    pub status: &'static str,
    pub state: &'static str,
    pub sale: &'static str,
    pub rule: Terms,
    pub received: i64,
    /// When its purchase was made, and where it stood when that was last looked at.
    pub made: i64,
    pub sale_seen: &'static str,
    pub trust: i32,
    pub flags: BTreeSet<&'static str>,
    /// How far it was believed who brought the customer, where that is why it is credited.
    pub by_belief: Option<i32>,
    /// Units of the program's currency for one, and how many decimals that has.
    pub quote: Option<(i128, u32)>,
    /// Whether a person has ever had a say.
    pub decided: bool,
    pub dispute_end: Option<char>,
    /// In whose payout it is, or was paid.
    pub payer: Option<usize>,
    /// How much of that somebody pays elsewhere.
    pub outside: Option<i64>,
    /// What somebody stated last.
    pub stated: Option<&'static str>,
    /// Whether somebody stated that it is owed, whatever its hold.
    pub hold_is_over: bool,
    /// What a better report earns more than this one, where the money was gone.
    pub compensated: i64,
    /// When a better report was made up for while it was in this payout.
    pub compensated_at: Option<i64>,
    pub ledger: i64,
    pub releases_at: Option<i64>,
    pub edition: i64,
}

#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub ppm: u32,
    pub flat: i64,
    pub kind: char,
    pub hold_days: u16,
    pub automatic: bool,
    /// For the 'f'irst payment, so many 'p'ayments, so many 'm'onths, or a 'l'ifetime.
    pub duration: (char, u32),
}

impl Terms {
    pub fn at_first() -> Terms {
        Terms { ppm: 100_000, flat: 0, kind: 'p', hold_days: 0, automatic: false, duration: ('l', 0) }
    }
}

pub fn rounded(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator) / (2 * denominator)
}

/// Whether a purchase that stands there is paid for, or about to be.
pub fn is_made(sale: &str) -> bool {
    !matches!(sale, "failed" | "trialing")
}

impl Order {
    pub fn left(&self) -> i64 {
        self.adjusted - self.refunded
    }

    pub fn base(&self) -> Option<i64> {
        if self.left() == 0 {
            return Some(0);
        }
        if self.currency == "USD" {
            return Some(self.left());
        }
        let (rate, decimals) = self.quote?;
        Some(i64::try_from(rounded(i128::from(self.left()) * rate, 10_i128.pow(decimals))).unwrap())
    }

    pub fn earned(&self) -> Option<i64> {
        if self.left() == 0 || !self.is_covered() {
            return Some(0);
        }
        let share = self.base().map(|base| rounded(i128::from(base) * i128::from(self.rule.ppm), 1_000_000));
        let share = share.map(|share| i64::try_from(share).unwrap());
        match self.rule.kind {
            'p' => share,
            'f' => Some(self.rule.flat),
            _ => share.map(|share| share + self.rule.flat),
        }
    }

    /// Whether it is a payment of its customer: not while it was not paid for, unless its affiliate was.
    pub fn counts(&self) -> bool {
        let is_paid_out = matches!(self.state, "in_payout" | "paid");
        self.status != "rejected" && (is_paid_out || self.is_made())
    }

    /// Whether the customer has paid, or is about to.
    pub fn is_made(&self) -> bool {
        is_made(self.sale)
    }

    /// A purchase that was not made and is now was made now, unless its affiliate was paid for it all along.
    pub fn notice_purchase(&mut self, now: i64) {
        if self.is_made() && !is_made(self.sale_seen) && !matches!(self.state, "in_payout" | "paid") {
            self.made = now;
        }
        self.sale_seen = self.sale;
    }

    /// Whether its rule pays for this of the customer's payments.
    pub fn is_covered(&self) -> bool {
        let (Some((number, first)), (kind, most)) = (self.place, self.rule.duration) else { return true };
        match kind {
            'f' => number == 1,
            'p' => number <= most as usize,
            _ => first <= self.made && is_within_months(first, most, self.made),
        }
    }

    pub fn waits(&self) -> bool {
        self.base().is_none()
    }

    pub fn pays(&self) -> bool {
        matches!(self.sale, "complete" | "partial_refunded" | "refunded")
    }

    /// Where the purchase stands if somebody says that it stands there, going by what was given back.
    pub fn sale_when_said(&self, said: &'static str) -> &'static str {
        match said {
            _ if self.left() == 0 => "refunded",
            "complete" | "refunded" if self.refunded > 0 => "partial_refunded",
            said => said,
        }
    }

    /// Whether a better report tells nothing else. A click differs only where both name one.
    pub fn tells_the_same_as(&self, better: &Order) -> bool {
        let clicks_differ = self.click.is_some() && better.click.is_some() && self.click != better.click;
        let facts = |it: &Order| (it.initial, it.currency, it.brought_by);
        facts(self) == facts(better) && !clicks_differ
    }

    /// Whether the ledger says something else than the row.
    pub fn was_compensated(&self) -> bool {
        self.compensated != 0 || self.entitled != self.brought_by
    }

    pub fn settle(&mut self, now: i64) {
        self.releases_at = None;
        let is_asked_for = self.state == "disputed" && self.sale != "refunded";
        if !is_asked_for && !matches!(self.state, "in_payout" | "paid") {
            let ends = self.received + i64::from(self.rule.hold_days) * DAY;
            self.state = if self.status == "rejected" || self.sale == "refunded" {
                "void"
            } else if self.status == "pending" || !self.pays() || self.waits() {
                "held"
            } else if now < ends && !self.hold_is_over {
                self.releases_at = Some(ends);
                "held"
            } else {
                "payable"
            };
        }
        self.ledger = if self.state == "void" { 0 } else { self.earned().unwrap_or(0) + self.compensated };
    }

    pub fn changed(&mut self, now: i64) {
        self.settle(now);
        self.edition += 1;
    }

    /// Whether its rule approves it once nothing keeps it back.
    pub fn needs_nobody(&self) -> bool {
        self.approves_itself() && !self.decided
    }

    pub fn approves_itself(&self) -> bool {
        self.rule.automatic && self.trust == 3 && self.flags.is_empty()
    }

    pub fn put_into_payout(&mut self, payer: usize, now: i64) {
        (self.state, self.payer, self.outside, self.compensated_at) = ("in_payout", Some(payer), None, None);
        self.changed(now);
    }

    /// Its payout is called off; of the house's payouts to whoever is entitled (when they were begun, and whether they are
    /// paid) the first one since it was made up for has its money.
    pub fn take_out_of_payout(&mut self, begun: &[(i64, bool)], now: i64) {
        match self.compensated_at.and_then(|at| begun.iter().find(|(begun, _)| *begun >= at)) {
            None => {
                (self.state, self.payer, self.outside) = ("payable", None, None);
                self.changed(now);
            }
            Some((_, is_paid)) => {
                self.put_into_payout(self.entitled, now);
                if *is_paid {
                    self.state = "paid";
                    self.changed(now);
                }
            }
        }
    }

    fn may_be_approved_by_its_rule(&self) -> bool {
        let is_open = self.status == "pending" && matches!(self.state, "held" | "void") && !self.decided;
        let is_clear = self.trust == 3 && self.flags.is_empty();
        is_open && is_clear && self.rule.automatic && self.pays() && !self.waits()
    }

    /// With the report itself.
    pub fn approve_at_once(&mut self) {
        if self.may_be_approved_by_its_rule() {
            self.status = "approved";
        }
    }

    /// As a change of its own.
    pub fn approve_by_rule(&mut self, now: i64) {
        if self.may_be_approved_by_its_rule() {
            self.status = "approved";
            self.decided = true;
            self.changed(now);
        }
    }

    /// So much of it stands, and so much of that was given back. What was made up for goes in proportion, and never takes
    /// more than the order earns.
    pub fn lower(&mut self, adjusted: i64, refunded: i64) {
        let before = self.left();
        (self.adjusted, self.refunded) = (adjusted, refunded);
        if self.left() == 0 {
            (self.sale, self.compensated) = ("refunded", 0);
            return;
        }
        self.sale = self.sale_when_said(self.sale);
        if self.left() < before {
            let size = i128::from(self.compensated.abs()) * i128::from(self.left());
            let size = i64::try_from(rounded(size, i128::from(before))).unwrap();
            self.compensated = if self.compensated < 0 { -size } else { size };
        }
        self.compensated = self.compensated.max(-self.earned().unwrap_or(0));
    }
}
