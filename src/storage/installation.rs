//! The installation itself: which master key it belongs to, and how often its catalogue has changed.

use diesel::prelude::*;

use super::conn::Conn;
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::installation::dsl;
use super::write::Write;
use crate::domain::time::Timestamp;

/// The key's check value, if the installation has one.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn key_check(conn: &mut Conn) -> Stored<Option<String>> {
    dsl::installation.select(dsl::key_check).first(conn).optional().stored()
}

/// Writes the check value of the master key, once.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn begin(write: &mut Write<'_>, key_check: &str, now: Timestamp) -> Stored<()> {
    let row = (dsl::singleton.eq(1), dsl::key_check.eq(key_check), dsl::revision.eq(1), dsl::created_at.eq(now));
    diesel::insert_into(dsl::installation).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// How often the catalogue has changed. Zero before the installation has begun.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn revision(conn: &mut Conn) -> Stored<i64> {
    dsl::installation.select(dsl::revision).first(conn).optional().map(Option::unwrap_or_default).stored()
}

/// Says that campaigns, affiliates, rules, keys or programs have changed, so that whoever holds a copy reads it anew.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn bump_revision(write: &mut Write<'_>) -> Stored<()> {
    diesel::update(dsl::installation).set(dsl::revision.eq(dsl::revision + 1)).execute(write.conn()).stored()?;
    Ok(())
}
