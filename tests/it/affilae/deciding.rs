//! `POST /advertiser/conversions.accept` and `.refuse`: each decision once.

use accrue::domain::click_token::Mode;
use accrue::domain::permission::Scope;
use accrue::storage::conversion_changes;
use serde_json::{Value, json};

use super::{ACCEPT, INFO, REFUSE, Reviewer, assert_problem, found, one, program_token, send, shop_in};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Request;

on_each_engine! {
    fn an_accepted_conversion_counts_and_accepting_it_again_changes_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let id = reviewer.sells(reviewer.sale("1001", "99.99"));
        let mut expected = one(&reviewer.asks(INFO, &[("externalId", "1001")]));
        expected["status"] = json!("accepted");
        let answer = reviewer.accepts(&id);
        assert_eq!(one(&answer), expected);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("100"));
        assert_eq!(one(&reviewer.accepts(&id)), expected, "the same again");
        let fields = [("program", &*reviewer.program()), ("id", &id)];
        let form = Request::post(ACCEPT).form(&fields).bearer(&reviewer.token);
        assert_eq!(one(&send(&house, form)), expected, "a form says the same");
        let query = Request::post(ACCEPT).query(&fields).bearer(&reviewer.token);
        assert_eq!(one(&send(&house, query)), expected, "and so does the query");
        let changes = house.read(|conn| conversion_changes::of_conversion(conn, house.conversion("1001").id));
        assert_eq!(changes.iter().map(|row| (row.kind.as_str(), row.actor.as_str())).collect::<Vec<_>>(), [("approved", "key")]);
        let message = "The conversion must be in pending status; it is accepted";
        assert_problem("the other decision", &reviewer.refuses(&id, "Sent back"), (409, message));
        house.assert_books_balance();
    }

    fn a_refused_conversion_earns_nothing_and_says_why(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let id = reviewer.sells(reviewer.sale("1001", "99.99"));
        let told = one(&reviewer.refuses(&id, "product return"));
        assert_eq!((&told["status"], &told["refuseReason"]), (&json!("refused"), &json!("product return")));
        assert_eq!((&told["commissionsTotal"], &told["commissionsTotalConverted"]), (&json!(0), &json!(0)));
        assert_eq!((&told["events"][0]["commission"], &told["amount"]), (&json!(0), &json!(9999)));
        assert_eq!(one(&reviewer.refuses(&id, "fraud")), told, "the same decision, whatever the words");
        let changes = house.read(|conn| conversion_changes::of_conversion(conn, house.conversion("1001").id));
        assert_eq!(changes.len(), 1);
        let message = "The conversion must be in pending status; it is refused";
        assert_problem("the other decision", &reviewer.accepts(&id), (409, message));
        assert_problem("nor is it adjusted", &reviewer.updates(&id, 100), (409, message));
        let lowered = reviewer.sells(reviewer.sale("1002", "99.99"));
        one(&reviewer.updates(&lowered, 5_000));
        one(&reviewer.refuses(&lowered, "product return"));
        assert_problem("nor to what it was adjusted to before", &reviewer.updates(&lowered, 5_000), (409, message));
        assert_eq!((house.commission("1001").booked_minor, house.commission("1002").booked_minor), (0, 0));
        house.assert_books_balance();
    }

    /// A reason is for people, and kept: what nobody may find is not in it.
    fn a_reason_is_kept_on_one_line_without_addresses_and_keys(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let long = "x".repeat(600);
        for (given, kept) in [
            ("Sent back\nby the customer", "Sent back by the customer"),
            ("me@shop.example wrote twice", "[removed] wrote twice"),
            (&*format!("asked with {}", reviewer.token), "asked with [removed]"),
            (&*long, &long[..512]),
        ] {
            let id = reviewer.sells(reviewer.sale(&format!("order-{}", given.len()), "1.00"));
            assert_eq!(one(&reviewer.refuses(&id, given))["refuseReason"], json!(kept));
        }
    }

    fn what_is_missing_malformed_or_elsewhere_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let id = reviewer.sells(reviewer.sale("1001", "99.99"));
        let elsewhere = Reviewer::of(&house, shop_in(&house, "Elsewhere", ("USD", "UTC")));
        let theirs = elsewhere.sells(elsewhere.sale("theirs", "1.00"));
        let (program, other) = (reviewer.program(), elsewhere.program());
        let nobody = "conv_00000000000000000000000000";
        let cases = [
            (json!({"id": id, "reason": "r"}), (422, "Missing required parameter: program")),
            (json!({"program": program, "reason": "r"}), (422, "Missing required parameter: id")),
            (json!({"program": program, "id": " ", "reason": "r"}), (422, "Missing required parameter: id")),
            (json!({"program": program, "id": 7, "reason": "r"}), (422, "Invalid parameter: id must be a text")),
            (json!({"program": program, "id": "1001", "reason": "r"}), (422, "Invalid parameter: id must start with conv_")),
            (json!({"program": "prg_x", "id": id, "reason": "r"}), (422, "Invalid parameter: program must be prg_ followed by 26 characters of lower-case base32")),
            (json!({"program": program, "id": nobody, "reason": "r"}), (404, "Unknown conversion")),
            (json!({"program": program, "id": theirs, "reason": "r"}), (404, "Unknown conversion")),
            (json!({"program": other, "id": id, "reason": "r"}), (404, "Unknown program")),
            (json!({"program": other, "id": theirs, "reason": "r"}), (404, "Unknown program")),
            (json!([]), (422, "The request body must be a JSON object: it is not an object")),
        ];
        for (body, problem) in &cases {
            for target in [ACCEPT, REFUSE] {
                assert_problem(&format!("{target} {body}"), &reviewer.posts(target, body), *problem);
            }
        }
        let refusals = [
            (json!({"program": program, "id": id}), (422, "Missing required parameter: reason")),
            (json!({"program": program, "id": id, "reason": "  "}), (422, "Missing required parameter: reason")),
            (json!({"program": program, "id": id, "reason": 7}), (422, "Invalid parameter: reason must be a text")),
            (json!({"program": program, "id": id, "reason": Value::Null}), (422, "Missing required parameter: reason")),
        ];
        for (body, problem) in &refusals {
            assert_problem(&body.to_string(), &reviewer.posts(REFUSE, body), *problem);
        }
        let trial = program_token(&house, reviewer.shop.program, (Mode::Test, &[Scope::Manage]));
        let body = json!({"program": program, "id": id}).to_string();
        let answer = send(&house, Request::post(ACCEPT).json(&body).bearer(&trial));
        assert_problem("test and live never meet", &answer, (404, "Unknown conversion"));
        assert_eq!(found(&elsewhere.asks(INFO, &[("id", &theirs)])).1[0]["status"], "pending");
        assert_eq!(house.conversion("1001").status.as_str(), "pending");
    }

    fn what_is_in_a_payout_is_locked(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let id = reviewer.sells(reviewer.sale("1001", "99.99"));
        assert_eq!(one(&reviewer.accepts(&id))["isLocked"], json!(false));
        house.clock().advance(std::time::Duration::from_secs(3600));
        reviewer.begins_payout();
        house.clock().advance(std::time::Duration::from_secs(3600));
        let told = one(&reviewer.asks(INFO, &[("id", &id)]));
        assert_eq!((&told["isLocked"], &told["lockedAt"]), (&json!(true), &json!("2026-03-20T13:00:00Z")));
        assert_eq!(told["commissionsTotalConverted"], json!(1000));
        let message = "The conversion must be in pending status; it is accepted and locked: its commission is in a payout or paid";
        assert_problem("locked", &reviewer.refuses(&id, "too late"), (409, message));
        assert_eq!(one(&reviewer.accepts(&id)), told, "it is accepted already");
        house.assert_books_balance();
    }
}
