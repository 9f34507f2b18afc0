//! Who may do what in a program: changing roles and letting people go.
//!
//! A program always keeps an owner. Owners who demote or remove each other at once must not leave it without one, so its
//! owners are taken hold of and counted in the same transaction that takes one away: whoever comes second waits, counts what
//! is left, and is told. That whoever acts is an owner is looked at there, too; a page that was opened before is no proof.

use crate::domain::id::{ProgramId, UserId};
use crate::domain::user::Role;
use crate::environment::Environment;
use crate::storage::error::StorageError;
use crate::storage::write::Write;
use crate::storage::{invitations, memberships};

/// Why a role stays what it is.
#[derive(Debug, thiserror::Error)]
pub enum NotAllowed {
    /// Whoever acts does not own the program any more.
    #[error("only an owner of the program may do this")]
    NotOwner,
    /// Nobody would own the program.
    #[error("a program keeps at least one owner; make somebody else an owner first")]
    LastOwner,
    /// The person does not work in this program.
    #[error("this person does not work in the program")]
    Nobody,
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Gives a person of the program another role. Who owns it no more takes their open invitations along.
///
/// # Errors
/// [`NotAllowed`].
pub fn change_role(
    write: &mut Write<'_>,
    env: &Environment,
    (program, by): (ProgramId, UserId),
    user: UserId,
    role: Role,
) -> Result<(), NotAllowed> {
    let before = may_lose(write, (program, by), user, role)?;
    memberships::set_role(write, program, user, role)?;
    if before == Role::Owner && role != Role::Owner {
        invitations::revoke_of_inviter(write, program, user, env.clock.now())?;
    }
    Ok(())
}

/// Takes a person out of the program, and takes back the open invitations they made: nobody comes in on the word of
/// somebody who is gone.
///
/// # Errors
/// [`NotAllowed`].
pub fn remove(
    write: &mut Write<'_>,
    env: &Environment,
    (program, by): (ProgramId, UserId),
    user: UserId,
) -> Result<(), NotAllowed> {
    may_lose(write, (program, by), user, Role::Viewer)?;
    memberships::delete(write, program, user)?;
    invitations::revoke_of_inviter(write, program, user, env.clock.now())?;
    Ok(())
}

/// The person's role, if the program can do without it once they have `next`, and whoever acts may decide that.
fn may_lose(
    write: &mut Write<'_>,
    (program, by): (ProgramId, UserId),
    user: UserId,
    next: Role,
) -> Result<Role, NotAllowed> {
    let owners = memberships::hold_owners(write, program)?;
    if memberships::role(write.conn(), program, by)? != Some(Role::Owner) {
        return Err(NotAllowed::NotOwner);
    }
    let role = memberships::role(write.conn(), program, user)?.ok_or(NotAllowed::Nobody)?;
    if role == Role::Owner && next != Role::Owner && owners < 2 {
        return Err(NotAllowed::LastOwner);
    }
    Ok(role)
}
