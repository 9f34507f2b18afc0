//! How much of one address is heard: 120 events at once, thirty a second. A visitor is always let in.

use std::time::Duration;

use accrue::config::Config;
use serde_json::json;

use super::{Page, sale};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

fn behind_a_proxy(config: &mut Config) {
    config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
}

on_each_engine! {
    fn too_much_from_one_address_is_told_to_wait_and_not_recorded(db: TestDatabase) {
        let house = House::open_with(&db, "2026-03-20T12:00:00Z", behind_a_proxy);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let page = Page::open(&house).with("X-Forwarded-For", "203.0.113.9");
        for number in 0..120 {
            page.tells(&sale(&format!("order-{number}"), if number % 2 == 0 { &token } else { "clk_none" }));
        }
        let landing = json!({"event": "landing", "campaign": shop.campaign.id, "affiliate": "anna"});
        for answer in [page.says(&sale("late", &token).to_string()), page.shows(&sale("late", &token))] {
            assert_eq!((answer.status, answer.body.len()), (429, 0));
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert_eq!(answer.header("x-ratelimit-limit"), Some("120"));
        }
        assert!(page.says(&landing.to_string()).header("x-click-token").is_some(), "a click is never refused");
        Page::open(&house).with("X-Forwarded-For", "203.0.113.10").tells(&sale("neighbour", &token));
        assert_eq!((house.conversions_of("late").len(), house.conversions_of("neighbour").len()), (0, 1));
        house.clock().advance(Duration::from_secs(1));
        page.tells(&sale("late", &token));
        assert_eq!(house.conversions().len(), 62);
    }
}
