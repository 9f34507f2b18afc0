//! Reading conversions: one, and page by page.

use accrue::domain::click_token::Mode;
use accrue::domain::currency::Currency;
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::rule::{Approval, Terms};
use accrue::operations::issue_key::Holder;
use serde_json::{Value, json};

use super::{CONVERSIONS, SIGN_UPS, Server, a_visit, assert_invalid, assert_problem, data, decided, pays};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};

/// The events on a page, and what stands beside them.
fn page(server: &Server<'_>, query: &str) -> (Vec<String>, Value) {
    let answer = server.get(&format!("{CONVERSIONS}?{query}"));
    let rows = data(&answer, 200);
    let events = rows.as_array().unwrap().iter().map(|row| row["external_event_id"].as_str().unwrap().to_owned());
    (events.collect(), answer.json()["pagination"].clone())
}

fn events(server: &Server<'_>, query: &str) -> Vec<String> {
    page(server, query).0
}

on_each_engine! {
    fn a_list_is_walked_page_by_page(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let empty = json!({"page": 1, "limit": 50, "total": 0, "total_pages": 0, "has_next_page": false, "has_prev_page": false});
        assert_eq!(page(&server, ""), (Vec::new(), empty));
        let click = house.visit(&shop.campaign, &shop.anna);
        for number in 1..=5 {
            house.clock().advance(std::time::Duration::from_secs(1));
            server.sells(json!({"click_id": click, "external_event_id": format!("e{number}")}));
        }
        let first = page(&server, "limit=2");
        let pagination = json!({"page": 1, "limit": 2, "total": 5, "total_pages": 3, "has_next_page": true, "has_prev_page": false});
        assert_eq!(first, (vec!["e5".to_owned(), "e4".to_owned()], pagination));
        house.clock().advance(std::time::Duration::from_secs(1));
        server.sells(json!({"click_id": click, "external_event_id": "late"}));
        assert_eq!(events(&server, "limit=2&page=2"), ["e3", "e2"], "what arrives meanwhile moves nothing");
        let (last, pagination) = page(&server, "limit=2&page=3");
        assert_eq!((last, &pagination["has_next_page"], &pagination["has_prev_page"]), (vec!["e1".to_owned()], &json!(false), &json!(true)));
        let row = data(&server.get(&format!("{CONVERSIONS}?limit=1")), 200)[0].clone();
        assert_eq!(row, server.shows(&row["id"]), "a row is the object");
    }

    fn a_list_is_filtered_by_what_its_rows_say(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-20T12:00:00Z");
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let [annas, bens] = [&shop.anna, &shop.ben].map(|who| house.visit(&shop.campaign, who));
        let referral = data(&server.post(SIGN_UPS, json!({"click_id": annas, "external_user_id": "u-1"})), 201)["id"].clone();
        server.sells(json!({"referral_id": referral, "external_event_id": "hers"}));
        house.pass_days(1);
        server.sells(json!({"click_id": bens, "external_event_id": "open", "sales_status": "open"}));
        house.pass_days(1);
        server.sells(json!({"click_id": bens, "external_event_id": "his"}));
        let ben = &shop.ben.id;
        for (query, expected) in [
            (String::new(), vec!["his", "open", "hers"]),
            (format!("affiliate_id={ben}"), vec!["his", "open"]),
            ("affiliate_id=ben".to_owned(), vec!["his", "open"]),
            (format!("referral_id={}", referral.as_str().unwrap()), vec!["hers"]),
            ("referral_id=ref_01h455vb4pex5vsknk084sn02q".to_owned(), vec![]),
            ("sales_status=open".to_owned(), vec!["open"]),
            ("created_gte=2026-03-21T00:00:00Z".to_owned(), vec!["his", "open"]),
            ("created_lte=2026-03-21".to_owned(), vec!["open", "hers"]),
            ("created_gte=2026-03-21&created_lte=2026-03-21T12:00:00Z".to_owned(), vec!["open"]),
            (format!("affiliate_id={ben}&sales_status=complete&created_gte=2026-03-20"), vec!["his"]),
            ("expand=affiliate&whatever=1".to_owned(), vec!["his", "open", "hers"]),
        ] {
            assert_eq!(events(&server, &query), expected, "{query}");
        }
        for (field, value) in [
            ("page", "0"), ("page", "two"), ("limit", "0"), ("limit", "201"), ("status", "approved"), ("sales_status", "done"),
            ("referral_id", "u-1"), ("created_gte", "yesterday"), ("created_lte", "2026-03-20T12:00:00"), ("created_lte", "9999-12-31T23:59:59-14:00"),
        ] {
            let answer = server.get(&format!("{CONVERSIONS}?{field}={value}"));
            let message = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
            assert!(message.starts_with(&format!("Invalid parameter: {field} must ")), "{field}={value}: {}", answer.text());
            assert_invalid(value, &answer, field, &message);
        }
        for field in ["affiliate_id", "referral_id", "status", "sales_status", "created_gte", "created_lte", "page", "limit"] {
            for blank in ["", "%20"] {
                let answer = server.get(&format!("{CONVERSIONS}?{field}={blank}"));
                assert_invalid(field, &answer, field, &format!("Invalid parameter: {field} must not be blank"));
            }
            // As PHP's `http_build_query` writes an array.
            for list in ["%5B%5D", "%5B0%5D", "[]"] {
                let answer = server.get(&format!("{CONVERSIONS}?{field}{list}=pending"));
                assert_invalid(field, &answer, field, &format!("Invalid parameter: {field} must be one value, not a list"));
            }
        }
        let nobody = server.get(&format!("{CONVERSIONS}?affiliate_id=nobody"));
        assert_problem("nobody", &nobody, (404, "NOT_FOUND", None), "Unknown affiliate");
    }

    fn who_kept_a_referral_that_was_merged_away_finds_the_customers_orders(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let [gone, left] = ["u-1", "u-2"].map(|user| {
            let click = house.visit(&shop.campaign, &shop.anna);
            data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": user})), 201)["id"].clone()
        });
        server.sells(json!({"referral_id": gone, "external_event_id": "before"}));
        decided(&house, &shop, &gone, ("merge", "merger"), &[("into", left.as_str().unwrap())]);
        house.clock().advance(std::time::Duration::from_secs(1));
        server.sells(json!({"referral_id": gone, "external_event_id": "after"}));
        for referral in [&gone, &left] {
            let query = format!("referral_id={}", referral.as_str().unwrap());
            assert_eq!(events(&server, &query), ["after", "before"], "{referral}");
        }
    }

    /// The two ways a status is derived, one for telling and one for finding, agree.
    fn each_status_finds_those_that_are_told_in_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let click = a_visit(&house, &shop);
        let words = ["pending", "pending_manual_approval", "ready_for_payment", "processing_payout", "paid", "declined", "refunded", "dispute"];
        let sales = ["open", "complete", "trialing", "failed", "refunded", "partial_refunded"];
        for hold_days in [0, 14] {
            for approval in [Approval::ByHand, Approval::Automatic] {
                pays(&house, &shop, Terms { hold_days, approval, ..Terms::plain(percent("10")) });
                for sale in sales {
                    server.sells(json!({"click_id": click, "sales_status": sale}));
                    for word in words {
                        server.sells(json!({"click_id": click, "sales_status": sale, "status": word}));
                    }
                }
            }
        }
        let all = data(&server.get(&format!("{CONVERSIONS}?limit=200")), 200);
        let more = data(&server.get(&format!("{CONVERSIONS}?limit=200&page=2")), 200);
        let all: Vec<Value> = all.as_array().unwrap().iter().chain(more.as_array().unwrap()).cloned().collect();
        assert_eq!(all.len(), 2 * 2 * 6 * 9);
        let mut found = 0;
        for word in words {
            let told: Vec<&str> = all.iter().filter(|row| row["status"] == json!(word)).map(|row| row["external_event_id"].as_str().unwrap()).collect();
            assert!(!told.is_empty(), "something is {word}");
            assert_eq!(events(&server, &format!("limit=200&status={word}")), told, "{word}");
            found += told.len();
        }
        assert_eq!(found, all.len());
        house.assert_books_balance();
    }

    fn nobody_sees_what_is_not_theirs(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let click = house.visit(&shop.campaign, &shop.anna);
        let told = server.sells(json!({"click_id": click, "external_event_id": "hers", "metadata": {"margin": 3}}));
        let path = format!("{CONVERSIONS}/{}", told["id"].as_str().unwrap());
        let [anna, ben] = [&shop.anna, &shop.ben].map(|who| Server::with(&house, &who.token));
        assert_eq!(events(&anna, ""), ["hers"]);
        let hers = data(&anna.get(&path), 200);
        assert_eq!((&hers["id"], &hers["metadata"]), (&told["id"], &Value::Null), "what the merchant keeps with it is the merchant's");
        assert!(events(&ben, "").is_empty());
        let missing = (404, "NOT_FOUND", None);
        assert_problem("another affiliate's", &ben.get(&path), missing, "Unknown conversion");
        let denied = "Only a program's token may filter by affiliate_id; this one sees its own conversions";
        let answer = ben.get(&format!("{CONVERSIONS}?affiliate_id={}", shop.anna.id));
        assert_problem("asking for somebody", &answer, (403, "INSUFFICIENT_PERMISSIONS", None), denied);
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let keys = [
            ("another program's", house.admin().issue_key(elsewhere, Mode::Live, Holder::Program(Scopes::new(&[Scope::Manage])))),
            ("a test's", house.admin().issue_key(shop.program, Mode::Test, Holder::Program(Scopes::new(&[Scope::Manage])))),
        ];
        for (name, key) in keys {
            let other = Server::with(&house, &key);
            assert!(events(&other, "").is_empty(), "{name}");
            assert_problem(name, &other.get(&path), missing, "Unknown conversion");
        }
        for id in ["conv_01h455vb4pex5vsknk084sn02q", "com_abc123", "x", &shop.anna.id] {
            assert_problem(id, &server.get(&format!("{CONVERSIONS}/{id}")), missing, "Unknown conversion");
        }
    }
}
