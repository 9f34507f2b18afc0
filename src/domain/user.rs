//! The people who run a program.

use unicode_normalization::UnicodeNormalization as _;

use super::text_enum;

text_enum! {
    /// What a person may do in a program.
    pub enum Role {
        /// Everything, people and settings included.
        Owner => "owner",
        /// Campaigns, affiliates, conversions.
        Manager => "manager",
        /// Look.
        Viewer => "viewer",
    }
}

/// Why a password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Fewer than eight characters.
    #[error("must have at least 8 characters")]
    TooShort,
    /// More than 128 characters.
    #[error("must have at most 128 characters")]
    TooLong,
}

/// A password of an acceptable length, in NFC: two keyboards that spell the same letters in other bytes type the same
/// password. Its `Debug` does not show it. Whether it is hard enough to guess is judged where it is chosen
/// (`operations::passwords`).
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes 8 to 128 characters, any of them.
    ///
    /// # Errors
    /// Says which bound was missed.
    pub fn new(text: &str) -> Result<Self, PasswordRefused> {
        let text: String = text.nfc().collect();
        match text.chars().count() {
            0..8 => Err(PasswordRefused::TooShort),
            8..=128 => Ok(Self(text)),
            _ => Err(PasswordRefused::TooLong),
        }
    }

    /// The bytes to hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The password itself, to be shown once to the person it was made for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Password, PasswordRefused};

    #[test]
    fn a_password_has_eight_to_128_characters_whatever_they_are() {
        let cases = [
            ("seven", "seven77".to_owned(), Some(PasswordRefused::TooShort)),
            ("eight", "eight888".to_owned(), None),
            ("eight beyond ASCII", "ßßßßßßßß".to_owned(), None),
            ("eight, each in two parts", "e\u{301}".repeat(8), None),
            ("four, each in two parts", "e\u{301}".repeat(4), Some(PasswordRefused::TooShort)),
            ("128", "x".repeat(128), None),
            ("129", "x".repeat(129), Some(PasswordRefused::TooLong)),
        ];
        for (name, text, refused) in cases {
            assert_eq!(Password::new(&text).err(), refused, "{name}");
        }
    }

    #[test]
    fn letters_are_the_same_however_a_keyboard_spells_them() {
        let [composed, apart] = ["pr\u{e9}f\u{e9}rence", "pre\u{301}fe\u{301}rence"];
        assert_eq!(Password::new(composed).unwrap().as_bytes(), Password::new(apart).unwrap().as_bytes());
    }

    #[test]
    fn a_password_is_never_printed_by_accident() {
        let shown = format!("{:?}", Password::new("correct horse").unwrap());
        assert!(!shown.contains("horse"), "{shown}");
    }
}
