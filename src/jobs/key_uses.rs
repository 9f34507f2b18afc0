//! Writing down when keys were last used, and from where affiliates ask with theirs, a little at a time, so that no
//! request waits for it.

use std::time::Duration;

use crate::app::App;
use crate::operations::note_uses::note_uses;
use crate::operations::remember_visitors::remember_visitors;
use crate::recorder::WriteError;
use crate::storage::error::StorageError;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(30);

/// Most keys, or places, in one transaction.
const PORTION: usize = 200;

/// Writes what is new down, then waits, for as long as the server runs.
pub async fn run(app: &App) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = write_down(app).await {
            tracing::debug!(%error, "the last uses of keys were not written down this time");
        }
    }
}

/// Writes down all uses that are not, and all places.
///
/// # Errors
/// [`WriteError`]; what was done until then stays done, and the rest is tried again next time, or seen again.
pub async fn write_down(app: &App) -> Result<(), WriteError<StorageError>> {
    for portion in app.uses.unwritten().chunks(PORTION) {
        let uses = portion.to_vec();
        app.recorder.write(move |write| note_uses(write, &uses)).await?;
        app.uses.mark_written(portion, app.environment.clock.now());
    }
    for portion in app.visitors.take().chunks(PORTION) {
        let seen = portion.to_vec();
        app.recorder.write(move |write| remember_visitors(write, &seen)).await?;
    }
    Ok(())
}
