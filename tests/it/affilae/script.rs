//! `examples/affilae_review.py`: what the document describes, done by a script against a real server.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::background;
use crate::support::connection::Connection;
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::folder::TemporaryFolder;
use crate::support::personas::{MerchantServer, Sale, Visitor};
use crate::support::process::{ServerProcess, run_on};
use crate::support::requirement::{Requirement, find_program, skip};
use crate::support::wire::{Request, readable};
use crate::support::world::Demo;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

/// Orders that nothing is the matter with, besides those of the sample: more than two pages of fifty.
const PLAIN: usize = 120;

/// A desk with the script, the shop's order file and the script's log on it.
struct Desk {
    folder: TemporaryFolder,
    address: String,
    token: String,
}

impl Desk {
    fn of(address: String, token: &str) -> Desk {
        Desk { folder: TemporaryFolder::new(), address, token: token.to_owned() }
    }

    fn orders(&self, text: &str) {
        fs::write(self.folder.path().join("orders.csv"), text).expect("the order file is written");
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let script = Path::new(EXAMPLES).join("affilae_review.py");
        let mut python = Command::new("python3");
        python.arg(script).args(["--url", &format!("http://{}", self.address), "--orders", "orders.csv"]);
        python.args(["--log", "review.log"]).args(arguments).current_dir(self.folder.path());
        python.env("ACCRUE_TOKEN", &self.token).env("no_proxy", "127.0.0.1").env("PYTHONDONTWRITEBYTECODE", "1");
        python.stdin(Stdio::null()).output().expect("python3 can be run")
    }

    /// What it printed, after it ended with this status.
    fn says(&self, arguments: &[&str], status: i32) -> String {
        let output = self.run(arguments);
        let printed = readable(&output.stdout) + &readable(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{printed}");
        assert!(!printed.contains("Traceback") && !self.log_text().contains(&self.token), "{printed}");
        printed
    }

    fn log_text(&self) -> String {
        fs::read_to_string(self.folder.path().join("review.log")).unwrap_or_default()
    }

    /// The lines of the log that note this.
    fn noted(&self, what: &str) -> Vec<Value> {
        let lines =
            self.log_text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>();
        lines.into_iter().filter(|line| line["what"] == what).collect()
    }
}

/// Sells the orders of the sample, two that it does not have, and many plain ones.
fn sell(server: &ServerProcess, demo: &Demo) {
    let campaign = demo.campaign("s2s_api");
    let link = &campaign.link_of(demo.affiliate(0)).code;
    let token = Visitor::new(server.addr()).follow(link).token().to_owned();
    let mut shop = MerchantServer::new(server.addr(), &campaign.api_key);
    let sample = (1001..=1008).map(|number| (number.to_string(), "99.99"));
    let plain = (0..PLAIN).map(|number| (format!("plain-{number}"), "10.00"));
    for (order, total) in sample.chain(plain) {
        let answer = shop.report(Sale::of(&token).order_id(&order).order_total(total));
        assert_eq!(answer.word, "success", "{}", answer.body);
    }
}

/// The sample, an order for more than was reported, and the plain ones.
fn order_file() -> String {
    let sample = fs::read_to_string(Path::new(EXAMPLES).join("affilae_orders.csv")).expect("the sample");
    (0..PLAIN).fold(sample + "1008,paid,10000,USD\n", |mut text, number| {
        writeln!(text, "plain-{number},paid,1000,USD").expect("a text takes text");
        text
    })
}

/// Status, amount and reason of an order, as the server tells them.
fn stands(server: &ServerProcess, demo: &Demo, order: &str) -> (String, i64, Option<String>) {
    let request = Request::get(super::INFO).query(&[("externalId", order)]).bearer(&demo.program.tokens.read);
    let told = super::one(&Connection::open(server.addr()).unwrap().send(&request).unwrap());
    let text = |name: &str| told[name].as_str().map(str::to_owned);
    (text("status").expect("a status"), told["amount"].as_i64().expect("an amount"), text("refuseReason"))
}

/// How many there are of each status.
fn statuses(server: &ServerProcess, demo: &Demo) -> BTreeMap<&'static str, i64> {
    let mut connection = Connection::open(server.addr()).unwrap();
    let total = |status: &'static str| {
        let request = Request::get(super::LIST).query(&[("status", status)]).bearer(&demo.program.tokens.read);
        (status, super::found(&connection.send(&request).unwrap()).0)
    };
    ["pending", "accepted", "refused"].into_iter().map(total).collect()
}

/// Answers each of these to the requests that come, one after the other.
fn serve(answers: Vec<&'static str>) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let serving = background::start("answers", move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, serving)
}

