//! Giving an affiliate a coupon code.

use crate::domain::affiliate::AffiliateStatus;
use crate::domain::coupon::{Coupon, CouponCode};
use crate::domain::id::{AffiliateId, CampaignId, ProgramId};
use crate::environment::Environment;
use crate::storage::error::{StorageError, Unique};
use crate::storage::write::Write;
use crate::storage::{affiliates, campaigns, coupons};

/// Why a coupon is not made.
#[derive(Debug, thiserror::Error)]
pub enum CouponRefused {
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
    /// Somebody has or had it.
    #[error("must be new: this code is or was a coupon already, and never goes to another affiliate")]
    CodeTaken,
    /// The database did not take it.
    #[error(transparent)]
    Storage(StorageError),
}

impl From<StorageError> for CouponRefused {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Taken(Unique::CouponCode) => Self::CodeTaken,
            other => Self::Storage(other),
        }
    }
}

/// Lets a code stand for somebody of this program who promotes something of it, from now on. A campaign that is not public
/// yet, or an affiliate who is not active at present, may have one: it begins to credit when they are.
///
/// # Errors
/// [`CouponRefused`].
pub fn create_coupon(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    (campaign, affiliate): (CampaignId, AffiliateId),
    code: CouponCode,
) -> Result<Coupon, CouponRefused> {
    let promoted = campaigns::find(write.conn(), program, campaign)?.ok_or(CouponRefused::UnknownCampaign)?;
    let promoter = affiliates::find(write.conn(), program, affiliate)?.ok_or(CouponRefused::UnknownAffiliate)?;
    if promoted.archived_at.is_some() {
        return Err(CouponRefused::CampaignArchived);
    }
    if promoter.status == AffiliateStatus::Rejected {
        return Err(CouponRefused::AffiliateRejected);
    }
    // A broken unique key is of no use to a transaction that goes on, so it is looked for first; the key decides a race.
    if coupons::find_by_code(write.conn(), program, &code)?.is_some() {
        return Err(CouponRefused::CodeTaken);
    }
    let now = env.clock.now();
    let coupon = Coupon {
        id: env.mint.id(now),
        program_id: program,
        campaign_id: campaign,
        affiliate_id: affiliate,
        code,
        created_at: now,
        ended_at: None,
    };
    coupons::insert(write, &coupon)?;
    Ok(coupon)
}
