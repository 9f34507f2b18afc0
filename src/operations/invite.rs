//! Inviting people by link.
//!
//! The link carries 170 random bits; the database knows their keyed hash, and the same sealed, so that an owner can copy the
//! link until it is used. It is good for one person (the address it names), once, within a week, and until it is taken back.
//! Acceptance is one statement that says whether the invitation was open; everything else hangs on that.
//!
//! Whoever has an account under that address already joins with it, signed in: a link that lies in a mailbox must not be
//! enough to set a password for somebody who has one.

use super::passwords::HashedPassword;
use super::sign_in::Known;
use crate::domain::handle::EmailAddress;
use crate::domain::id::{InvitationId, ProgramId, UserId};
use crate::domain::invitation::{InvitationSecret, InvitationState, VALID_FOR};
use crate::domain::name::Name;
use crate::domain::user::Role;
use crate::environment::Environment;
use crate::storage::conn::Conn;
use crate::storage::error::{StorageError, Stored};
use crate::storage::invitations::{self, InvitationRow};
use crate::storage::memberships::{self, MembershipRow};
use crate::storage::users::{self, UserRow};
use crate::storage::write::Write;

/// What the keyed hash is taken for.
const PURPOSE: &str = "invitation";

/// Why somebody is not invited.
#[derive(Debug, thiserror::Error)]
pub enum NotInvited {
    /// They work in the program already.
    #[error("works in this program already; change the role in the list")]
    Member,
    /// Whoever invites does not own the program any more.
    #[error("only an owner of the program may do this")]
    NotOwner,
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Invites an address to a program. An earlier invitation that is still open is taken back: there is one link per person.
///
/// # Errors
/// [`NotInvited`].
pub fn invite(
    write: &mut Write<'_>,
    env: &Environment,
    (program, by): (ProgramId, UserId),
    email: &EmailAddress,
    role: Role,
) -> Result<InvitationId, NotInvited> {
    if memberships::role(write.conn(), program, by)? != Some(Role::Owner) {
        return Err(NotInvited::NotOwner);
    }
    if let Some(known) = users::find_by_email(write.conn(), email)?
        && memberships::role(write.conn(), program, known.id)?.is_some()
    {
        return Err(NotInvited::Member);
    }
    let now = env.clock.now();
    invitations::revoke_of_email(write, program, email, now)?;
    let secret = env.mint.invitation_secret();
    let id = env.mint.id(now);
    let row = InvitationRow {
        id,
        program_id: program,
        role,
        email: email.as_str().to_owned(),
        secret_hash: fingerprint(env, &secret),
        sealed: env.keys.seal_text(secret.reveal(), id, env.mint.bytes()),
        invited_by: by,
        created_at: now,
        expires_at: now.plus(VALID_FOR),
        accepted_at: None,
        revoked_at: None,
    };
    invitations::insert(write, &row)?;
    Ok(id)
}

/// The secret of an invitation, for its link; none if the row was sealed under another master key.
#[must_use]
pub fn secret_of(env: &Environment, invitation: &InvitationRow) -> Option<InvitationSecret> {
    InvitationSecret::parse(&env.keys.unseal_text(&invitation.sealed, invitation.id)?)
}

/// An invitation that somebody followed.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The invitation.
    pub invitation: InvitationRow,
    /// Where it stands.
    pub state: InvitationState,
    /// Who signs in with its address, if anybody.
    pub invited: Option<UserId>,
}

/// The invitation that a link leads to, if there ever was one.
///
/// # Errors
/// [`StorageError`].
pub fn follow(conn: &mut Conn, env: &Environment, secret: &InvitationSecret) -> Stored<Option<Followed>> {
    let Some(invitation) = invitations::find_by_secret(conn, &fingerprint(env, secret))? else {
        return Ok(None);
    };
    let invited = match EmailAddress::parse(&invitation.email) {
        Ok(email) => users::find_by_email(conn, &email)?.map(|user| user.id),
        Err(_) => None,
    };
    let state = invitation.state(env.clock.now());
    Ok(Some(Followed { invitation, state, invited }))
}

/// Why an invitation is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum NotAccepted {
    /// It was accepted before, taken back, or is over.
    #[error("this invitation cannot be used any more")]
    Closed,
    /// Somebody signs in with its address; it takes them, signed in, to accept it.
    #[error("somebody signs in with this address already; sign in as them to accept the invitation")]
    HasAccount,
    /// It names another address than that of whoever accepts it.
    #[error("this invitation is for somebody else")]
    AnotherPerson,
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Joins the program as a new person.
///
/// # Errors
/// [`NotAccepted`].
pub fn accept_as_new_person(
    write: &mut Write<'_>,
    env: &Environment,
    secret: &InvitationSecret,
    name: &Name,
    password: &HashedPassword,
) -> Result<Known, NotAccepted> {
    let followed = follow(write.conn(), env, secret)?.ok_or(NotAccepted::Closed)?;
    if followed.invited.is_some() {
        return Err(NotAccepted::HasAccount);
    }
    let now = env.clock.now();
    let invitation = followed.invitation;
    close(write, env, &invitation)?;
    let user = UserRow {
        id: env.mint.id(now),
        email: invitation.email,
        name: name.as_str().to_owned(),
        password_hash: password.as_str().to_owned(),
        created_at: now,
        totp_sealed: None,
        totp_last_step: 0,
        password_changed_at: now,
        last_program_id: Some(invitation.program_id),
    };
    users::insert(write, &user)?;
    join(write, env, user.id, invitation.program_id, invitation.role)?;
    Ok(Known { user_id: user.id, password_since: now, owes_code: false })
}

/// Joins the program as the person who is signed in.
///
/// # Errors
/// [`NotAccepted`].
pub fn accept_as(
    write: &mut Write<'_>,
    env: &Environment,
    secret: &InvitationSecret,
    user: UserId,
) -> Result<ProgramId, NotAccepted> {
    let followed = follow(write.conn(), env, secret)?.ok_or(NotAccepted::Closed)?;
    if followed.invited != Some(user) {
        return Err(NotAccepted::AnotherPerson);
    }
    let invitation = followed.invitation;
    close(write, env, &invitation)?;
    // Who came in another way meanwhile keeps the role that an owner gave them there.
    if memberships::role(write.conn(), invitation.program_id, user)?.is_none() {
        join(write, env, user, invitation.program_id, invitation.role)?;
    }
    users::set_last_program(write, user, invitation.program_id)?;
    Ok(invitation.program_id)
}

fn close(write: &mut Write<'_>, env: &Environment, invitation: &InvitationRow) -> Result<(), NotAccepted> {
    let was_open = invitations::accept(write, invitation.id, env.clock.now())?;
    if was_open { Ok(()) } else { Err(NotAccepted::Closed) }
}

fn join(write: &mut Write<'_>, env: &Environment, user_id: UserId, program_id: ProgramId, role: Role) -> Stored<()> {
    memberships::insert(write, &MembershipRow { user_id, program_id, role, created_at: env.clock.now() })
}

fn fingerprint(env: &Environment, secret: &InvitationSecret) -> String {
    env.keys.fingerprint(PURPOSE, secret.reveal())
}
