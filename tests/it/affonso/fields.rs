//! What a report may say, and what it is told where it says it wrongly.

use serde_json::{Value, json};

use super::{CONVERSIONS, Server, assert_invalid, order};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Wire;
use crate::support::wire::Request;

on_each_engine! {
    fn every_condition_of_the_document_is_refused_by_name(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let cases: Vec<(&str, Value, &str, &str)> = vec![
            ("nobody", json!({}), "referral_id", "must be there, or customer_id, external_user_id or click_id"),
            ("an address alone", json!({"customer_email": "c@shop.example"}), "referral_id", "must be there, or customer_id, external_user_id or click_id"),
            ("a placeholder alone", json!({"customer_id": "{customer_id}"}), "referral_id", "must be there, or customer_id, external_user_id or click_id"),
            ("no amount", json!({"click_id": click, "sale_amount": null}), "sale_amount", ""),
            ("nothing", json!({"click_id": click, "sale_amount": 0}), "sale_amount", "must be more than 0 for a sale"),
            ("less", json!({"click_id": click, "sale_amount": -1}), "sale_amount", "?"),
            ("an exponent", json!({"click_id": click, "sale_amount": "1e3"}), "sale_amount", "?"),
            ("fractions of a cent", json!({"click_id": click, "sale_amount": 1.005}), "sale_amount", "?"),
            ("no number", json!({"click_id": click, "sale_amount": true}), "sale_amount", "must be a number or a text"),
            ("no money", json!({"click_id": click, "sale_amount_currency": "XAU"}), "sale_amount_currency", "?"),
            ("a blank currency", json!({"click_id": click, "sale_amount_currency": ""}), "sale_amount_currency", "must not be blank"),
            ("a currency of blanks", json!({"click_id": click, "sale_amount_currency": " \u{a0}"}), "sale_amount_currency", "must not be blank"),
            ("another entity", json!({"referral_id": shop.anna.id}), "referral_id", "must start with ref_"),
            ("another interval", json!({"click_id": click, "is_subscription": true, "interval": "weekly"}), "interval", "must be monthly or yearly"),
            ("an interval of nothing", json!({"click_id": click, "interval": "monthly"}), "interval", "must only be sent with is_subscription: true"),
            ("an interval of no subscription", json!({"click_id": click, "interval": "yearly", "is_subscription": false}), "interval", "must only be sent with is_subscription: true"),
            ("a perhaps", json!({"click_id": click, "is_subscription": "perhaps"}), "is_subscription", "must be true or false"),
            ("another purchase", json!({"click_id": click, "sales_status": "done"}), "sales_status", "?"),
            ("another status", json!({"click_id": click, "status": "approved"}), "status", "?"),
            ("a day", json!({"click_id": click, "created_at": "2026-03-20"}), "created_at", "?"),
            ("a year before Christ", json!({"click_id": click, "created_at": "0000-01-01T00:00:00+01:00"}), "created_at", "must lie in the years 0000 to 9999 in UTC"),
            ("the year 10000", json!({"click_id": click, "created_at": "9999-12-31T23:59:59-00:01"}), "created_at", "must lie in the years 0000 to 9999 in UTC"),
            ("no offset", json!({"click_id": click, "created_at": "2026-03-20T10:00:00"}), "created_at", "?"),
            ("an unfilled event", json!({"click_id": click, "external_event_id": "{order_id}"}), "external_event_id", "?"),
            ("a blank event", json!({"click_id": click, "external_event_id": ""}), "external_event_id", "must not be blank"),
            ("an event of blanks", json!({"click_id": click, "external_event_id": " \u{a0}"}), "external_event_id", "must not be blank"),
            ("a long event", json!({"click_id": click, "external_event_id": "x".repeat(256)}), "external_event_id", "?"),
            ("metadata of long lists", json!({"click_id": click, "metadata": {"a": ["x".repeat(250), "y".repeat(250)]}}), "metadata", "must not have values of more than 500 characters"),
            ("metadata that is a list", json!({"click_id": click, "metadata": [{"a": 1}]}), "metadata", "must be a JSON object"),
            ("101 products", json!({"click_id": click, "product_ids": vec!["p"; 101]}), "product_ids", "must not be more than 100"),
            ("prices in prices", json!({"click_id": click, "price_ids": [["p"]]}), "price_ids", "must be a list of texts"),
        ];
        for (name, said, field, problem) in &cases {
            let answer = server.report(said.clone());
            let message = match *problem {
                "" => format!("Missing required parameter: {field}"),
                "?" => answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned(),
                problem => format!("Invalid parameter: {field} {problem}"),
            };
            assert!(message.starts_with("Missing") || message.starts_with(&format!("Invalid parameter: {field} must ")), "{name}: {}", answer.text());
            assert_invalid(name, &answer, field, &message);
        }
        assert!(house.conversions().is_empty());
        let kept = house.attempts(shop.program);
        assert_eq!(kept.len(), cases.len(), "none is lost");
        assert!(kept.iter().all(|attempt| attempt.reason == "invalid_request"));
    }

    fn every_word_of_the_document_is_taken(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        for sale in ["open", "complete", "trialing", "failed", "refunded", "partial_refunded"] {
            let told = server.sells(json!({"click_id": click, "sales_status": sale}));
            assert_eq!(told["sales_status"], json!(sale));
            assert_eq!(server.house.commission(told["external_event_id"].as_str().unwrap()).state.as_str() == "void", sale == "refunded");
        }
        for interval in ["monthly", "yearly"] {
            server.sells(json!({"click_id": click, "is_subscription": true, "interval": interval}));
        }
        server.sells(json!({"click_id": click, "is_subscription": true}));
        server.sells(json!({"click_id": click, "is_subscription": false, "product_ids": "a,b", "price_ids": "p"}));
        house.assert_books_balance();
    }

    /// The same report as JSON, as a form and in the query.
    fn a_report_means_the_same_however_it_is_written(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let pairs = [
            ("click_id", click.as_str()),
            ("sale_amount", "99.99"),
            ("is_subscription", "true"),
            ("interval", "monthly"),
            ("product_ids[]", "tent"),
            ("metadata", r#"{"plan":"pro"}"#),
        ];
        for (name, wire) in [("form", Wire::Form), ("query", Wire::Query)] {
            let all: Vec<(&str, &str)> = pairs.iter().copied().chain([("external_event_id", name)]).collect();
            let request = wire.write(CONVERSIONS, &all);
            let told = super::data(&server.send(request), 201);
            assert_eq!((&told["sale_amount"], &told["metadata"]), (&json!(99.99), &json!({"plan": "pro"})), "{name}");
            assert_eq!(house.details(name).product_ids, r#"["tent"]"#, "{name}");
        }
    }

    /// As PHP and jQuery write an object.
    fn a_form_writes_metadata_member_by_member(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let fields = [
            ("click_id", click.as_str()), ("sale_amount", "99.99"), ("external_event_id", "form"), ("is_subscription", "true"),
            ("metadata[plan]", "pro"), ("metadata[cart][items]", "2"), ("metadata[skus][]", "a"), ("metadata[skus][]", "b"),
        ];
        let told = super::data(&server.send(Request::post(CONVERSIONS).form(&fields)), 201);
        assert_eq!(told["metadata"], json!({"plan": "pro", "cart": {"items": "2"}, "skus": ["a", "b"]}));
        assert_eq!(house.details("form").ignored_fields, "[]");
        let twice = Request::post(CONVERSIONS).form(&[&fields[..5], &[("metadata[plan]", "free")]].concat());
        assert_invalid("twice", &server.send(twice), "metadata[plan]", "Parameter given twice: metadata[plan]");
    }

    fn metadata_is_returned_as_it_was_sent_without_secrets(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[accrue::domain::permission::Scope::Manage]);
        let click = house.visit(&shop.campaign, &shop.anna);
        let said = r#"{"plan":"pro","price":1.50,"big":12345678901234567890,"trial":false,"note":null,"who":"me@shop.example","cart":{"skus":["a",1.0,{"for":["me@shop.example"]}],"of":{}}}"#;
        let body = format!(r#"{{"click_id":"{click}","sale_amount":5,"external_event_id":"m","metadata":{said}}}"#);
        let answer = server.send(Request::post(CONVERSIONS).json(&body));
        let kept = said.replace("me@shop.example", "[removed]");
        assert!(answer.text().contains(&format!(r#""metadata":{kept}"#)), "{}", answer.text());
        let id = answer.json()["data"]["id"].as_str().unwrap().to_owned();
        let shown = server.get(&format!("{CONVERSIONS}/{id}"));
        assert!(shown.text().contains(&format!(r#""metadata":{kept}"#)), "{}", shown.text());
        assert_eq!(server.sells(order(json!({"click_id": click})))["metadata"], Value::Null);
    }
}
