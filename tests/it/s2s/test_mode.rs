//! Test meets live nowhere: not in a token, not in an order, not in a report.

use accrue::domain::click_token::Mode;

use super::{assert_refused, duplicate, recorded_now};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::{MerchantServer, Sale};

on_each_engine! {
    fn a_token_of_the_other_mode_is_unknown(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut live = house.merchant(&shop.campaign);
        let mut test = MerchantServer::new(house.addr(), &house.admin().test_key(shop.program, &shop.campaign));
        let live_token = live.add_click(&shop.campaign, &shop.anna).click_token.unwrap();
        let test_token = test.add_click(&shop.campaign, &shop.anna).click_token.unwrap();
        assert_refused("a live token", &test.report(Sale::of(&live_token)), 404, "Unknown click token");
        assert_refused(
            "a redirect's token",
            &test.report(Sale::of(&house.visit(&shop.campaign, &shop.anna))),
            404,
            "Unknown click token",
        );
        assert_refused("a test token", &live.report(Sale::of(&test_token)), 404, "Unknown click token");
        recorded_now(&live.report(Sale::of(&live_token)));
        recorded_now(&test.report(Sale::of(&test_token)));
    }

    fn one_order_may_be_tried_and_then_sold(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut live = house.merchant(&shop.campaign);
        let mut test = MerchantServer::new(house.addr(), &house.admin().test_key(shop.program, &shop.campaign));
        let tried = Sale::of(&test.add_click(&shop.campaign, &shop.anna).click_token.unwrap()).order_id("1001");
        let sold = Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        let first = recorded_now(&test.report(tried.clone()));
        let second = recorded_now(&live.report(sold.clone()));
        assert_eq!(test.report(tried).body, duplicate(&first));
        assert_eq!(live.report(sold).body, duplicate(&second));
        let mut modes: Vec<Mode> = house.conversions_of("1001").iter().map(|row| row.mode).collect();
        modes.sort_unstable();
        assert_eq!(modes, [Mode::Live, Mode::Test]);
    }

    fn what_is_tried_never_reaches_a_report(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut test = MerchantServer::new(house.addr(), &house.admin().test_key(shop.program, &shop.campaign));
        let token = test.add_click(&shop.campaign, &shop.anna).click_token.unwrap();
        recorded_now(&test.report(Sale::of(&token).order_id("1001")));
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.clicks, tally.conversions, tally.sales_minor, tally.commission_minor), (0, 0, 0, 0));
        assert_eq!(house.commission("1001").amount_minor, Some(1_000), "but its commission can be looked at");
        house.assert_books_balance();
    }
}
