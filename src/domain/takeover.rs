//! Taking an order over: what becomes of a row when a report that is trusted more names the same order.
//!
//! Anybody can speak for a browser, so a pixel may name any order first; the merchant's own server is believed, whenever it
//! reports. What is already paid is not rewritten, because somebody has the money: the ledger makes up for the difference,
//! and a person is told (CONTRACT, Rules: Trust).

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
}

/// Decides for a row that stands so. `is_untouched` is whether no money has gone back on it yet, which a new amount could
/// contradict; `agrees` is whether the better report tells the same facts.
#[must_use]
pub fn take_over(status: ConversionStatus, state: CommissionState, is_untouched: bool, agrees: bool) -> Takeover {
    use CommissionState::{Disputed, InPayout, Paid};
    let is_settled = matches!(state, InPayout | Paid | Disputed) || !is_untouched;
    match (is_settled, agrees, status) {
        (true, true, _) | (false, true, ConversionStatus::Approved) => Takeover::Confirm,
        (true, false, _) => Takeover::Compensate,
        (false, ..) => Takeover::Rewrite,
    }
}

#[cfg(test)]
mod tests {
    use super::{Takeover, take_over};
    use crate::domain::commission::CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
    use crate::domain::conversion::ConversionStatus::{Approved, Pending, Rejected};

    #[test]
    fn what_is_not_paid_is_made_anew_and_what_is_paid_is_made_up_for() {
        let cases = [
            ("undecided, other facts", Pending, Held, true, false, Takeover::Rewrite),
            (
                "undecided, same facts: judged anew, for the rule may approve it by itself now",
                Pending,
                Held,
                true,
                true,
                Takeover::Rewrite,
            ),
            ("rejected, other facts", Rejected, Void, true, false, Takeover::Rewrite),
            ("rejected, same facts: the server says it did happen", Rejected, Void, true, true, Takeover::Rewrite),
            ("approved, same facts", Approved, Payable, true, true, Takeover::Confirm),
            ("approved and held, same facts", Approved, Held, true, true, Takeover::Confirm),
            ("approved, other facts", Approved, Payable, true, false, Takeover::Rewrite),
            ("in a payout, same facts", Approved, InPayout, true, true, Takeover::Confirm),
            ("in a payout, other facts", Approved, InPayout, true, false, Takeover::Compensate),
            ("paid, other facts", Approved, Paid, true, false, Takeover::Compensate),
            ("disputed, other facts", Approved, Disputed, true, false, Takeover::Compensate),
            ("partly refunded, other facts", Approved, Payable, false, false, Takeover::Compensate),
            ("partly refunded, same facts", Pending, Held, false, true, Takeover::Confirm),
        ];
        for (name, status, state, is_untouched, agrees, expected) in cases {
            assert_eq!(take_over(status, state, is_untouched, agrees), expected, "{name}");
        }
    }
}
