//! Conversions as people look for them: filtered, from the newest back, with their sums.
//!
//! Pages go by id and not by number, so that they stay what they are while new conversions arrive. Ids are ordered by
//! time, so a range of days is a range of ids, and the one index that intake has to keep, by program and id, serves all.
//! More indexes would cost every report about a twentieth each; only what waits for a decision has one, a short one.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::{ConversionRow, told_as};
use crate::domain::click_token::Mode;
use crate::domain::commission::CommissionState;
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::event::EventType;
use crate::domain::handle::{ExternalId, OrderId};
use crate::domain::id::{AffiliateId, CampaignId, ConversionId, ProgramId, ReferralId};
use crate::domain::time::Timestamp;
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::{Conn, MultiBackend};
use crate::storage::error::Stored;
use crate::storage::keyset::{Front, Page, Start, rows_to_read};
use crate::storage::pool::IntoStored;
use crate::storage::schema::conversions::{self, dsl};
use crate::storage::schema::{commissions, commissions::dsl as commissions_dsl, conversion_details};
use crate::storage::sums::{SumParts, sum_of};

diesel::joinable!(commissions -> conversions (conversion_id));

diesel::alias!(const NAMED: Alias<Named> = conversions as named);

/// Which conversions a list shows. Test and live are never shown together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// Live or test.
    pub mode: Mode,
    /// Those of one of these orders, to the byte: what was typed, and the same without blanks around it.
    pub orders: Option<[OrderId; 2]>,
    /// Those of the customer whom the merchant calls this, to the byte.
    pub customer: Option<ExternalId>,
    /// What was promoted.
    pub campaign: Option<CampaignId>,
    /// By whom.
    pub affiliate: Option<AffiliateId>,
    /// Whose orders, as a customer who was sent.
    pub referral: Option<ReferralId>,
    /// What was decided.
    pub status: Option<ConversionStatus>,
    /// Where its commission's money stands.
    pub state: Option<CommissionState>,
    /// In which word its commission is told.
    pub told: Option<CommissionStatus>,
    /// Where the purchase stands.
    pub sale: Option<SaleStatus>,
    /// What happened.
    pub event: Option<EventType>,
    /// Only those that something about them wants a look.
    pub flagged: bool,
    /// Received at this moment or later.
    pub from: Option<Timestamp>,
    /// Received before this moment.
    pub until: Option<Timestamp>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            mode: Mode::Live,
            orders: None,
            customer: None,
            campaign: None,
            affiliate: None,
            referral: None,
            status: None,
            state: None,
            told: None,
            sale: None,
            event: None,
            flagged: false,
            from: None,
            until: None,
        }
    }
}

/// A conversion with what it earns.
pub type Listed = (ConversionRow, Option<CommissionRow>);

/// What all that is wanted comes to, as reports count it: what was rejected is counted apart and is in no sum of sales.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many there are that were not rejected.
    pub conversions: i64,
    /// How many there are besides that were.
    pub rejected: i64,
    /// Of those not rejected, how many wait for an exchange rate and are not in the sum.
    pub without_rate: i64,
    /// What remains of them after returns and refunds, in minor units of the base currency.
    pub base_minor: i64,
    /// What the ledger holds for their commissions.
    pub commission_minor: i64,
}

impl Totals {
    /// What these come to, where they are all there are.
    #[must_use]
    pub fn of(rows: &[Listed]) -> Self {
        let mut totals = Self::default();
        for (row, commission) in rows {
            let booked = commission.as_ref().map(|commission| commission.booked_minor);
            totals.commission_minor = totals.commission_minor.saturating_add(booked.unwrap_or_default());
            if row.status == ConversionStatus::Rejected {
                totals.rejected += 1;
                continue;
            }
            totals.conversions += 1;
            totals.without_rate += i64::from(row.base_minor.is_none());
            totals.base_minor = totals.base_minor.saturating_add(row.base_minor.unwrap_or_default());
        }
        totals
    }
}

/// Conversions summed at most for a page. Beyond it the sum would hold up whoever only wants to look.
pub const MOST_SUMMED: i64 = 20_000;

type Joined = diesel::dsl::LeftJoin<conversions::table, commissions::table>;
type Boxed<'a> = diesel::dsl::IntoBoxed<'a, Joined, MultiBackend>;

