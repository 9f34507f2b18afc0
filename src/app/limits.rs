//! How much may be asked in which time (CONTRACT, Limits): by a key that reads or reviews, and by a client whose keys are
//! none or who sends browser events. Reports under a valid key have no limit, and a click is never refused.
//!
//! The counts are in memory only and forgive everybody at a restart: they guard against a flood, and nothing true depends
//! on them. (Wrong passwords are counted in rows, because there a restart must not help.) They are bounded: when there are
//! too many clients to remember, those who owe least are forgotten first.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::client::Client;
use crate::domain::id::TokenId;
use crate::domain::limit::{Allowance, Debt, Exceeded, Limit};
use crate::domain::time::Timestamp;
use crate::environment::clock::Clock;

/// Reading and reviewing, per key.
const READING: Limit = Limit::new(100, Duration::from_secs(1));

/// Keys that are none, per client.
const FAILED_KEYS: Limit = Limit::new(60, Duration::from_secs(60));

/// Browser events, per client: thirty a second, in bursts of 120.
const PIXEL: Limit = Limit::new(120, Duration::from_secs(4));

/// Parts into which those who are counted are divided, so that few wait for each other.
const PARTS: usize = 16;

/// How many are remembered in each part at most: 131 072 in all, some 7 MB.
const MOST_IN_PART: usize = 8_192;

/// The counts.
pub struct Limits {
    clock: Clock,
    reading: Counts<TokenId>,
    failed_keys: Counts<Client>,
    pixel: Counts<Client>,
}

impl Limits {
    /// Counts from nothing, by this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            reading: Counts::up_to(READING),
            failed_keys: Counts::up_to(FAILED_KEYS),
            pixel: Counts::up_to(PIXEL),
        }
    }

    /// Counts a request by which this token reads or reviews.
    ///
    /// # Errors
    /// [`Exceeded`]: it is not to be answered.
    pub fn reading(&self, token: TokenId) -> Result<Allowance, Exceeded> {
        self.reading.take(token, self.clock.now())
    }

    /// Counts a request without a valid key from this address. A valid key is never asked after: a shop whose old server
    /// still sends an old key must not lose the orders of the new one beside it.
    ///
    /// # Errors
    /// [`Exceeded`]: it is told to wait, and not what was wrong with its key.
    pub fn failed_key(&self, from: Option<IpAddr>) -> Result<Allowance, Exceeded> {
        self.failed_keys.take(Client::at(from), self.clock.now())
    }

    /// Counts a browser's event from this address.
    ///
    /// # Errors
    /// [`Exceeded`]: it is not to be recorded.
    pub fn pixel(&self, from: Option<IpAddr>) -> Result<Allowance, Exceeded> {
        self.pixel.take(Client::at(from), self.clock.now())
    }
}

/// What everybody owes under one limit.
struct Counts<K> {
    limit: Limit,
    hasher: RandomState,
    parts: [Mutex<HashMap<K, Debt>>; PARTS],
}

impl<K: Copy + Eq + Hash> Counts<K> {
    fn up_to(limit: Limit) -> Self {
        Self { limit, hasher: RandomState::new(), parts: std::array::from_fn(|_| Mutex::default()) }
    }

    fn take(&self, who: K, now: Timestamp) -> Result<Allowance, Exceeded> {
        let mut part = self.part(&who);
        let owed = part.get(&who).copied().unwrap_or_default();
        let (after, taken) = self.limit.take(owed, now);
        if part.len() >= MOST_IN_PART && !part.contains_key(&who) {
            forget(&mut part, now);
        }
        part.insert(who, after);
        taken
    }

