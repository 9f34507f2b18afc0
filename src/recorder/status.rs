//! Whether writing works, as everybody else may know it without asking the database.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A batch that takes longer than this means that the database does not answer.
const STALLED: Duration = Duration::from_millis(1_500);

/// The writing thread's state, shared without locks.
#[derive(Debug)]
pub(super) struct Status {
    started: Instant,
    away: AtomicBool,
    /// Milliseconds after `started` when the running work began, plus one; zero while nothing runs.
    working_since: AtomicU64,
    degraded_clicks: AtomicU64,
}

impl Default for Status {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            away: AtomicBool::new(false),
            working_since: AtomicU64::new(0),
            degraded_clicks: AtomicU64::new(0),
        }
    }
}

impl Status {
    pub(super) fn is_available(&self) -> bool {
        !self.away.load(Ordering::Relaxed) && !self.is_stalled()
    }

    fn is_stalled(&self) -> bool {
        match self.working_since.load(Ordering::Relaxed) {
            0 => false,
            since => self.millis().saturating_sub(since) > u64::try_from(STALLED.as_millis()).unwrap_or(u64::MAX),
        }
    }

    pub(super) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    pub(super) fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    /// Runs `work` under observation: if it does not come back, [`Self::is_available`] says so meanwhile.
    pub(super) fn observe<T>(&self, work: impl FnOnce() -> T) -> T {
        self.working_since.store(self.millis() + 1, Ordering::Relaxed);
        let done = work();
        self.working_since.store(0, Ordering::Relaxed);
        done
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn count_degraded_click(&self) {
        self.degraded_clicks.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn degraded_clicks(&self) -> u64 {
        self.degraded_clicks.load(Ordering::Relaxed)
    }
}
