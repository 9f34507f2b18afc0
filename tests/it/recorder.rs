//! The recorder from the inside: what it does with those who wait while its one thread is held up.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::attempt::{Call, KEYLESS_KEPT_PER_DAY, KeylessReport, Payload};
use accrue::domain::id::{AffiliateId, BatchId, ProgramId};
use accrue::environment::clock::Clock;
use accrue::environment::mint::Mint;
use accrue::recorder::{NotRecorded, WriteError};
use accrue::storage::conn::{DatabaseUrl, Purpose};
use accrue::storage::error::StorageError;
use accrue::storage::write::transaction;
use accrue::storage::{affiliates, batches, installation, migrations};
use tokio::task::JoinSet;

use crate::support::connection::Connection;
use crate::support::engine::{Engine, TestDatabase, on_each_engine};
use crate::support::in_process::{InProcess, wait_for};
use crate::support::patience::pause;
use crate::support::personas::{MerchantServer, Sale, Visitor};
use crate::support::shop::Shop;
use crate::support::sql::Sql;
use crate::support::wire::Request;
use crate::support::world::Demo;

/// More than wait in the queue at most.
const TOO_MANY: usize = 8_192;

struct Story {
    db: TestDatabase,
    server: InProcess,
    shop: Shop,
}

fn story() -> Story {
    story_on(Engine::Sqlite.fresh_database().expect("SQLite is always there"))
}

fn story_on(db: TestDatabase) -> Story {
    let demo = Demo::fill(&db);
    let server = InProcess::start(&db);
    let shop = Shop::open(demo, server.addr());
    Story { db, server, shop }
}

impl Story {
    fn merchant(&self) -> MerchantServer {
        MerchantServer::new(self.server.addr(), self.shop.api_key())
    }

    fn sale(&self, order_id: &str) -> Sale {
        self.shop.sale(&self.shop.order(order_id, 0))
    }

    /// Holds the writing thread up for as long as `work` takes.
    fn while_held_up<T>(&self, work: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            let (held, is_held) = mpsc::sync_channel(1);
            let (release, released) = mpsc::sync_channel::<()>(1);
            scope.spawn(move || {
                let done = self.server.write(move |_| {
                    held.send(()).expect("the test waits");
                    let _ = released.recv();
                    Ok(())
                });
                done.expect("the write goes through in the end");
            });
            is_held.recv_timeout(Duration::from_secs(5)).expect("the write begins");
            let done = work();
            drop(release);
            done
        })
    }
}

#[test]
fn a_click_that_waits_too_long_is_withdrawn_and_its_visitor_goes_on() {
    let story = story();
    let mut sql = Sql::open(&story.db.url);
    let (before, degraded) = (sql.count("clicks"), story.server.app().recorder.degraded_clicks());
    let (landing, took) = story.while_held_up(|| {
        let asked = Instant::now();
        let landing = Visitor::new(story.server.addr()).follow(story.shop.link_code(0));
        (landing, asked.elapsed())
    });
    assert_eq!(landing.response.status, 302, "{:?}", landing.response);
    assert!((Duration::from_millis(250)..Duration::from_secs(1)).contains(&took), "the visitor waited {took:?}");
    let sold = story.merchant().report(Sale::of(landing.token()));
    assert_eq!(sold.word, "success", "the token is as good as any: {sold:?}");
    assert_eq!(sql.count("clicks"), before, "what was withdrawn is not recorded behind its visitor's back");
    assert_eq!(story.server.app().recorder.degraded_clicks(), degraded + 1);
}

#[test]
fn strangers_without_a_key_take_no_place_in_the_queue_of_money() {
    const STRANGERS: i64 = 20_000;
    let story = story();
    let recorder = &story.server.app().recorder;
    let sold = thread::scope(|scope| {
        let waiting = story.while_held_up(|| {
            let now = Clock::system().now();
            for _ in 0..STRANGERS {
                recorder.note_keyless(KeylessReport {
                    id: Mint.id(now),
                    call: Call::ReportConversion,
                    received_at: now,
                    detail: "Invalid API key".to_owned(),
                    masked_key: None,
                    network: None,
                    payload: Payload::default(),
                });
            }
            let waiting = scope.spawn(|| story.merchant().report(story.sale("honest")));
            pause(Duration::from_millis(200));
            waiting
        });
        waiting.join().expect("the shop is answered")
    });
    assert_eq!((sold.status, sold.word.as_str()), (200, "success"), "more strangers than the queue has places");
    let mut sql = Sql::open(&story.db.url);
    assert_eq!(sql.number("SELECT SUM(seen) FROM attempt_days"), STRANGERS, "all are counted");
    assert_eq!(sql.count("attempts"), i64::from(KEYLESS_KEPT_PER_DAY), "and a sample is kept");
}

