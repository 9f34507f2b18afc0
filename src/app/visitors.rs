//! From where affiliates themselves ask, until it is written down.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::id::{AffiliateId, ProgramId};
use crate::domain::time::Timestamp;
use crate::domain::visitor_print::VisitorPrint;
use crate::storage::affiliate_visitors::VisitorRow;

/// Places that wait at most; more are seen again another time.
const MOST: usize = 10_000;

type Place = (ProgramId, AffiliateId, VisitorPrint);

/// The places that wait.
#[derive(Default)]
pub struct AffiliateVisitors(Mutex<HashMap<Place, Timestamp>>);

impl AffiliateVisitors {
    /// Notes that an affiliate of a program asks from there now.
    pub fn note(&self, whose: (ProgramId, AffiliateId), print: VisitorPrint, now: Timestamp) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (whose.0, whose.1, print);
        if waiting.len() < MOST || waiting.contains_key(&place) {
            waiting.insert(place, now);
        }
    }

    /// Everything that waits, in an order that does not depend on chance. It waits no longer.
    #[must_use]
    pub fn take(&self) -> Vec<VisitorRow> {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut rows: Vec<VisitorRow> = waiting.into_iter().map(row).collect();
        rows.sort_by(|one, other| (one.seen_at, &one.fingerprint).cmp(&(other.seen_at, &other.fingerprint)));
        rows
    }
}

fn row(((program_id, affiliate_id, print), seen_at): (Place, Timestamp)) -> VisitorRow {
    VisitorRow { affiliate_id, fingerprint: print.as_str().to_owned(), program_id, seen_at }
}
