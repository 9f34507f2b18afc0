//! The gate in front of password hashing.
//!
//! A hash takes 19 MiB and a tenth of a second of a core on purpose. Whoever sends passwords at once must not get all of
//! the machine: four are hashed at a time, whoever else comes waits, and the async threads never do any of it. The place at
//! the gate is held by the work itself, not by whoever waits for it: a client that hangs up frees no place while its
//! password is still being hashed.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::operations::passwords::HashingFailed;

/// Lets few through at once.
#[derive(Clone, Debug)]
pub struct Hashing(Arc<Semaphore>);

impl Hashing {
    /// Hashes at once in the whole process.
    pub const AT_ONCE: usize = 4;

    /// Runs slow work on a password off the async threads, once there is a place.
    ///
    /// # Errors
    /// What the work failed with, or [`HashingFailed`] when it ended without an answer.
    pub async fn run<T, E>(&self, work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<HashingFailed> + Send + 'static,
    {
        let ended = |_| HashingFailed::new("the work ended without an answer");
        let place = Arc::clone(&self.0).acquire_owned().await.map_err(|_| HashingFailed::new("the gate is closed"))?;
        let answer = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        answer.await.map_err(ended)?
    }
}

impl Default for Hashing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(Self::AT_ONCE)))
    }
}
