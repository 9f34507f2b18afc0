//! The list of campaigns as its readers want it: filtered, newest first, with what was counted for each.
//!
//! Five statements, however long the list is. The name is compared here and not in the database: the engines fold the case
//! of letters differently beyond ASCII, and a name may hold what is a wildcard to them. A program has few campaigns (all
//! of them are in the catalogue), so their ids and names are soon read.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable};

use super::campaign_media::{self, MediaFacts};
use super::campaign_profiles::{self, CampaignProfileRow};
use super::campaigns::CampaignRow;
use super::conn::{Conn, each_backend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::{campaign_days, campaigns};
use crate::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod};
use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::line::holds;
use crate::domain::report::Tally;
use crate::domain::time::LocalDay;

/// Which campaigns are asked for. The default is every campaign that is not archived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignFilter {
    /// A part of the name, in any case.
    pub name: String,
    /// Of this kind only.
    pub kind: Option<CampaignKind>,
    /// With this method only.
    pub method: Option<IntegrationMethod>,
    /// In this status only.
    pub status: Option<CampaignStatus>,
    /// The archived ones instead of the others.
    pub archived: bool,
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct ListedCampaign {
    /// The campaign.
    pub campaign: CampaignRow,
    /// What it shows, and its owner's name.
    pub profile: Option<(CampaignProfileRow, Option<String>)>,
    /// Its clicks and conversions so far; nothing else is counted here.
    pub tally: Tally,
    /// The last day on which a conversion was recorded.
    pub last_report: Option<LocalDay>,
    /// Its first image.
    pub image: Option<MediaFacts>,
}

/// The campaigns of a program that the filter lets through, the newest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn matching(conn: &mut Conn, program: ProgramId, filter: &CampaignFilter) -> Stored<Vec<CampaignId>> {
    use campaigns::dsl;
    let mut wanted = dsl::campaigns.filter(dsl::program_id.eq(program)).into_boxed();
    wanted = match filter.archived {
        true => wanted.filter(dsl::archived_at.is_not_null()),
        false => wanted.filter(dsl::archived_at.is_null()),
    };
    if let Some(kind) = filter.kind {
        wanted = wanted.filter(dsl::kind.eq(kind));
    }
    if let Some(method) = filter.method {
        wanted = wanted.filter(dsl::method.eq(method));
    }
    if let Some(status) = filter.status {
        wanted = wanted.filter(dsl::status.eq(status));
    }
    let named: Vec<(CampaignId, String)> =
        wanted.order(dsl::id.desc()).select((dsl::id, dsl::name)).load(conn).stored()?;
    Ok(named.into_iter().filter(|(_, name)| holds(name, &filter.name)).map(|(id, _)| id).collect())
}

/// The lines for these campaigns of a program, the newest first. Give it one page of them.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn lines(conn: &mut Conn, program: ProgramId, ids: &[CampaignId]) -> Stored<Vec<ListedCampaign>> {
    let rows: Vec<CampaignRow> = each_backend!(conn, |c| campaigns::table
        .filter(campaigns::program_id.eq(program).and(campaigns::id.eq_any(ids)))
        .order(campaigns::id.desc())
        .select(CampaignRow::as_select())
        .load(c))
    .stored()?;
    let profiles = campaign_profiles::find_all(conn, program, ids)?;
    let mut profiles: HashMap<_, _> = profiles.into_iter().map(|profile| (profile.0.campaign_id, profile)).collect();
    let mut counted = counted(conn, program, ids)?;
    let mut images = HashMap::new();
    for image in campaign_media::facts_of(conn, program, ids)? {
        images.entry(image.campaign_id).or_insert(image);
    }
    let line = |campaign: CampaignRow| {
        let (tally, last_report) = counted.remove(&campaign.id).unwrap_or_default();
        let (profile, image) = (profiles.remove(&campaign.id), images.remove(&campaign.id));
        ListedCampaign { campaign, profile, tally, last_report, image }
    };
    Ok(rows.into_iter().map(line).collect())
}

type Counted = HashMap<CampaignId, (Tally, Option<LocalDay>)>;

fn counted(conn: &mut Conn, program: ProgramId, ids: &[CampaignId]) -> Stored<Counted> {
    use campaign_days::dsl;
    let sum = |column: &str| sql::<BigInt>(&format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT)"));
    let last = || sql::<Nullable<Integer>>("MAX(CASE WHEN conversions > 0 THEN day END)");
    let rows: Vec<(CampaignId, i64, i64, Option<LocalDay>)> = each_backend!(conn, |c| dsl::campaign_days
        .filter(dsl::program_id.eq(program).and(dsl::campaign_id.eq_any(ids)))
        .group_by(dsl::campaign_id)
        .select((dsl::campaign_id, sum("clicks"), sum("conversions"), last()))
        .load(c))
    .stored()?;
    let tally = |clicks, conversions| Tally { clicks, conversions, ..Tally::default() };
    let entry = |(campaign, clicks, conversions, last)| (campaign, (tally(clicks, conversions), last));
    Ok(rows.into_iter().map(entry).collect())
}
