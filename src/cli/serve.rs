//! `accrue serve`.

use std::process::ExitCode;

use anyhow::Context;

use crate::config::Config;
use crate::environment::clock::Clock;
use crate::server::Server;

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let server = Server::bind(config, Clock::system())?;
    println!("listening on http://{}", server.address());
    if !server.is_set_up() {
        println!("{}", how_to_begin());
    }
    let runtime = actix_web::rt::System::new();
    runtime.block_on(async { server.run(told_to_stop()?).await.context("the server ended") })?;
    Ok(ExitCode::SUCCESS)
}

fn how_to_begin() -> String {
    let program = std::env::args().next().unwrap_or_else(|| "accrue".into());
    format!(
        "Nobody is set up yet. Stop this with Ctrl-C and run `{program} demo` for a program to try, or \
         `{program} create-admin --email you@example.com` to begin your own."
    )
}

/// A future that is done once somebody tells the process to stop.
fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}
