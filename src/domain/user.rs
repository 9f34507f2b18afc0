//! The people who run a program.

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

/// A password of an acceptable length. Its `Debug` does not show it.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes 8 to 128 characters, any of them.
    ///
    /// # Errors
    /// Says which bound was missed.
    pub fn new(text: String) -> Result<Self, PasswordRefused> {
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
            ("128", "x".repeat(128), None),
            ("129", "x".repeat(129), Some(PasswordRefused::TooLong)),
        ];
        for (name, text, refused) in cases {
            assert_eq!(Password::new(text).err(), refused, "{name}");
        }
    }

    #[test]
    fn a_password_is_never_printed_by_accident() {
        let shown = format!("{:?}", Password::new("correct horse".into()).unwrap());
        assert!(!shown.contains("horse"), "{shown}");
    }
}
