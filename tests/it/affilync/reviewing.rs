//! `PATCH /api/conversions/{id}`: the merchant's system approves and rejects.

use std::collections::BTreeMap;
use std::thread;

use accrue::domain::click_token::Mode;
use accrue::domain::conversion::ConversionStatus;
use accrue::domain::currency::Currency;
use accrue::domain::permission::{Scope, Scopes};
use accrue::operations::issue_key::Holder;
use accrue::storage::conversion_changes;
use serde_json::json;

use super::{Order, assert_problem, data, review, review_request, send, token, track_token};
use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Request;

const APPROVE: &str = r#"{"status":"approved","note":"Verified in our system"}"#;
const REJECT: &str = r#"{"status":"rejected"}"#;

on_each_engine! {
    fn the_documents_call_approves_and_the_same_again_changes_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (track, manage) = (track_token(&house, &shop), token(&house, &shop, &[Scope::Manage]));
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        let mut expected = data(&order.track(&house, &track), 201);
        expected["status"] = json!("approved");
        expected["order_id"] = json!("1001");
        expected["amount"] = json!("99.99");
        expected["currency"] = json!("USD");
        expected["event_type"] = json!("sale");
        let id = house.conversion("1001").id;
        let answer = review(&house, &manage, &id.to_string(), APPROVE);
        assert_eq!((answer.status, answer.json()), (200, json!({ "data": expected })));
        assert_eq!(answer.header("x-ratelimit-limit"), Some("100"));
        assert_eq!(data(&review(&house, &manage, &id.to_string(), APPROVE), 200), expected);
        let form = Request::new("PATCH", &format!("/api/conversions/{id}")).form(&[("status", "approved")]).bearer(&manage);
        assert_eq!(data(&send(&house, form), 200), expected, "a form says the same");
        let changes = house.read(|conn| conversion_changes::of_conversion(conn, id));
        assert_eq!(changes.len(), 1, "one decision, one row");
        assert_eq!(changes[0].reason, "Verified in our system");
        assert_eq!(changes[0].actor, "key");
        let other = review(&house, &manage, &id.to_string(), REJECT);
        let detail = "The conversion is approved. It was decided the other way. Set it back to pending first.";
        assert_problem("the other decision", &other, (409, "already_decided"), detail);
        house.assert_books_balance();
    }

    fn a_rejection_needs_no_note_and_voids_the_commission(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (track, manage) = (track_token(&house, &shop), token(&house, &shop, &[Scope::Manage]));
        let click = house.visit(&shop.campaign, &shop.anna);
        for (order, body, reason) in [
            ("plain", REJECT, "Rejected by the API, without a note"),
            ("noted", r#"{"status":"rejected","note":"Sent back"}"#, "Sent back"),
            ("blank", r#"{"status":"rejected","note":"  "}"#, "Rejected by the API, without a note"),
        ] {
            data(&Order::of(&click).order_id(order).track(&house, &track), 201);
            let id = house.conversion(order).id;
            let told = data(&review(&house, &manage, &id.to_string(), body), 200);
            assert_eq!(told["status"], json!("rejected"));
            assert_eq!(house.commission(order).booked_minor, 0);
            let changes = house.read(|conn| conversion_changes::of_conversion(conn, id));
            assert_eq!(changes[0].reason, reason, "{order}");
        }
        house.assert_books_balance();
    }

    fn what_it_cannot_do_it_says(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (track, manage) = (track_token(&house, &shop), token(&house, &shop, &[Scope::Manage]));
        let click = house.visit(&shop.campaign, &shop.anna);
        data(&Order::of(&click).order_id("1001").track(&house, &track), 201);
        data(&Order::of(&click).order_id("euros").with("currency", "EUR").track(&house, &track), 201);
        let (id, euros) = (house.conversion("1001").id.to_string(), house.conversion("euros").id.to_string());
        let detail = "The conversion is pending. No exchange rate is known for its day. It can be approved once rates have been imported.";
        assert_problem("no rate", &review(&house, &manage, &euros, APPROVE), (409, "fx_rate_missing"), detail);
        let invalid = (422, "invalid_request");
        for (body, detail) in [
            ("{}", "Missing required parameter: status"),
            (r#"{"status":"pending"}"#, "Invalid parameter: status must be approved or rejected"),
            (r#"{"status":true}"#, "Invalid parameter: status must be a text"),
            (r#"{"status":"approved","note":7}"#, "Invalid parameter: note must be a text"),
            ("[]", "The request body must be a JSON object: it is not an object"),
        ] {
            assert_problem(body, &review(&house, &manage, &id, body), invalid, detail);
        }
        let unknown = (404, "unknown_conversion");
        for other in ["conv_00000000000000000000000000", "conv_abc123", "1001", &shop.campaign.id, "%00"] {
            assert_problem(other, &review(&house, &manage, other, APPROVE), unknown, "Unknown conversion");
        }
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let theirs = Holder::Program(Scopes::new(&[Scope::Manage]));
        let theirs = house.admin().issue_key(elsewhere, Mode::Live, theirs);
        assert_problem("foreign", &review(&house, &theirs, &id, APPROVE), unknown, "Unknown conversion");
        let trial = Holder::Program(Scopes::new(&[Scope::Manage]));
        let trial = house.admin().issue_key(shop.program, Mode::Test, trial);
        assert_problem("test", &review(&house, &trial, &id, APPROVE), unknown, "Unknown conversion");
        for unfit in [track, token(&house, &shop, &[Scope::Read]), shop.anna.token.clone()] {
            let answer = review(&house, &unfit, &id, APPROVE);
            assert_problem("unfit", &answer, (403, "insufficient_scope"), "The token needs the scope manage");
        }
        assert_eq!(house.conversion("1001").status, ConversionStatus::Pending);
    }

    /// QUALITY IDM-4 through this route: of two different decisions one wins, whoever says the same is told 200.
    fn fifty_decisions_at_once_come_to_one(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (track, manage) = (track_token(&house, &shop), token(&house, &shop, &[Scope::Manage]));
        let click = house.visit(&shop.campaign, &shop.anna);
        for round in 0..4 {
            let order = format!("order-{round}");
            data(&Order::of(&click).order_id(&order).track(&house, &track), 201);
            let id = house.conversion(&order).id;
            house.clock().advance(std::time::Duration::from_secs(2));
            let address = house.addr();
            let answers: Vec<(&str, u16)> = thread::scope(|scope| {
                let sent: Vec<_> = (0..50)
                    .map(|number| {
                        let decision = if number % 2 == 0 { "approved" } else { "rejected" };
                        let request = review_request(&manage, &id.to_string(), &json!({ "status": decision }).to_string());
                        scope.spawn(move || (decision, Connection::open(address).unwrap().send(&request).unwrap().status))
                    })
                    .collect();
                sent.into_iter().map(|sent| sent.join().unwrap()).collect()
            });
            let mut counted: BTreeMap<(&str, u16), usize> = BTreeMap::new();
            for answer in answers {
                *counted.entry(answer).or_default() += 1;
            }
            let made = house.conversion(&order).status.as_str();
            let other = if made == "approved" { "rejected" } else { "approved" };
            assert_eq!(counted, BTreeMap::from([((made, 200), 25), ((other, 409), 25)]));
            assert_eq!(house.read(|conn| conversion_changes::of_conversion(conn, id)).len(), 1);
        }
        house.assert_books_balance();
    }

    fn a_hundred_a_second_are_answered_and_then_told_to_wait(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let read = token(&house, &shop, &[Scope::Read]);
        let mut connection = Connection::open(house.addr()).unwrap();
        let mut ask = || connection.send(&Request::get("/api/conversions").bearer(&read)).unwrap();
        for number in 0..100 {
            let answer = ask();
            assert_eq!(answer.status, 200, "{number}");
        }
        let answer = ask();
        assert_problem("one more", &answer, (429, "rate_limited"), "Too many requests with this token; wait 1 s");
        assert_eq!((answer.header("retry-after"), answer.header("x-ratelimit-remaining")), (Some("1"), Some("0")));
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna));
        data(&order.track(&house, &track_token(&house, &shop)), 201);
        house.clock().advance(std::time::Duration::from_secs(1));
        assert_eq!(ask().status, 200);
    }
}
