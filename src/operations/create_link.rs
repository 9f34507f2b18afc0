//! Joining a campaign and an affiliate by a link.

use crate::domain::id::{AffiliateId, CampaignId, ProgramId};
use crate::domain::link::Link;
use crate::environment::Environment;
use crate::storage::error::Stored;
use crate::storage::links::{self, LinkRow};
use crate::storage::write::Write;

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
