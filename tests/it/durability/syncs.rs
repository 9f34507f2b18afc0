//! DUR-3: between what is written for a report and the first byte of its answer lies a sync of the log that succeeded.
//!
//! Only the kernel can tell. The server (and, on PostgreSQL, whoever writes its log) runs under strace; then every
//! answer of 2xx is held against the calls before it.

use std::collections::HashMap;
use std::time::Duration;

use crate::support::connection::Connection;
use crate::support::engine::{Engine, TestDatabase};
use crate::support::journal::{Attempted, Driver, Journal};
use crate::support::patience::pause;
use crate::support::postgres::Cluster;
use crate::support::process::{ServerProcess, ServerSettings};
use crate::support::requirement::{Requirement, skip};
use crate::support::shop::Shop;
use crate::support::sql::Sql;
use crate::support::strace::{self, Call, Trace};
use crate::support::turn;
use crate::support::world::Demo;

const SERVER_CALLS: &str =
    "pwrite64,pwritev,write,writev,sendto,sendmsg,read,readv,recvfrom,recvmsg,fsync,fdatasync,ftruncate";
const DATABASE_CALLS: &str = "pwrite64,pwritev,write,fsync,fdatasync,sync_file_range";

/// One report as the kernel saw it: when its request had been read, and when the first byte of its answer was written.
#[derive(Debug, Clone, Copy)]
struct Exchange {
    read: u64,
    answered: u64,
}

/// Pairs each answer of 2xx with the request before it on the same connection.
fn exchanges(calls: &[Call]) -> Vec<Exchange> {
    let mut reading: HashMap<&str, u64> = HashMap::new();
    let mut found = Vec::new();
    for call in calls.iter().filter(|call| call.succeeded()) {
        let Some(socket) = call.path.as_deref().filter(|path| path.starts_with("socket:") || path.starts_with("TCP"))
        else {
            continue;
        };
        if call.args.contains("POST /integration/s2sConvert") {
            reading.insert(socket, call.end.unwrap_or(call.start));
        } else if call.args.contains("HTTP/1.1 200 ") {
            let read = reading.remove(socket);
            found.extend(read.map(|read| Exchange { read, answered: call.start }));
        }
    }
    found
}

/// What happened to the log: when something was written to it, and when a sync of it began and had succeeded.
struct Log {
    writes: Vec<u64>,
    syncs: Vec<(u64, u64)>,
}

impl Log {
    fn of(calls: &[Call], is_log: impl Fn(&str) -> bool) -> Log {
        let on_log = |call: &&Call| call.succeeded() && call.path.as_deref().is_some_and(&is_log);
        let calls: Vec<&Call> = calls.iter().filter(on_log).collect();
        let named = |names: &[&str]| {
            let chosen = calls.iter().filter(|call| names.contains(&call.name.as_str()));
            chosen.filter_map(|call| Some((call.start, call.end?))).collect::<Vec<_>>()
        };
        let writes = named(&["pwrite64", "pwritev", "write"]).into_iter().map(|(_, end)| end).collect();
        Log { writes, syncs: named(&["fsync", "fdatasync"]) }
    }

    /// Exactly: something was written after the request, and after the last such write came a sync that had succeeded
    /// before the answer.
    fn covers_alone(&self, exchange: Exchange) -> bool {
        let written = self.writes.iter().filter(|end| exchange.read <= **end && **end <= exchange.answered).max();
        written.is_some_and(|written| self.synced_between(*written, exchange.answered))
    }

    /// Among others: something was written and then synced between the request and the answer.
    fn covers_among_others(&self, exchange: Exchange) -> bool {
        let mut written = self.writes.iter().filter(|end| exchange.read <= **end && **end <= exchange.answered);
        written.any(|written| self.synced_between(*written, exchange.answered))
    }

    fn synced_between(&self, from: u64, to: u64) -> bool {
        self.syncs.iter().any(|(start, end)| from <= *start && *end <= to)
    }
}

/// Panics unless each of so many answers is covered.
fn assert_covered(exchanges: &[Exchange], count: usize, is_covered: impl Fn(Exchange) -> bool) {
    assert_eq!(exchanges.len(), count, "the trace shows as many answers as the clients got");
    let bare: Vec<_> = exchanges.iter().filter(|exchange| !is_covered(**exchange)).collect();
    assert!(bare.is_empty(), "{} of {count} answers left before their sync: {:?}", bare.len(), bare.first());
}

/// Reports so many orders by so many clients; each is acknowledged at the first try.
fn report(server: &ServerProcess, shop: &Shop, prefix: &str, count: usize, clients: usize) {
    let (journal, orders) = (Journal::new(), shop.orders(prefix, count));
    let address = || server.addr();
    let work = |connection: &mut Connection, order: &_| {
        let attempted = shop.report(connection, order);
        assert!(matches!(attempted, Attempted::Ok { .. }), "{attempted:?}");
        attempted
    };
    Driver::new(clients, &address).drive(&journal, &orders, work);
    journal.assert_all_acknowledged(&orders);
}

