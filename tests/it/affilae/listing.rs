//! `GET /advertiser/conversions.list`: the object field for field, every filter, and whole days of UTC.

use accrue::domain::click_token::Mode;
use accrue::domain::permission::Scope;
use accrue::storage::commission_rules;
use serde_json::{Value, json};

use super::{INFO, LIST, Reviewer, assert_problem, found, one, orders, program_token, send, shop_in};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id, moment};
use crate::support::personas::{Sale, Visitor};
use crate::support::wire::Request;

/// A parameter that cannot be taken, and what it must be.
const MALFORMED: [(&str, &str, &str); 17] = [
    ("status", "approved", "must be one of pending, accepted, refused"),
    ("status", "Pending", "must be one of pending, accepted, refused"),
    ("limit", "0", "must be a whole number from 1 to 100"),
    ("limit", "101", "must be a whole number from 1 to 100"),
    ("limit", "1.0", "must be a whole number from 1 to 100"),
    ("limit", "all", "must be a whole number from 1 to 100"),
    ("offset", "-1", "must be a whole number from 0 to 2147483647"),
    ("offset", "2147483648", "must be a whole number from 0 to 2147483647"),
    ("from", "2026-02-30", "must be a date that exists, such as 2026-03-31"),
    ("from", "20/03/2026", "must be a date that exists, such as 2026-03-31"),
    ("from", "1774008000", "must be a date that exists, such as 2026-03-31"),
    ("to", "2026-03-20T14:30:00", "must end with an offset from UTC, such as Z or +01:00"),
    ("to", "2026-03-20T25:00:00Z", "must be a date and time as in RFC 3339, such as 2026-03-20T14:30:00Z"),
    ("program", "prg_1", "must be prg_ followed by 26 characters of lower-case base32"),
    ("program", "conv_01h455vb4pex5vsknk084sn02q", "must start with prg_"),
    ("from", "0000-01-01T00:00:00+01:00", "must lie in the years 0000 to 9999 in UTC"),
    ("to", "9999-12-31T23:59:59-01:00", "must lie in the years 0000 to 9999 in UTC"),
];

/// What is asked, and the orders that are found.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

