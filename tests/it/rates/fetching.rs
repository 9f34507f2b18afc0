//! A server that fetches rates by itself.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use accrue::app::rates::Fetches;
use accrue::domain::currency::Currency;
use accrue::domain::id::ProgramId;
use accrue::storage::exchange_rates;

use super::HISTORY;
use crate::support::background;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::patience::wait_until;
use crate::support::requirement::require_tool;

/// How long a fetch from this machine may take.
const LIMIT: Duration = Duration::from_secs(20);

/// A house with a program in it, opened again with an address to fetch from; and what came of its first fetch.
fn opened_with(db: &crate::support::engine::TestDatabase, url: &str) -> (House, ProgramId, Fetches) {
    let program = House::open(db).shop().program;
    let house = House::open_with(db, "2026-03-20T13:00:00Z", |config| {
        config.rates_url = Some(url.parse().unwrap_or_else(|why| panic!("{url} {why}")));
    });
    let fetched = || {
        let fetches = house.app().rates.fetches();
        fetches != Fetches::default()
    };
    assert!(wait_until(LIMIT, fetched), "rates are fetched at the start, or not");
    let fetches = house.app().rates.fetches();
    (house, program, fetches)
}

/// A bank that answers every question so, once per element.
fn bank(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let _served = background::start("bank", move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut question = [0; 2048];
            let _ = stream.read(&mut question);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    format!("http://{address}")
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
}

on_each_engine! {
    fn a_file_is_read_at_the_start(db: TestDatabase) {
        let path = db.folder().join("rates.csv");
        std::fs::write(&path, HISTORY).unwrap();
        let (house, program, fetches) = opened_with(&db, &format!("file://{}", path.display()));
        assert_eq!(fetches, Fetches { succeeded: Some(house.now()), failed: None });
        let last = house.app().rates.last(program).unwrap();
        assert!(last.fetched);
        assert_eq!((last.imported.added, last.imported.too_old), (8, 6));
        let newest = house.read(|conn| exchange_rates::latest_day(conn, program)).unwrap();
        assert_eq!(newest.to_string(), "2026-03-20");
    }

    /// Nobody is there to say that it is right, so it is not taken; another program's are.
    fn a_rate_that_leaps_is_not_taken_by_itself(db: TestDatabase) {
        let house = House::open(&db);
        let (first, other) = (house.shop().program, house.admin().program("Other", Currency::USD));
        super::take_in(&house, first, HISTORY);
        drop(house);
        let path = db.folder().join("rates.csv");
        std::fs::write(&path, "Date,USD\n2026-03-20,108.37\n").unwrap();
        let house = House::open_with(&db, "2026-03-20T13:00:00Z", |config| {
            config.rates_url = Some(format!("file://{}", path.display()).parse().unwrap());
        });
        assert!(wait_until(LIMIT, || house.app().rates.fetches() != Fetches::default()), "rates are fetched, or not");
        let (_, why) = house.app().rates.fetches().failed.expect("it is refused");
        let leap = "one euro would be 108.37 USD on 2026-03-20, after 1.0837 USD on 2026-03-20, which is hard to believe";
        assert_eq!(why, leap);
        assert!(house.app().rates.last(first).is_none() && house.app().rates.last(other).is_some());
    }

    fn what_went_wrong_is_said_and_the_server_serves(db: TestDatabase) {
        let (house, program, fetches) = opened_with(&db, "file:///nowhere/rates.csv");
        let (at, why) = fetches.failed.expect("there is no such file");
        assert_eq!((at, fetches.succeeded), (house.now(), None));
        assert!(why.starts_with("/nowhere/rates.csv cannot be read: No such file"), "{why}");
        assert_eq!(house.read(|conn| exchange_rates::latest_day(conn, program)), None);
        let mut marta = house.member("Marta", program, accrue::domain::user::Role::Viewer);
        let screen = marta.open("/admin/alderfinch/settings/exchange-rates");
        assert!(screen.says("failed: /nowhere/rates.csv cannot be read"), "{}", screen.words());
    }

    fn a_page_is_fetched_by_curl_and_a_refusal_is_one(db: TestDatabase) {
        if !require_tool("curl") {
            return;
        }
        let url = bank(vec![answer("302 Found", "Location: /rates.csv\r\n", ""), answer("200 OK", "", HISTORY)]);
        let (house, program, fetches) = opened_with(&db, &url);
        assert_eq!(fetches, Fetches { succeeded: Some(house.now()), failed: None });
        assert_eq!(house.app().rates.last(program).unwrap().imported.added, 8);
        drop(house);

        let url = bank(vec![answer("404 Not Found", "", HISTORY)]);
        let house = House::open_with(&db, "2026-03-20T13:00:00Z", |config| config.rates_url = url.parse().ok());
        assert!(wait_until(LIMIT, || house.app().rates.fetches().failed.is_some()), "the refusal is noted");
        let (_, why) = house.app().rates.fetches().failed.unwrap();
        assert!(why.contains("404"), "{why}");
    }
}
