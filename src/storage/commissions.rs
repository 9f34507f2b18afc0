//! `commissions`: what a conversion earns, and where that money stands.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::commissions::{self, dsl};
use crate::domain::commission::{CommissionState, HoldReason};
use crate::domain::currency::Currency;
use crate::domain::id::{AffiliateId, CommissionId, ConversionId, ProgramId, RuleId};
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// One commission.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = commissions, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
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
}

impl CommissionRow {
    /// The commission's money, once it can be computed.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        self.amount_minor.map(|minor| Money::new(minor, self.currency))
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