on_each_engine! {
    fn a_conversion_is_told_with_everything_it_belongs_to(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-20T14:30:00.789Z");
        let reviewer = Reviewer::at(&house);
        let (shop, link) = (&reviewer.shop, reviewer.shop.campaign.link_of(&reviewer.shop.anna));
        let mut visitor = Visitor::new(house.addr()).with_header("referer", "https://blog.example/tents");
        let click = visitor.follow_with(&link.code, &[("sub1", "newsletter"), ("sub2", "march")]).token().to_owned();
        let id = reviewer.sells(Sale::of(&click).order_id("1001").with("customer_id", "c-77"));
        let campaign = campaign_id(&shop.campaign);
        let rule = house.read(|conn| commission_rules::newest(conn, campaign, 0)).expect("a rule").id.to_string();
        let link_id = house.conversion("1001").link_id.expect("a link").to_string();
        let answer = reviewer.asks(LIST, &[]);
        let expected = json!({
            "id": id,
            "program": {"id": reviewer.program(), "name": "Alderfinch"},
            "rule": {"id": rule, "name": "Default"},
            "externalId": "1001",
            "customerId": "c-77",
            "amount": 9999,
            "amountRefunded": 0,
            "currency": "USD",
            "commissionsTotal": 1000,
            "commissionsTotalConverted": 1000,
            "exchangeRate": 1,
            "status": "pending",
            "refuseReason": null,
            "isLocked": false,
            "lockedAt": null,
            "subId": "newsletter",
            "trackingMethod": "server",
            "createdAt": "2026-03-20T14:30:00.789Z",
            "events": [{
                "partnership": {"id": link_id, "trackingId": link.code},
                "affiliateProfile": {"id": shop.anna.id, "name": "anna"},
                "commission": 1000,
                "click": {"id": click, "referrer": "https://blog.example/tents", "landingPage": null, "subId": "newsletter"},
            }],
        });
        assert_eq!(answer.json(), json!({"statusCode": 200, "conversions": {"total": 1, "data": [expected]}}));
        let order = ["id", "program", "rule", "externalId", "customerId", "amount", "amountRefunded", "currency", "commissionsTotal", "commissionsTotalConverted", "exchangeRate", "status", "refuseReason", "isLocked", "lockedAt", "subId", "trackingMethod", "createdAt", "events"];
        let places: Vec<usize> = order.iter().map(|name| answer.text().find(&format!("\"{name}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(answer.header("x-ratelimit-limit"), Some("100"));
        assert_eq!(send(&house, Request::new("HEAD", LIST).bearer(&reviewer.token)).status, 200);
    }

    /// What is credited without a click has no click, and the affiliate's first link to the campaign.
    fn what_came_without_a_click_is_told_with_the_affiliates_link(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let shop = &reviewer.shop;
        house.admin().set_direct_mode(&shop.campaign, true);
        reviewer.sells(Sale::direct(&shop.campaign, &shop.ben).order_id("direct"));
        let told = one(&reviewer.asks(LIST, &[]));
        assert_eq!((&told["trackingMethod"], &told["subId"], &told["customerId"]), (&json!("direct"), &Value::Null, &Value::Null));
        let event = &told["events"][0];
        assert_eq!(event["click"], Value::Null);
        assert_eq!(event["affiliateProfile"], json!({"id": shop.ben.id, "name": "ben"}));
        assert_eq!(event["partnership"]["trackingId"], json!(shop.campaign.link_of(&shop.ben).code));
        let carl = house.admin().affiliate(shop.program, "carl", accrue::domain::affiliate::AffiliateStatus::Active);
        house.clock().advance(std::time::Duration::from_secs(1));
        reviewer.sells(Sale::direct(&shop.campaign, &carl).order_id("linkless"));
        let linkless = found(&reviewer.asks(LIST, &[("externalId", "linkless")])).1.remove(0);
        assert_eq!(linkless["events"][0]["partnership"], Value::Null, "nobody has made one");
        let rules = house.read(|conn| commission_rules::of_campaign(conn, campaign_id(&shop.campaign)));
        assert_eq!(linkless["rule"]["id"], json!(rules[0].id.to_string()));
    }

    fn every_filter_finds_its_own(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let mut ids = Vec::new();
        for (order, customer) in [("1", "c-1"), ("2", "c-2"), ("3", "c-1"), ("7", "C-1")] {
            house.clock().advance(std::time::Duration::from_secs(1));
            ids.push(reviewer.sells(reviewer.sale(order, "10.00").with("customer_id", customer)));
        }
        house.clock().advance(std::time::Duration::from_secs(1));
        reviewer.sells(reviewer.sale("8", "10.00"));
        assert_eq!(one(&reviewer.accepts(&ids[0]))["status"], "accepted");
        assert_eq!(one(&reviewer.refuses(&ids[1], "Sent back"))["status"], "refused");
        let program = reviewer.program();
        let cases: [Case<'_>; 19] = [
            (&[], &["8", "7", "3", "2", "1"]),
            (&[("program", &program)], &["8", "7", "3", "2", "1"]),
            (&[("status", "pending")], &["8", "7", "3"]),
            (&[("status", "accepted")], &["1"]),
            (&[("status", "refused")], &["2"]),
            (&[("customerId", "c-1")], &["3", "1"]),
            (&[("customerId", "C-1")], &["7"]),
            (&[("customerId", "c-1"), ("status", "accepted")], &["1"]),
            (&[("customerId", "nobody")], &[]),
            (&[("externalId", "2")], &["2"]),
            (&[("externalId", " 2")], &[]),
            (&[("customerId", "none")], &[]),
            (&[("customerId", "{customer_id}")], &[]),
            (&[("externalId", "none")], &[]),
            (&[("externalId", "undefined")], &[]),
            (&[("externalId", "2"), ("customerId", "c-1")], &[]),
            (&[("limit", "2")], &["8", "7"]),
            (&[("limit", "2"), ("offset", "3")], &["2", "1"]),
            (&[("orderBy", "date"), ("sort", "asc")], &["8", "7", "3", "2", "1"]),
        ];
        for (query, expected) in cases {
            assert_eq!(orders(&reviewer.asks(LIST, query)), expected, "{query:?}");
        }
        assert_eq!(found(&reviewer.asks(LIST, &[("limit", "2"), ("offset", "3")])).0, 5);
        assert_eq!(found(&reviewer.asks(LIST, &[("customerId", "c-1")])).0, 2);
    }

    fn what_cannot_be_taken_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        for (field, value, must) in MALFORMED {
            let answer = reviewer.asks(LIST, &[(field, value)]);
            assert_problem(value, &answer, (422, &format!("Invalid parameter: {field} {must}")));
        }
        let twice = reviewer.asks(LIST, &[("limit", "1"), ("limit", "2")]);
        assert_problem("twice", &twice, (422, "Parameter given twice: limit"));
        let theirs = shop_in(&house, "Elsewhere", ("EUR", "UTC"));
        for program in [theirs.program.to_string().as_str(), "prg_00000000000000000000000000"] {
            assert_problem(program, &reviewer.asks(LIST, &[("program", program)]), (404, "Unknown program"));
        }
    }

    /// A script whose variable has no value must not be told of everything, to decide about it.
    fn a_filter_that_stands_there_blank_is_refused_by_name(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        reviewer.sells(reviewer.sale("1", "10.00").with("customer_id", "c-1"));
        for path in [LIST, INFO] {
            let fields: &[&str] = match path {
                LIST => &["program", "status", "from", "to", "customerId", "externalId", "limit", "offset"],
                _ => &["program", "externalId", "customerId", "id"],
            };
            for field in fields {
                for blank in ["", "  "] {
                    let own = if *field == "customerId" { ("externalId", "1") } else { ("customerId", "c-1") };
                    let answer = send(&house, Request::get(path).query(&[own, (field, blank)]).bearer(&reviewer.token));
                    assert_problem(field, &answer, (422, &format!("Invalid parameter: {field} must not be blank")));
                }
            }
        }
    }

    fn a_token_sees_its_own_program_in_its_own_mode(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let elsewhere = Reviewer::of(&house, shop_in(&house, "Elsewhere", ("EUR", "UTC")));
        reviewer.sells(reviewer.sale("ours", "10.00").with("customer_id", "c-1"));
        elsewhere.sells(elsewhere.sale("theirs", "10.00").order_currency("EUR").with("customer_id", "c-1"));
        let key = house.admin().test_key(reviewer.shop.program, &reviewer.shop.campaign);
        let mut tester = crate::support::personas::MerchantServer::new(house.addr(), &key);
        let registered = tester.add_click(&reviewer.shop.campaign, &reviewer.shop.anna).click_token.expect("a click");
        assert_eq!(tester.report(Sale::of(&registered).order_id("trial").with("customer_id", "c-1")).word, "success");
        let trial = program_token(&house, reviewer.shop.program, (Mode::Test, &[Scope::Read]));
        for query in [&[][..], &[("customerId", "c-1")]] {
            assert_eq!(orders(&reviewer.asks(LIST, query)), ["ours"]);
            assert_eq!(orders(&elsewhere.asks(LIST, query)), ["theirs"]);
            assert_eq!(orders(&send(&house, Request::get(LIST).query(query).bearer(&trial))), ["trial"]);
        }
        assert!(orders(&reviewer.asks(LIST, &[("externalId", "theirs")])).is_empty());
    }

    fn a_date_is_a_whole_day_in_utc_whatever_the_programs_zone(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-28T10:00:00Z");
        let reviewer = Reviewer::of(&house, shop_in(&house, "Auckland", ("USD", "Pacific/Auckland")));
        for (order, at) in [
            ("28 last", "2026-03-28T23:59:59.999Z"),
            ("29 first", "2026-03-29T00:00:00Z"),
            ("29 last", "2026-03-29T23:59:59.999Z"),
            ("30 first", "2026-03-30T00:00:00Z"),
        ] {
            house.clock().advance(moment(at).since(house.now()));
            reviewer.sells(reviewer.sale(order, "10.00"));
        }
        let cases: [Case<'_>; 7] = [
            (&[("from", "2026-03-29"), ("to", "2026-03-29")], &["29 last", "29 first"]),
            (&[("from", "2026-03-30")], &["30 first"]),
            (&[("to", "2026-03-28")], &["28 last"]),
            (&[("from", "2026-03-29T00:00:00.000Z"), ("to", "2026-03-29T23:59:59.999Z")], &["29 last", "29 first"]),
            (&[("from", "2026-03-29T13:00:00+13:00"), ("to", "2026-03-29T00:00:00Z")], &["29 first"]),
            (&[("to", "2026-03-28T23:59:59.998Z")], &[]),
            (&[("from", "2026-03-30"), ("to", "2026-03-29")], &[]),
        ];
        for (query, expected) in cases {
            assert_eq!(orders(&reviewer.asks(LIST, query)), expected, "{query:?}");
        }
    }
}
