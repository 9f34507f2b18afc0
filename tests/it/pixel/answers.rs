//! Nobody learns anything from an answer (ABU-4): it is the same bytes whatever came.

use serde_json::{Value, json};

use super::{Page, SHOP, sale, with};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::wire::{Request, Response};

/// All of an answer but the hour, and whether the connection stays open, which it does not where a body is too large to be
/// read to its end. The order of the headers is another one each time.
fn bytes(answer: &Response) -> String {
    let headers =
        answer.headers.iter().filter(|(name, _)| !["date", "connection"].contains(&name.to_lowercase().as_str()));
    let mut headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}\n")).collect();
    headers.sort_unstable();
    format!("{}\n{}\n{:?}", answer.status, headers.concat(), answer.body)
}

on_each_engine! {
    fn the_answer_is_the_same_for_new_known_and_invalid(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().campaign(shop.program, plan(), &[&shop.ben]);
        house.admin().archive(&other);
        let token = house.visit(&shop.campaign, &shop.anna);
        let page = Page::open(&house);
        let first = bytes(&page.says(&sale("new", &token).to_string()));
        let altered = token.replace("clk_A", "clk_B");
        let same = |name: &str, page: &Page<'_>, body: &str| assert_eq!(bytes(&page.says(body)), first, "{name}");
        let of = |order: &str| sale(order, &token);
        let cases: Vec<(&str, Value)> = vec![
            ("known", of("new")),
            ("known with other facts", with(of("new"), "amount", json!("1.00"))),
            ("another new one", of("newer")),
            ("no order", with(of("x"), "order_id", Value::Null)),
            ("no amount", with(of("x"), "amount", Value::Null)),
            ("a comma", with(of("x"), "amount", json!("1,00"))),
            ("no event", with(of("x"), "event", Value::Null)),
            ("a campaign that is none", with(of("x"), "campaign", json!("camp_nobody"))),
            ("a campaign that is archived", with(json!({"event": "lead"}), "campaign", json!(other.id))),
            ("a campaign that nobody has", with(of("x"), "campaign", json!("camp_01h455vb4pex5vsknk084sn02q"))),
            ("a click that is altered", with(of("x"), "click_id", json!(altered))),
            ("a cookie that is altered", sale("x", &altered)),
            ("nothing", json!({})),
        ];
        for (name, message) in cases {
            same(name, &page, &message.to_string());
        }
        let own = of("own").to_string();
        same("no JSON", &page, "{\"event\":");
        same("no body", &page, "");
        same("much", &page, &" ".repeat(20_000));
        same("another site", &page.clone().with("Origin", "https://evil.example"), &own);
        same("a page that hides", &page.clone().with("Origin", "null"), &own);
        same("a page that says nothing", &page.clone().without("Origin"), &own);
        same("compressed", &page.clone().with("Content-Encoding", "gzip"), &own);
        same("another type", &page.clone().with("Content-Type", "text/csv"), &own);
        same("own", &page.with("Content-Type", "text/plain;charset=UTF-8"), &own);
        let mut orders: Vec<String> = house.conversions().iter().map(|row| row.order_id.as_str().to_owned()).collect();
        orders.sort_unstable();
        assert_eq!(orders, ["new", "newer", "own"]);
    }

    fn the_image_is_the_same_dot_for_everybody(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let referred = Page::open(&house).without("Origin").with("Referer", "https://shop.example/thanks?x=1");
        let first = referred.shows(&sale("new", &token));
        assert_eq!((first.status, first.body.len()), (200, 43));
        assert!(first.body.starts_with(b"GIF89a\x01\x00\x01\x00"), "{:?}", first.body);
        assert_eq!(first.header("content-type"), Some("image/gif"));
        assert_eq!(first.header("cache-control"), Some("no-store"));
        let elsewhere = referred.clone().with("Referer", "https://evil.example/");
        for (name, answer) in [
            ("known", referred.shows(&sale("new", &token))),
            ("forged", referred.shows(&with(sale("x", &token), "click_id", json!("clk_x")))),
            ("without a page", referred.clone().without("Referer").shows(&sale("x", &token))),
            ("of another site", elsewhere.shows(&sale("x", &token))),
            ("nothing", referred.shows(&json!({}))),
            ("a landing", referred.shows(&json!({"event": "landing", "campaign": shop.campaign.id, "affiliate": "anna"}))),
        ] {
            assert_eq!(bytes(&answer), bytes(&first), "{name}");
        }
        let head = referred.send(Request::new("HEAD", "/e.gif").query(&[
            ("event", "conversion"), ("click", &token), ("order_id", "asked"), ("amount", "1"),
        ]));
        assert_eq!((head.status, head.header("content-type")), (200, Some("image/gif")));
        assert_eq!(house.conversions().len(), 1, "asking about it tells nothing, and a landing is no event");
        assert_eq!(house.conversion("new").amount_minor, 9_999);
    }

    fn other_methods_are_told_which_one_is_right(db: TestDatabase) {
        let house = House::open(&db);
        let page = Page::open(&house).without("Content-Type");
        for (method, path, allowed) in
            [("GET", "/e", "POST"), ("OPTIONS", "/e", "POST"), ("POST", "/e.gif", "GET, HEAD")]
        {
            let answer = page.send(Request::new(method, path).header("Access-Control-Request-Method", "POST"));
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{method} {path}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{method} {path}: {SHOP} may not ask first");
        }
    }
}
