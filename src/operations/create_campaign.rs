//! Making a campaign, with its rule and its API key, so that it can be reported to as soon as it exists.

use crate::domain::campaign::{Campaign, CampaignKind, CampaignStatus, IntegrationMethod, Period, ToolType};
use crate::domain::campaign_profile::CampaignProfile;
use crate::domain::click_token::Mode;
use crate::domain::id::{CampaignId, ProgramId, UserId};
use crate::domain::key::SecretKey;
use crate::domain::landing::{AllowedHosts, TargetUrl};
use crate::domain::rule::Basis;
use crate::domain::time::Window;
use crate::environment::Environment;
use crate::operations::change_rule::change_rule;
use crate::operations::issue_key::{Holder, issue_key};
use crate::storage::campaign_profiles::{self, CampaignProfileRow};
use crate::storage::campaigns::{self, CampaignRow};
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// A campaign as somebody wants it: to be made so, or to be changed into.
#[derive(Clone, Debug)]
pub struct NewCampaign {
    /// What people call it.
    pub name: String,
    /// What an affiliate places.
    pub kind: CampaignKind,
    /// What is tracked.
    pub tool_type: ToolType,
    /// How the merchant reports.
    pub method: IntegrationMethod,
    /// Whether affiliates may use it.
    pub status: CampaignStatus,
    /// When it takes clicks.
    pub period: Period,
    /// How long a click may be credited.
    pub window: Window,
    /// Where visitors go.
    pub target: TargetUrl,
    /// Where a deep link may go besides.
    pub allowed_hosts: AllowedHosts,
    /// What it pays.
    pub basis: Basis,
    /// Whether a conversion may come without a click. Not said: a new Mobile campaign takes them, the others do not.
    pub direct_mode: Option<bool>,
    /// What it shows.
    pub profile: CampaignProfile,
    /// Who looks after it.
    pub owner: Option<UserId>,
}

/// Makes a campaign and answers with its id and its live key.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn create_campaign(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    new: NewCampaign,
) -> Stored<(CampaignId, SecretKey)> {
    let basis = new.basis;
    let (campaign, key) = create_without_rules(write, env, program, new)?;
    change_rule(write, env, campaign, basis)?;
    Ok((campaign, key))
}

/// Makes a campaign that pays nothing yet, whatever `new` says, for whoever gives it its rules next.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub(super) fn create_without_rules(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    new: NewCampaign,
) -> Stored<(CampaignId, SecretKey)> {
    let now = env.clock.now();
    let campaign = Campaign {
        id: env.mint.id(now),
        program_id: program,
        name: new.name,
        kind: new.kind,
        tool_type: new.tool_type,
        method: new.method,
        status: new.status,
        period: new.period,
        archived: false,
        direct_mode: new.direct_mode.unwrap_or(new.method == IntegrationMethod::Mobile),
        window: new.window,
        target: new.target,
        allowed_hosts: new.allowed_hosts,
    };
    campaigns::insert(write, &CampaignRow::new(&campaign, now))?;
    campaign_profiles::save(write, &CampaignProfileRow::new((program, campaign.id), new.owner, &new.profile))?;
    let key = issue_key(write, env, program, Mode::Live, Holder::Campaign(campaign.id), "API Key")?;
    Ok((campaign.id, key))
}
