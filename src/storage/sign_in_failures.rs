//! `sign_in_failures`: wrong passwords and codes, one row each, for as long as they count. Whose account it was and where
//! from stand here as fingerprints only.

use diesel::prelude::*;

use super::conn::Conn;
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::sign_in_failures::{self, dsl};
use super::write::Write;
use crate::domain::id::SignInFailureId;
use crate::domain::time::Timestamp;

/// One failure.
#[derive(Insertable, Clone, Debug)]
#[diesel(table_name = sign_in_failures, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns")]
pub struct SignInFailureRow {
    pub id: SignInFailureId,
    pub account_hash: String,
    pub address_hash: String,
    pub failed_at: Timestamp,
}

/// Adds a failure.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, row: &SignInFailureRow) -> Stored<()> {
    diesel::insert_into(dsl::sign_in_failures).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// When the failure before the last `skip` of an account happened, if there were so many after `since`: the one that must
/// be forgotten before another is let in.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn nth_last_of_account(conn: &mut Conn, account: &str, since: Timestamp, skip: i64) -> Stored<Option<Timestamp>> {
    let these = dsl::sign_in_failures.filter(dsl::account_hash.eq(account).and(dsl::failed_at.gt(since)));
    these.order(dsl::failed_at.desc()).offset(skip).select(dsl::failed_at).first(conn).optional().stored()
}

/// The same for an address.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn nth_last_from_address(conn: &mut Conn, address: &str, since: Timestamp, skip: i64) -> Stored<Option<Timestamp>> {
    let these = dsl::sign_in_failures.filter(dsl::address_hash.eq(address).and(dsl::failed_at.gt(since)));
    these.order(dsl::failed_at.desc()).offset(skip).select(dsl::failed_at).first(conn).optional().stored()
}

/// Forgets one failure, which turned out to be none.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn delete(write: &mut Write<'_>, id: SignInFailureId) -> Stored<()> {
    diesel::delete(dsl::sign_in_failures.filter(dsl::id.eq(id))).execute(write.conn()).stored()?;
    Ok(())
}

/// Forgets every failure of an account.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn delete_of_account(write: &mut Write<'_>, account: &str) -> Stored<()> {
    diesel::delete(dsl::sign_in_failures.filter(dsl::account_hash.eq(account))).execute(write.conn()).stored()?;
    Ok(())
}

/// Forgets failures before `before`, at most so many; answers how many that were.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn purge(write: &mut Write<'_>, before: Timestamp, at_most: i64) -> Stored<usize> {
    let old = dsl::sign_in_failures.filter(dsl::id.lt(SignInFailureId::at(before, [0; 10])));
    let old: Vec<SignInFailureId> = old.order(dsl::id).select(dsl::id).limit(at_most).load(write.conn()).stored()?;
    diesel::delete(dsl::sign_in_failures.filter(dsl::id.eq_any(old))).execute(write.conn()).stored()
}
