//! Exchange: what an amount is worth in the program's base currency.
//!
//! A sale is converted once, when it is recorded, and rounded once, half away from zero (CONTRACT, Rules: Rates, Currency).
//! The product of an amount and a rate can need 160 bits, more than a decimal or an `i128` holds, so the division is done
//! digit by digit: every result is the exact one rounded, or an error, never a silently shortened one. A currency without a
//! quote is worth nothing yet; it is never taken one to one.

mod euro_rates;

use std::fmt;

use rust_decimal::Decimal;

use super::currency::Currency;
use super::money::{Money, MoneyError};
use super::time::LocalDay;
pub use euro_rates::{EuroRates, cross};

/// How many days old a quote may be.
pub const OLDEST_QUOTE_DAYS: i32 = 7;

/// An exchange rate: a decimal above zero, kept to its last digit.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExchangeRate(Decimal);

/// Why something is not an exchange rate.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a number above zero, such as 1.0837")]
pub struct NotARate;

impl ExchangeRate {
    /// Takes a decimal above zero.
    ///
    /// # Errors
    /// [`NotARate`].
    pub fn new(rate: Decimal) -> Result<Self, NotARate> {
        if rate > Decimal::ZERO { Ok(Self(rate.normalize())) } else { Err(NotARate) }
    }

    /// Reads digits with a full stop among them, and nothing else.
    ///
    /// # Errors
    /// [`NotARate`].
    pub fn parse(text: &str) -> Result<Self, NotARate> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let rate = Decimal::from_str_exact(text).ok().filter(|_| plain);
        rate.ok_or(NotARate).and_then(Self::new)
    }

    /// The number.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for ExchangeRate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// The rate of a day.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Quote {
    /// Units of the base currency for one unit of the original; above zero.
    pub rate: Decimal,
    /// The day it was published for.
    pub day: LocalDay,
}

/// The amount in the base currency. In the base currency already: unchanged, whatever the quote. Foreign without a quote
/// (or with one that is not above zero, which is none): `None`.
///
/// # Errors
/// [`MoneyError::Overflow`] if the result does not fit.
pub fn in_base(original: Money, base: Currency, quote: Option<&Quote>) -> Result<Option<Money>, MoneyError> {
    if original.currency() == base {
        return Ok(Some(original));
    }
    let Some(quote) = quote.filter(|quote| quote.rate > Decimal::ZERO) else {
        return Ok(None);
    };
    let rate = quote.rate.normalize();
    // minor / 10^(its decimals) × mantissa / 10^scale × 10^(base decimals), with one power of ten left over or under.
    let (multiply, divide) = (base.decimals(), original.currency().decimals() + rate.scale());
    let numerator = rate.mantissa().unsigned_abs() * 10_u128.pow(multiply.saturating_sub(divide));
    let denominator = 10_u128.pow(divide.saturating_sub(multiply));
    converted(original, (numerator, denominator), base).map(Some)
}

/// What an amount in the base currency is in the currency it was converted from, rounded once. In the base currency already:
/// unchanged, whatever the quote. Foreign without a quote: `None`.
///
/// # Errors
/// [`MoneyError::Overflow`] if the result does not fit.
pub fn out_of_base(amount: Money, original: Currency, quote: Option<&Quote>) -> Result<Option<Money>, MoneyError> {
    if amount.currency() == original {
        return Ok(Some(amount));
    }
    let Some(quote) = quote.filter(|quote| quote.rate > Decimal::ZERO) else {
        return Ok(None);
    };
    let rate = quote.rate.normalize();
    let (multiply, divide) = (original.decimals() + rate.scale(), amount.currency().decimals());
    let numerator = 10_u128.pow(multiply.saturating_sub(divide));
    let denominator = rate.mantissa().unsigned_abs() * 10_u128.pow(divide.saturating_sub(multiply));
    converted(amount, (numerator, denominator), original).map(Some)
}

