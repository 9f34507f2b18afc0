//! Rates as the European Central Bank publishes them, and the cross rates that follow from them.
//!
//! Published is how many units of a currency one euro buys on a day. What one unit of a currency is worth in another one is
//! the quotient of the two, kept to twelve significant digits and rounded once, half away from zero. The quotient is taken
//! digit by digit, so a half is a half and never the neighbour of one that an earlier rounding made.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::{ExchangeRate, OLDEST_QUOTE_DAYS, Quote};
use crate::domain::currency::Currency;
use crate::domain::time::LocalDay;

/// The smallest whole number of thirteen digits: twelve are kept, and the next one decides how they are rounded.
const THIRTEEN_DIGITS: u128 = 1_000_000_000_000;

/// What was published: units of a currency for one euro, by day.
#[derive(Clone, Debug, Default)]
pub struct EuroRates {
    by_currency: HashMap<Currency, BTreeMap<LocalDay, ExchangeRate>>,
}

impl EuroRates {
    /// Takes a rate in, in the place of an earlier one of that currency and day. The euro itself has no rate: one is one.
    pub fn add(&mut self, currency: Currency, day: LocalDay, rate: ExchangeRate) {
        if currency != Currency::EUR {
            self.by_currency.entry(currency).or_default().insert(day, rate);
        }
    }

    /// What one unit of `from` is worth in `base`: the cross rate of the latest day, at or before `day` and at most
    /// [`OLDEST_QUOTE_DAYS`] older, for which both currencies have a rate. None where there is no such day, and none between
    /// a currency and itself, which needs no rate.
    #[must_use]
    pub fn quote(&self, from: Currency, base: Currency, day: LocalDay) -> Option<Quote> {
        if from == base {
            return None;
        }
        let oldest = LocalDay::from_number(day.number().saturating_sub(OLDEST_QUOTE_DAYS));
        // The euro has a rate on every day, so the days of the other currency are the ones to look at.
        let led_by = if from == Currency::EUR { base } else { from };
        self.by_currency.get(&led_by)?.range(oldest..=day).rev().find_map(|(&day, _)| {
            let rate = cross(self.rate(base, day)?, self.rate(from, day)?)?;
            Some(Quote { rate: rate.decimal(), day })
        })
    }

    /// Units of a currency for one euro on a day, if they were published.
    fn rate(&self, currency: Currency, day: LocalDay) -> Option<ExchangeRate> {
        if currency == Currency::EUR {
            return Some(ExchangeRate(Decimal::ONE));
        }
        self.by_currency.get(&currency)?.get(&day).copied()
    }
}