fn matching(program: ProgramId, wanted: &Wanted) -> Boxed<'static> {
    let mut found = conversions::table.left_join(commissions::table).into_boxed();
    found = found.filter(dsl::program_id.eq(program).and(dsl::mode.eq(wanted.mode)));
    if let Some([typed, trimmed]) = wanted.orders.clone() {
        // By way of their ids, so that no planner reads the whole program for an order.
        let order = NAMED.field(dsl::order_id);
        let ids = NAMED.filter(order.eq(typed).or(order.eq(trimmed))).select(NAMED.field(dsl::id));
        found = found.filter(dsl::id.eq_any(ids));
    }
    if let Some(customer) = &wanted.customer {
        let theirs = conversion_details::customer_id.eq(customer.as_str().to_owned());
        let ids = conversion_details::table.filter(theirs).select(conversion_details::conversion_id);
        found = found.filter(dsl::id.eq_any(ids));
    }
    if let Some(campaign) = wanted.campaign {
        found = found.filter(dsl::campaign_id.eq(campaign));
    }
    if let Some(affiliate) = wanted.affiliate {
        found = found.filter(dsl::affiliate_id.eq(affiliate));
    }
    if let Some(referral) = wanted.referral {
        found = found.filter(dsl::referral_id.eq(referral));
    }
    found = match wanted.status {
        // Written out, because a planner that is not told the value does not see that the short index answers it.
        Some(ConversionStatus::Pending) => found.filter(sql::<Bool>("conversions.status = 'pending'")),
        Some(status) => found.filter(dsl::status.eq(status)),
        None => found,
    };
    if let Some(state) = wanted.state {
        found = found.filter(commissions_dsl::state.eq(state));
    }
    if let Some(word) = wanted.told {
        found = found.filter(told_as::condition(word));
    }
    if let Some(sale) = wanted.sale {
        found = found.filter(dsl::sale_status.eq(sale));
    }
    if wanted.flagged {
        found = found.filter(sql::<Bool>("conversions.flags <> ''"));
    }
    if let Some(event) = wanted.event {
        found = found.filter(dsl::event_type.eq(event));
    }
    if let Some(from) = wanted.from {
        found = found.filter(dsl::id.ge(ConversionId::at(from, [0; 10])));
    }
    if let Some(until) = wanted.until {
        found = found.filter(dsl::id.lt(ConversionId::at(until, [0; 10])));
    }
    found
}

/// A page of at most `most` conversions, the newest first.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn page(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    start: Start<ConversionId>,
    most: usize,
) -> Stored<Page<Listed>> {
    read(conn, (program, wanted), (Front::Newest, start), most)
}

/// A page of at most `most` conversions, those that have waited longest first: from the oldest, or as `start` says.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn queue(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    start: Start<ConversionId>,
    most: usize,
) -> Stored<Page<Listed>> {
    read(conn, (program, wanted), (Front::Oldest, start), most)
}

fn read(
    conn: &mut Conn,
    (program, wanted): (ProgramId, &Wanted),
    (front, start): (Front, Start<ConversionId>),
    most: usize,
) -> Stored<Page<Listed>> {
    let found = matching(program, wanted).limit(rows_to_read(most));
    let found = match (start, front) {
        (Start::Newest, Front::Newest) => found.order(dsl::id.desc()),
        (Start::Newest, Front::Oldest) => found.order(dsl::id.asc()),
        (Start::OlderThan(id), _) => found.filter(dsl::id.lt(id)).order(dsl::id.desc()),
        (Start::NewerThan(id), _) => found.filter(dsl::id.gt(id)).order(dsl::id.asc()),
    };
    let columns = (ConversionRow::as_select(), Option::<CommissionRow>::as_select());
    let rows = found.select(columns).load(conn).stored()?;
    match Page::cut_from(front, &start, rows, most) {
        Some(page) => Ok(page),
        None => read(conn, (program, wanted), (front, Start::Newest), most),
    }
}

/// At most `most` conversions older than `before`, the newest first: a piece of a list that is read to its end, which what
/// arrives meanwhile does not reach.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn piece(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    before: Option<ConversionId>,
    most: i64,
) -> Stored<Vec<Listed>> {
    piece_beyond(conn, program, wanted, (before, 0), most)
}

