//! The pool of reading connections. Nothing is ever written through it.

use diesel::result::QueryResult;

use super::conn::{Conn, DatabaseUrl, Purpose};
use super::error::{StorageError, Stored};

/// Opens reading connections for r2d2, by the URL's scheme.
#[derive(Debug)]
pub struct Readers(DatabaseUrl);

impl r2d2::ManageConnection for Readers {
    type Connection = Conn;
    type Error = StorageError;

    fn connect(&self) -> Stored<Conn> {
        self.0.connect(Purpose::Reading)
    }

    fn is_valid(&self, conn: &mut Conn) -> Stored<()> {
        conn.ping()
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        use diesel::connection::TransactionManager;
        Conn::is_broken_transaction_manager(conn)
    }
}

/// Reading connections, shared by everything that only looks.
#[derive(Clone, Debug)]
pub struct ReadPool(r2d2::Pool<Readers>);

impl ReadPool {
    /// A pool of at most `size` connections, opened when first needed.
    #[must_use]
    pub fn new(url: &DatabaseUrl, size: u32) -> Self {
        let builder = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .connection_timeout(std::time::Duration::from_secs(2))
            .test_on_check_out(url.has_standby())
            .error_handler(Box::new(r2d2::NopErrorHandler));
        Self(builder.build_unchecked(Readers(url.clone())))
    }

    /// Runs a read on one connection. Blocks: call it off the async threads.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn read<T>(&self, read: impl FnOnce(&mut Conn) -> Stored<T>) -> Stored<T> {
        read(&mut *self.0.get()?)
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_connections(&self) -> u32 {
        self.0.state().connections
    }
}

/// A statement's result as the house's own error.
pub(super) trait IntoStored<T> {
    /// Turns Diesel's error into a [`StorageError`].
    fn stored(self) -> Stored<T>;
}

impl<T> IntoStored<T> for QueryResult<T> {
    fn stored(self) -> Stored<T> {
        self.map_err(StorageError::from)
    }
}
