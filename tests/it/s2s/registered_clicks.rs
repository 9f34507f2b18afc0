//! `addClick` and `s2sRegisterClick`: the merchant's server registers a click.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::campaign::CampaignStatus;
use accrue::domain::click_token::Origin;
use accrue::domain::currency::Currency;

use super::{WIRES, assert_refused, recorded_now};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::personas::{Answer, Sale};

const ENDPOINTS: [&str; 2] = ["/integration/addClick", "/integration/s2sRegisterClick"];

/// A field, what it is given (nothing is as good as missing), and the answer.
const MALFORMED: [(&str, &str, u16, &str); 10] = [
    ("api_key", "", 401, "Missing required parameter: api_key"),
    ("api_key", "x", 401, "Invalid API key"),
    ("campaign_id", "", 422, "Missing required parameter: campaign_id"),
    ("affiliate_id", "", 422, "Missing required parameter: affiliate_id"),
    ("campaign_id", "7", 422, "Invalid parameter: campaign_id must start with camp_"),
    ("affiliate_id", "!", 422, "Invalid parameter: affiliate_id must have at least 2 characters"),
    ("ip", "300.1.1.1", 422, "Invalid parameter: ip must be an IP address, such as 203.0.113.9"),
    ("ip", "localhost", 422, "Invalid parameter: ip must be an IP address, such as 203.0.113.9"),
    ("campaign_id", "camp_00000000000000000000000000", 404, "Unknown campaign"),
    ("affiliate_id", "aff_00000000000000000000000000", 404, "Unknown affiliate"),
];

on_each_engine! {
    fn a_registered_click_is_answered_to_the_letter_and_credits_like_any_other(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for endpoint in ENDPOINTS {
            for wire in WIRES {
                for affiliate in [&shop.ben.id, &shop.ben.code, "BEN"] {
                    let fields = [
                        ("api_key", &*shop.campaign.api_key),
                        ("campaign_id", &shop.campaign.id),
                        ("affiliate_id", affiliate),
                    ];
                    let answer = Answer::read(&house.visitor().send(wire.write(endpoint, &fields)).unwrap());
                    let token = answer.click_token.clone().unwrap_or_else(|| panic!("{}", answer.body));
                    let body = format!(
                        r#"{{"status":"success","message":"Click registered successfully","click_token":"{token}"}}"#
                    );
                    assert_eq!((answer.status, answer.body), (200, body), "{endpoint} {wire:?} {affiliate}");
                    assert!(token.starts_with("clk_") && token.len() <= 96, "{token}");
                    let order_id = token[..40].to_owned();
                    recorded_now(&house.merchant(&shop.campaign).report(Sale::of(&token).order_id(&order_id)));
                    assert_eq!(house.conversion(&order_id).affiliate_id.to_string(), shop.ben.id);
                    assert_eq!(house.click(&token).origin, Origin::Api);
                }
            }
        }
        let links: std::collections::BTreeSet<_> = house.conversions().iter().map(|row| row.link_id).collect();
        assert_eq!(links.len(), 1, "all of them through the pair's one implicit link");
        house.assert_books_balance();
    }

    fn what_is_said_of_the_visitor_is_kept(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let more = [
            ("page_url", "https://shop.example/p?a=1"),
            ("referrer", "https://blog.example/"),
            ("ip", "2001:db8:1:2::3"),
            ("user_agent", "App/7"),
            ("visitor_id", "v-1"),
            ("sub1", "a"),
            ("sub2", "b"),
            ("sub3", "c"),
            ("sub4", "d"),
            ("sub5", "e"),
            ("sub6", "f"),
        ];
        let answer = house.merchant(&shop.campaign).add_click_with(&shop.campaign, &shop.anna, &more);
        let click = house.click(&answer.click_token.unwrap());
        assert_eq!(click.page_url.as_deref(), Some("https://shop.example/p?a=1"));
        assert_eq!(click.referrer.as_deref(), Some("https://blog.example/"));
        assert_eq!(click.network.as_deref(), Some("2001:db8:1::/48"), "no whole address");
        assert_eq!((click.user_agent.as_deref(), click.visitor_id.as_deref()), (Some("App/7"), Some("v-1")));
        let subs = [click.sub1, click.sub2, click.sub3, click.sub4, click.sub5];
        assert_eq!(subs.map(Option::unwrap), ["a", "b", "c", "d", "e"]);
        assert_eq!(click.ignored_fields.as_deref(), Some(r#"["sub6"]"#));
    }

    fn each_field_that_is_missing_or_malformed_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let whole = [
            ("api_key", &*shop.campaign.api_key),
            ("campaign_id", &*shop.campaign.id),
            ("affiliate_id", &*shop.anna.id),
        ];
        for (field, value, status, message) in MALFORMED {
            let others = whole.iter().copied().filter(|(name, _)| *name != field);
            let fields: Vec<(&str, &str)> = others.chain([(field, value)]).collect();
            for (endpoint, wire) in ENDPOINTS.into_iter().flat_map(|endpoint| WIRES.map(|wire| (endpoint, wire))) {
                let answer = Answer::read(&house.visitor().send(wire.write(endpoint, &fields)).unwrap());
                assert_refused(&format!("{field} {value:?}"), &answer, status, message);
            }
        }
        assert_eq!(house.click_count(), 0);
    }

    fn other_programs_campaigns_and_affiliates_are_unknown(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let elsewhere = admin.program("Elsewhere", Currency::USD);
        let dora = admin.affiliate(elsewhere, "dora", AffiliateStatus::Active);
        let theirs = admin.campaign(elsewhere, plan(), &[&dora]);
        let sister = admin.campaign(shop.program, plan(), &[&shop.anna]);
        let mut merchant = house.merchant(&shop.campaign);
        assert_refused("their affiliate", &merchant.add_click(&shop.campaign, &dora), 404, "Unknown affiliate");
        assert_refused("their campaign", &merchant.add_click(&theirs, &dora), 404, "Unknown campaign");
        assert_refused("a sister campaign", &merchant.add_click(&sister, &shop.anna), 404, "Unknown campaign");
    }

    fn a_click_begins_only_where_a_link_would_work(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let mut merchant = house.merchant(&shop.campaign);
        let mut assert_answer = |name: &str, message: &str| {
            assert_refused(name, &merchant.add_click(&shop.campaign, &shop.anna), 409, message);
        };
        admin.set_status(&shop.anna, AffiliateStatus::Pending);
        assert_answer("pending", "Affiliate is not active");
        admin.set_status(&shop.anna, AffiliateStatus::Paused);
        assert_answer("paused", "Affiliate is not active");
        admin.set_status(&shop.anna, AffiliateStatus::Rejected);
        assert_answer("rejected", "Affiliate is rejected");
        admin.set_status(&shop.anna, AffiliateStatus::Active);
        admin.change(&shop.campaign, |row| row.status = CampaignStatus::InReview);
        assert_answer("in review", "Campaign is not public");
        let now = house.now();
        admin.change(&shop.campaign, move |row| (row.status, row.ends_at) = (CampaignStatus::Public, Some(now)));
        assert_answer("at its end", "Campaign is outside its period");
        admin.archive(&shop.campaign);
        assert_answer("archived", "Campaign is archived");
        assert_eq!(house.click_count(), 0);
    }
}
