//! Ending a coupon.

use crate::domain::id::{CouponId, ProgramId};
use crate::environment::Environment;
use crate::storage::coupons;
use crate::storage::error::StorageError;
use crate::storage::write::Write;

/// Why a coupon was not ended.
#[derive(Debug, thiserror::Error)]
pub enum CouponNotEnded {
    /// The program has no such coupon.
    #[error("there is no such coupon")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Lets a code stand for nobody from now on, and for good; answers whether it did until now. One that has ended keeps its
/// end.
///
/// # Errors
/// [`CouponNotEnded`].
pub fn end_coupon(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: CouponId,
) -> Result<bool, CouponNotEnded> {
    coupons::find(write.conn(), program, id)?.ok_or(CouponNotEnded::NotFound)?;
    Ok(coupons::end(write, program, id, env.clock.now())?)
}
