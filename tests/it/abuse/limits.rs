//! How much is taken: at each limit it is fine, one over is refused by name (INP-2).

use serde_json::json;

use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::{Answer, Sale};
use crate::support::wire::Request;

const JSON: usize = 64 * 1024;
const FORM: usize = 16 * 1024;
const TARGET: usize = 8 * 1024;

/// What every report of this story begins with, as JSON without its last brace and as a form.
struct Beginning {
    json: String,
    form: String,
}

impl Beginning {
    fn of(key: &str, token: &str, order_id: &str) -> Beginning {
        let named = format!(r#""api_key":"{key}","click_token":"{token}","order_id":"{order_id}""#);
        let json = format!(r#"{{{named},"order_total":"1.00","order_currency":"USD","#);
        let form =
            format!("api_key={key}&click_token={token}&order_id={order_id}&order_total=1.00&order_currency=USD&pad=");
        Beginning { json, form }
    }

    /// A JSON body of exactly this many bytes.
    fn json_of(&self, length: usize) -> String {
        let start = format!("{}\"pad\":\"", self.json);
        format!("{start}{}\"}}", "x".repeat(length - start.len() - 2))
    }

    /// A form of exactly this many bytes.
    fn form_of(&self, length: usize) -> String {
        format!("{}{}", self.form, "x".repeat(length - self.form.len()))
    }

    /// A JSON body whose lists and objects stand this deep inside each other.
    fn nested(&self, depth: usize, open: &str, close: &str) -> String {
        format!("{}\"deep\":{}1{}}}", self.json, open.repeat(depth - 1), close.repeat(depth - 1))
    }
}

/// A body in chunks, without a length.
fn chunked(body: &str) -> Vec<u8> {
    let head = "POST /integration/s2sConvert HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    let chunks = body
        .as_bytes()
        .chunks(1_000)
        .map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
    let mut bytes: Vec<u8> = head.as_bytes().to_vec();
    bytes.extend(chunks.flatten());
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

on_each_engine! {
    fn a_body_is_taken_to_its_limit_and_not_a_byte_more(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let start = |order_id: &str| Beginning::of(&shop.campaign.api_key, &token, order_id);
        let convert = || Request::post("/integration/s2sConvert");
        let form = |length| {
            convert().body("application/x-www-form-urlencoded", start(&format!("form-{length}")).form_of(length))
        };
        let json = |length| convert().json(&start(&format!("json-{length}")).json_of(length));
        let other =
            |length| convert().body("application/vnd.api+json", start(&format!("api-{length}")).json_of(length));
        let blanks = |length: usize| {
            let body = format!("{}\"pad\":1}}", start(&format!("blanks-{length}")).json);
            convert().json(&format!("{body}{}", " ".repeat(length - body.len())))
        };
        let cases = [
            ("JSON", json(JSON), 200),
            ("JSON and one", json(JSON + 1), 413),
            ("much JSON", json(1_000_000), 413),
            ("other JSON", other(JSON), 200),
            ("other JSON and one", other(JSON + 1), 413),
            ("blanks", blanks(JSON), 200),
            ("blanks and one", blanks(JSON + 1), 413),
            ("a form", form(FORM), 200),
            ("a form and one", form(FORM + 1), 413),
            ("much of a form", form(JSON), 413),
        ];
        for (name, request, status) in cases {
            let answer = Answer::read(&house.visitor().send(request).unwrap());
            assert_eq!(answer.status, status, "{name}: {}", answer.body);
            let limit = if name.contains("form") { FORM } else { JSON };
            let message = format!("The request body is larger than {limit} bytes");
            assert!(status == 200 || answer.message == message, "{name}: {}", answer.body);
        }
        assert_eq!(house.conversions().len(), 4);
    }

    fn a_body_that_hides_its_length_is_measured_as_it_comes(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        for (length, status) in [(JSON, 200), (JSON + 1, 413), (JSON * 4, 413)] {
            let body = Beginning::of(&shop.campaign.api_key, &token, &format!("chunked-{length}")).json_of(length);
            let answer = Connection::open(house.addr()).unwrap().send_raw(&chunked(&body)).unwrap();
            assert_eq!(answer.status, status, "{length}: {}", answer.text());
        }
        assert_eq!(house.conversions().len(), 1);
    }

    fn a_url_is_taken_to_its_limit_and_not_a_byte_more(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let report = |length: usize| {
            let start = Beginning::of(&shop.campaign.api_key, &token, &format!("url-{length}"));
            let path = "/integration/s2sConvert?";
            Request::post(&format!("{path}{}", start.form_of(length - path.len())))
        };
        let link = |length: usize| {
            let start = format!("/c/{}?sub1=", shop.campaign.link_of(&shop.anna).code);
            Request::get(&format!("{start}{}", "x".repeat(length - start.len())))
        };
        for (name, request, status) in [
            ("a report", report(TARGET), 200),
            ("a report and one", report(TARGET + 1), 414),
            ("a link", link(TARGET), 302),
            ("a link and one", link(TARGET + 1), 414),
            ("a very long link", link(40_000), 414),
        ] {
            let answer = house.visitor().send(request).unwrap();
            assert_eq!(answer.status, status, "{name}: {}", answer.text());
        }
        assert_eq!((house.conversions().len(), house.click_count()), (1, 2));
    }

    /// Each dialect says so in its own words, as far as the request gets; nobody else's address has any.
    fn a_url_that_is_too_long_is_told_in_the_words_of_its_dialect(db: TestDatabase) {
        let house = House::open(&db);
        let sentence = "The URL is longer than 8192 bytes; send what is long in the body";
        let error = json!({"code": "VALIDATION_ERROR", "message": sentence, "field": null, "details": []});
        for (start, expected) in [
            ("/v1/conversions?status=", json!({"success": false, "error": error})),
            ("/advertiser/conversions.list?externalId=", json!({"statusCode": 414, "message": sentence})),
            ("/api/conversions?status=", json!({"detail": sentence, "error_code": "invalid_request"})),
            ("/integration/s2sConvert?order_id=", json!({"status": "error", "message": sentence})),
        ] {
            let answer = house.visitor().send(Request::get(&format!("{start}{}", "x".repeat(TARGET)))).unwrap();
            assert_eq!((answer.status, answer.json()), (414, expected), "{start}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{start}");
        }
        let plain = house.visitor().send(Request::get(&format!("/admin/{}", "x".repeat(TARGET)))).unwrap();
        assert_eq!((plain.status, &*plain.text()), (414, "The URL is too long."));
    }

    fn json_is_taken_eight_levels_deep_and_not_nine(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        for (name, depth, status) in
            [("one", 1, 200), ("eight", 8, 200), ("nine", 9, 422), ("a hundred", 100, 422), ("thousands", 10_000, 422)]
        {
            for (kind, open, close) in [("lists", "[", "]"), ("objects", "{\"a\":", "}")] {
                let start = Beginning::of(&shop.campaign.api_key, &token, &format!("{name}-{kind}"));
                let body = start.nested(depth, open, close);
                let status = if body.len() > JSON { 413 } else { status };
                let answer =
                    Answer::read(&house.visitor().send(Request::post("/integration/s2sConvert").json(&body)).unwrap());
                assert_eq!(answer.status, status, "{name} {kind}: {}", answer.body);
                let message = "The JSON must not be nested more than 8 levels deep";
                assert!(status != 422 || answer.message == message, "{name} {kind}: {}", answer.body);
            }
        }
        assert_eq!(house.conversions().len(), 4);
    }

    fn a_body_needs_the_type_it_is_of_and_no_body_needs_none(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let sale = |order_id: &str| Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id(order_id);
        let convert = || Request::post("/integration/s2sConvert");
        let json = |order_id: &str| {
            format!(
                "{}\"pad\":1}}",
                Beginning::of(&shop.campaign.api_key, &house.visit(&shop.campaign, &shop.anna), order_id).json
            )
        };
        let form = |order_id: &str| {
            Beginning::of(&shop.campaign.api_key, &house.visit(&shop.campaign, &shop.anna), order_id).form
        };
        let cases = [
            ("no body and no type", sale("a").in_query().request(&shop.campaign.api_key), 200),
            (
                "no body and a type",
                sale("b").in_query().request(&shop.campaign.api_key).header("Content-Type", "application/json"),
                200,
            ),
            (
                "no body and another type",
                sale("c").in_query().request(&shop.campaign.api_key).header("Content-Type", "text/plain"),
                200,
            ),
            ("a type with a charset", convert().body("application/json; charset=utf-8", json("d")), 200),
            ("a type in upper case", convert().body("Application/JSON", json("e")), 200),
            ("JSON as text", convert().body("text/plain", json("f")), 415),
            ("JSON as JavaScript", convert().body("text/json", json("g")), 415),
            (
                "JSON of no type",
                convert().header("Content-Length", &json("h").len().to_string()).body("", json("h")),
                415,
            ),
            ("JSON as a form", convert().body("application/x-www-form-urlencoded", json("i")), 415),
            ("a form as JSON", convert().json(&form("j")), 422),
            ("a form in parts", convert().body("multipart/form-data; boundary=x", "--x--"), 415),
            ("XML", convert().body("application/xml", "<a/>"), 415),
        ];
        for (name, request, status) in cases {
            let answer = Answer::read(&house.visitor().send(request).unwrap());
            assert_eq!(answer.status, status, "{name}: {}", answer.body);
        }
        assert_eq!(house.conversions().len(), 5);
    }
}
