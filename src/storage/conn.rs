//! One connection type for both databases, and everything that only one of them has.
//!
//! `Conn` is chosen by the URL's scheme, and by nothing else. Statements are written once and run on either variant;
//! where Diesel's enum cannot build one (`ON CONFLICT`, `RETURNING` on inserts), `each_backend!` compiles the same typed
//! statement for each connection. What remains different between the engines (pragmas, settings, locks, how to begin) is
//! in this file, as functions whose callers need not know which engine they have.

#![expect(missing_docs, reason = "the derive of MultiConnection writes public items without any")]

mod url;

use std::fs::File;
use std::path::Path;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel::{PgConnection, SqliteConnection};

use super::error::{StorageError, Stored};
pub use url::{DatabaseUrl, NoRight};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// The embedded database.
    Sqlite(SqliteConnection),
    /// A database server.
    Postgres(PgConnection),
}

/// Compiles one body for each connection; the body is typed, so it cannot say anything only one of them understands.
macro_rules! each_backend {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::storage::conn::Conn::Sqlite($c) => $body,
            $crate::storage::conn::Conn::Postgres($c) => $body,
        }
    };
}
pub(crate) use each_backend;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The one connection that writes.
    Writing,
    /// Any number that read.
    Reading,
}

/// The oldest SQLite that may be trusted with a WAL: older ones can lose a committed write when a checkpoint and a
/// commit meet (fixed in 3.51.3).
const OLDEST_SQLITE: i32 = 3_051_003;

/// The application's own advisory lock: the ASCII bytes of "accrue".
const ADVISORY_LOCK: i64 = 0x6163_6372_7565;

/// One word.
#[derive(diesel::QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    setting: String,
}

/// A yes or no.
#[derive(diesel::QueryableByName)]
struct Granted {
    #[diesel(sql_type = Bool)]
    granted: bool,
}

impl DatabaseUrl {
    /// Opens a connection and sets it up for its purpose.
    ///
    /// # Errors
    /// A sentence that says what stands in the way.
    pub fn connect(&self, purpose: Purpose) -> Stored<Conn> {
        match self {
            Self::Sqlite(path) => connect_sqlite(path, purpose).map(Conn::Sqlite),
            Self::Postgres(url) => connect_postgres(url, purpose).map(Conn::Postgres),
        }
    }
}

fn connect_sqlite(path: &Path, purpose: Purpose) -> Stored<SqliteConnection> {
    let name = path.to_string_lossy();
    if purpose == Purpose::Reading && !path.exists() {
        return Err(StorageError::Unavailable(format!(
            "there is no database at {name} yet; accrue makes one when it serves, or name the one you mean with ACCRUE_DATABASE_URL"
        )));
    }
    if purpose == Purpose::Writing {
        make_private(path).map_err(|cause| StorageError::Unavailable(format!("{name} cannot be opened ({cause})")))?;
    }
    let mut conn = SqliteConnection::establish(&name)
        .map_err(|error| StorageError::Unavailable(format!("{name} cannot be opened ({error})")))?;
    let pragmas = match purpose {
        // The writer waits only as long as readiness may take to notice: nobody else should be writing.
        Purpose::Writing => {
            "PRAGMA busy_timeout=1000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
             PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000;"
        }
        Purpose::Reading => "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA query_only=ON;",
    };
    conn.batch_execute(pragmas)?;
    Ok(conn)
}

/// Makes the file, if it is not there, for its owner alone: it holds customers' ids and password hashes. What SQLite puts
/// beside it takes over the same rights.
///
/// A file that is there is not even opened. POSIX gives up all locks of a process on a file as soon as the process closes
/// it once: the next program that closes the database would take itself for its last user and delete the log that is being
/// written (SQLite, "How To Corrupt An SQLite Database File", section 2.2).
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = File::options();
    options.create_new(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// How long the line to a server may be dead before it is given up, unless the URL says otherwise. Without these a host
/// that vanishes without a word would hold the writing thread for a quarter of an hour.
const LINE: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "5000"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
];

/// The same for the server's end: it must notice soon that a writer has vanished, or the right to write would stay taken.
const SESSION: &str = "SET client_min_messages = warning; SET TIME ZONE 'UTC'; \
    SET idle_in_transaction_session_timeout = '60s'; SET tcp_user_timeout = 5000; \
    SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3";

fn connect_postgres(url: &str, purpose: Purpose) -> Stored<PgConnection> {
    let mut conn = PgConnection::establish(&with_bounds(url))?;
    conn.batch_execute(SESSION)?;
    conn.batch_execute(match purpose {
        // Every statement of the recorder goes by a key. A plan made while a table was small must not become a scan of
        // millions of rows that is kept for as long as the connection.
        Purpose::Writing => "SET enable_seqscan = off; SET jit = off",
        Purpose::Reading => "SET default_transaction_read_only = on",
    })?;
    Ok(conn)
}

