//! Adding a rule to a campaign, and changing one, from now on.

use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::line::Line;
use crate::domain::rule::{Conditions, Rule, Terms, TooMuch};
use crate::environment::Environment;
use crate::storage::error::{StorageError, Unique};
use crate::storage::write::Write;
use crate::storage::{affiliates, campaigns, commission_rules, programs};

/// What people call a rule.
pub type RuleName = Line<80>;

/// A rule as somebody wants it.
#[derive(Clone, Debug)]
pub struct WantedRule {
    /// What people call it; may be empty.
    pub name: RuleName,
    /// When it applies.
    pub conditions: Conditions,
    /// What it pays.
    pub terms: Terms,
}

impl WantedRule {
    /// The default of a campaign, which has neither a name of its own nor conditions.
    #[must_use]
    pub fn of_default(terms: Terms) -> Self {
        Self { name: RuleName::default(), conditions: Conditions::default(), terms }
    }
}

/// A rule that is there, as whoever changes it has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenRule {
    /// Which of the campaign's rules.
    pub number: u32,
    /// The version that was seen.
    pub version: u32,
}

/// Why a rule is not saved.
#[derive(Debug, thiserror::Error)]
pub enum RuleRefused {
    /// The program has no such campaign, or the campaign no such rule.
    #[error("there is no such rule")]
    NotFound,
    /// The affiliate that it is for is not of the program.
    #[error("must be an affiliate of this program")]
    UnknownAffiliate,
    /// It has no conditions, as only a campaign's default has.
    #[error("must say when the rule applies: without any, the campaign’s default decides")]
    WithoutConditions,
    /// Another rule has the same conditions, so that one of them would never decide.
    #[error("must differ from those of rule {0}, which decides about the same orders: change that one instead")]
    SameConditions(u32),
    /// It pays more than any order may be worth.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
    /// It has ended.
    #[error("has ended")]
    Ended,
    /// It is the campaign's default, which cannot end.
    #[error("is the campaign’s default, which cannot end")]
    DefaultCannotEnd,
    /// It is not as it was when whoever saves looked at it, or the currency that it pays in is not.
    #[error("was changed meanwhile")]
    ChangedMeanwhile,
    /// The database.
    #[error(transparent)]
    Storage(StorageError),
}

impl From<StorageError> for RuleRefused {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Taken(Unique::RuleVersion) => Self::ChangedMeanwhile,
            other => Self::Storage(other),
        }
    }
}

/// Adds a rule to a campaign of this program, under the next number.
///
/// # Errors
/// [`RuleRefused`].
pub fn create_rule(
    write: &mut Write<'_>,
    env: &Environment,
    (program, campaign): (ProgramId, CampaignId),
    wanted: WantedRule,
) -> Result<Rule, RuleRefused> {
    campaigns::find(write.conn(), program, campaign)?.ok_or(RuleRefused::NotFound)?;
    check(write, program, campaign, &wanted)?;
    let versions = commission_rules::of_campaign(write.conn(), campaign)?;
    check_conditions(&versions, None, &wanted.conditions)?;
    let number = versions.last().map_or(0, |last| last.number) + 1;
    insert(write, env, (campaign, number, 1), wanted)
}

/// Lets a rule of a campaign of this program be what is wanted from now on: a new version of it. None where it is
/// so already, whatever version was seen. Of the default the conditions and the name stay empty.
///
/// # Errors
/// [`RuleRefused`].
pub fn save_rule(
    write: &mut Write<'_>,
    env: &Environment,
    (program, campaign): (ProgramId, CampaignId),
    seen: SeenRule,
    wanted: WantedRule,
) -> Result<Option<Rule>, RuleRefused> {
    campaigns::find(write.conn(), program, campaign)?.ok_or(RuleRefused::NotFound)?;
    let stands = commission_rules::newest(write.conn(), campaign, seen.number)?.ok_or(RuleRefused::NotFound)?;
    let wanted = if seen.number == 0 { WantedRule::of_default(wanted.terms) } else { wanted };
    if stands.ended {
        return Err(RuleRefused::Ended);
    }
    let is_so =
        stands.terms == wanted.terms && stands.conditions == wanted.conditions && stands.name == wanted.name.as_str();
    if is_so {
        return Ok(None);
    }
    if stands.version != seen.version {
        return Err(RuleRefused::ChangedMeanwhile);
    }
    check(write, program, campaign, &wanted)?;
    if seen.number != 0 {
        let versions = commission_rules::of_campaign(write.conn(), campaign)?;
        check_conditions(&versions, Some(seen.number), &wanted.conditions)?;
    }
    insert(write, env, (campaign, seen.number, stands.version + 1), wanted).map(Some)
}

/// What only the database knows: whether the affiliate is of the program, and which currency flat amounts are paid in. A
/// form may have been open while an owner changed that.
fn check(
    write: &mut Write<'_>,
    program: ProgramId,
    campaign: CampaignId,
    wanted: &WantedRule,
) -> Result<(), RuleRefused> {
    if let Some(affiliate) = wanted.conditions.affiliate
        && affiliates::find(write.conn(), program, affiliate)?.is_none()
    {
        return Err(RuleRefused::UnknownAffiliate);
    }
    wanted.terms.basis.within_bounds()?;
    if let Some(flat) = wanted.terms.basis.flat()
        && programs::currency_of_campaign(write.conn(), campaign)? != Some(flat.currency())
    {
        return Err(RuleRefused::ChangedMeanwhile);
    }
    Ok(())
}

/// Of two rules with the same conditions one would never decide.
fn check_conditions(versions: &[Rule], own: Option<u32>, wanted: &Conditions) -> Result<(), RuleRefused> {
    if wanted.are_none() {
        return Err(RuleRefused::WithoutConditions);
    }
    let newest = versions.chunk_by(|one, other| one.number == other.number).filter_map(<[Rule]>::last);
    let mut others = newest.filter(|rule| !rule.ended && Some(rule.number) != own);
    match others.find(|rule| rule.conditions == *wanted) {
        Some(same) => Err(RuleRefused::SameConditions(same.number)),
        None => Ok(()),
    }
}

fn insert(
    write: &mut Write<'_>,
    env: &Environment,
    (campaign_id, number, version): (CampaignId, u32, u32),
    wanted: WantedRule,
) -> Result<Rule, RuleRefused> {
    let now = env.clock.now();
    let rule = Rule {
        id: env.mint.id(now),
        campaign_id,
        number,
        version,
        name: wanted.name.into_string(),
        conditions: wanted.conditions,
        terms: wanted.terms,
        since: now,
        ended: false,
    };
    commission_rules::insert(write, &rule)?;
    Ok(rule)
}
