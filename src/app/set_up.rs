//! The first visit: the one-time code that shows that a fresh server is the visitor's own.
//!
//! The code is made when the server starts and nobody is there who could sign in. It is printed, kept in memory only, and
//! dead after its first success; a restart prints another one. Wrong codes are counted per address, in rows like every
//! other wrong guess.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::App;
use crate::domain::readable_code::ReadableCode;
use crate::operations::passwords::HashedPassword;
use crate::operations::set_up::{FirstOwner, NewProgram, SetUp, SetUpRefused, check_set_up_code, set_up};
use crate::recorder::WriteError;

/// The code, as long as nobody has used it.
#[derive(Debug, Default)]
pub(super) struct SetUpCode(Mutex<Option<ReadableCode>>);

impl SetUpCode {
    pub(super) fn new(code: Option<ReadableCode>) -> Self {
        Self(Mutex::new(code))
    }

    /// Nothing is ever left half done under this lock.
    fn code(&self) -> MutexGuard<'_, Option<ReadableCode>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to set a fresh installation up, which its code gives.
pub struct MaySetUp(());

impl App {
    /// Whether nobody can sign in yet, and the one-time code is awaited.
    #[must_use]
    pub fn awaits_set_up(&self) -> bool {
        self.set_up_code.code().is_some()
    }

    /// The one-time code, to be printed where the server was started.
    #[must_use]
    pub fn set_up_code(&self) -> Option<ReadableCode> {
        self.set_up_code.code().clone()
    }

    /// Checks the code that a visitor typed.
    ///
    /// # Errors
    /// [`SetUpRefused`], or the database is away. A wrong code is counted.
    pub async fn check_set_up_code(
        &self,
        typed: &str,
        from: Option<IpAddr>,
    ) -> Result<MaySetUp, WriteError<SetUpRefused>> {
        let code = self.set_up_code().ok_or(WriteError::Refused(SetUpRefused::Done))?;
        let right = ReadableCode::parse(typed).is_some_and(|typed| typed.matches(&code));
        let env = self.environment.clone();
        let let_in = self.recorder.write(move |write| check_set_up_code(write, &env, right, from)).await?;
        if let_in { Ok(MaySetUp(())) } else { Err(WriteError::Refused(SetUpRefused::WrongCode)) }
    }

    /// Makes the first owner and their program, once. From then on the code opens nothing.
    ///
    /// # Errors
    /// [`SetUpRefused::Done`] when somebody else was faster, or the database is away.
    pub async fn set_up(
        &self,
        _right: MaySetUp,
        owner: FirstOwner,
        password: HashedPassword,
        program: NewProgram,
    ) -> Result<SetUp, WriteError<SetUpRefused>> {
        let env = self.environment.clone();
        let made = self.recorder.write(move |write| set_up(write, &env, owner, password, &program)).await;
        if matches!(made, Ok(_) | Err(WriteError::Refused(SetUpRefused::Done))) {
            *self.set_up_code.code() = None;
        }
        made
    }
}
