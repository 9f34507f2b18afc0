//! `PATCH /v1/conversions/{id}`: where a purchase and its commission stand is stated on the wire; what each word does to the
//! books is told elsewhere.

use std::time::Duration;

use accrue::domain::click_token::Mode;
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::rule::{Approval, Terms};
use accrue::operations::issue_key::Holder;
use serde_json::{Value, json};

use super::{CONVERSIONS, Server, a_visit, assert_invalid, assert_problem, data, pays};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, percent};
use crate::support::wire::{Request, Response};

const UNKNOWN: (u16, &str, Option<&str>) = (404, "NOT_FOUND", None);

/// The merchant's server changes what is on record under an id.
#[expect(clippy::needless_pass_by_value, reason = "a story reads better without ampersands")]
pub(super) fn patch(server: &Server<'_>, id: &str, said: Value) -> Response {
    server.send(Request::new("PATCH", &format!("{CONVERSIONS}/{id}")).json(&said.to_string()))
}

/// A conversion of 99.00 that earns 9.90, and its id.
pub(super) fn sold(house: &House, shop: &Shop, server: &Server<'_>) -> String {
    let sold = server.sells(json!({"click_id": a_visit(house, shop), "external_event_id": "1001"}));
    sold["id"].as_str().expect("it has an id").to_owned()
}

