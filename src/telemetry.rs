//! Logs: to standard error, as text or JSON, as much as the filter says. No secret and no query string is ever logged.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// A log filter that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("ACCRUE_LOG must be a level (error, warn, info, debug) or a filter such as accrue=debug; {0}")]
pub struct BadFilter(String);

/// Starts logging.
///
/// # Errors
/// [`BadFilter`].
pub fn start(config: &Config) -> Result<(), BadFilter> {
    // What the web server says of its own workers, and of whoever knocks without speaking HTTP, is noise to whoever runs
    // Accrue, unless they ask for it.
    let filter = EnvFilter::try_new(format!("actix_server=warn,actix_http=off,{}", config.log));
    let filter = filter.map_err(|error| BadFilter(error.to_string()))?;
    let colours = io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours);
    let started = match config.log_format {
        LogFormat::Text => subscriber.with_target(false).try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    // A second start in one process, as in a test, keeps the first one's settings.
    started.or(Ok(()))
}
