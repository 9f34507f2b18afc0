//! Both databases, and tests that run on each of them.

use std::path::{Path, PathBuf};

use super::folder::TemporaryFolder;
use super::postgres::Cluster;
use super::requirement::{Requirement, skip};

/// A kind of database Accrue runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file.
    Sqlite,
    /// A server.
    Postgres,
}

/// An empty database of one test's own, gone on drop.
#[derive(Debug)]
pub struct TestDatabase {
    /// What `ACCRUE_DATABASE_URL` is set to.
    pub url: String,
    /// Its kind.
    pub engine: Engine,
    folder: TemporaryFolder,
    shared_cluster: Option<&'static Cluster>,
}

impl Engine {
    /// Makes an empty database; `None` where PostgreSQL cannot be had.
    pub fn fresh_database(self) -> Option<TestDatabase> {
        self.fresh_database_or_why_not().ok()
    }

    /// Runs a test on a fresh database of this kind, or reports that it is skipped.
    pub fn run(self, test: impl FnOnce(TestDatabase)) {
        match self.fresh_database_or_why_not() {
            Ok(database) => test(database),
            Err(why) => skip(Requirement::Postgres, &format!("no PostgreSQL found: {why}")),
        }
    }

    fn fresh_database_or_why_not(self) -> Result<TestDatabase, &'static str> {
        let folder = TemporaryFolder::new();
        let (url, shared_cluster) = match self {
            Engine::Sqlite => (format!("sqlite://{}", folder.file("accrue.db").display()), None),
            Engine::Postgres => {
                let cluster = Cluster::shared_or_why_not()?;
                (cluster.create_database(), Some(cluster))
            }
        };
        Ok(TestDatabase { url, engine: self, folder, shared_cluster })
    }
}

impl TestDatabase {
    /// An empty database on a cluster of the test's own, which the test may stop and kill.
    pub fn on(cluster: &Cluster) -> TestDatabase {
        let folder = TemporaryFolder::new();
        TestDatabase { url: cluster.create_database(), engine: Engine::Postgres, folder, shared_cluster: None }
    }

    /// The same database under another URL, such as one that leads through a proxy.
    pub fn through(mut self, url: String) -> TestDatabase {
        self.url = url;
        self
    }

    /// The folder that lives as long as the database: SQLite's file, the master key and whatever a test puts there.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file SQLite keeps it in.
    pub fn file(&self) -> Option<PathBuf> {
        (self.engine == Engine::Sqlite).then(|| self.folder.file("accrue.db"))
    }

    /// Where the master key that belongs to it is kept, over all restarts.
    pub fn master_key_file(&self) -> PathBuf {
        self.folder.file("accrue.key")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(cluster) = self.shared_cluster {
            cluster.drop_database(&self.url);
        }
    }
}

/// Makes of each function a module of its name with two tests, `sqlite` and `postgres`, each on a fresh database:
///
/// ```text
/// on_each_engine! {
///     /// What is promised.
///     fn a_repeat_is_answered_like_the_first(db: TestDatabase) { … }
///
///     #[ignore = "tier 2"]
///     fn ten_thousand_survive_twenty_kills(db: TestDatabase) { … }
/// }
/// ```
macro_rules! on_each_engine {
    ($($(#[$attribute:meta])* fn $name:ident($database:ident: TestDatabase) $body:block)+) => {$(
        fn $name($database: $crate::support::engine::TestDatabase) $body

        mod $name {
            $(#[$attribute])*
            #[test]
            fn sqlite() {
                $crate::support::engine::Engine::Sqlite.run(super::$name);
            }

            $(#[$attribute])*
            #[test]
            fn postgres() {
                $crate::support::engine::Engine::Postgres.run(super::$name);
            }
        }
    )+};
}

pub(crate) use on_each_engine;

#[cfg(test)]
mod tests {
    on_each_engine! {
        /// The names of both are those the server gets.
        fn a_fresh_database_has_a_url_of_its_engine(db: TestDatabase) {
            let scheme = db.url.split("://").next().expect("a URL has a scheme");
            let is_sqlite = db.engine == super::Engine::Sqlite;
            assert_eq!(scheme, if is_sqlite { "sqlite" } else { "postgres" });
            assert_eq!(db.file().is_some(), is_sqlite);
            assert!(db.master_key_file().starts_with(db.folder()));
        }
    }

    #[test]
    #[should_panic(expected = "on purpose")]
    fn a_failing_test_fails() {
        super::Engine::Sqlite.run(|_| panic!("on purpose"));
    }
}
