//! `accrue verify`.

use std::fmt::Display;
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
        "{}, {} and {} verified: {}",
        counted(verified.conversions, "conversion", "conversions"),
        counted(verified.ledger_entries, "ledger entry", "ledger entries"),
        counted(verified.clicks, "click", "clicks"),
        counted(verified.differences.len(), "difference", "differences")
    );
    verified.differences.iter().for_each(|difference| println!("- {difference}"));
    println!(
        "{} of the audit log verified: {}",
        counted(audit.rows, "row", "rows"),
        counted(audit.differences.len(), "difference", "differences")
    );
    audit.differences.iter().for_each(|difference| println!("- {difference}"));
    Ok(if verified.differences.is_empty() && audit.differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn counted<N: Copy + Display + From<u8> + PartialEq>(number: N, one: &str, many: &str) -> String {
    format!("{number} {}", if number == N::from(1) { one } else { many })
}
