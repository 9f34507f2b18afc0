//! `accrue verify`.

use std::process::ExitCode;

use crate::config::Config;
use crate::environment::clock::Clock;
use crate::opening;
use crate::operations::verify;
use crate::operations::verify_audit::verify_audit;
use crate::storage::write::snapshot;

/// Verifies on one snapshot, beside a running server. Fails when anything differs, and without the master key, which alone
/// can tell whether the audit log is what was written.
pub(super) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut conn = opening::open_to_read(config)?;
    let keys = opening::keys_to_read(config, &mut conn)?;
    let now = Clock::system().now();
    let (verified, audit) = snapshot(&mut conn, |conn| {
        let audit = keys.map(|keys| verify_audit(conn, keys.audit())).transpose()?.unwrap_or_default();
        verify::verify(conn, now).map(|verified| (verified, audit))
    })?;
    println!(
        "{} conversions, {} ledger entries and {} clicks verified: {} differences",
        verified.conversions,
        verified.ledger_entries,
        verified.clicks,
        verified.differences.len()
    );
    verified.differences.iter().for_each(|difference| println!("- {difference}"));
    println!("{} rows of the audit log verified: {} differences", audit.rows, audit.differences.len());
    audit.differences.iter().for_each(|difference| println!("- {difference}"));
    Ok(if verified.differences.is_empty() && audit.differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
