//! Currencies: ISO 4217 money in use.
//!
//! The table is list one of the standard as of November 2026, without what cannot carry an amount: metals, units of account
//! without a minor unit, the test code and "no currency" have no number of decimals, so no text could be read into minor units.
//! Fund codes that define one (such as CLF with 4) are money here. A [`Currency`] can only be one of the table, and is one byte.

use std::fmt;

/// A currency in which an amount can be written.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

/// Why a text is not a currency.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// Not three letters of ASCII, or three that ISO 4217 does not list.
    #[error("must be an ISO 4217 currency code, such as USD")]
    Unknown,
    /// A code of the standard that is not money: a metal, a unit of account, the test code, no currency.
    #[error("must be a currency that has amounts in minor units, which {0} has not")]
    NotMoney(&'static str),
    /// A code that was money and has been replaced.
    #[error("must be a currency in use: {withdrawn} was replaced by {successor}")]
    Withdrawn {
        /// The code that was given.
        withdrawn: &'static str,
        /// The code to use now.
        successor: &'static str,
    },
}

impl Currency {
    /// The US dollar.
    pub const USD: Self = Self::listed(*b"USD");
    /// The euro.
    pub const EUR: Self = Self::listed(*b"EUR");
    /// The yen, the best known currency without decimals.
    pub const JPY: Self = Self::listed(*b"JPY");

