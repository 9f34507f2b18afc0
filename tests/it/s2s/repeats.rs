//! One order, one conversion: what makes two reports the same, and what does not.

use accrue::domain::currency::Currency;

use super::{duplicate, recorded_now};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::personas::Sale;

on_each_engine! {
    fn one_click_may_bring_any_number_of_orders(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        let ids: Vec<String> = (0..12).map(|_| recorded_now(&merchant.report(Sale::of(&token)))).collect();
        let click = house.click(&token);
        let rows = house.conversions();
        assert_eq!(rows.len(), ids.len());
        assert!(rows.iter().all(|row| row.click_id == Some(click.id) && row.link_id == Some(click.link_id)));
        assert_eq!(house.tally(&shop.campaign).commission_minor, 12_000);
        house.assert_books_balance();
    }

    fn two_programs_may_both_have_order_1001(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let elsewhere = admin.program("Elsewhere", Currency::USD);
        let theirs = admin.affiliate(elsewhere, "anna", accrue::domain::affiliate::AffiliateStatus::Active);
        let campaign = admin.campaign(elsewhere, plan(), &[&theirs]);
        let here = Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        let there = Sale::of(&house.visit(&campaign, &theirs)).order_id("1001");
        let first = recorded_now(&house.merchant(&shop.campaign).report(here.clone()));
        let second = recorded_now(&house.merchant(&campaign).report(there.clone()));
        assert_ne!(first, second);
        assert_eq!(house.merchant(&shop.campaign).report(here).body, duplicate(&first));
        assert_eq!(house.merchant(&campaign).report(there).body, duplicate(&second));
        let programs: Vec<_> = house.conversions_of("1001").iter().map(|row| row.program_id).collect();
        assert!(programs.len() == 2 && programs.contains(&shop.program) && programs.contains(&elsewhere));
    }

    fn two_campaigns_of_one_program_share_their_orders(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let sister = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        let id = recorded_now(&house.merchant(&shop.campaign).report(sale));
        let elsewhere = Sale::of(&house.visit(&sister, &shop.anna)).order_id("1001");
        assert_eq!(house.merchant(&sister).report(elsewhere).body, duplicate(&id));
        let attempts = house.attempts(shop.program);
        assert_eq!((attempts.len(), attempts[0].detail.as_str()), (1, "campaign click"));
    }
}
