//! `memberships`: who may do what in which program.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::memberships::{self, dsl};
use super::schema::{programs, users};
use super::write::Write;
use crate::domain::handle::ProgramSlug;
use crate::domain::id::{ProgramId, UserId};
use crate::domain::time::Timestamp;
use crate::domain::user::Role;

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

/// A person of a program, as the list of people shows them.
#[derive(Queryable, Clone, Debug)]
#[expect(missing_docs, reason = "the columns of both tables")]
pub struct Member {
    pub user_id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub has_second_factor: bool,
    pub joined_at: Timestamp,
}

/// A program of a person, as the switcher shows it.
#[derive(Queryable, Clone, Debug)]
#[expect(missing_docs, reason = "the columns of both tables")]
pub struct OwnProgram {
    pub program_id: ProgramId,
    pub slug: ProgramSlug,
    pub name: String,
    pub role: Role,
}

/// Gives a person a role in a program.
///
/// # Errors
/// [`super::error::Unique::Membership`] when they have one already.
pub fn insert(write: &mut Write<'_>, row: &MembershipRow) -> Stored<()> {
    diesel::insert_into(dsl::memberships).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// What a person is in a program, if anything.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn role(conn: &mut Conn, program: ProgramId, user: UserId) -> Stored<Option<Role>> {
    let this = dsl::memberships.filter(dsl::program_id.eq(program).and(dsl::user_id.eq(user)));
    this.select(dsl::role).first(conn).optional().stored()
}

/// The people of a program, the first who came first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_program(conn: &mut Conn, program: ProgramId) -> Stored<Vec<Member>> {
    let people = dsl::memberships.inner_join(users::table.on(users::id.eq(dsl::user_id)));
    let columns =
        (dsl::user_id, users::name, users::email, dsl::role, users::totp_sealed.is_not_null(), dsl::created_at);
    let these = people.filter(dsl::program_id.eq(program)).order((dsl::created_at, dsl::user_id));
    these.select(columns).load(conn).stored()
}

/// What a person is, program by program, the oldest program first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_user(conn: &mut Conn, user: UserId) -> Stored<Vec<MembershipRow>> {
    let theirs = dsl::memberships.filter(dsl::user_id.eq(user)).order(dsl::program_id);
    theirs.select(MembershipRow::as_select()).load(conn).stored()
}

/// The programs of a person, by name.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn programs_of_user(conn: &mut Conn, user: UserId) -> Stored<Vec<OwnProgram>> {
    let own = dsl::memberships.inner_join(programs::table.on(programs::id.eq(dsl::program_id)));
    let columns = (dsl::program_id, programs::slug, programs::name, dsl::role);
    own.filter(dsl::user_id.eq(user)).order((programs::name, programs::id)).select(columns).load(conn).stored()
}

/// How many owners a program has, held until the transaction ends: nobody else can take one of them away meanwhile, or
/// waits and then counts what is left.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn hold_owners(write: &mut Write<'_>, program: ProgramId) -> Stored<usize> {
    let owners = dsl::memberships.filter(dsl::program_id.eq(program).and(dsl::role.eq(Role::Owner)));
    diesel::update(owners).set(dsl::role.eq(Role::Owner)).execute(write.conn()).stored()
}

/// Changes a person's role; answers whether they have one in the program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_role(write: &mut Write<'_>, program: ProgramId, user: UserId, role: Role) -> Stored<bool> {
    let this = dsl::memberships.filter(dsl::program_id.eq(program).and(dsl::user_id.eq(user)));
    Ok(diesel::update(this).set(dsl::role.eq(role)).execute(write.conn()).stored()? == 1)
}

/// Takes a person out of a program; answers whether they were in it.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn delete(write: &mut Write<'_>, program: ProgramId, user: UserId) -> Stored<bool> {
    let this = dsl::memberships.filter(dsl::program_id.eq(program).and(dsl::user_id.eq(user)));
    Ok(diesel::delete(this).execute(write.conn()).stored()? == 1)
}
