//! `POST /advertiser/conversions.update`: a part of the order came back.

use std::time::Duration;

use accrue::domain::change::Actor;
use accrue::domain::handle::ExternalId;
use accrue::domain::id::ConversionId;
use accrue::domain::money::Money;
use accrue::domain::payout::RefundKind;
use accrue::operations::refund_conversion::{Refund, Refunded, refund_conversion};
use accrue::storage::conversion_changes;
use serde_json::{Value, json};

use super::{INFO, Reviewer, UPDATE, assert_problem, one, send, shop_in};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Request;

/// Gives money back to the customer under an event id.
fn refund(reviewer: &Reviewer<'_>, id: &str, minor: i64) {
    let id: ConversionId = id.parse().expect("an id");
    let (program, house) = (reviewer.shop.program, reviewer.house);
    let actor = Actor::User(house.environment().mint.id(house.now()));
    let currency =
        house.read(|conn| accrue::storage::conversions::find(conn, program, id)).expect("it is there").currency;
    let refund = Refund {
        event_id: ExternalId::parse("refund-1").expect("an id"),
        kind: RefundKind::Refund,
        amount: Some(Money::new(minor, currency)),
        reason: String::new(),
        claimed_at: None,
    };
    let refunded = house.write(move |write, env| refund_conversion(write, env, program, id, actor, &refund));
    assert!(matches!(refunded, Refunded::Recorded(_)), "{refunded:?}");
}

on_each_engine! {
    fn a_partial_return_lowers_the_amount_and_what_it_earns(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let id = reviewer.sells(reviewer.sale("1001", "99.99"));
        let mut expected = one(&reviewer.asks(INFO, &[("id", &id)]));
        expected["amount"] = json!(4050);
        expected["commissionsTotal"] = json!(405);
        expected["commissionsTotalConverted"] = json!(405);
        expected["events"][0]["commission"] = json!(405);
        assert_eq!(one(&reviewer.updates(&id, 4050)), expected);
        assert_eq!(one(&reviewer.updates(&id, 4050)), expected, "the same again");
        let fields = [("id", &*id), ("amount", "4050"), ("reason", "again"), ("program", &reviewer.program())];
        let form = Request::post(UPDATE).form(&fields).bearer(&reviewer.token);
        assert_eq!(one(&send(&house, form)), expected, "a form says the same");
        let changes = house.read(|conn| conversion_changes::of_conversion(conn, house.conversion("1001").id));
        let told: Vec<_> = changes.iter().map(|row| (row.kind.as_str(), &*row.reason, &*row.detail)).collect();
        assert_eq!(told, [("adjusted", "one came back", "40.50 USD, was 99.99 USD")]);
        assert_eq!(one(&reviewer.updates(&id, 9998))["amount"], json!(9998), "lower than the initial amount, not the last");
        assert_eq!(one(&reviewer.updates(&id, 1))["amount"], json!(1));
        assert_eq!(one(&reviewer.accepts(&id))["amount"], json!(1));
        let message = "The conversion must be in pending status; it is accepted";
        assert_problem("accepted", &reviewer.updates(&id, 2), (409, message));
        assert_eq!(one(&reviewer.updates(&id, 1))["status"], json!("accepted"), "it is that amount already");
        house.assert_books_balance();
    }

    fn an_amount_that_cannot_be_is_refused_in_a_sentence(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let id = reviewer.sells(reviewer.sale("1001", "99.99"));
        let whole = "must be a whole number of cents, such as 1050 for 10.50";
        let cases = [
            (json!(9999), "must be lower than the initial amount, 9999"),
            (json!(10_000), "must be lower than the initial amount, 9999"),
            (json!(1_000_000_000_000_000_i64), "must be lower than the initial amount, 9999"),
            (json!(0), "must be above zero; to leave nothing, refuse the conversion"),
            (json!(-1), whole),
            (json!("40.50"), whole),
            (json!("4,050"), whole),
            (json!(" 40"), whole),
            (json!("４０"), whole),
            (json!(true), whole),
            (json!([1]), whole),
            (json!(1_000_000_000_000_001_i64), whole),
        ];
        for (amount, must) in cases {
            let body = json!({"id": id, "amount": amount, "reason": "r"});
            assert_problem(&body.to_string(), &reviewer.posts(UPDATE, &body), (422, &format!("Invalid parameter: amount {must}")));
        }
        // Numbers as nobody writes them; no float is made of any.
        for amount in ["40.50", "4e3", "4050.0", "99999999999999999999999999"] {
            let body = format!(r#"{{"id":"{id}","amount":{amount},"reason":"r"}}"#);
            let answer = send(&house, Request::post(UPDATE).json(&body).bearer(&reviewer.token));
            assert_problem(amount, &answer, (422, &format!("Invalid parameter: amount {whole}")));
        }
        let missing = |name| (422, format!("Missing required parameter: {name}"));
        for (body, (status, message)) in [
            (json!({"amount": 1, "reason": "r"}), missing("id")),
            (json!({"id": id, "reason": "r"}), missing("amount")),
            (json!({"id": id, "amount": Value::Null, "reason": "r"}), missing("amount")),
            (json!({"id": id, "amount": 1}), missing("reason")),
            (json!({"id": id, "amount": 1, "reason": ""}), missing("reason")),
        ] {
            assert_problem(&body.to_string(), &reviewer.posts(UPDATE, &body), (status, &message));
        }
        let elsewhere = Reviewer::of(&house, shop_in(&house, "Elsewhere", ("USD", "UTC")));
        assert_problem("foreign", &elsewhere.updates(&id, 1), (404, "Unknown conversion"));
        let body = json!({"program": elsewhere.program(), "id": id, "amount": 1, "reason": "r"});
        assert_problem("program", &reviewer.posts(UPDATE, &body), (404, "Unknown program"));
        assert_eq!(house.conversion("1001").adjusted_minor, 9_999);
    }

    fn an_amount_is_not_lowered_below_what_the_customer_got_back(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let id = reviewer.sells(reviewer.sale("1001", "99.99"));
        house.clock().advance(Duration::from_secs(1));
        refund(&reviewer, &id, 3_000);
        let message = "Invalid parameter: amount must not be lower than 3000, which the customer got back";
        assert_problem("below", &reviewer.updates(&id, 2_999), (422, message));
        let told = one(&reviewer.asks(INFO, &[("id", &id)]));
        assert_eq!((&told["amount"], &told["amountRefunded"]), (&json!(9_999), &json!(3_000)), "both are told");
        assert_eq!(told["commissionsTotal"], json!(700), "10 % of what remains");
        let told = one(&reviewer.updates(&id, 5_000));
        assert_eq!(told["amountRefunded"], json!(3_000));
        assert_eq!((&told["amount"], &told["commissionsTotal"]), (&json!(5_000), &json!(200)), "10 % of what remains");
        house.assert_books_balance();
    }
}