on_each_engine! {
    /// Whoever lost the answer sends the same again.
    fn what_is_left_to_a_rule_is_left_to_it_once(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        pays(&house, &shop, Terms { approval: Approval::Automatic, ..Terms::plain(percent("10")) });
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        let first = data(&patch(&server, &id, json!({"status": "pending"})), 200);
        assert_eq!(first["status"], json!("ready_for_payment"), "the rule decides");
        house.clock().advance(Duration::from_secs(60));
        assert_eq!(data(&patch(&server, &id, json!({"status": "pending"})), 200), first, "nothing changed, not even the time");
        data(&patch(&server, &id, json!({"status": "pending_manual_approval"})), 200);
        let again = data(&patch(&server, &id, json!({"status": "pending"})), 200);
        assert_eq!(again["status"], json!("ready_for_payment"));
        assert_ne!(again["updated_at"], first["updated_at"]);
        house.assert_books_balance();
    }

    /// What is held by its rule is told as pending, and declined once it is nobody's decision any more.
    fn a_word_that_has_to_be_taken_back_first_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        pays(&house, &shop, Terms { approval: Approval::Automatic, hold_days: 14, ..Terms::plain(percent("10")) });
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        let answer = patch(&server, &id, json!({"status": "declined"}));
        let message = "The status is pending. It was decided the other way. State pending_manual_approval first.";
        assert_problem("declined", &answer, (409, "CONFLICT", Some("status")), message);
        data(&patch(&server, &id, json!({"status": "pending_manual_approval"})), 200);
        assert_eq!(data(&patch(&server, &id, json!({"status": "declined"})), 200)["status"], json!("declined"));
        house.assert_books_balance();
    }

    /// Systems that mirror their own rows send both words. What was given back has the last one, at once and when it is sent again.
    fn what_was_given_back_has_the_last_word_of_two(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        for (number, (status, sale)) in [
            ("declined", "refunded"), ("paid", "refunded"), ("ready_for_payment", "refunded"), ("refunded", "refunded"),
            ("refunded", "complete"), ("refunded", "partial_refunded"),
        ].into_iter().enumerate() {
            let sold = server.sells(json!({"click_id": a_visit(&house, &shop), "external_event_id": format!("{number}")}));
            let id = sold["id"].as_str().unwrap();
            let update = json!({"status": status, "sales_status": sale});
            let told = data(&patch(&server, id, update.clone()), 200);
            let stands = (told["status"].as_str(), told["sales_status"].as_str(), &told["sale_amount"], &told["commission_amount"]);
            assert_eq!(stands, (Some("refunded"), Some("refunded"), &json!(0.0), &json!(0.0)), "{update}");
            assert_eq!(data(&patch(&server, id, update.clone()), 200), told, "{update}, sent again");
            let other = patch(&server, id, json!({"status": "paid"}));
            assert_eq!(other.status, 409, "{update}: {}", other.text());
        }
        house.assert_books_balance();
    }

    fn an_order_is_paid_outside_and_says_so(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        for status in ["pending", "ready_for_payment", "processing_payout", "paid", "paid"] {
            let told = data(&patch(&server, &id, json!({"status": status})), 200);
            assert_eq!((&told["status"], &told["commission_amount"]), (&json!(status), &json!(9.9)));
            assert_eq!(server.shows(&json!(id)), told, "as it is read afterwards");
        }
        let answer = patch(&server, &id, json!({"status": "declined"}));
        let message = "The status is paid. Its commission is in a payout or paid, so the decision stands. A refund is \
                       taken off the next payout.";
        assert_problem("declined", &answer, (409, "CONFLICT", Some("status")), message);
        assert_eq!(data(&patch(&server, &id, json!({"status": "refunded"})), 200)["status"], json!("refunded"));
        let answer = patch(&server, &id, json!({"sales_status": "open"}));
        let message = "The sales_status is refunded. Money of it was given back, which its status says.";
        assert_problem("open", &answer, (409, "CONFLICT", Some("sales_status")), message);
        assert_eq!(house.conversions().len(), 1);
        house.assert_books_balance();
    }

    fn all_that_is_said_is_changed_at_once(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        let said = json!({"sales_status": "partial_refunded", "status": "ready_for_payment", "metadata": {"plan": "pro", "seats": 3}});
        let told = data(&patch(&server, &id, said.clone()), 200);
        for field in ["sales_status", "status", "metadata"] {
            assert_eq!(told[field], said[field], "{field}");
        }
        assert_eq!(data(&patch(&server, &id, said), 200), told, "the same again changes nothing, not even when");
        let told = data(&patch(&server, &id, json!({"metadata": {"plan": "free"}})), 200);
        assert_eq!((&told["metadata"], &told["status"]), (&json!({"plan": "free"}), &json!("ready_for_payment")));
        // Of two things one is not possible, so neither is done.
        let answer = patch(&server, &id, json!({"metadata": {"plan": "none"}, "sales_status": "failed", "status": "paid"}));
        let message = "The status is ready_for_payment. The purchase is not paid for, so nothing is owed yet.";
        assert_problem("failed and paid", &answer, (409, "CONFLICT", Some("status")), message);
        assert_eq!(server.shows(&json!(id)), told);
        let told = data(&patch(&server, &id, json!({"metadata": null, "status": "ready_for_payment"})), 200);
        assert_eq!(told["metadata"], json!({"plan": "free"}), "null says nothing");
        let told = data(&patch(&server, &id, json!({"metadata": {}})), 200);
        assert_eq!(told["metadata"], Value::Null);
        assert_eq!(server.shows(&json!(id))["metadata"], Value::Null);
        // What is paid is not taken back by a word that books nothing.
        let told = data(&patch(&server, &id, json!({"status": "paid"})), 200);
        for word in ["failed", "open", "trialing", "partial_refunded"] {
            let answer = patch(&server, &id, json!({"sales_status": word}));
            if word == "partial_refunded" {
                assert_eq!(data(&answer, 200), told, "said before it was paid, so it is so already");
                continue;
            }
            let message = "The sales_status is partial_refunded. Its commission is paid. Record a refund to say that money was given back.";
            assert_problem(word, &answer, (409, "CONFLICT", Some("sales_status")), message);
        }
        assert_eq!(server.shows(&json!(id)), told);
        house.assert_books_balance();
    }

    fn what_cannot_be_read_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        let before = server.shows(&json!(id));
        let statuses = "pending, pending_manual_approval, ready_for_payment, processing_payout, paid, declined, refunded, dispute";
        for (said, field, problem) in [
            (json!({}), "sales_status", "must be there, or status or metadata".to_owned()),
            (json!({"state": "paid"}), "sales_status", "must be there, or status or metadata".to_owned()),
            (json!({"status": null}), "sales_status", "must be there, or status or metadata".to_owned()),
            (json!({"status": "approved"}), "status", format!("must be one of {statuses}")),
            (json!({"status": 5}), "status", "must be a text".to_owned()),
            (json!({"sales_status": "done"}), "sales_status", "must be one of open, complete, trialing, failed, partial_refunded, refunded".to_owned()),
            (json!({"metadata": null}), "metadata", "must be a JSON object; {} removes what is there, null says nothing".to_owned()),
            (json!({"metadata": [1]}), "metadata", "must be a JSON object".to_owned()),
        ] {
            let answer = patch(&server, &id, said.clone());
            assert_invalid(&said.to_string(), &answer, field, &format!("Invalid parameter: {field} {problem}"));
        }
        let twice = Request::new("PATCH", &format!("{CONVERSIONS}/{id}")).body("application/json", r#"{"status":"paid","status":"declined"}"#.to_owned());
        assert_eq!(server.send(twice).json()["error"]["field"], json!("status"));
        assert_eq!(server.shows(&json!(id)), before);
    }

    fn only_who_manages_changes_and_only_their_own(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let manager = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &manager);
        let before = manager.shows(&json!(id));
        let denied = (403, "INSUFFICIENT_PERMISSIONS", None);
        for scopes in [&[Scope::Track][..], &[Scope::Read], &[Scope::Postback], &[]] {
            let answer = patch(&Server::may(&house, &shop, scopes), &id, json!({"status": "paid"}));
            assert_problem("a scope less", &answer, denied, "The token needs the scope manage");
        }
        let of_anna = patch(&Server::with(&house, &shop.anna.token), &id, json!({"status": "paid"}));
        assert_eq!(of_anna.status, 403);
        let holder = || Holder::Program(Scopes::new(&[Scope::Manage]));
        let elsewhere = house.admin().program("Elsewhere", accrue::domain::currency::Currency::USD);
        let strangers = [
            house.admin().issue_key(shop.program, Mode::Test, holder()),
            house.admin().issue_key(elsewhere, Mode::Live, holder()),
        ];
        for token in &strangers {
            let answer = patch(&Server::with(&house, token), &id, json!({"status": "paid"}));
            assert_problem("another's", &answer, UNKNOWN, "Unknown conversion");
        }
        for id in ["conv_01h455vb4pex5vsknk084sn02q", "1001", "aff_01h455vb4pex5vsknk084sn02q"] {
            assert_problem(id, &patch(&manager, id, json!({"status": "paid"})), UNKNOWN, "Unknown conversion");
        }
        assert_eq!(manager.shows(&json!(id)), before);
        house.assert_books_balance();
    }
}
