//! `recovery_codes`: what takes the place of a lost second factor. Only fingerprints are here, and each counts once.

use diesel::prelude::*;

use super::conn::Conn;
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::recovery_codes::{self, dsl};
use super::write::Write;
use crate::domain::id::{RecoveryCodeId, UserId};
use crate::domain::time::Timestamp;

/// One code.
#[derive(Insertable, Clone, Debug)]
#[diesel(table_name = recovery_codes, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns")]
pub struct RecoveryCodeRow {
    pub id: RecoveryCodeId,
    pub user_id: UserId,
    pub code_hash: String,
    pub used_at: Option<Timestamp>,
}

/// Adds a code.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, row: &RecoveryCodeRow) -> Stored<()> {
    diesel::insert_into(dsl::recovery_codes).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// Uses a person's code, if they have it and it was not used; answers whether.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn take(write: &mut Write<'_>, user: UserId, code: &str, at: Timestamp) -> Stored<bool> {
    let this = dsl::recovery_codes.filter(dsl::user_id.eq(user).and(dsl::code_hash.eq(code)));
    let unused = this.filter(dsl::used_at.is_null());
    Ok(diesel::update(unused).set(dsl::used_at.eq(Some(at))).execute(write.conn()).stored()? == 1)
}

/// How many codes a person has left.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn count_unused(conn: &mut Conn, user: UserId) -> Stored<i64> {
    let unused = dsl::recovery_codes.filter(dsl::user_id.eq(user).and(dsl::used_at.is_null()));
    unused.count().get_result(conn).stored()
}

/// Takes all of a person's codes away.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn delete_all(write: &mut Write<'_>, user: UserId) -> Stored<()> {
    diesel::delete(dsl::recovery_codes.filter(dsl::user_id.eq(user))).execute(write.conn()).stored()?;
    Ok(())
}
