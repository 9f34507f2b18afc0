//! Changing what a campaign pays, from now on.

use crate::domain::commission::{Basis, Rule};
use crate::domain::id::CampaignId;
use crate::environment::Environment;
use crate::storage::error::{StorageError, Stored, Unique};
use crate::storage::write::Write;
use crate::storage::{commission_rules, programs};

/// Makes a new version of a campaign's rule, its first one included. What is recorded keeps the version it used.
///
/// A flat amount is in the program's base currency. It was typed into a form that may have been open while an owner changed
/// that, so it is looked at here, where nobody can change it any more.
///
/// # Errors
/// [`Unique::RuleVersion`] when somebody else changed the rule, or the currency that it pays in, at the same time.
pub fn change_rule(write: &mut Write<'_>, env: &Environment, campaign: CampaignId, basis: Basis) -> Stored<Rule> {
    if let Basis::Flat(flat) = basis
        && programs::currency_of_campaign(write.conn(), campaign)? != Some(flat.currency())
    {
        return Err(StorageError::Taken(Unique::RuleVersion));
    }
    let now = env.clock.now();
    let newest = commission_rules::newest(write.conn(), campaign)?;
    let version = newest.map_or(1, |rule| rule.version + 1);
    let rule = Rule { id: env.mint.id(now), campaign_id: campaign, version, basis, since: now };
    commission_rules::insert(write, &rule)?;
    Ok(rule)
}
