//! Changing a campaign: its settings, what it shows, what it pays, and its key, in one go.

use std::time::Duration;

use crate::domain::click_token::Mode;
use crate::domain::id::{CampaignId, ProgramId};
use crate::environment::Environment;
use crate::operations::campaign_settings::{CampaignSettings, Edition};
use crate::operations::change_rule::change_rule;
use crate::operations::create_campaign::NewCampaign;
use crate::operations::issue_key::regenerate_campaign_key;
use crate::storage::campaign_profiles::{self, CampaignProfileRow};
use crate::storage::campaigns::{self, CampaignRow};
use crate::storage::error::{StorageError, Unique};
use crate::storage::write::Write;

/// What comes with the settings.
#[derive(Clone, Debug)]
pub struct Saving {
    /// The state that whoever saves has seen.
    pub seen: Edition,
    /// Whether a new key is made, and for how long the old one goes on working then.
    pub new_key: Option<Duration>,
}

/// Why a campaign was not changed.
#[derive(Debug, thiserror::Error)]
pub enum NotUpdated {
    /// The program has no such campaign.
    #[error("there is no such campaign")]
    NotFound,
    /// It is not as it was when whoever saves looked at it.
    #[error("the campaign was changed meanwhile")]
    ChangedMeanwhile,
    /// The database.
    #[error(transparent)]
    Storage(StorageError),
}

impl From<StorageError> for NotUpdated {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Taken(Unique::RuleVersion) => Self::ChangedMeanwhile,
            other => Self::Storage(other),
        }
    }
}

/// Makes a campaign what `wanted` says. Its kind and owner stay; `direct_mode: None` leaves that switch as it is; the rule
/// gets a new version only if it pays differently. Saving what is saved already changes nothing, however old the form is.
///
/// # Errors
/// [`NotUpdated`].
pub fn update_campaign(
    write: &mut Write<'_>,
    env: &Environment,
    (program, id): (ProgramId, CampaignId),
    wanted: &NewCampaign,
    saving: &Saving,
) -> Result<(), NotUpdated> {
    let stands = CampaignSettings::load(write.conn(), program, id, env.clock.now())?.ok_or(NotUpdated::NotFound)?;
    let row = changed(&stands.campaign, wanted);
    let owner = stands.profile.as_ref().and_then(|profile| profile.owner_id);
    let profile = CampaignProfileRow::new((program, id), owner, &wanted.profile);
    let new_row = row != stands.campaign;
    let new_profile = Some(&profile) != stands.profile.as_ref();
    let new_rule = stands.rule.as_ref().is_none_or(|rule| rule.terms.basis != wanted.basis);
    let changes_something = new_row || new_profile || new_rule || saving.new_key.is_some();
    if changes_something && saving.seen != *stands.edition() {
        return Err(NotUpdated::ChangedMeanwhile);
    }
    if new_row {
        campaigns::update(write, &row)?;
    }
    if new_profile {
        campaign_profiles::save(write, &profile)?;
    }
    if new_rule {
        change_rule(write, env, id, wanted.basis)?;
    }
    if let Some(overlap) = saving.new_key {
        regenerate_campaign_key(write, env, program, id, Mode::Live, overlap)?;
    }
    Ok(())
}

fn changed(stands: &CampaignRow, wanted: &NewCampaign) -> CampaignRow {
    CampaignRow {
        name: wanted.name.clone(),
        tool_type: wanted.tool_type,
        method: wanted.method,
        status: wanted.status,
        target_url: wanted.target.as_str().to_owned(),
        allowed_hosts: wanted.allowed_hosts.to_lines(),
        window_days: i32::from(wanted.window.days()),
        starts_at: wanted.period.starts_at,
        ends_at: wanted.period.ends_at,
        direct_mode: wanted.direct_mode.unwrap_or(stands.direct_mode),
        ..stands.clone()
    }
}
