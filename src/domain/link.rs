//! A link: one campaign promoted by one affiliate.

use super::affiliate::Affiliate;
use super::attribution::Refusal;
use super::campaign::Campaign;
use super::handle::LinkCode;
use super::id::{AffiliateId, CampaignId, LinkId, ProgramId};
use super::time::Timestamp;

/// A link. Which campaign and affiliate it joins never changes, so a copy of it may be kept without end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id, which click tokens carry.
    pub id: LinkId,
    /// The program of both.
    pub program_id: ProgramId,
    /// What is promoted.
    pub campaign_id: CampaignId,
    /// By whom.
    pub affiliate_id: AffiliateId,
    /// The code in `GET /c/{code}`.
    pub code: LinkCode,
}

/// Everything that keeps a link of these two from crediting a visitor who comes `now`, what lies with the campaign first;
/// nothing when it credits.
#[must_use]
pub fn obstacles(campaign: &Campaign, affiliate: &Affiliate, now: Timestamp) -> Vec<Refusal> {
    [campaign.takes_visitors(now), affiliate.may_send()].into_iter().filter_map(Result::err).collect()
}
