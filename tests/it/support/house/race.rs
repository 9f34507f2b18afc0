//! Two writers at once, which takes two processes and a lost lock: the statements are the last to keep a promise.

use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use accrue::storage::conn::{Conn, DatabaseUrl, Purpose};
use accrue::storage::error::StorageError;
use accrue::storage::write::{Write, transaction};

use super::super::engine::TestDatabase;
use super::super::patience::pause;

/// How long the first writer keeps its transaction open, so that the second runs into it.
const HEAD_START: Duration = Duration::from_millis(150);

/// Runs two pieces of work on two connections, the second while the first is not yet committed.
pub fn race<T: Send, E: From<StorageError> + Send>(
    db: &TestDatabase,
    first: impl FnOnce(&mut Write<'_>) -> Result<T, E> + Send,
    second: impl FnOnce(&mut Write<'_>) -> Result<T, E>,
) -> (Result<T, E>, Result<T, E>) {
    beside(db, first, || transaction(&mut connect(db), second))
}

/// Runs a piece of work on a connection of its own, and something else while it is not yet committed.
pub fn beside<T: Send, E: From<StorageError> + Send, U>(
    db: &TestDatabase,
    first: impl FnOnce(&mut Write<'_>) -> Result<T, E> + Send,
    second: impl FnOnce() -> U,
) -> (Result<T, E>, U) {
    let (under_way, is_under_way) = sync_channel(1);
    thread::scope(|scope| {
        let first = scope.spawn(|| {
            transaction(&mut connect(db), |write| {
                let done = first(write)?;
                under_way.send(()).expect("the second waits");
                pause(HEAD_START);
                Ok::<T, E>(done)
            })
        });
        is_under_way.recv().expect("the first begins");
        let second = second();
        (first.join().expect("the first does not panic"), second)
    })
}

fn connect(db: &TestDatabase) -> Conn {
    let url: DatabaseUrl = db.url.parse().expect("the harness makes database URLs");
    url.connect(Purpose::Writing).expect("the database can be reached")
}
