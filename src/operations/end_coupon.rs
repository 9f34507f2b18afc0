//! Ending a coupon.

use crate::domain::coupon::Coupon;
use crate::domain::id::{CouponId, ProgramId};
use crate::environment::Environment;
use crate::storage::coupons;
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// Lets a code stand for nobody from now on, and for good. One that has ended keeps its end. None if the program has no
/// such coupon.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn end_coupon(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: CouponId,
) -> Stored<Option<Coupon>> {
    let Some(coupon) = coupons::find(write.conn(), program, id)? else {
        return Ok(None);
    };
    if coupon.ended_at.is_none() {
        coupons::end(write, program, id, env.clock.now())?;
    }
    coupons::find(write.conn(), program, id)
}
