//! Keeping what was reported and not recorded.
//!
//! Attempts of one key are kept up to a limit per day and then only counted; of reports without a valid key, which
//! anybody can send, a small sample is kept. Either way the day's counter tells how many there were.

use std::collections::BTreeMap;

use crate::domain::attempt::{Attempt, KEPT_PER_KEY_AND_DAY, KEYLESS_KEPT_PER_DAY, KeylessReport};
use crate::domain::id::TokenId;
use crate::domain::time::{LocalDay, Zone};
use crate::storage::attempts::{self, AttemptDayRow, AttemptRow};
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::new_rows::NewRows;

/// Reports without a valid key: how many came per day in UTC, and a sample of them.
#[derive(Clone, Debug, Default)]
pub struct Keyless {
    /// How many came.
    pub seen: BTreeMap<LocalDay, i64>,
    /// Some of them.
    pub samples: Vec<KeylessReport>,
}

/// Adds the rows of attempts and keyless reports, as far as they are kept, and counts them all.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn record_attempts(
    conn: &mut Conn,
    catalogue: &Catalogue,
    attempts: Vec<Attempt>,
    keyless: Keyless,
    new: &mut NewRows,
) -> Stored<()> {
    if attempts.is_empty() && keyless.seen.is_empty() {
        return Ok(());
    }
    let rows = attempts.into_iter().map(AttemptRow::from).chain(keyless.samples.into_iter().map(AttemptRow::from));
    let dated: Vec<(LocalDay, AttemptRow)> = rows.map(|row| (day_of(catalogue, &row), row)).collect();
    keep_within_limits(conn, dated, &keyless.seen, new)
}

/// The program's day, or the day in UTC where there is no program.
fn day_of(catalogue: &Catalogue, row: &AttemptRow) -> LocalDay {
    let zone = row.program_id.and_then(|program| catalogue.program(program)).map(|program| &program.zone);
    zone.unwrap_or(&Zone::utc()).local_day(row.received_at)
}

fn keep_within_limits(
    conn: &mut Conn,
    dated: Vec<(LocalDay, AttemptRow)>,
    keyless_seen: &BTreeMap<LocalDay, i64>,
    new: &mut NewRows,
) -> Stored<()> {
    let tokens: Vec<TokenId> = dated.iter().map(|(_, row)| row.counted_under()).collect();
    let days: Vec<LocalDay> = dated.iter().map(|(day, _)| *day).collect();
    let before = attempts::days(conn, &tokens, &days)?;
    let mut added: BTreeMap<(TokenId, LocalDay), AttemptDayRow> = BTreeMap::new();
    for (day, row) in dated {
        let token_id = row.counted_under();
        let more = added.entry((token_id, day)).or_insert(AttemptDayRow { token_id, day, kept: 0, seen: 0 });
        let kept_so_far = before.get(&(token_id, day)).map_or(0, |counted| counted.kept) + more.kept;
        let limit = if row.token_id.is_some() { KEPT_PER_KEY_AND_DAY } else { KEYLESS_KEPT_PER_DAY };
        more.seen += i64::from(row.token_id.is_some());
        if kept_so_far < i64::from(limit) {
            more.kept += 1;
            new.attempts.push(row);
        }
    }
    for (day, seen) in keyless_seen {
        let (token_id, day) = (attempts::keyless_token(), *day);
        added.entry((token_id, day)).or_insert(AttemptDayRow { token_id, day, kept: 0, seen: 0 }).seen += seen;
    }
    new.attempt_days.extend(added.into_values());
    Ok(())
}
