//! What is not credited: each refusal has its status and its code, and is kept with its reason.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::currency::Currency;

use super::{Order, WIRES, assert_problem, data, track_token};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, plan};

on_each_engine! {
    fn every_refusal_has_its_status_and_its_code(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let token = track_token(&house, &shop);
        let carl = admin.affiliate(shop.program, "carl", AffiliateStatus::Active);
        let archived = admin.campaign(shop.program, plan(), &[&shop.anna]);
        let carls = admin.campaign(shop.program, plan(), &[&carl]);
        let elsewhere = admin.program("Elsewhere", Currency::USD);
        let dora = admin.affiliate(elsewhere, "dora", AffiliateStatus::Active);
        let theirs = admin.campaign(elsewhere, plan(), &[&dora]);
        let click = house.visit(&shop.campaign, &shop.anna);
        let (put_away, out) = (house.visit(&archived, &shop.anna), house.visit(&carls, &carl));
        let foreign = house.visit(&theirs, &dora);
        admin.archive(&archived);
        admin.set_status(&carl, AffiliateStatus::Rejected);
        let customer = Order::without_click().with("customer_id", "c-1");
        let coupon = Order::without_click().with("coupon_code", "SUMMER20");
        let unknown = ((404, "unknown_click_token"), "Unknown click token");
        let nothing = ((404, "nothing_matches"), "No click, coupon or customer leads to an affiliate");
        let cases = [
            ("a forged click", Order::of("clk_forged"), unknown),
            ("another program's click", Order::of(&foreign), unknown),
            ("an unknown customer", customer, nothing),
            ("an unknown coupon", coupon, nothing),
            ("an archived campaign", Order::of(&put_away), ((409, "campaign_archived"), "Campaign is archived")),
            ("a rejected affiliate", Order::of(&out), ((409, "affiliate_rejected"), "Affiliate is rejected")),
        ];
        for (name, order, (problem, detail)) in &cases {
            for wire in WIRES {
                assert_problem(name, &order.clone().written(wire).track(&house, &token), *problem, detail);
            }
        }
        house.pass_days(31);
        let late = Order::of(&click);
        assert_problem("late", &late.track(&house, &token), (410, "click_token_expired"), "Click token expired");
        assert!(house.conversions().is_empty());
        let kept: std::collections::BTreeSet<String> =
            house.attempts(shop.program).into_iter().map(|attempt| attempt.reason).collect();
        let reasons =
            ["affiliate_rejected", "campaign_archived", "click_token_expired", "nothing_matches", "unknown_click_token"];
        assert_eq!(kept.iter().map(String::as_str).collect::<Vec<_>>(), reasons);
    }

    /// Any campaign of the program, with one token.
    fn a_programs_token_reports_for_each_of_its_campaigns(db: TestDatabase) {
        let house = House::open(&db);
        let Shop { program, campaign, anna, ben } = house.shop();
        let other = house.admin().campaign(program, plan(), &[&ben]);
        let shop = Shop { program, campaign, anna, ben };
        let token = track_token(&house, &shop);
        let first = data(&Order::of(&house.visit(&shop.campaign, &shop.anna)).track(&house, &token), 201);
        let second = data(&Order::of(&house.visit(&other, &shop.ben)).track(&house, &token), 201);
        assert_eq!((first["campaign_id"].as_str(), second["campaign_id"].as_str()), (Some(&*shop.campaign.id), Some(&*other.id)));
        assert_eq!(second["affiliate_id"].as_str(), Some(&*shop.ben.id));
    }

    fn a_repeat_stays_one_when_nothing_it_names_leads_anywhere_any_more(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let first = data(&Order::of(&click).order_id("1001").track(&house, &token), 201);
        let again = Order::without_click().order_id("1001").with("customer_id", "never-heard-of");
        assert_eq!(data(&again.track(&house, &token), 200), first);
        house.admin().archive(&shop.campaign);
        house.pass_days(400);
        assert_eq!(data(&Order::of(&click).order_id("1001").track(&house, &token), 200), first);
    }
}
