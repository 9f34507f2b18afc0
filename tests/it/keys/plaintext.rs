//! No secret can be read in the database, in its write-ahead log, or in what the server prints, however much it prints.

use std::fs;

use serde_json::json;

use crate::support::connection::Connection;
use crate::support::engine::{Engine, TestDatabase, on_each_engine};
use crate::support::personas::{MerchantServer, Sale, Visitor, Wire};
use crate::support::postgres::Cluster;
use crate::support::process::{ServerProcess, ServerSettings};
use crate::support::wire::Request;
use crate::support::world::{Affiliate, Campaign, Demo};

const CANARY: &str = "canary.bird@cage.example";

/// Everything nobody may find: the middle of each key (its secret), the password, the master key, the address.
fn secrets(db: &TestDatabase, demo: &Demo) -> Vec<(&'static str, String)> {
    let master = fs::read_to_string(db.master_key_file()).expect("the master key's file").trim().to_owned();
    assert_eq!(master.len(), 64);
    let tokens = &demo.program.tokens;
    let program = [&tokens.manage, &tokens.track, &tokens.read, &tokens.postback];
    let keys = demo.campaigns.iter().map(|campaign| &campaign.api_key);
    let keys = keys.chain(demo.affiliates.iter().map(|affiliate| &affiliate.token)).chain(program);
    let mut secrets: Vec<_> = keys.map(|key| ("a key", key[18..52].to_owned())).collect();
    secrets.push(("the password", demo.admin.password.clone()));
    secrets.push(("the master key", master));
    secrets.push(("the customer", "canary.bird".to_owned()));
    secrets
}

/// All that is stored, as bytes: the database's files, or every table written out.
pub(super) fn stored(db: &TestDatabase) -> Vec<u8> {
    match db.engine {
        Engine::Sqlite => {
            let files = fs::read_dir(db.folder()).expect("a folder").map(|file| file.expect("a file").path());
            let database = files.filter(|path| path.to_string_lossy().contains("accrue.db"));
            database.flat_map(|path| fs::read(path).expect("a file that can be read")).collect()
        }
        Engine::Postgres => {
            let cluster = Cluster::shared().expect("the database is on it");
            cluster.query(&db.url, "SELECT database_to_xml(true, false, '')").into_bytes()
        }
    }
}

pub(super) fn contains(haystack: &[u8], needle: &str) -> bool {
    let upper = needle.to_ascii_uppercase();
    let same = |window: &[u8]| window.eq_ignore_ascii_case(upper.as_bytes());
    haystack.windows(needle.len()).any(same)
}

/// Every key in every place where somebody could put it, rightly or not, and the customer's address wherever one goes.
fn use_everything(server: &ServerProcess, demo: &Demo) {
    let anna = demo.affiliate(0);
    for campaign in &demo.campaigns {
        let landing = Visitor::new(server.addr()).follow_with(&campaign.link_of(anna).code, &[("sub1", "findable")]);
        let mut merchant = MerchantServer::new(server.addr(), &campaign.api_key);
        let sale = Sale::of(landing.token()).with("customer_email", CANARY).with("coupon_code", "FINDABLE");
        for sale in [sale.clone().in_json(), sale.clone().in_form(), sale.in_query()] {
            assert_eq!(merchant.report(sale.clone()).status, 200);
            merchant.report(sale.clone().order_total("1.00"));
            merchant.report(sale.clone().with("click_token", "clk_forged").with("apikey", &campaign.api_key));
            merchant.report(sale.clone().with("order_currency", "XXX").with("contact", CANARY));
            merchant.report(
                sale.clone().with("api_key", &format!("{}x", campaign.api_key)).with("note", &campaign.api_key),
            );
        }
        assert_eq!(merchant.add_click_with(campaign, anna, &[("visitor_id", "findable")]).status, 200);
        use_the_pixel(server, campaign, anna, landing.token());
        use_the_conversions_api(server, demo, (campaign, landing.token()));
        use_v1(server, demo, (campaign, landing.token()));
    }
    let keys = [&demo.program.tokens.manage, &demo.program.tokens.postback, &anna.token, &demo.campaigns[0].api_key];
    let mut connection = Connection::open(server.addr()).expect("the server listens");
    for key in keys {
        let pair = [("api_key", key.as_str()), ("customer_email", CANARY), ("pad", &"x".repeat(9_000))];
        let requests = [
            Wire::Query.write("/integration/s2sConvert", &pair[..2]),
            Wire::Query.write("/integration/nowhere", &pair[..2]),
            Wire::Query.write("/integration/addClick", &pair),
            Wire::Query.write("/integration/addClick", &pair[..2]).body("text/csv", format!("{key},{CANARY}")),
            Wire::Query.write("/integration/addClick", &pair[..2]).json("{"),
            Wire::Json.write("/integration/addClick", &pair[..2]),
            Request::get("/integration/s2sConvert").query(&pair[..2]),
            Request::get("/c/nobodyhasthis").query(&pair[..2]).bearer(key),
            Request::get("/healthz").query(&pair[..2]),
            Request::post("/integration/addClick").form(&[(key, CANARY), (CANARY, key)]),
            Wire::Json.write("/e", &pair[..2]),
            Request::get("/e.gif").query(&pair[..2]),
            Request::post("/integration/addClick").form(&[(&format!("{{\"api_key\":\"{key}\"}}"), "")]),
        ];
        for request in requests {
            let answer = connection.send(&request).expect("the server answers");
            assert!((200..500).contains(&answer.status), "{}", answer.status);
            assert!(!contains(&answer.body, &key[18..52]) && !contains(&answer.body, CANARY), "{}", answer.text());
        }
    }
}

