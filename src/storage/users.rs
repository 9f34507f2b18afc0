//! `users` and `memberships`: the people who run programs.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::{memberships, users};
use super::write::Write;
use crate::domain::id::{ProgramId, UserId};
use crate::domain::time::Timestamp;
use crate::domain::user::Role;

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

/// What a person is in a program.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = memberships, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns")]
pub struct MembershipRow {
    pub user_id: UserId,
    pub program_id: ProgramId,
    pub role: Role,
    pub created_at: Timestamp,
}

/// Adds a person.
///
/// # Errors
/// [`super::error::Unique::UserEmail`] when the address is taken.
pub fn insert(write: &mut Write<'_>, row: &UserRow) -> Stored<()> {
    diesel::insert_into(users::table).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// Gives a person a role in a program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert_membership(write: &mut Write<'_>, row: &MembershipRow) -> Stored<()> {
    diesel::insert_into(memberships::table).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// How many people there are. Nobody means that the installation is fresh.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn count(conn: &mut Conn) -> Stored<i64> {
    users::table.count().get_result(conn).stored()
}

/// A person, if there is one of this id.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, user: UserId) -> Stored<Option<UserRow>> {
    users::table.find(user).select(UserRow::as_select()).first(conn).optional().stored()
}

/// The person who signs in with this address, as it is stored: lower case, without blanks around it.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_by_email(conn: &mut Conn, email: &str) -> Stored<Option<UserRow>> {
    users::table.filter(users::email.eq(email)).select(UserRow::as_select()).first(conn).optional().stored()
}

/// What a person is, program by program, the oldest program first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn memberships_of(conn: &mut Conn, user: UserId) -> Stored<Vec<MembershipRow>> {
    let theirs = memberships::table.filter(memberships::user_id.eq(user)).order(memberships::program_id);
    theirs.select(MembershipRow::as_select()).load(conn).stored()
}
