//! Conversions without a click: only where the campaign allows them, to an affiliate the report names.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::campaign::{CampaignStatus, IntegrationMethod};
use accrue::domain::currency::Currency;
use accrue::domain::event::Channel;
use accrue::operations::create_campaign::NewCampaign;

use super::{WIRES, assert_refused, recorded_now, written};
use crate::attribution::trace;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::personas::Sale;

const OFF: &str = "Campaign does not allow conversions without a click";

on_each_engine! {
    fn direct_mode_is_off_until_the_campaign_allows_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        for wire in WIRES {
            let sale = written(Sale::direct(&shop.campaign, &shop.anna), wire);
            assert_refused("off", &merchant.report(sale.clone()), 409, OFF);
            house.admin().set_direct_mode(&shop.campaign, true);
            recorded_now(&merchant.report(sale.clone()));
            house.admin().set_direct_mode(&shop.campaign, false);
        }
    }

    fn a_new_mobile_campaign_starts_with_it_on_and_every_other_with_it_off(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for method in IntegrationMethod::ALL.iter().copied() {
            let campaign = house.admin().campaign(shop.program, NewCampaign { method, ..plan() }, &[]);
            let answer = house.merchant(&campaign).report(Sale::direct(&campaign, &shop.anna));
            match method {
                IntegrationMethod::Mobile => drop(recorded_now(&answer)),
                _ => assert_refused(method.as_str(), &answer, 409, OFF),
            }
        }
    }

    fn the_affiliate_is_named_by_id_or_by_code_in_either_case(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let mut merchant = house.merchant(&shop.campaign);
        for (order_id, named) in [("by-id", shop.ben.id.as_str()), ("by-code", "ben"), ("by-upper-code", "BEN")] {
            let sale = Sale::direct(&shop.campaign, &shop.anna).with("affiliate_id", named).order_id(order_id);
            recorded_now(&merchant.report(sale));
            let stored = house.conversion(order_id);
            assert_eq!(stored.affiliate_id.to_string(), shop.ben.id, "{order_id}");
            assert_eq!(
                (stored.click_id, stored.link_id, stored.channel, stored.trust),
                (None, None, Channel::Direct, 2)
            );
        }
        house.assert_books_balance();
    }

    fn who_is_not_of_this_program_is_unknown(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        admin.set_direct_mode(&shop.campaign, true);
        let elsewhere = admin.program("Elsewhere", Currency::EUR);
        let theirs = admin.affiliate(elsewhere, "dora", AffiliateStatus::Active);
        let their_campaign = admin.campaign(elsewhere, plan(), &[&theirs]);
        let sister = admin.campaign(shop.program, plan(), &[&shop.anna]);
        let mut merchant = house.merchant(&shop.campaign);
        let sale = Sale::direct(&shop.campaign, &shop.anna);
        let unknown = "00000000000000000000000000";
        let cases = [
            ("an id nobody has", sale.clone().with("affiliate_id", &format!("aff_{unknown}")), "Unknown affiliate"),
            ("a code nobody has", sale.clone().with("affiliate_id", "nobody"), "Unknown affiliate"),
            ("another program's affiliate", sale.clone().with("affiliate_id", &theirs.id), "Unknown affiliate"),
            ("another program's code", sale.clone().with("affiliate_id", "dora"), "Unknown affiliate"),
            ("a campaign nobody has", sale.clone().with("campaign_id", &format!("camp_{unknown}")), "Unknown campaign"),
            ("another program's campaign", sale.clone().with("campaign_id", &their_campaign.id), "Unknown campaign"),
            ("the key's program, another campaign", sale.with("campaign_id", &sister.id), "Unknown campaign"),
        ];
        for (name, sale, message) in cases {
            assert_refused(name, &merchant.report(sale), 404, message);
        }
        assert!(house.conversions().is_empty());
    }

    fn campaign_and_affiliate_are_judged_at_the_report_and_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        admin.set_direct_mode(&shop.campaign, true);
        let mut merchant = house.merchant(&shop.campaign);
        let mut assert_answer = |name: &str, message: &str| {
            assert_refused(name, &merchant.report(Sale::direct(&shop.campaign, &shop.anna)), 409, message);
        };
        for (status, message) in [
            (AffiliateStatus::Pending, "Affiliate is not active"),
            (AffiliateStatus::Paused, "Affiliate is not active"),
            (AffiliateStatus::Rejected, "Affiliate is rejected"),
        ] {
            admin.set_status(&shop.anna, status);
            assert_answer(status.as_str(), message);
        }
        admin.set_status(&shop.anna, AffiliateStatus::Active);
        for status in [CampaignStatus::Draft, CampaignStatus::InReview] {
            admin.change(&shop.campaign, move |row| row.status = status);
            assert_answer(status.as_str(), "Campaign is not public");
        }
        let now = house.now();
        admin.change(&shop.campaign, move |row| (row.status, row.ends_at) = (CampaignStatus::Public, Some(now)));
        assert_answer("after its period", "Campaign is outside its period");
        admin.archive(&shop.campaign);
        assert_answer("archived", "Campaign is archived");
        assert!(house.conversions().is_empty());
    }

    fn a_click_token_comes_first_where_both_are_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let sale = Sale::direct(&shop.campaign, &shop.ben).with("click_token", &token).order_id("1001");
        recorded_now(&house.merchant(&shop.campaign).report(sale));
        assert_eq!(house.conversion("1001").affiliate_id.to_string(), shop.anna.id);
    }

    /// An app sends all that it has: the click its user came by, and the affiliate of the invitation.
    fn a_click_that_is_too_old_gives_way_to_the_affiliate_who_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        let both = |order: &str| Sale::direct(&shop.campaign, &shop.ben).with("click_token", &token).order_id(order);
        let in_time = recorded_now(&merchant.report(both("in-time")));
        house.pass_days(31);
        for wire in WIRES {
            let sale = written(both("1001"), wire);
            assert_refused("direct mode is off", &merchant.report(sale), 410, "Click token expired");
        }
        assert_eq!(house.conversions().len(), 1);
        house.admin().set_direct_mode(&shop.campaign, true);
        for (number, wire) in WIRES.into_iter().enumerate() {
            let order = format!("100{number}");
            let sale = written(both(&order), wire);
            let id = recorded_now(&merchant.report(sale.clone()));
            let row = house.conversion(&order);
            assert_eq!(row.affiliate_id.to_string(), shop.ben.id, "{order}");
            assert_eq!((row.click_id, row.channel, row.trust), (None, Channel::Direct, 2), "{order}: as one without a click");
            assert_eq!(trace(&house, &order), ["click_token click_token_expired", "direct credited"]);
            let again = merchant.report(sale);
            assert_eq!((again.word.as_str(), again.conversion_id), ("duplicate", Some(id)), "{order}");
        }
        let late = merchant.report(both("in-time"));
        assert_eq!((late.word.as_str(), late.conversion_id), ("duplicate", Some(in_time)), "what the click brought is on record");
        assert_eq!(trace(&house, "in-time"), ["click_token credited", "direct direct_mode_off"]);
        assert!(house.attempts(shop.program).iter().all(|kept| kept.reason == "click_token_expired"), "no other story");
        house.assert_books_balance();
    }

    /// The same, where what stands beside the click names nobody who could be credited.
    fn beside_a_click_that_is_too_old_only_who_may_be_credited_is_asked(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        admin.set_direct_mode(&shop.campaign, true);
        let sister = admin.campaign(shop.program, plan(), &[&shop.anna]);
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        let both = Sale::direct(&shop.campaign, &shop.ben).with("click_token", &token);
        let cases = [
            ("no campaign", both.clone().without("campaign_id")),
            ("no affiliate", both.clone().without("affiliate_id")),
            ("another campaign", both.clone().with("campaign_id", &sister.id)),
            ("what is no campaign", both.clone().with("campaign_id", "autumn")),
            ("nobody's code", both.clone().with("affiliate_id", "nobody")),
        ];
        for (name, sale) in &cases {
            recorded_now(&merchant.report(sale.clone().order_id(name)));
            assert_eq!(house.conversion(name).affiliate_id.to_string(), shop.anna.id, "{name}: the click counts");
        }
        house.pass_days(31);
        for (name, sale) in &cases {
            let late = sale.clone().order_id(&format!("{name}, late"));
            assert_refused(name, &merchant.report(late), 410, "Click token expired");
        }
        let forged = both.clone().with("click_token", "clk_forged");
        assert_refused("forged", &merchant.report(forged), 404, "Unknown click token");
        admin.set_status(&shop.ben, AffiliateStatus::Paused);
        assert_refused("paused", &merchant.report(both.clone().order_id("paused")), 410, "Click token expired");
        assert_eq!(house.conversions().len(), cases.len());
    }

    /// Of an order that was reported without a click, and of a later one, an app tells by a click that is too old by then.
    fn an_old_click_was_in_time_for_the_order_it_brought(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        let both = |order: &str| Sale::direct(&shop.campaign, &shop.ben).with("click_token", &token).order_id(order);
        recorded_now(&merchant.report(Sale::direct(&shop.campaign, &shop.ben).order_id("by-ben")));
        house.pass_days(31);
        let taken = merchant.report(both("by-ben"));
        assert_eq!(taken.word, "success");
        let row = house.conversion("by-ben");
        assert_eq!((row.affiliate_id.to_string(), row.channel, row.trust), (shop.anna.id.clone(), Channel::Server, 3));

        recorded_now(&merchant.report(Sale::direct(&shop.campaign, &shop.ben).order_id("late")));
        let repeated = merchant.report(both("late"));
        assert_eq!(repeated.word, "duplicate", "nobody is believed more for a click that leads nowhere");
        assert_eq!((house.conversion("late").trust, house.conversion("late").edition), (2, 0));
        assert!(house.attempts(shop.program).is_empty());
        house.assert_books_balance();
    }
}
