//! `accrue serve`.

use std::process::ExitCode;

use anyhow::Context;

use crate::config::Config;
use crate::domain::readable_code::ReadableCode;
use crate::environment::clock::Clock;
use crate::server::Server;

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let server = Server::bind(config, Clock::system())?;
    println!("listening on http://{}", server.address());
    if let Some(code) = server.app().set_up_code() {
        println!("{}", how_to_begin(&server, &code));
    }
    let runtime = actix_web::rt::System::new();
    runtime.block_on(async { server.run(told_to_stop()?).await.context("the server ended") })?;
    Ok(ExitCode::SUCCESS)
}

/// What to do on a fresh installation. The code is printed and nowhere else to be found.
fn how_to_begin(server: &Server, code: &ReadableCode) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "accrue".into());
    let (code, address) = (code.reveal(), server.app().public_url.join("/set-up"));
    format!(
        "One-time set-up code: {code}\n\
         Nobody is set up yet. Open {address} in a browser and type the code there. For a program to try instead, stop \
         this with Ctrl-C and run `{program} demo`."
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
