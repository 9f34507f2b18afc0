//! Key, fields, token, repeat, and only then expiry, states and direct mode: where several things are wrong, the first
//! is answered, and what is on record is a duplicate whatever became of its campaign.

use accrue::domain::affiliate::AffiliateStatus;

use super::{WIRES, assert_refused, duplicate, recorded_now, written};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::personas::{Answer, Sale};
use crate::support::wire::Request;

on_each_engine! {
    fn the_key_is_judged_before_anything_else(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna)).with("api_key", "wrong");
        for wire in WIRES {
            let cases = [
                ("a missing field", sale.clone().without("order_id")),
                ("a malformed field", sale.clone().order_total("free")),
                ("a forged token", sale.clone().with("click_token", "clk_forged")),
                (
                    "nothing else",
                    sale.clone()
                        .without("click_token")
                        .without("order_id")
                        .without("order_total")
                        .without("order_currency"),
                ),
            ];
            for (name, sale) in cases {
                assert_refused(name, &merchant.report(written(sale, wire)), 401, "Invalid API key");
            }
        }
    }

    fn a_wrong_key_is_answered_before_what_follows_it_is_unreadable(db: TestDatabase) {
        let house = House::open(&db);
        let keyed = || Request::post("/integration/s2sConvert").query(&[("api_key", "wrong")]);
        let cases = [
            ("half a body", keyed().json("{")),
            ("a field given twice", keyed().query(&[("order_id", "1"), ("order_id", "2")])),
            ("a body of another type", keyed().body("text/csv", "a,b")),
            ("a body that is too large", keyed().json(&"x".repeat(70_000))),
        ];
        for (name, request) in cases {
            let answer = Answer::read(&house.visitor().send(request).unwrap());
            assert_refused(name, &answer, 401, "Invalid API key");
        }
    }

    fn fields_are_judged_before_the_token(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let forged = Sale::of("clk_forged");
        let missing = merchant.report(forged.clone().without("order_currency"));
        assert_refused("missing", &missing, 422, "Missing required parameter: order_currency");
        let malformed = merchant.report(forged.order_total("free"));
        assert_refused(
            "malformed",
            &malformed,
            422,
            "Invalid parameter: order_total must be a number, such as 1234.50",
        );
    }

    fn the_token_is_judged_before_the_repeat(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        let mut merchant = house.merchant(&shop.campaign);
        let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        recorded_now(&merchant.report(sale.clone()));
        let forged = merchant.report(sale.clone().with("click_token", "clk_forged"));
        assert_refused("a forged token", &forged, 404, "Unknown click token");
        let foreign = merchant.report(sale.clone().with("click_token", &house.visit(&other, &shop.anna)));
        assert_refused("another campaign's token", &foreign, 404, "Unknown click token");
        let with_own_key = house.merchant(&other).report(sale);
        assert_refused("another campaign's key", &with_own_key, 404, "Unknown click token");
    }

    fn what_is_on_record_is_a_duplicate_whatever_became_of_its_campaign(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        let sale = Sale::of(&token).order_id("1001");
        let id = recorded_now(&merchant.report(sale.clone()));
        let late = Sale::of(&token).order_id("1002");
        let mut assert_repeat = |when: &str, status: u16, refusal: &str| {
            assert_eq!(merchant.report(sale.clone()).body, duplicate(&id), "{when}");
            assert_refused(when, &merchant.report(late.clone()), status, refusal);
        };
        admin.set_status(&shop.anna, AffiliateStatus::Rejected);
        assert_repeat("the affiliate is rejected", 409, "Affiliate is rejected");
        admin.archive(&shop.campaign);
        assert_repeat("the campaign is archived", 409, "Campaign is archived");
        house.pass_days(31);
        assert_repeat("the token is expired", 410, "Click token expired");
        assert_eq!((house.conversion("1001").repeats, house.conversions().len()), (3, 1));
    }

    fn a_repeat_is_a_duplicate_though_direct_mode_is_off_by_now(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let mut merchant = house.merchant(&shop.campaign);
        admin.set_direct_mode(&shop.campaign, true);
        let sale = Sale::direct(&shop.campaign, &shop.anna).order_id("1001");
        let id = recorded_now(&merchant.report(sale.clone()));
        admin.set_direct_mode(&shop.campaign, false);
        assert_eq!(merchant.report(sale.clone()).body, duplicate(&id));
        let another = merchant.report(sale.order_id("1002"));
        assert_refused("a new order", &another, 409, "Campaign does not allow conversions without a click");
    }
}
