//! The record of money: entries that are added and never edited.
//!
//! A balance is the sum of an affiliate's entries in one currency, whatever happened in between. A correction is an
//! entry too: the commission on what remains minus what was booked so far, so that a full refund ends at exactly zero
//! however many partial ones came before, rounding included (CONTRACT, Rules: Adjusting).

use super::id::{AffiliateId, CommissionId, ConversionId, EntryId, OccasionId, ProgramId};
use super::money::{Money, MoneyError};
use super::text_enum;
use super::time::Timestamp;

text_enum! {
    /// Why money moved.
    pub enum EntryKind {
        /// A conversion was recorded.
        Earn => "earn",
        /// Its amount was lowered before it was approved.
        Adjust => "adjust",
        /// The customer got money back.
        Refund => "refund",
        /// The customer's bank took money back.
        Chargeback => "chargeback",
        /// An earlier entry does not stand.
        Reversal => "reversal",
        /// The merchant gave something extra.
        Bonus => "bonus",
        /// Paid outside Accrue.
        ExternalPayout => "external_payout",
    }
}

/// One movement of money owed to an affiliate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// The program.
    pub program_id: ProgramId,
    /// Whose money.
    pub affiliate_id: AffiliateId,
    /// The commission it belongs to; none for a bonus.
    pub commission_id: Option<CommissionId>,
    /// The conversion it belongs to; none for a bonus.
    pub conversion_id: Option<ConversionId>,
    /// Why.
    pub kind: EntryKind,
    /// How much, negative when it is taken back.
    pub amount: Money,
    /// When.
    pub booked_at: Timestamp,
    /// The refund or payout it was booked for, where there is one.
    pub occasion: Option<OccasionId>,
    /// Why, in somebody's words; empty where the kind says it all.
    pub reason: String,
}

/// What must be booked so that a commission comes to `due` when `booked` has been booked so far.
///
/// # Errors
/// [`MoneyError`] when the two are of different currencies or their difference does not fit.
pub fn correction(due: Money, booked: Money) -> Result<Money, MoneyError> {
    due.checked_sub(booked)
}

#[cfg(test)]
mod tests {
    use super::correction;
    use crate::domain::currency::Currency;
    use crate::domain::money::Money;
    use crate::domain::rate::Rate;
    use proptest::prelude::*;

    proptest! {
        /// However a sale is refunded, in whatever parts, the entries sum to the commission on what remains, and to
        /// exactly nothing once nothing remains.
        #[test]
        fn entries_sum_to_the_commission_on_what_remains(
            sale in 1_i64..=10_000_000_000,
            ppm in 0_u32..=1_000_000,
            cuts in proptest::collection::vec(0_u32..=100, 0..12),
        ) {
            let usd = Currency::parse("USD").unwrap();
            let rate = Rate::from_ppm(ppm).unwrap();
            let mut remaining = sale;
            let mut booked = Money::new(sale, usd).times(rate);
            for cut in cuts.into_iter().chain([100]) {
                remaining -= remaining * i64::from(cut) / 100;
                let due = Money::new(remaining, usd).times(rate);
                let entry = correction(due, booked).unwrap();
                prop_assert!(!entry.is_positive());
                booked = booked.checked_add(entry).unwrap();
                prop_assert_eq!(booked, due);
            }
            prop_assert!(booked.is_zero());
        }
    }
}
