//! What the rules may not reach for themselves: the time, chance, and secrets.
//!
//! Everything above storage gets these three from one place, so that a test can move the clock, and so that nothing
//! else in the house calls an operating system for them.

pub mod clock;
pub mod keys;
pub mod mint;

use clock::Clock;
use keys::Keys;
use mint::Mint;

/// Time, chance and secrets.
#[derive(Clone, Debug)]
pub struct Environment {
    /// What time it is.
    pub clock: Clock,
    /// Where ids and secrets come from.
    pub mint: Mint,
    /// What the master key opens.
    pub keys: Keys,
}