/// The same, `skip` conversions further.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn piece_beyond(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    (before, skip): (Option<ConversionId>, i64),
    most: i64,
) -> Stored<Vec<Listed>> {
    let mut found = matching(program, wanted).order(dsl::id.desc()).limit(most).offset(skip);
    if let Some(before) = before {
        found = found.filter(dsl::id.lt(before));
    }
    found.select((ConversionRow::as_select(), Option::<CommissionRow>::as_select())).load(conn).stored()
}

/// How many there are. It reads every row of the program in the range of days: some 0.6 ms per thousand on SQLite, whatever
/// the filters, so it is to be asked once for a list and not for each page of it. An index that held all the filters would
/// be a third of that, and cost every report.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn count(conn: &mut Conn, program: ProgramId, wanted: &Wanted) -> Stored<i64> {
    matching(program, wanted).count().get_result(conn).stored()
}

/// How many wait for a decision, counted no further than `most`; and since when the one that has waited longest.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn waiting(conn: &mut Conn, program: ProgramId, mode: Mode, most: i64) -> Stored<(usize, Option<Timestamp>)> {
    let wanted = Wanted { mode, status: Some(ConversionStatus::Pending), ..Wanted::default() };
    let oldest = matching(program, &wanted).order(dsl::id.asc()).limit(most);
    let ids: Vec<ConversionId> = oldest.select(dsl::id).load(conn).stored()?;
    Ok((ids.len(), ids.first().map(|id| id.time())))
}

/// Which waits for a decision after this one: the next in the queue, or after its last one the first.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn next_waiting(
    conn: &mut Conn,
    program: ProgramId,
    mode: Mode,
    after: ConversionId,
) -> Stored<Option<ConversionId>> {
    let wanted = Wanted { mode, status: Some(ConversionStatus::Pending), ..Wanted::default() };
    let queue = || matching(program, &wanted).order(dsl::id.asc()).select(dsl::id);
    let next = queue().filter(dsl::id.gt(after)).first(conn).optional().stored()?;
    if next.is_some() {
        return Ok(next);
    }
    queue().filter(dsl::id.lt(after)).first(conn).optional().stored()
}

/// What all that is wanted comes to; nothing when it is more than [`MOST_SUMMED`] conversions.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn totals(conn: &mut Conn, program: ProgramId, wanted: &Wanted) -> Stored<Option<Totals>> {
    let beyond = matching(program, wanted).order(dsl::id.desc()).offset(MOST_SUMMED).limit(1);
    let beyond: Option<ConversionId> = beyond.select(dsl::id).first(conn).optional().stored()?;
    if beyond.is_some() {
        return Ok(None);
    }
    let sums = (
        diesel::dsl::count_star(),
        sql::<BigInt>("COUNT(CASE WHEN conversions.status = 'rejected' THEN 1 END)"),
        sql::<BigInt>(
            "COUNT(CASE WHEN conversions.status <> 'rejected' AND conversions.base_minor IS NULL THEN 1 END)",
        ),
        sum_of!("CASE WHEN conversions.status <> 'rejected' THEN conversions.base_minor END"),
        sum_of!("commissions.booked_minor"),
    );
    let (all, rejected, without_rate, base, commission): (i64, i64, i64, SumParts, SumParts) =
        matching(program, wanted).select(sums).first(conn).stored()?;
    Ok(Some(Totals {
        conversions: all - rejected,
        rejected,
        without_rate,
        base_minor: base.total(),
        commission_minor: commission.total(),
    }))
}

/// Whether a program has any conversion, live or test.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn has_any(conn: &mut Conn, program: ProgramId) -> Stored<bool> {
    let any = conversions::table.filter(dsl::program_id.eq(program)).select(dsl::id).limit(1);
    let any: Option<ConversionId> = any.first(conn).optional().stored()?;
    Ok(any.is_some())
}

/// A conversion of this program with what it earns.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, conversion: ConversionId) -> Stored<Option<Listed>> {
    let this = conversions::table.left_join(commissions_dsl::commissions);
    let this = this.filter(dsl::program_id.eq(program).and(dsl::id.eq(conversion)));
    let columns = (ConversionRow::as_select(), Option::<CommissionRow>::as_select());
    this.select(columns).first(conn).optional().stored()
}