/// The amount × `numerator / denominator`, in another currency.
fn converted(amount: Money, (numerator, denominator): (u128, u128), to: Currency) -> Result<Money, MoneyError> {
    let magnitude = share(amount.minor().unsigned_abs(), numerator, denominator).ok_or(MoneyError::Overflow)?;
    let minor =
        if amount.is_negative() { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
    Ok(Money::new(minor.ok_or(MoneyError::Overflow)?, to))
}

/// The amount in the base currency to its last digit, as [`in_base`] rounds it; none where no decimal holds that many.
#[must_use]
pub fn exact_in_base(original: Money, quote: &Quote) -> Option<String> {
    let amount = Decimal::from_i128_with_scale(original.minor().into(), original.currency().decimals());
    let digits = |number: &Decimal| number.mantissa().unsigned_abs().checked_ilog10().map_or(1, |log| log + 1);
    let rate = quote.rate.normalize();
    let fits = digits(&amount) + digits(&rate) <= 28 && amount.scale() + rate.scale() <= 28;
    amount.checked_mul(rate).filter(|_| fits).map(|exact| exact.normalize().to_string())
}

/// Whether a quote may be used on a day: of that day, or at most [`OLDEST_QUOTE_DAYS`] before, never of a later one.
#[must_use]
pub fn usable(quote: &Quote, day: LocalDay) -> bool {
    (0..=OLDEST_QUOTE_DAYS).contains(&day.number().saturating_sub(quote.day.number()))
}

/// `amount × numerator / denominator`, rounded half up; `None` if it does not fit.
///
/// Long division in base 2¹⁶: with a numerator below 2¹¹¹ and a denominator up to 10³² (below 2¹⁰⁷) no step exceeds 128 bits.
/// A decimal's mantissa is below 2⁹⁶ and scaled up by 10⁴ at most; its scale is 28 at most, and a currency's decimals are 4.
/// The other way round they change places: a numerator up to 10³² and a denominator below 2¹¹⁰ do not exceed 128 bits either.
fn share(amount: u64, numerator: u128, denominator: u128) -> Option<u64> {
    let mut quotient: u128 = 0;
    let mut remainder: u128 = 0;
    for limb in amount.to_be_bytes().chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])) {
        let step = (remainder << 16) + numerator * u128::from(limb);
        quotient = quotient.checked_mul(1 << 16)?.checked_add(step / denominator)?;
        remainder = step % denominator;
    }
    if remainder * 2 >= denominator {
        quotient += 1;
    }
    u64::try_from(quotient).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn quote(rate: Decimal) -> Quote {
        Quote { rate, day: LocalDay::from_number(20_000) }
    }

    const CONVERSIONS: &[(&str, i64, &str, &str, &str, i64)] = &[
        ("euros to dollars", 9_999, "EUR", "USD", "1.0837", 10_836),
        ("exactly half a cent goes up", 1, "EUR", "USD", "0.5", 1),
        ("exactly half a cent taken back goes down", -1, "EUR", "USD", "0.5", -1),
        ("just below half", 1, "EUR", "USD", "0.4999999999999999999999999999", 0),
        ("yen to dollars: two decimals are gained", 1_000, "JPY", "USD", "0.00651", 651),
        ("dollars to yen: two decimals are lost", 9_999, "USD", "JPY", "153.4567", 15_344),
        ("dinars to dollars: three decimals to two", 1_234, "KWD", "USD", "3.2571", 402),
        ("dollars to dinars: two decimals to three", 402, "USD", "KWD", "0.307", 1_234),
        ("yen to the unit with four decimals", 7, "JPY", "CLF", "3", 210_000),
        ("too little to count", 1, "IDR", "USD", "0.000061", 0),
        ("one to one is a rate like others", 9_999, "EUR", "USD", "1.000", 9_999),
        ("the most, one to one", i64::MAX, "EUR", "USD", "1", i64::MAX),
        ("the least, one to one", i64::MIN, "EUR", "USD", "1", i64::MIN),
        ("all 28 decimals count", i64::MAX, "EUR", "USD", "0.9999999999999999999999999999", i64::MAX),
        ("a rate of 29 digits", 1_000_000_000_000, "USD", "USN", "1.2345678901234567890123456789", 1_234_567_890_123),
    ];

    #[test]
    fn amounts_are_converted_exactly_and_rounded_once() {
        for &(name, minor, from, to, rate, expected) in CONVERSIONS {
            let converted =
                in_base(Money::new(minor, currency(from)), currency(to), Some(&quote(rate.parse().unwrap())));
            assert_eq!(converted, Ok(Some(Money::new(expected, currency(to)))), "{name}");
        }
    }

    #[test]
    fn a_converted_amount_is_told_in_its_original_currency() {
        const BACK: &[(&str, i64, &str, &str, &str, i64)] = &[
            ("dollars to euros", 1_084, "USD", "EUR", "1.0837", 1_000),
            ("exactly half a cent goes up", 1, "USD", "EUR", "2", 1),
            ("exactly half a cent taken back goes down", -1, "USD", "EUR", "2", -1),
            ("just below half", 1, "USD", "EUR", "2.000000000000000000000000001", 0),
            ("dollars to yen: two decimals are lost", 651, "USD", "JPY", "0.00651", 1_000),
            ("dollars to dinars: three decimals for two", 402, "USD", "KWD", "3.2571", 1_234),
            ("yen to dollars: two decimals are gained", 15_344, "JPY", "USD", "153.4567", 9_999),
            ("the unit with four decimals to yen", 210_000, "CLF", "JPY", "3", 7),
            ("the most, one to one", i64::MAX, "USD", "EUR", "1", i64::MAX),
            (
                "a rate of 29 digits",
                1_234_567_890_123,
                "USN",
                "USD",
                "1.2345678901234567890123456789",
                1_000_000_000_000,
            ),
        ];
        for &(name, minor, from, to, rate, expected) in BACK {
            let told =
                out_of_base(Money::new(minor, currency(from)), currency(to), Some(&quote(rate.parse().unwrap())));
            assert_eq!(told, Ok(Some(Money::new(expected, currency(to)))), "{name}");
        }
        let earned = Money::new(500, Currency::USD);
        assert_eq!(out_of_base(earned, Currency::USD, None), Ok(Some(earned)));
        assert_eq!(out_of_base(earned, Currency::EUR, None), Ok(None), "never one to one");
        let tiny = quote("0.0000000000000000000000000001".parse().unwrap());
        assert_eq!(out_of_base(earned, Currency::EUR, Some(&tiny)), Err(MoneyError::Overflow));
        let largest = quote(Decimal::MAX);
        assert_eq!(
            out_of_base(Money::new(i64::MAX, currency("CLF")), Currency::JPY, Some(&largest)),
            Ok(Some(Money::zero(Currency::JPY)))
        );
    }

    #[test]
    fn nothing_is_ever_taken_one_to_one() {
        let sale = Money::new(9_999, Currency::EUR);
        assert_eq!(in_base(sale, Currency::USD, None), Ok(None));
        assert_eq!(in_base(sale, Currency::USD, Some(&quote(Decimal::ZERO))), Ok(None));
        assert_eq!(in_base(sale, Currency::USD, Some(&quote(Decimal::NEGATIVE_ONE))), Ok(None));
        assert_eq!(in_base(sale, Currency::EUR, None), Ok(Some(sale)));
        assert_eq!(in_base(sale, Currency::EUR, Some(&quote(Decimal::TWO))), Ok(Some(sale)));
    }

    #[test]
    fn what_is_rounded_can_be_shown_to_its_last_digit() {
        for (minor, code, rate, exact) in [
            (24_890, "USD", "0.9213", Some("229.31157")),
            (1_000, "JPY", "0.00651", Some("6.51")),
            (10_000, "USD", "1.000", Some("100")),
            (i64::MAX, "USD", "0.1234567890123", None),
        ] {
            let shown = exact_in_base(Money::new(minor, currency(code)), &quote(rate.parse().unwrap()));
            assert_eq!(shown.as_deref(), exact, "{minor} {code} × {rate}");
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        for (minor, rate) in
            [(i64::MAX, Decimal::TWO), (i64::MIN, Decimal::TWO), (i64::MAX, Decimal::MAX), (2, Decimal::MAX)]
        {
            let converted = in_base(Money::new(minor, Currency::EUR), currency("CLF"), Some(&quote(rate)));
            assert_eq!(converted, Err(MoneyError::Overflow), "{minor} × {rate}");
        }
    }

    #[test]
    fn a_quote_is_good_for_a_week() {
        let (quote, day) = (quote(Decimal::ONE), 20_000);
        for (offset, expected) in [(-1, false), (0, true), (1, true), (7, true), (8, false)] {
            assert_eq!(usable(&quote, LocalDay::from_number(day + offset)), expected, "{offset} days later");
        }
        assert!(!usable(&quote, LocalDay::from_number(i32::MAX)) && !usable(&quote, LocalDay::from_number(i32::MIN)));
    }

    /// Whole numbers of any size, least significant 32 bits first: an independent arithmetic to judge by.
    fn product(factors: &[u128]) -> Vec<u64> {
        let mut number = vec![1_u64];
        for factor in factors {
            let mut result = vec![0_u64; number.len() + 4];
            for (place, digit) in number.iter().enumerate() {
                for limb in 0..4 {
                    let mut carry = digit * ((factor >> (32 * limb)) & 0xffff_ffff) as u64;
                    let mut at = place + limb;
                    while carry > 0 {
                        let sum = result[at] + (carry & 0xffff_ffff);
                        result[at] = sum & 0xffff_ffff;
                        carry = (carry >> 32) + (sum >> 32);
                        at += 1;
                        if at == result.len() && carry > 0 {
                            result.push(0);
                        }
                    }
                }
            }
            number = result;
        }
        while number.last() == Some(&0) {
            number.pop();
        }
        number
    }

    fn at_most(a: &[u64], b: &[u64]) -> bool {
        a.len() < b.len() || (a.len() == b.len() && a.iter().rev().le(b.iter().rev()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// r is the product rounded half away from zero exactly if (2r − 1)·d ≤ 2·product < (2r + 1)·d, for a product above zero.
        #[test]
        fn every_conversion_equals_the_exact_rational_rounded(
            minor in 1..=i64::MAX,
            size in 0_u32..63,
            mantissa in 1..=79_228_162_514_264_337_593_543_950_335_u128,
            mantissa_size in 0_u32..95,
            scale in 0_u32..=28,
            codes in proptest::sample::select(vec![("USD", "JPY"), ("JPY", "USD"), ("KWD", "EUR"), ("JPY", "CLF"), ("CLF", "JPY")]),
        ) {
            let (from, to) = (currency(codes.0), currency(codes.1));
            let (minor, mantissa) = ((minor >> size).max(1), (mantissa >> mantissa_size).max(1));
            let rate = Decimal::from_i128_with_scale(i128::try_from(mantissa).unwrap(), scale);
            let numerator = product(&[2, minor.unsigned_abs().into(), mantissa, 10_u128.pow(to.decimals())]);
            let denominator = [10_u128.pow(scale), 10_u128.pow(from.decimals())];
            let bound = |factor: u128| product(&[factor, denominator[0], denominator[1]]);
            match in_base(Money::new(minor, from), to, Some(&quote(rate))) {
                Ok(Some(converted)) => {
                    let rounded = u128::from(converted.minor().unsigned_abs());
                    prop_assert!(converted.minor() >= 0 && converted.currency() == to);
                    prop_assert!(rounded == 0 || at_most(&bound(2 * rounded - 1), &numerator));
                    prop_assert!(!at_most(&bound(2 * rounded + 1), &numerator));
                    let taken_back = in_base(Money::new(-minor, from), to, Some(&quote(rate)));
                    prop_assert_eq!(taken_back, Ok(Some(converted.negated().unwrap())));
                }
                Ok(None) => prop_assert!(false, "a quote above zero was not used"),
                Err(_) => prop_assert!(at_most(&bound((1 << 64) - 1), &numerator)),
            }
        }

        /// The same, with the rate under the line.
        #[test]
        fn every_amount_told_in_its_original_currency_is_the_exact_rational_rounded(
            minor in 1..=i64::MAX,
            size in 0_u32..63,
            mantissa in 1..=79_228_162_514_264_337_593_543_950_335_u128,
            mantissa_size in 0_u32..95,
            scale in 0_u32..=28,
            codes in proptest::sample::select(vec![("USD", "JPY"), ("JPY", "USD"), ("KWD", "EUR"), ("JPY", "CLF"), ("CLF", "JPY")]),
        ) {
            let (base, original) = (currency(codes.0), currency(codes.1));
            let (minor, mantissa) = ((minor >> size).max(1), (mantissa >> mantissa_size).max(1));
            let rate = quote(Decimal::from_i128_with_scale(i128::try_from(mantissa).unwrap(), scale));
            let numerator = product(&[2, minor.unsigned_abs().into(), 10_u128.pow(scale), 10_u128.pow(original.decimals())]);
            let bound = |factor: u128| product(&[factor, mantissa, 10_u128.pow(base.decimals())]);
            match out_of_base(Money::new(minor, base), original, Some(&rate)) {
                Ok(Some(told)) => {
                    let rounded = u128::from(told.minor().unsigned_abs());
                    prop_assert!(told.minor() >= 0 && told.currency() == original);
                    prop_assert!(rounded == 0 || at_most(&bound(2 * rounded - 1), &numerator));
                    prop_assert!(!at_most(&bound(2 * rounded + 1), &numerator));
                }
                Ok(None) => prop_assert!(false, "a quote above zero was not used"),
                Err(_) => prop_assert!(at_most(&bound((1 << 64) - 1), &numerator)),
            }
        }
    }
}
