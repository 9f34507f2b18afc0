//! `campaigns`: what is promoted.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::{StorageError, Stored};
use super::installation;
use super::pool::IntoStored;
use super::schema::campaigns::{self, dsl};
use super::write::Write;
use crate::domain::campaign::{Campaign, CampaignKind, CampaignStatus, IntegrationMethod, Period, ToolType};
use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::landing::{AllowedHosts, TargetUrl};
use crate::domain::time::{Timestamp, Window};

/// One campaign.
#[derive(Queryable, Selectable, Insertable, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = campaigns, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::campaign says what they mean")]
pub struct CampaignRow {
    pub id: CampaignId,
    pub program_id: ProgramId,
    pub name: String,
    pub kind: CampaignKind,
    pub tool_type: ToolType,
    pub method: IntegrationMethod,
    pub status: CampaignStatus,
    pub target_url: String,
    pub allowed_hosts: String,
    pub window_days: i32,
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub archived_at: Option<Timestamp>,
    pub direct_mode: bool,
    pub created_at: Timestamp,
}

impl CampaignRow {
    /// The row of a campaign that is made now.
    #[must_use]
    pub fn new(campaign: &Campaign, now: Timestamp) -> Self {
        Self {
            id: campaign.id,
            program_id: campaign.program_id,
            name: campaign.name.clone(),
            kind: campaign.kind,
            tool_type: campaign.tool_type,
            method: campaign.method,
            status: campaign.status,
            target_url: campaign.target.as_str().to_owned(),
            allowed_hosts: campaign.allowed_hosts.to_lines(),
            window_days: i32::from(campaign.window.days()),
            starts_at: campaign.period.starts_at,
            ends_at: campaign.period.ends_at,
            archived_at: campaign.archived.then_some(now),
            direct_mode: campaign.direct_mode,
            created_at: now,
        }
    }
}

/// A stored value that its own type refuses: the row was changed by other hands than ours.
pub(super) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> StorageError {
    StorageError::Failed(diesel::result::Error::DeserializationError(Box::new(error)))
}

impl TryFrom<CampaignRow> for Campaign {
    type Error = StorageError;

    fn try_from(row: CampaignRow) -> Stored<Self> {
        Ok(Self {
            id: row.id,
            program_id: row.program_id,
            name: row.name,
            kind: row.kind,
            tool_type: row.tool_type,
            method: row.method,
            status: row.status,
            period: Period { starts_at: row.starts_at, ends_at: row.ends_at },
            archived: row.archived_at.is_some(),
            direct_mode: row.direct_mode,
            window: Window::from_days(row.window_days.unsigned_abs()).map_err(unreadable)?,
            target: TargetUrl::parse(&row.target_url).map_err(unreadable)?,
            allowed_hosts: AllowedHosts::parse_lines(&row.allowed_hosts).map_err(unreadable)?,
        })
    }
}

/// Every campaign of every program, archived ones included.
///
/// # Errors
/// [`StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<CampaignRow>> {
    dsl::campaigns.order(dsl::id).select(CampaignRow::as_select()).load(conn).stored()
}

/// A campaign of this program.
///
/// # Errors
/// [`StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, id: CampaignId) -> Stored<Option<CampaignRow>> {
    let this = dsl::campaigns.filter(dsl::program_id.eq(program).and(dsl::id.eq(id)));
    this.select(CampaignRow::as_select()).first(conn).optional().stored()
}

/// Adds a campaign.
///
/// # Errors
/// [`StorageError`].
pub fn insert(write: &mut Write<'_>, row: &CampaignRow) -> Stored<()> {
    diesel::insert_into(dsl::campaigns).values(row).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}

/// Replaces a campaign's settings, all but its id, program and creation; answers whether the program has it.
///
/// # Errors
/// [`StorageError`].
pub fn update(write: &mut Write<'_>, row: &CampaignRow) -> Stored<bool> {
    let this = dsl::campaigns.filter(dsl::program_id.eq(row.program_id).and(dsl::id.eq(row.id)));
    let settings = (
        dsl::name.eq(&row.name),
        dsl::kind.eq(row.kind),
        dsl::tool_type.eq(row.tool_type),
        dsl::method.eq(row.method),
        dsl::status.eq(row.status),
        dsl::target_url.eq(&row.target_url),
        dsl::allowed_hosts.eq(&row.allowed_hosts),
        dsl::window_days.eq(row.window_days),
        dsl::starts_at.eq(row.starts_at),
        dsl::ends_at.eq(row.ends_at),
        dsl::archived_at.eq(row.archived_at),
        dsl::direct_mode.eq(row.direct_mode),
    );
    let changed = diesel::update(this).set(settings).execute(write.conn()).stored()?;
    installation::bump_revision(write)?;
    Ok(changed == 1)
}

/// Puts a campaign away, or brings it back; answers whether the program has it. One that is put away keeps the time at
/// which that was done first.
///
/// # Errors
/// [`StorageError`].
pub fn set_archived(write: &mut Write<'_>, program: ProgramId, id: CampaignId, at: Option<Timestamp>) -> Stored<bool> {
    let Some(row) = find(write.conn(), program, id)? else {
        return Ok(false);
    };
    if row.archived_at.is_some() == at.is_some() {
        return Ok(true);
    }
    update(write, &CampaignRow { archived_at: at, ..row })
}
