//! Opening an installation to write to it: the lock, the connection, the schema and the master key, in this order.
//!
//! Whatever stands in the way is one sentence that says what to do. Nothing is made half: a database that cannot be
//! written to is not given a key file.

use std::fs::File;
use std::time::Duration;

use crate::config::Config;
use crate::environment::Environment;
use crate::environment::clock::Clock;
use crate::environment::keys::{Keys, MasterKey, MasterKeyError};
use crate::environment::mint::Mint;
use crate::storage::conn::{Conn, DatabaseUrl, NoRight, Purpose};
use crate::storage::error::StorageError;
use crate::storage::installation;
use crate::storage::migrations::{self, MigrationError, SchemaState};
use crate::storage::write::transaction;

/// An installation that this process alone may write to.
pub struct Opened {
    /// Where it is.
    pub url: DatabaseUrl,
    /// The connection that writes.
    pub conn: Conn,
    /// Time, chance and secrets.
    pub environment: Environment,
    /// How many migrations were applied just now.
    pub migrated: usize,
    /// Held as long as this lives.
    lock: Option<File>,
}

/// The right to write, kept for as long as the process serves.
pub struct WritingRight(Option<File>);

impl WritingRight {
    /// Gives the right back. The system does the same when the process ends, however it ends.
    pub fn release(self) {
        drop(self.0);
    }
}

impl Opened {
    /// Takes the installation apart into what the recorder owns and what must be kept.
    #[must_use]
    pub fn into_parts(self) -> (DatabaseUrl, Conn, Environment, WritingRight) {
        (self.url, self.conn, self.environment, WritingRight(self.lock))
    }
}

/// Why an installation cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder of an embedded database cannot be made.
    #[error("the folder for {url} cannot be made: {cause}")]
    Folder {
        /// Which database.
        url: DatabaseUrl,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Another process serves or writes it.
    #[error(transparent)]
    NoRight(#[from] NoRight),
    /// It cannot be reached or written to.
    #[error("{url}: {cause}")]
    Database {
        /// Which database.
        url: DatabaseUrl,
        /// What is wrong.
        cause: StorageError,
    },
    /// It cannot keep what it is given.
    #[error("{0}")]
    NotDurable(String),
    /// Its schema cannot be brought up to date.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// There is no usable master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The key is missing.
    #[error(
        "this database belongs to a master key that is not here; put its file back at {0}, or set ACCRUE_MASTER_KEY"
    )]
    MissingKey(String),
    /// The key is another one's.
    #[error("the master key from {0} is not this database's; put the right one back")]
    WrongKey(String),
}

/// What to do when another process holds the right to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenInUse {
    /// Say so and end.
    Refuse,
    /// Wait for its end where the database allows that (a server); say so and end where it does not.
    StandBy,
}

/// Opens an installation, makes it if there is none, and brings its schema up to date.
///
/// # Errors
/// [`OpenError`]: one sentence for whoever started the program.
pub fn open(config: &Config, clock: Clock, when_in_use: WhenInUse) -> Result<Opened, OpenError> {
    let url = config.database_url.clone();
    url.prepare_folder().map_err(|cause| OpenError::Folder { url: url.clone(), cause })?;
    let lock = url.lock_file()?;
    let database = |cause| OpenError::Database { url: url.clone(), cause };
    let mut conn = url.connect(Purpose::Writing).map_err(database)?;
    conn.check_durability().map_err(OpenError::NotDurable)?;
    take_right(&mut conn, &url, when_in_use)?;
    let migrated = migrations::run(&mut conn)?;
    let keys = open_keys(config, &mut conn, &clock, &url)?;
    let environment = Environment { clock, mint: Mint, keys };
    Ok(Opened { url, conn, environment, migrated, lock })
}

/// How often, and how long after each other, the right to write is asked for before it is taken to be somebody's. A server
/// notices a moment late that a process has ended, and commands in a script follow each other at once.
const ASKED: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(50);

