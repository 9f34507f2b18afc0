//! The second factor: turning it on and off, and the codes that count once.
//!
//! It is on only after a right code has shown that the authenticator has the secret: a person who scanned badly must not be
//! locked out. Until then the secret lies in the form, sealed for that person, and nowhere else.
//!
//! A code of the authenticator counts once, by its step: a step is taken if it is later than every one before, in one
//! statement that says whether it was. Ten recovery codes take the place of a lost authenticator; only their fingerprints
//! are kept, and each counts once in the same way.

use super::sign_in::ConfirmedPassword;
use crate::domain::id::UserId;
use crate::domain::readable_code::ReadableCode;
use crate::domain::totp::TotpSecret;
use crate::environment::Environment;
use crate::storage::error::{StorageError, Stored};
use crate::storage::recovery_codes::{self, RecoveryCodeRow};
use crate::storage::users::{self, UserRow};
use crate::storage::write::Write;

/// How many recovery codes a person gets.
pub const RECOVERY_CODES: usize = 10;

/// Ten recovery codes, to be shown once.
pub type RecoveryCodes = [ReadableCode; RECOVERY_CODES];

/// A secret that somebody is adding to their authenticator.
pub struct Enrolment {
    /// The secret.
    pub secret: TotpSecret,
    /// The same, sealed for this person: what the form carries until a code has come.
    pub sealed: String,
}

/// Why a second factor is not turned on.
#[derive(Debug, thiserror::Error)]
pub enum NotEnrolled {
    /// The code is not the authenticator's.
    #[error("must be the six digits that the authenticator shows now")]
    WrongCode,
    /// The form is of another person, or was meddled with.
    #[error("this form is not yours; begin again")]
    Foreign,
    /// It is on already.
    #[error("the second factor is on already")]
    Already,
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Begins turning on a second factor. Nothing is written.
#[must_use]
pub fn begin_enrolment(env: &Environment, user: UserId) -> Enrolment {
    let secret = env.mint.totp_secret();
    let sealed = env.keys.seal_text(&secret.reveal(), user, env.mint.bytes());
    Enrolment { secret, sealed }
}

/// Goes on with a form that was begun for this person.
#[must_use]
pub fn resume_enrolment(env: &Environment, user: UserId, sealed: &str) -> Option<Enrolment> {
    let secret = TotpSecret::from_text(&env.keys.unseal_text(sealed, user)?)?;
    Some(Enrolment { secret, sealed: sealed.to_owned() })
}

/// Turns a second factor on, once a right code shows that the authenticator has its secret.
///
/// # Errors
/// [`NotEnrolled`].
pub fn enrol(
    write: &mut Write<'_>,
    env: &Environment,
    user: UserId,
    sealed: &str,
    code: &str,
) -> Result<RecoveryCodes, NotEnrolled> {
    let enrolment = resume_enrolment(env, user, sealed).ok_or(NotEnrolled::Foreign)?;
    let step = enrolment.secret.step_of(code, env.clock.now()).ok_or(NotEnrolled::WrongCode)?;
    // Sealed anew: what was in a form is not what is in the database.
    let kept = env.keys.seal_text(&enrolment.secret.reveal(), user, env.mint.bytes());
    if !users::add_totp(write, user, &kept, step)? {
        return Err(NotEnrolled::Already);
    }
    Ok(replace_recovery_codes(write, env, user)?)
}

/// Turns a person's second factor off; answers whether it was on.
///
/// # Errors
/// [`StorageError`].
pub fn turn_off(write: &mut Write<'_>, confirmed: &ConfirmedPassword) -> Stored<bool> {
    take_away(write, confirmed.user_id)
}

pub(super) fn take_away(write: &mut Write<'_>, user: UserId) -> Stored<bool> {
    recovery_codes::delete_all(write, user)?;
    users::remove_totp(write, user)
}

/// Gives a person ten new recovery codes in place of those they had; none if the second factor is off.
///
/// # Errors
/// [`StorageError`].
pub fn regenerate_recovery_codes(
    write: &mut Write<'_>,
    env: &Environment,
    confirmed: &ConfirmedPassword,
) -> Stored<Option<RecoveryCodes>> {
    let user = users::find(write.conn(), confirmed.user_id)?;
    match user.filter(|user| user.totp_sealed.is_some()) {
        Some(user) => replace_recovery_codes(write, env, user.id).map(Some),
        None => Ok(None),
    }
}

fn replace_recovery_codes(write: &mut Write<'_>, env: &Environment, user: UserId) -> Stored<RecoveryCodes> {
    recovery_codes::delete_all(write, user)?;
    let codes: RecoveryCodes = std::array::from_fn(|_| env.mint.readable_code());
    for code in &codes {
        let id = env.mint.id(env.clock.now());
        let row = RecoveryCodeRow { id, user_id: user, code_hash: fingerprint(env, code), used_at: None };
        recovery_codes::insert(write, &row)?;
    }
    Ok(codes)
}

/// Takes a code of a person, if it is right and was not taken before; answers whether.
///
/// # Errors
/// [`StorageError`].
pub(super) fn take_code(write: &mut Write<'_>, env: &Environment, user: &UserRow, typed: &str) -> Stored<bool> {
    let now = env.clock.now();
    if let Some(code) = ReadableCode::parse(typed) {
        return recovery_codes::take(write, user.id, &fingerprint(env, &code), now);
    }
    let sealed = user.totp_sealed.as_deref();
    let secret = sealed.and_then(|sealed| resume_enrolment(env, user.id, sealed)).map(|kept| kept.secret);
    match secret.and_then(|secret| secret.step_of(typed, now)) {
        Some(step) => users::take_totp_step(write, user.id, step),
        None => Ok(false),
    }
}

fn fingerprint(env: &Environment, code: &ReadableCode) -> String {
    env.keys.fingerprint("recovery code", &code.plain())
}
