//! Statuses sent in with a report, on the wire; what each of them does to the books is told elsewhere.

use accrue::domain::permission::Scope;
use accrue::domain::rule::{Approval, Terms};
use accrue::storage::attempts::kept_report;
use serde_json::{Value, json};

use super::{Server, a_visit, assert_problem, data, pays};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};

on_each_engine! {
    fn a_status_is_derived_from_what_the_rule_says(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let click = a_visit(&house, &shop);
        let by_hand = Terms::plain(percent("10"));
        for (name, terms, sale, told) in [
            ("by hand", by_hand, "complete", "pending_manual_approval"),
            ("by hand, with a hold", Terms { hold_days: 14, ..by_hand }, "complete", "pending_manual_approval"),
            ("by itself", Terms { approval: Approval::Automatic, ..by_hand }, "complete", "ready_for_payment"),
            ("by itself, with a hold", Terms { approval: Approval::Automatic, hold_days: 14, ..by_hand }, "complete", "pending"),
            ("by itself, on trial", Terms { approval: Approval::Automatic, ..by_hand }, "trialing", "pending"),
        ] {
            pays(&house, &shop, terms);
            let sold = server.sells(json!({"click_id": click, "sales_status": sale}));
            assert_eq!(sold["status"], json!(told), "{name}");
            assert_eq!(server.shows(&sold["id"]), sold, "{name}: read as it was written");
        }
        house.assert_books_balance();
    }

    fn a_status_that_is_sent_takes_a_token_that_may_manage(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let click = house.visit(&shop.campaign, &shop.anna);
        let tracking = Server::tracking(&house, &shop);
        let denied = (403, "INSUFFICIENT_PERMISSIONS", None);
        let answer = tracking.report(json!({"click_id": click, "external_event_id": "1001", "status": "paid"}));
        assert_problem("paid", &answer, denied, "The token needs the scope manage");
        assert!(house.conversions().is_empty());
        let kept = house.attempts(shop.program);
        assert!(kept.len() == 1 && kept_report::read(&kept[0].report).is_some(), "it can be credited by hand");
        let manager = Server::may(&house, &shop, &[Scope::Manage]);
        for status in ["pending", "pending_manual_approval", "ready_for_payment", "processing_payout", "paid", "declined", "refunded", "dispute"] {
            let told = manager.sells(json!({"click_id": click, "status": status, "external_event_id": status}));
            assert_eq!(told["status"], json!(status));
            let again = manager.report(json!({"click_id": click, "status": "paid", "external_event_id": status}));
            assert_eq!(data(&again, 200), told, "{status}: a repeat changes nothing");
        }
        assert_eq!(manager.shows(&data(&manager.report(json!({"click_id": click, "external_event_id": "refunded"})), 200)["id"])["commission_amount"], json!(0.0));
        house.assert_books_balance();
    }

    /// What is said to be given back already is booked, and its refund too.
    fn a_purchase_that_was_given_back_earns_exactly_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let told = server.sells(json!({"click_id": click, "sales_status": "refunded", "external_event_id": "back"}));
        let expected = [("status", json!("refunded")), ("sales_status", json!("refunded")), ("sale_amount", json!(0.0)), ("commission_amount", json!(0.0))];
        for (field, value) in expected {
            assert_eq!(told[field], value, "{field}");
        }
        assert_eq!(house.entries("back").iter().map(|entry| entry.amount_minor).collect::<Vec<_>>(), [990, -990]);
        let again: Value = data(&server.report(json!({"click_id": click, "external_event_id": "back"})), 200);
        assert_eq!(again, told);
        house.assert_books_balance();
    }
}
