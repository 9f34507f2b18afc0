//! Changing what a campaign pays, from now on.

use crate::domain::commission::{Basis, Rule};
use crate::domain::id::CampaignId;
use crate::environment::Environment;
use crate::storage::commission_rules;
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// Makes a new version of a campaign's rule, its first one included. What is recorded keeps the version it used.
///
/// # Errors
/// [`crate::storage::error::Unique::RuleVersion`] when somebody else changed it at the same time.
pub fn change_rule(write: &mut Write<'_>, env: &Environment, campaign: CampaignId, basis: Basis) -> Stored<Rule> {
    let now = env.clock.now();
    let newest = commission_rules::newest(write.conn(), campaign)?;
    let version = newest.map_or(1, |rule| rule.version + 1);
    let rule = Rule { id: env.mint.id(now), campaign_id: campaign, version, basis, since: now };
    commission_rules::insert(write, &rule)?;
    Ok(rule)
}
