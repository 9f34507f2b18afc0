//! Giving their amount to conversions that waited for an exchange rate. Whoever takes rates in has it done at once; this
//! catches up with what was taken in while no server ran.

use std::time::Duration;

use crate::app::App;
use crate::domain::id::ProgramId;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60);

/// Looks at everything that waits, then rests, for as long as the server runs.
pub async fn run(app: &App) {
    loop {
        let programs: Vec<ProgramId> = app.catalogue().programs().map(|program| program.id).collect();
        for program in programs {
            if let Err(error) = app.apply_rates(program).await {
                tracing::debug!(%error, "conversions go on waiting for their exchange rate this time");
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
