//! What every answer has: its security headers, whatever it is the answer to.

use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::{Request, Response};

const OPENING: &str = "2026-03-20T12:00:00Z";

/// One request for every kind of answer, with the status it gets.
fn requests(code: &str) -> Vec<(&'static str, Request, u16)> {
    let link = format!("/c/{code}");
    let long = format!("/c/{}", "z".repeat(9_000));
    vec![
        ("a redirect", Request::get(&link), 302),
        ("a redirect without a body", Request::new("HEAD", &link), 302),
        ("an unknown link", Request::get("/c/nobodyhasthis"), 404),
        ("no page", Request::get("/nowhere"), 404),
        ("no endpoint", Request::post("/integration/nowhere"), 404),
        ("a link that is posted to", Request::post(&link), 405),
        ("a link that is deleted", Request::new("DELETE", &link), 405),
        ("an endpoint that is got", Request::get("/integration/s2sConvert"), 405),
        ("a URL that is too long", Request::get(&long), 414),
        ("an endpoint without a key", Request::post("/integration/s2sConvert"), 401),
        ("a wrong key", Request::post("/integration/addClick").json(r#"{"api_key":"x"}"#), 401),
        ("half a body", Request::post("/integration/addClick").json(r#"{"api_key":"#), 422),
        ("a body that is too large", Request::post("/integration/addClick").json(&"x".repeat(70_000)), 413),
        ("a body of another type", Request::post("/integration/addClick").body("text/csv", "a"), 415),
        ("a sign of life", Request::get("/healthz"), 200),
        ("readiness", Request::get("/readyz"), 200),
        ("a style sheet", Request::get("/static/page.css"), 200),
        ("no style sheet", Request::get("/static/none.css"), 404),
    ]
}

/// Panics unless the answer has what every answer has.
fn assert_secure(name: &str, answer: &Response) {
    let header = |header: &str| {
        let given = answer.headers_named(header);
        assert!(given.len() <= 1, "{name}: {header} stands there {} times", given.len());
        given.first().copied().unwrap_or_default()
    };
    assert_eq!(header("x-content-type-options"), "nosniff", "{name}");
    assert_eq!(header("referrer-policy"), "strict-origin-when-cross-origin", "{name}");
    assert_eq!(header("x-frame-options"), "DENY", "{name}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{name}");
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{name}: {policy}");
    assert!(!policy.contains("unsafe"), "{name}: {policy}");
    assert!(answer.body.is_empty() || header("content-type").ends_with("; charset=utf-8"), "{name}");
    assert_eq!(header("server"), "", "{name}: nobody needs to know");
}

on_each_engine! {
    fn every_answer_has_its_security_headers(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for (name, request, status) in requests(&shop.campaign.link_of(&shop.anna).code) {
            let answer = house.visitor().send(request).unwrap();
            assert_eq!(answer.status, status, "{name}: {}", answer.text());
            assert_secure(name, &answer);
            assert_eq!(answer.header("strict-transport-security"), None, "{name}");
        }
        for (endpoint, allowed) in [("/integration/addClick", "POST"), ("/c/nobodyhasthis", "GET, HEAD")] {
            let answer = house.visitor().send(Request::new("PUT", endpoint)).unwrap();
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{endpoint}");
        }
    }

    fn under_https_every_answer_keeps_the_browser_there(db: TestDatabase) {
        let house = House::open_with(&db, OPENING, |config| {
            config.public_url = Some("https://track.example".parse().unwrap());
        });
        let shop = house.shop();
        for (name, request, _) in requests(&shop.campaign.link_of(&shop.anna).code) {
            let answer = house.visitor().send(request).unwrap();
            assert_secure(name, &answer);
            assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"), "{name}");
        }
    }

    fn no_host_header_reaches_an_answer(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        let mut connection = Connection::open(house.addr()).unwrap();
        let heads = [
            format!("GET /c/{code} HTTP/1.1\r\nHost: evil.example\r\n"),
            format!("GET http://evil.example/c/{code} HTTP/1.1\r\nHost: evil.example\r\n"),
            format!("GET /c/{code} HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: evil.example\r\n"),
            format!("GET /c/{code} HTTP/1.1\r\nHost: x\r\nForwarded: host=evil.example;proto=https\r\n"),
            "GET /c/nobodyhasthis HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n".to_owned(),
        ];
        for head in heads {
            let answer = connection.send_raw(format!("{head}\r\n").as_bytes()).unwrap();
            assert!(matches!(answer.status, 302 | 404), "{head}: {}", answer.status);
            let all = format!("{:?} {}", answer.headers, answer.text());
            assert!(!all.contains("evil.example"), "{head}: {all}");
        }
    }
}
