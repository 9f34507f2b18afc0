//! One order told by the browser and reported by the server at the same moment: one row, the server's (QUALITY IDM-2).

use std::thread;

use accrue::config::Config;
use accrue::domain::event::Channel;
use serde_json::json;

use super::{Page, SHOP, sale, with};
use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Sale;
use crate::support::wire::Request;

const ORDERS: usize = 60;

fn behind_a_proxy(config: &mut Config) {
    config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
}

/// What the browser sends of an order, more than once, in another affiliate's name and for another amount.
fn told(order: &str, click: &str, number: usize) -> Vec<Request> {
    let from = format!("203.0.113.{number}");
    let message = with(sale(order, click), "amount", json!("1000.00")).to_string();
    let post = Request::post("/e").body("text/plain", message).header("Origin", SHOP);
    let fields = [("event", "sale"), ("click", click), ("order_id", order), ("amount", "1000.00")];
    let image = Request::get("/e.gif").query(&fields).header("Referer", SHOP);
    [post.clone(), image, post].map(|request| request.header("X-Forwarded-For", &from)).to_vec()
}

on_each_engine! {
    fn the_browser_and_the_server_at_once_make_one_row_of_the_servers(db: TestDatabase) {
        let house = House::open_with(&db, "2026-03-20T12:00:00Z", behind_a_proxy);
        let shop = house.shop();
        let [annas, bens] = [&shop.anna, &shop.ben].map(|affiliate| house.visit(&shop.campaign, affiliate));
        let address = house.addr();
        for number in 0..ORDERS {
            let order = format!("order-{number}");
            let report = Sale::of(&annas).order_id(&order).order_total(&format!("{}.00", 100 + number));
            let reports = [report.clone(), report.clone().in_form(), report.in_query()];
            let mut requests = told(&order, &bens, number);
            requests.extend(reports.map(|report| report.request(&shop.campaign.api_key)));
            let answers: Vec<u16> = thread::scope(|scope| {
                let send = |request| move || Connection::open(address).unwrap().send(&request).unwrap().status;
                let sent: Vec<_> = requests.into_iter().map(|request| scope.spawn(send(request))).collect();
                sent.into_iter().map(|sent| sent.join().unwrap()).collect()
            });
            assert!(answers.iter().all(|status| matches!(status, 200 | 204)), "{answers:?}");
            let row = house.conversion(&order);
            assert_eq!((row.channel, row.trust), (Channel::Server, 3), "{order}");
        }
        let rows = house.conversions();
        let expected: i64 = (0..ORDERS).map(|number| 10_000 + 100 * i64::try_from(number).unwrap()).sum();
        assert_eq!((rows.len(), rows.iter().map(|row| row.amount_minor).sum::<i64>()), (ORDERS, expected));
        house.assert_books_balance();
        Page::open(&house).with("X-Forwarded-For", "203.0.113.200").tells(&sale("order-0", &bens));
        assert_eq!(house.conversion("order-0").trust, 3, "and stays so");
    }
}
