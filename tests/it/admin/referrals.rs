//! Marketing → Referrals, as the people who ask whose customer somebody is see it.

use accrue::domain::click_token::Mode;
use accrue::domain::user::Role;
use accrue::operations::issue_key::Holder;

use super::affiliates::MARKUP;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id};
use crate::support::person::{Person, Screen};
use crate::support::personas::{MerchantServer, Sale};
use crate::support::wire::percent_encode;

const LIST: &str = "/admin/alderfinch/referrals";

/// The page of the only one that is listed.
fn the_one(person: &mut Person, list: &Screen) -> Screen {
    let path = list.html.split("href=\"").find(|rest| rest.starts_with(&format!("{LIST}/ref_"))).expect("it is listed");
    person.open(path.split('"').next().expect("it ends"))
}

on_each_engine! {
    fn an_empty_list_says_how_a_referral_begins(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let nothing = vera.open(LIST);
        assert!(nothing.says("No referrals yet") && nothing.says("customer_email"), "{}", nothing.words());
        assert!(vera.open(&format!("{LIST}?q=cus_1")).says("No referral matches."));
        assert!(vera.open(&format!("{LIST}?affiliate=nobody")).says("No affiliate goes by “nobody”."));
    }

    fn a_customer_is_found_by_every_name_and_the_address_is_never_shown(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        let first = Sale::of(&token).order_id("1").order_total("10").with("customer_id", "cus_1");
        assert_eq!(merchant.report(first.with("customer_email", "Lea@Example.com")).word, "success");
        house.pass_days(40);
        let later = Sale::of(&token).order_id("2").order_total("20").with("customer_email", " lea@example.COM ");
        assert_eq!(merchant.report(later.with("external_user_id", "user-7")).word, "success");
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        for name in ["cus_1", "user-7", "LEA@example.com", " cus_1 "] {
            let list = vera.open(&format!("{LIST}?q={}", percent_encode(name)));
            assert!(list.says("user-7 Customer id E-mail External user id anna Alderfinch shop 2"), "{name}: {}", list.words());
        }
        for name in ["cus", "CUS_1", "lea", "lea@example.org", "%"] {
            assert!(vera.open(&format!("{LIST}?q={}", percent_encode(name))).says("No referral matches."), "{name}");
        }
        let list = vera.open(LIST);
        let page = the_one(&mut vera, &list);
        for words in [
            "2 payments, the first on 20 Mar 2026, 12:00",
            "2 Sale 29 Apr 2026, 12:00 20.00 USD 2.00 Pending Held",
            "1 Sale 20 Mar 2026, 12:00 10.00 USD 1.00 Pending Held",
            "Affiliate anna Campaign Alderfinch shop",
            &format!("Clicked 20 Mar 2026, 12:00:00 Through /c/{}", shop.campaign.link_of(&shop.anna).code),
            "Customer id cus_1",
            "External user id user-7",
            "E-mail kept as a keyed hash",
        ] {
            assert!(page.says(words), "{words}: {}", page.words());
        }
        for shown in [&list.html, &page.html] {
            assert!(!shown.to_lowercase().contains("lea@"), "the address is not kept");
            let hash = house.details("1").email_hash.expect("it is kept hashed");
            assert!(!shown.contains(&hash), "and its hash is nobody's business");
        }
    }

    fn lists_are_narrowed_and_tests_stay_apart(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (anna, ben) = (house.visit(&shop.campaign, &shop.anna), house.visit(&shop.campaign, &shop.ben));
        let mut merchant = house.merchant(&shop.campaign);
        merchant.report(Sale::of(&anna).order_id("1").with("customer_id", "cus_anna"));
        merchant.report(Sale::of(&ben).order_id("2").with("customer_id", MARKUP));
        let key = house.admin().issue_key(shop.program, Mode::Test, Holder::Campaign(campaign_id(&shop.campaign)));
        let mut tester = MerchantServer::new(house.addr(), &key);
        let click = tester.add_click(&shop.campaign, &shop.anna).click_token.expect("it is registered");
        assert_eq!(tester.report(Sale::of(&click).order_id("3").with("customer_id", "cus_test")).word, "success");
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let mut found = |query: &str| {
            let page = vera.open(&format!("{LIST}?{query}"));
            assert!(!page.html.contains(MARKUP), "{query}");
            ["cus_anna", "ben Alderfinch shop", "cus_test"].map(|name| page.says(name))
        };
        assert_eq!(found(""), [true, true, false]);
        assert_eq!(found("mode=test"), [false, false, true]);
        assert_eq!(found("affiliate=anna"), [true, false, false]);
        assert_eq!(found(&format!("campaign={}&affiliate=ben", shop.campaign.id)), [false, true, false]);
        for odd in ["?mode=x", "?campaign=x", "?before=x", "?after=ref_", "?q=%00%FF", "/ref_x", "/conv_x"] {
            let expected = if odd.starts_with('/') { 404 } else { 200 };
            assert_eq!(vera.get(&format!("{LIST}{odd}")).status, expected, "{odd}");
        }
    }

    fn a_long_list_goes_on_by_id(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        for number in 1..=21 {
            house.clock().advance(std::time::Duration::from_millis(5));
            merchant.report(Sale::of(&token).order_id(&format!("o{number}")).with("customer_id", &format!("cus_{number:02}")));
        }
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let newest = vera.open(LIST);
        assert!(newest.says("cus_21") && !newest.says("cus_01"));
        let older = newest.html.split("href=\"").find(|rest| rest.contains("before=ref_")).expect("there are older ones");
        let older = vera.open(older.split('"').next().expect("it ends"));
        assert!(older.says("cus_01") && !older.says("cus_02"), "{}", older.words());
    }
}
