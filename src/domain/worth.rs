//! What an order is worth: what was reported, what a return left of it, and what the customer got back.
//!
//! All of it is in the order's own currency. An amount is lowered before it is approved, and is always held against what
//! was first reported; money is given back at any time, in any number of parts, and never more than there is (CONTRACT,
//! Rules: Adjusting). Nothing here knows of commissions: these follow from what remains.

use super::conversion::SaleStatus;
use super::currency::Currency;
use super::due::written;
use super::money::Money;

/// Where an order's money stands. The three are of one currency, and 0 ≤ refunded ≤ adjusted ≤ initial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// As it was reported.
    pub initial: Money,
    /// After a partial return; the same as reported where there was none.
    pub adjusted: Money,
    /// What the customer got back so far.
    pub refunded: Money,
}

/// Why an amount cannot be adjusted to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdjustFault {
    /// It is of another currency than the order.
    #[error("must be in {0}, as the order is")]
    OtherCurrency(Currency),
    /// Nothing would be left, which is a rejection.
    #[error("must be above zero; to leave nothing, reject the conversion")]
    NotAboveZero,
    /// It is not lower than what was reported.
    #[error("must be lower than {}, which was reported", written(*.0))]
    NotLower(Money),
    /// The customer got more than that back already.
    #[error("must not be lower than {}, which was given back", written(*.0))]
    BelowRefunded(Money),
}

/// Why that much cannot be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundFault {
    /// It is of another currency than the order.
    #[error("must be in {0}, as the order is")]
    OtherCurrency(Currency),
    /// Nothing would be given back.
    #[error("must be above zero")]
    NotAboveZero,
    /// It is more than is left.
    #[error("must not be more than {}, which is left of the order", written(*.0))]
    MoreThanRemains(Money),
    /// Nothing is left of the order.
    #[error("must be given back from something: nothing is left of the order")]
    NothingLeft,
}

impl Worth {
    /// As it is reported: nothing is returned yet.
    #[must_use]
    pub const fn whole(amount: Money) -> Self {
        Self { initial: amount, adjusted: amount, refunded: Money::zero(amount.currency()) }
    }

    /// What is left after returns and refunds.
    #[must_use]
    pub fn remaining(&self) -> Money {
        Money::new(self.adjusted.minor().saturating_sub(self.refunded.minor()), self.initial.currency())
    }

    /// Whether there was something and nothing of it is left.
    #[must_use]
    pub fn is_given_back(&self) -> bool {
        self.remaining().is_zero() && !self.initial.is_zero()
    }

    /// The order when only this much of what was reported stands.
    ///
    /// # Errors
    /// [`AdjustFault`].
    pub fn adjusted_to(self, amount: Money) -> Result<Self, AdjustFault> {
        if amount.currency() != self.initial.currency() {
            return Err(AdjustFault::OtherCurrency(self.initial.currency()));
        }
        if !amount.is_positive() {
            return Err(AdjustFault::NotAboveZero);
        }
        if amount.minor() >= self.initial.minor() {
            return Err(AdjustFault::NotLower(self.initial));
        }
        if amount.minor() < self.refunded.minor() {
            return Err(AdjustFault::BelowRefunded(self.refunded));
        }
        Ok(Self { adjusted: amount, ..self })
    }

    /// The order after this much more was given back (all that remains where no amount is named), and how much that is.
    ///
    /// # Errors
    /// [`RefundFault`].
    pub fn refunded_by(self, amount: Option<Money>) -> Result<(Self, Money), RefundFault> {
        let left = self.remaining();
        let amount = amount.unwrap_or(left);
        if amount.currency() != left.currency() {
            return Err(RefundFault::OtherCurrency(left.currency()));
        }
        if !left.is_positive() {
            return Err(RefundFault::NothingLeft);
        }
        if !amount.is_positive() {
            return Err(RefundFault::NotAboveZero);
        }
        if amount.minor() > left.minor() {
            return Err(RefundFault::MoreThanRemains(left));
        }
        let refunded = Money::new(self.refunded.minor().saturating_add(amount.minor()), left.currency());
        Ok((Self { refunded, ..self }, amount))
    }

