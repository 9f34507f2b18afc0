//! `payouts`: money on its way to affiliates, and what arrived.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::payouts::{self, dsl};
use super::write::Write;
use crate::domain::click_token::Mode;
use crate::domain::currency::Currency;
use crate::domain::id::{AffiliateId, PayoutId, ProgramId};
use crate::domain::money::Money;
use crate::domain::payout::PayoutState;
use crate::domain::time::Timestamp;

/// One payout.
#[derive(Queryable, Selectable, Insertable, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = payouts, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::payout says what they mean")]
pub struct PayoutRow {
    pub id: PayoutId,
    pub program_id: ProgramId,
    pub affiliate_id: AffiliateId,
    pub amount_minor: i64,
    pub currency: Currency,
    pub state: PayoutState,
    pub reference: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub mode: Mode,
    /// Whether it was made elsewhere, for one conversion: somebody stated so.
    pub outside: bool,
}

impl PayoutRow {
    /// How much it is.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

/// A payout of this program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, payout: PayoutId) -> Stored<Option<PayoutRow>> {
    let this = dsl::payouts.filter(dsl::id.eq(payout).and(dsl::program_id.eq(program)));
    this.select(PayoutRow::as_select()).first(conn).optional().stored()
}

/// These payouts of a program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_ids(conn: &mut Conn, program: ProgramId, ids: &[PayoutId]) -> Stored<Vec<PayoutRow>> {
    let these = dsl::payouts.filter(dsl::program_id.eq(program).and(dsl::id.eq_any(ids)));
    these.select(PayoutRow::as_select()).load(conn).stored()
}

/// The house's own payout to an affiliate of this program that is open.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn open_of_affiliate(conn: &mut Conn, program: ProgramId, affiliate: AffiliateId) -> Stored<Option<PayoutRow>> {
    let open = dsl::affiliate_id.eq(affiliate).and(dsl::state.eq(PayoutState::Open));
    let this = dsl::payouts.filter(open.and(dsl::outside.eq(false)).and(dsl::program_id.eq(program)));
    this.select(PayoutRow::as_select()).first(conn).optional().stored()
}

/// The first of the house's own payouts to an affiliate of this program that was begun at this moment or later and that is
/// open or paid: it took all that was payable to them then.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn first_of_house_since(
    conn: &mut Conn,
    (program, affiliate): (ProgramId, AffiliateId),
    since: Timestamp,
) -> Stored<Option<PayoutRow>> {
    let theirs = dsl::affiliate_id.eq(affiliate).and(dsl::program_id.eq(program)).and(dsl::outside.eq(false));
    let since = dsl::id.ge(PayoutId::at(since, [0; 10])).and(dsl::state.ne(PayoutState::CalledOff));
    let first = dsl::payouts.filter(theirs.and(since)).order(dsl::id);
    first.select(PayoutRow::as_select()).first(conn).optional().stored()
}

/// At most `limit` live payouts to an affiliate of this program, the newest first: the house's own, or those made outside,
/// of which those that are open come before all others.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_affiliate(
    conn: &mut Conn,
    (program, affiliate): (ProgramId, AffiliateId),
    outside: bool,
    limit: i64,
) -> Stored<Vec<PayoutRow>> {
    let theirs = dsl::payouts.filter(dsl::affiliate_id.eq(affiliate).and(dsl::program_id.eq(program)));
    let theirs = theirs.filter(dsl::mode.eq(Mode::Live).and(dsl::outside.eq(outside)));
    let sorted = theirs.order((dsl::state.eq(PayoutState::Open).desc(), dsl::id.desc()));
    sorted.limit(limit).select(PayoutRow::as_select()).load(conn).stored()
}

/// Every payout of every program, to be held against the ledger.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<PayoutRow>> {
    dsl::payouts.order(dsl::id).select(PayoutRow::as_select()).load(conn).stored()
}

/// Adds a payout.
///
/// # Errors
/// [`super::error::Unique::OpenPayout`] when the affiliate has an open one of the house's own.
pub fn insert(write: &mut Write<'_>, row: &PayoutRow) -> Stored<()> {
    diesel::insert_into(dsl::payouts).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// Ends a payout that is open; answers whether it was.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn end(write: &mut Write<'_>, payout: PayoutId, ended: PayoutState, now: Timestamp) -> Stored<bool> {
    let this = dsl::payouts.filter(dsl::id.eq(payout).and(dsl::state.eq(PayoutState::Open)));
    let ended = (dsl::state.eq(ended), dsl::updated_at.eq(now));
    Ok(diesel::update(this).set(ended).execute(write.conn()).stored()? == 1)
}

/// Gives a payout of this program that is open another reference; answers whether it is open.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_reference(write: &mut Write<'_>, program: ProgramId, payout: PayoutId, reference: &str) -> Stored<bool> {
    let this = dsl::payouts.filter(dsl::id.eq(payout).and(dsl::program_id.eq(program)));
    let open = this.filter(dsl::state.eq(PayoutState::Open));
    Ok(diesel::update(open).set(dsl::reference.eq(reference)).execute(write.conn()).stored()? == 1)
}
