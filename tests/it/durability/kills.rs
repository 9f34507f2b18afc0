//! DUR-1 and DUR-2: killed again and again under load, nothing that was acknowledged is lost and nothing is doubled.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::checker::Order;
use crate::support::engine::{Engine, TestDatabase};
use crate::support::journal::{Driver, Journal};
use crate::support::patience::wait_until;
use crate::support::postgres::Cluster;
use crate::support::process::{ServerProcess, ServerSettings};
use crate::support::requirement::{Requirement, skip};
use crate::support::shop::Shop;
use crate::support::sql::Sql;
use crate::support::turn;
use crate::support::world::Demo;

/// Conversions under way, and the server that takes them.
struct Drive<'a> {
    db: &'a TestDatabase,
    server: ServerProcess,
    journal: &'a Journal,
    orders: &'a [Order],
}

/// What is done to the server, or to its database, at one moment of the drive.
#[derive(Debug, Clone, Copy)]
enum Blow {
    /// SIGKILL to the server, which is then started again.
    Process,
    /// SIGKILL to every process of PostgreSQL, which is then started again.
    Database,
    /// An immediate stop of PostgreSQL, which is then started again.
    Shutdown,
}

/// Drives so many orders by 64 clients and strikes each blow in its turn; afterwards everything is there once.
fn survive(db: &TestDatabase, cluster: Option<&Cluster>, count: usize, blows: &[Blow]) {
    let demo = Demo::fill(db);
    let server = ServerSettings::on(db).on_a_lasting_port().start();
    let address = server.addr();
    let shop = Shop::open(demo, address);
    let (journal, orders) = (Journal::new(), shop.orders("o", count));
    // A thousand conversions with their blows take some seconds; the bound is for a server that never comes back.
    let share = u32::try_from(count.div_ceil(1_000)).expect("a small number");
    let mut drive = Drive { db, server, journal: &journal, orders: &orders };
    thread::scope(|scope| {
        scope.spawn(|| {
            let knock = move || address;
            let driver = Driver::new(64, &knock).deadline(Duration::from_secs(60) * share);
            driver.drive(&journal, &orders, |connection, order| shop.report(connection, order));
        });
        for (number, blow) in blows.iter().enumerate() {
            let so_many = count * (number + 1) / (blows.len() + 1);
            let reached = wait_until(Duration::from_secs(120), || journal.acknowledged_count() >= so_many);
            assert!(reached, "{} of {so_many} before blow {number}", journal.acknowledged_count());
            drive.strike(*blow, cluster);
        }
    });
    journal.assert_all_acknowledged(&orders);
    shop.assert_kept(db, &journal, &orders);
}

impl Drive<'_> {
    fn strike(&mut self, blow: Blow, cluster: Option<&Cluster>) {
        let cluster = || cluster.expect("only a PostgreSQL of the test's own is killed");
        let limit = match blow {
            Blow::Process => {
                self.server.kill();
                self.look_at_the_file();
                Duration::from_secs(5)
            }
            Blow::Database => {
                cluster().kill();
                cluster().start();
                Duration::from_secs(10)
            }
            Blow::Shutdown => {
                cluster().stop_immediate();
                cluster().start();
                Duration::from_secs(10)
            }
        };
        let (before, back) = (self.journal.acknowledged_count(), Instant::now());
        if matches!(blow, Blow::Process) {
            self.server.restart();
        }
        let served = wait_until(limit, || self.journal.acknowledged_count() > before);
        assert!(served, "{blow:?}: nothing was acknowledged within {:?}\n{}", back.elapsed(), self.server.output());
    }

    /// The file as the kill left it is whole, and holds what was acknowledged. Looked at in a copy, so that it is the
    /// server itself that recovers the original.
    fn look_at_the_file(&self) {
        let Some(file) = self.db.file() else { return };
        let copy = self.db.folder().join("copy.db");
        for suffix in ["", "-wal"] {
            let [from, to] = [&file, &copy].map(|path| format!("{}{suffix}", path.display()));
            if Path::new(&from).exists() {
                fs::copy(&from, &to).expect("a file can be copied");
            }
        }
        let mut sql = Sql::open(&format!("sqlite://{}", copy.display()));
        assert_eq!(sql.lines("SELECT integrity_check FROM pragma_integrity_check"), ["ok"]);
        self.journal.check_while_driving(self.orders, || sql.conversions()).assert_none();
        drop(sql);
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", copy.display()));
        }
    }
}

fn survive_on_sqlite(count: usize, kills: usize) {
    let _alone = turn::alone();
    let db = Engine::Sqlite.fresh_database().expect("SQLite is always there");
    survive(&db, None, count, &vec![Blow::Process; kills]);
}

fn survive_on_postgres(count: usize, blows: &[Blow]) {
    let Some(cluster) = Cluster::own() else {
        return skip(Requirement::Postgres, "no PostgreSQL of the test's own can be made");
    };
    let _alone = turn::alone();
    survive(&TestDatabase::on(&cluster), Some(&cluster), count, blows);
}

#[test]
fn a_thousand_conversions_survive_five_kills_of_the_server_on_sqlite() {
    survive_on_sqlite(1_000, 5);
}

#[test]
fn a_thousand_conversions_survive_kills_of_the_server_and_of_postgres() {
    survive_on_postgres(1_000, &[Blow::Process, Blow::Process, Blow::Database, Blow::Process]);
}

#[test]
#[ignore = "tier 2: DUR-1 in full"]
fn ten_thousand_conversions_survive_twenty_kills_of_the_server_on_sqlite() {
    survive_on_sqlite(10_000, 20);
}

#[test]
#[ignore = "tier 2: DUR-2 in full"]
fn ten_thousand_conversions_survive_thirty_five_blows_on_postgres() {
    let five =
        [Blow::Process, Blow::Database, Blow::Process, Blow::Shutdown, Blow::Process, Blow::Database, Blow::Process];
    survive_on_postgres(10_000, &five.repeat(5));
}
