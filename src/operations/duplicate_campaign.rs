//! Copying a campaign, to begin another one from it.

use crate::domain::campaign::{Campaign, CampaignStatus};
use crate::domain::campaign_profile::{CampaignName, CampaignProfile};
use crate::domain::id::{CampaignId, ProgramId, UserId};
use crate::domain::rate::Rate;
use crate::domain::rule::Basis;
use crate::environment::Environment;
use crate::operations::campaign_media::copy_media;
use crate::operations::campaign_settings::CampaignSettings;
use crate::operations::create_campaign::{NewCampaign, create_campaign};
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// What tells a copy from its original.
const MARK: &str = " (copy)";

/// Makes a Draft with the same settings, the same rule as it stands now and the same images, owned by whoever asked, with a
/// key of its own. Clicks, conversions and links stay with the original. None if the program has no such campaign.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn duplicate_campaign(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: CampaignId,
    owner: Option<UserId>,
) -> Stored<Option<CampaignId>> {
    let Some(stands) = CampaignSettings::load(write.conn(), program, id, env.clock.now())? else {
        return Ok(None);
    };
    let profile = stands.profile.map(CampaignProfile::try_from).transpose()?;
    let original = Campaign::try_from(stands.campaign)?;
    let copy = NewCampaign {
        name: copy_name(&original.name),
        kind: original.kind,
        tool_type: original.tool_type,
        method: original.method,
        status: CampaignStatus::Draft,
        period: original.period,
        window: original.window,
        target: original.target,
        allowed_hosts: original.allowed_hosts,
        basis: stands.rule.map_or(Basis::Percent(Rate::ZERO), |rule| rule.terms.basis),
        direct_mode: Some(original.direct_mode),
        profile: profile.unwrap_or_default(),
        owner,
    };
    let (made, _) = create_campaign(write, env, program, copy)?;
    copy_media(write, env, program, (id, made))?;
    Ok(Some(made))
}

fn copy_name(name: &str) -> String {
    let whole = format!("{name}{MARK}");
    if CampaignName::parse(&whole).is_ok() {
        return whole;
    }
    let room = CampaignName::MOST - MARK.len();
    let cut: String = name.chars().take(room).collect();
    format!("{}{MARK}", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::copy_name;

    #[test]
    fn a_copys_name_says_so_and_stays_within_its_length() {
        assert_eq!(copy_name("Autumn"), "Autumn (copy)");
        assert_eq!(copy_name("Autumn (copy)"), "Autumn (copy) (copy)");
        let long = "é".repeat(120);
        assert_eq!(copy_name(&long), format!("{} (copy)", "é".repeat(113)));
    }
}
