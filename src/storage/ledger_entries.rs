//! `ledger_entries`: the record of money. There is no function that changes or deletes a row.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::keyset::{Page, Start, rows_to_read};
use super::pool::IntoStored;
use super::schema::affiliates;
use super::schema::ledger_entries::{self, dsl};
use super::sums::{SumParts, sum_of};
use super::write::Write;
use crate::domain::click_token::Mode;
use crate::domain::currency::Currency;
use crate::domain::id::{AffiliateId, CommissionId, ConversionId, EntryId, OccasionId, ProgramId};
use crate::domain::ledger::{Entry, EntryKind};
use crate::domain::time::Timestamp;

/// One entry.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = ledger_entries, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::ledger says what they mean")]
pub struct LedgerEntryRow {
    pub id: EntryId,
    pub program_id: ProgramId,
    pub mode: Mode,
    pub affiliate_id: AffiliateId,
    pub commission_id: Option<CommissionId>,
    pub conversion_id: Option<ConversionId>,
    pub kind: EntryKind,
    pub amount_minor: i64,
    pub currency: Currency,
    pub booked_at: Timestamp,
    pub reference_id: Option<OccasionId>,
    pub reason: String,
}

impl LedgerEntryRow {
    /// The row of an entry.
    #[must_use]
    pub fn new(entry: &Entry, mode: Mode) -> Self {
        Self {
            id: entry.id,
            program_id: entry.program_id,
            mode,
            affiliate_id: entry.affiliate_id,
            commission_id: entry.commission_id,
            conversion_id: entry.conversion_id,
            kind: entry.kind,
            amount_minor: entry.amount.minor(),
            currency: entry.amount.currency(),
            booked_at: entry.booked_at,
            reference_id: entry.occasion,
            reason: entry.reason.clone(),
        }
    }
}

/// The entries of these commissions.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_commissions(conn: &mut Conn, commissions: &[CommissionId]) -> Stored<Vec<LedgerEntryRow>> {
    let theirs = dsl::ledger_entries.filter(dsl::commission_id.eq_any(commissions.iter().copied().map(Some)));
    theirs.select(LedgerEntryRow::as_select()).load(conn).stored()
}

/// How many entries there are.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn count(conn: &mut Conn) -> Stored<i64> {
    dsl::ledger_entries.count().get_result(conn).stored()
}

/// An entry of this program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, entry: EntryId) -> Stored<Option<LedgerEntryRow>> {
    let this = dsl::ledger_entries.filter(dsl::id.eq(entry).and(dsl::program_id.eq(program)));
    this.select(LedgerEntryRow::as_select()).first(conn).optional().stored()
}

/// At most `limit` entries that belong to no commission, after `after`, in the order of their ids.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn page_of_orphans(conn: &mut Conn, after: Option<EntryId>, limit: i64) -> Stored<Vec<LedgerEntryRow>> {
    let mut page = dsl::ledger_entries.filter(dsl::commission_id.is_null()).into_boxed();
    if let Some(after) = after {
        page = page.filter(dsl::id.gt(after));
    }
    page.order(dsl::id).limit(limit).select(LedgerEntryRow::as_select()).load(conn).stored()
}

/// Whether anything is booked in a program: a bonus may come before the first conversion.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn any_of_program(conn: &mut Conn, program: ProgramId) -> Stored<bool> {
    let theirs = dsl::ledger_entries
        .inner_join(affiliates::table.on(affiliates::id.eq(dsl::affiliate_id)))
        .filter(affiliates::program_id.eq(program));
    Ok(theirs.select(dsl::id).first::<EntryId>(conn).optional().stored()?.is_some())
}

/// Adds an entry.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, row: &LedgerEntryRow) -> Stored<()> {
    diesel::insert_into(dsl::ledger_entries).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// A page of at most `most` live entries of an affiliate of this program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn page_of_affiliate(
    conn: &mut Conn,
    (program, affiliate): (ProgramId, AffiliateId),
    start: Start<EntryId>,
    most: usize,
) -> Stored<Page<LedgerEntryRow>> {
    let theirs = dsl::ledger_entries.filter(dsl::affiliate_id.eq(affiliate).and(dsl::program_id.eq(program)));
    let found = theirs.filter(dsl::mode.eq(Mode::Live)).limit(rows_to_read(most)).into_boxed();
    let found = match start {
        Start::Newest => found.order(dsl::id.desc()),
        Start::OlderThan(id) => found.filter(dsl::id.lt(id)).order(dsl::id.desc()),
        Start::NewerThan(id) => found.filter(dsl::id.gt(id)).order(dsl::id.asc()),
    };
    let rows = found.select(LedgerEntryRow::as_select()).load(conn).stored()?;
    match Page::cut(&start, rows, most) {
        Some(page) => Ok(page),
        None => page_of_affiliate(conn, (program, affiliate), Start::Newest, most),
    }
}

/// What has been paid to an affiliate of this program so far, in minor units.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn paid_to(conn: &mut Conn, program: ProgramId, affiliate: AffiliateId) -> Stored<i64> {
    let theirs = dsl::ledger_entries.filter(dsl::affiliate_id.eq(affiliate).and(dsl::program_id.eq(program)));
    let payouts = theirs.filter(dsl::mode.eq(Mode::Live).and(dsl::kind.eq(EntryKind::ExternalPayout)));
    let sum: SumParts = payouts.select(sum_of!("amount_minor")).first(conn).stored()?;
    Ok(sum.total().saturating_neg())
}
