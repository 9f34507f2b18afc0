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

/// Whether a purchase that stands at `from` may be said to stand at `to`, another place.
///
/// # Errors
/// [`SaleObstacle`].
pub const fn may_move(from: SaleStatus, to: SaleStatus) -> Result<(), SaleObstacle> {
    use SaleStatus::{PartialRefunded, Refunded};
    match (from, to) {
        (PartialRefunded | Refunded, _) => Err(SaleObstacle::GivenBack),
        (_, PartialRefunded | Refunded) => Err(SaleObstacle::OnlyByRefund),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{SaleObstacle, may_move};
    use crate::domain::conversion::SaleStatus::{self, Complete, Failed, Open, PartialRefunded, Refunded, Trialing};

    #[test]
    fn a_purchase_moves_freely_until_money_is_given_back() {
        for from in SaleStatus::ALL.iter().copied() {
            for to in SaleStatus::ALL.iter().copied().filter(|to| *to != from) {
                let expected = match (from, to) {
                    (PartialRefunded | Refunded, _) => Err(SaleObstacle::GivenBack),
                    (Open | Complete | Trialing | Failed, Open | Complete | Trialing | Failed) => Ok(()),
                    (Open | Complete | Trialing | Failed, _) => Err(SaleObstacle::OnlyByRefund),
                };
                assert_eq!(may_move(from, to), expected, "{from} to {to}");
            }
        }
    }
}
