//! `invitations`: links by which people join a program. Found by the fingerprint of the link's secret; the secret itself is
//! sealed, so that an owner can copy the link again.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::invitations::{self, dsl};
use super::write::Write;
use crate::domain::handle::EmailAddress;
use crate::domain::id::{InvitationId, ProgramId, UserId};
use crate::domain::invitation::InvitationState;
use crate::domain::time::Timestamp;
use crate::domain::user::Role;

/// One invitation.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = invitations, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::invitation says what they mean")]
pub struct InvitationRow {
    pub id: InvitationId,
    pub program_id: ProgramId,
    pub role: Role,
    pub email: String,
    pub secret_hash: String,
    pub sealed: String,
    pub invited_by: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl InvitationRow {
    /// Where it stands at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> InvitationState {
        InvitationState::of(self.accepted_at, self.revoked_at, self.expires_at, now)
    }
}

/// Adds an invitation.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, row: &InvitationRow) -> Stored<()> {
    diesel::insert_into(dsl::invitations).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// The invitation whose link has this secret.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_by_secret(conn: &mut Conn, secret: &str) -> Stored<Option<InvitationRow>> {
    let this = dsl::invitations.filter(dsl::secret_hash.eq(secret));
    this.select(InvitationRow::as_select()).first(conn).optional().stored()
}

/// The invitations of a program that can be accepted at `now`, the newest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn open_of_program(conn: &mut Conn, program: ProgramId, now: Timestamp) -> Stored<Vec<InvitationRow>> {
    let open = dsl::invitations.filter(dsl::program_id.eq(program).and(dsl::expires_at.gt(now)));
    let open = open.filter(dsl::accepted_at.is_null().and(dsl::revoked_at.is_null()));
    open.order(dsl::id.desc()).select(InvitationRow::as_select()).load(conn).stored()
}

/// Accepts an invitation, if it is open at `at`; answers whether it was.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn accept(write: &mut Write<'_>, id: InvitationId, at: Timestamp) -> Stored<bool> {
    let open = dsl::invitations.filter(dsl::id.eq(id).and(dsl::expires_at.gt(at)));
    let open = open.filter(dsl::accepted_at.is_null().and(dsl::revoked_at.is_null()));
    Ok(diesel::update(open).set(dsl::accepted_at.eq(Some(at))).execute(write.conn()).stored()? == 1)
}

/// Takes an invitation of a program back, if it was neither accepted nor taken back; answers whether.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn revoke(write: &mut Write<'_>, program: ProgramId, id: InvitationId, at: Timestamp) -> Stored<bool> {
    let open = dsl::invitations.filter(dsl::program_id.eq(program).and(dsl::id.eq(id)));
    let open = open.filter(dsl::accepted_at.is_null().and(dsl::revoked_at.is_null()));
    Ok(diesel::update(open).set(dsl::revoked_at.eq(Some(at))).execute(write.conn()).stored()? == 1)
}

/// Takes back every open invitation of an address to a program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn revoke_of_email(
    write: &mut Write<'_>,
    program: ProgramId,
    email: &EmailAddress,
    at: Timestamp,
) -> Stored<usize> {
    let theirs = dsl::invitations.filter(dsl::program_id.eq(program).and(dsl::email.eq(email.as_str())));
    let open = theirs.filter(dsl::accepted_at.is_null().and(dsl::revoked_at.is_null()));
    diesel::update(open).set(dsl::revoked_at.eq(Some(at))).execute(write.conn()).stored()
}

/// Takes back every open invitation that a person made to a program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn revoke_of_inviter(write: &mut Write<'_>, program: ProgramId, by: UserId, at: Timestamp) -> Stored<usize> {
    let theirs = dsl::invitations.filter(dsl::program_id.eq(program).and(dsl::invited_by.eq(by)));
    let open = theirs.filter(dsl::accepted_at.is_null().and(dsl::revoked_at.is_null()));
    diesel::update(open).set(dsl::revoked_at.eq(Some(at))).execute(write.conn()).stored()
}

/// Whom these invitations of a program are for.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn emails(conn: &mut Conn, program: ProgramId, ids: &[InvitationId]) -> Stored<Vec<(InvitationId, String)>> {
    let own = dsl::invitations.filter(dsl::program_id.eq(program).and(dsl::id.eq_any(ids)));
    own.select((dsl::id, dsl::email)).load(conn).stored()
}
