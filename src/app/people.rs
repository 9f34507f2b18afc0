//! What people do that takes a password: a short transaction, the hashing outside of it, and a short transaction again.
//!
//! The rules are in `operations`; here is only the order of the steps, because it needs what no operation may know: the
//! recorder, and the gate in front of hashing.

use std::net::IpAddr;

use super::App;
use crate::domain::id::UserId;
use crate::operations::passwords::{self, ChosenPassword, HashedPassword, HashingFailed, PasswordProblem};
use crate::operations::sign_in::{self, Attempt, ConfirmedPassword, Known, SignInRefused};
use crate::recorder::WriteError;

/// What somebody typed to sign in. There is no `Debug`: it would show a password.
pub struct Credentials {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// Where it comes from.
    pub from: Option<IpAddr>,
}

/// Why there is no hash of a new password.
#[derive(Debug, thiserror::Error)]
pub enum NoNewPassword {
    /// It may not be one; a sentence for its field.
    #[error(transparent)]
    Problem(#[from] PasswordProblem),
    /// It could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
}

impl App {
    /// Finds out who somebody is by their password. They may owe a code yet.
    ///
    /// # Errors
    /// [`SignInRefused`], or the database is away.
    pub async fn sign_in(&self, credentials: Credentials) -> Result<Known, WriteError<SignInRefused>> {
        let Credentials { email, password, from } = credentials;
        let env = self.environment.clone();
        let attempt = self.recorder.write(move |write| sign_in::begin(write, &env, &email, from)).await?;
        let attempt = self.judged(attempt, password).await?;
        let env = self.environment.clone();
        self.recorder.write(move |write| sign_in::finish(write, &env, &attempt)).await
    }

    /// Makes sure that a signed-in person is still the one who signed in.
    ///
    /// # Errors
    /// [`SignInRefused`], or the database is away.
    pub async fn confirm_password(
        &self,
        user: UserId,
        typed: String,
        from: Option<IpAddr>,
    ) -> Result<ConfirmedPassword, WriteError<SignInRefused>> {
        let env = self.environment.clone();
        let attempt = self.recorder.write(move |write| sign_in::begin_again(write, &env, user, from)).await?;
        let attempt = self.judged(attempt, typed).await?;
        self.recorder.write(move |write| sign_in::finish_again(write, &attempt)).await
    }

    /// Judges and hashes a new password of somebody whom these words are about.
    ///
    /// # Errors
    /// [`NoNewPassword`].
    pub async fn hash_new_password(&self, typed: String, about: Vec<String>) -> Result<HashedPassword, NoNewPassword> {
        let env = self.environment.clone();
        let work = move || {
            let about: Vec<&str> = about.iter().map(String::as_str).collect();
            Ok(passwords::hash(&ChosenPassword::choose(&typed, &about)?, &env)?)
        };
        self.hashing.run(work).await
    }

    /// The attempt, if its password is right. A wrong one stays counted, and is noted.
    async fn judged(&self, attempt: Attempt, typed: String) -> Result<Attempt, WriteError<SignInRefused>> {
        let work = move || attempt.is_right(&typed).map(|right| (attempt, right)).map_err(SignInRefused::from);
        let (attempt, right) = self.hashing.run(work).await.map_err(WriteError::Refused)?;
        if right {
            return Ok(attempt);
        }
        let env = self.environment.clone();
        self.recorder.write(move |write| sign_in::note_wrong(write, &env, &attempt)).await?;
        Err(WriteError::Refused(SignInRefused::Wrong))
    }
}
