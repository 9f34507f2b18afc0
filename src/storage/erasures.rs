//! `erasures`: that somebody was erased, by whom and how much it was. Append-only, and nothing of whom.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::erasures::{self, dsl};
use super::write::Write;
use crate::domain::id::{ChangeId, ProgramId, UserId};
use crate::domain::time::Timestamp;

/// One erasure.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = erasures, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::erasure says what they mean")]
pub struct ErasureRow {
    pub id: ChangeId,
    pub program_id: ProgramId,
    pub user_id: UserId,
    pub referrals: i64,
    pub orders: i64,
    pub clicks: i64,
    pub attempts: i64,
    pub erased_at: Timestamp,
}

/// Adds one.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, row: &ErasureRow) -> Stored<()> {
    diesel::insert_into(erasures::table).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// The newest of a program, the newest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn newest(conn: &mut Conn, program: ProgramId, limit: i64) -> Stored<Vec<ErasureRow>> {
    let own = dsl::erasures.filter(dsl::program_id.eq(program)).order(dsl::id.desc());
    own.limit(limit).select(ErasureRow::as_select()).load(conn).stored()
}
