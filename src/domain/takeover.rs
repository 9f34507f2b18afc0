//! Taking an order over: what becomes of a row when a report that is trusted more names the same order.
//!
//! Anybody can speak for a browser, so a pixel may name any order first; the merchant's own server is believed, whenever it
//! reports. What is already paid is not rewritten, because somebody has the money: the ledger makes up for the difference,
//! and a person is told (CONTRACT, Rules: Trust). Where a person or a bank has decided about a part of the money (a return, a
//! refund, a dispute), no report can say what is left of that under other facts, so the row stays and a person is told.
//!
//! Two reports can tell the same facts and still not the same story: that the purchase failed, that the commission is
//! declined, or of a product for which another rule pays. Then what was approved was not this, and is undecided again.

use super::commission::CommissionState;
use super::conversion::{ConversionStatus, SaleStatus};
use super::id::RuleId;
use super::money::Money;

/// What is to be done with the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takeover {
    /// It says the same: only the trust in it rises.
    Confirm,
    /// It is made anew from the better report, and is undecided again.
    Rewrite,
    /// What was paid stays paid; the ledger makes up for the difference, the order is worth what the better report says, and it is
    /// flagged.
    Compensate,
    /// It stays as it is, money and all, and is flagged for a person to look at.
    Flag,
}

/// What the better report says of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// The same facts, and nothing else is booked for them.
    Same,
    /// The same facts, which earn the same, but the purchase stands elsewhere, the commission is declined, or another rule
    /// pays it.
    Elsewhere,
    /// Other facts, or those of the row while the ledger has made up for others; it is known what they earn.
    Other,
    /// Other facts, whose commission waits for an exchange rate.
    OtherWithoutRate,
}

/// What an order comes to, as one of its reports tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Where the purchase stands.
    pub sale: SaleStatus,
    /// Whether it does not count.
    pub is_declined: bool,
    /// Which rule pays.
    pub rule: Option<RuleId>,
    /// What that comes to; none where it is not known, or not to be compared.
    pub earned: Option<Money>,
}

impl Telling {
    /// In what a better report tells otherwise. That it says nothing of a rejection does not take that back.
    #[must_use]
    pub fn differing(&self, better: &Self) -> Vec<&'static str> {
        [
            (self.sale != better.sale, "sales_status"),
            (better.is_declined && !self.is_declined, "status"),
            (self.rule != better.rule, "rule"),
            (self.earns_otherwise(better), "commission"),
        ]
        .into_iter()
        .filter_map(|(differs, field)| differs.then_some(field))
        .collect()
    }

    fn earns_otherwise(&self, better: &Self) -> bool {
        self.earned.zip(better.earned).is_some_and(|(before, after)| before != after)
    }
}

impl Story {
    /// What a better report says of a row, given whether it tells other facts than those for which the ledger holds money.
    #[must_use]
    pub fn of(row: &Telling, better: &Telling, has_other_facts: bool) -> Self {
        if has_other_facts {
            return if better.earned.is_some() { Self::Other } else { Self::OtherWithoutRate };
        }
        if row.earns_otherwise(better) {
            return Self::Other;
        }
        if row.differing(better).is_empty() { Self::Same } else { Self::Elsewhere }
    }
}

/// What a takeover goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contested {
    /// What was decided about the row.
    pub status: ConversionStatus,
    /// Where its commission stands.
    pub state: CommissionState,
    /// Whether nothing of it was returned or given back.
    pub is_whole: bool,
    /// What the better report says.
    pub story: Story,
}

impl Contested {
    /// What is to be done.
    #[must_use]
    pub fn take_over(&self) -> Takeover {
        use CommissionState::{Disputed, InPayout, Paid};
        let is_gone = matches!(self.state, InPayout | Paid);
        let is_settled = is_gone || self.state == Disputed || !self.is_whole;
        match (self.story, is_settled) {
            (Story::Same, true) => Takeover::Confirm,
            (Story::Same, false) if self.status == ConversionStatus::Approved => Takeover::Confirm,
            (_, false) => Takeover::Rewrite,
            (Story::Other, true) if is_gone && self.is_whole => Takeover::Compensate,
            (_, true) => Takeover::Flag,
        }
    }

    /// Whether the row learns where the purchase stands although its money stays: what is gone is not rewritten, but should it
    /// come back, because the payout is called off, nothing becomes payable that was never paid for.
    #[must_use]
    pub const fn learns_of_purchase(&self) -> bool {
        matches!(self.state, CommissionState::InPayout | CommissionState::Paid) && self.is_whole
    }
}

impl Contested {
    /// Whether the row stays as it is whatever else the report states, until a person has looked at it: a part of the order was
    /// returned or given back, or a bank decides about it.
    #[must_use]
    pub fn stays(&self) -> bool {
        self.take_over() == Takeover::Flag && !self.learns_of_purchase()
    }
}

