//! `GET /api/conversions`: every filter, whole days of the program's zone, and pages that hold still.

use std::collections::BTreeSet;

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::click_token::Mode;
use accrue::domain::currency::Currency;
use accrue::domain::permission::{Scope, Scopes};
use accrue::operations::issue_key::Holder;
use serde_json::{Value, json};

use super::{CONVERSIONS, Order, assert_problem, data, review, send, token, track_token};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, moment, plan};
use crate::support::wire::{Request, Response};

/// A parameter that cannot be taken, and what it must be.
const MALFORMED: [(&str, &str, &str); 18] = [
    ("page", "0", "must be a whole number from 1 to 2147483647"),
    ("page", "-1", "must be a whole number from 1 to 2147483647"),
    ("page", "1.0", "must be a whole number from 1 to 2147483647"),
    ("page", "99999999999999999999", "must be a whole number from 1 to 2147483647"),
    ("page", "last", "must be a whole number from 1 to 2147483647"),
    ("per_page", "0", "must be a whole number from 1 to 100"),
    ("per_page", "101", "must be a whole number from 1 to 100"),
    ("per_page", "+5", "must be a whole number from 1 to 100"),
    ("status", "accepted", "must be one of pending, approved, rejected"),
    ("status", "Pending", "must be one of pending, approved, rejected"),
    ("date_from", "2026-02-30", "must be a date that exists, such as 2026-03-31"),
    ("date_from", "31.3.2026", "must be a date that exists, such as 2026-03-31"),
    ("date_to", "yesterday", "must be a date that exists, such as 2026-03-31"),
    ("date_to", "2026-03-20T14:30:00", "must end with an offset from UTC, such as Z or +01:00"),
    ("date_to", "2026-03-20T25:00:00Z", "must be a date and time as in RFC 3339, such as 2026-03-20T14:30:00Z"),
    ("campaign_id", "camp_1", "must be camp_ followed by 26 characters of lower-case base32"),
    ("campaign_id", "aff_01h455vb4pex5vsknk084sn02q", "must start with camp_"),
    ("affiliate_id", "a b", "must consist of letters A to Z, digits, underscores and hyphens"),
];

/// What is asked, and the orders that are found.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

fn ask(house: &House, token: &str, query: &[(&str, &str)]) -> Response {
    send(house, Request::get(CONVERSIONS).query(query).bearer(token))
}

/// The orders of a page, in its order.
fn orders(answer: &Response) -> Vec<String> {
    let rows = data(answer, 200);
    rows.as_array().unwrap().iter().map(|row| row["order_id"].as_str().unwrap().to_owned()).collect()
}

fn total(answer: &Response) -> i64 {
    answer.json()["meta"]["total"].as_i64().unwrap()
}

/// Reports so many orders, one second apart; the later ones have the higher numbers.
fn sell(house: &House, shop: &Shop, (prefix, count): (&str, usize)) {
    let token = track_token(house, shop);
    let click = house.visit(&shop.campaign, &shop.anna);
    for number in 0..count {
        house.clock().advance(std::time::Duration::from_secs(1));
        data(&Order::of(&click).order_id(&format!("{prefix}-{number}")).track(house, &token), 201);
    }
}

