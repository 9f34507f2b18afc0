//! Giving their amount to conversions that waited for an exchange rate, a portion at a time.

use std::time::Duration;

use super::App;
use crate::domain::id::ProgramId;
use crate::operations::apply_rates::{Applied, apply_rates};
use crate::recorder::WriteError;
use crate::storage::error::StorageError;

/// How long others go first between two portions.
const PAUSE: Duration = Duration::from_millis(20);

impl App {
    /// Gives every conversion of a program its amount for which there is a rate by now, and answers with how many these are.
    /// Whoever has taken rates in calls it.
    ///
    /// # Errors
    /// [`WriteError`]; what was done until then stays done, and the rest is caught up with later.
    pub async fn apply_rates(&self, program: ProgramId) -> Result<usize, WriteError<StorageError>> {
        let (mut changed, mut after) = (0, None);
        loop {
            let environment = self.environment.clone();
            let portion = self.recorder.write(move |write| apply_rates(write, &environment, program, after)).await;
            let Applied { changed: portion, next } = portion?;
            changed += portion;
            after = next;
            if after.is_none() {
                return Ok(changed);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
