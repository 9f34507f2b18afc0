//! Holds end: what nothing but the clock kept back becomes payable.

use crate::domain::change::{Actor, ChangeKind};
use crate::domain::ledger::EntryKind;
use crate::environment::Environment;
use crate::storage::commissions;
use crate::storage::error::Stored;
use crate::storage::write::Write;

use super::standing::{Case, Changes, Why};

/// The most commissions that one transaction releases.
pub const PORTION: usize = 300;

/// Releases what has waited longest of what is due, in every program, and answers with how many that were: while it is
/// [`PORTION`], there may be more.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn release_held(write: &mut Write<'_>, env: &Environment) -> Stored<usize> {
    let limit = i64::try_from(PORTION).unwrap_or(i64::MAX);
    let due = commissions::due_for_release(write.conn(), env.clock.now(), limit)?;
    let mut changes = Changes::new(env);
    let mut released = 0;
    for case in Case::of_commissions(write.conn(), due)? {
        let why = Why::plain(ChangeKind::Released, Actor::Clock, EntryKind::Reversal);
        // Where somebody was faster, what they decided stands.
        released += usize::from(changes.make(write, &case, case.clone(), why)?.is_some());
    }
    changes.write(write)?;
    Ok(released)
}
