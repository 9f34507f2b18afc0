//! `accrue verify`.

use std::process::ExitCode;

use crate::config::Config;
use crate::environment::clock::Clock;
use crate::opening;
use crate::operations::verify;
use crate::storage::write::snapshot;

/// Verifies on one snapshot, beside a running server. Fails when anything differs.
pub(super) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut conn = opening::open_to_read(config)?;
    let now = Clock::system().now();
    let verified = snapshot(&mut conn, |conn| verify::verify(conn, now))?;
    println!(
        "{} conversions, {} ledger entries and {} clicks verified: {} differences",
        verified.conversions,
        verified.ledger_entries,
        verified.clicks,
        verified.differences.len()
    );
    verified.differences.iter().for_each(|difference| println!("- {difference}"));
    Ok(if verified.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
