//! Money: whole minor units of one currency.
//!
//! An amount is an `i64` of minor units beside its currency, from the wire to the ledger; there is no other representation to
//! drift from, and no float anywhere. Sums across currencies do not exist, and the only rounding is [`Money::times`], once,
//! half away from zero (CONTRACT, Rules: Money, Rates). Texts are read strictly: an amount that could mean two things is
//! refused with the reason instead of being stored wrong.

use std::fmt;

use super::ascii::as_text;
use super::currency::Currency;
use super::rate::Rate;

/// The nineteen digits of 2⁶³, a full stop and a sign.
const LONGEST_TEXT: usize = 21;

/// An amount of money, negative ones included: ledger entries take back what was earned.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why a text is not an amount.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing at all.
    #[error("must not be empty")]
    Empty,
    /// A plus or minus sign; refunds have a way of their own.
    #[error("must not have a sign")]
    Sign,
    /// `1e3`.
    #[error("must not have an exponent: write all digits")]
    Exponent,
    /// A comma or another mark between thousands; `1,000` is a thousand here and one there.
    #[error("must not have a comma or separators: write 1234.50")]
    ThousandsSeparator,
    /// White space, before, after or between.
    #[error("must not contain blanks")]
    Blank,
    /// `NaN`, letters, currency signs, a second full stop.
    #[error("must be a number, such as 1234.50")]
    NotANumber,
    /// Digits of another script, or of full width.
    #[error("must use the digits 0 to 9")]
    ForeignDigit,
    /// More decimals than the currency has.
    #[error("{}", too_many_decimals(*.allowed, *.currency))]
    TooManyDecimals {
        /// How many the currency has.
        allowed: u32,
        /// The currency.
        currency: Currency,
    },
    /// `5.`, `.5` or `.`.
    #[error("must have digits on both sides of the full stop")]
    Incomplete,
    /// More than 2⁶³ − 1 minor units.
    #[error("must be smaller: it is more than any account holds")]
    Overflow,
}

/// Why two amounts do not make a third.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Only one currency adds up.
    #[error("must be in {expected}, not in {found}")]
    CurrencyMismatch {
        /// The currency of the first amount.
        expected: Currency,
        /// The currency of the second.
        found: Currency,
    },
    /// The result does not fit 64 bits of minor units.
    #[error("must be smaller: the sum is more than any account holds")]
    Overflow,
}

impl Money {
    /// That many minor units (cents, yen, fils) of a currency.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Exactly zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Reads `digits[.digits]` with at most the currency's decimals (CONTRACT, Rules: Money). Never negative.
    ///
    /// # Errors
    /// One [`AmountError`] per way of being wrong, named for the first offending character.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let digits = Digits::read(text)?;
        let allowed = currency.decimals();
        if digits.decimals() > allowed as usize {
            return Err(AmountError::TooManyDecimals { allowed, currency });
        }
        let minor = digits.scaled(allowed).ok_or(AmountError::Overflow)?;
        Ok(Self::new(minor, currency))
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError`] where the currencies differ or the sum does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combined(other, i64::checked_add)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError`] where the currencies differ or the difference does not fit.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combined(other, i64::checked_sub)
    }

    /// The same amount with the other sign.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] for the one number that has no counterpart, −2⁶³.
    pub fn negated(self) -> Result<Self, MoneyError> {
        Self::zero(self.currency).checked_sub(self)
    }

    /// That share of the amount, rounded to the minor unit once, half away from zero.
    #[must_use]
    pub fn times(self, rate: Rate) -> Self {
        const WHOLE: i64 = Rate::WHOLE.ppm() as i64;
        let ppm = i64::from(rate.ppm());
        // Whole millions of minor units yield whole minor units, so only the rest is rounded. A rate is at most the whole:
        // the first product never exceeds the amount, the second never exceeds 10¹².
        let (millions, rest) = (self.minor / WHOLE, self.minor % WHOLE);
        let rounded = (rest * ppm + rest.signum() * (WHOLE / 2)) / WHOLE;
        Self::new(millions * ppm + rounded, self.currency)
    }

    /// That share of the amount before it is rounded, without zeros that say nothing: `9.999`. For showing the arithmetic.
    #[must_use]
    pub fn exact_share(self, rate: Rate) -> String {
        let product = i128::from(self.minor) * i128::from(rate.ppm());
        let unit = 10_u128.pow(self.currency.decimals() + 6);
        let (whole, fraction) = (product.unsigned_abs() / unit, product.unsigned_abs() % unit);
        let sign = if product < 0 { "-" } else { "" };
        let width = self.currency.decimals() as usize + 6;
        let text = format!("{sign}{whole}.{fraction:0width$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    fn combined(self, other: Self, operation: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch { expected: self.currency, found: other.currency });
        }
        let minor = operation(self.minor, other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }
}