#[test]
fn a_click_by_api_waits_as_a_server_does_and_is_refused_at_once_when_waiting_is_of_no_use() {
    let story = story();
    let (campaign, affiliate) = (story.shop.demo.campaign("s2s_api"), story.shop.demo.affiliate(0));
    let mut merchant = story.merchant();
    assert_eq!(merchant.add_click(campaign, affiliate).word, "success", "the pair's link is known from now on");
    let mut sql = Sql::open(&story.db.url);
    let before = sql.count("clicks");
    let waited = thread::scope(|scope| {
        let waiting = story.while_held_up(|| {
            let waiting = scope.spawn(|| story.merchant().add_click(campaign, affiliate));
            pause(Duration::from_millis(600));
            waiting
        });
        waiting.join().expect("the server is answered")
    });
    assert_eq!((waited.status, waited.word.as_str()), (200, "success"), "longer than a visitor, and recorded");
    let (refused, took) = story.while_held_up(|| {
        pause(Duration::from_secs(2));
        let asked = Instant::now();
        (merchant.add_click(campaign, affiliate), asked.elapsed())
    });
    assert_eq!((refused.status, refused.word.as_str(), refused.click_token), (503, "error", None));
    assert!(took < Duration::from_millis(500), "it is known that nobody writes: {took:?}");
    assert_eq!(story.merchant().report(story.sale("after")).word, "success");
    assert_eq!(sql.count("clicks"), before + 1);
}

#[test]
fn a_full_queue_refuses_reports_and_lets_visitors_go_on() {
    let story = story();
    let app = story.server.app().clone();
    let mut visitor = Visitor::new(story.server.addr());
    visitor.follow(story.shop.link_code(0));
    let (refused, answer, landing) = story.while_held_up(|| {
        wait_for(async {
            let mut waiting = JoinSet::new();
            for _ in 0..TOO_MANY {
                let app = app.clone();
                waiting.spawn(async move { app.recorder.write(|_| Ok::<(), StorageError>(())).await });
            }
            // The tasks run up to their waiting as soon as this one waits itself.
            tokio::time::sleep(Duration::from_millis(300)).await;
            let refused = app.recorder.write(|_| Ok::<(), StorageError>(())).await;
            let address = story.server.addr();
            let request = story.sale("full").request(story.shop.api_key());
            let open = Connection::open(address);
            let answer = open.and_then(|mut open| open.send(&request)).expect("an answer");
            (refused, answer, visitor.follow(story.shop.link_code(0)))
        })
    });
    assert!(matches!(refused, Err(WriteError::NotRecorded(NotRecorded::Busy))), "{refused:?}");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("2")), "{answer:?}");
    assert_eq!(landing.response.status, 302, "{:?}", landing.response);
    landing.token();
    pause(Duration::from_millis(300));
    let ready = Visitor::new(story.server.addr()).send(Request::get("/readyz")).expect("an answer");
    assert_eq!(ready.status, 200, "it is ready again as soon as it can");
    assert_eq!(story.merchant().report(story.sale("full")).word, "success");
}

on_each_engine! {
    /// Neither those who wait in the same moment nor those who come next notice anything.
    fn a_panic_in_an_admins_write_costs_only_itself(db: TestDatabase) {
        let story = story_on(db);
        let revision = Sql::open(&story.db.url).number("SELECT revision FROM installation");
        thread::scope(|scope| {
            let reporting = scope.spawn(|| {
                let mut merchant = story.merchant();
                (0..40).map(|number| merchant.report(story.sale(&format!("o-{number}"))).status).collect::<Vec<_>>()
            });
            for _ in 0..5 {
                let panicked = story.server.write(|write| {
                    installation::bump_revision(write)?;
                    assert!(write.conn().ping().is_err(), "a panic on purpose");
                    Ok(())
                });
                assert!(matches!(panicked, Err(WriteError::NotRecorded(_))), "{panicked:?}");
                story.server.write(|_| Ok(())).expect("the next write goes through");
            }
            let statuses = reporting.join().expect("the merchant is content");
            assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        });
        assert_eq!(Sql::open(&story.db.url).number("SELECT revision FROM installation"), revision, "it left a trace");
    }

    /// Not a moment later: the admin has been told that it is so.
    fn an_admins_change_is_in_force_for_the_very_next_request(db: TestDatabase) {
        let story = story_on(db);
        let program: ProgramId = story.shop.demo.program.id.parse().expect("an id");
        let affiliate: AffiliateId = story.shop.demo.affiliate(0).id.parse().expect("an id");
        let mut merchant = story.merchant();
        for round in 0..10 {
            let (active, rejected) = (AffiliateStatus::Active, AffiliateStatus::Rejected);
            for (moved, answer) in [((active, rejected), 409), ((rejected, active), 200)] {
                let changed = story.server.write(move |write| affiliates::change_status(write, program, affiliate, moved));
                assert!(changed.expect("the write goes through"));
                let told = merchant.report(story.sale(&format!("o-{round}-{answer}")));
                assert_eq!(told.status, answer, "round {round}: {told:?}");
            }
        }
    }

    /// So a batch whose commit was answered to nobody is not written a second time.
    fn a_batch_that_has_happened_is_known_by_its_id(db: TestDatabase) {
        let url: DatabaseUrl = db.url.parse().expect("a good URL");
        let mut conn = url.connect(Purpose::Writing).expect("the database answers");
        migrations::run(&mut conn).expect("it goes up");
        let now = Clock::system().now();
        let [first, second]: [BatchId; 2] = [Mint.id(now), Mint.id(now)];
        let mut begin = |id| transaction(&mut conn, |write| batches::begin(write, id)).expect("it answers").is_some();
        assert_eq!([begin(first), begin(first), begin(second), begin(first)], [true, false, true, false]);
    }
}