#[expect(clippy::disallowed_methods, reason = "nothing is served yet that this could hold up")]
fn take_right(conn: &mut Conn, url: &DatabaseUrl, when_in_use: WhenInUse) -> Result<(), OpenError> {
    let mut asked = 0;
    loop {
        let taken = conn.take_writing_right();
        if taken.map_err(|cause| OpenError::Database { url: url.clone(), cause })? {
            return Ok(());
        }
        asked += 1;
        if !url.has_standby() || (when_in_use == WhenInUse::Refuse && asked == ASKED) {
            return Err(NoRight::InUse.into());
        }
        if asked == ASKED {
            tracing::info!("another accrue process serves this database; standing by to take over when it ends");
        }
        std::thread::sleep(if asked < ASKED { BETWEEN } else { Duration::from_millis(500) });
    }
}

/// Where the master key was found.
struct Found {
    key: MasterKey,
    source: String,
}

fn open_keys(config: &Config, conn: &mut Conn, clock: &Clock, url: &DatabaseUrl) -> Result<Keys, OpenError> {
    let database = |cause| OpenError::Database { url: url.clone(), cause };
    let found = find_key(config)?;
    match (installation::key_check(conn).map_err(database)?, found) {
        (Some(check), Some(found)) => check_key(&check, &found),
        (Some(_), None) => Err(OpenError::MissingKey(config.master_key_file.display().to_string())),
        (None, found) => {
            let key = match found {
                Some(found) => found.key,
                None => make_key(config)?,
            };
            let keys = Keys::derived_from(&key);
            transaction(conn, |write| installation::begin(write, keys.check_value(), clock.now())).map_err(database)?;
            Ok(keys)
        }
    }
}

fn find_key(config: &Config) -> Result<Option<Found>, OpenError> {
    if let Some(text) = &config.master_key {
        let key = MasterKey::from_text(text.reveal())?;
        return Ok(Some(Found { key, source: "ACCRUE_MASTER_KEY".into() }));
    }
    let source = config.master_key_file.display().to_string();
    Ok(MasterKey::read_file(&config.master_key_file)?.map(|key| Found { key, source }))
}

fn make_key(config: &Config) -> Result<MasterKey, OpenError> {
    let key = MasterKey::generate(Mint);
    key.write_file(&config.master_key_file)?;
    Ok(key)
}

fn check_key(check: &str, found: &Found) -> Result<Keys, OpenError> {
    let keys = Keys::derived_from(&found.key);
    if keys.check_value() == check { Ok(keys) } else { Err(OpenError::WrongKey(found.source.clone())) }
}

/// Opens an installation to look at it, beside a process that serves it.
///
/// # Errors
/// [`OpenError`], also when its schema is not this program's.
pub fn open_to_read(config: &Config) -> Result<Conn, OpenError> {
    let url = &config.database_url;
    let database = |cause| OpenError::Database { url: url.clone(), cause };
    let mut conn = url.connect(Purpose::Reading).map_err(database)?;
    match migrations::state(&mut conn)? {
        SchemaState::Current => Ok(conn),
        SchemaState::Ahead(version) => Err(MigrationError::Newer(version).into()),
        SchemaState::Behind(missing) => {
            Err(MigrationError::Failed(format!("{missing} migrations are missing; run: accrue migrate")).into())
        }
    }
}

/// What the master key at hand opens; nothing where the installation has not begun.
///
/// # Errors
/// [`OpenError`] when the key is missing, or is not this database's.
pub fn keys_to_read(config: &Config, conn: &mut Conn) -> Result<Option<Keys>, OpenError> {
    let database = |cause| OpenError::Database { url: config.database_url.clone(), cause };
    match (installation::key_check(conn).map_err(database)?, find_key(config)?) {
        (Some(check), Some(found)) => check_key(&check, &found).map(Some),
        (Some(_), None) => Err(OpenError::MissingKey(config.master_key_file.display().to_string())),
        (None, _) => Ok(None),
    }
}