    /// Nothing is ever left half done under this lock.
    fn part(&self, who: &K) -> MutexGuard<'_, HashMap<K, Debt>> {
        let hash = usize::try_from(self.hasher.hash_one(who) % (PARTS as u64)).unwrap_or(0);
        self.parts[hash].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets who owes nothing any more; where that is not half of them, the half that owes least. So each pass makes room
/// for many, and whoever is at a limit stays there.
fn forget<K: Copy + Eq + Hash>(part: &mut HashMap<K, Debt>, now: Timestamp) {
    part.retain(|_, owed| !owed.is_settled(now));
    if part.len() > MOST_IN_PART / 2 {
        let mut debts: Vec<Debt> = part.values().copied().collect();
        let middle = debts.len() / 2;
        let (_, least_kept, _) = debts.select_nth_unstable(middle);
        let least_kept = *least_kept;
        part.retain(|_, owed| *owed > least_kept);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    fn limits() -> Limits {
        Limits::new(Clock::standing_at(Timestamp::from_millis(1_000_000_000)))
    }

    fn at(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn each_limit_holds_and_comes_back_with_time() {
        let limits = limits();
        let token = TokenId::at(Timestamp::from_millis(1), [7; 10]);
        let other = TokenId::at(Timestamp::from_millis(1), [8; 10]);
        let visitor = at("203.0.113.9");
        type Ask<'a> = &'a dyn Fn() -> Result<Allowance, Exceeded>;
        let cases: [(&str, u32, u64, Ask<'_>); 3] = [
            ("reading", 100, 10, &|| limits.reading(token)),
            ("keys that are none", 60, 1_000, &|| limits.failed_key(visitor)),
            ("browser events", 120, 34, &|| limits.pixel(visitor)),
        ];
        for (name, most, share, ask) in cases {
            for left in (0..most).rev() {
                let allowance = ask().unwrap_or_else(|why| panic!("{name}, {left} left: {why}"));
                assert_eq!((allowance.limit, allowance.remaining), (most, left), "{name}");
            }
            let exceeded = ask().unwrap_err();
            assert!(exceeded.wait <= Duration::from_millis(share) && exceeded.limit == most, "{name}: {exceeded:?}");
            limits.clock.advance(Duration::from_millis(share));
            assert!(ask().is_ok() && ask().is_err(), "{name}: one more after its share of the time");
        }
        assert!(limits.reading(other).is_ok() && limits.pixel(at("203.0.113.8")).is_ok(), "others are not concerned");
    }

    #[test]
    fn all_of_a_64_is_one_client_and_an_ipv4_address_is_one_however_it_is_written() {
        for (name, same, other) in [
            ("IPv6", ["2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff"], "2001:db8:0:2::1"),
            ("IPv4", ["203.0.113.9", "::ffff:203.0.113.9"], "203.0.113.10"),
        ] {
            let limits = limits();
            let taken = (0..200).filter(|turn| limits.pixel(at(same[turn % 2])).is_ok()).count();
            assert_eq!(taken, 120, "{name}");
            assert!(limits.pixel(at(other)).is_ok(), "{name}");
        }
        let limits = limits();
        let nowhere = (0..200).filter(|_| limits.pixel(None).is_ok()).count();
        assert_eq!(nowhere, 120, "who has no address is one client with all such");
    }

    #[test]
    fn a_million_clients_take_bounded_memory_and_do_not_free_who_is_at_the_limit() {
        let limits = limits();
        let culprit = at("203.0.113.9");
        while limits.pixel(culprit).is_ok() {}
        for network in 0..1_000_000_u64 {
            let address = Ipv6Addr::from_bits(u128::from(network) << 64 | 1);
            limits.pixel(Some(address.into())).unwrap();
        }
        let remembered: usize = limits.pixel.parts.iter().map(|part| part.lock().unwrap().len()).sum();
        assert!((PARTS..=PARTS * MOST_IN_PART).contains(&remembered), "{remembered}");
        let room: usize = limits.pixel.parts.iter().map(|part| part.lock().unwrap().capacity()).sum();
        assert!(room <= 4 * PARTS * MOST_IN_PART, "{room}");
        assert!(limits.pixel(culprit).is_err());
    }
}
