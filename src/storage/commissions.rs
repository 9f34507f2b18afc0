//! `commissions`: what a conversion earns, and where that money stands.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::commissions::{self, dsl};
use super::write::Write;
use crate::domain::commission::{CommissionState, HoldReason};
use crate::domain::currency::Currency;
use crate::domain::id::{AffiliateId, CommissionId, ConversionId, PayoutId, ProgramId, RuleId};
use crate::domain::money::Money;
use crate::domain::rule::Payment;
use crate::domain::time::Timestamp;

/// One commission.
#[derive(Queryable, Selectable, Insertable, AsChangeset, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = commissions, check_for_backend(MultiBackend))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns; domain::commission says what they mean")]
pub struct CommissionRow {
    pub id: CommissionId,
    pub program_id: ProgramId,
    pub conversion_id: ConversionId,
    pub affiliate_id: AffiliateId,
    pub rule_id: Option<RuleId>,
    pub amount_minor: Option<i64>,
    pub currency: Currency,
    pub state: CommissionState,
    pub hold_reason: Option<HoldReason>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub booked_minor: i64,
    pub hold_until: Option<Timestamp>,
    pub release_at: Option<Timestamp>,
    pub payment_number: Option<i32>,
    pub first_paid_at: Option<Timestamp>,
    pub compensated_minor: i64,
    pub entitled_id: Option<AffiliateId>,
    pub payout_id: Option<PayoutId>,
}

impl CommissionRow {
    /// The commission's money, once it can be computed.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        self.amount_minor.map(|minor| Money::new(minor, self.currency))
    }
}

impl CommissionRow {
    /// What the ledger holds for it.
    #[must_use]
    pub fn booked(&self) -> Money {
        Money::new(self.booked_minor, self.currency)
    }

    /// To whom what is booked belongs.
    #[must_use]
    pub fn entitled(&self) -> AffiliateId {
        self.entitled_id.unwrap_or(self.affiliate_id)
    }

    /// Which of the customer's payments it is for, where that is counted.
    #[must_use]
    pub fn payment(&self) -> Option<Payment> {
        Some(Payment { number: self.payment_number?.unsigned_abs(), first_at: self.first_paid_at? })
    }
}

/// The commissions of these conversions.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_conversions(conn: &mut Conn, conversions: &[ConversionId]) -> Stored<Vec<CommissionRow>> {
    let theirs = dsl::commissions.filter(dsl::conversion_id.eq_any(conversions));
    theirs.select(CommissionRow::as_select()).load(conn).stored()
}

/// Makes the row what `row` says. Whoever does this has just raised the edition of its conversion, which is what tells
/// two changes at once apart.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn replace(write: &mut Write<'_>, row: &CommissionRow) -> Stored<()> {
    diesel::update(dsl::commissions.filter(dsl::id.eq(row.id))).set(row).execute(write.conn()).stored()?;
    Ok(())
}
