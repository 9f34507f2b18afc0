//! `programs`: the tenants.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::installation;
use super::pool::IntoStored;
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
