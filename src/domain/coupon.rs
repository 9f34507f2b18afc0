//! Coupons: a code that a customer types at the till and that stands for one affiliate in one campaign.
//!
//! People type codes as they like, so two codes that differ only in case are the same one; the merchant's spelling is
//! what is shown.

use super::id::{AffiliateId, CampaignId, CouponId, ProgramId};
use super::time::Timestamp;

/// Why a text is not a coupon code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CouponCodeError {
    /// Nothing, or only blanks.
    #[error("must not be empty")]
    Empty,
    /// Longer than 64 characters.
    #[error("must have at most 64 characters")]
    TooLong,
    /// Blanks at an end, or control characters.
    #[error("must not have blanks at its ends or control characters")]
    Blank,
}

/// A coupon code, as the merchant spells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CouponCode(String);

impl CouponCode {
    /// Takes 1 to 64 characters.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, CouponCodeError> {
        match text.chars().count() {
            _ if text.trim().is_empty() => Err(CouponCodeError::Empty),
            65.. => Err(CouponCodeError::TooLong),
            _ if text.trim() != text || text.chars().any(char::is_control) => Err(CouponCodeError::Blank),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The code as it is spelt.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code as it is compared: [`folded`].
    #[must_use]
    pub fn folded(&self) -> String {
        folded(&self.0)
    }
}

/// What a code that somebody typed is compared by: without the blanks around it, and without case.
#[must_use]
pub fn folded(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// One coupon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// Its id.
    pub id: CouponId,
    /// The program.
    pub program_id: ProgramId,
    /// What is promoted with it.
    pub campaign_id: CampaignId,
    /// By whom.
    pub affiliate_id: AffiliateId,
    /// The code.
    pub code: CouponCode,
    /// Since when it stands for the affiliate.
    pub created_at: Timestamp,
    /// From when on it does not any more.
    pub ended_at: Option<Timestamp>,
}

impl Coupon {
    /// Whether it credits at `at`.
    #[must_use]
    pub fn counts_at(&self, at: Timestamp) -> bool {
        self.ended_at.is_none_or(|end| at < end)
    }
}

#[cfg(test)]
mod tests {
    use super::{CouponCode, CouponCodeError, folded};

    #[test]
    fn codes_are_kept_as_spelt_and_compared_without_case() {
        let code = CouponCode::parse("Autumn10").unwrap();
        assert_eq!(code.as_str(), "Autumn10");
        assert_eq!(code.folded(), folded("  AUTUMN10 "));
        assert_ne!(code.folded(), folded("AUTUMN11"));
    }

    #[test]
    fn what_is_no_code_is_refused_by_name() {
        let long = "x".repeat(65);
        let cases = [
            ("", CouponCodeError::Empty),
            ("  ", CouponCodeError::Empty),
            (long.as_str(), CouponCodeError::TooLong),
            (" A", CouponCodeError::Blank),
            ("A\u{7}B", CouponCodeError::Blank),
        ];
        for (text, expected) in cases {
            assert_eq!(CouponCode::parse(text), Err(expected), "{text:?}");
        }
    }
}
