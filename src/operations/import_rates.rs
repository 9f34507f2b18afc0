//! Taking in published exchange rates.
//!
//! A program gets the rates of the days it can ever need: from a week before it was made. A rate that is published again
//! with another figure takes the place of the first one for what is converted from then on; what is converted keeps its own.

use std::collections::HashMap;
use std::ops::AddAssign;

use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::currency::Currency;
use crate::domain::ecb::PublishedRate;
use crate::domain::exchange::{ExchangeRate, OLDEST_QUOTE_DAYS};
use crate::domain::id::ProgramId;
use crate::domain::rate_leaps::{self, Leap};
use crate::domain::time::{LocalDay, Zone};
use crate::environment::Environment;
use crate::operations::audit;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::exchange_rates::{self, ExchangeRateRow};
use crate::storage::programs::ProgramRow;
use crate::storage::write::Write;
use crate::storage::{catalogue, installation};

/// The most rates that one transaction takes in.
pub const PORTION: usize = 500;

/// What came of rates, counted one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Nothing was known for their currency and day.
    pub added: usize,
    /// Another rate was known.
    pub changed: usize,
    /// They were known.
    pub unchanged: usize,
    /// They are of days too old to be of use to the program.
    pub too_old: usize,
}

impl AddAssign for Imported {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.too_old += other.too_old;
    }
}

/// The first day whose rates can decide about anything in a program: a week before its first one.
#[must_use]
pub fn first_usable_day(program: &ProgramRow) -> LocalDay {
    // A zone that does not read back is refused wherever the program is used; UTC is at most a day from any other.
    let zone = Zone::parse(&program.time_zone).unwrap_or_else(|_| Zone::utc());
    LocalDay::from_number(zone.local_day(program.created_at).number().saturating_sub(OLDEST_QUOTE_DAYS))
}

/// Splits a file's rates, the latest day first, into those that are of use to a program and the number of the others.
#[must_use]
pub fn usable<'a>(program: &ProgramRow, rates: &'a [PublishedRate]) -> (&'a [PublishedRate], usize) {
    let first = first_usable_day(program);
    let (usable, too_old) = rates.split_at(rates.partition_point(|rate| rate.day >= first));
    (usable, too_old.len())
}

/// Takes in at most [`PORTION`] rates of a file. `by` is the person whose import it is, noted with it: none where the bank's
/// file came by itself, and for every portion but the first.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn import_rates(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    rates: &[PublishedRate],
    by: Option<AuditActor>,
) -> Stored<Imported> {
    let known = known(write, program, rates)?;
    let now = env.clock.now();
    let mut imported = Imported::default();
    let mut rows = Vec::new();
    for &PublishedRate { currency, day, rate } in rates {
        match known.get(&(currency, day)) {
            Some(known) if *known == rate => {
                imported.unchanged += 1;
                continue;
            }
            Some(_) => imported.changed += 1,
            None => imported.added += 1,
        }
        rows.push(ExchangeRateRow { program_id: program, currency, day, rate, imported_at: now });
    }
    exchange_rates::put(write, &rows)?;
    if rows.iter().any(|row| row.day >= catalogue::oldest_rate(now)) {
        installation::bump_revision(write)?;
    }
    if let Some(actor) = by {
        let subject = program.to_string();
        audit::note(write, env, &Act { program: Some(program), actor, action: Action::RatesImported, subject })?;
    }
    Ok(imported)
}

/// The leaps that rates would make in a program, the earliest first (see [`crate::domain::rate_leaps`]). Whoever imports
/// asks first, for the whole file at once.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn leaps_of(conn: &mut Conn, program: ProgramId, rates: &[PublishedRate]) -> Stored<Vec<Leap>> {
    let days = rates.iter().map(|rate| rate.day);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
        return Ok(Vec::new());
    };
    let first = LocalDay::from_number(first.number().saturating_sub(rate_leaps::COMPARED_DAYS));
    let known = exchange_rates::of_days(conn, program, first, last)?;
    let known = known.into_iter().map(|row| PublishedRate { currency: row.currency, day: row.day, rate: row.rate });
    Ok(rate_leaps::leaps(&known.collect::<Vec<_>>(), rates))
}

/// What is known for the days of these rates.
fn known(
    write: &mut Write<'_>,
    program: ProgramId,
    rates: &[PublishedRate],
) -> Stored<HashMap<(Currency, LocalDay), ExchangeRate>> {
    let days = rates.iter().map(|rate| rate.day);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
        return Ok(HashMap::new());
    };
    let rows = exchange_rates::of_days(write.conn(), program, first, last)?;
    Ok(rows.into_iter().map(|row| ((row.currency, row.day), row.rate)).collect())
}
