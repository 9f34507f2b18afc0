//! Counting wrong guesses, so that nobody guesses for long: ten per account in fifteen minutes, a hundred per address in
//! an hour.
//!
//! An attempt is counted as wrong **before** it is judged, in the transaction that looked whether there is room for it, and
//! taken back when it turns out to be right. Judging a password takes a tenth of a second and cannot be done inside a
//! transaction; counting afterwards would let everybody through who asked meanwhile, and fifty guesses sent at once would
//! all be judged. An attempt that is broken off stays counted, which is the safe side.
//!
//! The counts are rows, so a restart forgives nobody, and they are kept under fingerprints: the table names neither an
//! account nor an address. An address that nobody signs in with is counted like any other, or the limit would tell them
//! apart. A full count is answered without looking at the password at all.

use std::net::IpAddr;
use std::time::Duration;

use crate::domain::client::Client;
use crate::domain::handle::EmailAddress;
use crate::domain::id::SignInFailureId;
use crate::domain::time::Timestamp;
use crate::environment::Environment;
use crate::storage::error::{StorageError, Stored};
use crate::storage::sign_in_failures::{self, SignInFailureRow};
use crate::storage::write::Write;

/// Wrong guesses per account, in which time.
const PER_ACCOUNT: (i64, Duration) = (10, Duration::from_secs(15 * 60));

/// Wrong guesses per address, in which time.
const PER_ADDRESS: (i64, Duration) = (100, Duration::from_secs(60 * 60));

/// How long a failure counts at most.
pub const COUNTED_FOR: Duration = PER_ADDRESS.1;

/// What the fingerprints are taken for, so that no two tables can be joined by them.
const ACCOUNT: &str = "sign-in account";
const ADDRESS: &str = "sign-in address";

/// Who is guessing at what: the account as it was named, and the address.
#[derive(Clone, Debug)]
pub struct Guesser {
    account: String,
    address: String,
}

/// There were too many wrong guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong attempts; wait {}", in_words(*wait))]
pub struct Throttled {
    /// How long until one more is let in.
    pub wait: Duration,
}

/// Why a guess is not let in.
#[derive(Debug, thiserror::Error)]
pub enum NotLetIn {
    /// There were too many.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Guesser {
    /// Somebody who guesses at an account, which need not exist.
    #[must_use]
    pub fn at_account(env: &Environment, email: &str, from: Option<IpAddr>) -> Self {
        let named = match EmailAddress::parse(email) {
            Ok(email) => email.as_str().to_owned(),
            Err(_) => email.trim().to_lowercase(),
        };
        Self { account: env.keys.fingerprint(ACCOUNT, &named), address: address(env, from) }
    }

    /// Somebody who guesses at the set-up code. It is nobody's account, so the narrower limit holds per address: a stranger
    /// must not be able to keep the merchant out.
    #[must_use]
    pub fn at_set_up(env: &Environment, from: Option<IpAddr>) -> Self {
        let address = address(env, from);
        let account = env.keys.fingerprint(ACCOUNT, &format!("set-up from {address}"));
        Self { account, address }
    }
}

fn address(env: &Environment, from: Option<IpAddr>) -> String {
    env.keys.fingerprint(ADDRESS, &Client::at(from).to_string())
}

/// Lets a guess in and counts it as wrong, unless there were too many.
///
/// # Errors
/// [`NotLetIn`].
pub fn let_in(write: &mut Write<'_>, env: &Environment, guesser: &Guesser) -> Result<SignInFailureId, NotLetIn> {
    let now = env.clock.now();
    if let Some(wait) = wait(write, guesser, now)? {
        return Err(Throttled { wait }.into());
    }
    let row = SignInFailureRow {
        id: env.mint.id(now),
        account_hash: guesser.account.clone(),
        address_hash: guesser.address.clone(),
        failed_at: now,
    };
    sign_in_failures::insert(write, &row)?;
    Ok(row.id)
}

/// Whether the next guess would not be let in.
///
/// # Errors
/// [`StorageError`].
pub fn is_full(write: &mut Write<'_>, env: &Environment, guesser: &Guesser) -> Stored<bool> {
    Ok(wait(write, guesser, env.clock.now())?.is_some())
}

/// How long to wait until both counts have room for one more.
fn wait(write: &mut Write<'_>, guesser: &Guesser, now: Timestamp) -> Stored<Option<Duration>> {
    let (most, time) = PER_ACCOUNT;
    let full = sign_in_failures::nth_last_of_account(write.conn(), &guesser.account, now.minus(time), most - 1)?;
    let account = full.map(|failed| failed.plus(time).since(now));
    let (most, time) = PER_ADDRESS;
    let full = sign_in_failures::nth_last_from_address(write.conn(), &guesser.address, now.minus(time), most - 1)?;
    let address = full.map(|failed| failed.plus(time).since(now));
    Ok(account.max(address))
}

/// Takes a count back: the guess was right, as far as it went.
///
/// # Errors
/// [`StorageError`].
pub fn take_back(write: &mut Write<'_>, counted: SignInFailureId) -> Stored<()> {
    sign_in_failures::delete(write, counted)
}

/// Forgets what was guessed at an account: its owner has come. What an address guessed at other accounts stays counted.
///
/// # Errors
/// [`StorageError`].
pub fn forgive(write: &mut Write<'_>, guesser: &Guesser) -> Stored<()> {
    sign_in_failures::delete_of_account(write, &guesser.account)
}

/// A time to wait as people say it, rounded up.
fn in_words(wait: Duration) -> String {
    match wait.as_millis().div_ceil(1_000) {
        0 | 1 => "a second".to_owned(),
        seconds @ 2..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Throttled;

    #[test]
    fn the_time_to_wait_is_said_in_words() {
        for (millis, said) in [
            (0, "a second"),
            (1_000, "a second"),
            (1_001, "2 seconds"),
            (90_000, "90 seconds"),
            (90_001, "2 minutes"),
            (900_000, "15 minutes"),
        ] {
            let throttled = Throttled { wait: Duration::from_millis(millis) };
            assert_eq!(throttled.to_string(), format!("too many wrong attempts; wait {said}"));
        }
    }
}
