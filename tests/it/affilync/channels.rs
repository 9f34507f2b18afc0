//! One order by several ways at once: one row, by whoever is trusted most, and the sum exact (QUALITY IDM-2).

use std::thread;
use std::time::Duration;

use accrue::domain::campaign::IntegrationMethod;
use accrue::domain::event::Channel;
use accrue::domain::permission::Scope;
use accrue::operations::create_campaign::NewCampaign;
use serde_json::json;

use super::{Order, POSTBACK, TRACK, WIRES, data, token, track_token};
use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::personas::Sale;
use crate::support::wire::Request;

/// Orders that are reported by every way at once.
const ORDERS: usize = 500;

on_each_engine! {
    fn every_way_at_once_makes_one_row_of_the_most_trusted(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (track, postback) = (track_token(&house, &shop), token(&house, &shop, &[Scope::Postback]));
        let click = house.visit(&shop.campaign, &shop.anna);
        for number in 0..ORDERS {
            house.clock().advance(Duration::from_secs(1)); // or the one visitor would be told to wait
            let order_id = format!("order-{number}");
            let amount = format!("{}.00", 100 + number);
            let order = Order::of(&click).order_id(&order_id).with("amount", &amount);
            let sale = Sale::of(&click).order_id(&order_id).order_total(&amount);
            let mut requests: Vec<Request> =
                [sale.clone(), sale.clone().in_form(), sale.in_query()].map(|sale| sale.request(&shop.campaign.api_key)).to_vec();
            requests.extend(WIRES.map(|wire| wire.write(TRACK, &order.fields()).bearer(&track)));
            requests.push(Request::get(POSTBACK).query(&order.fields()).query(&[("api_key", &postback)]));
            requests.push(Request::post(POSTBACK).form(&order.fields()).bearer(&postback));
            let v1 = json!({"click_id": click, "external_event_id": order_id, "sale_amount": 100 + number, "sale_amount_currency": "USD"});
            requests.push(Request::post("/v1/conversions").json(&v1.to_string()).bearer(&track));
            let told = json!({"event": "sale", "click": click, "order_id": order_id, "amount": amount});
            let page = Request::post("/e").header("Origin", "https://shop.example");
            requests.push(page.body("text/plain", told.to_string()));
            let address = house.addr();
            let answers: Vec<u16> = thread::scope(|scope| {
                let sent: Vec<_> = requests
                    .into_iter()
                    .map(|request| scope.spawn(move || Connection::open(address).unwrap().send(&request).unwrap().status))
                    .collect();
                sent.into_iter().map(|sent| sent.join().unwrap()).collect()
            });
            assert!(answers.iter().all(|status| matches!(status, 200 | 201 | 204)), "{answers:?}");
            let row = house.conversion(&order_id);
            assert_eq!((row.channel, row.trust), (Channel::Server, 3), "{order_id}");
        }
        let rows = house.conversions();
        let expected: i64 = (0..ORDERS).map(|number| 10_000 + 100 * i64::try_from(number).unwrap()).sum();
        assert_eq!(rows.len(), ORDERS);
        assert_eq!(rows.iter().map(|row| row.amount_minor).sum::<i64>(), expected);
        house.assert_books_balance();
    }

    fn a_higher_channel_takes_the_order_over_and_is_answered_as_recorded(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (track, postback) = (track_token(&house, &shop), token(&house, &shop, &[Scope::Postback]));
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        let first = data(&order.postback(&house, &postback), 201);
        let better = order.clone().with("amount", "50.00");
        let taken = data(&better.track(&house, &track), 201);
        assert_eq!((&taken["conversion_id"], &taken["created_at"]), (&first["conversion_id"], &first["created_at"]));
        assert_eq!(taken["commission_amount"].as_str(), Some("5.00"));
        assert_eq!(data(&order.postback(&house, &postback), 200), taken, "a lower one after it changes nothing");
        let row = house.conversion("1001");
        assert_eq!((row.amount_minor, row.channel, row.trust), (5_000, Channel::Server, 3));
        house.assert_books_balance();
    }

    /// A program's token is the merchant's server, whatever the campaign's own method.
    fn a_program_token_is_trusted_fully_for_an_apps_campaign_too(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let new = NewCampaign { method: IntegrationMethod::Mobile, ..plan() };
        let app = house.admin().campaign(shop.program, new, &[&shop.anna]);
        let click = house.visit(&app, &shop.anna);
        let sale = Sale::of(&click).order_id("1001").order_total("50.00");
        assert_eq!(house.merchant(&app).report(sale).status, 200);
        assert_eq!(house.conversion("1001").trust, 2);
        let token = track_token(&house, &shop);
        data(&Order::of(&click).order_id("1001").track(&house, &token), 201);
        assert_eq!(house.conversion("1001").trust, 3);
    }
}
