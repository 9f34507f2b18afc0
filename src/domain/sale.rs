//! How a purchase moves on: it is paid for, it fails, a trial ends. What was given back is not said but follows from
//! refunds.

use super::commission::CommissionState;
use super::conversion::SaleStatus;
use super::text_enum;

text_enum! {
    /// Why a purchase cannot be said to stand there.
    pub enum SaleObstacle {
        /// That follows from refunds.
        OnlyByRefund => "only_by_refund",
        /// Money was given back, so it was paid for.
        GivenBack => "given_back",
        /// Its commission is in a payout.
        InPayout => "in_payout",
        /// Its commission was paid.
        Paid => "paid",
    }
}

impl SaleObstacle {
    /// What stands in the way, as a sentence for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::OnlyByRefund => "Record a refund to say that money was given back.",
            Self::GivenBack => "Money of it was given back, which its status says.",
            Self::InPayout => "Its commission is in a payout. Record a refund to say that money was given back.",
            Self::Paid => "Its commission is paid. Record a refund to say that money was given back.",
        }
    }
}

/// Whether a purchase that stands at `from` may be said to stand at `to`, another place. That a part was given back may have
/// been said without an amount; once money `was_given_back` of what was paid for, its status follows from that alone. What
/// was not paid for moves freely still, and counts what is left once it is ([`super::worth::Worth::sale`]).
///
/// # Errors
/// [`SaleObstacle`].
pub const fn may_move(from: SaleStatus, to: SaleStatus, was_given_back: bool) -> Result<(), SaleObstacle> {
    use SaleStatus::{PartialRefunded, Refunded};
    match (from, to) {
        (Refunded, _) => Err(SaleObstacle::GivenBack),
        _ if was_given_back && from.may_pay() => Err(SaleObstacle::GivenBack),
        (_, PartialRefunded | Refunded) => Err(SaleObstacle::OnlyByRefund),
        _ => Ok(()),
    }
}

/// The same for a system that speaks a dialect in which a part may be given back without saying how much: then the word is
/// kept, and nothing is booked as given back.
///
/// # Errors
/// [`SaleObstacle`].
pub const fn may_be_told(from: SaleStatus, to: SaleStatus, was_given_back: bool) -> Result<(), SaleObstacle> {
    match to {
        SaleStatus::PartialRefunded => may_move(from, SaleStatus::Complete, was_given_back),
        other => may_move(from, other, was_given_back),
    }
}

/// Whether a purchase may be said to stand at `to` while its commission's money is at `state`. What is in a payout or paid
/// was owed for a purchase that was paid for; only a refund takes of it.
///
/// # Errors
/// [`SaleObstacle`].
pub const fn may_stand_with(state: CommissionState, to: SaleStatus) -> Result<(), SaleObstacle> {
    match (state, to) {
        (_, SaleStatus::Complete) => Ok(()),
        (CommissionState::InPayout, _) => Err(SaleObstacle::InPayout),
        (CommissionState::Paid, _) => Err(SaleObstacle::Paid),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{SaleObstacle, may_be_told, may_move, may_stand_with};
    use crate::domain::commission::CommissionState;
    use crate::domain::conversion::SaleStatus::{self, PartialRefunded, Refunded};

    fn moves() -> impl Iterator<Item = (SaleStatus, SaleStatus)> {
        let all = || SaleStatus::ALL.iter().copied();
        all().flat_map(move |from| all().filter(move |to| *to != from).map(move |to| (from, to)))
    }

    #[test]
    fn a_purchase_moves_freely_until_money_is_given_back() {
        for (from, to) in moves() {
            let expected = match (from, to) {
                (Refunded, _) => Err(SaleObstacle::GivenBack),
                (_, PartialRefunded | Refunded) => Err(SaleObstacle::OnlyByRefund),
                _ => Ok(()),
            };
            assert_eq!(may_move(from, to, false), expected, "{from} to {to}");
            let fixed = if from.may_pay() { Err(SaleObstacle::GivenBack) } else { expected };
            assert_eq!(may_move(from, to, true), fixed, "{from} to {to}, given back");
        }
    }

    #[test]
    fn a_system_may_say_that_a_part_was_given_back_and_not_how_much() {
        for (from, to) in moves() {
            let expected = match (from, to) {
                (Refunded, _) => Err(SaleObstacle::GivenBack),
                (_, Refunded) => Err(SaleObstacle::OnlyByRefund),
                _ => Ok(()),
            };
            assert_eq!(may_be_told(from, to, false), expected, "{from} to {to}");
            let fixed = if from.may_pay() { Err(SaleObstacle::GivenBack) } else { expected };
            assert_eq!(may_be_told(from, to, true), fixed, "{from} to {to}, given back");
        }
    }

    #[test]
    fn what_is_in_a_payout_or_paid_was_paid_for_and_only_a_refund_takes_of_it() {
        for state in CommissionState::ALL.iter().copied() {
            for to in SaleStatus::ALL.iter().copied() {
                let expected = match state {
                    _ if to == SaleStatus::Complete => Ok(()),
                    CommissionState::InPayout => Err(SaleObstacle::InPayout),
                    CommissionState::Paid => Err(SaleObstacle::Paid),
                    _ => Ok(()),
                };
                assert_eq!(may_stand_with(state, to), expected, "{state}, {to}");
            }
        }
    }
}