/// The books of a real server, which are not the test's.
fn assert_verified(db: &TestDatabase) {
    let verified = run_on(db, &["verify"]).expect_success();
    assert!(verified.contains(": 0 differences"), "{verified}");
}

on_each_engine! {
    fn the_script_does_what_the_document_describes(db: TestDatabase) {
        if find_program("python3").is_none() {
            return skip(Requirement::Tools, "python3 is not installed");
        }
        let demo = Demo::fill(&db);
        let server = ServerProcess::start(&db);
        sell(&server, &demo);
        let desk = Desk::of(server.addr().to_string(), &demo.program.tokens.manage);
        desk.orders(&order_file());
        let all = i64::try_from(PLAIN).unwrap() + 8;

        let printed = desk.says(&["--page-size", "50"], 0);
        assert!(printed.contains("pending conversions reviewed: 128 (nothing was changed; --apply does it)"), "{printed}");
        assert_eq!(statuses(&server, &demo), BTreeMap::from([("pending", all), ("accepted", 0), ("refused", 0)]));
        assert_eq!(desk.noted("call").len(), 3, "three pages, and no decision");
        assert_eq!(desk.noted("decision").len(), 128);

        let printed = desk.says(&["--page-size", "50", "--apply"], 0);
        for line in [
            "pending conversions reviewed: 128\n",
            "   121  accepted\n",
            "     1  accepted after a partial return\n",
            "     4  refused\n",
            "     2  left pending\n",
            "     0  failed\n",
            "accepted orders in USD, in cents: 134049\n",
            "1007: left, the order file does not know it\n",
            "1008: left, it is 9999, and 10000 in the order file\n",
        ] {
            assert!(printed.contains(line), "{line}{printed}");
        }
        assert_eq!(statuses(&server, &demo), BTreeMap::from([("pending", 2), ("accepted", 122), ("refused", 4)]));
        let refused = |why: &str| ("refused".to_owned(), 9_999, Some(why.to_owned()));
        for (order, expected) in [
            ("1001", ("accepted".to_owned(), 9_999, None)),
            ("1002", ("accepted".to_owned(), 4_050, None)),
            ("1003", refused("product return")),
            ("1004", refused("order cancelled")),
            ("1005", refused("fraud")),
            ("1006", refused("test order")),
            ("1007", ("pending".to_owned(), 9_999, None)),
            ("plain-0", ("accepted".to_owned(), 1_000, None)),
            ("plain-119", ("accepted".to_owned(), 1_000, None)),
        ] {
            assert_eq!(stands(&server, &demo, order), expected, "{order}");
        }
        let made = desk.noted("decision").into_iter().filter(|line| line["result"] == "done").count();
        assert_eq!(made, 126);
        let limited = desk.noted("call").iter().filter(|line| line["status"] == 429).count();
        assert_eq!(desk.noted("call").len() - limited, 3 + 3 + 1 + 127, "pages, pages, a second look before an amount is lowered, and decisions");

        let printed = desk.says(&["--apply"], 0);
        assert!(printed.contains("pending conversions reviewed: 2\n"), "again is safe: {printed}");
        assert_verified(&db);

        let thief = Desk::of(server.addr().to_string(), &demo.program.tokens.track);
        thief.orders(&order_file());
        let printed = thief.says(&["--apply"], 1);
        assert!(printed.contains("the list cannot be read: 403: The token needs the scope read"), "{printed}");
    }
}

