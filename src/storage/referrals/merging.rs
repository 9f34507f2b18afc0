//! Merging: one referral becomes a name of another one.

use diesel::prelude::*;

use super::ReferralRow;
use crate::domain::id::ReferralId;
use crate::domain::referral::Claim;
use crate::storage::error::Stored;
use crate::storage::pool::IntoStored;
use crate::storage::schema::{conversions, referral_identifiers, referrals};
use crate::storage::write::Write;

/// Makes `gone` a name of `left`, and so everything that was merged into it before; `false` when its claim is not any more
/// what its row says, or when it was merged meanwhile.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn set_merged(write: &mut Write<'_>, gone: &ReferralRow, left: ReferralId) -> Stored<bool> {
    use referrals::dsl;
    let Claim { affiliate, campaign, trust } = gone.claim();
    let this = dsl::referrals.filter(dsl::program_id.eq(gone.program_id).and(dsl::id.eq(gone.id)));
    let as_seen = this.filter(dsl::affiliate_id.eq(affiliate).and(dsl::campaign_id.eq(campaign)));
    let as_seen = as_seen.filter(dsl::trust.eq(trust).and(dsl::merged_into_id.is_null()));
    let set = diesel::update(as_seen).set(dsl::merged_into_id.eq(left)).execute(write.conn()).stored()?;
    let before = dsl::referrals.filter(dsl::merged_into_id.eq(gone.id));
    diesel::update(before).set(dsl::merged_into_id.eq(left)).execute(write.conn()).stored()?;
    Ok(set == 1)
}

/// Moves the names and the conversions of a customer to another referral. Of a conversion nothing changes that anybody
/// decides by, so its edition stays.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn move_all(write: &mut Write<'_>, from: ReferralId, to: ReferralId) -> Stored<()> {
    let names = referral_identifiers::table.filter(referral_identifiers::referral_id.eq(from));
    diesel::update(names).set(referral_identifiers::referral_id.eq(to)).execute(write.conn()).stored()?;
    let theirs = conversions::table.filter(conversions::referral_id.eq(from));
    diesel::update(theirs).set(conversions::referral_id.eq(to)).execute(write.conn()).stored()?;
    Ok(())
}

/// Says what a customer is called and since when they are known, which merging may make earlier.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn set_known(write: &mut Write<'_>, row: &ReferralRow) -> Stored<()> {
    use referrals::dsl;
    let this = dsl::referrals.filter(dsl::program_id.eq(row.program_id).and(dsl::id.eq(row.id)));
    let known = (dsl::name.eq(row.name.clone()), dsl::created_at.eq(row.created_at));
    diesel::update(this).set(known).execute(write.conn()).stored()?;
    Ok(())
}
