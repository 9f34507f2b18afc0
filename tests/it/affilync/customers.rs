//! A customer who comes back on another device is known by what the shop says of them.

use super::{Order, TRACK, data, send, track_token};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::sql::Sql;
use crate::support::wire::Request;

on_each_engine! {
    fn an_address_ties_a_later_order_to_whoever_sent_the_customer(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        data(&Order::of(&click).order_id("phone").with("customer_email", "Grüße@Shop.Example").track(&house, &token), 201);
        house.pass_days(200);
        let spellings = ["grüße@shop.example", "  GRÜßE@SHOP.EXAMPLE ", "gru\u{308}ße@shop.example\t"];
        let later = |order: &str, email: &str| Order::without_click().order_id(order).with("customer_email", email);
        for (number, email) in spellings.into_iter().enumerate() {
            let told = data(&later(&format!("laptop-{number}"), email).track(&house, &token), 201);
            assert_eq!(told["affiliate_id"].as_str(), Some(&*shop.anna.id), "{email}");
            assert!(told["click_id"].is_null(), "none was sent");
        }
        let bens = house.visit(&shop.campaign, &shop.ben);
        let told = data(&later("both", spellings[0]).with("click_id", &bens).track(&house, &token), 201);
        assert_eq!(told["affiliate_id"].as_str(), Some(&*shop.ben.id), "a click beats what is known of the customer");
        let told = data(&later("after", spellings[0]).track(&house, &token), 201);
        assert_eq!(told["affiliate_id"].as_str(), Some(&*shop.anna.id), "who stays whose they were");
        let stranger = later("stranger", "somebody@else.example").track(&house, &token);
        assert_eq!(stranger.status, 404);
        assert_eq!(Sql::open(&db.url).count("referrals"), 1);
        house.assert_books_balance();
    }

    fn every_customer_fact_does_the_same(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        for (field, value) in [("customer_id", "c-1"), ("external_user_id", "u-1"), ("customer_email", "c@shop.example")] {
            let click = house.visit(&shop.campaign, &shop.ben);
            data(&Order::of(&click).with(field, value).track(&house, &token), 201);
            let told = data(&Order::without_click().with(field, value).track(&house, &token), 201);
            assert_eq!(told["affiliate_id"].as_str(), Some(&*shop.ben.id), "{field}");
        }
        let by_number = r#"{"order_id":77,"amount":"5","customer_id":"c-1","external_user_id":null}"#;
        let told = data(&send(&house, Request::post(TRACK).json(by_number).bearer(&token)), 201);
        assert_eq!(told["affiliate_id"].as_str(), Some(&*shop.ben.id));
        assert_eq!(house.conversion("77").amount_minor, 500);
    }

    fn an_expired_click_gives_way_to_what_is_known_of_the_customer(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let old = house.visit(&shop.campaign, &shop.anna);
        data(&Order::of(&house.visit(&shop.campaign, &shop.ben)).with("customer_id", "c-1").track(&house, &token), 201);
        house.pass_days(31);
        let told = data(&Order::of(&old).with("customer_id", "c-1").track(&house, &token), 201);
        assert_eq!(told["affiliate_id"].as_str(), Some(&*shop.ben.id));
        assert!(told["click_id"].is_null(), "it is not credited by the click that was sent");
    }
}