on_each_engine! {
    fn a_row_is_what_the_report_was_answered_with_and_what_was_reported(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (track, read) = (track_token(&house, &shop), token(&house, &shop, &[Scope::Read]));
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001").with("event_type", "lead");
        let reported = data(&order.with("amount", "12.5").track(&house, &track), 201);
        let answer = ask(&house, &read, &[]);
        let mut expected = reported;
        expected["order_id"] = json!("1001");
        expected["amount"] = json!("12.50");
        expected["currency"] = json!("USD");
        expected["event_type"] = json!("lead");
        assert_eq!(answer.json(), json!({"data": [expected], "meta": {"page": 1, "per_page": 20, "total": 1}}));
        let order = ["conversion_id", "click_id", "affiliate_id", "campaign_id", "commission_amount", "status", "created_at", "order_id", "amount", "currency", "event_type"];
        let places: Vec<usize> = order.iter().map(|name| answer.text().find(&format!("\"{name}\"")).unwrap()).collect();
        assert!(places.is_sorted(), "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-ratelimit-limit"), Some("100"));
        assert_eq!(send(&house, Request::new("HEAD", CONVERSIONS).bearer(&read)).status, 200);
    }

    fn every_filter_finds_its_own_and_unknown_ones_are_404(db: TestDatabase) {
        let house = House::open(&db);
        let Shop { program, campaign, anna, ben } = house.shop();
        let other = house.admin().campaign(program, plan(), &[&ben]);
        let shop = Shop { program, campaign, anna, ben };
        let (manage, track) = (token(&house, &shop, &[Scope::Manage]), track_token(&house, &shop));
        for (order, campaign, affiliate) in
            [("1", &shop.campaign, &shop.anna), ("2", &shop.campaign, &shop.ben), ("3", &other, &shop.ben)]
        {
            house.clock().advance(std::time::Duration::from_secs(1));
            data(&Order::of(&house.visit(campaign, affiliate)).order_id(order).track(&house, &track), 201);
        }
        let first = house.conversion("1").id.to_string();
        data(&review(&house, &manage, &first, r#"{"status":"approved"}"#), 200);
        let second = house.conversion("2").id.to_string();
        data(&review(&house, &manage, &second, r#"{"status":"rejected"}"#), 200);
        let cases: [Case<'_>; 9] = [
            (&[], &["3", "2", "1"]),
            (&[("campaign_id", &shop.campaign.id)], &["2", "1"]),
            (&[("affiliate_id", &shop.ben.id)], &["3", "2"]),
            (&[("affiliate_id", "BEN")], &["3", "2"]),
            (&[("affiliate_id", &shop.ben.id), ("campaign_id", &other.id)], &["3"]),
            (&[("status", "approved")], &["1"]),
            (&[("status", "rejected")], &["2"]),
            (&[("status", "pending")], &["3"]),
            (&[("nobody_reads", "this")], &["3", "2", "1"]),
        ];
        for (query, found) in cases {
            let answer = ask(&house, &manage, query);
            assert_eq!(orders(&answer), found, "{query:?}");
            assert_eq!(total(&answer), i64::try_from(found.len()).unwrap(), "{query:?}");
        }
        for field in ["date_from", "date_to", "campaign_id", "affiliate_id", "status", "page", "per_page"] {
            for blank in ["", " "] {
                let detail = format!("Invalid parameter: {field} must not be blank");
                assert_problem(field, &ask(&house, &manage, &[(field, blank)]), (422, "invalid_request"), &detail);
            }
        }
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let dora = house.admin().affiliate(elsewhere, "dora", AffiliateStatus::Active);
        let theirs = house.admin().campaign(elsewhere, plan(), &[&dora]);
        for (field, id, code, detail) in [
            ("campaign_id", &*theirs.id, "unknown_campaign", "Unknown campaign"),
            ("campaign_id", "camp_00000000000000000000000000", "unknown_campaign", "Unknown campaign"),
            ("affiliate_id", &dora.id, "unknown_affiliate", "Unknown affiliate"),
            ("affiliate_id", "dora", "unknown_affiliate", "Unknown affiliate"),
        ] {
            assert_problem(id, &ask(&house, &manage, &[(field, id)]), (404, code), detail);
        }
        for (field, value, must) in MALFORMED {
            let answer = ask(&house, &manage, &[(field, value)]);
            assert_problem(value, &answer, (422, "invalid_request"), &format!("Invalid parameter: {field} {must}"));
        }
        let twice = ask(&house, &manage, &[("page", "1"), ("page", "2")]);
        assert_problem("twice", &twice, (422, "invalid_request"), "Parameter given twice: page");
    }

    fn a_date_is_a_whole_day_of_the_program_and_a_moment_is_itself(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-28T22:59:59.999Z");
        let program = house.admin().program_in("Berlin", Currency::EUR, "Europe/Berlin");
        let anna = house.admin().affiliate(program, "anna", AffiliateStatus::Active);
        let campaign = house.admin().campaign(program, plan(), &[&anna]);
        let shop = Shop { program, campaign, anna: anna.clone(), ben: anna };
        let (track, read) = (track_token(&house, &shop), token(&house, &shop, &[Scope::Read]));
        let click = house.visit(&shop.campaign, &shop.anna);
        // The 29th has 23 hours there.
        for (order, at) in [
            ("28 last", "2026-03-28T22:59:59.999Z"),
            ("29 first", "2026-03-28T23:00:00Z"),
            ("29 last", "2026-03-29T21:59:59.999Z"),
            ("30 first", "2026-03-29T22:00:00Z"),
        ] {
            house.clock().advance(moment(at).since(house.now()));
            data(&Order::of(&click).order_id(order).track(&house, &track), 201);
        }
        let (from, to) = ("date_from", "date_to");
        let cases: [Case<'_>; 8] = [
            (&[(from, "2026-03-29"), (to, "2026-03-29")], &["29 last", "29 first"]),
            (&[(from, "2026-03-30")], &["30 first"]),
            (&[(to, "2026-03-28")], &["28 last"]),
            (&[(from, "2026-03-01"), (to, "2026-03-31")], &["30 first", "29 last", "29 first", "28 last"]),
            (&[(from, "2026-03-29T00:00:00+01:00"), (to, "2026-03-28T23:00:00Z")], &["29 first"]),
            (&[(to, "2026-03-28T22:59:59.999Z")], &["28 last"]),
            (&[(from, "2026-03-29T23:59:59+02:00")], &["30 first", "29 last"]),
            (&[(from, "2026-03-30"), (to, "2026-03-29")], &[]),
        ];
        for (query, found) in cases {
            assert_eq!(orders(&ask(&house, &read, query)), found, "{query:?}");
        }
    }

    fn an_affiliates_token_sees_its_own_and_nothing_else(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let track = track_token(&house, &shop);
        data(&Order::of(&house.visit(&shop.campaign, &shop.anna)).order_id("annas").track(&house, &track), 201);
        data(&Order::of(&house.visit(&shop.campaign, &shop.ben)).order_id("bens").track(&house, &track), 201);
        let trial = Holder::Program(Scopes::new(&[Scope::Read]));
        let trial = house.admin().issue_key(shop.program, Mode::Test, trial);
        assert_eq!(orders(&ask(&house, &shop.anna.token, &[])), ["annas"]);
        assert_eq!(orders(&ask(&house, &shop.ben.token, &[("campaign_id", &shop.campaign.id)])), ["bens"]);
        assert!(orders(&ask(&house, &trial, &[])).is_empty(), "test and live never meet");
        let detail = "Only a program's token may filter by affiliate_id; this one sees its own conversions";
        for id in [&shop.anna.id, &shop.ben.id] {
            let answer = ask(&house, &shop.anna.token, &[("affiliate_id", id)]);
            assert_problem(id, &answer, (403, "merchants_only"), detail);
        }
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let theirs = Holder::Program(Scopes::new(&[Scope::Read]));
        let theirs = house.admin().issue_key(elsewhere, Mode::Live, theirs);
        assert!(orders(&ask(&house, &theirs, &[])).is_empty(), "another program's");
        for unfit in [track, token(&house, &shop, &[Scope::Postback])] {
            let answer = ask(&house, &unfit, &[]);
            assert_problem("no reader", &answer, (403, "insufficient_scope"), "The token needs the scope read");
        }
        let missing = "Send the token in the header Authorization: Bearer";
        let none = send(&house, Request::get(CONVERSIONS));
        assert_problem("none", &none, (401, "missing_token"), missing);
    }

    fn pages_hold_still_while_rows_arrive(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let read = token(&house, &shop, &[Scope::Read]);
        sell(&house, &shop, ("old", 25));
        let mut seen = Vec::new();
        for page in 1..=4 {
            let answer = ask(&house, &read, &[("page", &page.to_string()), ("per_page", "10")]);
            assert_eq!(total(&answer), 25, "as it was when the walk began");
            seen.extend(orders(&answer));
            sell(&house, &shop, (&format!("new-{page}"), 7));
        }
        let expected: Vec<String> = (0..25).rev().map(|number| format!("old-{number}")).collect();
        assert_eq!(seen, expected, "no repeats and no gaps");
        let anew = ask(&house, &read, &[("per_page", "10")]);
        assert_eq!((total(&anew), orders(&anew)[0].as_str()), (53, "new-4-6"), "the first page begins a new walk");
        house.clock().advance(std::time::Duration::from_secs(901));
        let late = ask(&house, &read, &[("page", "6"), ("per_page", "10")]);
        assert_eq!(orders(&late), ["old-2", "old-1", "old-0"], "a walk that is forgotten is counted");
        let beyond = ask(&house, &read, &[("page", "2000000000"), ("per_page", "100")]);
        assert_eq!((orders(&beyond).len(), total(&beyond)), (0, 53));
    }

    /// What a merchant's system does: reads what is pending, approves all of it, goes on to the next page.
    fn approving_all_of_a_page_lets_the_next_one_skip_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let manage = token(&house, &shop, &[Scope::Manage]);
        sell(&house, &shop, ("order", 23));
        let mut approved = BTreeSet::new();
        let mut page = 1;
        loop {
            let query = [("status", "pending"), ("page", &*page.to_string()), ("per_page", "5")];
            let answer = ask(&house, &manage, &query);
            for row in data(&answer, 200).as_array().unwrap() {
                let id = row["conversion_id"].as_str().unwrap();
                data(&review(&house, &manage, id, r#"{"status":"approved"}"#), 200);
                assert!(approved.insert(row["order_id"].to_string()), "none is told twice");
            }
            if page * 5 >= total(&answer) {
                break;
            }
            page += 1;
        }
        assert_eq!((page, approved.len()), (5, 23));
        let rest: Value = ask(&house, &manage, &[("status", "pending")]).json();
        assert_eq!(rest, json!({"data": [], "meta": {"page": 1, "per_page": 20, "total": 0}}));
        house.assert_books_balance();
    }
}
