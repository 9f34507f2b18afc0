//! The custom pairs of a report: kept as they were sent, within bounds.

use accrue::storage::conversion_details;

use super::{Order, TRACK, assert_problem, data, send, track_token};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop};
use crate::support::wire::{Request, Response};

fn told(house: &House, (shop, token): (&Shop, &str), order: &str, metadata: &str) -> Response {
    let click = house.visit(&shop.campaign, &shop.anna);
    let body = format!(r#"{{"click_id":"{click}","order_id":"{order}","amount":1,"metadata":{metadata}}}"#);
    send(house, Request::post(TRACK).json(&body).bearer(token))
}

fn kept(house: &House, order: &str) -> Option<String> {
    let id = house.conversion(order).id;
    house.read(move |conn| conversion_details::find(conn, id)).and_then(|details| details.metadata)
}

fn pairs(count: usize) -> String {
    let pairs: Vec<String> = (0..count).map(|number| format!("\"key{number}\":{number}")).collect();
    format!("{{{}}}", pairs.join(","))
}

on_each_engine! {
    fn pairs_are_kept_in_their_order_with_their_own_digits(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let cases = [
            ("plain", r#"{"product_id":"prod_789","coupon_code":"SUMMER20"}"#, None),
            ("kinds", r#"{"z":1.50,"a":12345678901234567890,"n":null,"t":true,"f":false,"e":""}"#, None),
            ("marks", r#"{"ö\"":"a\\b \"c\"","line":"one\ntwo"}"#, None),
            ("nul", r#"{"x":"\u0000"}"#, None),
            ("most keys", &*pairs(50), None),
            ("longest", &*format!(r#"{{"{}":"{}"}}"#, "ö".repeat(100), "ü".repeat(500)), None),
            ("address", r#"{"note":"write to canary@shop.example","a":1}"#, Some(r#"{"note":"[removed]","a":1}"#)),
            ("inside", r#"{"cart":{"skus":["a",1.50,null,{"b":[]}],"of":{}},"ids":[]}"#, None),
            ("address inside", r#"{"cart":{"for":["canary@shop.example"]}}"#, Some(r#"{"cart":{"for":["[removed]"]}}"#)),
            ("longest inside", &*format!(r#"{{"k":["{}"]}}"#, "ü".repeat(496)), None),
            ("address in a key", r#"{"canary@shop.example":1,"a":1}"#, Some(r#"{"[removed]":1,"a":1}"#)),
        ];
        for (name, sent, expected) in cases {
            data(&told(&house, (&shop, &token), name, sent), 201);
            assert_eq!(kept(&house, name).as_deref(), Some(expected.unwrap_or(sent)), "{name}");
        }
        data(&told(&house, (&shop, &token), "empty", "{}"), 201);
        assert_eq!(kept(&house, "empty"), None);
        let click = house.visit(&shop.campaign, &shop.anna);
        let form = Order::of(&click).order_id("form").with("metadata", r#"{"a": 1.0}"#).written(crate::support::personas::Wire::Form);
        data(&form.track(&house, &token), 201);
        assert_eq!(kept(&house, "form").as_deref(), Some(r#"{"a":1.0}"#), "a form writes the object as text");
    }

    fn one_over_is_refused_by_name(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let cases = [
            (pairs(51), "must not have more than 50 keys"),
            (format!(r#"{{"{}":1}}"#, "k".repeat(101)), "must not have keys of more than 100 characters"),
            (format!(r#"{{"k":"{}"}}"#, "v".repeat(501)), "must not have values of more than 500 characters"),
            (format!(r#"{{"k":{}}}"#, "1".repeat(501)), "must not have values of more than 500 characters"),
            (format!(r#"{{"k":["{}"]}}"#, "ü".repeat(497)), "must not have values of more than 500 characters"),
            (format!(r#"{{"k":{{"a":"{}","b":"{}"}}}}"#, "x".repeat(250), "y".repeat(250)), "must not have values of more than 500 characters"),
        ];
        for (metadata, must) in cases {
            let answer = told(&house, (&shop, &token), "1", &metadata);
            assert_problem(must, &answer, (422, "invalid_request"), &format!("Invalid parameter: metadata {must}"));
        }
        let twice = told(&house, (&shop, &token), "1", r#"{"a":1,"a":2}"#);
        assert_problem("twice", &twice, (422, "invalid_request"), "Parameter given twice: a");
        assert!(house.conversions().is_empty());
    }
}
