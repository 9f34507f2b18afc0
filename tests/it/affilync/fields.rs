//! Every field that is missing, is a placeholder or cannot be taken is named, in a sentence of its own.

use super::{Order, TRACK, WIRES, assert_problem, data, send, track_token};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Request;

const INVALID: (u16, &str) = (422, "invalid_request");
const UNFILLED: &str = "must be filled in: this is a placeholder without its value";

/// Field, what it is given, and what it must be.
const MALFORMED: [(&str, &str, &str); 24] = [
    ("click_id", "{click_id}", UNFILLED),
    ("click_id", "undefined", UNFILLED),
    ("order_id", "{order_id}", UNFILLED),
    ("order_id", "null", UNFILLED),
    ("order_id", "10\n01", "must not contain control characters"),
    ("amount", "{amount}", UNFILLED),
    ("amount", "NaN", UNFILLED),
    ("amount", "-1.00", "must not have a sign"),
    ("amount", "1e3", "must not have an exponent: write all digits"),
    ("amount", "1,000.00", "must not have a comma or separators: write 1234.50"),
    ("amount", "99.999", "must not have more than 2 decimals in USD"),
    ("amount", "0", "must be more than 0 for a sale"),
    ("currency", "{currency}", UNFILLED),
    ("currency", "", "must not be blank"),
    ("currency", " ", "must not be blank"),
    ("currency", "$", "must be an ISO 4217 currency code, such as USD"),
    ("currency", "XTS", "must be a currency that has amounts in minor units, which XTS has not"),
    ("event_type", "{event_type}", UNFILLED),
    ("event_type", "refund", "must be sale, lead, signup or trial"),
    ("event_type", "action", "must be sale, lead, signup or trial"),
    ("customer_email", "nobody", "must be an e-mail address, such as name@example.com"),
    ("customer_id", "a\u{7}b", "must not contain control characters"),
    ("coupon_code", "a\tb", "must not contain control characters"),
    ("metadata", "red", "must be a JSON object"),
];

/// JSON values that are of the wrong kind: field, value, what it must be.
const WRONG_KINDS: [(&str, &str, &str); 12] = [
    ("click_id", "1", "must be a text"),
    ("order_id", "1.5", "must be a text or a whole number"),
    ("order_id", "true", "must be a text or a whole number"),
    ("amount", "true", "must be a number or a text"),
    ("amount", "[1]", "must be a number or a text"),
    ("amount", "1e2", "must not have an exponent: write all digits"),
    ("currency", "840", "must be a text"),
    ("event_type", "1", "must be a text"),
    ("customer_email", "7", "must be a text"),
    ("customer_id", "7.5", "must be a text or a whole number"),
    ("metadata", "7", "must be a JSON object"),
    ("metadata", "[1]", "must be a JSON object"),
];

on_each_engine! {
    fn each_required_field_that_is_missing_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        for wire in WIRES {
            let order = Order::of(&click).written(wire);
            for field in ["click_id", "order_id", "amount"] {
                let detail = format!("Missing required parameter: {field}");
                for order in [order.clone().without(field), order.clone().with(field, ""), order.clone().with(field, " ")] {
                    assert_problem(field, &order.track(&house, &token), INVALID, &detail);
                }
            }
            let nobody = order.without("click_id").with("customer_id", "{customer_id}").with("coupon_code", "");
            let missing = "Missing required parameter: click_id";
            assert_problem("placeholders name nobody", &nobody.track(&house, &token), INVALID, missing);
        }
        let empty = send(&house, Request::post(TRACK).bearer(&token));
        assert_problem("nothing at all", &empty, INVALID, "Missing required parameter: click_id");
        assert!(house.conversions().is_empty());
        let kept = house.attempts(shop.program);
        assert!(kept.len() > 20 && kept.iter().all(|attempt| attempt.reason == "invalid_request"));
    }

    fn each_field_that_cannot_be_taken_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let order = Order::of(&click);
        for wire in WIRES {
            for (field, value, must) in MALFORMED {
                let answer = order.clone().with(field, value).written(wire).track(&house, &token);
                assert_problem(value, &answer, INVALID, &format!("Invalid parameter: {field} {must}"));
            }
        }
        let whole = [("click_id", format!("\"{click}\"")), ("order_id", "\"1\"".to_owned()), ("amount", "9.99".to_owned())];
        for (field, value, must) in WRONG_KINDS {
            let others = whole.iter().filter(|(name, _)| *name != field).map(|(name, value)| format!("\"{name}\":{value}"));
            let members: Vec<String> = others.chain([format!("\"{field}\":{value}")]).collect();
            let request = Request::post(TRACK).json(&format!("{{{}}}", members.join(","))).bearer(&token);
            assert_problem(value, &send(&house, request), INVALID, &format!("Invalid parameter: {field} {must}"));
        }
        assert!(house.conversions().is_empty());
    }

    fn what_cannot_be_read_is_said_and_kept(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let post = || Request::post(TRACK).bearer(&token);
        let large = format!(r#"{{"metadata":"{}"}}"#, "x".repeat(64 * 1024));
        let cases = [
            ("not JSON", post().json("{"), 422, "The request body must be a JSON object: it is not valid at line 1 column 1"),
            ("another type", post().body("text/xml", "<a/>"), 415, "The Content-Type must be application/json or application/x-www-form-urlencoded"),
            ("too large", post().json(&large), 413, "The request body is larger than 65536 bytes"),
            ("too deep", post().json(&format!(r#"{{"metadata":{}}}"#, "[".repeat(9) + &"]".repeat(9))), 422, "The JSON must not be nested more than 8 levels deep"),
            ("twice", post().query(&[("order_id", "1")]).json(r#"{"order_id":"2"}"#), 422, "Parameter given twice: order_id"),
        ];
        let count = cases.len();
        for (name, request, status, detail) in cases {
            assert_problem(name, &send(&house, request), (status, "invalid_request"), detail);
        }
        assert_eq!(house.attempts(shop.program).len(), count);
    }

    fn fields_that_nobody_reads_are_listed_and_do_no_harm(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        data(&order.with("click_token", "clk_x").with("product", "p").track(&house, &token), 201);
        assert_eq!(house.details("1001").ignored_fields, r#"["click_token","product"]"#);
    }
}
