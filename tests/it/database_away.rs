//! The database goes away and comes back (OPS-1): the process lives, says so, and visitors go on.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::checker::Order;
use crate::support::connection::Connection;
use crate::support::engine::{Engine, TestDatabase};
use crate::support::journal::{Attempted, Driver, Journal};
use crate::support::patience::{pause, wait_until};
use crate::support::personas::{Answer, Visitor};
use crate::support::postgres::Cluster;
use crate::support::process::{ServerProcess, ServerSettings};
use crate::support::proxy::Proxy;
use crate::support::requirement::{Requirement, skip};
use crate::support::shop::Shop;
use crate::support::sql::Sql;
use crate::support::turn;
use crate::support::wire::Request;
use crate::support::world::Demo;

/// How long the database stays away once that has been noticed.
const ABSENCE: Duration = Duration::from_secs(3);

/// Where the server gets its database from, and how to take it away.
struct Fault<'a> {
    away: &'a (dyn Fn() + Sync),
    back: &'a (dyn Fn() + Sync),
}

/// What happened to visitors while the database was away.
#[derive(Default)]
struct Visits {
    followed: usize,
    lost: Vec<String>,
    tokens: Vec<(usize, String)>,
}

/// Somebody follows warm links and somebody asks for signs of life, until the flag is set.
fn visit_until(over: &AtomicBool, server: &ServerProcess, shop: &Shop) -> Visits {
    let mut visits = Visits::default();
    let mut visitors = [Visitor::new(server.addr()), Visitor::new(server.addr())];
    while !over.load(Ordering::SeqCst) {
        for (place, visitor) in visitors.iter_mut().enumerate() {
            let landing = visitor.follow(shop.link_code(place));
            visits.followed += 1;
            match landing.click_token {
                Some(token) if landing.response.status == 302 => visits.tokens.push((place, token)),
                _ => visits.lost.push(format!("{} {}", landing.response.status, landing.response.text())),
            }
        }
        pause(Duration::from_millis(3));
    }
    visits
}

fn live_until(over: &AtomicBool, server: &ServerProcess) {
    let mut connection = Connection::open(server.addr()).expect("the server listens");
    while !over.load(Ordering::SeqCst) {
        let asked = Instant::now();
        let answer = connection.send(&Request::get("/healthz")).expect("the process answers");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(asked.elapsed() < Duration::from_secs(1), "a sign of life took {:?}", asked.elapsed());
        pause(Duration::from_millis(20));
    }
}

fn readiness(server: &ServerProcess) -> u16 {
    let mut connection = Connection::open(server.addr()).expect("the server listens");
    connection.send(&Request::get("/readyz")).expect("an answer").status
}

/// Reports an order; a server that cannot take it has to say when to come back.
fn report(shop: &Shop, connection: &mut Connection, order: &Order) -> Attempted {
    let answered = connection.send(&shop.sale(order).request(shop.api_key()));
    if let Ok(response) = &answered {
        assert!(matches!(response.status, 200 | 503), "{response:?}");
        if response.status == 503 {
            let after: Option<u64> = response.header("retry-after").and_then(|seconds| seconds.parse().ok());
            assert!(after.is_some_and(|seconds| (1..=60).contains(&seconds)), "{response:?}");
        }
    }
    Attempted::from(answered.map(|response| Answer::read(&response)))
}

/// Reports that come once the absence is known are refused at once; answers how long all of that took.
fn tell_latecomers(server: &ServerProcess, shop: &Shop, journal: &Journal) -> Duration {
    let began = Instant::now();
    let mut connection = Connection::open(server.addr()).expect("the server listens");
    for order in shop.orders("late", 8) {
        let attempted = report(shop, &mut connection, &order);
        assert!(matches!(attempted, Attempted::Indeterminate { .. }), "{attempted:?}");
        journal.intend(&order);
        journal.conclude(&order, attempted);
    }
    let program = &shop.demo.program;
    let decision = Request::post("/advertiser/conversions.accept").bearer(&program.tokens.manage);
    let decision = decision.form(&[("program", &program.id), ("id", "conv_00000000000000000000000000")]);
    let answer = connection.send(&decision).expect("an answer");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("2")), "{answer:?}");
    assert_eq!(answer.json()["statusCode"], 503, "a decision is asked for again, too");
    began.elapsed()
}

