//! What about a conversion wants a look before money goes out. A flag drops nothing; it only keeps a rule from approving
//! by itself (CONTRACT, Rules: Attribution, Trust).

use std::time::Duration;

use super::text_enum;
use super::time::Timestamp;

/// Nobody reads a shop's page, fills a basket and pays in less than this.
const FASTEST_PURCHASE: Duration = Duration::from_secs(3);

/// Whether an order followed its visitor's click faster than people buy.
#[must_use]
pub fn is_too_fast(clicked_at: Timestamp, ordered_at: Timestamp) -> bool {
    ordered_at < clicked_at.plus(FASTEST_PURCHASE)
}

text_enum! {
    /// One thing that wants a look.
    pub enum Flag {
        /// The customer's e-mail address is the affiliate's own.
        OwnEmail => "own_email",
        /// The click came from a network and browser from which the affiliate asks for their own figures.
        OwnAddress => "own_address",
        /// The order followed its click faster than people buy.
        TooFast => "too_fast",
        /// A report that is trusted more named the order and could not be credited.
        HigherReportRefused => "higher_report_refused",
        /// A report that is trusted more differs from what is in a payout, paid, disputed or partly given back already.
        PaidDiffers => "paid_differs",
        /// It is credited through a referral that rests on nothing but a browser's word.
        UnconfirmedCustomer => "unconfirmed_customer",
        /// Its report states where its commission stands, and that could not be followed.
        StatedOtherwise => "stated_otherwise",
    }
}

/// The flags of one conversion, each once, in the order of [`Flag::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags(Vec<Flag>);

impl Flags {
    /// Raises a flag; one that is up stays up.
    pub fn raise(&mut self, flag: Flag) {
        if !self.0.contains(&flag) {
            self.0.push(flag);
            self.0.sort_unstable();
        }
    }

    /// Lowers a flag: what it says is so no more.
    pub fn lower(&mut self, flag: Flag) {
        self.0.retain(|raised| *raised != flag);
    }

    /// Whether this one is up.
    #[must_use]
    pub fn has(&self, flag: Flag) -> bool {
        self.0.contains(&flag)
    }

    /// Whether none is.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that are up.
    pub fn iter(&self) -> impl Iterator<Item = Flag> {
        self.0.iter().copied()
    }

    /// As storage keeps them: their words, with blanks between.
    #[must_use]
    pub fn words(&self) -> String {
        self.0.iter().map(|flag| flag.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Self::words`] wrote; none for any other text.
    #[must_use]
    pub fn from_words(words: &str) -> Option<Self> {
        let mut flags = Self::default();
        for word in words.split_ascii_whitespace() {
            flags.raise(word.parse().ok()?);
        }
        Some(flags)
    }
}

#[cfg(test)]
mod tests {
    use super::{Flag, Flags, is_too_fast};
    use crate::domain::time::Timestamp;

    #[test]
    fn three_seconds_are_the_least_that_a_purchase_takes() {
        let at = Timestamp::from_millis;
        for (name, ordered, expected) in
            [("at once", 5_000, true), ("just under", 7_999, true), ("three", 8_000, false), ("before", 4_000, true)]
        {
            assert_eq!(is_too_fast(at(5_000), at(ordered)), expected, "{name}");
        }
    }

    #[test]
    fn flags_are_read_back_each_once_and_in_order() {
        let mut flags = Flags::default();
        assert!(flags.are_none() && flags.words().is_empty());
        for flag in [Flag::TooFast, Flag::OwnEmail, Flag::TooFast] {
            flags.raise(flag);
        }
        assert_eq!(flags.words(), "own_email too_fast");
        flags.lower(Flag::OwnEmail);
        flags.lower(Flag::PaidDiffers);
        assert_eq!(flags.words(), "too_fast");
        assert_eq!(Flags::from_words(&flags.words()), Some(flags));
        assert_eq!(Flags::from_words("own_email nonsense"), None);
    }
}
