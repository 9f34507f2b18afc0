//! `campaign_media`: the images affiliates place, in the database so that any process can serve them.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend, each_backend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::campaign_media::{self, dsl};
use super::write::Write;
use crate::domain::id::{CampaignId, MediaId, ProgramId};
use crate::domain::media::ImageFormat;
use crate::domain::time::Timestamp;

/// One image.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = campaign_media, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns")]
pub struct MediaRow {
    pub id: MediaId,
    pub program_id: ProgramId,
    pub campaign_id: CampaignId,
    pub file_name: String,
    pub content_type: ImageFormat,
    pub width: i32,
    pub height: i32,
    pub size: i32,
    pub content: Vec<u8>,
    pub created_at: Timestamp,
}

/// What is known of an image without its content.
#[derive(Queryable, Selectable, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = campaign_media, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns")]
pub struct MediaFacts {
    pub id: MediaId,
    pub campaign_id: CampaignId,
    pub file_name: String,
    pub width: i32,
    pub height: i32,
    pub size: i32,
}

/// The images of these campaigns, the oldest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn facts_of(conn: &mut Conn, program: ProgramId, campaigns: &[CampaignId]) -> Stored<Vec<MediaFacts>> {
    each_backend!(conn, |c| dsl::campaign_media
        .filter(dsl::program_id.eq(program).and(dsl::campaign_id.eq_any(campaigns)))
        .order(dsl::id)
        .select(MediaFacts::as_select())
        .load(c))
    .stored()
}

/// The images of a campaign with their content, the oldest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_campaign(conn: &mut Conn, program: ProgramId, campaign: CampaignId) -> Stored<Vec<MediaRow>> {
    let images = dsl::campaign_media.filter(dsl::program_id.eq(program).and(dsl::campaign_id.eq(campaign)));
    images.order(dsl::id).select(MediaRow::as_select()).load(conn).stored()
}

/// How many images a campaign has.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn count(conn: &mut Conn, program: ProgramId, campaign: CampaignId) -> Stored<usize> {
    let images = dsl::campaign_media.filter(dsl::program_id.eq(program).and(dsl::campaign_id.eq(campaign)));
    let count: i64 = images.count().get_result(conn).stored()?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// An image for whoever knows its id, whosever it is: affiliates place it on pages that anybody reads.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_public(conn: &mut Conn, id: MediaId) -> Stored<Option<(ImageFormat, Vec<u8>)>> {
    let image = dsl::campaign_media.filter(dsl::id.eq(id)).select((dsl::content_type, dsl::content));
    image.first(conn).optional().stored()
}

/// Adds an image.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, row: &MediaRow) -> Stored<()> {
    diesel::insert_into(dsl::campaign_media).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// Takes an image away; answers whether the campaign had it.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn remove(write: &mut Write<'_>, program: ProgramId, campaign: CampaignId, image: MediaId) -> Stored<bool> {
    let of_campaign = dsl::program_id.eq(program).and(dsl::campaign_id.eq(campaign));
    let this = dsl::campaign_media.filter(of_campaign.and(dsl::id.eq(image)));
    Ok(diesel::delete(this).execute(write.conn()).stored()? == 1)
}
