//! `users`: the people who run programs.
//!
//! What may be done once, or only from where one started, is a compare-and-set: a password changes from the hash that was
//! checked, a second factor is added where there is none, a code's step is taken if it is later than the last one. The
//! answer says whether it happened.

use std::collections::HashMap;

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::users::{self, dsl};
use super::write::Write;
use crate::domain::handle::EmailAddress;
use crate::domain::id::{ProgramId, UserId};
use crate::domain::time::Timestamp;

/// One person.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = users, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns")]
pub struct UserRow {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub created_at: Timestamp,
    pub totp_sealed: Option<String>,
    pub totp_last_step: i64,
    pub password_changed_at: Timestamp,
    pub last_program_id: Option<ProgramId>,
}

/// Adds a person.
///
/// # Errors
/// [`super::error::Unique::UserEmail`] when the address is taken.
pub fn insert(write: &mut Write<'_>, row: &UserRow) -> Stored<()> {
    diesel::insert_into(dsl::users).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// How many people there are. Nobody means that the installation is fresh.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn count(conn: &mut Conn) -> Stored<i64> {
    dsl::users.count().get_result(conn).stored()
}

/// A person.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, id: UserId) -> Stored<Option<UserRow>> {
    dsl::users.filter(dsl::id.eq(id)).select(UserRow::as_select()).first(conn).optional().stored()
}

/// The person who signs in with this address.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_by_email(conn: &mut Conn, email: &EmailAddress) -> Stored<Option<UserRow>> {
    dsl::users.filter(dsl::email.eq(email.as_str())).select(UserRow::as_select()).first(conn).optional().stored()
}

/// What people are called; who is not there is left out.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn names(conn: &mut Conn, ids: &[UserId]) -> Stored<HashMap<UserId, String>> {
    let rows: Vec<(UserId, String)> =
        dsl::users.filter(dsl::id.eq_any(ids)).select((dsl::id, dsl::name)).load(conn).stored()?;
    Ok(rows.into_iter().collect())
}

/// Replaces a password, if it is still the one with the hash `from`; answers whether it was.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn replace_password(write: &mut Write<'_>, id: UserId, from: &str, to: &str, at: Timestamp) -> Stored<bool> {
    let this = dsl::users.filter(dsl::id.eq(id).and(dsl::password_hash.eq(from)));
    let new = (dsl::password_hash.eq(to), dsl::password_changed_at.eq(at));
    Ok(diesel::update(this).set(new).execute(write.conn()).stored()? == 1)
}

/// Keeps a second factor's sealed secret where there is none yet, and the step of the code that proved it; answers whether
/// there was none.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn add_totp(write: &mut Write<'_>, id: UserId, sealed: &str, step: i64) -> Stored<bool> {
    let this = dsl::users.filter(dsl::id.eq(id).and(dsl::totp_sealed.is_null()));
    let new = (dsl::totp_sealed.eq(Some(sealed)), dsl::totp_last_step.eq(step));
    Ok(diesel::update(this).set(new).execute(write.conn()).stored()? == 1)
}

/// Takes the second factor away; answers whether there was one.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn remove_totp(write: &mut Write<'_>, id: UserId) -> Stored<bool> {
    let this = dsl::users.filter(dsl::id.eq(id).and(dsl::totp_sealed.is_not_null()));
    Ok(diesel::update(this).set(dsl::totp_sealed.eq(None::<String>)).execute(write.conn()).stored()? == 1)
}

/// Takes a code's step, if it is later than every one taken before; answers whether it was. So a code counts once.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn take_totp_step(write: &mut Write<'_>, id: UserId, step: i64) -> Stored<bool> {
    let this = dsl::users.filter(dsl::id.eq(id).and(dsl::totp_sealed.is_not_null()));
    let earlier = this.filter(dsl::totp_last_step.lt(step));
    Ok(diesel::update(earlier).set(dsl::totp_last_step.eq(step)).execute(write.conn()).stored()? == 1)
}

/// Remembers which program a person looked at last.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_last_program(write: &mut Write<'_>, id: UserId, program: ProgramId) -> Stored<()> {
    let this = dsl::users.filter(dsl::id.eq(id));
    diesel::update(this).set(dsl::last_program_id.eq(Some(program))).execute(write.conn()).stored()?;
    Ok(())
}
