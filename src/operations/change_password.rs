//! Changing a password: by the person, who must know the old one, or from the command line, by whoever owns the machine.
//!
//! Either way everybody who is signed in as that person is signed out. Their sessions are ended here; one that is being
//! begun at this moment under the old password is none either, because a session names the time from which on its password
//! holds, and that time moves with every change.

use std::time::Duration;

use super::audit::note;
use super::passwords::HashedPassword;
use super::second_factor;
use super::sign_in::{ConfirmedPassword, Known};
use super::throttle::{self, Guesser};
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::handle::EmailAddress;
use crate::domain::time::Timestamp;
use crate::environment::Environment;
use crate::storage::error::{StorageError, Stored};
use crate::storage::sessions;
use crate::storage::users::{self, UserRow};
use crate::storage::write::Write;

/// Why a password is not changed.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// Somebody changed it since it was confirmed.
    #[error("the password was changed elsewhere meanwhile; sign in with the new one")]
    Meanwhile,
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Replaces the password of a person who has just shown that they know it, and signs them out everywhere. The answer lets
/// them begin a new session where they are.
///
/// # Errors
/// [`NotChanged::Meanwhile`] for the second of two changes at once.
pub fn change_password(
    write: &mut Write<'_>,
    env: &Environment,
    confirmed: &ConfirmedPassword,
    new: &HashedPassword,
) -> Result<Known, NotChanged> {
    let user = users::find(write.conn(), confirmed.user_id)?.ok_or(NotChanged::Meanwhile)?;
    let since = later_than(user.password_changed_at, env.clock.now());
    if !users::replace_password(write, user.id, &confirmed.hash, new.as_str(), since)? {
        return Err(NotChanged::Meanwhile);
    }
    sessions::end_all(write, user.id)?;
    Ok(Known { user_id: user.id, password_since: since, owes_code: false })
}

/// What a reset found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// How many sessions were ended.
    pub signed_out: usize,
    /// Whether a code is still asked for at the next sign-in.
    pub still_owes_code: bool,
}

/// From the command line: replaces a person's password whatever it was, signs them out everywhere, and forgives what was guessed at their account.
/// None when nobody signs in with this address.
///
/// # Errors
/// [`StorageError`].
pub fn reset_password(
    write: &mut Write<'_>,
    env: &Environment,
    email: &EmailAddress,
    new: &HashedPassword,
    turn_off_totp: bool,
) -> Stored<Option<Reset>> {
    let Some(user) = users::find_by_email(write.conn(), email)? else {
        return Ok(None);
    };
    let UserRow { id, password_hash, password_changed_at, totp_sealed, .. } = user;
    let since = later_than(password_changed_at, env.clock.now());
    users::replace_password(write, id, &password_hash, new.as_str(), since)?;
    let signed_out = sessions::end_all(write, id)?;
    if turn_off_totp {
        second_factor::take_away(write, id)?;
    }
    throttle::forgive(write, &Guesser::at_account(env, email.as_str(), None))?;
    note(write, env, &Act::outside(AuditActor::CommandLine, Action::PasswordReset).on(id))?;
    Ok(Some(Reset { signed_out, still_owes_code: totp_sealed.is_some() && !turn_off_totp }))
}

/// A clock may stand still or be set back; the time from which on a password holds only moves forward.
fn later_than(before: Timestamp, now: Timestamp) -> Timestamp {
    now.max(before.plus(Duration::from_millis(1)))
}
