//! `affiliates`: who is paid.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::installation;
use super::pool::IntoStored;
use super::schema::affiliates::{self, dsl};
use super::write::Write;
use crate::domain::affiliate::{Affiliate, AffiliateStatus};
use crate::domain::handle::AffiliateCode;
use crate::domain::id::{AffiliateId, ProgramId};
use crate::domain::time::Timestamp;

/// One affiliate.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = affiliates, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::affiliate says what they mean")]
pub struct AffiliateRow {
    pub id: AffiliateId,
    pub program_id: ProgramId,
    pub code: AffiliateCode,
    pub name: String,
    pub email: Option<String>,
    pub status: AffiliateStatus,
    pub created_at: Timestamp,
}

impl From<AffiliateRow> for Affiliate {
    fn from(row: AffiliateRow) -> Self {
        Self { id: row.id, program_id: row.program_id, code: row.code, name: row.name, status: row.status }
    }
}

/// Every affiliate of every program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<AffiliateRow>> {
    dsl::affiliates.order(dsl::id).select(AffiliateRow::as_select()).load(conn).stored()
}

/// Adds an affiliate.
///
/// # Errors
/// [`super::error::Unique::AffiliateCode`] when the program has that code.
pub fn insert(write: &mut Write<'_>, row: &AffiliateRow) -> Stored<()> {
    diesel::insert_into(dsl::affiliates).values(row).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}

/// Moves an affiliate to another status; answers whether the program has it.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_status(
    write: &mut Write<'_>,
    program: ProgramId,
    affiliate: AffiliateId,
    status: AffiliateStatus,
) -> Stored<bool> {
    let this = dsl::affiliates.filter(dsl::program_id.eq(program).and(dsl::id.eq(affiliate)));
    let changed = diesel::update(this).set(dsl::status.eq(status)).execute(write.conn()).stored()?;
    installation::bump_revision(write)?;
    Ok(changed == 1)
}
