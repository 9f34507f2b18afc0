//! What a browser claims first is the server's once the server reports it (ABU-4), over the wire.

use accrue::config::Config;
use accrue::domain::event::Channel;

use super::{Page, sale, with};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Sale;
use serde_json::json;

const ORDERS: usize = 1_000;

fn behind_a_proxy(config: &mut Config) {
    config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
}

on_each_engine! {
    fn a_thousand_orders_claimed_by_a_browser_first_are_the_servers(db: TestDatabase) {
        let house = House::open_with(&db, "2026-03-20T12:00:00Z", behind_a_proxy);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        house.pass_days(1);
        let claim = || {
            for number in 0..ORDERS {
                let from = format!("203.0.113.{}", number % 250);
                let claimed = with(sale(&format!("order-{number}"), &bens), "amount", json!("1000.00"));
                Page::open(&house).with("X-Forwarded-For", &from).tells(&claimed);
            }
        };
        claim();
        assert_eq!(house.conversions().len(), ORDERS);
        let mut merchant = house.merchant(&shop.campaign);
        for number in 0..ORDERS {
            let answer = merchant.report(Sale::of(&annas).order_id(&format!("order-{number}")).order_total("20.00"));
            assert_eq!((answer.status, answer.word.as_str()), (200, "success"), "{}", answer.body);
        }
        claim();
        let rows = house.conversions();
        let won = rows.iter().filter(|row| row.amount_minor == 2_000 && row.channel == Channel::Server && row.trust == 3);
        assert_eq!((rows.len(), won.count()), (ORDERS, ORDERS));
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.conversions, tally.sales_minor, tally.commission_minor), (1_000, 2_000_000, 200_000));
        house.assert_books_balance();
    }
}
