//! What else a report says: kept with the conversion, or named as ignored, and never in the way.

use accrue::domain::handle::EmailAddress;

use super::{WIRES, recorded_now, written};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::{Answer, Sale};
use crate::support::wire::Request;

on_each_engine! {
    fn a_placeholder_in_the_place_of_a_fact_says_nothing_and_costs_no_sale(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        let sale = Sale::of(&token).order_id("1001").with("customer_id", "undefined").with("coupon_code", "none");
        let sale = sale.with("external_user_id", "${user}").with("customer_email", "null").with("product_ids", "null");
        recorded_now(&merchant.report(sale));
        let kept = house.details("1001");
        let facts = (kept.customer_id, kept.external_user_id, kept.email_hash, kept.coupon_code);
        assert_eq!((facts, kept.product_ids.as_str()), ((None, None, None, None), "[]"));
    }

    fn customer_facts_are_kept_and_the_address_only_as_a_hash(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        let hash = EmailAddress::parse("jörg@shop.example").unwrap().hashed(house.app().environment.keys.email());
        for (wire, email) in
            WIRES.into_iter().zip(["jörg@shop.example", "  JÖRG@Shop.Example ", "jo\u{308}rg@SHOP.example"])
        {
            let order_id = format!("{wire:?}");
            let sale =
                Sale::of(&token).order_id(&order_id).with("customer_id", "c-7").with("external_user_id", "user 7");
            let sale = sale.with("customer_email", email).with("coupon_code", "SPRING");
            recorded_now(&merchant.report(written(sale, wire)));
            let kept = house.details(&order_id);
            assert_eq!(kept.customer_id.as_deref(), Some("c-7"), "{order_id}");
            assert_eq!(kept.external_user_id.as_deref(), Some("user 7"), "{order_id}");
            assert_eq!(kept.coupon_code.as_deref(), Some("SPRING"), "{order_id}");
            assert_eq!(kept.email_hash.as_deref(), Some(hash.as_str()), "{order_id}");
            assert_eq!(kept.ignored_fields, "[]", "{order_id}");
        }
        recorded_now(&merchant.report(Sale::of(&token).order_id("plain")));
        let kept = house.details("plain");
        assert_eq!(
            (kept.customer_id, kept.external_user_id, kept.email_hash, kept.coupon_code),
            (None, None, None, None)
        );
    }

    fn unknown_fields_are_ignored_and_their_names_listed(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        for wire in WIRES {
            let order_id = format!("{wire:?}");
            let sale = Sale::of(&token)
                .order_id(&order_id)
                .with("orderTotal", "1")
                .with("utm source", "x")
                .with("order_id[]", "y");
            recorded_now(&merchant.report(written(sale, wire)));
            assert_eq!(
                house.details(&order_id).ignored_fields,
                r#"["orderTotal","utm source","order_id[]"]"#,
                "{order_id}"
            );
        }
    }

    fn the_clicks_sub_ids_and_referrer_are_kept_with_the_conversion(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        let mut visitor = house.visitor().with_header("Referer", "https://blog.example/post");
        let landing = visitor.follow_with(code, &[("sub1", "newsletter")]);
        recorded_now(&house.merchant(&shop.campaign).report(Sale::of(landing.token()).order_id("1001")));
        let kept = house.details("1001");
        assert_eq!(
            (kept.sub1.as_deref(), kept.referrer.as_deref()),
            (Some("newsletter"), Some("https://blog.example/post"))
        );
    }

    fn products_are_taken_as_a_list_in_every_way_one_is_written(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let key = shop.campaign.api_key.as_str();
        let json = |order_id: &str, products: &str| {
            let start = format!(r#""api_key":"{key}","click_token":"{token}","order_id":"{order_id}""#);
            let text = format!(r#"{{{start},"order_total":"1.00","order_currency":"USD",{products}}}"#);
            Request::post("/integration/s2sConvert").json(&text)
        };
        let sent = |order_id: &str, products: &str| {
            let start =
                format!("api_key={key}&click_token={token}&order_id={order_id}&order_total=1.00&order_currency=USD");
            format!("{start}&{products}")
        };
        let form = |order_id: &str, products: &str| {
            Request::post("/integration/s2sConvert").body("application/x-www-form-urlencoded", sent(order_id, products))
        };
        let query = |order_id: &str, products: &str| {
            Request::post(&format!("/integration/s2sConvert?{}", sent(order_id, products)))
        };
        let cases = [
            ("json-list", json("json-list", r#""product_ids":["p1","p2"]"#), r#"["p1","p2"]"#),
            ("json-numbers", json("json-numbers", r#""product_ids":[1,"p2"]"#), r#"["1","p2"]"#),
            ("json-number", json("json-number", r#""product_ids":7"#), r#"["7"]"#),
            ("json-text", json("json-text", r#""product_ids":"p1, p2,,""#), r#"["p1","p2"]"#),
            ("json-comma", json("json-comma", r#""product_ids":["p,1"]"#), r#"["p,1"]"#),
            ("json-brackets", json("json-brackets", r#""product_ids[]":["p1","p2"]"#), r#"["p1","p2"]"#),
            ("json-empty", json("json-empty", r#""product_ids":[]"#), "[]"),
            ("json-null", json("json-null", r#""product_ids":null"#), "[]"),
            ("form-repeats", form("form-repeats", "product_ids=p1&product_ids=p2"), r#"["p1","p2"]"#),
            ("form-brackets", form("form-brackets", "product_ids[]=p1&product_ids%5B%5D=p2"), r#"["p1","p2"]"#),
            ("form-comma", form("form-comma", "product_ids=p1,p2"), r#"["p1","p2"]"#),
            ("form-encoded-comma", form("form-encoded-comma", "product_ids=p1%2Cp2"), r#"["p1","p2"]"#),
            ("form-mixed", form("form-mixed", "product_ids=p1,p2&product_ids[]=p3"), r#"["p1","p2","p3"]"#),
            ("query-repeats", query("query-repeats", "product_ids=p1&product_ids[]=p2"), r#"["p1","p2"]"#),
        ];
        for (order_id, request, kept) in cases {
            let answer = Answer::read(&house.visitor().send(request).unwrap());
            assert_eq!(answer.status, 200, "{order_id}: {}", answer.body);
            let details = house.details(order_id);
            assert_eq!((details.product_ids.as_str(), details.ignored_fields.as_str()), (kept, "[]"), "{order_id}");
        }
    }

    fn an_integer_order_id_in_json_is_the_same_order_as_its_digits(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        for digits in ["1001", "0", "12345678901234567890123456789012345"] {
            let named = format!(r#""api_key":"{}","click_token":"{token}","order_id":{digits}"#, shop.campaign.api_key);
            let json = format!(r#"{{{named},"order_total":1,"order_currency":"usd"}}"#);
            let first =
                Answer::read(&house.visitor().send(Request::post("/integration/s2sConvert").json(&json)).unwrap());
            let id = recorded_now(&first);
            let mut merchant = house.merchant(&shop.campaign);
            let again = merchant.report(Sale::of(&token).order_id(digits).order_total("1"));
            assert_eq!(again.body, super::duplicate(&id), "{digits}");
        }
    }
}