/// The whole story: everything works, the database goes, what can go on goes on, it comes back, nothing is missing.
fn outlive(db: &TestDatabase, server: &ServerProcess, shop: &Shop, fault: &Fault<'_>) {
    assert_eq!(readiness(server), 200);
    let (journal, over) = (Journal::new(), AtomicBool::new(false));
    let orders = shop.orders("away", 64);
    let visits = thread::scope(|scope| {
        let visiting = scope.spawn(|| visit_until(&over, server, shop));
        scope.spawn(|| live_until(&over, server));
        pause(Duration::from_millis(100));
        (fault.away)();
        let went = Instant::now();
        let reporting = scope.spawn(|| {
            let address = || server.addr();
            let driver = Driver::new(8, &address).deadline(Duration::from_secs(60));
            driver.drive(&journal, &orders, |connection, order| report(shop, connection, order));
        });
        let noticed = wait_until(Duration::from_secs(2), || readiness(server) == 503);
        let took = went.elapsed();
        // A report of the first two seconds waits, and is lucky if the database is back soon.
        pause(ABSENCE / 2);
        let told = tell_latecomers(server, shop, &journal);
        pause(ABSENCE / 2);
        let still_away = readiness(server);
        (fault.back)();
        let returned = Instant::now();
        let recovered = wait_until(Duration::from_secs(5), || readiness(server) == 200);
        let recovery = returned.elapsed();
        let waited = wait_until(Duration::from_secs(5), || journal.acknowledged_count() > 0);
        over.store(true, Ordering::SeqCst);
        reporting.join().expect("the clients are content");
        assert!(told < Duration::from_secs(4), "eight latecomers waited {told:?} to be told to come back");
        assert!(noticed && took <= Duration::from_millis(2_300), "not ready after {took:?}");
        assert_eq!(still_away, 503);
        assert!(recovered && waited && returned.elapsed() > recovery, "ready again after {recovery:?}");
        visiting.join().expect("the visitors are content")
    });
    journal.assert_all_acknowledged(&orders);
    let lost = visits.lost.len();
    assert!(lost * 100 <= visits.followed && visits.followed > 100, "{lost} of {}: {:?}", visits.followed, visits.lost);
    let credited = credit_later(shop, server, &visits.tokens, &journal);
    shop.assert_kept(db, &journal, &[orders, shop.orders("late", 8), credited].concat());
}

/// Every token a visitor was given meanwhile is worth a commission now, whether its click was recorded or not.
fn credit_later(shop: &Shop, server: &ServerProcess, tokens: &[(usize, String)], journal: &Journal) -> Vec<Order> {
    let order = |(number, (place, token)): (usize, &(usize, String))| {
        shop.order_of(&format!("later-{number}"), number, (token, &shop.demo.affiliate(*place).id))
    };
    let orders: Vec<Order> = tokens.iter().enumerate().map(order).collect();
    let address = || server.addr();
    Driver::new(8, &address).drive(journal, &orders, |connection, order| shop.report(connection, order));
    journal.assert_all_acknowledged(&orders);
    orders
}

/// A PostgreSQL that may be stopped; else the test is skipped.
fn own_cluster() -> Option<Cluster> {
    let cluster = Cluster::own();
    if cluster.is_none() {
        skip(Requirement::Postgres, "no PostgreSQL of the test's own can be made");
    }
    cluster
}

fn open_shop(db: &TestDatabase) -> (ServerProcess, Shop) {
    let demo = Demo::fill(db);
    let server = ServerProcess::start(db);
    let shop = Shop::open(demo, server.addr());
    (server, shop)
}

