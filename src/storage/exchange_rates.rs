//! `exchange_rates`: units of a currency for one euro, by day. What is in here decides about later conversions only; every
//! conversion keeps the rate it was converted with.

use diesel::prelude::*;

use super::bulk;
use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::exchange_rates::{self, dsl};
use super::write::Write;
use crate::domain::currency::Currency;
use crate::domain::exchange::{EuroRates, ExchangeRate, OLDEST_QUOTE_DAYS, Quote};
use crate::domain::id::ProgramId;
use crate::domain::time::{LocalDay, Timestamp};

/// One currency's rate of one day.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = exchange_rates, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns; domain::exchange says what they mean")]
pub struct ExchangeRateRow {
    pub program_id: ProgramId,
    pub currency: Currency,
    pub day: LocalDay,
    pub rate: ExchangeRate,
    pub imported_at: Timestamp,
}

/// What one unit of `from` is worth in `base` on a day, by the rates that a program was given.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn quote(
    conn: &mut Conn,
    program: ProgramId,
    from: Currency,
    base: Currency,
    day: LocalDay,
) -> Stored<Option<Quote>> {
    let oldest = LocalDay::from_number(day.number().saturating_sub(OLDEST_QUOTE_DAYS));
    let these = dsl::exchange_rates
        .filter(dsl::program_id.eq(program))
        .filter(dsl::currency.eq_any([from, base]))
        .filter(dsl::day.between(oldest, day));
    let rows: Vec<ExchangeRateRow> = these.select(ExchangeRateRow::as_select()).load(conn).stored()?;
    let mut rates = EuroRates::default();
    for row in rows {
        rates.add(row.currency, row.day, row.rate);
    }
    Ok(rates.quote(from, base, day))
}

/// What a program has for the days from `first` to `last`.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_days(conn: &mut Conn, program: ProgramId, first: LocalDay, last: LocalDay) -> Stored<Vec<ExchangeRateRow>> {
    let these = dsl::exchange_rates.filter(dsl::program_id.eq(program)).filter(dsl::day.between(first, last));
    these.select(ExchangeRateRow::as_select()).load(conn).stored()
}

/// The rates of every program from that day on.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn since(conn: &mut Conn, day: LocalDay) -> Stored<Vec<ExchangeRateRow>> {
    dsl::exchange_rates.filter(dsl::day.ge(day)).select(ExchangeRateRow::as_select()).load(conn).stored()
}

/// The latest day for which a program has any rate.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn latest_day(conn: &mut Conn, program: ProgramId) -> Stored<Option<LocalDay>> {
    let theirs = dsl::exchange_rates.filter(dsl::program_id.eq(program));
    theirs.order(dsl::day.desc()).select(dsl::day).first(conn).optional().stored()
}

/// Writes rates, each in the place of the one that was known for its currency and day.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn put(write: &mut Write<'_>, rows: &[ExchangeRateRow]) -> Stored<()> {
    bulk::insert(write.conn(), &[&rows])?;
    Ok(())
}
