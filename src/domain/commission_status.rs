//! The eight words in which the Affonso dialect tells where a commission stands (CONTRACT, section 3.4).
//!
//! One of its words says what here are four facts: what was decided, where the money stands, where the purchase stands, and
//! whether a person still has to decide. What is on record stays those facts; the word is derived whenever it is told.

use super::commission::CommissionState;
use super::conversion::{ConversionStatus, SaleStatus};
use super::text_enum;

text_enum! {
    /// Where a commission stands, in one word.
    pub enum CommissionStatus {
        /// It goes on by itself: once its hold has ended, its purchase is paid for, or an exchange rate has arrived.
        Pending => "pending",
        /// A person has to decide.
        PendingManualApproval => "pending_manual_approval",
        /// Owed, to go into the next payout.
        ReadyForPayment => "ready_for_payment",
        /// Being paid.
        ProcessingPayout => "processing_payout",
        /// Paid.
        Paid => "paid",
        /// It does not count.
        Declined => "declined",
        /// The customer has everything back.
        Refunded => "refunded",
        /// A bank is asking for the money back.
        Dispute => "dispute",
    }
}

impl CommissionStatus {
    /// Whether it says that nothing was decided yet.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::PendingManualApproval)
    }

    /// Whether it says that it is owed, or was, so that no hold keeps it back any more.
    #[must_use]
    pub const fn is_owed(self) -> bool {
        matches!(self, Self::ReadyForPayment | Self::ProcessingPayout | Self::Paid)
    }
}

/// What the word follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standpoint {
    /// What was decided about the conversion.
    pub status: ConversionStatus,
    /// Where its commission stands.
    pub state: CommissionState,
    /// Where its purchase stands.
    pub sale: SaleStatus,
    /// Whether its rule will approve it without anybody, once nothing keeps it back any more.
    pub needs_nobody: bool,
    /// What somebody stated last, if anybody ever did.
    pub stated: Option<CommissionStatus>,
}

impl Standpoint {
    /// The word. What was wholly given back is refunded, whatever was decided or paid before. Of two words for what is
    /// undecided, the one that somebody stated is told back.
    #[must_use]
    pub fn told(&self) -> CommissionStatus {
        use CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
        if self.sale == SaleStatus::Refunded {
            return CommissionStatus::Refunded;
        }
        match (self.state, self.status) {
            (Void, _) | (_, ConversionStatus::Rejected) => CommissionStatus::Declined,
            (Disputed, _) => CommissionStatus::Dispute,
            (InPayout, _) => CommissionStatus::ProcessingPayout,
            (Paid, _) => CommissionStatus::Paid,
            (Payable, _) => CommissionStatus::ReadyForPayment,
            (Held, ConversionStatus::Approved) => CommissionStatus::Pending,
            (Held, ConversionStatus::Pending) => self.undecided(),
        }
    }

    fn undecided(&self) -> CommissionStatus {
        match self.stated {
            Some(word) if word.is_open() => word,
            _ if self.needs_nobody => CommissionStatus::Pending,
            _ => CommissionStatus::PendingManualApproval,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CommissionStatus::{
        self, Declined, Dispute, Paid, Pending, PendingManualApproval, ProcessingPayout, ReadyForPayment, Refunded,
    };
    use super::Standpoint;
    use crate::domain::commission::CommissionState::{self, Disputed, Held, InPayout, Payable, Void};
    use crate::domain::conversion::ConversionStatus::{self, Approved, Rejected};
    use crate::domain::conversion::SaleStatus;

    const UNDECIDED: ConversionStatus = ConversionStatus::Pending;
    const PAID: CommissionState = CommissionState::Paid;

    /// Every status and state that can meet while the customer has not got everything back, and the word for it: where a
    /// rule approves by itself, and where a person has to decide.
    const TABLE: &[(ConversionStatus, CommissionState, [CommissionStatus; 2])] = &[
        (UNDECIDED, Held, [Pending, PendingManualApproval]),
        (UNDECIDED, Disputed, [Dispute, Dispute]),
        (Approved, Held, [Pending, Pending]),
        (Approved, Payable, [ReadyForPayment, ReadyForPayment]),
        (Approved, InPayout, [ProcessingPayout, ProcessingPayout]),
        (Approved, PAID, [Paid, Paid]),
        (Approved, Disputed, [Dispute, Dispute]),
        (Approved, Void, [Declined, Declined]),
        (Rejected, Void, [Declined, Declined]),
    ];

    fn every_sale_but_refunded() -> impl Iterator<Item = SaleStatus> {
        SaleStatus::ALL.iter().copied().filter(|sale| *sale != SaleStatus::Refunded)
    }

    #[test]
    fn one_word_tells_of_what_was_decided_and_where_the_money_stands() {
        for (status, state, words) in TABLE.iter().copied() {
            for sale in every_sale_but_refunded() {
                for (needs_nobody, word) in [true, false].into_iter().zip(words) {
                    let standpoint = Standpoint { status, state, sale, needs_nobody, stated: None };
                    assert_eq!(standpoint.told(), word, "{status}, {state}, {sale}, needs nobody: {needs_nobody}");
                }
            }
        }
    }

    #[test]
    fn what_was_wholly_given_back_is_refunded_whatever_was_before() {
        let sale = SaleStatus::Refunded;
        for (status, state, _) in TABLE.iter().copied().chain([(UNDECIDED, Void, [Refunded; 2])]) {
            for needs_nobody in [true, false] {
                for stated in CommissionStatus::ALL.iter().copied().map(Some).chain([None]) {
                    let standpoint = Standpoint { status, state, sale, needs_nobody, stated };
                    assert_eq!(standpoint.told(), Refunded, "{status}, {state}, {stated:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_undecided_is_told_in_the_word_that_was_stated() {
        for needs_nobody in [true, false] {
            for stated in CommissionStatus::ALL.iter().copied() {
                let sale = SaleStatus::Complete;
                let undecided = Standpoint { status: UNDECIDED, state: Held, sale, needs_nobody, stated: Some(stated) };
                let expected = match stated {
                    Pending | PendingManualApproval => stated,
                    _ if needs_nobody => Pending,
                    _ => PendingManualApproval,
                };
                assert_eq!(undecided.told(), expected, "stated as {stated}");
                for (status, state, words) in TABLE.iter().copied().filter(|row| (row.0, row.1) != (UNDECIDED, Held)) {
                    let decided = Standpoint { status, state, ..undecided };
                    assert_eq!(decided.told(), words[0], "{status}, {state}: what was stated is no longer so");
                }
            }
        }
    }

    #[test]
    fn the_words_are_the_dialects() {
        let words: Vec<_> = CommissionStatus::ALL.iter().map(|status| status.as_str()).collect();
        assert_eq!(
            words,
            [
                "pending",
                "pending_manual_approval",
                "ready_for_payment",
                "processing_payout",
                "paid",
                "declined",
                "refunded",
                "dispute"
            ]
        );
    }
}
