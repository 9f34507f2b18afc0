//! Stopping (OPS-2): whoever asked before the door closed is answered, and what was promised is kept.
//!
//! The clients here do as they are told: where an answer says that the connection closes they open another one, and
//! where it says "try again" they do so later, at another server. What they never accept is silence.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use crate::support::checker::Order;
use crate::support::connection::Connection;
use crate::support::engine::{Engine, TestDatabase, on_each_engine};
use crate::support::journal::{Attempted, Journal};
use crate::support::patience::pause;
use crate::support::personas::Answer;
use crate::support::postgres::Cluster;
use crate::support::process::ServerProcess;
use crate::support::requirement::{Requirement, skip};
use crate::support::shop::Shop;
use crate::support::signal;
use crate::support::turn;
use crate::support::wire::Request;
use crate::support::world::Demo;

const KEEPING: usize = 32;
const CONNECTING: usize = 4;

/// What a client does after an answer.
enum Then {
    /// Asks again on the same connection.
    Stay(Connection),
    /// Asks again on another one.
    ComeAnew,
    /// Goes elsewhere.
    Leave,
}

/// Clients at work against a server that is about to stop.
struct Crowd<'a> {
    shop: &'a Shop,
    address: SocketAddr,
    round: usize,
    journal: &'a Journal,
    over: AtomicBool,
    answered: AtomicUsize,
    silent: Mutex<Vec<String>>,
}

impl<'a> Crowd<'a> {
    fn new(shop: &'a Shop, address: SocketAddr, round: usize, journal: &'a Journal) -> Crowd<'a> {
        let (answered, silent) = (AtomicUsize::new(0), Mutex::default());
        Crowd { shop, address, round, journal, over: AtomicBool::new(false), answered, silent }
    }

    fn gather<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        for client in 0..KEEPING {
            scope.spawn(move || self.work(client, false));
        }
        for client in KEEPING..KEEPING + CONNECTING {
            scope.spawn(move || self.work(client, true));
        }
    }

    /// Sends one report or visit after another until the server is gone or asks to be left alone.
    fn work(&self, client: usize, anew: bool) {
        let mut kept = None;
        for number in 0.. {
            let Ok(open) = kept.take().filter(|_| !anew).map_or_else(|| Connection::open(self.address), Ok) else {
                return;
            };
            kept = match self.ask(open, client, number) {
                Then::Stay(connection) => Some(connection),
                Then::ComeAnew => None,
                Then::Leave => return,
            };
        }
    }

    /// Sends one request and does as its answer says.
    fn ask(&self, mut open: Connection, client: usize, number: usize) -> Then {
        let order = self.shop.order(&format!("r{}-c{client}-n{number}", self.round), number);
        let reports = number % 4 != 3;
        let request = match reports {
            true => self.shop.sale(&order).request(self.shop.api_key()),
            false => Request::get(&format!("/c/{}", self.shop.link_code(number % 2))),
        };
        if reports {
            self.journal.intend(&order);
        }
        if open.write_request(&request).is_err() {
            return Then::ComeAnew;
        }
        let response = match open.read_response() {
            Ok(response) => response,
            Err(error) => {
                let what = format!("client {client}, request {number}: {error}");
                self.silent.lock().expect("no client panics").push(what);
                return Then::Leave;
            }
        };
        self.answered.fetch_add(1, Ordering::Relaxed);
        assert!(matches!(response.status, 200 | 302 | 503), "{response:?}");
        if reports {
            self.journal.conclude(&order, Attempted::from(Ok(Answer::read(&response))));
        }
        match (response.status, response.lists("connection", "close")) {
            (503, _) => Then::Leave,
            _ if self.over.load(Ordering::Relaxed) => Then::Leave,
            (_, true) => Then::ComeAnew,
            (_, false) => Then::Stay(open),
        }
    }
}

/// Rounds of load and SIGTERM on one database; each ends with every request answered and every promise kept.
fn stop_under_load(db: &TestDatabase, rounds: usize, load: Duration) {
    let _alone = turn::alone();
    let demo = Demo::fill(db);
    let journal = Journal::new();
    let mut shop = None;
    for round in 0..rounds {
        let mut server = ServerProcess::start(db);
        let shop = shop.get_or_insert_with(|| Shop::open(demo.clone(), server.addr()));
        let crowd = Crowd::new(shop, server.addr(), round, &journal);
        let took = thread::scope(|scope| {
            crowd.gather(scope);
            pause(load);
            let told = Instant::now();
            let status = server.terminate();
            assert_eq!(status.code(), Some(0), "round {round}: {}", server.output());
            crowd.over.store(true, Ordering::Relaxed);
            told.elapsed()
        });
        assert!(took < Duration::from_secs(6), "round {round}: the stop took {took:?} with clients that behave");
        let silent = crowd.silent.into_inner().expect("no client panicked");
        assert!(silent.is_empty(), "round {round}: {} requests were not answered: {silent:?}", silent.len());
        assert!(crowd.answered.load(Ordering::Relaxed) > KEEPING, "round {round}: there was hardly any load");
    }
    let orders = every_order(shop.as_ref().expect("there were rounds"), &journal);
    shop.expect("there were rounds").assert_kept(db, &journal, &orders);
}

