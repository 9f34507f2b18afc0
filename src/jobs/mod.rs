//! What happens by itself, now and then.

pub mod fetch_rates;
pub mod holds;
pub mod retention;
pub mod waiting;
