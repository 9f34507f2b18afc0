//! What happens by itself, now and then.

pub mod retention;
