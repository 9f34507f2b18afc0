//! What an affiliate earns from a conversion.
//!
//! The sale is converted to the program's base currency and rounded, then the rule is applied and the result rounded
//! once more, both half away from zero (CONTRACT, Rules: Rates). Both amounts are stored, so that the arithmetic of any
//! commission can be shown, and checked, from its row and its rule version alone.

use super::conversion::{ConversionStatus, SaleStatus};
use super::currency::Currency;
use super::exchange::{Quote, in_base};
use super::money::{Money, MoneyError};
use super::rule::Basis;
use super::text_enum;
use super::time::Timestamp;

text_enum! {
    /// Why a commission waits although nobody has to decide anything.
    pub enum HoldReason {
        /// No exchange rate is known for the day; the amount follows when one arrives.
        FxRateMissing => "fx_rate_missing",
    }
}

text_enum! {
    /// Where a commission's money stands.
    pub enum CommissionState {
        /// Waiting: for review, for its hold to end, or for an exchange rate.
        Held => "held",
        /// Owed, to go into the next payout.
        Payable => "payable",
        /// Being paid.
        InPayout => "in_payout",
        /// Paid.
        Paid => "paid",
        /// Not owed.
        Void => "void",
        /// Paid with a card that is being disputed; waits for the end of that.
        Disputed => "disputed",
    }
}

impl CommissionState {
    /// Whether money may move from this state to that one (CONTRACT, Rules: States).
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
        matches!(
            (self, next),
            (Held, Payable | Void | Disputed)
                | (Payable, InPayout | Held | Void | Disputed)
                | (InPayout, Paid | Payable)
                | (Void, Held)
                | (Disputed, Held | Payable | Void)
        )
    }
}

/// What a conversion is worth to its affiliate, and how that came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earning {
    /// The sale in the base currency; none while no exchange rate is known.
    pub base: Option<Money>,
    /// The commission in the base currency; none while it cannot be computed.
    pub commission: Option<Money>,
    /// Why it waits, if for something other than a decision.
    pub hold: Option<HoldReason>,
}

/// Computes a commission: base conversion, rule, rounding, in this order. Without a rule there is nothing to earn.
///
/// # Errors
/// [`MoneyError::Overflow`] when the sale does not fit the base currency's range.
pub fn earn(amount: Money, base: Currency, quote: Option<&Quote>, basis: Option<Basis>) -> Result<Earning, MoneyError> {
    let in_base = in_base(amount, base, quote)?;
    let commission = match (basis, in_base) {
        (None, _) => Some(Money::zero(base)),
        (Some(Basis::Flat(flat)), _) => Some(flat),
        (Some(_), None) => None,
        (Some(Basis::Percent(rate)), Some(sale)) => Some(sale.times(rate)),
        (Some(Basis::PercentPlusFlat(rate, flat)), Some(sale)) => Some(sale.times(rate).checked_add(flat)?),
    };
    let hold = in_base.is_none().then_some(HoldReason::FxRateMissing);
    Ok(Earning { base: in_base, commission, hold })
}

/// What a conversion earns when only `remaining` of it is left, after returns and refunds: the same computation on what
/// is left, and nothing at all once nothing is left, so that a full refund ends at zero even where a flat amount is paid.
///
/// # Errors
/// As [`earn`].
pub fn earn_on_what_remains(
    (initial, remaining): (Money, Money),
    base: Currency,
    quote: Option<&Quote>,
    basis: Option<Basis>,
) -> Result<Earning, MoneyError> {
    if remaining.is_zero() && !initial.is_zero() {
        let zero = Some(Money::zero(base));
        return Ok(Earning { base: zero, commission: zero, hold: None });
    }
    earn(remaining, base, quote, basis)
}

/// All that decides where a commission's money stands, but for the hand of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub state: CommissionState,
    /// What was decided about its conversion.
    pub status: ConversionStatus,
    /// Where the purchase stands.
    pub sale: SaleStatus,
    /// Whether it waits for an exchange rate.
    pub waits_for_rate: bool,
    /// When its hold ends, if its rule has one.
    pub hold_until: Option<Timestamp>,
}

