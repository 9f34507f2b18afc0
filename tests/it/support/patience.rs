//! Waiting: for a while, or until something is so.

use std::thread;
use std::time::{Duration, Instant};

/// Holds the calling thread still.
pub fn pause(duration: Duration) {
    #[expect(clippy::disallowed_methods, reason = "the harness has no workers to hold up")]
    thread::sleep(duration);
}

/// Asks every few milliseconds until the answer is yes; false when it still is not at the end of the time limit.
pub fn wait_until(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !is_so() {
        if Instant::now() > end {
            return false;
        }
        pause(Duration::from_millis(2));
    }
    true
}
