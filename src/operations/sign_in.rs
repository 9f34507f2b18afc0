//! Signing in: a password, and then a code where a second factor is on.
//!
//! It takes two transactions with the slow part between them (see `throttle` for why the first one counts already). The
//! second one looks once more whether the password is still the one that was checked: whoever changed it in between did so
//! to shut somebody out.
//!
//! Who has the right password but owes a code is not signed in, and is not forgiven: otherwise the thief of a password
//! could guess at codes for ever. Wrong codes count as failures of the same account.

use std::net::IpAddr;

use super::audit::note;
use super::passwords::{self, HashingFailed};
use super::second_factor;
use super::throttle::{self, Guesser, NotLetIn, Throttled};
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::handle::EmailAddress;
use crate::domain::id::{SignInFailureId, UserId};
use crate::domain::time::Timestamp;
use crate::environment::Environment;
use crate::storage::error::StorageError;
use crate::storage::users::{self, UserRow};
use crate::storage::write::Write;

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefused {
    /// The address or the password is wrong; which of them is not said.
    #[error("the e-mail address or the password is wrong")]
    Wrong,
    /// There were too many wrong attempts; this one was not looked at.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// The password could not be checked.
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<NotLetIn> for SignInRefused {
    fn from(not_let_in: NotLetIn) -> Self {
        match not_let_in {
            NotLetIn::Throttled(throttled) => throttled.into(),
            NotLetIn::Storage(error) => error.into(),
        }
    }
}

/// An attempt at a password, counted as wrong until it is found right.
pub struct Attempt {
    guesser: Guesser,
    counted: SignInFailureId,
    user: Option<UserRow>,
    by: AuditActor,
}

/// Somebody whose password is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub user_id: UserId,
    /// Since when the password is what it is. A session that was begun under an older one is none.
    pub password_since: Timestamp,
    /// Whether a code is owed before they are signed in.
    pub owes_code: bool,
}

impl Known {
    /// The person of this row.
    pub(super) fn of(user: &UserRow) -> Self {
        let owes_code = user.totp_sealed.is_some();
        Self { user_id: user.id, password_since: user.password_changed_at, owes_code }
    }
}

/// A signed-in person who has just typed their password again. What needs it asks for this value.
pub struct ConfirmedPassword {
    pub(super) user_id: UserId,
    pub(super) hash: String,
}

/// Begins an attempt to sign in.
///
/// # Errors
/// [`SignInRefused::Throttled`].
pub fn begin(
    write: &mut Write<'_>,
    env: &Environment,
    email: &str,
    from: Option<IpAddr>,
) -> Result<Attempt, SignInRefused> {
    let guesser = Guesser::at_account(env, email, from);
    let counted = throttle::let_in(write, env, &guesser)?;
    let user = match EmailAddress::parse(email) {
        Ok(email) => users::find_by_email(write.conn(), &email)?,
        Err(_) => None,
    };
    Ok(Attempt { guesser, counted, user, by: AuditActor::Stranger })
}

/// Begins an attempt of a signed-in person to show that it is still them.
///
/// # Errors
/// [`SignInRefused::Throttled`]; [`SignInRefused::Wrong`] for somebody who is no more.
pub fn begin_again(
    write: &mut Write<'_>,
    env: &Environment,
    user: UserId,
    from: Option<IpAddr>,
) -> Result<Attempt, SignInRefused> {
    let user = users::find(write.conn(), user)?.ok_or(SignInRefused::Wrong)?;
    let guesser = Guesser::at_account(env, &user.email, from);
    let counted = throttle::let_in(write, env, &guesser)?;
    let by = AuditActor::User(user.id);
    Ok(Attempt { guesser, counted, user: Some(user), by })
}

impl Attempt {
    /// Whether this is the password. Slow; takes as long where nobody has the address.
    ///
    /// # Errors
    /// [`HashingFailed`].
    pub fn is_right(&self, typed: &str) -> Result<bool, HashingFailed> {
        passwords::is_right(typed, self.user.as_ref().map(|user| user.password_hash.as_str()))
    }

