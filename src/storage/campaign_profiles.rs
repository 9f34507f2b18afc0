//! `campaign_profiles`: what a campaign shows, one row beside each. A campaign from before there were profiles has none.

use diesel::prelude::*;

use super::campaigns::unreadable;
use super::conn::{Conn, MultiBackend, each_backend};
use super::error::{StorageError, Stored};
use super::pool::IntoStored;
use super::schema::campaign_profiles::{self, dsl};
use super::schema::users;
use super::write::Write;
use crate::domain::campaign_profile::CampaignProfile;
use crate::domain::id::{CampaignId, ProgramId, UserId};
use crate::domain::landing::TargetUrl;
use crate::domain::line::{Line, Lines};

/// One campaign's profile.
#[derive(Queryable, Selectable, Insertable, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = campaign_profiles, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::campaign_profile says what they mean")]
pub struct CampaignProfileRow {
    pub campaign_id: CampaignId,
    pub program_id: ProgramId,
    pub owner_id: Option<UserId>,
    pub category: String,
    pub plugin_name: String,
    pub headline: String,
    pub ad_text: String,
    pub video_url: String,
}

impl CampaignProfileRow {
    /// The row of a campaign's profile.
    #[must_use]
    pub fn new(
        (program_id, campaign_id): (ProgramId, CampaignId),
        owner_id: Option<UserId>,
        profile: &CampaignProfile,
    ) -> Self {
        Self {
            campaign_id,
            program_id,
            owner_id,
            category: profile.category.as_str().to_owned(),
            plugin_name: profile.plugin_name.as_str().to_owned(),
            headline: profile.headline.as_str().to_owned(),
            ad_text: profile.ad_text.as_str().to_owned(),
            video_url: profile.video_url.as_ref().map_or("", TargetUrl::as_str).to_owned(),
        }
    }
}

impl TryFrom<CampaignProfileRow> for CampaignProfile {
    type Error = StorageError;

    fn try_from(row: CampaignProfileRow) -> Stored<Self> {
        let video = Some(row.video_url.as_str()).filter(|url| !url.is_empty());
        Ok(Self {
            category: Line::parse(&row.category).map_err(unreadable)?,
            plugin_name: Line::parse(&row.plugin_name).map_err(unreadable)?,
            headline: Line::parse(&row.headline).map_err(unreadable)?,
            ad_text: Lines::parse(&row.ad_text).map_err(unreadable)?,
            video_url: video.map(TargetUrl::parse).transpose().map_err(unreadable)?,
        })
    }
}

/// A profile, and its owner's name where the owner is still there.
pub type OwnedProfile = (CampaignProfileRow, Option<String>);

/// A campaign's profile.
///
/// # Errors
/// [`StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, campaign: CampaignId) -> Stored<Option<OwnedProfile>> {
    Ok(find_all(conn, program, &[campaign])?.pop())
}

/// The profiles of these campaigns, in no order.
///
/// # Errors
/// [`StorageError`].
pub fn find_all(conn: &mut Conn, program: ProgramId, campaigns: &[CampaignId]) -> Stored<Vec<OwnedProfile>> {
    each_backend!(conn, |c| dsl::campaign_profiles
        .left_join(users::table.on(users::id.nullable().eq(dsl::owner_id)))
        .filter(dsl::program_id.eq(program).and(dsl::campaign_id.eq_any(campaigns)))
        .select((CampaignProfileRow::as_select(), users::name.nullable()))
        .load(c))
    .stored()
}

/// Writes a campaign's profile, over the one that is there, if one is.
///
/// # Errors
/// [`StorageError`].
pub fn save(write: &mut Write<'_>, row: &CampaignProfileRow) -> Stored<()> {
    let this = dsl::program_id.eq(row.program_id).and(dsl::campaign_id.eq(row.campaign_id));
    let columns = (
        dsl::owner_id.eq(row.owner_id),
        dsl::category.eq(&row.category),
        dsl::plugin_name.eq(&row.plugin_name),
        dsl::headline.eq(&row.headline),
        dsl::ad_text.eq(&row.ad_text),
        dsl::video_url.eq(&row.video_url),
    );
    let changed = diesel::update(dsl::campaign_profiles.filter(this)).set(columns).execute(write.conn()).stored()?;
    if changed == 0 {
        diesel::insert_into(dsl::campaign_profiles).values(row).execute(write.conn()).stored()?;
    }
    Ok(())
}
