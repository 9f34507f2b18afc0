//! A commission's arithmetic in words, so that a number that pays somebody can be checked by hand.

use crate::domain::commission::HoldReason;
use crate::domain::money::Money;
use crate::domain::rule::{Basis, Rule};
use crate::domain::time::Zone;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::ConversionRow;
use crate::web::filters::{amount, day};

/// How a commission came about, sentence by sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arithmetic {
    /// The rule and its version.
    pub rule: String,
    /// The sum.
    pub sum: String,
    /// Why it waits, if it does for something other than a decision.
    pub waits: Option<String>,
}

fn with_currency(money: Money) -> String {
    format!("{} {}", amount(money), money.currency())
}

impl Arithmetic {
    /// Tells it for a conversion with its commission, if there is one, and the rule version that was used.
    #[must_use]
    pub fn tell(
        conversion: &ConversionRow,
        commission: Option<&CommissionRow>,
        rule: Option<&Rule>,
        zone: &Zone,
    ) -> Self {
        let earned = commission.and_then(CommissionRow::amount);
        Self {
            rule: rule.map_or_else(
                || "The campaign had no rule when this was reported.".to_owned(),
                |rule| told_rule(rule, zone),
            ),
            sum: told_sum(conversion.base(), rule.map(|rule| rule.terms.basis), earned),
            waits: commission.and_then(|commission| commission.hold_reason).map(|reason| told_wait(reason, conversion)),
        }
    }
}

fn told_rule(rule: &Rule, zone: &Zone) -> String {
    let pays = match rule.terms.basis {
        Basis::Percent(rate) => format!("{rate} of the sale"),
        Basis::Flat(flat) => format!("{} for every conversion", with_currency(flat)),
        Basis::PercentPlusFlat(rate, flat) => format!("{rate} of the sale plus {}", with_currency(flat)),
    };
    format!("{pays}: version {} of the campaign’s rule, in force since {}.", rule.version, day(rule.since, zone))
}

fn told_sum(base: Option<Money>, basis: Option<Basis>, earned: Option<Money>) -> String {
    match (basis, base, earned) {
        (None, _, _) => "Without a rule there is nothing to earn.".to_owned(),
        (Some(Basis::Flat(flat)), _, _) => format!("{}, whatever the sale.", with_currency(flat)),
        (Some(Basis::Percent(rate)), Some(base), Some(earned)) => {
            let (sale, exact) = (with_currency(base), base.exact_share(rate));
            let rounded = with_currency(earned);
            // What is exact needs no word on rounding.
            if Money::parse(&exact, base.currency()) == Ok(earned) {
                format!("{sale} × {rate} = {rounded}, exactly.")
            } else {
                format!("{sale} × {rate} = {exact}, rounded once, half away from zero, to {rounded}.")
            }
        }
        (Some(Basis::PercentPlusFlat(rate, flat)), Some(base), Some(earned)) => format!(
            "{} × {rate} = {}, rounded once, half away from zero, plus {} = {}.",
            with_currency(base),
            base.exact_share(rate),
            with_currency(flat),
            with_currency(earned)
        ),
        (Some(Basis::Percent(rate) | Basis::PercentPlusFlat(rate, _)), _, _) => {
            format!("{rate} of an amount that is not known in the program’s currency yet.")
        }
    }
}

fn told_wait(reason: HoldReason, conversion: &ConversionRow) -> String {
    match reason {
        HoldReason::FxRateMissing => format!(
            "The order was in {}, and no exchange rate to {} of the last 7 days is known. It is never taken one to one: \
             the amount follows when a rate arrives, and until then this cannot be approved.",
            conversion.currency, conversion.base_currency
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::told_sum;
    use crate::domain::currency::Currency;
    use crate::domain::money::Money;
    use crate::domain::rate::Rate;
    use crate::domain::rule::Basis;

    #[test]
    fn the_arithmetic_can_be_followed_by_hand() {
        let usd = |minor| Some(Money::new(minor, Currency::USD));
        let percent = |text| Some(Basis::Percent(Rate::parse_percent(text).unwrap()));
        let rounded = "99.99 USD × 10 % = 9.999, rounded once, half away from zero, to 10.00 USD.";
        let cases = [
            (usd(9_999), percent("10"), usd(1_000), rounded),
            (usd(123_400), percent("10"), usd(12_340), "1,234.00 USD × 10 % = 123.40 USD, exactly."),
            (usd(10_000), percent("10"), usd(1_000), "100.00 USD × 10 % = 10.00 USD, exactly."),
            (None, percent("10"), None, "10 % of an amount that is not known in the program’s currency yet."),
            (None, Some(Basis::Flat(Money::new(500, Currency::USD))), usd(500), "5.00 USD, whatever the sale."),
            (usd(1), None, usd(0), "Without a rule there is nothing to earn."),
        ];
        for (base, basis, earned, told) in cases {
            assert_eq!(told_sum(base, basis, earned), told);
        }
    }
}