#[test]
fn a_postgres_that_is_stopped_and_started_again_is_outlived() {
    let Some(cluster) = own_cluster() else { return };
    let _alone = turn::alone();
    let db = TestDatabase::on(&cluster);
    let (server, shop) = open_shop(&db);
    outlive(&db, &server, &shop, &Fault { away: &|| cluster.stop_immediate(), back: &|| cluster.start() });
}

#[test]
fn a_postgres_that_keeps_silent_for_a_while_is_outlived() {
    let Some(cluster) = own_cluster() else { return };
    let _alone = turn::alone();
    let db = TestDatabase::on(&cluster);
    let (server, shop) = open_shop(&db);
    outlive(&db, &server, &shop, &Fault { away: &|| cluster.freeze(), back: &|| cluster.thaw() });
}

#[test]
fn a_postgres_behind_a_cut_line_is_outlived() {
    let Some(cluster) = own_cluster() else { return };
    let _alone = turn::alone();
    let db = TestDatabase::on(&cluster);
    let demo = Demo::fill(&db);
    let (_, behind_scheme) = db.url.split_once('@').expect("the URL names a user");
    let (host, _) = behind_scheme.split_once('/').expect("the URL names a database");
    let line = Proxy::before(host.parse().expect("the harness names the address"));
    let through = db.url.replace(host, &line.addr().to_string());
    let server = ServerSettings::on(&db).env("ACCRUE_DATABASE_URL", &through).start();
    let shop = Shop::open(demo, server.addr());
    let away = || {
        line.refuse();
        line.cut();
    };
    outlive(&db, &server, &shop, &Fault { away: &away, back: &|| line.restore() });
}

#[test]
fn an_sqlite_file_that_another_program_locks_is_outlived() {
    for how in ["BEGIN EXCLUSIVE", "BEGIN IMMEDIATE"] {
        let _alone = turn::alone();
        let db = Engine::Sqlite.fresh_database().expect("SQLite is always there");
        let (server, shop) = open_shop(&db);
        let other = Mutex::new(Sql::open(&db.url));
        let say = |statement: &str| other.lock().expect("one at a time").run(statement);
        outlive(&db, &server, &shop, &Fault { away: &|| say(how), back: &|| say("ROLLBACK") });
    }
}

/// Whether a process holds a lock on a file.
#[cfg(target_os = "linux")]
fn holds_a_lock(process: u32, file: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = std::fs::metadata(file).expect("the file is there").ino().to_string();
    let locks = std::fs::read_to_string("/proc/locks").expect("the system tells its locks");
    let mut each = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    // 24: POSIX  ADVISORY  READ 7005 fe:00:5554212 1073741826 1073742335
    each.any(|words| words[4] == process.to_string() && words[5].ends_with(&format!(":{number}")))
}

/// An SQLite older than 3.51 that closes the file and finds no lock on it takes itself for its last user, and deletes the
/// log that is being written.
#[cfg(target_os = "linux")]
#[test]
fn a_writer_that_comes_back_to_a_file_does_not_give_up_the_locks_of_those_who_read_it() {
    let _alone = turn::alone();
    let db = Engine::Sqlite.fresh_database().expect("SQLite is always there");
    let file = db.file().expect("SQLite has one");
    let (server, shop) = open_shop(&db);
    let mut connection = Connection::open(server.addr()).expect("the server listens");
    let list = Request::get("/v1/conversions").bearer(&shop.demo.program.tokens.read);
    assert_eq!(connection.send(&list).expect("an answer").status, 200, "somebody reads");
    assert!(holds_a_lock(server.pid(), &file));
    let mut other = Sql::open(&db.url);
    other.run("BEGIN IMMEDIATE");
    report(&shop, &mut connection, &shop.order("in the meantime", 0));
    assert!(wait_until(Duration::from_secs(5), || readiness(&server) == 503), "the writer gives its connection up");
    other.run("ROLLBACK");
    assert!(wait_until(Duration::from_secs(5), || readiness(&server) == 200), "and has another one");
    assert!(holds_a_lock(server.pid(), &file));
}
