//! A field given twice is refused by name, wherever the second one stands (INP-2).

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop};
use crate::support::personas::Answer;
use crate::support::wire::Request;

const CONVERT: &str = "/integration/s2sConvert";

/// The fields of a whole report.
fn whole(shop: &Shop, token: &str) -> Vec<(String, String)> {
    let fields = [
        ("api_key", &*shop.campaign.api_key),
        ("click_token", token),
        ("order_id", "1001"),
        ("order_total", "1.00"),
        ("order_currency", "USD"),
    ];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// The report with one field given a second time: in its body, in its query, across both.
fn given_twice(fields: &[(String, String)], name: &str, value: &str) -> Vec<(&'static str, Request)> {
    let once: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let both: Vec<(&str, &str)> = once.iter().copied().chain([(name, value)]).collect();
    let json = |pairs: &[(&str, &str)], spelled: fn(&str) -> String| {
        let members = pairs.iter().enumerate().map(|(place, (name, value))| {
            let name = if place == once.len() { spelled(name) } else { (*name).to_owned() };
            format!("\"{name}\":\"{value}\"")
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    };
    let escaped = |name: &str| format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
    vec![
        ("twice in JSON", Request::post(CONVERT).json(&json(&both, str::to_owned))),
        ("twice in JSON, once escaped", Request::post(CONVERT).json(&json(&both, escaped))),
        ("twice in a form", Request::post(CONVERT).form(&both)),
        ("twice in the query", Request::post(CONVERT).query(&both)),
        ("in the query and in JSON", Request::post(CONVERT).query(&[(name, value)]).json(&json(&once, str::to_owned))),
        ("in the query and in a form", Request::post(CONVERT).query(&[(name, value)]).form(&once)),
    ]
}

on_each_engine! {
    fn a_field_given_twice_is_refused_by_name(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let fields = whole(&shop, &house.visit(&shop.campaign, &shop.anna));
        for (name, value) in &fields {
            for second in [value.as_str(), "another"] {
                for (how, request) in given_twice(&fields, name, second) {
                    let answer = Answer::read(&house.visitor().send(request).unwrap());
                    let message = format!("Parameter given twice: {name}");
                    let refused = (answer.status, answer.message.as_str()) == (422, message.as_str());
                    // A wrong key that stands before the second one is a wrong key.
                    let is_wrong_key = name == "api_key" && answer.status == 401;
                    assert!(refused || is_wrong_key, "{name} {how}: {} {}", answer.status, answer.body);
                }
            }
        }
        assert!(house.conversions().is_empty());
    }

    fn so_is_one_that_nobody_reads_and_one_that_is_empty(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut fields = whole(&shop, &token);
        fields.push(("note".to_owned(), String::new()));
        for (how, request) in given_twice(&fields, "note", "") {
            let answer = Answer::read(&house.visitor().send(request).unwrap());
            assert_eq!((answer.status, answer.message.as_str()), (422, "Parameter given twice: note"), "{how}");
        }
        let inside = format!(r#"{{"api_key":"{}","meta":{{"a":1,"a":2}}}}"#, shop.campaign.api_key);
        let answer = Answer::read(&house.visitor().send(Request::post(CONVERT).json(&inside)).unwrap());
        assert_eq!((answer.status, answer.message.as_str()), (422, "Parameter given twice: a"));
        assert!(house.conversions().is_empty());
    }

    fn a_name_is_repeated_to_its_sender_within_bounds(db: TestDatabase) {
        let house = House::open(&db);
        let name = format!("a\nb\"{}", "é".repeat(500));
        let answer =
            Answer::read(&house.visitor().send(Request::post(CONVERT).form(&[(&name, "1"), (&name, "2")])).unwrap());
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.len() < 200 && !answer.message.contains('\n'), "{}", answer.body);
    }
}
