//! Releasing what was held, when its time has come. What came due while the server was down is caught up with first, a
//! little at a time, so that nobody waits for it.

use std::time::Duration;

use crate::app::App;
use crate::operations::release_held::{PORTION, release_held};
use crate::storage::error::StorageError;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(10);

/// Releases until nothing is due, then waits, for as long as the server runs.
pub async fn run(app: &App) {
    loop {
        let environment = app.environment.clone();
        let released = app.recorder.write(move |write| release_held(write, &environment)).await;
        let released = released.unwrap_or_else(|error: crate::recorder::WriteError<StorageError>| {
            tracing::debug!(%error, "nothing was released this time");
            0
        });
        tokio::time::sleep(if released == PORTION { Duration::from_millis(20) } else { EVERY }).await;
    }
}