/// Units of the base currency for one unit of the other, from what one euro buys of either: twelve significant digits,
/// rounded half away from zero. None where the result is too large or too small to be written down, which no real
/// currencies' is.
#[must_use]
pub fn cross(base_per_euro: ExchangeRate, other_per_euro: ExchangeRate) -> Option<ExchangeRate> {
    let (base, other) = (base_per_euro.decimal(), other_per_euro.decimal());
    let (dividend, divisor) = (base.mantissa().unsigned_abs(), other.mantissa().unsigned_abs());
    let mut digits = dividend.checked_div(divisor)?;
    let mut rest = dividend % divisor;
    // The quotient is `digits` over 10 to the power of `scale`; a mantissa is below 2⁹⁶, so ten rests fit into 128 bits.
    let mut scale = i32::try_from(base.scale()).ok()? - i32::try_from(other.scale()).ok()?;
    while digits < THIRTEEN_DIGITS {
        digits = digits * 10 + rest * 10 / divisor;
        rest = rest * 10 % divisor;
        scale += 1;
    }
    while digits >= THIRTEEN_DIGITS * 10 {
        digits /= 10;
        scale -= 1;
    }
    // Half or more shows in the thirteenth digit alone, whatever comes after it.
    let mut kept = (digits + 5) / 10;
    scale -= 1;
    while kept.is_multiple_of(10) {
        kept /= 10;
        scale -= 1;
    }
    let shift = 10_u128.checked_pow(scale.min(0).unsigned_abs())?;
    let mantissa = i128::try_from(kept.checked_mul(shift)?).ok()?;
    let rate = Decimal::try_from_i128_with_scale(mantissa, scale.max(0).unsigned_abs()).ok()?;
    ExchangeRate::new(rate).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(text: &str) -> ExchangeRate {
        ExchangeRate::parse(text).unwrap()
    }

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    const CROSSES: &[(&str, &str, &str, &str)] = &[
        ("dollars for a euro: the published rate", "1.0837", "1", "1.0837"),
        ("euros for a dollar: twelve digits of a quotient without end", "1", "1.0837", "0.92276460275"),
        ("dollars for a yen", "1.0837", "163.42", "0.00663137926814"),
        ("yen for a dollar", "163.42", "1.0837", "150.798191381"),
        ("dollars for a pound", "1.0837", "0.83355", "1.30010197349"),
        ("the same currency value: one", "7.4590", "7.459", "1"),
        ("a third", "1", "3", "0.333333333333"),
        ("two thirds: the last digit goes up", "2", "3", "0.666666666667"),
        ("exactly half goes away from zero", "1.0000000000025", "2", "0.500000000001"),
        ("exactly half at the twelfth digit", "1.000000000005", "1", "1.00000000001"),
        ("just below half, by a digit far behind", "1.0000000000049999999999999999", "1", "1"),
        ("just above half, by a digit far behind", "1.0000000000050000000000000001", "1", "1.00000000001"),
        ("rounding carries into a new digit", "9.999999999999", "1", "10"),
        ("a large currency", "1", "0.00001", "100000"),
        ("a small currency", "0.3327", "27543.5", "0.0000120790749179"),
        ("the integer part alone has more than twelve digits", "98765432109876.5", "1", "98765432109900"),
    ];

    #[test]
    fn cross_rates_are_exact_to_twelve_digits() {
        for (name, base, other, expected) in CROSSES {
            assert_eq!(cross(rate(base), rate(other)), Some(rate(expected)), "{name}");
        }
    }

    #[test]
    fn a_cross_rate_that_cannot_be_written_down_is_none() {
        assert_eq!(cross(rate("0.0000000000000000000000000001"), rate("79228162514264337593543950335")), None);
        assert_eq!(cross(rate("79228162514264337593543950335"), rate("0.0000000000000000000000000001")), None);
    }

    /// A Friday, the Monday after it, and currencies that pause.
    fn published() -> EuroRates {
        let mut rates = EuroRates::default();
        for (code, on, value) in [
            ("USD", "2026-11-12", "1.05"),
            ("USD", "2026-11-13", "1.06"),
            ("USD", "2026-11-16", "1.08"),
            ("GBP", "2026-11-13", "0.85"),
            ("JPY", "2026-11-12", "160"),
            ("EUR", "2026-11-13", "2"),
        ] {
            rates.add(currency(code), day(on), rate(value));
        }
        rates
    }

    #[test]
    fn the_latest_day_that_has_both_rates_decides() {
        let rates = published();
        type Case = (&'static str, &'static str, &'static str, &'static str, Option<(&'static str, &'static str)>);
        let cases: &[Case] = &[
            ("of the day itself", "EUR", "USD", "2026-11-13", Some(("1.06", "2026-11-13"))),
            ("on Saturday, Friday's", "EUR", "USD", "2026-11-14", Some(("1.06", "2026-11-13"))),
            ("on Sunday, Friday's", "EUR", "USD", "2026-11-15", Some(("1.06", "2026-11-13"))),
            ("on Monday, Monday's", "EUR", "USD", "2026-11-16", Some(("1.08", "2026-11-16"))),
            ("never a later day's", "EUR", "USD", "2026-11-11", None),
            ("seven days after: still", "EUR", "USD", "2026-11-23", Some(("1.08", "2026-11-16"))),
            ("eight days after: no more", "EUR", "USD", "2026-11-24", None),
            ("into euros", "USD", "EUR", "2026-11-13", Some(("0.943396226415", "2026-11-13"))),
            (
                "both on one day, not the newest of each",
                "GBP",
                "USD",
                "2026-11-16",
                Some(("1.24705882353", "2026-11-13")),
            ),
            ("both on one day, seven days ago", "JPY", "USD", "2026-11-19", Some(("0.0065625", "2026-11-12"))),
            ("both on one day, eight days ago", "JPY", "USD", "2026-11-20", None),
            ("never on one day", "JPY", "GBP", "2026-11-16", None),
            ("unknown currency", "CHF", "USD", "2026-11-16", None),
            ("into an unknown currency", "USD", "CHF", "2026-11-16", None),
            ("euros into an unknown currency", "EUR", "CHF", "2026-11-16", None),
            ("no rate is needed", "USD", "USD", "2026-11-16", None),
        ];
        for (name, from, base, on, expected) in cases {
            let expected = expected.map(|(value, of)| Quote { rate: rate(value).decimal(), day: day(of) });
            assert_eq!(rates.quote(currency(from), currency(base), day(on)), expected, "{name}");
        }
    }

    #[test]
    fn days_at_the_ends_of_the_calendar_are_looked_up_without_a_panic() {
        for number in [i32::MIN, i32::MAX] {
            assert_eq!(published().quote(Currency::EUR, Currency::USD, LocalDay::from_number(number)), None);
        }
    }

    proptest! {
        /// The kept number k, in units of its twelfth digit u, is the quotient rounded exactly if
        /// (k − u/2)·other ≤ base < (k + u/2)·other; checked here on numbers small enough for plain 128 bits.
        #[test]
        fn every_cross_rate_is_the_quotient_rounded(base in 1_u128..1_000_000_000, other in 1_u128..1_000_000_000) {
            let whole = |number: u128| rate(&number.to_string());
            let crossed = cross(whole(base), whole(other)).unwrap().decimal();
            let (mut kept, mut scale) = (crossed.mantissa().unsigned_abs(), crossed.scale());
            while kept < THIRTEEN_DIGITS / 10 {
                kept *= 10;
                scale += 1;
            }
            let exact = 2 * base * 10_u128.pow(scale);
            prop_assert!((2 * kept - 1) * other <= exact && exact < (2 * kept + 1) * other);
        }
    }
}
