//! Conversions that want somebody's attention, counted only as far as is worth saying. The conditions are written out,
//! because a planner that is not told the values does not see that the short indexes answer them.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::ConversionRow;
use crate::domain::click_token::Mode;
use crate::domain::id::{ConversionId, ProgramId};
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::pool::IntoStored;
use crate::storage::schema::conversions::dsl;

/// How many live conversions wait for a decision and have a mark on them, counted no further than `most`.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn flagged(conn: &mut Conn, program: ProgramId, most: i64) -> Stored<usize> {
    let own = dsl::conversions.filter(dsl::program_id.eq(program).and(dsl::mode.eq(Mode::Live)));
    let marked = own.filter(sql::<Bool>("conversions.flags <> '' AND conversions.status = 'pending'"));
    let ids: Vec<ConversionId> = marked.order(dsl::id).limit(most).select(dsl::id).load(conn).stored()?;
    Ok(ids.len())
}

/// How many live conversions have no value in the base currency because no exchange rate is known, counted no further
/// than `most`. Those that were rejected wait for nothing.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn without_rate(conn: &mut Conn, program: ProgramId, most: i64) -> Stored<usize> {
    let own = dsl::conversions.filter(dsl::program_id.eq(program).and(dsl::mode.eq(Mode::Live)));
    let waiting = own.filter(sql::<Bool>("conversions.base_minor IS NULL AND conversions.status <> 'rejected'"));
    let ids: Vec<ConversionId> = waiting.order(dsl::id).limit(most).select(dsl::id).load(conn).stored()?;
    Ok(ids.len())
}

/// These conversions of a program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn of_ids(conn: &mut Conn, program: ProgramId, ids: &[ConversionId]) -> Stored<Vec<ConversionRow>> {
    let own = dsl::conversions.filter(dsl::program_id.eq(program).and(dsl::id.eq_any(ids)));
    own.select(ConversionRow::as_select()).load(conn).stored()
}
