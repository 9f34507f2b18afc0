//! One order with its commission, and where the rules put it.

use std::collections::BTreeMap;

use super::DAY;

#[derive(Clone, Debug)]
pub struct Order {
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
    pub trusted: bool,
    /// Units of the program's currency for one, and how many decimals that has.
    pub quote: Option<(i128, u32)>,
    /// Whether a person has ever had a say.
    pub decided: bool,
    pub dispute_end: Option<char>,
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
}

pub fn rounded(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator) / (2 * denominator)
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
        if self.left() == 0 {
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

    pub fn waits(&self) -> bool {
        self.base().is_none()
    }

    pub fn pays(&self) -> bool {
        matches!(self.sale, "complete" | "partial_refunded" | "refunded")
    }

    pub fn settle(&mut self, now: i64) {
        self.releases_at = None;
        if !matches!(self.state, "in_payout" | "paid" | "disputed") {
            let ends = self.received + i64::from(self.rule.hold_days) * DAY;
            self.state = if self.status == "rejected" || self.sale == "refunded" {
                "void"
            } else if self.status == "pending" || !self.pays() || self.waits() {
                "held"
            } else if now < ends {
                self.releases_at = Some(ends);
                "held"
            } else {
                "payable"
            };
        }
        self.ledger = if self.state == "void" { 0 } else { self.earned().unwrap_or(0) };
    }

    pub fn changed(&mut self, now: i64) {
        self.settle(now);
        self.edition += 1;
    }

    pub fn approve_by_rule(&mut self, now: i64) {
        let open = self.status == "pending" && matches!(self.state, "held" | "void") && !self.decided;
        if open && self.rule.automatic && self.trusted && self.pays() && !self.waits() {
            self.status = "approved";
            self.decided = true;
            self.changed(now);
        }
    }

    pub fn say_what_was_given_back(&mut self) {
        if self.left() == 0 {
            self.sale = "refunded";
        } else if self.refunded > 0 {
            self.sale = "partial_refunded";
        }
    }
}