    /// The currency of that code, in either case.
    ///
    /// # Errors
    /// A [`CurrencyError`] that says whether the code is unknown, not money, or withdrawn.
    pub fn parse(text: &str) -> Result<Self, CurrencyError> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| CurrencyError::Unknown)?;
        let code = letters.map(|letter| letter.to_ascii_uppercase());
        match TABLE.binary_search_by(|(listed, _)| listed.as_bytes().cmp(&code)) {
            Ok(index) => u8::try_from(index).map(Self).map_err(|_| CurrencyError::Unknown),
            Err(_) => Err(refusal(code)),
        }
    }

    /// The three upper-case letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.entry().0
    }

    /// How many decimals an amount has: 0, 2, 3 or 4.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.entry().1
    }

    /// Every currency, in the order of the codes.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).take(TABLE.len()).map(Self)
    }

    fn entry(self) -> (&'static str, u32) {
        TABLE[usize::from(self.0)]
    }

    /// The currency of a code of the table; used in constants only, where a missing code fails the build.
    const fn listed(code: [u8; 3]) -> Self {
        let mut index = 0;
        loop {
            let listed = TABLE[index as usize].0.as_bytes();
            if listed[0] == code[0] && listed[1] == code[1] && listed[2] == code[2] {
                return Self(index);
            }
            index += 1;
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

fn refusal(code: [u8; 3]) -> CurrencyError {
    if let Some(listed) = NOT_MONEY.iter().find(|listed| listed.as_bytes() == code) {
        return CurrencyError::NotMoney(listed);
    }
    match WITHDRAWN.iter().find(|(withdrawn, _)| withdrawn.as_bytes() == code) {
        Some(&(withdrawn, successor)) => CurrencyError::Withdrawn { withdrawn, successor },
        None => CurrencyError::Unknown,
    }
}

/// Codes of list one without a minor unit.
const NOT_MONEY: [&str; 13] =
    ["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"];

/// The replaced codes that are still met in shops' configurations, each with what to write instead.
const WITHDRAWN: [(&str, &str); 12] = [
    ("ANG", "XCG"),
    ("BGN", "EUR"),
    ("BYR", "BYN"),
    ("CUC", "CUP"),
    ("HRK", "EUR"),
    ("LTL", "EUR"),
    ("LVL", "EUR"),
    ("MRO", "MRU"),
    ("SLL", "SLE"),
    ("STD", "STN"),
    ("VEF", "VES"),
    ("ZWL", "ZWG"),
];

/// Code and number of decimals, in the order of the codes (the search relies on it).
#[rustfmt::skip]
const TABLE: [(&str, u32); 165] = [
    ("AED", 2), ("AFN", 2), ("ALL", 2), ("AMD", 2), ("AOA", 2), ("ARS", 2), ("AUD", 2), ("AWG", 2), ("AZN", 2), ("BAM", 2),
    ("BBD", 2), ("BDT", 2), ("BHD", 3), ("BIF", 0), ("BMD", 2), ("BND", 2), ("BOB", 2), ("BOV", 2), ("BRL", 2), ("BSD", 2),
    ("BTN", 2), ("BWP", 2), ("BYN", 2), ("BZD", 2), ("CAD", 2), ("CDF", 2), ("CHE", 2), ("CHF", 2), ("CHW", 2), ("CLF", 4),
    ("CLP", 0), ("CNY", 2), ("COP", 2), ("COU", 2), ("CRC", 2), ("CUP", 2), ("CVE", 2), ("CZK", 2), ("DJF", 0), ("DKK", 2),
    ("DOP", 2), ("DZD", 2), ("EGP", 2), ("ERN", 2), ("ETB", 2), ("EUR", 2), ("FJD", 2), ("FKP", 2), ("GBP", 2), ("GEL", 2),
    ("GHS", 2), ("GIP", 2), ("GMD", 2), ("GNF", 0), ("GTQ", 2), ("GYD", 2), ("HKD", 2), ("HNL", 2), ("HTG", 2), ("HUF", 2),
    ("IDR", 2), ("ILS", 2), ("INR", 2), ("IQD", 3), ("IRR", 2), ("ISK", 0), ("JMD", 2), ("JOD", 3), ("JPY", 0), ("KES", 2),
    ("KGS", 2), ("KHR", 2), ("KMF", 0), ("KPW", 2), ("KRW", 0), ("KWD", 3), ("KYD", 2), ("KZT", 2), ("LAK", 2), ("LBP", 2),
    ("LKR", 2), ("LRD", 2), ("LSL", 2), ("LYD", 3), ("MAD", 2), ("MDL", 2), ("MGA", 2), ("MKD", 2), ("MMK", 2), ("MNT", 2),
    ("MOP", 2), ("MRU", 2), ("MUR", 2), ("MVR", 2), ("MWK", 2), ("MXN", 2), ("MXV", 2), ("MYR", 2), ("MZN", 2), ("NAD", 2),
    ("NGN", 2), ("NIO", 2), ("NOK", 2), ("NPR", 2), ("NZD", 2), ("OMR", 3), ("PAB", 2), ("PEN", 2), ("PGK", 2), ("PHP", 2),
    ("PKR", 2), ("PLN", 2), ("PYG", 0), ("QAR", 2), ("RON", 2), ("RSD", 2), ("RUB", 2), ("RWF", 0), ("SAR", 2), ("SBD", 2),
    ("SCR", 2), ("SDG", 2), ("SEK", 2), ("SGD", 2), ("SHP", 2), ("SLE", 2), ("SOS", 2), ("SRD", 2), ("SSP", 2), ("STN", 2),
    ("SVC", 2), ("SYP", 2), ("SZL", 2), ("THB", 2), ("TJS", 2), ("TMT", 2), ("TND", 3), ("TOP", 2), ("TRY", 2), ("TTD", 2),
    ("TWD", 2), ("TZS", 2), ("UAH", 2), ("UGX", 0), ("USD", 2), ("USN", 2), ("UYI", 0), ("UYU", 2), ("UYW", 4), ("UZS", 2),
    ("VED", 2), ("VES", 2), ("VND", 0), ("VUV", 0), ("WST", 2), ("XAD", 2), ("XAF", 0), ("XCD", 2), ("XCG", 2), ("XOF", 0),
    ("XPF", 0), ("YER", 2), ("ZAR", 2), ("ZMW", 2), ("ZWG", 2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_currency_has_the_decimals_of_the_standard() {
        // Second source: the codes of list one whose minor unit is not 2, by minor unit.
        let exceptions = [
            (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
            (3, "BHD IQD JOD KWD LYD OMR TND"),
            (4, "CLF UYW"),
        ];
        let expected = |code: &str| {
            let listed = exceptions.iter().find(|(_, codes)| codes.split(' ').any(|listed| listed == code));
            listed.map_or(2, |(decimals, _)| *decimals)
        };
        for currency in Currency::all() {
            assert_eq!(currency.decimals(), expected(currency.code()), "{currency}");
        }
        for (decimals, codes) in exceptions {
            for code in codes.split(' ') {
                assert_eq!(Currency::parse(code).map(Currency::decimals), Ok(decimals), "{code}");
            }
        }
        assert_eq!(Currency::all().count(), 165);
    }

    #[test]
    fn codes_are_read_in_either_case_and_shown_in_upper() {
        for currency in Currency::all() {
            let code = currency.code();
            assert!(code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase()), "{code}");
            assert_eq!(Currency::parse(code), Ok(currency));
            assert_eq!(Currency::parse(&code.to_lowercase()), Ok(currency));
        }
        assert_eq!(Currency::parse("uSd"), Ok(Currency::USD));
        assert_eq!(Currency::EUR.to_string(), "EUR");
        assert_eq!(Currency::JPY.code(), "JPY");
    }

    #[test]
    fn the_table_is_in_order_and_disjoint_from_the_others() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for code in NOT_MONEY {
            assert_eq!(Currency::parse(code), Err(CurrencyError::NotMoney(code)));
            assert_eq!(Currency::parse(&code.to_lowercase()), Err(CurrencyError::NotMoney(code)));
        }
        for (withdrawn, successor) in WITHDRAWN {
            assert_eq!(Currency::parse(withdrawn), Err(CurrencyError::Withdrawn { withdrawn, successor }));
            assert!(Currency::parse(successor).is_ok(), "{successor}");
        }
    }

    #[test]
    fn funds_with_a_minor_unit_are_money() {
        for code in ["BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "XAD"] {
            assert!(Currency::parse(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn what_is_no_currency_is_refused() {
        let cases =
            ["", "US", "USDT", "BTC", "ZZZ", "US ", " USD", "U$D", "840", "€", "ＵＳＤ", "EUŔ", "\0\0\0", "DEM"];
        for text in cases {
            assert_eq!(Currency::parse(text), Err(CurrencyError::Unknown), "{text}");
        }
    }

    #[test]
    fn refusals_say_what_to_write() {
        let said = |code| Currency::parse(code).unwrap_err().to_string();
        assert_eq!(said("usdollar"), "must be an ISO 4217 currency code, such as USD");
        assert_eq!(said("xau"), "must be a currency that has amounts in minor units, which XAU has not");
        assert_eq!(said("bgn"), "must be a currency in use: BGN was replaced by EUR");
    }
}
