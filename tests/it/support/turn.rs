//! One at a time: load and fault tests measure and disturb the machine, so no two of them run at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Waits until no other load or fault test of this process runs, and keeps it that way while the value lives.
pub fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
