//! How much somebody may ask in which time.
//!
//! A limit of so many per time lets that many through at once and then one more each time its share of the time has
//! passed. All there is to remember of somebody is one moment: when they will owe nothing any more. (This is the generic
//! cell rate algorithm of ATM, and one subtraction; the crates for it bring timers, futures and a table that never forgets
//! a client.)

use std::time::Duration;

use super::time::Timestamp;

/// So many, over a time.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    most: u32,
    over: Duration,
}

/// When somebody owes nothing any more, in microseconds of [`Timestamp`]'s time. Who never asked has owed nothing for ever.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Debt(i64);

/// One more was let through.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many at once.
    pub limit: u32,
    /// How many are left of them.
    pub remaining: u32,
    /// How long until all of them are there again, if nothing is asked.
    pub reset: Duration,
}

/// There were too many.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests; wait {} s", in_seconds(*.wait))]
pub struct Exceeded {
    /// How many at once.
    pub limit: u32,
    /// How long until one more is let through.
    pub wait: Duration,
    /// How long until all of them are there again, if nothing is asked.
    pub reset: Duration,
}

impl Default for Debt {
    fn default() -> Self {
        Self(i64::MIN)
    }
}

impl Debt {
    /// Whether nothing is owed at `now`, so that it need not be remembered.
    #[must_use]
    pub const fn is_settled(self, now: Timestamp) -> bool {
        self.0 <= micros(now)
    }
}

impl Limit {
    /// `most` at once, and as many again over the time `over`.
    #[must_use]
    pub const fn new(most: u32, over: Duration) -> Self {
        Self { most, over }
    }

    /// Lets one more through at `now`, if there is room, and says what is owed then. A clock that was set back costs nobody
    /// more than the whole time.
    pub fn take(self, owed: Debt, now: Timestamp) -> (Debt, Result<Allowance, Exceeded>) {
        let whole = i64::try_from(self.over.as_micros()).unwrap_or(i64::MAX);
        let each = (whole / i64::from(self.most.max(1))).max(1);
        let owed = owed.0.saturating_sub(micros(now)).clamp(0, whole);
        let after = owed.saturating_add(each);
        if after > whole {
            let exceeded = Exceeded { limit: self.most, wait: duration(after - whole), reset: duration(owed) };
            return (Debt(micros(now).saturating_add(owed)), Err(exceeded));
        }
        let remaining = u32::try_from((whole - after) / each).unwrap_or(u32::MAX);
        let allowance = Allowance { limit: self.most, remaining, reset: duration(after) };
        (Debt(micros(now).saturating_add(after)), Ok(allowance))
    }
}

/// A time to wait as whole seconds, rounded up, and never none.
#[must_use]
pub fn in_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX).max(1)
}

const fn micros(at: Timestamp) -> i64 {
    at.millis().saturating_mul(1_000)
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(micros.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three at once, three again over three seconds.
    const THREE: Limit = Limit::new(3, Duration::from_secs(3));

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000 + millis)
    }

    #[test]
    fn so_many_at_once_then_one_each_time_its_share_has_passed() {
        let mut owed = Debt::default();
        let steps = [
            ("the first", 0, Ok(2), 1_000),
            ("the second", 0, Ok(1), 2_000),
            ("the third", 0, Ok(0), 3_000),
            ("a fourth", 0, Err(1_000), 3_000),
            ("too early by a millisecond", 999, Err(1), 2_001),
            ("its turn", 1_000, Ok(0), 3_000),
            ("refused ones cost nothing", 2_000, Ok(0), 3_000),
            ("after a long rest as in the beginning", 60_000, Ok(2), 1_000),
            ("two more", 60_000, Ok(1), 2_000),
            ("and a third", 60_000, Ok(0), 3_000),
            ("the clock was set back: no worse than full", -3_600_000, Err(1_000), 3_000),
            ("and that passes", -3_599_000, Ok(0), 3_000),
        ];
        for (name, millis, expected, reset) in steps {
            let (after, taken) = THREE.take(owed, at(millis));
            let said =
                taken.map(|it| i64::from(it.remaining)).map_err(|it| i64::try_from(it.wait.as_millis()).unwrap());
            assert_eq!(said, expected, "{name}");
            let until = taken.map_or_else(|it| it.reset, |it| it.reset);
            assert_eq!(until, Duration::from_millis(reset), "{name}");
            owed = after;
        }
    }

    #[test]
    fn a_debt_is_settled_when_everything_is_there_again() {
        assert!(Debt::default().is_settled(at(0)));
        let (owed, _) = THREE.take(Debt::default(), at(0));
        assert!(!owed.is_settled(at(999)) && owed.is_settled(at(1_000)));
    }

    #[test]
    fn waiting_is_said_in_whole_seconds_rounded_up() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (59_999, 60)] {
            assert_eq!(in_seconds(Duration::from_millis(millis)), seconds, "{millis}");
        }
    }
}
