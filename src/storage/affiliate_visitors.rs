//! `affiliate_visitors`: from where affiliates themselves ask for their figures, as keyed hashes of network and browser.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::installation;
use super::pool::IntoStored;
use super::schema::affiliate_visitors::{self, dsl};
use super::write::Write;
use crate::domain::id::{AffiliateId, ProgramId};
use crate::domain::time::Timestamp;

/// One place from which an affiliate asked.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = affiliate_visitors, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns; domain::visitor_print says what they mean")]
pub struct VisitorRow {
    pub affiliate_id: AffiliateId,
    pub fingerprint: String,
    pub program_id: ProgramId,
    pub seen_at: Timestamp,
}

/// Every affiliate's.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<VisitorRow>> {
    dsl::affiliate_visitors.select(VisitorRow::as_select()).load(conn).stored()
}

/// One affiliate's, those seen last first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_affiliate(conn: &mut Conn, program: ProgramId, affiliate: AffiliateId) -> Stored<Vec<VisitorRow>> {
    let theirs = dsl::affiliate_visitors.filter(dsl::program_id.eq(program).and(dsl::affiliate_id.eq(affiliate)));
    theirs.order((dsl::seen_at.desc(), dsl::fingerprint)).select(VisitorRow::as_select()).load(conn).stored()
}

/// Adds a place.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, row: &VisitorRow) -> Stored<()> {
    diesel::insert_into(dsl::affiliate_visitors).values(row).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}

/// Notes that an affiliate asked from there again. The catalogue does not hold when, so it stays as it is.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn touch(write: &mut Write<'_>, row: &VisitorRow) -> Stored<()> {
    let this = dsl::affiliate_visitors
        .filter(dsl::program_id.eq(row.program_id).and(dsl::affiliate_id.eq(row.affiliate_id)))
        .filter(dsl::fingerprint.eq(&row.fingerprint).and(dsl::seen_at.lt(row.seen_at)));
    diesel::update(this).set(dsl::seen_at.eq(row.seen_at)).execute(write.conn()).stored()?;
    Ok(())
}

/// Forgets a place.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn delete(write: &mut Write<'_>, row: &VisitorRow) -> Stored<()> {
    let this = dsl::affiliate_visitors
        .filter(dsl::program_id.eq(row.program_id).and(dsl::affiliate_id.eq(row.affiliate_id)))
        .filter(dsl::fingerprint.eq(&row.fingerprint));
    diesel::delete(this).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}
