//! The table of outcomes: each status and each body, whichever way the report is written.

use accrue::domain::affiliate::AffiliateStatus;

use super::{WIRES, assert_refused, duplicate, recorded_now, written};
use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::personas::Sale;
use crate::support::wire::Request;

on_each_engine! {
    fn a_sale_is_recorded_once_and_then_a_duplicate(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        for wire in WIRES {
            let sale = written(Sale::of(&house.visit(&shop.campaign, &shop.anna)), wire);
            let id = recorded_now(&merchant.report(sale.clone()));
            assert!(id.starts_with("conv_") && id.len() == "conv_".len() + 26, "{id}");
            for again in WIRES {
                let answer = merchant.report(written(sale.clone(), again));
                assert_eq!((answer.status, answer.body), (200, duplicate(&id)), "{wire:?}, then {again:?}");
            }
        }
        let rows = house.conversions();
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().all(|row| row.repeats == 3 && row.affiliate_id.to_string() == shop.anna.id));
        assert!(house.attempts(shop.program).is_empty(), "a repeat only raises its counter");
        house.assert_books_balance();
    }

    fn an_answer_is_json_that_nobody_stores(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut connection = Connection::open(house.addr()).unwrap();
        let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna));
        for request in
            [sale.request(&shop.campaign.api_key), sale.request("wrong"), Request::get("/integration/s2sConvert")]
        {
            let answer = connection.send(&request).unwrap();
            assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }

    fn every_refusal_has_its_status_and_its_sentence(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let other = admin.campaign(shop.program, plan(), &[&shop.anna]);
        let archived = admin.campaign(shop.program, plan(), &[&shop.anna]);
        let rejected = admin.affiliate(shop.program, "carl", AffiliateStatus::Active);
        let carls = admin.campaign(shop.program, plan(), &[&rejected]);
        let token = house.visit(&shop.campaign, &shop.anna);
        let (foreign, put_away, out) =
            (house.visit(&other, &shop.anna), house.visit(&archived, &shop.anna), house.visit(&carls, &rejected));
        admin.archive(&archived);
        admin.set_status(&rejected, AffiliateStatus::Rejected);
        for wire in WIRES {
            let mut merchant = house.merchant(&shop.campaign);
            let sale = written(Sale::of(&token), wire);
            let cases = [
                ("no key", sale.clone().with("api_key", ""), 401, "Missing required parameter: api_key"),
                ("a wrong key", sale.clone().with("api_key", "ak_live_x"), 401, "Invalid API key"),
                ("no order", sale.clone().without("order_id"), 422, "Missing required parameter: order_id"),
                ("a forged token", sale.clone().with("click_token", "clk_forged"), 404, "Unknown click token"),
                ("another campaign's token", sale.clone().with("click_token", &foreign), 404, "Unknown click token"),
            ];
            for (name, sale, status, message) in cases {
                assert_refused(name, &merchant.report(sale), status, message);
            }
            let answer = house.merchant(&archived).report(written(Sale::of(&put_away), wire));
            assert_refused("an archived campaign", &answer, 409, "Campaign is archived");
            let answer = house.merchant(&carls).report(written(Sale::of(&out), wire));
            assert_refused("a rejected affiliate", &answer, 409, "Affiliate is rejected");
        }
        house.pass_days(31);
        for wire in WIRES {
            let answer = house.merchant(&shop.campaign).report(written(Sale::of(&token), wire));
            assert_refused("an expired token", &answer, 410, "Click token expired");
        }
        assert!(house.conversions().is_empty());
    }

    fn a_click_is_credited_though_its_campaign_or_affiliate_has_paused_since(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        house.admin().set_status(&shop.anna, AffiliateStatus::Paused);
        recorded_now(&merchant.report(Sale::of(&token)));
        let now = house.now();
        house.admin().change(&shop.campaign, move |row| {
            row.status = accrue::domain::campaign::CampaignStatus::Draft;
            row.ends_at = Some(now);
        });
        recorded_now(&merchant.report(Sale::of(&token)));
    }

    fn only_post_reports_and_only_known_endpoints_answer(db: TestDatabase) {
        let house = House::open(&db);
        let mut connection = Connection::open(house.addr()).unwrap();
        for endpoint in ["addClick", "s2sRegisterClick", "s2sConvert"] {
            for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
                let answer = connection.send(&Request::new(method, &format!("/integration/{endpoint}"))).unwrap();
                assert_eq!(answer.status, 405, "{method} {endpoint}");
                assert_eq!(answer.text(), super::error("This endpoint answers POST"), "{method} {endpoint}");
                assert_eq!(answer.header("allow"), Some("POST"), "{method} {endpoint}");
            }
        }
        for endpoint in ["/integration/nowhere", "/integration/addclick", "/integration/s2sConvert/"] {
            let answer = connection.send(&Request::post(endpoint)).unwrap();
            assert_eq!((answer.status, answer.text()), (404, super::error("Unknown endpoint")), "{endpoint}");
        }
    }
}