#[cfg(test)]
mod tests {
    use super::{Contested, Story, Takeover, Telling};
    use crate::domain::commission::CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
    use crate::domain::conversion::ConversionStatus::{Approved, Pending, Rejected};
    use crate::domain::conversion::SaleStatus;
    use crate::domain::currency::Currency;
    use crate::domain::id::Id;
    use crate::domain::money::Money;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_better_report_of_the_same_facts_tells_another_story_where_they_come_to_something_else() {
        let rule = |number| Some(Id::at(Timestamp::from_millis(1_790_000_000_000), [number; 10]));
        let earned = |minor| Some(Money::new(minor, Currency::USD));
        let row = Telling { sale: SaleStatus::Complete, is_declined: false, rule: rule(1), earned: earned(1_000) };
        let failed = Telling { sale: SaleStatus::Failed, ..row };
        let declined = Telling { is_declined: true, ..row };
        let dearer = Telling { rule: rule(2), earned: earned(2_000), ..row };
        let cases: Vec<(&str, Telling, Telling, Story, &[&str])> = vec![
            ("the same", row, row, Story::Same, &[]),
            ("it failed", row, failed, Story::Elsewhere, &["sales_status"]),
            ("it was paid after all", failed, row, Story::Elsewhere, &["sales_status"]),
            ("declined", row, declined, Story::Elsewhere, &["status"]),
            ("nothing said of a rejection", declined, row, Story::Same, &[]),
            ("another rule", row, dearer, Story::Other, &["rule", "commission"]),
            ("another rule pays as much", row, Telling { rule: rule(2), ..row }, Story::Elsewhere, &["rule"]),
            ("another customer's payment", row, Telling { earned: earned(0), ..row }, Story::Other, &["commission"]),
            ("not to be compared", Telling { earned: None, ..row }, row, Story::Same, &[]),
            ("without a rate", row, Telling { earned: None, ..row }, Story::Same, &[]),
        ];
        for (name, row, better, story, differing) in cases {
            assert_eq!(Story::of(&row, &better, false), story, "{name}");
            assert_eq!(row.differing(&better), differing, "{name}");
            let other = if better.earned.is_some() { Story::Other } else { Story::OtherWithoutRate };
            assert_eq!(Story::of(&row, &better, true), other, "{name}, with other facts");
        }
    }

    #[test]
    fn a_purchase_moves_under_money_that_is_gone_and_under_none_that_waits_for_a_person() {
        let paid = Contested { status: Approved, state: Paid, is_whole: true, story: Story::Elsewhere };
        let cases = [
            ("paid", paid, true),
            ("in a payout", Contested { state: InPayout, ..paid }, true),
            ("partly given back", Contested { is_whole: false, ..paid }, false),
            ("disputed", Contested { state: Disputed, ..paid }, false),
        ];
        for (name, contested, learns) in cases {
            assert_eq!((contested.learns_of_purchase(), contested.stays()), (learns, !learns), "{name}");
            assert!(!Contested { story: Story::Same, ..contested }.stays(), "{name}, and nothing else is told");
        }
    }

    #[test]
    fn what_is_not_paid_is_made_anew_and_what_is_paid_is_made_up_for() {
        let other = Contested { status: Pending, state: Held, is_whole: true, story: Story::Other };
        let same = Contested { story: Story::Same, ..other };
        let approved = Contested { status: Approved, state: Payable, ..other };
        let paid = Contested { state: Paid, ..approved };
        let cases = [
            ("undecided, other facts", other, Takeover::Rewrite),
            ("undecided, same facts: its rule may approve it by itself now", same, Takeover::Rewrite),
            ("rejected, other facts", Contested { status: Rejected, state: Void, ..other }, Takeover::Rewrite),
            (
                "rejected, same facts: the server says so",
                Contested { status: Rejected, state: Void, ..same },
                Takeover::Rewrite,
            ),
            ("approved, same facts", Contested { story: Story::Same, ..approved }, Takeover::Confirm),
            (
                "approved and held, same facts",
                Contested { state: Held, story: Story::Same, ..approved },
                Takeover::Confirm,
            ),
            ("approved, other facts", approved, Takeover::Rewrite),
            ("approved, the purchase failed", Contested { story: Story::Elsewhere, ..approved }, Takeover::Rewrite),
            ("paid, the purchase failed", Contested { story: Story::Elsewhere, ..paid }, Takeover::Flag),
            (
                "disputed, the purchase failed",
                Contested { state: Disputed, story: Story::Elsewhere, ..approved },
                Takeover::Flag,
            ),
            (
                "in a payout, same facts",
                Contested { state: InPayout, story: Story::Same, ..approved },
                Takeover::Confirm,
            ),
            ("in a payout, other facts", Contested { state: InPayout, ..approved }, Takeover::Compensate),
            ("paid, other facts", paid, Takeover::Compensate),
            (
                "paid, and what it should have been is not known",
                Contested { story: Story::OtherWithoutRate, ..paid },
                Takeover::Flag,
            ),
            ("paid and partly given back, other facts", Contested { is_whole: false, ..paid }, Takeover::Flag),
            ("disputed, other facts", Contested { state: Disputed, ..approved }, Takeover::Flag),
            ("disputed, same facts", Contested { state: Disputed, story: Story::Same, ..approved }, Takeover::Confirm),
            ("partly returned, other facts", Contested { is_whole: false, ..other }, Takeover::Flag),
            (
                "partly returned, same facts: the return stands",
                Contested { is_whole: false, ..same },
                Takeover::Confirm,
            ),
            ("wholly given back, other facts", Contested { state: Void, is_whole: false, ..approved }, Takeover::Flag),
            (
                "given back and rejected",
                Contested { status: Rejected, state: Void, is_whole: false, ..other },
                Takeover::Flag,
            ),
        ];
        for (name, contested, expected) in cases {
            assert_eq!(contested.take_over(), expected, "{name}");
        }
    }
}
