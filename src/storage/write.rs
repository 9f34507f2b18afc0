//! The right to write, as a value.
//!
//! Functions that change rows take a [`Write`]; only a running transaction can hand one out. So a write outside a
//! transaction does not compile, and neither does a transaction inside another one.

use super::conn::Conn;
use super::error::{StorageError, Stored};

/// Proof of a running transaction.
pub struct Write<'a> {
    conn: &'a mut Conn,
}

impl Write<'_> {
    /// The connection, for reading inside the transaction.
    pub fn conn(&mut self) -> &mut Conn {
        self.conn
    }
}

/// Runs `work` in one durable transaction: all of it is kept, or none.
///
/// # Errors
/// What `work` failed with, or what the database said to the commit. A commit whose answer was lost is
/// [`StorageError::Unavailable`]: it may have happened.
pub fn transaction<T, E: From<StorageError>>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Write<'_>) -> Result<T, E>,
) -> Result<T, E> {
    conn.begin_writing().map_err(StorageError::from)?;
    match work(&mut Write { conn }) {
        Ok(done) => match conn.commit() {
            Ok(()) => Ok(done),
            Err(error) => {
                give_up(conn);
                Err(StorageError::from(error).into())
            }
        },
        Err(error) => {
            give_up(conn);
            Err(error)
        }
    }
}

/// Rolls back after a failure that is being reported. That the connection is gone as well shows at its next use.
fn give_up(conn: &mut Conn) {
    if let Err(error) = conn.roll_back() {
        tracing::debug!(%error, "the transaction could not be rolled back");
    }
}

/// Runs `read` on one unchanging view of the database, however long it takes and whatever is written meanwhile.
///
/// # Errors
/// What `read` failed with, or [`StorageError`].
pub fn snapshot<T, E: From<StorageError>>(
    conn: &mut Conn,
    read: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    conn.begin_snapshot().map_err(StorageError::from)?;
    let answer = read(conn);
    give_up(conn);
    answer
}

/// Ends a transaction that a panic left open, so that the connection can be used again.
///
/// # Errors
/// [`Stored`]: the connection is of no use any more.
pub fn abandon(conn: &mut Conn) -> Stored<()> {
    Ok(conn.roll_back()?)
}
