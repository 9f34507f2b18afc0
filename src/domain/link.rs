//! A link: one campaign promoted by one affiliate.

use super::handle::LinkCode;
use super::id::{AffiliateId, CampaignId, LinkId, ProgramId};

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
