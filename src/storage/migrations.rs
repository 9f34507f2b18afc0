//! Bringing a database to this program's schema, and refusing one that is ahead of it.

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::{Conn, each_backend};

diesel::table! {
    /// Diesel's own list of what was applied, read here without being made.
    #[sql_name = "__diesel_schema_migrations"]
    applied_migrations (version) {
        /// The migration's timestamp.
        version -> Text,
    }
}

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// How a database's schema stands to this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// The same.
    Current,
    /// So many migrations are missing; all of them, in an empty database.
    Behind(usize),
    /// A newer program has been here; the first migration this one does not know.
    Ahead(String),
}

/// Why a migration did not happen.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// A newer program has been here.
    #[error("the database was migrated by a newer accrue (it has {0}); run that version, or restore an older backup")]
    Newer(String),
    /// The database refused.
    #[error("the database could not be migrated: {0}")]
    Failed(String),
}

fn failed(error: impl std::fmt::Display) -> MigrationError {
    MigrationError::Failed(error.to_string())
}

fn known_versions() -> Result<Vec<String>, MigrationError> {
    let known: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = MIGRATIONS.migrations().map_err(failed)?;
    Ok(known.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// Compares without changing anything.
///
/// # Errors
/// [`MigrationError::Failed`] when the database does not answer. An empty database is not an error.
pub fn state(conn: &mut Conn) -> Result<SchemaState, MigrationError> {
    let known = known_versions()?;
    let applied = applied(conn)?;
    if let Some(unknown) = applied.iter().find(|version| !known.contains(version)) {
        return Ok(SchemaState::Ahead(unknown.clone()));
    }
    Ok(match known.len() - applied.len() {
        0 => SchemaState::Current,
        missing => SchemaState::Behind(missing),
    })
}

fn applied(conn: &mut Conn) -> Result<Vec<String>, MigrationError> {
    if !conn.has_table("__diesel_schema_migrations").map_err(failed)? {
        return Ok(Vec::new());
    }
    applied_migrations::table
        .select(applied_migrations::version)
        .order(applied_migrations::version)
        .load(conn)
        .map_err(failed)
}

/// Applies what is missing; answers with how many migrations that was.
///
/// # Errors
/// [`MigrationError`].
pub fn run(conn: &mut Conn) -> Result<usize, MigrationError> {
    if let SchemaState::Ahead(unknown) = state(conn)? {
        return Err(MigrationError::Newer(unknown));
    }
    each_backend!(conn, |c| c.run_pending_migrations(MIGRATIONS).map(|done| done.len())).map_err(failed)
}

/// Takes everything back, data included. For tests of the migrations themselves.
///
/// # Errors
/// [`MigrationError`].
pub fn revert_all(conn: &mut Conn) -> Result<(), MigrationError> {
    each_backend!(conn, |c| c.revert_all_migrations(MIGRATIONS).map(|_| ())).map_err(failed)
}
