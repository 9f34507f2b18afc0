//! Forgetting what is kept for a time only, a little at a time, so that nobody waits for it.

use std::time::Duration;

use crate::app::App;
use crate::operations::forget_old::forget_old;
use crate::storage::error::StorageError;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60);

/// Forgets until nothing old is left, then waits, for as long as the server runs.
pub async fn run(app: &App) {
    loop {
        let now = app.environment.clock.now();
        let forgotten = app.recorder.write(move |write| forget_old(write, now)).await;
        let more = forgotten.unwrap_or_else(|error: crate::recorder::WriteError<StorageError>| {
            tracing::debug!(%error, "what is old was not forgotten this time");
            false
        });
        tokio::time::sleep(if more { Duration::from_millis(50) } else { EVERY }).await;
    }
}
