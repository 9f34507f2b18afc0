//! `sessions`: browsers that somebody signed in with.
//!
//! A session is found by the hash of what the browser carries, and nothing here brings back what is gone: updating a
//! session that was ended meanwhile changes no row, so a request that races a sign-out cannot undo it.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::sessions::{self, dsl};
use super::write::Write;
use crate::domain::id::{SessionId, UserId};
use crate::domain::time::Timestamp;

/// One session.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = sessions, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns")]
pub struct SessionRow {
    pub id: SessionId,
    pub key_hash: String,
    pub user_id: Option<UserId>,
    pub state: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
}

/// The session that is known by this hash.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, key_hash: &str) -> Stored<Option<SessionRow>> {
    let this = dsl::sessions.filter(dsl::key_hash.eq(key_hash));
    this.select(SessionRow::as_select()).first(conn).optional().stored()
}

/// Adds a session.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, row: &SessionRow) -> Stored<()> {
    diesel::insert_into(dsl::sessions).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// Replaces what a session remembers; changes nothing when it has ended.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn update(write: &mut Write<'_>, key_hash: &str, user: Option<UserId>, state: &str) -> Stored<()> {
    let this = dsl::sessions.filter(dsl::key_hash.eq(key_hash));
    let remembered = (dsl::user_id.eq(user), dsl::state.eq(state));
    diesel::update(this).set(remembered).execute(write.conn()).stored()?;
    Ok(())
}

/// Notes that a session was used.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn touch(write: &mut Write<'_>, key_hash: &str, now: Timestamp) -> Stored<()> {
    let this = dsl::sessions.filter(dsl::key_hash.eq(key_hash).and(dsl::seen_at.lt(now)));
    diesel::update(this).set(dsl::seen_at.eq(now)).execute(write.conn()).stored()?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn delete(write: &mut Write<'_>, key_hash: &str) -> Stored<()> {
    diesel::delete(dsl::sessions.filter(dsl::key_hash.eq(key_hash))).execute(write.conn()).stored()?;
    Ok(())
}

/// Removes at most so many sessions that nobody has used since `before`; answers with how many.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn purge(write: &mut Write<'_>, before: Timestamp, at_most: i64) -> Stored<usize> {
    let old = dsl::sessions.filter(dsl::seen_at.lt(before)).select(dsl::id).order(dsl::seen_at).limit(at_most);
    let old: Vec<SessionId> = old.load(write.conn()).stored()?;
    diesel::delete(dsl::sessions.filter(dsl::id.eq_any(old))).execute(write.conn()).stored()
}

/// A person's sessions, the one used last first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_user(conn: &mut Conn, user: UserId) -> Stored<Vec<SessionRow>> {
    let theirs = dsl::sessions.filter(dsl::user_id.eq(user)).order((dsl::seen_at.desc(), dsl::id.desc()));
    theirs.select(SessionRow::as_select()).load(conn).stored()
}

/// Ends one session of a person; answers whether they had it.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn end(write: &mut Write<'_>, user: UserId, id: SessionId) -> Stored<bool> {
    let this = dsl::sessions.filter(dsl::user_id.eq(user).and(dsl::id.eq(id)));
    Ok(diesel::delete(this).execute(write.conn()).stored()? == 1)
}

/// Ends all sessions of a person but this one; answers how many those were.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn end_others(write: &mut Write<'_>, user: UserId, keep: SessionId) -> Stored<usize> {
    let others = dsl::sessions.filter(dsl::user_id.eq(user).and(dsl::id.ne(keep)));
    diesel::delete(others).execute(write.conn()).stored()
}

/// Ends all sessions of a person; answers how many those were.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn end_all(write: &mut Write<'_>, user: UserId) -> Stored<usize> {
    diesel::delete(dsl::sessions.filter(dsl::user_id.eq(user))).execute(write.conn()).stored()
}
