//! What happens by itself, now and then.

pub mod fetch_rates;
pub mod holds;
pub mod key_uses;
pub mod retention;
pub mod waiting;
