//! Codes that people copy from paper or a console: the one-time set-up code, and the codes that replace a lost second factor.
//!
//! Twelve symbols that cannot be mistaken for each other, 60 random bits, shown in groups of four. Whoever types one back
//! need not care for case, hyphens or blanks.

use std::fmt;

use subtle::ConstantTimeEq;

/// Symbols that cannot be mistaken for each other when read aloud or written down.
pub const SYMBOLS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

const LENGTH: usize = 12;
const GROUP: usize = 4;

/// A code. Its `Debug` does not show it.
#[derive(Clone)]
pub struct ReadableCode([u8; LENGTH]);

impl ReadableCode {
    /// The code of these random bytes, five bits of each.
    #[must_use]
    pub fn from_random(random: [u8; LENGTH]) -> Self {
        Self(random.map(|byte| SYMBOLS[usize::from(byte & 31)]))
    }

    /// Reads what somebody typed; `None` if it cannot be a code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let typed = text.chars().filter(|character| !matches!(character, '-' | ' '));
        let mut symbols = [0; LENGTH];
        let mut places = symbols.iter_mut();
        for character in typed {
            let symbol = u8::try_from(character.to_ascii_lowercase()).ok().filter(|symbol| SYMBOLS.contains(symbol))?;
            *places.next()? = symbol;
        }
        places.next().is_none().then_some(Self(symbols))
    }

    /// Whether both are the same, in a time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// The symbols without hyphens, in lower case: what is hashed.
    #[must_use]
    pub fn plain(&self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }

    /// `XXXX-XXXX-XXXX`, as it is shown to the person it was made for.
    #[must_use]
    pub fn reveal(&self) -> String {
        let groups = self.0.chunks(GROUP).map(|group| group.iter().copied().map(char::from).collect::<String>());
        groups.collect::<Vec<_>>().join("-").to_ascii_uppercase()
    }
}

impl fmt::Debug for ReadableCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ReadableCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_shown_in_groups_and_read_in_any_spelling() {
        let code = ReadableCode::from_random([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 63]);
        assert_eq!((code.reveal().as_str(), code.plain().as_str()), ("2345-6789-ABCZ", "23456789abcz"));
        for typed in ["2345-6789-ABCZ", "23456789abcz", " 2345 6789 aBcZ ", "2-3-4-5-6-7-8-9-A-B-C-Z"] {
            assert!(ReadableCode::parse(typed).is_some_and(|read| read.matches(&code)), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for typed in ["", "2345-6789-ABC", "2345-6789-ABCZ2", "2345-6789-ABC0", "2345-6789-ABCé", "123456"] {
            assert!(ReadableCode::parse(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn a_code_is_never_printed_by_accident() {
        assert_eq!(format!("{:?}", ReadableCode::from_random([7; 12])), "ReadableCode(…)");
    }

    proptest! {
        #[test]
        fn every_code_reads_back_and_matches_no_other(random: [u8; 12], place in 0..12_usize) {
            let code = ReadableCode::from_random(random);
            prop_assert!(ReadableCode::parse(&code.reveal()).is_some_and(|read| read.matches(&code)));
            let mut other = random;
            other[place] ^= 1;
            prop_assert!(!ReadableCode::from_random(other).matches(&code));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,30}") {
            let _ = ReadableCode::parse(&text);
        }
    }
}
