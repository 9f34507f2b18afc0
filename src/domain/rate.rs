//! Rates of commission: parts per million.
//!
//! A percentage with four decimals is a whole number of millionths, so the rates people type are kept exactly and a commission
//! is integer arithmetic (CONTRACT, Rules: Rates). No rate exceeds the whole: nobody earns more than the sale.

use std::fmt;

use super::money::{AmountError, Digits};

/// A share between nothing and the whole, in parts per million.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u32);

/// Why something is not a rate.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// A comma or another mark, for the decimals or between thousands.
    #[error("must have a full stop before its decimals: write 12.5")]
    Separator,
    /// Letters, other signs, a second full stop.
    #[error("must be a number, such as 12.5")]
    NotANumber,
    /// Not `digits[.digits]` in another way.
    #[error(transparent)]
    Notation(AmountError),
    /// Finer than a part per million.
    #[error("must not have more than 4 decimals of a percent")]
    TooManyDecimals,
    /// More than the whole.
    #[error("must be from 0 to 100 percent")]
    TooLarge,
}

impl Rate {
    /// Nothing, 0 %.
    pub const ZERO: Self = Self(0);
    /// Everything, 100 %.
    pub const WHOLE: Self = Self(1_000_000);

    const PERCENT: u32 = 10_000;
    const DECIMALS: u32 = 4;

    /// That many parts per million.
    ///
    /// # Errors
    /// [`RateError::TooLarge`] above 1 000 000.
    pub fn from_ppm(ppm: u32) -> Result<Self, RateError> {
        if ppm > Self::WHOLE.0 { Err(RateError::TooLarge) } else { Ok(Self(ppm)) }
    }

    /// Parts per million, 0 to 1 000 000.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// Reads a percentage without its sign, such as `7.25`, in the grammar of amounts with up to 4 decimals.
    ///
    /// # Errors
    /// A [`RateError`] that names what is wrong.
    pub fn parse_percent(text: &str) -> Result<Self, RateError> {
        let digits = Digits::read(text)?;
        if digits.decimals() > Self::DECIMALS as usize {
            return Err(RateError::TooManyDecimals);
        }
        let ppm = digits.scaled(Self::DECIMALS).and_then(|ppm| u32::try_from(ppm).ok());
        Self::from_ppm(ppm.ok_or(RateError::TooLarge)?)
    }

    /// The percentage as [`Self::parse_percent`] reads it, without trailing zeros: `7.25`, `10`, `0.0001`.
    #[must_use]
    pub fn percent(self) -> String {
        let (whole, fraction) = (self.0 / Self::PERCENT, self.0 % Self::PERCENT);
        if fraction == 0 {
            return whole.to_string();
        }
        format!("{whole}.{fraction:04}").trim_end_matches('0').to_owned()
    }
}

/// A percentage is written like an amount, but the sentences show one of its size.
impl From<AmountError> for RateError {
    fn from(error: AmountError) -> Self {
        match error {
            AmountError::ThousandsSeparator => Self::Separator,
            AmountError::NotANumber => Self::NotANumber,
            other => Self::Notation(other),
        }
    }
}

/// For people: `7.25 %`.
impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} %", self.percent())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_kept_exactly() {
        let cases = [
            ("7.25", 72_500, "7.25"),
            ("10", 100_000, "10"),
            ("10.0000", 100_000, "10"),
            ("12.5", 125_000, "12.5"),
            ("0", 0, "0"),
            ("0.0001", 1, "0.0001"),
            ("99.9999", 999_999, "99.9999"),
            ("100", 1_000_000, "100"),
            ("007.50", 75_000, "7.5"),
        ];
        for (text, ppm, shown) in cases {
            let rate = Rate::parse_percent(text).unwrap();
            assert_eq!((rate.ppm(), rate.percent().as_str()), (ppm, shown), "{text}");
            assert_eq!(rate.to_string(), format!("{shown} %"));
            assert_eq!(Rate::from_ppm(ppm), Ok(rate));
        }
    }

    #[test]
    fn what_is_not_a_rate_is_refused_by_name() {
        let cases = [
            ("", RateError::Notation(AmountError::Empty)),
            ("-1", RateError::Notation(AmountError::Sign)),
            ("7,25", RateError::Separator),
            ("7.25 %", RateError::Notation(AmountError::Blank)),
            ("7.25%", RateError::NotANumber),
            ("1e1", RateError::Notation(AmountError::Exponent)),
            ("5.", RateError::Notation(AmountError::Incomplete)),
            ("0.00001", RateError::TooManyDecimals),
            ("100.0001", RateError::TooLarge),
            ("429496.7296", RateError::TooLarge),
            ("99999999999999999999", RateError::TooLarge),
        ];
        for (text, expected) in cases {
            assert_eq!(Rate::parse_percent(text), Err(expected), "{text}");
        }
        assert_eq!(Rate::from_ppm(1_000_001), Err(RateError::TooLarge));
    }

    #[test]
    fn every_percentage_is_read_back() {
        for ppm in (0..=1_000_000).step_by(37) {
            let rate = Rate::from_ppm(ppm).unwrap();
            assert_eq!(Rate::parse_percent(&rate.percent()), Ok(rate));
        }
    }
}
