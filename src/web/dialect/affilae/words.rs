//! Decisions in the words of this dialect.

use crate::domain::conversion::ConversionStatus;

/// The words for what was decided.
pub(super) const STATUSES: [&str; 3] = ["pending", "accepted", "refused"];

/// What was decided, in a word.
pub(super) const fn status(status: ConversionStatus) -> &'static str {
    match status {
        ConversionStatus::Pending => STATUSES[0],
        ConversionStatus::Approved => STATUSES[1],
        ConversionStatus::Rejected => STATUSES[2],
    }
}

/// What a word says was decided.
pub(super) fn status_named(word: &str) -> Option<ConversionStatus> {
    ConversionStatus::ALL.iter().copied().find(|known| status(*known) == word)
}
