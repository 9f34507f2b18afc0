//! One process writes (OPS-5): within it any number of clients, beside it nobody but those who only look.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::handle::AffiliateCode;
use accrue::domain::id::ProgramId;
use accrue::domain::name::Name;
use accrue::operations::create_affiliate::{NewAffiliate, create_affiliate};

use crate::support::background;
use crate::support::checker::Order;
use crate::support::connection::Connection;
use crate::support::engine::{Engine, on_each_engine};
use crate::support::in_process::InProcess;
use crate::support::journal::{Attempted, Journal};
use crate::support::patience::{pause, wait_until};
use crate::support::personas::{MerchantServer, Sale, Visitor};
use crate::support::process::{ServerProcess, ServerSettings, run_on};
use crate::support::shop::Shop;
use crate::support::sql::Sql;
use crate::support::turn;
use crate::support::wire::Request;
use crate::support::world::{Affiliate, Demo};

const CLIENTS: usize = 64;
const EACH: usize = 12;
const IN_USE: &str = "another accrue process is using this database; stop it first";

/// Takes an affiliate in, as an admin does, and returns it as the merchant names it.
fn take_in(server: &InProcess, program: &str, code: &str) -> Affiliate {
    let program: ProgramId = program.parse().expect("the demo prints its program's id");
    let code_of = AffiliateCode::parse(code).expect("a good code");
    let environment = server.app().environment.clone();
    let name = Name::parse(code).expect("a good name");
    let new = NewAffiliate { code: Some(code_of), name, email: None, status: AffiliateStatus::Active };
    let made = server.write(move |write| create_affiliate(write, &environment, program, new));
    let id = made.unwrap_or_else(|error| panic!("{code} is not taken in: {error}"));
    Affiliate {
        id: id.to_string(),
        code: code.into(),
        name: code.into(),
        status: "active".into(),
        token: String::new(),
    }
}

/// A client that reports, follows links, takes affiliates in and registers clicks for them, all in turn.
fn write_everything(server: &InProcess, shop: &Shop, journal: &Journal, client: usize, orders: &[Order]) {
    let mut visitor = Visitor::new(server.addr());
    let mut merchant = MerchantServer::new(server.addr(), shop.api_key());
    let mut connection = Connection::open(server.addr()).expect("the server listens");
    for (number, order) in orders.iter().enumerate() {
        journal.intend(order);
        let attempted = shop.report(&mut connection, order);
        assert!(matches!(attempted, Attempted::Ok { .. }), "{attempted:?}");
        journal.conclude(order, attempted);
        let landing = visitor.follow(shop.link_code(number % 2));
        assert_eq!(landing.response.status, 302, "{:?}", landing.response);
        if number % 4 == client % 4 {
            let new = take_in(server, &shop.demo.program.id, &format!("new-{client}-{number}"));
            let answer = merchant.add_click(shop.demo.campaign("s2s_api"), &new);
            assert_eq!((answer.status, answer.word.as_str()), (200, "success"), "{answer:?}");
        }
    }
}