/// The decimal number with all of the currency's decimals, without the currency: `99.99`, `-3.10`, `100` for yen.
impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_ascii(|text| out.write_str(as_text(text)))
    }
}

impl Money {
    /// Hands over its text, made on the stack from the last digit to the first, all of it ASCII: every answer about money holds
    /// two or three.
    pub fn with_ascii<R>(self, told: impl FnOnce(&[u8]) -> R) -> R {
        let decimals = self.currency.decimals();
        let mut text = [0; LONGEST_TEXT];
        let mut place = LONGEST_TEXT;
        let mut write = |character| {
            place -= 1;
            text[place] = character;
        };
        let (mut rest, mut written) = (self.minor.unsigned_abs(), 0);
        while rest > 0 || written <= decimals {
            if written == decimals && decimals > 0 {
                write(b'.');
            }
            write(b'0' + (rest % 10) as u8);
            (rest, written) = (rest / 10, written + 1);
        }
        if self.is_negative() {
            write(b'-');
        }
        told(&text[place..])
    }
}

/// `digits[.digits]`, taken apart: the one grammar of amounts and of percentages.
pub(super) struct Digits<'text> {
    whole: &'text str,
    fraction: &'text str,
}

impl<'text> Digits<'text> {
    /// The text's digits before and after the full stop, or what is wrong with it.
    pub(super) fn read(text: &'text str) -> Result<Self, AmountError> {
        match text.split_once('.') {
            None if is_digits(text) => Ok(Self { whole: text, fraction: "" }),
            Some((whole, fraction)) if is_digits(whole) && is_digits(fraction) => Ok(Self { whole, fraction }),
            _ => Err(fault(text)),
        }
    }

    /// How many digits follow the full stop.
    pub(super) fn decimals(&self) -> usize {
        self.fraction.len()
    }

