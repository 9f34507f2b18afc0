//! What is only counted: reports without a valid key, and visits without credit.
//!
//! Anybody can send these, as many as they like, so they must never stand in a queue with somebody's money. They are
//! added up in memory, in a bounded place, and written along with the next batch, or by themselves when none comes. A
//! crash loses at most the count of half a second.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::attempt::{KEYLESS_KEPT_PER_DAY, KeylessReport};
use crate::domain::report::Tallies;
use crate::domain::time::{LocalDay, Zone};
use crate::operations::record_attempts::Keyless;
use crate::operations::record_clicks::{ScreenedVisit, count_screened};
use crate::storage::catalogue::Catalogue;

/// What was counted since it was last written.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) keyless: Keyless,
    pub(super) screened: Tallies,
}

impl Counted {
    pub(super) fn is_empty(&self) -> bool {
        self.keyless.seen.is_empty() && self.screened.is_empty()
    }
}

/// Where it is added up.
#[derive(Debug, Default)]
pub(super) struct Asides(Mutex<Counted>);

impl Asides {
    /// A panic while something was counted leaves nothing half done that matters.
    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note_keyless(&self, report: KeylessReport) {
        let day: LocalDay = Zone::utc().local_day(report.received_at);
        let mut counted = self.counted();
        let seen: &mut BTreeMap<LocalDay, i64> = &mut counted.keyless.seen;
        *seen.entry(day).or_default() += 1;
        if counted.keyless.samples.len() < KEYLESS_KEPT_PER_DAY as usize {
            counted.keyless.samples.push(report);
        }
    }

    pub(super) fn note_screened(&self, catalogue: &Catalogue, visit: &ScreenedVisit) {
        count_screened(catalogue, visit, &mut self.counted().screened);
    }

    /// Takes everything, to write it.
    pub(super) fn take(&self) -> Counted {
        std::mem::take(&mut *self.counted())
    }

    /// Puts back what could not be written.
    pub(super) fn put_back(&self, unwritten: Counted) {
        let mut counted = self.counted();
        for (day, seen) in unwritten.keyless.seen {
            *counted.keyless.seen.entry(day).or_default() += seen;
        }
        let free = (KEYLESS_KEPT_PER_DAY as usize).saturating_sub(counted.keyless.samples.len());
        counted.keyless.samples.extend(unwritten.keyless.samples.into_iter().take(free));
        counted.screened.add(unwritten.screened);
    }

    /// Whether there is anything to write.
    pub(super) fn are_empty(&self) -> bool {
        self.counted().is_empty()
    }
}
