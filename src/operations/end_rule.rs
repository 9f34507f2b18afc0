//! Ending a rule of a campaign.

use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::rule::Rule;
use crate::environment::Environment;
use crate::operations::save_rule::{RuleRefused, SeenRule};
use crate::storage::write::Write;
use crate::storage::{campaigns, commission_rules};

/// Ends a rule of a campaign of this program, from now on and for good: a last version of it. None
/// where it has ended already. What it decided keeps the version it used.
///
/// # Errors
/// [`RuleRefused`].
pub fn end_rule(
    write: &mut Write<'_>,
    env: &Environment,
    (program, campaign): (ProgramId, CampaignId),
    seen: SeenRule,
) -> Result<Option<Rule>, RuleRefused> {
    campaigns::find(write.conn(), program, campaign)?.ok_or(RuleRefused::NotFound)?;
    let stands = commission_rules::newest(write.conn(), campaign, seen.number)?.ok_or(RuleRefused::NotFound)?;
    if seen.number == 0 {
        return Err(RuleRefused::DefaultCannotEnd);
    }
    if stands.ended {
        return Ok(None);
    }
    if stands.version != seen.version {
        return Err(RuleRefused::ChangedMeanwhile);
    }
    let now = env.clock.now();
    let last = Rule { id: env.mint.id(now), version: stands.version + 1, since: now, ended: true, ..stands };
    commission_rules::insert(write, &last)?;
    Ok(Some(last))
}