    /// The number × 10^`decimals`, if it fits; `decimals` is at least [`Self::decimals`].
    pub(super) fn scaled(&self, decimals: u32) -> Option<i64> {
        let zeros = std::iter::repeat_n(b'0', (decimals as usize).saturating_sub(self.fraction.len()));
        let mut digits = self.whole.bytes().chain(self.fraction.bytes()).chain(zeros);
        digits.try_fold(0_i64, |number, digit| number.checked_mul(10)?.checked_add(i64::from(digit - b'0')))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names what is wrong with a text that is not `digits[.digits]`, by its first character that does not belong.
fn fault(text: &str) -> AmountError {
    let Some((place, stranger)) = text.char_indices().find(|(_, one)| !one.is_ascii_digit() && *one != '.') else {
        return match text.matches('.').count() {
            0 => AmountError::Empty,
            1 => AmountError::Incomplete,
            _ => AmountError::NotANumber,
        };
    };
    match stranger {
        // The minus sign of typography and its lookalikes are as much a sign as ASCII's.
        '+' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0b}' | '\u{ff0d}' => AmountError::Sign,
        'e' | 'E' if place > 0 => AmountError::Exponent,
        ',' | '\'' | '_' | '\u{2019}' | '\u{66b}' | '\u{66c}' | '\u{ff0c}' => AmountError::ThousandsSeparator,
        blank if is_blank(blank) => AmountError::Blank,
        digit if digit.is_numeric() => AmountError::ForeignDigit,
        _ => AmountError::NotANumber,
    }
}

/// White space, and what leaves no mark on paper either.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn too_many_decimals(allowed: u32, currency: Currency) -> String {
    match allowed {
        0 => format!("must be a whole number in {currency}, which has no decimals"),
        _ => format!("must not have more than {allowed} decimals in {currency}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn money(text: &str, code: &str) -> Money {
        Money::parse(text, currency(code)).unwrap()
    }

    fn any_currency() -> impl Strategy<Value = Currency> {
        proptest::sample::select(Currency::all().collect::<Vec<_>>())
    }

    #[test]
    fn a_share_is_shown_before_it_is_rounded() {
        let cases = [
            (9_999, Currency::USD, "10", "9.999"),
            (10_000, Currency::USD, "10", "10"),
            (1, Currency::USD, "0.0001", "0.00000001"),
            (-9_999, Currency::USD, "7.25", "-7.249275"),
            (999, Currency::JPY, "10", "99.9"),
            (0, Currency::JPY, "10", "0"),
            (i64::MAX, Currency::JPY, "100", "9223372036854775807"),
        ];
        for (minor, currency, percent, exact) in cases {
            let rate = Rate::parse_percent(percent).unwrap();
            assert_eq!(Money::new(minor, currency).exact_share(rate), exact);
        }
    }

    #[test]
    fn amounts_are_read_to_the_minor_unit() {
        let cases = [
            ("cents", "99.99", "USD", 9_999),
            ("no decimals", "5", "USD", 500),
            ("fewer decimals", "5.1", "USD", 510),
            ("zero", "0", "USD", 0),
            ("zero with decimals", "0.00", "USD", 0),
            ("the least", "0.01", "USD", 1),
            ("leading zeros", "007.50", "USD", 750),
            ("yen", "999", "JPY", 999),
            ("fils", "1.234", "KWD", 1_234),
            ("four decimals", "0.0001", "CLF", 1),
            ("the most", "92233720368547758.07", "USD", i64::MAX),
            ("the most yen", "9223372036854775807", "JPY", i64::MAX),
            ("very many leading zeros", "00000000000000000000000000000000001", "USD", 100),
        ];
        for (name, text, code, minor) in cases {
            assert_eq!(Money::parse(text, currency(code)), Ok(Money::new(minor, currency(code))), "{name}");
        }
    }

    const HOSTILE: &[(&str, &str, AmountError)] = &[
        ("nothing", "", AmountError::Empty),
        ("plus", "+5", AmountError::Sign),
        ("minus", "-5", AmountError::Sign),
        ("minus zero", "-0", AmountError::Sign),
        ("minus behind", "5-", AmountError::Sign),
        ("minus of typography", "−5", AmountError::Sign),
        ("full-width minus", "－5", AmountError::Sign),
        ("minus infinity", "-inf", AmountError::Sign),
        ("exponent", "1e5", AmountError::Exponent),
        ("exponent in upper case", "1E5", AmountError::Exponent),
        ("negative exponent", "1e-5", AmountError::Exponent),
        ("exponent after decimals", "1.5e3", AmountError::Exponent),
        ("comma for thousands", "1,000", AmountError::ThousandsSeparator),
        ("comma for decimals", "99,99", AmountError::ThousandsSeparator),
        ("both", "1.000,50", AmountError::ThousandsSeparator),
        ("Swiss apostrophe", "1'000", AmountError::ThousandsSeparator),
        ("underscore", "1_000", AmountError::ThousandsSeparator),
        ("Arabic decimal separator", "1٫5", AmountError::ThousandsSeparator),
        ("a blank", " ", AmountError::Blank),
        ("blank before", " 5", AmountError::Blank),
        ("blank behind", "5 ", AmountError::Blank),
        ("blank for thousands", "1 000", AmountError::Blank),
        ("no-break space", "1\u{a0}000", AmountError::Blank),
        ("narrow no-break space", "1\u{202f}000", AmountError::Blank),
        ("zero-width space", "5\u{200b}", AmountError::Blank),
        ("byte order mark", "\u{feff}5", AmountError::Blank),
        ("tab", "5\t", AmountError::Blank),
        ("line feed", "5\n", AmountError::Blank),
        ("NaN", "NaN", AmountError::NotANumber),
        ("infinity", "Infinity", AmountError::NotANumber),
        ("a word", "free", AmountError::NotANumber),
        ("a word that starts like an exponent", "e5", AmountError::NotANumber),
        ("null", "null", AmountError::NotANumber),
        ("hexadecimal", "0x10", AmountError::NotANumber),
        ("a currency sign", "$5", AmountError::NotANumber),
        ("a currency behind", "5USD", AmountError::NotANumber),
        ("an unfilled macro", "{order_total}", AmountError::NotANumber),
        ("two full stops", "1.2.3", AmountError::NotANumber),
        ("dots only", "..", AmountError::NotANumber),
        ("a NUL", "5\0", AmountError::NotANumber),
        ("a fraction", "1/2", AmountError::NotANumber),
        ("Arabic digits", "٥", AmountError::ForeignDigit),
        ("Devanagari digits", "५.५०", AmountError::ForeignDigit),
        ("full-width digits", "５", AmountError::ForeignDigit),
        ("a foreign digit among others", "1５", AmountError::ForeignDigit),
        ("superscript", "5²", AmountError::ForeignDigit),
        ("one half", "½", AmountError::ForeignDigit),
        ("no digit before", ".5", AmountError::Incomplete),
        ("no digit behind", "5.", AmountError::Incomplete),
        ("a full stop", ".", AmountError::Incomplete),
    ];

    #[test]
    fn hostile_amounts_are_refused_by_name() {
        for currency in [Currency::USD, Currency::JPY, currency("KWD")] {
            for &(name, text, expected) in HOSTILE {
                assert_eq!(Money::parse(text, currency), Err(expected), "{name}: {text:?} {currency}");
            }
        }
    }

    #[test]
    fn what_a_currency_cannot_hold_is_refused_by_name() {
        let too_many = |allowed, code| AmountError::TooManyDecimals { allowed, currency: currency(code) };
        let cases = [
            ("mills", "5.001", "USD", too_many(2, "USD")),
            ("zeros are decimals too", "5.000", "USD", too_many(2, "USD")),
            ("decimals of yen", "99.99", "JPY", too_many(0, "JPY")),
            ("zero decimals of yen", "100.0", "JPY", too_many(0, "JPY")),
            ("four decimals of dinars", "1.2345", "KWD", too_many(3, "KWD")),
            ("a cent too much", "92233720368547758.08", "USD", AmountError::Overflow),
            ("overflow by scaling", "9223372036854775807", "USD", AmountError::Overflow),
        ];
        for (name, text, code, expected) in cases {
            assert_eq!(Money::parse(text, currency(code)), Err(expected), "{name}: {text:?}");
        }
    }

    #[test]
    fn refusals_are_sentences_after_the_field() {
        let said = |text, code| format!("order_total {}", Money::parse(text, currency(code)).unwrap_err());
        assert_eq!(said("99.99", "JPY"), "order_total must be a whole number in JPY, which has no decimals");
        assert_eq!(said("9.999", "USD"), "order_total must not have more than 2 decimals in USD");
        assert_eq!(said("1,000", "USD"), "order_total must not have a comma or separators: write 1234.50");
    }

    #[test]
    fn amounts_are_shown_with_all_decimals() {
        let cases = [
            (9_999, "USD", "99.99"),
            (-310, "USD", "-3.10"),
            (-5, "USD", "-0.05"),
            (i64::MIN, "JPY", "-9223372036854775808"),
            (0, "USD", "0.00"),
            (100, "JPY", "100"),
            (-100, "JPY", "-100"),
            (1, "KWD", "0.001"),
            (12_345, "CLF", "1.2345"),
            (i64::MIN, "USD", "-92233720368547758.08"),
        ];
        for (minor, code, expected) in cases {
            assert_eq!(Money::new(minor, currency(code)).to_string(), expected);
        }
    }

    #[test]
    fn only_one_currency_adds_up() {
        let mismatch = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
        assert_eq!(money("1", "USD").checked_add(money("1", "EUR")), Err(mismatch));
        assert_eq!(money("1", "USD").checked_sub(money("1", "EUR")), Err(mismatch));
        assert_eq!(money("1.10", "USD").checked_add(money("2.20", "USD")), Ok(money("3.30", "USD")));
        assert_eq!(money("1.10", "USD").checked_sub(money("2.20", "USD")), Ok(Money::new(-110, Currency::USD)));
        let (least, most) = (Money::new(i64::MIN, Currency::USD), Money::new(i64::MAX, Currency::USD));
        assert_eq!(most.checked_add(money("0.01", "USD")), Err(MoneyError::Overflow));
        assert_eq!(least.checked_sub(money("0.01", "USD")), Err(MoneyError::Overflow));
        assert_eq!(least.negated(), Err(MoneyError::Overflow));
        assert_eq!(most.negated(), Ok(Money::new(-i64::MAX, Currency::USD)));
        assert!(least.is_negative() && most.is_positive() && Money::zero(Currency::USD).is_zero());
    }

    #[test]
    fn shares_are_rounded_half_away_from_zero() {
        let cases = [
            ("10 % of 99.99 USD", 9_999, "USD", "10", 1_000),
            ("7.25 % of 0.10 USD", 10, "USD", "7.25", 1),
            ("10 % of 999 JPY", 999, "JPY", "10", 100),
            ("exactly half a cent goes up", 1, "USD", "50", 1),
            ("exactly half a cent taken back goes down", -1, "USD", "50", -1),
            ("just below half", 1, "USD", "49.9999", 0),
            ("just above half", 1, "USD", "50.0001", 1),
            ("half above one: 2.5", 5, "USD", "50", 3),
            ("half above two: 3.5, not to the even", 7, "USD", "50", 4),
            ("nothing", 9_999, "USD", "0", 0),
            ("everything", 9_999, "USD", "100", 9_999),
            ("of nothing", 0, "USD", "10", 0),
            ("everything of the most", i64::MAX, "USD", "100", i64::MAX),
            ("everything of the least", i64::MIN, "USD", "100", i64::MIN),
            ("half of the most", i64::MAX, "USD", "50", 4_611_686_018_427_387_904),
            ("a millionth of the most", i64::MAX, "USD", "0.0001", 9_223_372_036_855),
        ];
        for (name, minor, code, percent, expected) in cases {
            let share = Money::new(minor, currency(code)).times(Rate::parse_percent(percent).unwrap());
            assert_eq!(share, Money::new(expected, currency(code)), "{name}");
        }
    }

    /// A sequence of well-mixed numbers that is the same in every run (`SplitMix64`).
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        }

