//! Marketing → Coupons, as the people who hand out codes see it.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::currency::Currency;
use accrue::domain::user::Role;

use super::affiliates::MARKUP;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, PASSWORD, affiliate_id, plan};
use crate::support::personas::Sale;

const LIST: &str = "/admin/alderfinch/coupons";

on_each_engine! {
    fn an_empty_list_asks_for_what_is_missing_first(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut marta = house.member("Marta", program, Role::Manager);
        let nothing = marta.open(LIST);
        assert!(nothing.says("No coupons yet") && nothing.says("It needs a campaign first."), "{}", nothing.words());
        house.admin().campaign(program, plan(), &[]);
        assert!(marta.open(&format!("{LIST}/new")).says("It needs an affiliate first."));
        house.admin().affiliate(program, "anna", AffiliateStatus::Active);
        assert!(marta.open(LIST).says("Create a coupon"));
        assert!(marta.open(&format!("{LIST}?q=x")).says("No coupon matches. Clear the filters"));
    }

    fn a_code_credits_from_its_making_to_its_end(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        marta.open(&format!("{LIST}/new"));
        let list = marta.submit(LIST, &[("code", " Autumn10 "), ("campaign", &shop.campaign.id), ("affiliate", "ANNA")]);
        assert!(list.says("The coupon is created.") && list.says("Autumn10 anna Alderfinch shop Credits just now"), "{}", list.words());
        let mut merchant = house.merchant(&shop.campaign);
        let expired = house.visit(&shop.campaign, &shop.ben);
        house.pass_days(40);
        let sale = |order: &str| Sale::of(&expired).order_id(order).with("coupon_code", "AUTUMN10");
        assert_eq!(merchant.report(sale("1")).word, "success");
        assert_eq!(house.conversion("1").affiliate_id, affiliate_id(&shop.anna), "the code is hers");
        let mut marta = house.person().sign_in("marta@people.example", PASSWORD);
        assert!(marta.open(&format!("/admin/alderfinch/affiliates/{}", shop.anna.id)).says("Coupons Autumn10"));
        let end = list.html.split("href=\"").find(|rest| rest.contains("end=cpn_")).expect("it can end");
        let end = end.split('"').next().expect("it ends").replace("&amp;", "&").replace("&#38;", "&");
        let asked = marta.open(&end);
        assert!(asked.says("End coupon Autumn10") && asked.says("never goes to another affiliate"), "{}", asked.words());
        let action = asked.html.split("action=\"").find(|rest| rest.contains("/ending")).expect("a form");
        let action = action.split('"').next().expect("it ends").to_owned();
        let ended = marta.submit(&action, &[]);
        assert!(ended.says("The coupon has ended.") && ended.says("Ended 29 Apr 2026, 12:00"), "{}", ended.words());
        assert_ne!(merchant.report(sale("2")).word, "success");
        let log = house.member("Ines", shop.program, Role::Owner).open("/admin/alderfinch/settings/audit-log");
        for words in ["created the coupon", "ended the coupon", "Autumn10"] {
            assert!(log.says(words), "{words}: {}", log.words());
        }
        assert!(!marta.open(&end).says("End coupon"), "what has ended is not asked about");
        marta.open(&format!("{LIST}/new"));
        let again = marta.post(LIST, &[("code", "autumn10"), ("campaign", &shop.campaign.id), ("affiliate", "ben")]);
        assert_eq!(again.status, 422);
        let sentence = "Code must be new: this code is or was a coupon already, and never goes to another affiliate.";
        assert_eq!(again.error_at("code").as_deref(), Some(sentence));
        assert_eq!(again.value_of("code").as_deref(), Some("autumn10"), "what was typed is kept");
    }

    fn a_list_says_which_codes_credit_and_why_others_do_not(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        for (code, affiliate) in [("FIRST", "anna"), (MARKUP, "ben")] {
            marta.open(&format!("{LIST}/new"));
            marta.submit(LIST, &[("code", code), ("campaign", &shop.campaign.id), ("affiliate", affiliate)]);
        }
        house.admin().set_status(&shop.anna, AffiliateStatus::Paused);
        let list = marta.open(LIST);
        assert!(list.says("FIRST anna Alderfinch shop Not credited The affiliate is Paused. Activate them"), "{}", list.words());
        assert!(!list.html.contains(MARKUP));
        let found = |person: &mut crate::support::person::Person, query: &str| {
            let page = person.open(&format!("{LIST}?{query}"));
            [page.says("FIRST anna"), page.says("ben Alderfinch shop Credits")]
        };
        assert_eq!(found(&mut marta, "affiliate=anna"), [true, false]);
        assert_eq!(found(&mut marta, "q=irs"), [true, false]);
        assert_eq!(found(&mut marta, "ended=no"), [true, true]);
        assert_eq!(found(&mut marta, "ended=yes"), [false, false]);
        assert!(marta.open(&format!("{LIST}?affiliate=nobody")).says("No affiliate goes by “nobody”."));
        for odd in ["?campaign=x", "?ended=x", "?end=x", "?end=cpn_00000000000000000000000000", "?page=-1", "?q=%00"] {
            assert_eq!(marta.get(&format!("{LIST}{odd}")).status, 200, "{odd}");
        }
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let seen = vera.open(LIST);
        assert!(!seen.says("Create a coupon") && !seen.html.contains("end=cpn_"));
    }
}
