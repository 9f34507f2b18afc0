//! What is no request: too large, of another kind, said twice, at no address (QUALITY INP-2).

use serde_json::json;

use super::{CLICKS, CONVERSIONS, SIGN_UPS, Server, assert_problem};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Request;

on_each_engine! {
    fn what_cannot_be_read_is_a_validation_error(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let json = "application/json";
        let deep = format!(r#"{{"metadata":{}1{}}}"#, "[".repeat(8), "]".repeat(8));
        let many: Vec<String> = (0..201).map(|number| format!("f{number}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "")).collect();
        for path in [CLICKS, SIGN_UPS, CONVERSIONS] {
            let cases = [
                ("64 KiB and one byte", 413, Request::post(path).body(json, vec![b' '; 64 * 1024 + 1])),
                ("a form of 16 KiB and one byte", 413, Request::post(path).body("application/x-www-form-urlencoded", vec![b'a'; 16 * 1024 + 1])),
                ("another kind", 415, Request::post(path).body("text/csv", "a,b")),
                ("compressed", 415, Request::post(path).json("{}").header("Content-Encoding", "gzip")),
                ("JSON as a form", 415, Request::post(path).body("application/x-www-form-urlencoded", r#"{"a":1}"#)),
                ("no JSON", 400, Request::post(path).json("{")),
                ("a list", 400, Request::post(path).json("[]")),
                ("nine levels", 400, Request::post(path).json(&deep)),
                ("no UTF-8", 400, Request::post(path).body(json, vec![b'"', 0xff, b'"'])),
                ("201 fields", 400, Request::post(path).query(&many)),
            ];
            for (name, status, request) in cases {
                let answer = server.send(request);
                let said = answer.json();
                assert_eq!((answer.status, &said["error"]["code"]), (status, &json!("VALIDATION_ERROR")), "{name}: {said}");
                assert_eq!((&said["success"], &said["error"]["details"]), (&json!(false), &json!([])), "{name}");
            }
            let twice = server.send(Request::post(path).json(r#"{"name":"a","name":"b"}"#));
            assert_problem("twice", &twice, (400, "VALIDATION_ERROR", Some("name")), "Parameter given twice: name");
            let apart = server.send(Request::post(path).query(&[("name", "a")]).json(r#"{"name":"a"}"#));
            assert_problem("in both", &apart, (400, "VALIDATION_ERROR", Some("name")), "Parameter given twice: name");
        }
        assert!(house.conversions().is_empty());
    }

    fn other_methods_and_addresses_are_answered_in_the_same_shape(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        for (path, allowed) in [(CLICKS, "POST"), (SIGN_UPS, "POST"), (CONVERSIONS, "POST, GET, HEAD")] {
            let answer = server.send(Request::new("DELETE", path));
            let message = format!("This endpoint answers {allowed}");
            assert_problem(path, &answer, (405, "METHOD_NOT_ALLOWED", None), &message);
            assert_eq!(answer.header("allow"), Some(allowed));
            assert_eq!(answer.header("x-ratelimit-limit"), Some("100"), "a token is told what is left of its limit");
        }
        for path in ["/v1", "/v1/", "/v1/commissions", "/v1/conversions/x/y"] {
            let answer = server.get(path);
            assert_problem(path, &answer, (404, "NOT_FOUND", None), "Unknown endpoint");
        }
    }
}
