//! A client that was written for this API elsewhere, pointed here: the requests that the public Node library makes, header
//! for header, and what it looks for in the answers.

use accrue::domain::permission::Scope;
use serde_json::{Value, json};

use super::{CLICKS, CONVERSIONS, SIGN_UPS, Server};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::{Request, Response};

/// Every request of the library says that it is JSON, also one without a body; reports are signed besides, for which nobody
/// asks here.
fn from_the_library(request: Request, is_signed: bool) -> Request {
    let request = request.header("Content-Type", "application/json").header("User-Agent", "affonso-sdk/0.4.0");
    if !is_signed {
        return request;
    }
    request.header("X-Affonso-Timestamp", "1784462400").header("X-Affonso-Signature", "v1=00")
}

/// What the library makes of an answer: the body where it went well, else the error's code and the type it throws.
fn read(answer: &Response) -> Result<Value, (String, &'static str)> {
    let body = answer.json();
    if (200..300).contains(&answer.status) && body["success"] != json!(false) {
        return Ok(body);
    }
    let code = body["error"]["code"].as_str().expect("an error has a code").to_owned();
    assert!(body["error"]["message"].is_string() && body["error"]["details"].is_array(), "{body}");
    let thrown = match code.as_str() {
        "VALIDATION_ERROR" => "ValidationError",
        "RATE_LIMIT_EXCEEDED" => "RateLimitError",
        "NOT_FOUND" => "NotFoundError",
        "DUPLICATE_ERROR" => "DuplicateError",
        _ if answer.status >= 500 => "InternalError",
        _ => "AffonsoError",
    };
    Err((code, thrown))
}

on_each_engine! {
    fn the_requests_of_the_public_library_work(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let post = |path: &str, body: Value, is_signed: bool| {
            read(&server.send(from_the_library(Request::post(path).json(&body.to_string()), is_signed)))
        };
        let code = &shop.campaign.link_of(&shop.anna).code;
        let params = json!({"programId": shop.program.to_string(), "trackingId": code, "utmSource": "google", "gclid": "abc123", "sub1": "landing-page"});
        let click = post(CLICKS, params, false).unwrap()["data"].clone();
        assert_eq!((&click["tracking_id"], &click["program_id"]), (&json!(code), &json!(shop.program.to_string())));
        let signup = post(SIGN_UPS, json!({"click_id": click["id"], "email": "buyer@example.com"}), false).unwrap()["data"].clone();
        for field in ["email", "customer_id", "subscription_id", "name", "metadata", "converted_at"] {
            assert_eq!(signup.get(field), Some(&Value::Null), "{field}");
        }
        for number in 1..=3 {
            house.clock().advance(std::time::Duration::from_secs(1));
            let params = json!({"referral_id": signup["id"], "sale_amount": 100, "external_event_id": format!("evt_{number}")});
            let sold = post(CONVERSIONS, params, true).unwrap()["data"].clone();
            assert_eq!((&sold["calculation_mode"], &sold["sale_amount"], &sold["commission_amount"]), (&json!("auto"), &json!(100.0), &json!(10.0)));
        }
        let page = |number: i64| {
            let request = Request::get(&format!("{CONVERSIONS}?limit=2&page={number}"));
            read(&server.send(from_the_library(request, false))).unwrap()
        };
        let (mut walked, mut number) = (0, 1);
        loop {
            let page = page(number);
            walked += page["data"].as_array().unwrap().len();
            if page["pagination"]["has_next_page"] != json!(true) {
                break;
            }
            number = page["pagination"]["page"].as_i64().unwrap() + 1;
        }
        assert_eq!((walked, number), (3, 2), "as its pages are walked");
        let one = format!("{CONVERSIONS}/{}", page(1)["data"][0]["id"].as_str().unwrap());
        assert_eq!(read(&server.send(from_the_library(Request::get(&one), false))).unwrap()["data"]["external_event_id"], json!("evt_3"));
        let thrown = |body: Value| post(CONVERSIONS, body, true).unwrap_err();
        assert_eq!(thrown(json!({"sale_amount": 100})).1, "ValidationError");
        assert_eq!(thrown(json!({"customer_id": "nobody", "sale_amount": 100})).1, "NotFoundError");
        let missing = read(&server.send(from_the_library(Request::get(&format!("{CONVERSIONS}/txn%2F1")), false)));
        assert_eq!(missing.unwrap_err().1, "NotFoundError");
    }
}
