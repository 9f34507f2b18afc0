//! `programs`: the tenants.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::installation;
use super::pool::IntoStored;
use super::schema::campaigns;
use super::schema::programs::{self, dsl};
use super::write::Write;
use crate::domain::currency::Currency;
use crate::domain::handle::ProgramSlug;
use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::time::Timestamp;

/// One program.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = programs, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::program says what they mean")]
pub struct ProgramRow {
    pub id: ProgramId,
    pub slug: ProgramSlug,
    pub name: String,
    pub base_currency: Currency,
    pub time_zone: String,
    pub click_parameter: String,
    pub fallback_url: Option<String>,
    pub default_campaign_id: Option<CampaignId>,
    pub created_at: Timestamp,
}

/// Every program, the oldest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<ProgramRow>> {
    dsl::programs.order(dsl::id).select(ProgramRow::as_select()).load(conn).stored()
}

/// Adds a program.
///
/// # Errors
/// [`super::error::Unique::ProgramSlug`] when the slug is taken.
pub fn insert(write: &mut Write<'_>, row: &ProgramRow) -> Stored<()> {
    diesel::insert_into(dsl::programs).values(row).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}

/// Names the campaign that an affiliate's code alone stands for.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_default_campaign(write: &mut Write<'_>, program: ProgramId, campaign: CampaignId) -> Stored<()> {
    let this = dsl::programs.filter(dsl::id.eq(program));
    diesel::update(this).set(dsl::default_campaign_id.eq(campaign)).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}

/// Sets where a visitor goes whose link leads nowhere any more; none means Accrue's own page.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_fallback(write: &mut Write<'_>, program: ProgramId, url: Option<&str>) -> Stored<()> {
    let this = dsl::programs.filter(dsl::id.eq(program));
    diesel::update(this).set(dsl::fallback_url.eq(url)).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}

/// Whether a program goes by this name in URLs.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn has_slug(conn: &mut Conn, slug: &ProgramSlug) -> Stored<bool> {
    let these = dsl::programs.filter(dsl::slug.eq(slug));
    Ok(these.count().get_result::<i64>(conn).stored()? > 0)
}

/// A program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, id: ProgramId) -> Stored<Option<ProgramRow>> {
    dsl::programs.filter(dsl::id.eq(id)).select(ProgramRow::as_select()).first(conn).optional().stored()
}

/// Replaces a program's settings, all but its id, short name and creation; answers whether it is there.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn update(write: &mut Write<'_>, row: &ProgramRow) -> Stored<bool> {
    let this = dsl::programs.filter(dsl::id.eq(row.id));
    let settings = (
        dsl::name.eq(&row.name),
        dsl::base_currency.eq(row.base_currency),
        dsl::time_zone.eq(&row.time_zone),
        dsl::click_parameter.eq(&row.click_parameter),
        dsl::fallback_url.eq(&row.fallback_url),
        dsl::default_campaign_id.eq(row.default_campaign_id),
    );
    let changed = diesel::update(this).set(settings).execute(write.conn()).stored()?;
    installation::bump_revision(write)?;
    Ok(changed == 1)
}

/// The base currency of the program that has this campaign.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn currency_of_campaign(conn: &mut Conn, campaign: CampaignId) -> Stored<Option<Currency>> {
    let its = dsl::programs.inner_join(campaigns::table.on(campaigns::program_id.eq(dsl::id)));
    its.filter(campaigns::id.eq(campaign)).select(dsl::base_currency).first(conn).optional().stored()
}