/// Every order that some client meant to send.
fn every_order(shop: &Shop, journal: &Journal) -> Vec<Order> {
    let numbered = |order_id: &str| order_id.rsplit_once("-n").and_then(|(_, number)| number.parse().ok());
    let sent = journal.sent();
    sent.iter().map(|order_id| shop.order(order_id, numbered(order_id).expect("it ends with a number"))).collect()
}

on_each_engine! {
    /// OPS-2 in short; half the rounds on each engine.
    fn a_stop_under_load_leaves_no_request_unanswered_and_no_promise_broken(db: TestDatabase) {
        stop_under_load(&db, 10, Duration::from_millis(500));
    }

    #[ignore = "tier 2: forty longer rounds, some three minutes"]
    fn forty_stops_under_load_leave_no_request_unanswered(db: TestDatabase) {
        stop_under_load(&db, 40, Duration::from_secs(3));
    }
}

#[test]
fn connections_that_rest_do_not_hold_up_a_stop() {
    let _alone = turn::alone();
    let db = Engine::Sqlite.fresh_database().expect("SQLite is always there");
    let mut server = ServerProcess::start(&db);
    let mut resting: Vec<Connection> = (0..16).map(|_| Connection::open(server.addr()).expect("it connects")).collect();
    for connection in &mut resting {
        assert_eq!(connection.send(&Request::get("/healthz")).expect("an answer").status, 200);
    }
    let silent: Vec<Connection> = (0..16).map(|_| Connection::open(server.addr()).expect("it connects")).collect();
    let told = Instant::now();
    assert_eq!(server.terminate().code(), Some(0), "{}", server.output());
    assert!(told.elapsed() < Duration::from_secs(4), "the stop took {:?}", told.elapsed());
    drop(silent);
}

#[test]
fn knocking_in_silence_while_the_door_closes_does_not_keep_it_open() {
    let _alone = turn::alone();
    let db = Engine::Sqlite.fresh_database().expect("SQLite is always there");
    let mut server = ServerProcess::start(&db);
    let address = server.addr();
    let took = thread::scope(|scope| {
        scope.spawn(|| {
            let end = Instant::now() + Duration::from_secs(15);
            let mut knocked = Vec::new();
            while let (Ok(silent), true) = (Connection::open(address), Instant::now() < end) {
                knocked.push(silent);
                pause(Duration::from_millis(5));
            }
        });
        pause(Duration::from_millis(100));
        let told = Instant::now();
        let status = server.terminate();
        assert_eq!(status.code(), Some(0), "{}", server.output());
        told.elapsed()
    });
    assert!(took < Duration::from_secs(10), "the stop took {took:?}");
}

#[test]
fn a_large_report_that_comes_while_the_door_closes_is_told_to_come_back() {
    let _alone = turn::alone();
    let db = Engine::Sqlite.fresh_database().expect("SQLite is always there");
    let mut server = ServerProcess::start(&db);
    let large = Request::post("/integration/s2sConvert").json(&format!("{{\"api_key\":\"{}\"}}", "x".repeat(60_000)));
    // A visitor with half a request keeps the server from ending before it has been knocked on.
    let mut slow = Connection::open(server.addr()).expect("it connects");
    slow.write_raw(b"POST /integration/s2sConvert HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        .expect("it is sent");
    pause(Duration::from_millis(100));
    signal::send("TERM", &[server.pid()]);
    let mut statuses = Vec::new();
    while let Ok(mut late) = Connection::open(server.addr()) {
        match late.send(&large) {
            Ok(answer) => statuses.push(answer.status),
            Err(error) => panic!("after {statuses:?}: {error}"),
        }
        if statuses.len() == 200 {
            break;
        }
        pause(Duration::from_millis(10));
    }
    drop(slow);
    assert!(statuses.contains(&503), "none was told to come back: {statuses:?}");
    assert_eq!(server.wait(Duration::from_secs(30)).code(), Some(0));
}

#[test]
fn a_stop_ends_even_while_the_database_keeps_silent() {
    let Some(cluster) = Cluster::own() else {
        return skip(Requirement::Postgres, "no PostgreSQL of the test's own can be made");
    };
    let _alone = turn::alone();
    let db = TestDatabase::on(&cluster);
    let demo = Demo::fill(&db);
    let mut server = ServerProcess::start(&db);
    let shop = Shop::open(demo, server.addr());
    cluster.freeze();
    let address = server.addr();
    thread::scope(|scope| {
        for number in 0..8 {
            let shop = &shop;
            scope.spawn(move || {
                let mut connection = Connection::open(address).expect("it connects");
                let order = shop.order(&format!("frozen-{number}"), number);
                let attempted = shop.report(&mut connection, &order);
                assert!(matches!(attempted, Attempted::Indeterminate { .. }), "{attempted:?}");
            });
        }
        pause(Duration::from_millis(300));
        let told = Instant::now();
        assert_eq!(server.terminate().code(), Some(0), "{}", server.output());
        assert!(told.elapsed() < Duration::from_secs(30), "the stop took {:?}", told.elapsed());
    });
    cluster.thaw();
}
