//! The postback: a URL that a network asks, with the token in it.

use accrue::domain::permission::Scope;

use super::{Order, POSTBACK, assert_problem, data, send, token, track_token};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Wire;
use crate::support::wire::{Request, percent_encode};

on_each_engine! {
    fn the_documents_url_reports_a_conversion(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let postback = token(&house, &shop, &[Scope::Postback]);
        let click = house.visit(&shop.campaign, &shop.anna);
        let template = "/api/conversions/postback?click_id={click_id}&amount={amount}&order_id={order_id}&currency={currency}";
        let url = template
            .replace("{click_id}", &percent_encode(&click))
            .replace("{amount}", "99.99")
            .replace("{order_id}", "order_456")
            .replace("{currency}", "USD");
        let in_url = Request::get(&format!("{url}&api_key={postback}"));
        let answer = send(&house, in_url.clone());
        let first = data(&answer, 201);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(first["commission_amount"].as_str(), Some("10.00"));
        assert_eq!(data(&send(&house, in_url), 200), first);
        assert_eq!(data(&send(&house, Request::get(&url).bearer(&postback)), 200), first, "or in the header");
        let track = track_token(&house, &shop);
        assert_eq!(data(&send(&house, Request::get(&url).bearer(&track)), 200), first, "a token that tracks may as well");
        let stored = house.conversion("order_456");
        assert_eq!((stored.channel.as_str(), stored.trust, stored.repeats), ("postback", 2, 3));
        let details = house.details("order_456");
        assert_eq!(details.ignored_fields, "[]");
        house.assert_books_balance();
    }

    /// The document's page forgot to write `&currency=` so that browsers show it, and so it is copied.
    fn the_url_as_the_documents_page_shows_it_reports_the_currency_too(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let postback = token(&house, &shop, &[Scope::Postback]);
        let click = house.visit(&shop.campaign, &shop.anna);
        for (order, sign) in [("capitals", "%C2%A4"), ("small letters", "%c2%a4")] {
            let url = format!("{POSTBACK}?click_id={click}&amount=12.50&order_id={}{sign}cy=EUR&api_key={postback}", percent_encode(order));
            data(&send(&house, Request::get(&url)), 201);
            let stored = house.conversion(order);
            assert_eq!((stored.currency.code(), stored.amount().minor()), ("EUR", 1250), "{order}");
        }
        let both = format!("{POSTBACK}?click_id={click}&amount=1&order_id=two%C2%A4cy=EUR&currency=USD&api_key={postback}");
        data(&send(&house, Request::get(&both)), 201);
        assert_eq!(house.conversion("two¤cy=EUR").currency.code(), "USD", "which is said");
    }

    fn it_is_posted_as_well(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let postback = token(&house, &shop, &[Scope::Postback]);
        let click = house.visit(&shop.campaign, &shop.anna);
        for wire in [Wire::Json, Wire::Form, Wire::Query] {
            let order = Order::of(&click);
            let with_key = [order.fields(), vec![("api_key", &*postback)]].concat();
            data(&send(&house, wire.write(POSTBACK, &with_key)), 201);
            data(&send(&house, wire.write(POSTBACK, &order.fields()).bearer(&postback)), 200);
        }
    }

    fn only_a_token_made_for_urls_may_stand_in_one(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna));
        let (postback, manage) = (token(&house, &shop, &[Scope::Postback]), token(&house, &shop, &[Scope::Manage]));
        let unfit = [track_token(&house, &shop), manage.clone(), shop.anna.token.clone(), shop.campaign.api_key.clone()];
        for key in &unfit {
            let answer = order.postback(&house, key);
            assert_problem(&key[..8], &answer, (403, "insufficient_scope"), "The token needs the scope postback");
        }
        assert_problem("nonsense", &order.postback(&house, "hunter2"), (401, "invalid_token"), "Invalid token");
        let none = send(&house, Request::get(POSTBACK).query(&order.fields()));
        assert_problem("none", &none, (401, "missing_token"), "Send the token as api_key, or in the header Authorization: Bearer");
        let get = |key: &str| Request::get(POSTBACK).query(&order.fields()).query(&[("api_key", key)]);
        let twice = ((422, "invalid_request"), "Parameter given twice: api_key");
        let two = send(&house, get(&postback).bearer(&manage));
        assert_problem("two tokens", &two, twice.0, twice.1);
        let two = send(&house, get(&postback).query(&[("api_key", &manage)]));
        assert_problem("two in the URL", &two, twice.0, twice.1);
        assert!(house.conversions().is_empty());
        data(&send(&house, get(&postback).bearer(&postback)), 201);
        let kept = format!("{:?}{:?}", house.attempts(shop.program), house.keyless());
        for key in unfit.iter().chain([&postback, &manage]) {
            assert!(!kept.contains(&key[10..50]), "no key is kept");
        }
        assert!(house.attempts(shop.program).iter().all(|attempt| attempt.reason == "scope_missing"));
    }

    fn a_template_that_was_not_filled_in_is_told_field_by_field(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let postback = token(&house, &shop, &[Scope::Postback]);
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna)).with("currency", "USD");
        for field in ["click_id", "order_id", "amount", "currency"] {
            let answer = order.clone().with(field, &format!("{{{field}}}")).postback(&house, &postback);
            let detail = format!("Invalid parameter: {field} must be filled in: this is a placeholder without its value");
            assert_problem(field, &answer, (422, "invalid_request"), &detail);
        }
        assert!(house.conversions().is_empty());
    }

    fn asking_what_it_would_answer_records_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let postback = token(&house, &shop, &[Scope::Postback]);
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna));
        let head = Request::new("HEAD", POSTBACK).query(&order.fields()).query(&[("api_key", &postback)]);
        assert_eq!(send(&house, head).status, 405);
        assert!(house.conversions().is_empty());
    }
}