fn with_bounds(url: &str) -> String {
    LINE.iter().filter(|(name, _)| !url.contains(&format!("{name}="))).fold(url.to_owned(), |url, (name, value)| {
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{name}={value}")
    })
}

impl Conn {
    /// Refuses an engine that cannot keep what it is given: an SQLite with the WAL defect, a PostgreSQL with
    /// `fsync`, `full_page_writes` or `synchronous_commit` off.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check_durability(&mut self) -> Result<(), String> {
        match self {
            Self::Sqlite(_) => check_sqlite_version(),
            Self::Postgres(conn) => check_postgres_settings(conn),
        }
    }

    /// Takes the right to write where it belongs to the connection. It is lost with the connection, and so can never be
    /// held by a process that has been cut off.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when the question could not be asked.
    pub fn take_writing_right(&mut self) -> Stored<bool> {
        match self {
            Self::Sqlite(_) => Ok(true),
            Self::Postgres(conn) => {
                let question = diesel::sql_query("SELECT pg_try_advisory_lock($1) AS granted");
                Ok(question.bind::<diesel::sql_types::BigInt, _>(ADVISORY_LOCK).get_result::<Granted>(conn)?.granted)
            }
        }
    }

    /// Begins a transaction that writes. SQLite takes its lock at once, where a deferred one would collide when it
    /// upgrades.
    pub(super) fn begin_writing(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
        }
    }

    /// Begins a transaction that sees one state of the database to its end.
    pub(super) fn begin_snapshot(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction(conn),
            Self::Postgres(conn) => {
                let snapshot = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
                AnsiTransactionManager::begin_transaction_sql(conn, snapshot)
            }
        }
    }

    pub(super) fn commit(&mut self) -> QueryResult<()> {
        each_backend!(self, |conn| AnsiTransactionManager::commit_transaction(conn))
    }

    pub(super) fn roll_back(&mut self) -> QueryResult<()> {
        each_backend!(self, |conn| AnsiTransactionManager::rollback_transaction(conn))
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StorageError`] when there is none.
    pub fn ping(&mut self) -> Stored<()> {
        each_backend!(self, |conn| conn.batch_execute("SELECT 1"))?;
        Ok(())
    }

    /// Whether a table of this name exists.
    ///
    /// # Errors
    /// [`StorageError`] when the question could not be asked.
    pub fn has_table(&mut self, name: &str) -> Stored<bool> {
        let granted = match self {
            Self::Sqlite(conn) => {
                let question =
                    "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1) AS granted";
                diesel::sql_query(question).bind::<Text, _>(name).get_result::<Granted>(conn)?
            }
            Self::Postgres(conn) => {
                let question = "SELECT to_regclass($1) IS NOT NULL AS granted";
                diesel::sql_query(question).bind::<Text, _>(name).get_result::<Granted>(conn)?
            }
        };
        Ok(granted.granted)
    }

    /// Asks an embedded database to check its own pages. A server does that itself.
    ///
    /// # Errors
    /// [`StorageError`] when the check cannot run; what it finds is the value, none meaning sound.
    pub fn check_integrity(&mut self) -> Stored<Option<String>> {
        match self {
            Self::Postgres(_) => Ok(None),
            Self::Sqlite(conn) => {
                let question =
                    diesel::sql_query("SELECT integrity_check AS setting FROM pragma_integrity_check LIMIT 1");
                let verdict = question.get_result::<Setting>(conn)?.setting;
                Ok((verdict != "ok").then_some(verdict))
            }
        }
    }
}

fn check_sqlite_version() -> Result<(), String> {
    match libsqlite3_sys::SQLITE_VERSION_NUMBER {
        version if version >= OLDEST_SQLITE => Ok(()),
        version => Err(format!("SQLite {version} can lose committed writes; 3.51.3 or newer is needed")),
    }
}

fn check_postgres_settings(conn: &mut PgConnection) -> Result<(), String> {
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let question = diesel::sql_query("SELECT current_setting($1) AS setting").bind::<Text, _>(name);
        let found = question.get_result::<Setting>(conn).map_err(|error| error.to_string())?;
        if found.setting == "off" {
            return Err(format!("PostgreSQL runs with {name} = off and can lose acknowledged money; switch it on"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::with_bounds;

    #[test]
    fn the_line_to_a_server_is_bounded_unless_its_url_says_how() {
        let rest = "keepalives_idle=5&keepalives_interval=2&keepalives_count=3";
        let whole = format!("postgres://h/d?connect_timeout=2&tcp_user_timeout=5000&{rest}");
        assert_eq!(with_bounds("postgres://h/d"), whole);
        let own = "postgres://h/d?tcp_user_timeout=9&connect_timeout=7";
        assert_eq!(with_bounds(own), format!("{own}&{rest}"));
    }
}