    /// Where the purchase stands, given where it stood: what was given back says so; until then it is what it was. A part
    /// of what was never paid for makes nothing payable, so such a purchase stays where it is until it is paid for.
    #[must_use]
    pub fn sale(&self, before: SaleStatus) -> SaleStatus {
        if self.is_given_back() {
            SaleStatus::Refunded
        } else if self.refunded.is_positive() && before.may_pay() {
            SaleStatus::PartialRefunded
        } else {
            before
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AdjustFault, RefundFault, Worth};
    use crate::domain::conversion::SaleStatus;
    use crate::domain::currency::Currency;
    use crate::domain::money::Money;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn worth(initial: i64, adjusted: i64, refunded: i64) -> Worth {
        Worth { initial: usd(initial), adjusted: usd(adjusted), refunded: usd(refunded) }
    }

    #[test]
    fn an_amount_is_adjusted_below_what_was_reported_and_not_below_what_was_given_back() {
        let cases = [
            ("lower", worth(10_000, 10_000, 0), usd(4_000), Ok(4_000)),
            ("one cent is left", worth(10_000, 10_000, 0), usd(1), Ok(1)),
            ("a cent less", worth(10_000, 10_000, 0), usd(9_999), Ok(9_999)),
            ("lowered again", worth(10_000, 4_000, 0), usd(3_000), Ok(3_000)),
            ("raised again, below what was reported", worth(10_000, 4_000, 0), usd(9_000), Ok(9_000)),
            ("as reported", worth(10_000, 4_000, 0), usd(10_000), Err(AdjustFault::NotLower(usd(10_000)))),
            ("more than reported", worth(10_000, 4_000, 0), usd(10_001), Err(AdjustFault::NotLower(usd(10_000)))),
            ("nothing", worth(10_000, 10_000, 0), usd(0), Err(AdjustFault::NotAboveZero)),
            ("below nothing", worth(10_000, 10_000, 0), usd(-1), Err(AdjustFault::NotAboveZero)),
            ("to what was given back", worth(10_000, 10_000, 4_000), usd(4_000), Ok(4_000)),
            (
                "below what was given back",
                worth(10_000, 10_000, 4_000),
                usd(3_999),
                Err(AdjustFault::BelowRefunded(usd(4_000))),
            ),
            ("of nothing", worth(0, 0, 0), usd(1), Err(AdjustFault::NotLower(usd(0)))),
            (
                "of another currency",
                worth(10_000, 10_000, 0),
                Money::new(4_000, Currency::EUR),
                Err(AdjustFault::OtherCurrency(Currency::USD)),
            ),
        ];
        for (name, before, amount, expected) in cases {
            let after = before.adjusted_to(amount);
            assert_eq!(after.map(|after| after.adjusted.minor()), expected, "{name}");
            if let Ok(after) = after {
                assert_eq!((after.initial, after.refunded), (before.initial, before.refunded), "{name}");
            }
        }
    }

    #[test]
    fn never_more_is_given_back_than_is_left() {
        let left = |minor| Err(RefundFault::MoreThanRemains(usd(minor)));
        let cases = [
            ("a part", worth(10_000, 10_000, 0), Some(usd(2_500)), Ok((2_500, 2_500))),
            ("a second part", worth(10_000, 10_000, 2_500), Some(usd(2_500)), Ok((5_000, 2_500))),
            ("all of it", worth(10_000, 10_000, 0), Some(usd(10_000)), Ok((10_000, 10_000))),
            ("all that is left, unsaid", worth(10_000, 10_000, 2_500), None, Ok((10_000, 7_500))),
            ("all that a return left, unsaid", worth(10_000, 6_000, 2_500), None, Ok((6_000, 3_500))),
            ("more than is left", worth(10_000, 10_000, 2_500), Some(usd(7_501)), left(7_500)),
            ("more than a return left", worth(10_000, 6_000, 0), Some(usd(6_001)), left(6_000)),
            ("60 % for the second time", worth(10_000, 10_000, 6_000), Some(usd(6_000)), left(4_000)),
            ("nothing", worth(10_000, 10_000, 0), Some(usd(0)), Err(RefundFault::NotAboveZero)),
            ("below nothing", worth(10_000, 10_000, 0), Some(usd(-5)), Err(RefundFault::NotAboveZero)),
            ("once nothing is left", worth(10_000, 10_000, 10_000), Some(usd(1)), Err(RefundFault::NothingLeft)),
            ("once nothing is left, unsaid", worth(10_000, 10_000, 10_000), None, Err(RefundFault::NothingLeft)),
            ("of a lead that was worth nothing", worth(0, 0, 0), None, Err(RefundFault::NothingLeft)),
            (
                "in another currency",
                worth(10_000, 10_000, 0),
                Some(Money::new(100, Currency::EUR)),
                Err(RefundFault::OtherCurrency(Currency::USD)),
            ),
        ];
        for (name, before, amount, expected) in cases {
            let done = before.refunded_by(amount);
            assert_eq!(done.map(|(after, part)| (after.refunded.minor(), part.minor())), expected, "{name}");
        }
    }

    #[test]
    fn what_was_given_back_says_where_the_purchase_stands() {
        use SaleStatus::{Complete, Failed, Open, PartialRefunded, Refunded, Trialing};
        let cases = [
            ("nothing given back", worth(100, 100, 0), Complete, Complete),
            ("nothing given back of one on trial", worth(100, 100, 0), Trialing, Trialing),
            ("a return is no refund", worth(100, 40, 0), Failed, Failed),
            ("a part", worth(100, 100, 40), Complete, PartialRefunded),
            ("a part of what nobody had said was paid for", worth(100, 100, 40), Open, Open),
            ("a part of what failed", worth(100, 100, 40), Failed, Failed),
            ("a part of one on trial", worth(100, 100, 40), Trialing, Trialing),
            ("all of what failed", worth(100, 100, 100), Failed, Refunded),
            ("all", worth(100, 100, 100), PartialRefunded, Refunded),
            ("all that a return left", worth(100, 40, 40), PartialRefunded, Refunded),
            ("more was left after all", worth(100, 60, 40), Refunded, PartialRefunded),
            ("a lead that was worth nothing", worth(0, 0, 0), Complete, Complete),
        ];
        for (name, worth, before, after) in cases {
            assert_eq!(worth.sale(before), after, "{name}");
        }
    }

    #[test]
    fn faults_name_what_would_be_taken() {
        let sentence = worth(25_980, 25_980, 0).adjusted_to(usd(30_000)).unwrap_err().to_string();
        assert_eq!(sentence, "must be lower than 259.80 USD, which was reported");
        let sentence = worth(25_980, 25_980, 20_000).refunded_by(Some(usd(6_000))).unwrap_err().to_string();
        assert_eq!(sentence, "must not be more than 59.80 USD, which is left of the order");
    }
}