on_each_engine! {
    /// No "database is locked" reaches anybody, and everything is there.
    fn sixty_four_clients_write_at_once_and_all_of_it_is_kept(db: TestDatabase) {
        let _alone = turn::alone();
        let demo = Demo::fill(&db);
        let server = InProcess::start(&db);
        let shop = Shop::open(demo, server.addr());
        let (journal, orders) = (Journal::new(), shop.orders("o", CLIENTS * EACH));
        let finished = AtomicUsize::new(0);
        thread::scope(|scope| {
            for (client, own) in orders.chunks(EACH).enumerate() {
                let (server, shop, journal, finished) = (&server, &shop, &journal, &finished);
                scope.spawn(move || {
                    write_everything(server, shop, journal, client, own);
                    finished.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        assert_eq!(finished.load(Ordering::Relaxed), CLIENTS);
        assert_eq!(server.app().recorder.degraded_clicks(), 0, "every visit was recorded");
        journal.assert_all_acknowledged(&orders);
        shop.assert_kept(&db, &journal, &orders);
    }

    /// Whoever only looks may look; whoever would write says that the database is in use.
    fn beside_a_running_server_one_may_look_and_not_write(db: TestDatabase) {
        let demo = Demo::fill(&db);
        let server = ServerProcess::start(&db);
        for arguments in [&["demo"][..], &["migrate"], &["create-admin", "--email", "second@shop.example"]] {
            let output = run_on(&db, arguments);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
            assert_eq!(output.stderr, format!("accrue: {IN_USE}\n"), "{arguments:?}");
            assert_eq!(output.stdout, "", "{arguments:?}");
        }
        let verified = run_on(&db, &["verify"]).expect_success();
        assert!(verified.contains(": 0 differences"), "{verified}");
        run_on(&db, &["health"]).expect_success();
        assert_eq!(Sql::open(&db.url).count("users"), 1, "nobody was added");
        let landing = Visitor::new(server.addr()).follow(&demo.campaign("s2s_api").link_of(demo.affiliate(0)).code);
        assert_eq!(landing.response.status, 302, "the server goes on");
    }
}

#[test]
fn a_second_server_on_an_sqlite_file_refuses_to_start() {
    let db = Engine::Sqlite.fresh_database().expect("SQLite is always there");
    let first = ServerProcess::start(&db);
    let second = ServerSettings::on(&db).try_start().expect_err("one file has one server");
    assert_eq!(second.status.and_then(|status| status.code()), Some(1), "{second}");
    assert_eq!(second.output, format!("accrue: {IN_USE}\n"));
    drop(first);
    drop(ServerProcess::start(&db));
}

#[test]
fn a_second_server_on_postgres_stands_by_and_takes_over() {
    Engine::Postgres.run(|db| {
        let demo = Demo::fill(&db);
        let mut first = ServerProcess::start(&db);
        let token = Visitor::new(first.addr()).follow(&demo.campaign("s2s_api").link_of(demo.affiliate(0)).code);
        let port = ServerSettings::on(&db).on_a_lasting_port();
        let standing_by = port.clone();
        let second = background::start("standby", move || standing_by.start());
        pause(Duration::from_millis(1_500));
        assert!(!second.is_finished(), "two processes serve one database");
        let key = &demo.campaign("s2s_api").api_key;
        let answer = MerchantServer::new(first.addr(), key).report(Sale::of(token.token()).order_id("before"));
        assert_eq!(answer.word, "success", "{answer:?}");
        first.kill();
        let killed = Instant::now();
        assert!(wait_until(Duration::from_secs(10), || second.is_finished()), "nobody takes over");
        let second = second.join().expect("the second one serves");
        let mut merchant = MerchantServer::new(second.addr(), key);
        assert_eq!(merchant.report(Sale::of(token.token()).order_id("before")).word, "duplicate");
        assert_eq!(merchant.report(Sale::of(token.token()).order_id("after")).word, "success");
        assert!(killed.elapsed() < Duration::from_secs(10), "taking over took {:?}", killed.elapsed());
        assert!(second.output().contains("standing by to take over"), "{}", second.output());
    });
}

#[test]
fn a_server_that_stands_by_does_not_pretend_to_listen() {
    Engine::Postgres.run(|db| {
        let first = ServerProcess::start(&db);
        let settings = ServerSettings::on(&db).on_a_lasting_port();
        let address = settings.address();
        let second = background::start("standby", move || settings.start());
        pause(Duration::from_millis(1_500));
        let knocked = Connection::open(address);
        assert!(knocked.is_err(), "a load balancer would send people to a server that does not answer");
        drop(first);
        let second = second.join().expect("the second one serves");
        let ready = Connection::open(second.addr()).and_then(|mut open| open.send(&Request::get("/readyz")));
        assert_eq!(ready.expect("an answer").status, 200);
    });
}
