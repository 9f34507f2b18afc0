//! How a purchase moves on: it is paid for, it fails, a trial ends. What was given back is not said but follows from
//! refunds.

use super::conversion::SaleStatus;
use super::text_enum;

text_enum! {
    /// Why a purchase cannot be said to stand there.
    pub enum SaleObstacle {
        /// That follows from refunds.
        OnlyByRefund => "only_by_refund",
        /// Money was given back, so it was paid for.
        GivenBack => "given_back",
    }
}

impl SaleObstacle {
    /// What stands in the way, as a sentence for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::OnlyByRefund => "Record a refund to say that money was given back.",
            Self::GivenBack => "Money of it was given back, which its status says.",
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

#[cfg(test)]
mod tests {
    use super::{SaleObstacle, may_be_told, may_move};
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
}
