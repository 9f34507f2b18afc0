//! `links`: campaign × affiliate, with a code.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::like::containing;
use super::pool::IntoStored;
use super::schema::links::{self, dsl};
use super::write::Write;
use crate::domain::handle::LinkCode;
use crate::domain::id::{AffiliateId, CampaignId, LinkId, ProgramId};
use crate::domain::link::Link;
use crate::domain::time::Timestamp;

/// One link.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = links, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::link says what they mean")]
pub struct LinkRow {
    pub id: LinkId,
    pub program_id: ProgramId,
    pub campaign_id: CampaignId,
    pub affiliate_id: AffiliateId,
    pub code: LinkCode,
    pub implicit: bool,
    pub created_at: Timestamp,
}

impl From<LinkRow> for Link {
    fn from(row: LinkRow) -> Self {
        Self {
            id: row.id,
            program_id: row.program_id,
            campaign_id: row.campaign_id,
            affiliate_id: row.affiliate_id,
            code: row.code,
        }
    }
}

/// The link with this code, whosever it is: the code is all that a visitor brings.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_by_code(conn: &mut Conn, code: &LinkCode) -> Stored<Option<Link>> {
    let found = dsl::links.filter(dsl::code.eq(code)).select(LinkRow::as_select()).first(conn).optional();
    Ok(found.stored()?.map(Link::from))
}

/// The link with this id, as a click token names it.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, id: LinkId) -> Stored<Option<Link>> {
    let found = dsl::links.filter(dsl::id.eq(id)).select(LinkRow::as_select()).first(conn).optional();
    Ok(found.stored()?.map(Link::from))
}

/// A link of this program that somebody can follow; one that stands for clicks registered by API is not.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_followed(conn: &mut Conn, program: ProgramId, id: LinkId) -> Stored<Option<Link>> {
    let this = dsl::links.filter(dsl::program_id.eq(program).and(dsl::id.eq(id)).and(dsl::implicit.eq(false)));
    Ok(this.select(LinkRow::as_select()).first(conn).optional().stored()?.map(Link::from))
}

/// The link that stands for clicks registered by API for this pair, if it has been made.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_implicit(conn: &mut Conn, campaign: CampaignId, affiliate: AffiliateId) -> Stored<Option<Link>> {
    let pair = dsl::campaign_id.eq(campaign).and(dsl::affiliate_id.eq(affiliate)).and(dsl::implicit.eq(true));
    let found = dsl::links.filter(pair).select(LinkRow::as_select()).first(conn).optional();
    Ok(found.stored()?.map(Link::from))
}

/// Adds a link.
///
/// # Errors
/// [`super::error::Unique::LinkCode`], [`super::error::Unique::ImplicitLink`].
pub fn insert(write: &mut Write<'_>, row: &LinkRow) -> Stored<()> {
    diesel::insert_into(dsl::links).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// Every link, in the order of their making.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<Link>> {
    let rows = dsl::links.order(dsl::id).select(LinkRow::as_select()).load(conn);
    Ok(rows.stored()?.into_iter().map(Link::from).collect())
}

/// Which links a list shows. Those that stand for clicks registered by API are not shown: nobody follows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What they promote.
    pub campaign: Option<CampaignId>,
    /// By whom.
    pub affiliate: Option<AffiliateId>,
    /// What their code holds, in whatever case.
    pub code: Option<String>,
}

diesel::define_sql_function! {
    /// Lower case, of ASCII alike on both engines; a code is nothing else.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, links::table, MultiBackend>;

fn matching(program: ProgramId, wanted: &Wanted) -> Boxed<'static> {
    let mut found = dsl::links.filter(dsl::program_id.eq(program).and(dsl::implicit.eq(false))).into_boxed();
    if let Some(campaign) = wanted.campaign {
        found = found.filter(dsl::campaign_id.eq(campaign));
    }
    if let Some(affiliate) = wanted.affiliate {
        found = found.filter(dsl::affiliate_id.eq(affiliate));
    }
    if let Some(code) = &wanted.code {
        found = found.filter(lower(dsl::code).like(containing(&code.to_ascii_lowercase())).escape('\\'));
    }
    found
}

/// How many links of a program are wanted.
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
) -> Stored<Vec<LinkRow>> {
    let found = matching(program, wanted).order(dsl::id.desc()).offset(offset).limit(limit);
    found.select(LinkRow::as_select()).load(conn).stored()
}

diesel::alias!(const EARLIER: Alias<Earlier> = links as earlier);

/// The first link of each pair of one of these campaigns and one of these affiliates of a program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn first_of_pairs(
    conn: &mut Conn,
    program: ProgramId,
    campaigns: &[CampaignId],
    affiliates: &[AffiliateId],
) -> Stored<Vec<Link>> {
    let pair = dsl::campaign_id.eq_any(campaigns).and(dsl::affiliate_id.eq_any(affiliates));
    let same_campaign = EARLIER.field(dsl::campaign_id).eq(dsl::campaign_id);
    let same_pair = same_campaign.and(EARLIER.field(dsl::affiliate_id).eq(dsl::affiliate_id));
    let earlier = EARLIER.filter(same_pair.and(EARLIER.field(dsl::id).lt(dsl::id)));
    let first =
        dsl::links.filter(dsl::program_id.eq(program).and(pair)).filter(diesel::dsl::not(diesel::dsl::exists(earlier)));
    Ok(first.select(LinkRow::as_select()).load(conn).stored()?.into_iter().map(Link::from).collect())
}

/// The codes of these links of a program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn codes(conn: &mut Conn, program: ProgramId, ids: &[LinkId]) -> Stored<Vec<(LinkId, LinkCode)>> {
    let own = dsl::links.filter(dsl::program_id.eq(program).and(dsl::id.eq_any(ids)));
    own.select((dsl::id, dsl::code)).load(conn).stored()
}
