//! `coupons`: codes that customers type, each of which stands for one affiliate in one campaign.
//!
//! A coupon is ended, never deleted: its code stands on flyers and in podcasts, and the unique key of the table keeps it
//! from ever crediting somebody else.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::installation;
use super::like::containing;
use super::pool::IntoStored;
use super::schema::coupons::{self, dsl};
use super::write::Write;
use crate::domain::coupon::{Coupon, CouponCode, folded};
use crate::domain::id::{AffiliateId, CampaignId, CouponId, ProgramId};
use crate::domain::time::Timestamp;

/// One coupon.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = coupons, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::coupon says what they mean")]
pub struct CouponRow {
    pub id: CouponId,
    pub program_id: ProgramId,
    pub campaign_id: CampaignId,
    pub affiliate_id: AffiliateId,
    pub code: CouponCode,
    pub folded: String,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

impl From<&Coupon> for CouponRow {
    fn from(coupon: &Coupon) -> Self {
        Self {
            id: coupon.id,
            program_id: coupon.program_id,
            campaign_id: coupon.campaign_id,
            affiliate_id: coupon.affiliate_id,
            code: coupon.code.clone(),
            folded: coupon.code.folded(),
            created_at: coupon.created_at,
            ended_at: coupon.ended_at,
        }
    }
}

impl From<CouponRow> for Coupon {
    fn from(row: CouponRow) -> Self {
        Self {
            id: row.id,
            program_id: row.program_id,
            campaign_id: row.campaign_id,
            affiliate_id: row.affiliate_id,
            code: row.code,
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}

/// Every coupon of every program, ended ones included.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<Coupon>> {
    let rows = dsl::coupons.order(dsl::id).select(CouponRow::as_select()).load(conn);
    Ok(rows.stored()?.into_iter().map(Coupon::from).collect())
}

/// A coupon of this program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, id: CouponId) -> Stored<Option<Coupon>> {
    let this = dsl::coupons.filter(dsl::program_id.eq(program).and(dsl::id.eq(id)));
    Ok(this.select(CouponRow::as_select()).first(conn).optional().stored()?.map(Coupon::from))
}

/// The coupon of this program whose code is the same without case, ended or not.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_by_code(conn: &mut Conn, program: ProgramId, code: &CouponCode) -> Stored<Option<Coupon>> {
    let this = dsl::coupons.filter(dsl::program_id.eq(program).and(dsl::folded.eq(code.folded())));
    Ok(this.select(CouponRow::as_select()).first(conn).optional().stored()?.map(Coupon::from))
}

/// Adds a coupon.
///
/// # Errors
/// [`super::error::Unique::CouponCode`] when the program has or had one with that code, in whatever case.
pub fn insert(write: &mut Write<'_>, coupon: &Coupon) -> Stored<()> {
    diesel::insert_into(dsl::coupons).values(CouponRow::from(coupon)).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}

/// Ends a coupon that has not ended; answers whether that was so.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn end(write: &mut Write<'_>, program: ProgramId, id: CouponId, at: Timestamp) -> Stored<bool> {
    let this = dsl::coupons.filter(dsl::program_id.eq(program).and(dsl::id.eq(id)));
    let open = this.filter(dsl::ended_at.is_null());
    let ended = diesel::update(open).set(dsl::ended_at.eq(at)).execute(write.conn()).stored()?;
    installation::bump_revision(write)?;
    Ok(ended == 1)
}

/// Which coupons a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What their code holds, in whatever case.
    pub code: Option<String>,
    /// What they promote.
    pub campaign: Option<CampaignId>,
    /// By whom.
    pub affiliate: Option<AffiliateId>,
    /// Those that have ended, or those that have not.
    pub ended: Option<bool>,
}

type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, coupons::table, MultiBackend>;

fn matching(program: ProgramId, wanted: &Wanted) -> Boxed<'static> {
    let mut found = dsl::coupons.filter(dsl::program_id.eq(program)).into_boxed();
    if let Some(code) = &wanted.code {
        found = found.filter(dsl::folded.like(containing(&folded(code))).escape('\\'));
    }
    if let Some(campaign) = wanted.campaign {
        found = found.filter(dsl::campaign_id.eq(campaign));
    }
    if let Some(affiliate) = wanted.affiliate {
        found = found.filter(dsl::affiliate_id.eq(affiliate));
    }
    match wanted.ended {
        Some(true) => found.filter(dsl::ended_at.is_not_null()),
        Some(false) => found.filter(dsl::ended_at.is_null()),
        None => found,
    }
}

/// How many coupons of a program are wanted.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn count(conn: &mut Conn, program: ProgramId, wanted: &Wanted) -> Stored<i64> {
    matching(program, wanted).count().get_result(conn).stored()
}

/// At most `limit` of them after the first `offset`, the newest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn newest(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    (offset, limit): (i64, i64),
) -> Stored<Vec<Coupon>> {
    let found = matching(program, wanted).order(dsl::id.desc()).offset(offset).limit(limit);
    Ok(found.select(CouponRow::as_select()).load(conn).stored()?.into_iter().map(Coupon::from).collect())
}

/// The codes of these coupons of a program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn codes(conn: &mut Conn, program: ProgramId, ids: &[CouponId]) -> Stored<Vec<(CouponId, CouponCode)>> {
    let own = dsl::coupons.filter(dsl::program_id.eq(program).and(dsl::id.eq_any(ids)));
    own.select((dsl::id, dsl::code)).load(conn).stored()
}
