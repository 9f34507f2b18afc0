//! Threads with a name, so that a failure in one says which it was.

use std::thread::{Builder, JoinHandle};

/// Starts a thread.
pub fn start<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    Builder::new().name(name.to_owned()).spawn(work).expect("a thread can be started")
}