/// What the merchant's systems tell and ask with each token, in the header and in the URL, wherever it may or may not stand.
fn use_the_conversions_api(server: &ServerProcess, demo: &Demo, (campaign, click): (&Campaign, &str)) {
    let tokens = &demo.program.tokens;
    let mut connection = Connection::open(server.addr()).expect("the server listens");
    for key in
        [&tokens.manage, &tokens.track, &tokens.read, &tokens.postback, &demo.affiliate(0).token, &campaign.api_key]
    {
        let report = json!({"click_id": click, "order_id": &key[..30], "amount": 5, "customer_email": CANARY, "contact": CANARY,
            "metadata": {"mail": CANARY, CANARY: 1, "key": key, "found": "findable"}});
        let order = json!({"click_id": click, "order_id": format!("of {}", &key[..29]), "amount": 5});
        let fields = [("click_id", click), ("order_id", &key[..31]), ("amount", "5"), ("customer_email", CANARY)];
        let recorded =
            connection.send(&Request::post("/api/conversions/track").json(&order.to_string()).bearer(&tokens.track));
        let recorded = recorded.expect("the server answers").json()["data"]["conversion_id"].clone();
        let refusal = json!({"program": demo.program.id, "id": recorded, "amount": 100, "reason": format!("findable {CANARY} {key}")});
        let (track, postback) = ("/api/conversions/track", "/api/conversions/postback");
        let in_url = Request::get(postback).query(&fields).query(&[("api_key", key)]);
        let requests = [
            Request::post(track).json(&report.to_string()).bearer(key),
            Request::post(track).json(&report.to_string()).bearer(&format!("{key}x")),
            Request::post(track).json(&report.to_string()).query(&[("api_key", key)]),
            in_url.clone(),
            in_url.clone().bearer(&tokens.manage),
            in_url.query(&[("api_key", &tokens.track)]),
            Request::post(postback).form(&fields).form(&[(key, CANARY)]).bearer(key),
            Request::get("/api/conversions").query(&[("api_key", key), ("status", CANARY)]).bearer(key),
            Request::get("/api/nowhere").query(&[("api_key", key)]),
            Request::get("/advertiser/conversions.list").query(&[("customerId", CANARY), ("api_key", key)]).bearer(key),
            Request::get("/advertiser/conversions.info").query(&[("externalId", CANARY), ("status", key)]).bearer(key),
            Request::post("/advertiser/conversions.refuse").json(&refusal.to_string()).bearer(key),
            Request::post("/advertiser/conversions.update").json(&refusal.to_string()).bearer(key),
            Request::post("/advertiser/conversions.accept").form(&[("program", key), ("id", CANARY)]).bearer(key),
            Request::get("/advertiser/nowhere").query(&[("api_key", key)]),
        ];
        for request in requests {
            let answer = connection.send(&request).expect("the server answers");
            assert!((200..500).contains(&answer.status), "{}", answer.text());
            assert!(!contains(&answer.body, &key[18..52]) && !contains(&answer.body, CANARY), "{}", answer.text());
        }
    }
}

