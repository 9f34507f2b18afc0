//! Changing what a campaign pays, from now on.

use crate::domain::id::CampaignId;
use crate::domain::rule::{Basis, Conditions, Rule, Terms};
use crate::environment::Environment;
use crate::storage::error::{StorageError, Stored, Unique};
use crate::storage::write::Write;
use crate::storage::{commission_rules, programs};

/// Lets a campaign pay something else by default from now on, or something at all: a new version of its rule number 0,
/// whose other terms stay as they are. What is recorded keeps the version it used.
///
/// A flat amount is in the program's base currency. It was typed into a form that may have been open while an owner changed
/// that, so it is looked at here, where nobody can change it any more.
///
/// # Errors
/// [`Unique::RuleVersion`] when somebody else changed the rule, or the currency that it pays in, at the same time.
pub fn change_rule(write: &mut Write<'_>, env: &Environment, campaign: CampaignId, basis: Basis) -> Stored<Rule> {
    if let Some(flat) = basis.flat()
        && programs::currency_of_campaign(write.conn(), campaign)? != Some(flat.currency())
    {
        return Err(StorageError::Taken(Unique::RuleVersion));
    }
    let now = env.clock.now();
    let newest = commission_rules::newest(write.conn(), campaign, 0)?;
    let terms = newest.as_ref().map_or(Terms::plain(basis), |rule| Terms { basis, ..rule.terms });
    let rule = Rule {
        id: env.mint.id(now),
        campaign_id: campaign,
        number: 0,
        version: newest.map_or(1, |rule| rule.version + 1),
        name: String::new(),
        conditions: Conditions::default(),
        terms,
        since: now,
        ended: false,
    };
    commission_rules::insert(write, &rule)?;
    Ok(rule)
}