    /// The person as they are now, if the password that was checked is still theirs.
    fn still_them(&self, write: &mut Write<'_>) -> Result<UserRow, SignInRefused> {
        let checked = self.user.as_ref().ok_or(SignInRefused::Wrong)?;
        let now = users::find(write.conn(), checked.id)?;
        now.filter(|user| user.password_hash == checked.password_hash).ok_or(SignInRefused::Wrong)
    }
}

/// Ends an attempt whose password is right.
///
/// # Errors
/// [`SignInRefused::Wrong`] when the password was changed meanwhile.
pub fn finish(write: &mut Write<'_>, env: &Environment, attempt: &Attempt) -> Result<Known, SignInRefused> {
    let user = attempt.still_them(write)?;
    match user.totp_sealed {
        Some(_) => throttle::take_back(write, attempt.counted)?,
        None => {
            throttle::forgive(write, &attempt.guesser)?;
            note(write, env, &Act::outside(AuditActor::User(user.id), Action::SignedIn))?;
        }
    }
    Ok(Known::of(&user))
}

/// Notes that an attempt's password was wrong; it stays counted.
///
/// # Errors
/// [`SignInRefused::Storage`].
pub fn note_wrong(write: &mut Write<'_>, env: &Environment, attempt: &Attempt) -> Result<(), SignInRefused> {
    let whose = attempt.user.as_ref().map(|user| user.id);
    note_guess(write, env, &attempt.guesser, (attempt.by, Action::PasswordWrong, whose))
}

/// A wrong guess at somebody's account, and that it was the last one for a while, if it was. What is turned away unseen
/// from then on is not noted: nobody may fill the log by knocking.
fn note_guess(
    write: &mut Write<'_>,
    env: &Environment,
    guesser: &Guesser,
    (by, wrong, whose): (AuditActor, Action, Option<UserId>),
) -> Result<(), SignInRefused> {
    let on_whom = |action| match whose {
        Some(user) => Act::outside(by, action).on(user),
        None => Act::outside(by, action),
    };
    note(write, env, &on_whom(wrong))?;
    if throttle::is_full(write, env, guesser)? {
        note(write, env, &on_whom(Action::SignInThrottled))?;
    }
    Ok(())
}

/// Ends an attempt of a signed-in person whose password is right.
///
/// # Errors
/// [`SignInRefused::Wrong`] when the password was changed meanwhile.
pub fn finish_again(write: &mut Write<'_>, attempt: &Attempt) -> Result<ConfirmedPassword, SignInRefused> {
    let user = attempt.still_them(write)?;
    throttle::take_back(write, attempt.counted)?;
    Ok(ConfirmedPassword { user_id: user.id, hash: user.password_hash })
}

/// Takes the code of somebody whose password was right: six digits of the authenticator, or a recovery code. None when it is
/// wrong, or was used before; then it is counted.
///
/// # Errors
/// [`SignInRefused::Throttled`]; [`SignInRefused::Wrong`] when the password was changed, or the second factor turned off,
/// since they gave it.
pub fn give_code(
    write: &mut Write<'_>,
    env: &Environment,
    known: &Known,
    code: &str,
    from: Option<IpAddr>,
) -> Result<Option<Known>, SignInRefused> {
    let user = users::find(write.conn(), known.user_id)?.ok_or(SignInRefused::Wrong)?;
    if Known::of(&user) != *known || !known.owes_code {
        return Err(SignInRefused::Wrong);
    }
    let guesser = Guesser::at_account(env, &user.email, from);
    throttle::let_in(write, env, &guesser)?;
    if !second_factor::take_code(write, env, &user, code)? {
        note_guess(write, env, &guesser, (AuditActor::Stranger, Action::CodeWrong, Some(user.id)))?;
        return Ok(None);
    }
    throttle::forgive(write, &guesser)?;
    note(write, env, &Act::outside(AuditActor::User(user.id), Action::SignedIn))?;
    Ok(Some(Known { owes_code: false, ..*known }))
}
