//! `POST /v1/conversions/{id}/refund`: money that customers got back, in parts or all of it, each event counted once.

use std::thread;

use accrue::domain::click_token::Mode;
use accrue::domain::permission::{Scope, Scopes};
use accrue::operations::issue_key::Holder;
use serde_json::{Value, json};

use super::changing::{patch, sold};
use super::{CONVERSIONS, Server, assert_invalid, assert_problem, data};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Response;

fn refund(server: &Server<'_>, id: &str, said: Value) -> Response {
    server.post(&format!("{CONVERSIONS}/{id}/refund"), said)
}

/// What is left of the sale and of the commission, and the two words.
fn left(answer: &Response) -> (String, String, Value, Value) {
    let told = data(answer, 200);
    (
        told["sale_amount"].to_string(),
        told["commission_amount"].to_string(),
        told["sales_status"].clone(),
        told["status"].clone(),
    )
}

fn stands(sale: &str, commission: &str, sales_status: &str, status: &str) -> (String, String, Value, Value) {
    (sale.to_owned(), commission.to_owned(), json!(sales_status), json!(status))
}

on_each_engine! {
    fn parts_of_a_sale_are_given_back_until_nothing_is_left(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        let part = json!({"amount": 33.00, "currency": "usd", "reason": "one came back", "external_event_id": "re_1", "refunded_at": "2026-03-19T10:00:00Z"});
        let waiting = "pending_manual_approval";
        assert_eq!(left(&refund(&server, &id, part.clone())), stands("66.0", "6.6", "partial_refunded", waiting));
        assert_eq!(left(&refund(&server, &id, part)), stands("66.0", "6.6", "partial_refunded", waiting), "counted once");
        assert_eq!(left(&refund(&server, &id, json!({"amount": "0.01"}))), stands("65.99", "6.6", "partial_refunded", waiting));
        assert_eq!(left(&refund(&server, &id, json!({"external_event_id": "re_2"}))), stands("0.0", "0.0", "refunded", "refunded"));
        let entries: i64 = house.entries("1001").iter().map(|entry| entry.amount_minor).sum();
        assert_eq!(entries, 0, "exactly");
        assert!(house.attempts(shop.program).is_empty());
        house.assert_books_balance();
    }

    /// Unknown fields are ignored; the amount of a refund is not among them, for without it everything is given back.
    fn an_amount_under_another_name_is_not_overlooked(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        for name in ["refund_amount", "refundAmount", "amount_refunded", "AMOUNT"] {
            let answer = refund(&server, &id, json!({name: 49.50, "external_event_id": "re_1"}));
            assert_invalid(name, &answer, "amount", "Invalid parameter: amount must stand under this name, not under another one; without an amount, everything is given back");
        }
        for name in ["refund_amount", "amount_refunded"] {
            let answer = refund(&server, &id, json!({name: "49.50", "external_event_id": "re_1"}));
            assert_eq!(answer.status, 400, "{name}, as text");
        }
        let part = json!({"amount": 33.00, "refund_amount": 33.00, "external_event_id": "re_1"});
        assert_eq!(left(&refund(&server, &id, part)), stands("66.0", "6.6", "partial_refunded", "pending_manual_approval"));
        let rest = json!({"note": "the rest", "sale_amount": 66.00, "amount_currency": "USD", "refund_amount": null, "external_event_id": "re_2"});
        assert_eq!(left(&refund(&server, &id, rest)), stands("0.0", "0.0", "refunded", "refunded"));
        house.assert_books_balance();
    }

    fn what_was_paid_is_owed_once_it_is_given_back(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        data(&patch(&server, &id, json!({"status": "paid"})), 200);
        assert_eq!(left(&refund(&server, &id, json!({"amount": 9}))), stands("90.0", "9.0", "partial_refunded", "paid"));
        assert_eq!(left(&refund(&server, &id, json!({}))), stands("0.0", "0.0", "refunded", "refunded"));
        let affiliate = crate::support::house::affiliate_id(&shop.anna);
        let money = house.read(|conn| accrue::storage::roll_ups::money_of_affiliate(conn, affiliate));
        assert_eq!(money.payable_minor(), -990);
        house.assert_books_balance();
    }

    /// The first story stands; that another was told is kept for somebody to look at.
    fn the_same_event_with_another_amount_changes_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        let first = data(&refund(&server, &id, json!({"amount": 10, "external_event_id": "re_1"})), 200);
        for said in [json!({"amount": 20}), json!({"amount": 5000}), json!({"amount": 10, "currency": "EUR"})] {
            let mut said = said;
            said["external_event_id"] = json!("re_1");
            assert_eq!(data(&refund(&server, &id, said), 200), first);
        }
        let kept = house.attempts(shop.program);
        assert_eq!(kept.len(), 3);
        for attempt in kept {
            assert_eq!((attempt.reason.as_str(), attempt.differing()), ("payload_mismatch", vec!["amount"]));
            assert_eq!((attempt.order_id.as_deref(), attempt.conversion_id), (Some("1001"), Some(house.conversion("1001").id)));
        }
        house.assert_books_balance();
    }

    fn never_more_is_given_back_than_is_left(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        data(&refund(&server, &id, json!({"amount": 60})), 200);
        let before = server.shows(&json!(id));
        for (said, field, problem) in [
            (json!({"amount": 39.01}), "amount", "must not be more than 39.00 USD, which is left of the order"),
            (json!({"amount": 0}), "amount", "must be above zero"),
            (json!({"amount": "1.001"}), "amount", "must not have more than 2 decimals in USD"),
            (json!({"amount": true}), "amount", "must be a number or a text"),
            (json!({"amount": ""}), "amount", "must not be blank"),
            (json!({"amount": "  "}), "amount", "must not be blank"),
            (json!({"amount": null}), "amount", "must be a number or a text, or be left out to give everything back"),
            (json!({"amount": 1, "external_event_id": ""}), "external_event_id", "must not be blank"),
            (json!({"amount": 1, "currency": ""}), "currency", "must not be blank"),
            (json!({"amount": 1, "currency": "EUR"}), "currency", "must be in USD, as the order is"),
            (json!({"currency": "EUR"}), "currency", "must be in USD, as the order is"),
            (json!({"currency": "gold"}), "currency", "must be an ISO 4217 currency code, such as USD"),
            (json!({"external_event_id": "{refund_id}"}), "external_event_id", "must be filled in: this is a placeholder without its value"),
            (json!({"refunded_at": "9999-12-31T23:59:59-01:00"}), "refunded_at", "must lie in the years 0000 to 9999 in UTC"),
            (json!({"refunded_at": "yesterday"}), "refunded_at", "must be a date and time as in RFC 3339, such as 2026-03-20T14:30:00Z"),
        ] {
            let answer = refund(&server, &id, said.clone());
            assert_invalid(&said.to_string(), &answer, field, &format!("Invalid parameter: {field} {problem}"));
            assert_eq!(server.shows(&json!(id)), before, "{said}");
        }
        data(&refund(&server, &id, json!({})), 200);
        let nothing = "Invalid parameter: amount must be given back from something: nothing is left of the order";
        assert_invalid("nothing left", &refund(&server, &id, json!({})), "amount", nothing);
        house.assert_books_balance();
    }

    fn only_who_manages_gives_back_and_only_of_their_own(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let manager = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &manager);
        for scopes in [&[Scope::Track][..], &[Scope::Read], &[]] {
            let answer = refund(&Server::may(&house, &shop, scopes), &id, json!({"amount": 1}));
            assert_problem("a scope less", &answer, (403, "INSUFFICIENT_PERMISSIONS", None), "The token needs the scope manage");
        }
        let unknown = (404, "NOT_FOUND", None);
        let holder = Holder::Program(Scopes::new(&[Scope::Manage]));
        let testing = house.admin().issue_key(shop.program, Mode::Test, holder);
        let answer = refund(&Server::with(&house, &testing), &id, json!({"amount": 1}));
        assert_problem("of the other mode", &answer, unknown, "Unknown conversion");
        let answer = refund(&manager, "conv_01h455vb4pex5vsknk084sn02q", json!({"amount": 1}));
        assert_problem("another's", &answer, unknown, "Unknown conversion");
        assert_problem("no id", &refund(&manager, "1001", json!({"amount": 1})), unknown, "Unknown conversion");
        assert_eq!(manager.get(&format!("{CONVERSIONS}/{id}/refund")).status, 405);
        assert_eq!(house.conversion("1001").refunded_minor, 0);
    }

    /// Fifty at once, of which one fits; and fifty of the same event, of which one counts.
    fn of_many_at_once_no_more_is_given_back_than_there_was(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let id = sold(&house, &shop, &server);
        let at_once = |said: &(dyn Fn(usize) -> Value + Sync)| -> Vec<u16> {
            thread::scope(|scope| {
                let ask = |number| {
                    let (server, id) = (&server, &id);
                    scope.spawn(move || refund(server, id, said(number)).status)
                };
                let asked: Vec<_> = (0..50).map(ask).collect();
                asked.into_iter().map(|one| one.join().expect("nobody panics")).collect()
            })
        };
        let ok = |statuses: &[u16]| statuses.iter().filter(|status| **status == 200).count();
        let same = at_once(&|_| json!({"amount": 9, "external_event_id": "re_1"}));
        assert_eq!((ok(&same), house.conversion("1001").refunded_minor), (50, 900));
        let most = at_once(&|number| json!({"amount": 59.40, "external_event_id": format!("re-{number}")}));
        assert_eq!((ok(&most), house.conversion("1001").refunded_minor), (1, 6_840), "{most:?}");
        assert!(most.iter().all(|status| matches!(status, 200 | 400)), "{most:?}");
        house.assert_books_balance();
    }
}