/// Where a commission belongs, and when that will change by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Where it belongs.
    pub state: CommissionState,
    /// When nothing but the end of its hold keeps it back: when that is.
    pub release_at: Option<Timestamp>,
}

impl Standing {
    /// Where the commission belongs at `now`. What is in a payout, paid or disputed stays there: only that payout, or the
    /// end of the dispute, moves it. A dispute has ended once the customer has everything back: nothing is left to ask for.
    #[must_use]
    pub fn settle(&self, now: Timestamp) -> Settled {
        let at = |state| Settled { state, release_at: None };
        let stays = match self.state {
            CommissionState::InPayout | CommissionState::Paid => true,
            CommissionState::Disputed => self.sale != SaleStatus::Refunded,
            CommissionState::Held | CommissionState::Payable | CommissionState::Void => false,
        };
        if stays {
            return at(self.state);
        }
        if self.status == ConversionStatus::Rejected || self.sale == SaleStatus::Refunded {
            return at(CommissionState::Void);
        }
        if self.status == ConversionStatus::Pending || !self.sale.may_pay() || self.waits_for_rate {
            return at(CommissionState::Held);
        }
        match self.hold_until {
            Some(end) if now < end => Settled { state: CommissionState::Held, release_at: Some(end) },
            _ => at(CommissionState::Payable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CommissionState, HoldReason, Settled, Standing, earn, earn_on_what_remains};
    use crate::domain::conversion::{ConversionStatus, SaleStatus};
    use crate::domain::currency::Currency;
    use crate::domain::money::Money;
    use crate::domain::rate::Rate;
    use crate::domain::rule::Basis;
    use crate::domain::time::Timestamp;

    fn money(text: &str, code: &str) -> Money {
        Money::parse(text, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn commissions_round_half_away_from_zero_to_the_minor_unit() {
        let cases = [
            ("ten percent", "99.99", "USD", "10", "10.00"),
            ("seven and a quarter of a dime", "0.10", "USD", "7.25", "0.01"),
            ("yen have no cents", "999", "JPY", "10", "100"),
            ("exactly half a cent goes up", "0.05", "USD", "10", "0.01"),
            ("just under half goes down", "0.04", "USD", "12", "0.00"),
            ("three decimals", "1.005", "KWD", "10", "0.101"),
            ("nothing of something", "10.00", "USD", "0", "0.00"),
            ("all of it", "10.01", "USD", "100", "10.01"),
        ];
        for (name, sale, code, percent, commission) in cases {
            let sale = money(sale, code);
            let basis = Basis::Percent(Rate::parse_percent(percent).unwrap());
            let earning = earn(sale, sale.currency(), None, Some(basis)).unwrap();
            assert_eq!(earning.commission.unwrap().to_string(), commission, "{name}");
            assert_eq!(earning.hold, None, "{name}");
        }
    }

    #[test]
    fn a_foreign_sale_without_a_rate_waits_and_is_never_taken_one_to_one() {
        let usd = Currency::parse("USD").unwrap();
        let percent = Basis::Percent(Rate::parse_percent("10").unwrap());
        let earning = earn(money("50.00", "EUR"), usd, None, Some(percent)).unwrap();
        assert_eq!((earning.base, earning.commission), (None, None));
        assert_eq!(earning.hold, Some(HoldReason::FxRateMissing));
    }

    #[test]
    fn a_flat_commission_needs_no_rate_though_the_sale_waits_for_one() {
        let usd = Currency::parse("USD").unwrap();
        let earning = earn(money("50.00", "EUR"), usd, None, Some(Basis::Flat(money("5.00", "USD")))).unwrap();
        assert_eq!(earning.commission.unwrap().to_string(), "5.00");
        assert_eq!(earning.hold, Some(HoldReason::FxRateMissing));
    }

    #[test]
    fn a_flat_amount_comes_on_top_of_a_share_that_is_rounded_first() {
        let basis = Basis::PercentPlusFlat(Rate::parse_percent("7.25").unwrap(), money("0.35", "USD"));
        let earning = earn(money("0.10", "USD"), Currency::USD, None, Some(basis)).unwrap();
        assert_eq!(earning.commission.unwrap().to_string(), "0.36");
        let waiting = earn(money("0.10", "EUR"), Currency::USD, None, Some(basis)).unwrap();
        assert_eq!((waiting.commission, waiting.hold), (None, Some(HoldReason::FxRateMissing)));
    }

    #[test]
    fn what_remains_earns_what_it_would_have_earned_alone_and_nothing_earns_nothing() {
        let ten = Basis::Percent(Rate::parse_percent("10").unwrap());
        let flat = Basis::Flat(money("5.00", "USD"));
        let both = Basis::PercentPlusFlat(Rate::parse_percent("10").unwrap(), money("1.00", "USD"));
        let cases = [
            ("a share of the rest", "99.99", "33.33", ten, "3.33"),
            ("of a cent", "99.99", "0.04", ten, "0.00"),
            ("of nothing", "99.99", "0.00", ten, "0.00"),
            ("a flat amount while anything is left", "99.99", "0.01", flat, "5.00"),
            ("a flat amount of nothing", "99.99", "0.00", flat, "0.00"),
            ("both of the rest", "99.99", "10.00", both, "2.00"),
            ("both of nothing", "99.99", "0.00", both, "0.00"),
            ("a lead was worth nothing from the start", "0.00", "0.00", flat, "5.00"),
        ];
        for (name, initial, remaining, basis, expected) in cases {
            let amounts = (money(initial, "USD"), money(remaining, "USD"));
            let earning = earn_on_what_remains(amounts, Currency::USD, None, Some(basis)).unwrap();
            assert_eq!(earning.commission.unwrap().to_string(), expected, "{name}");
        }
    }

    #[test]
    fn a_commission_stands_where_its_facts_put_it() {
        use CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
        use ConversionStatus::{Approved, Pending, Rejected};
        let now = Timestamp::from_millis(1_000);
        let (over, later) = (Some(now), Some(Timestamp::from_millis(1_001)));
        let plain = Standing {
            state: Held,
            status: Approved,
            sale: SaleStatus::Complete,
            waits_for_rate: false,
            hold_until: None,
        };
        let cases = [
            ("approved", plain, Payable, None),
            ("its hold is over this moment", Standing { hold_until: over, ..plain }, Payable, None),
            ("its hold is not over", Standing { hold_until: later, ..plain }, Held, later),
            ("undecided", Standing { status: Pending, hold_until: later, ..plain }, Held, None),
            ("rejected", Standing { status: Rejected, ..plain }, Void, None),
            ("taken back to pending", Standing { status: Pending, state: Void, ..plain }, Held, None),
            ("not paid for yet", Standing { sale: SaleStatus::Open, ..plain }, Held, None),
            ("on trial", Standing { sale: SaleStatus::Trialing, ..plain }, Held, None),
            ("did not go through", Standing { sale: SaleStatus::Failed, ..plain }, Held, None),
            ("partly given back", Standing { sale: SaleStatus::PartialRefunded, ..plain }, Payable, None),
            ("wholly given back", Standing { sale: SaleStatus::Refunded, state: Payable, ..plain }, Void, None),
            ("without a rate", Standing { waits_for_rate: true, hold_until: later, ..plain }, Held, None),
            ("in a payout", Standing { state: InPayout, sale: SaleStatus::Refunded, ..plain }, InPayout, None),
            ("paid", Standing { state: Paid, status: Rejected, ..plain }, Paid, None),
            ("disputed", Standing { state: Disputed, ..plain }, Disputed, None),
            (
                "disputed and partly given back",
                Standing { state: Disputed, sale: SaleStatus::PartialRefunded, ..plain },
                Disputed,
                None,
            ),
            (
                "disputed and wholly given back",
                Standing { state: Disputed, sale: SaleStatus::Refunded, ..plain },
                Void,
                None,
            ),
        ];
        for (name, standing, state, release_at) in cases {
            assert_eq!(standing.settle(now), Settled { state, release_at }, "{name}");
        }
    }

    #[test]
    fn paid_money_never_moves_back() {
        for state in CommissionState::ALL {
            assert!(!CommissionState::Paid.may_become(*state), "{state}");
            assert!(!state.may_become(*state), "{state} to itself is no change");
        }
        assert!(CommissionState::Held.may_become(CommissionState::Payable));
        assert!(!CommissionState::Held.may_become(CommissionState::Paid));
    }
}
