//! Logs: to standard error, as text or JSON, as much as the filter says. No secret and no query string is ever logged.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

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
    let filter = filter(&config.log)?;
    let colours = io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours);
    let started = match config.log_format {
        LogFormat::Text => subscriber.with_target(false).try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    // A second start in one process, as in a test, keeps the first one's settings.
    started.or(Ok(()))
}

/// What passes: `info` of everybody, and then what was asked for. What the web server says of its own workers, and of
/// whoever knocks without speaking HTTP, is noise to whoever runs Accrue, unless they ask for it.
fn filter(asked: &str) -> Result<EnvFilter, BadFilter> {
    // A lone word that is no level would be taken for a module that never says anything, and silence everybody else.
    let names_a_level = |part: &str| part.contains(['=', '[']) || part.parse::<LevelFilter>().is_ok();
    if let Some(word) = asked.split(',').map(str::trim).find(|part| !part.is_empty() && !names_a_level(part)) {
        return Err(BadFilter(format!("{word:?} is neither")));
    }
    let filter = EnvFilter::try_new(format!("info,actix_server=warn,actix_http=off,{asked}"));
    filter.map_err(|error| BadFilter(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn a_level_or_a_filter_is_taken_and_nothing_silences_everybody_by_mistake() {
        let cases = [
            ("info", Some("info")),
            ("debug", Some("debug")),
            ("WARN", Some("warn")),
            ("off", Some("off")),
            ("accrue=debug", Some("info")),
            ("acrue=debug", Some("info")),
            ("error,accrue=debug", Some("error")),
            ("loud", None),
            ("", Some("info")),
            ("accrue", None),
            ("accrue=loud", None),
        ];
        for (given, of_everybody) in cases {
            let filter = filter(given).ok().map(|filter| filter.to_string());
            let level = filter.as_deref().map(|text| text.rsplit(',').find(|part| !part.contains('=')).unwrap_or(""));
            assert_eq!(level, of_everybody, "{given}: {filter:?}");
        }
    }
}
