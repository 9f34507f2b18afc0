//! More than one's share (ABU-6): who presents keys that are none is told to wait, and nobody beside them is.

use std::time::Duration;

use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Sale;
use crate::support::wire::{Request, Response};

/// How many keys that are none are answered at once.
const MOST: usize = 60;

/// A report under a key that is none, said to come from these addresses by whoever wrote the header.
fn guess(connection: &mut Connection, forwarded: Option<&str>) -> Response {
    let request = Request::post("/integration/s2sConvert").json(r#"{"api_key":"ak_live_guess"}"#);
    let request = match forwarded {
        Some(addresses) => request.header("X-Forwarded-For", addresses),
        None => request,
    };
    connection.send(&request).expect("the server answers")
}

on_each_engine! {
    fn after_so_many_keys_that_are_none_a_client_waits_and_a_right_key_beside_it_does_not(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut connection = Connection::open(house.addr()).expect("the server listens");
        for left in (0..MOST).rev() {
            let answer = guess(&mut connection, None);
            let told = ["x-ratelimit-limit", "x-ratelimit-remaining"].map(|name| answer.header(name).unwrap_or("").to_owned());
            assert_eq!((answer.status, told), (401, [MOST.to_string(), left.to_string()]));
        }
        for _ in 0..3 {
            let answer = guess(&mut connection, None);
            let message = "Too many requests without a valid API key; check the key, and wait 1 s";
            assert_eq!((answer.status, answer.header("retry-after")), (429, Some("1")));
            assert_eq!(answer.text(), format!(r#"{{"status":"error","message":"{message}"}}"#));
            assert_eq!((answer.header("x-ratelimit-remaining"), answer.header("x-ratelimit-reset")), (Some("0"), Some("60")));
        }
        let mut merchant = house.merchant(&shop.campaign);
        for order in 0..2 * MOST {
            let answer = merchant.report(Sale::of(&token).order_id(&format!("{order}")));
            assert_eq!(answer.status, 200, "reports under a key have no limit: {}", answer.body);
        }
        assert_eq!(guess(&mut connection, None).status, 429);
        house.clock().advance(Duration::from_secs(1));
        assert_eq!([(); 2].map(|()| guess(&mut connection, None).status), [401, 429], "one more each second");
        assert_eq!(house.attempts_today(&house.keyless()[0]).seen, i64::try_from(MOST + 6).unwrap(), "all are counted");
    }

    fn a_forwarding_header_that_no_proxy_wrote_makes_nobody_another_client(db: TestDatabase) {
        let house = House::open(&db);
        let mut connection = Connection::open(house.addr()).expect("the server listens");
        let answers = (0..2 * MOST).map(|turn| guess(&mut connection, Some(&format!("198.51.100.{turn}"))).status);
        assert_eq!(answers.filter(|status| *status == 401).count(), MOST);
    }

    fn behind_a_proxy_each_client_has_its_own_count_and_a_64_is_one_client(db: TestDatabase) {
        let house = House::open_with(&db, "2026-03-20T12:00:00Z", |config| {
            config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
        });
        let mut connection = Connection::open(house.addr()).expect("the server listens");
        let mut let_in = |addresses: &dyn Fn(usize) -> String| {
            (0..2 * MOST).filter(|turn| guess(&mut connection, Some(&addresses(*turn))).status == 401).count()
        };
        assert_eq!(let_in(&|_| "198.51.100.1".to_owned()), MOST, "one client");
        assert_eq!(let_in(&|turn| format!("198.51.100.{turn}, 198.51.100.1")), 0, "it may say of itself what it likes");
        assert_eq!(let_in(&|turn| format!("2001:db8:0:1::{turn:x}")), MOST, "a /64");
        assert_eq!(let_in(&|turn| format!("2001:db8:0:{:x}::1", turn + 2)), 2 * MOST, "many networks");
        assert_eq!(let_in(&|turn| format!("198.51.101.{turn}")), 2 * MOST, "many addresses");
    }
}
