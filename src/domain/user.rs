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