on_each_engine! {
    /// The order file says what a customer keeps, and a refund may have been reported before: it is taken off once.
    fn the_script_takes_no_return_off_twice(db: TestDatabase) {
        if find_program("python3").is_none() {
            return skip(Requirement::Tools, "python3 is not installed");
        }
        let demo = Demo::fill(&db);
        let server = ServerProcess::start(&db);
        let campaign = demo.campaign("s2s_api");
        let token = Visitor::new(server.addr()).follow(&campaign.link_of(demo.affiliate(0)).code).token().to_owned();
        let mut shop = MerchantServer::new(server.addr(), &campaign.api_key);
        let mut connection = Connection::open(server.addr()).unwrap();
        for (order, refunded) in [("all of it", "49.99"), ("a part of it", "20.00"), ("too much of it", "49.99")] {
            let id = shop.report(Sale::of(&token).order_id(order).order_total("99.99")).conversion_id.expect("it is recorded");
            let refund = Request::post(&format!("/v1/conversions/{id}/refund")).json(&format!(r#"{{"amount":"{refunded}"}}"#));
            assert_eq!(connection.send(&refund.bearer(&demo.program.tokens.manage)).unwrap().status, 200);
        }
        let desk = Desk::of(server.addr().to_string(), &demo.program.tokens.manage);
        desk.orders("order_id,state,amount\nall of it,paid,5000\na part of it,paid,5000\ntoo much of it,paid,9999\n");
        let printed = desk.says(&["--apply"], 0);
        for line in [
            "     1  accepted\n",
            "     1  accepted after a partial return\n",
            "     1  left pending\n",
            "accepted orders in USD, in cents: 10000\n",
            "too much of it: left, it is 5000, and 9999 in the order file\n",
        ] {
            assert!(printed.contains(line), "{line}{printed}");
        }
        for (order, expected) in [
            ("all of it", ["\"accepted\"", "9999", "4999", "500"]),
            ("a part of it", ["\"accepted\"", "7000", "2000", "500"]),
            ("too much of it", ["\"pending\"", "9999", "4999", "500"]),
        ] {
            let request = Request::get(super::INFO).query(&[("externalId", order)]).bearer(&demo.program.tokens.read);
            let told = super::one(&connection.send(&request).unwrap());
            let told = ["status", "amount", "amountRefunded", "commissionsTotal"].map(|name| told[name].to_string());
            assert_eq!(told, expected, "{order}");
        }
        assert_verified(&db);
    }
}

#[test]
fn the_script_says_at_once_where_nothing_answers_and_how_to_name_another_address() {
    if find_program("python3").is_none() {
        return skip(Requirement::Tools, "python3 is not installed");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let desk = Desk::of(nobody.to_string(), "sk_live_made_up");
    desk.orders("order_id,state,amount\n");
    let began = Instant::now();
    let printed = desk.says(&["--apply"], 1);
    let sentence = format!("nothing answers at http://{nobody}; name the address of your Accrue with --url");
    assert!(printed.contains(&sentence), "{printed}");
    assert!(began.elapsed() < Duration::from_secs(20), "waiting does not help");
}

#[test]
fn the_script_waits_when_it_is_told_to_and_tries_again_when_it_may() {
    if find_program("python3").is_none() {
        return skip(Requirement::Tools, "python3 is not installed");
    }
    let limited = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let away = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let cut = "";
    let empty = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 56\r\nConnection: close\r\n\r\n{\"statusCode\":200,\"conversions\":{\"total\": 0,\"data\": []}}\n";
    let (address, serving) = serve(vec![limited, away, cut, empty]);
    let desk = Desk::of(address, "sk_live_made_up");
    desk.orders("order_id,state,amount\n");
    let began = Instant::now();
    let printed = desk.says(&["--apply"], 0);
    assert!(printed.contains("pending conversions reviewed: 0"), "{printed}");
    assert!(began.elapsed() >= Duration::from_secs(3), "it waits for as long as it is told");
    let statuses: Vec<_> = desk.noted("call").iter().map(|line| line["status"].as_i64().expect("a status")).collect();
    assert_eq!(statuses, [429, 503, 0, 200]);
    serving.join().expect("every answer was asked for");
}

#[test]
fn the_script_begins_nothing_with_a_file_it_cannot_trust() {
    if find_program("python3").is_none() {
        return skip(Requirement::Tools, "python3 is not installed");
    }
    let desk = Desk::of("127.0.0.1:9".to_owned(), "sk_live_made_up");
    for (file, sentence) in [
        ("order,state\n", "needs the columns order_id, state and amount; it lacks amount, order_id"),
        (
            "order_id,state,amount\n1,payed,10\n",
            "line 2: state must be one of paid, returned, cancelled, fraud, test, not 'payed'",
        ),
        ("order_id,state,amount\n1,paid,10.50\n", "line 2: amount must be a whole number of cents, not '10.50'"),
        ("order_id,state,amount\n1,paid,10\n2,paid,1\n1,paid,11\n", "line 4: order 1 is there already, and differs"),
        ("order_id,state,amount\n,paid,10\n", "line 2: order_id must not be blank"),
    ] {
        desk.orders(file);
        let printed = desk.says(&["--apply"], 2);
        assert!(printed.contains(sentence), "{printed}");
    }
    assert!(desk.noted("call").is_empty(), "nothing was asked");
    desk.orders("order_id,state,amount\n");
    let elsewhere = desk.says(&["--url", "http://shop.example"], 2);
    assert!(elsewhere.contains("is not https: the token could be read on its way"), "{elsewhere}");
    let nobody = Desk { token: String::new(), ..desk };
    let output = nobody.run(&[]);
    assert!(readable(&output.stderr).contains("put a token with the scope manage into ACCRUE_TOKEN"));
}
