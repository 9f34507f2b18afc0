//! Remembering from where affiliates themselves ask, so that an order which followed a click from there can be looked at.

use crate::storage::affiliate_visitors::{self, VisitorRow};
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// Places remembered of one affiliate at most; those seen longest ago give way.
pub const MOST: usize = 20;

/// Remembers these places.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn remember_visitors(write: &mut Write<'_>, seen: &[VisitorRow]) -> Stored<()> {
    for row in seen {
        let known = affiliate_visitors::of_affiliate(write.conn(), row.program_id, row.affiliate_id)?;
        if known.iter().any(|known| known.fingerprint == row.fingerprint) {
            affiliate_visitors::touch(write, row)?;
            continue;
        }
        affiliate_visitors::insert(write, row)?;
        for oldest in known.iter().skip(MOST - 1) {
            affiliate_visitors::delete(write, oldest)?;
        }
    }
    Ok(())
}