        fn below(&mut self, limit: u64) -> u64 {
            self.next() % limit
        }
    }

    #[test]
    fn a_million_random_shares_equal_the_exact_rational_rounded() {
        let currencies: Vec<Currency> = Currency::all().collect();
        let mut numbers = Numbers(1);
        let mut ties = 0;
        for _ in 0..1_000_000 {
            let currency = currencies[usize::try_from(numbers.below(currencies.len() as u64)).unwrap()];
            // Amounts of every size; every second rate coarse, so that ties occur.
            let minor = numbers.next().cast_signed() >> numbers.below(64);
            let ppm = if numbers.next() & 1 == 0 { numbers.below(1_000_001) } else { numbers.below(41) * 25_000 };
            let rate = Rate::from_ppm(u32::try_from(ppm).unwrap()).unwrap();
            let share = Money::new(minor, currency).times(rate);

            // By the definition, without division: the distance to the exact share is below half a unit, or half a unit and
            // away from zero. All in millionths.
            let exact = i128::from(minor) * i128::from(ppm);
            let distance = i128::from(share.minor()) * 1_000_000 - exact;
            let tie = distance.abs() == 500_000;
            let away = distance.signum() == exact.signum();
            assert!(distance.abs() < 500_000 || (tie && away), "{minor} × {ppm} ppm = {}", share.minor());
            assert_eq!(share.currency(), currency);
            ties += u32::from(tie);

            // Share and remainder are the whole.
            let whole = Money::new(minor, currency);
            let remainder = whole.checked_sub(share).unwrap();
            assert_eq!(remainder.checked_add(share), Ok(whole));
        }
        assert!(ties > 1_000, "only {ties} ties were met");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(minor in 0..=i64::MAX, currency in any_currency()) {
            let amount = Money::new(minor, currency);
            prop_assert_eq!(Money::parse(&amount.to_string(), currency), Ok(amount));
        }

        #[test]
        fn whatever_is_read_is_a_plain_decimal(text in "\\PC{0,24}", near in "[0-9.,eE+ -]{0,24}", currency in any_currency()) {
            for text in [text, near] {
                if let Ok(amount) = Money::parse(&text, currency) {
                    prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
                    let read: rust_decimal::Decimal = text.parse().unwrap();
                    let kept = rust_decimal::Decimal::new(amount.minor(), currency.decimals());
                    prop_assert_eq!(read, kept);
                }
            }
        }

        #[test]
        fn adding_and_taking_away_cancel(a: i64, b: i64, currency in any_currency()) {
            let (a, b) = (Money::new(a, currency), Money::new(b, currency));
            if let Ok(sum) = a.checked_add(b) {
                prop_assert_eq!(sum.checked_sub(b), Ok(a));
                prop_assert_eq!(b.checked_add(a), Ok(sum));
            }
        }

        #[test]
        fn a_share_keeps_sign_and_bounds(minor: i64, ppm in 0..=1_000_000_u32) {
            let amount = Money::new(minor, Currency::USD);
            let share = amount.times(Rate::from_ppm(ppm).unwrap());
            prop_assert!(share.minor().unsigned_abs() <= minor.unsigned_abs());
            prop_assert!(share.is_zero() || share.is_negative() == amount.is_negative());
        }
    }
}
