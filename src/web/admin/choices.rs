//! What forms and filters offer to choose from: a program's campaigns and affiliates.
//!
//! Affiliates can be many, so they are typed, by code or id, with a list of suggestions; campaigns are chosen.

use crate::domain::affiliate::{Affiliate, AffiliateRef};
use crate::domain::campaign::Campaign;
use crate::domain::id::ProgramId;
use crate::storage::catalogue::Catalogue;

/// Affiliates suggested at most.
const MOST_SUGGESTED: usize = 300;

/// A program's campaigns, (id, name), by name. Archived ones come last, marked as such, where they are wanted at all.
#[must_use]
pub fn campaigns(catalogue: &Catalogue, program: ProgramId, with_archived: bool) -> Vec<(String, String)> {
    let mut found: Vec<&Campaign> = catalogue.campaigns_of(program).collect();
    found.retain(|campaign| with_archived || !campaign.archived);
    found.sort_by_key(|campaign| (campaign.archived, campaign.name.to_lowercase(), campaign.id));
    let name = |campaign: &Campaign| match campaign.archived {
        true => format!("{} (archived)", campaign.name),
        false => campaign.name.clone(),
    };
    found.into_iter().map(|campaign| (campaign.id.to_string(), name(campaign))).collect()
}

/// Affiliates to suggest, (code, name), by name.
#[must_use]
pub fn affiliates(catalogue: &Catalogue, program: ProgramId) -> Vec<(String, String)> {
    let mut found: Vec<&Affiliate> = catalogue.affiliates_of(program).collect();
    found.sort_by_key(|affiliate| (affiliate.name.to_lowercase(), affiliate.id));
    found.truncate(MOST_SUGGESTED);
    found.into_iter().map(|affiliate| (affiliate.code.to_string(), affiliate.name.clone())).collect()
}

/// An affiliate as somebody typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedAffiliate {
    /// What stands in the field: the code where the affiliate is known, else what was typed.
    pub text: String,
    /// The affiliate, if there is one of that code or id.
    pub found: Option<Affiliate>,
}

impl TypedAffiliate {
    /// Looks for the affiliate that was typed.
    #[must_use]
    pub fn read(catalogue: &Catalogue, program: ProgramId, typed: &str) -> Self {
        let named = AffiliateRef::parse(typed.trim()).ok();
        let found = named.and_then(|named| catalogue.affiliate_named(program, &named)).cloned();
        let text = found.as_ref().map_or_else(|| typed.to_owned(), |affiliate| affiliate.code.to_string());
        Self { text, found }
    }

    /// Whether something was typed that names nobody.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.found.is_none() && !self.text.trim().is_empty()
    }
}