/// The same under `/v1`, with a customer who signs up.
fn use_v1(server: &ServerProcess, demo: &Demo, (campaign, click): (&Campaign, &str)) {
    let tokens = &demo.program.tokens;
    let mut connection = Connection::open(server.addr()).expect("the server listens");
    let code = &campaign.link_of(demo.affiliate(0)).code;
    for key in
        [&tokens.manage, &tokens.track, &tokens.read, &tokens.postback, &demo.affiliate(0).token, &campaign.api_key]
    {
        let sign_up = json!({"click_id": click, "email": CANARY, "name": CANARY, "contact": CANARY, "note": key});
        let clicked = json!({"programId": demo.program.id, "trackingId": code, "sub1": "findable", CANARY: key});
        let sale = json!({"click_id": click, "sale_amount": 5, "external_event_id": &key[..29], "customer_email": CANARY,
            "metadata": {"mail": CANARY, "key": key, "found": "findable"}, "contact": CANARY});
        for (path, body) in [("/v1/signups", sign_up), ("/v1/clicks", clicked), ("/v1/conversions", sale)] {
            let requests = [
                Request::post(path).json(&body.to_string()).bearer(key),
                Request::post(path).json(&body.to_string()).bearer(&format!("{key}x")),
                Request::post(path).json(&body.to_string()).query(&[("api_key", key)]),
                Request::post(path).form(&[(key, CANARY), (CANARY, key)]).bearer(key),
                Request::get(path).query(&[("api_key", key), ("status", CANARY)]).bearer(key),
            ];
            for request in requests {
                let answer = connection.send(&request).expect("the server answers");
                assert!((200..500).contains(&answer.status), "{}", answer.text());
                assert!(!contains(&answer.body, &key[18..52]) && !contains(&answer.body, CANARY), "{}", answer.text());
            }
        }
    }
}

/// What a page of the shop tells, of a customer whose address it knows, and where it came from.
fn use_the_pixel(server: &ServerProcess, campaign: &Campaign, affiliate: &Affiliate, token: &str) {
    let address = format!("https://alderfinch.example/?mail={CANARY}");
    let messages = [
        json!({"event": "sale", "click": token, "order_id": campaign.id, "amount": 5, "customer_email": CANARY,
            "metadata": {"mail": CANARY, CANARY: campaign.api_key}}),
        json!({"event": "sale", "click": token, "order_id": "x", "customer_email": CANARY, "contact": CANARY}),
        json!({"event": "landing", "campaign": campaign.id, "affiliate": affiliate.code, "url": address, "referrer": address}),
    ];
    for message in messages {
        let request = Request::post("/e").body("text/plain", message.to_string());
        let mut connection = Connection::open(server.addr()).expect("the server listens");
        let answer = connection.send(&request.header("Origin", "https://alderfinch.example")).expect("an answer");
        assert_eq!(answer.status, 204, "{message}");
    }
}

on_each_engine! {
    fn no_secret_can_be_read_in_the_database_or_in_what_the_server_prints(db: TestDatabase) {
        let demo = Demo::fill(&db);
        let mut server = ServerSettings::on(&db).env("ACCRUE_LOG", "debug").start();
        use_everything(&server, &demo);
        let while_running = stored(&db);
        server.terminate();
        let (afterwards, printed) = (stored(&db), server.output());
        for bytes in [&while_running, &afterwards] {
            assert!(contains(bytes, "findable"), "what is stored can be found");
        }
        assert!(printed.matches("answered").count() > 50, "it prints every answer: {printed}");
        for (what, secret) in secrets(&db, &demo) {
            assert!(!contains(&while_running, &secret), "{what} is in the database while it runs");
            assert!(!contains(&afterwards, &secret), "{what} is in the database afterwards");
            assert!(!contains(printed.as_bytes(), &secret), "{what} is printed");
        }
    }
}
