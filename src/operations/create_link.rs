//! Joining a campaign and an affiliate by a link.

use crate::domain::affiliate::AffiliateStatus;
use crate::domain::id::{AffiliateId, CampaignId, ProgramId};
use crate::domain::link::Link;
use crate::environment::Environment;
use crate::storage::affiliates;
use crate::storage::campaigns;
use crate::storage::error::{StorageError, Stored};
use crate::storage::links::{self, LinkRow};
use crate::storage::write::Write;

/// Why a campaign and an affiliate are not joined.
#[derive(Debug, thiserror::Error)]
pub enum LinkRefused {
    /// The program has no such campaign.
    #[error("must be a campaign of this program")]
    UnknownCampaign,
    /// The campaign was put away.
    #[error("must not be archived; restore it first")]
    CampaignArchived,
    /// The program has no such affiliate.
    #[error("must be an affiliate of this program")]
    UnknownAffiliate,
    /// The affiliate is out.
    #[error("must not be rejected; let it in first")]
    AffiliateRejected,
    /// The database did not take it.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Makes a link for somebody of this program to promote something of this program. A campaign that is not public yet, or
/// an affiliate who is not active at present, may have one: it begins to credit when they are. One that could never
/// credit as things stand is refused.
///
/// # Errors
/// [`LinkRefused`].
pub fn promote(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    (campaign, affiliate): (CampaignId, AffiliateId),
) -> Result<Link, LinkRefused> {
    let promoted = campaigns::find(write.conn(), program, campaign)?.ok_or(LinkRefused::UnknownCampaign)?;
    let promoter = affiliates::find(write.conn(), program, affiliate)?.ok_or(LinkRefused::UnknownAffiliate)?;
    if promoted.archived_at.is_some() {
        return Err(LinkRefused::CampaignArchived);
    }
    if promoter.status == AffiliateStatus::Rejected {
        return Err(LinkRefused::AffiliateRejected);
    }
    Ok(create_link(write, env, program, campaign, affiliate)?)
}

/// Makes a link with a new code.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn create_link(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    campaign: CampaignId,
    affiliate: AffiliateId,
) -> Stored<Link> {
    insert(write, env, program, (campaign, affiliate), false)
}

/// The link that clicks registered by API go through for this pair; made when it is first asked for.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn implicit_link(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    campaign: CampaignId,
    affiliate: AffiliateId,
) -> Stored<Link> {
    match links::find_implicit(write.conn(), campaign, affiliate)? {
        Some(link) => Ok(link),
        None => insert(write, env, program, (campaign, affiliate), true),
    }
}

fn insert(
    write: &mut Write<'_>,
    env: &Environment,
    program_id: ProgramId,
    (campaign_id, affiliate_id): (CampaignId, AffiliateId),
    implicit: bool,
) -> Stored<Link> {
    let now = env.clock.now();
    let code = env.mint.link_code();
    let row = LinkRow { id: env.mint.id(now), program_id, campaign_id, affiliate_id, code, implicit, created_at: now };
    links::insert(write, &row)?;
    Ok(row.into())
}
