//! `referrals` and `referral_identifiers`: customers known to have been sent by an affiliate, and what they are called.

use std::collections::HashMap;

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::{referral_identifiers, referrals};
use super::write::Write;
use crate::domain::click_token::Mode;
use crate::domain::id::{AffiliateId, CampaignId, ClickId, LinkId, ProgramId, ReferralId};
use crate::domain::referral::{Identifier, IdentifierKind};
use crate::domain::time::Timestamp;

/// One referral.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = referrals, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::referral says what they mean")]
pub struct ReferralRow {
    pub id: ReferralId,
    pub program_id: ProgramId,
    pub mode: Mode,
    pub campaign_id: CampaignId,
    pub affiliate_id: AffiliateId,
    pub click_id: Option<ClickId>,
    pub link_id: Option<LinkId>,
    pub name: Option<String>,
    pub payments: i32,
    pub first_paid_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One name of a customer.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = referral_identifiers, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::referral says what they mean")]
pub struct ReferralIdentifierRow {
    pub program_id: ProgramId,
    pub mode: Mode,
    pub kind: IdentifierKind,
    pub value: String,
    pub referral_id: ReferralId,
    pub created_at: Timestamp,
}

/// A customer's name, where names are told apart.
pub type Named = (ProgramId, Mode, Identifier);

/// Whom these names belong to. The look-up goes by the value alone, which leads the key, and whole names are compared here.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn named(conn: &mut Conn, names: &[Named]) -> Stored<HashMap<Named, ReferralId>> {
    use referral_identifiers::dsl;
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let values = names.iter().map(|(_, _, name)| name.value.clone());
    let known = dsl::referral_identifiers.filter(dsl::value.eq_any(values));
    let rows = known.select(ReferralIdentifierRow::as_select()).load(conn).stored()?;
    let with_name = |row: ReferralIdentifierRow| {
        ((row.program_id, row.mode, Identifier { kind: row.kind, value: row.value }), row.referral_id)
    };
    Ok(rows.into_iter().map(with_name).collect())
}

/// These referrals.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_all(conn: &mut Conn, ids: &[ReferralId]) -> Stored<Vec<ReferralRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let these = referrals::table.filter(referrals::id.eq_any(ids));
    these.select(ReferralRow::as_select()).load(conn).stored()
}

/// Writes what a referral's payments have come to.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_payments(write: &mut Write<'_>, row: &ReferralRow) -> Stored<()> {
    use referrals::dsl;
    let payments =
        (dsl::payments.eq(row.payments), dsl::first_paid_at.eq(row.first_paid_at), dsl::updated_at.eq(row.updated_at));
    diesel::update(dsl::referrals.filter(dsl::id.eq(row.id))).set(payments).execute(write.conn()).stored()?;
    Ok(())
}
