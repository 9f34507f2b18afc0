//! `accrue health`.

use std::process::ExitCode;

use anyhow::bail;

use crate::config::Config;
use crate::opening;

/// Checks what a look from outside can: the database answers and is whole, its schema is this version's, the master key
/// is its own.
pub(super) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut conn = opening::open_to_read(config)?;
    println!("database: {} answers", config.database_url);
    println!("schema: up to date");
    opening::keys_to_read(config, &mut conn)?;
    println!("master key: right");
    conn.check_durability().map_err(anyhow::Error::msg)?;
    if let Some(damage) = conn.check_integrity()? {
        bail!("the database file is damaged: {damage}; restore a backup");
    }
    println!("integrity: ok");
    Ok(ExitCode::SUCCESS)
}
