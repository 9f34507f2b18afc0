//! When keys were last used.
//!
//! Every request under a key is a use, so a use is a number in memory that goes up; now and then what is new is written
//! down, all of it in one transaction ([`crate::jobs::key_uses`]). Pages show what is in memory over what is in the
//! database. A crash loses half a minute of it, and nothing hangs on that.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use crate::domain::id::TokenId;
use crate::domain::time::Timestamp;

/// Keys remembered at most. Uses of more are not noted until some have rested.
const MOST: usize = 100_000;

/// How long after its last use a key need not be remembered here, since it is written down.
const RESTED: Duration = Duration::from_secs(3_600);

/// The last use of a key, and how much of that is written down, both in milliseconds.
#[derive(Default)]
struct Use {
    at: AtomicI64,
    written: AtomicI64,
}

/// The last uses of the keys that were used lately.
#[derive(Default)]
pub struct KeyUses(RwLock<HashMap<TokenId, Use>>);

impl KeyUses {
    /// Notes that a valid key is used now.
    pub fn note(&self, token: TokenId, now: Timestamp) {
        if let Some(known) = self.read().get(&token) {
            known.at.fetch_max(now.millis(), Ordering::Relaxed);
            return;
        }
        let mut keys = self.write();
        if keys.len() < MOST {
            keys.entry(token).or_default().at.fetch_max(now.millis(), Ordering::Relaxed);
        }
    }

    /// When a key was last used, as far as is remembered here.
    #[must_use]
    pub fn last(&self, token: TokenId) -> Option<Timestamp> {
        self.read().get(&token).map(|known| Timestamp::from_millis(known.at.load(Ordering::Relaxed)))
    }

    /// What is not written down yet.
    #[must_use]
    pub fn unwritten(&self) -> Vec<(TokenId, Timestamp)> {
        let keys = self.read();
        let unwritten = keys.iter().filter_map(|(token, known)| {
            let at = known.at.load(Ordering::Relaxed);
            (at > known.written.load(Ordering::Relaxed)).then(|| (*token, Timestamp::from_millis(at)))
        });
        unwritten.collect()
    }

    /// Remembers that these uses are written down, and forgets the keys that have rested since.
    pub fn mark_written(&self, uses: &[(TokenId, Timestamp)], now: Timestamp) {
        let mut keys = self.write();
        for (token, at) in uses {
            if let Some(known) = keys.get(token) {
                known.written.fetch_max(at.millis(), Ordering::Relaxed);
            }
        }
        let rested = now.minus(RESTED).millis();
        keys.retain(|_, known| *known.at.get_mut() > rested || known.at.get_mut() > known.written.get_mut());
    }

    /// Nothing is ever left half done under this lock.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<TokenId, Use>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<TokenId, Use>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000 + seconds * 1_000)
    }

    fn token(number: u8) -> TokenId {
        TokenId::at(at(0), [number; 10])
    }

    #[test]
    fn what_is_new_is_written_down_once() {
        let uses = KeyUses::default();
        assert_eq!((uses.last(token(1)), uses.unwritten()), (None, Vec::new()));
        uses.note(token(1), at(5));
        uses.note(token(1), at(4));
        assert_eq!(uses.last(token(1)), Some(at(5)), "the latest counts, in whatever order they come");
        let first = uses.unwritten();
        assert_eq!(first, [(token(1), at(5))]);
        uses.note(token(1), at(6));
        uses.mark_written(&first, at(7));
        assert_eq!(uses.unwritten(), [(token(1), at(6))], "a use that came meanwhile is not lost");
        uses.mark_written(&uses.unwritten(), at(8));
        assert!(uses.unwritten().is_empty());
        assert_eq!(uses.last(token(1)), Some(at(6)));
    }

    #[test]
    fn a_key_that_rests_is_forgotten_once_it_is_written_down() {
        let uses = KeyUses::default();
        uses.note(token(1), at(0));
        uses.note(token(2), at(0));
        uses.mark_written(&[(token(1), at(0))], at(4_000));
        assert_eq!((uses.last(token(1)), uses.last(token(2))), (None, Some(at(0))));
    }

    #[test]
    fn memory_is_bounded() {
        let uses = KeyUses::default();
        for number in 0..MOST + 10 {
            let mut random = [0; 10];
            random[2..].copy_from_slice(&number.to_be_bytes());
            uses.note(TokenId::at(at(0), random), at(1));
        }
        assert_eq!(uses.unwritten().len(), MOST);
    }
}
