//! Copying a campaign, to begin another one from it.

use crate::domain::campaign::{Campaign, CampaignStatus};
use crate::domain::campaign_profile::{CampaignName, CampaignProfile};
use crate::domain::id::{CampaignId, ProgramId, UserId};
use crate::domain::rate::Rate;
use crate::domain::rule::{Basis, Rule};
use crate::environment::Environment;
use crate::operations::campaign_media::copy_media;
use crate::operations::campaign_settings::CampaignSettings;
use crate::operations::create_campaign::{NewCampaign, create_without_rules};
use crate::storage::commission_rules;
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// What tells a copy from its original.
const MARK: &str = " (copy)";

/// Makes a Draft with the same settings, the same rules as they stand now and the same images, owned by whoever asked, with a
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
        // What it pays is copied rule by rule.
        basis: Basis::Percent(Rate::ZERO),
        direct_mode: Some(original.direct_mode),
        profile: profile.unwrap_or_default(),
        owner,
    };
    let (made, _) = create_without_rules(write, env, program, copy)?;
    copy_rules(write, env, (id, made))?;
    copy_media(write, env, program, (id, made))?;
    Ok(Some(made))
}

/// Gives the copy every rule that has not ended, under its number, as the first version of it.
fn copy_rules(write: &mut Write<'_>, env: &Environment, (from, to): (CampaignId, CampaignId)) -> Stored<()> {
    let now = env.clock.now();
    let versions = commission_rules::of_campaign(write.conn(), from)?;
    let newest = versions.chunk_by(|one, other| one.number == other.number).filter_map(<[Rule]>::last);
    for rule in newest.filter(|rule| !rule.ended) {
        let copy = Rule { id: env.mint.id(now), campaign_id: to, version: 1, since: now, ..rule.clone() };
        commission_rules::insert(write, &copy)?;
    }
    Ok(())
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
