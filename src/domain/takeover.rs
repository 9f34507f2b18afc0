//! Taking an order over: what becomes of a row when a report that is trusted more names the same order.
//!
//! Anybody can speak for a browser, so a pixel may name any order first; the merchant's own server is believed, whenever it
//! reports. What is already paid is not rewritten, because somebody has the money: the ledger makes up for the difference,
//! and a person is told (CONTRACT, Rules: Trust). Where a person or a bank has decided about a part of the money (a return, a
//! refund, a dispute), no report can say what is left of that under other facts, so the row stays and a person is told.

use super::commission::CommissionState;
use super::conversion::ConversionStatus;

/// What is to be done with the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takeover {
    /// It says the same: only the trust in it rises.
    Confirm,
    /// It is made anew from the better report, and is undecided again.
    Rewrite,
    /// It stays; the ledger makes up for the difference, and it is flagged.
    Compensate,
    /// It stays as it is, money and all, and is flagged for a person to look at.
    Flag,
}

/// What the better report says of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// The same facts, and nothing else is booked for them.
    Same,
    /// Other facts, or those of the row while the ledger has made up for others; it is known what they earn.
    Other,
    /// Other facts, whose commission waits for an exchange rate.
    OtherWithoutRate,
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
}

#[cfg(test)]
mod tests {
    use super::{Contested, Story, Takeover};
    use crate::domain::commission::CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
    use crate::domain::conversion::ConversionStatus::{Approved, Pending, Rejected};

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
