//! What an affiliate earns from a conversion.
//!
//! The sale is converted to the program's base currency and rounded, then the rule is applied and the result rounded
//! once more, both half away from zero (CONTRACT, Rules: Rates). Both amounts are stored, so that the arithmetic of any
//! commission can be shown, and checked, from its row and its rule version alone.

use super::exchange::{Quote, in_base};
use super::id::{CampaignId, RuleId};
use super::money::{Money, MoneyError};
use super::rate::Rate;
use super::text_enum;
use super::time::Timestamp;

/// How a rule pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A share of the sale in the base currency.
    Percent(Rate),
    /// The same for every conversion, in the base currency.
    Flat(Money),
}

/// One version of what a campaign pays. A change makes a new version; a recorded commission names the one it used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The id of this version.
    pub id: RuleId,
    /// Whose rule it is.
    pub campaign_id: CampaignId,
    /// 1 for the first, counted per campaign.
    pub version: u32,
    /// How it pays.
    pub basis: Basis,
    /// From when on it holds, until the next version does.
    pub since: Timestamp,
}

/// The version in force at `now` among a campaign's versions, which are ordered by version. A moment before the first, as
/// a clock that was set back may give, falls to the first: a campaign has a rule from its beginning.
#[must_use]
pub fn in_force(versions: &[Rule], now: Timestamp) -> Option<&Rule> {
    versions.iter().rev().find(|rule| rule.since <= now).or(versions.first())
}

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
pub fn earn(
    amount: Money,
    base: super::currency::Currency,
    quote: Option<&Quote>,
    basis: Option<Basis>,
) -> Result<Earning, MoneyError> {
    let in_base = in_base(amount, base, quote)?;
    let commission = match (basis, in_base) {
        (Some(Basis::Flat(flat)), _) => Some(flat),
        (Some(Basis::Percent(rate)), Some(sale)) => Some(sale.times(rate)),
        (Some(Basis::Percent(_)), None) => None,
        (None, _) => Some(Money::zero(base)),
    };
    let hold = in_base.is_none().then_some(HoldReason::FxRateMissing);
    Ok(Earning { base: in_base, commission, hold })
}

#[cfg(test)]
mod tests {
    use super::{Basis, CommissionState, HoldReason, Rule, earn, in_force};
    use crate::domain::currency::Currency;
    use crate::domain::id::Id;
    use crate::domain::money::Money;
    use crate::domain::rate::Rate;
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
    fn a_changed_rule_holds_from_its_own_moment_on() {
        let at = Timestamp::from_millis;
        let rule = |version: u32, since| Rule {
            id: Id::at(at(since), [u8::try_from(version).unwrap(); 10]),
            campaign_id: Id::at(at(0), [0; 10]),
            version,
            basis: Basis::Percent(Rate::parse_percent("10").unwrap()),
            since: at(since),
        };
        let versions = [rule(1, 100), rule(2, 200)];
        let cases = [("before any", 99, 1), ("first", 100, 1), ("the eve", 199, 1), ("new", 200, 2)];
        for (name, now, version) in cases {
            assert_eq!(in_force(&versions, at(now)).map(|rule| rule.version), Some(version), "{name}");
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
