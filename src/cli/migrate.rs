//! `accrue migrate`.

use std::process::ExitCode;

use crate::config::Config;
use crate::environment::clock::Clock;
use crate::opening::{self, WhenInUse};

/// Applies what is missing and says how much that was.
pub(super) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let opened = opening::open(config, Clock::system(), WhenInUse::Refuse)?;
    match opened.migrated {
        0 => println!("{} is up to date", opened.url),
        1 => println!("{}: 1 migration applied", opened.url),
        applied => println!("{}: {applied} migrations applied", opened.url),
    }
    Ok(ExitCode::SUCCESS)
}