/// Runs the reports against a server of its own under strace and returns what strace saw.
fn traced_server(db: &TestDatabase, demo: &Demo, work: impl FnOnce(&ServerProcess, &Shop)) -> Vec<Call> {
    let trace = db.folder().join("calls");
    let mut server = ServerSettings::on(db).under(strace::prefix(&trace, SERVER_CALLS, &[])).start();
    let shop = Shop::open(demo.clone(), server.addr());
    work(&server, &shop);
    server.terminate();
    // The tracer writes its last lines after the end of what it watches.
    pause(Duration::from_millis(300));
    strace::read(&trace)
}

#[test]
fn every_answer_on_sqlite_comes_after_its_sync() {
    if !strace::is_usable() {
        return;
    }
    let _alone = turn::alone();
    let db = Engine::Sqlite.fresh_database().expect("SQLite is always there");
    let demo = Demo::fill(&db);
    let is_log = |path: &str| path.ends_with("accrue.db-wal");
    let calls = traced_server(&db, &demo, |server, shop| report(server, shop, "alone", 300, 1));
    let log = Log::of(&calls, is_log);
    assert_covered(&exchanges(&calls), 300, |exchange| log.covers_alone(exchange));
    let calls = traced_server(&db, &demo, |server, shop| report(server, shop, "crowd", 700, 16));
    let log = Log::of(&calls, is_log);
    assert_covered(&exchanges(&calls), 700, |exchange| log.covers_among_others(exchange));
}

/// The processes of PostgreSQL that may write or sync its log for us: the writer's backend and the log writer.
fn log_writers(db: &TestDatabase) -> Vec<u32> {
    let query = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = \
        (SELECT oid FROM pg_database WHERE datname = current_database()) \
        UNION SELECT pid FROM pg_stat_activity WHERE backend_type IN ('walwriter', 'checkpointer')";
    let found: Vec<u32> =
        Sql::open(&db.url).lines(query).iter().map(|pid| pid.parse().expect("a process's number")).collect();
    assert_eq!(found.len(), 3, "a backend, a log writer and a checkpointer");
    found
}

#[test]
fn every_answer_on_postgres_comes_after_its_sync() {
    if !strace::is_usable() {
        return;
    }
    let Some(cluster) = Cluster::own() else {
        return skip(Requirement::Postgres, "no PostgreSQL of the test's own can be made");
    };
    let _alone = turn::alone();
    let db = TestDatabase::on(&cluster);
    let demo = Demo::fill(&db);
    for (prefix, count, clients) in [("alone", 300, 1), ("crowd", 700, 16)] {
        let mut database_calls = Vec::new();
        let calls = traced_server(&db, &demo, |server, shop| {
            let traces: Vec<Trace> =
                log_writers(&db).into_iter().map(|process| Trace::attach(process, DATABASE_CALLS)).collect();
            report(server, shop, prefix, count, clients);
            database_calls.extend(traces.into_iter().flat_map(Trace::finish));
        });
        let log = Log::of(&database_calls, |path| path.contains("pg_wal/"));
        assert_covered(&exchanges(&calls), count, |exchange| match clients {
            1 => log.covers_alone(exchange),
            _ => log.covers_among_others(exchange),
        });
    }
}

#[test]
fn an_answer_before_its_sync_is_found_in_a_trace() {
    let written = "write(5<socket:[7]>, \"HTTP/1.1 200 OK\", 15) = 15 <0.000001>";
    let synced = "fdatasync(4</d/accrue.db-wal>) = 0 <0.000010>";
    let story = |third: &str, fourth: &str| {
        format!(
            "1 100.000000 recvfrom(5<socket:[7]>, \"POST /integration/s2sConvert\", 64, 0, NULL, NULL) = 64 <0.000001>\n\
             2 100.000100 pwrite64(4</d/accrue.db-wal>, \"…\", 4096, 0) = 4096 <0.000010>\n\
             2 100.000200 {third}\n1 100.000300 {fourth}\n"
        )
    };
    for (text, covered) in [
        (story(synced, written), true),
        (story(written, synced), false),
        (story("fdatasync(4</d/accrue.db-wal>) = -1 EIO (Input/output error) <0.000010>", written), false),
        (story("fdatasync(4</d/accrue.db>) = 0 <0.000010>", written), false),
    ] {
        let calls = strace::parse(&text);
        let log = Log::of(&calls, |path| path.ends_with("-wal"));
        let found = exchanges(&calls);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!((log.covers_alone(found[0]), log.covers_among_others(found[0])), (covered, covered), "{text}");
    }
}
