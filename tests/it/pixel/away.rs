//! Nothing can be written: an event is told to come again, whatever it is, and a visitor gets a token all the same.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::sale;
use crate::support::connection::Connection;
use crate::support::engine::Engine;
use crate::support::patience::wait_until;
use crate::support::personas::Visitor;
use crate::support::process::ServerProcess;
use crate::support::sql::Sql;
use crate::support::turn;
use crate::support::wire::{Request, Response};
use crate::support::world::Demo;

fn says(server: &ServerProcess, message: &Value) -> Response {
    let request =
        Request::post("/e").body("text/plain", message.to_string()).header("Origin", "https://alderfinch.example");
    Connection::open(server.addr()).unwrap().send(&request.header("User-Agent", super::BROWSER)).unwrap()
}

#[test]
fn while_the_database_is_away_every_event_is_told_to_come_again_and_a_landing_gets_its_token() {
    let _alone = turn::alone();
    let db = Engine::Sqlite.fresh_database().expect("SQLite is always there");
    let demo = Demo::fill(&db);
    let server = ServerProcess::start(&db);
    let campaign = demo.campaign("js_pixel");
    let token = Visitor::new(server.addr()).follow(&campaign.link_of(demo.affiliate(0)).code).token().to_owned();
    let landing = json!({"event": "landing", "campaign": campaign.id, "affiliate": demo.affiliate(0).code});
    assert!(says(&server, &landing).header("x-click-token").is_some(), "the pair's link is known from now on");
    let other = Mutex::new(Sql::open(&db.url));
    let say = |statement: &str| other.lock().expect("one at a time").run(statement);
    say("BEGIN EXCLUSIVE");
    let message = sale("away", &token);
    let away = || says(&server, &message).status == 503;
    assert!(wait_until(Duration::from_secs(15), away), "the absence is noticed");
    for message in [&message, &sale("away", "clk_none"), &json!({}), &json!({"event": "lead", "campaign": "camp_x"})] {
        let answer = says(&server, message);
        assert_eq!((answer.status, answer.header("retry-after"), answer.body.len()), (503, Some("2"), 0), "{message}");
    }
    let began = Instant::now();
    let landed = says(&server, &landing);
    assert!(landed.header("x-click-token").is_some() && began.elapsed() < Duration::from_secs(1), "{landed:?}");
    say("ROLLBACK");
    let heard = || says(&server, &message).status == 204;
    assert!(wait_until(Duration::from_secs(15), heard), "it is back");
    let late = sale("late", landed.header("x-click-token").expect("a token"));
    assert_eq!(says(&server, &late).status, 204);
    let mut sql = Sql::open(&db.url);
    assert_eq!(sql.count("conversions"), 2, "the token is worth a commission, though its click was never recorded");
}
