//! What a browser says happened is recorded, pending, trusted least.

use accrue::domain::click_token::Mode;
use accrue::domain::conversion::ConversionStatus;
use accrue::domain::event::{Channel, EventType};
use accrue::domain::key::pixel_of;
use accrue::domain::landing::{AllowedHosts, TargetUrl};
use accrue::domain::rule::{Approval, Terms};
use accrue::operations::create_campaign::NewCampaign;
use serde_json::{Value, json};

use super::{Page, sale, with};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, affiliate_id, campaign_id, plan};
use crate::support::personas::{MerchantServer, Sale};
use crate::support::sql::Sql;

on_each_engine! {
    fn a_sale_is_recorded_once_pending_and_under_no_key(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        crate::attribution::agree_on(&house, &shop, |terms: Terms| Terms { approval: Approval::Automatic, ..terms });
        let token = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(1);
        for _ in 0..3 {
            Page::open(&house).tells(&sale("1001", &token));
        }
        let row = house.conversion("1001");
        assert_eq!((row.amount_minor, row.currency.code(), row.event_type), (9_999, "USD", EventType::Sale));
        assert_eq!((row.channel, row.trust, row.status), (Channel::Pixel, 1, ConversionStatus::Pending), "never by itself");
        assert_eq!((row.affiliate_id, row.repeats), (affiliate_id(&shop.anna), 2));
        assert_eq!(row.token_id, pixel_of(campaign_id(&shop.campaign)));
        assert_eq!((row.received_at, row.click_id), (house.now(), Some(house.click(&token).id)));
        assert_eq!(house.commission("1001").amount_minor, Some(1_000));
        house.assert_books_balance();
    }

    fn the_first_click_that_verifies_names_the_affiliate(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let [annas, bens] = [&shop.anna, &shop.ben].map(|affiliate| house.visit(&shop.campaign, affiliate));
        let page = Page::open(&house);
        let cookie = |message: Value| with(message, "click", Value::Null);
        page.tells(&sale("script", &annas));
        page.clone().with_cookie(&bens).tells(&sale("script-first", &annas));
        page.clone().with_cookie(&annas).tells(&cookie(sale("redirect", "")));
        page.clone().with_cookie(&annas).tells(&sale("script-broken", "clk_nothing"));
        page.clone().with_cookie(&bens).tells(&with(sale("call", &bens), "click_id", json!(annas)));
        for order in ["script", "script-first", "redirect", "script-broken", "call"] {
            assert_eq!(house.conversion(order).affiliate_id, affiliate_id(&shop.anna), "{order}");
        }
    }

    fn one_thank_you_page_serves_all_campaigns_of_a_shop(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let other = admin.campaign(shop.program, plan(), &[&shop.ben]);
        let elsewhere = admin.program("Elsewhere", accrue::domain::currency::Currency::USD);
        let carl = admin.affiliate(elsewhere, "carl", accrue::domain::affiliate::AffiliateStatus::Active);
        let foreign = admin.campaign(elsewhere, plan(), &[&carl]);
        let token = house.visit(&other, &shop.ben);
        let carls = house.visit(&foreign, &carl);
        let page = Page::open(&house);
        let of_shop = |message: Value| with(message, "campaign", json!(shop.campaign.id));
        page.tells(&of_shop(sale("1001", &token)));
        let row = house.conversion("1001");
        assert_eq!((row.campaign_id, row.affiliate_id), (campaign_id(&other), affiliate_id(&shop.ben)), "the click's own");
        page.clone().with_cookie(&token).tells(&of_shop(sale("1002", &carls)));
        assert_eq!(house.conversion("1002").program_id, shop.program, "another merchant's click is nothing here");
        page.tells(&of_shop(with(sale("1003", &token), "click_id", json!(carls))));
        assert_eq!(house.conversions_of("1003").len(), 0, "and nothing at all where the page names it");
        page.tells(&sale("1004", &carls));
        assert_eq!(house.conversion("1004").program_id, elsewhere);
    }

    fn pages_of_the_targets_host_and_of_allowed_ones_are_heard(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let campaign = house.admin().campaign(shop.program, NewCampaign {
            target: TargetUrl::parse("https://shop.example:8443/start").unwrap(),
            allowed_hosts: AllowedHosts::parse_lines("pay.example\n*.shop.example").unwrap(),
            ..plan()
        }, &[&shop.anna]);
        let token = house.visit(&campaign, &shop.anna);
        let cases = [
            ("https://shop.example", true),
            ("https://shop.example:8443", true),
            ("https://pay.example", true),
            ("https://www.shop.example", true),
            ("https://shop.example.evil.example", false),
            ("https://evilshop.example", false),
            ("https://www.pay.example", false),
            ("https://evil.example", false),
            ("null", false),
            ("", false),
        ];
        for (number, (origin, heard)) in cases.into_iter().enumerate() {
            let order = format!("order-{number}");
            Page::open(&house).with("Origin", origin).tells(&sale(&order, &token));
            assert_eq!(house.conversions_of(&order).len(), usize::from(heard), "{origin}");
        }
    }

    fn what_is_no_sale_needs_no_order_and_happens_once_per_click(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let campaign = house.admin().campaign(shop.program, NewCampaign {
            tool_type: accrue::domain::campaign::ToolType::MultiActionIntegration,
            ..plan()
        }, &[&shop.anna]);
        let [first, second] = [(); 2].map(|()| house.visit(&campaign, &shop.anna));
        let page = Page::open(&house);
        for token in [&first, &second, &first] {
            for message in [
                json!({"event": "signup", "click": token}),
                json!({"event": "conversion", "event_type": "lead", "click": token, "amount": "2.50"}),
                json!({"event": "newsletter", "click": token}),
                json!({"event": "newsletter", "click": token, "order_id": "own"}),
            ] {
                page.tells(&message);
            }
        }
        let rows = house.conversions();
        let count = |kind, name: Option<&str>| {
            rows.iter().filter(|row| row.event_type == kind && row.event_name.as_deref() == name).count()
        };
        assert_eq!(count(EventType::Signup, None), 2);
        assert_eq!(count(EventType::Lead, None), 2);
        assert_eq!(count(EventType::Action, Some("newsletter")), 3);
        assert_eq!(rows.len(), 7);
        let worth = |kind| rows.iter().filter(|row| row.event_type == kind).map(|row| row.amount_minor).sum::<i64>();
        assert_eq!((worth(EventType::Signup), worth(EventType::Lead)), (0, 500));
        assert!(house.attempts(shop.program).iter().all(|attempt| attempt.reason == "payload_mismatch"), "`own` by two clicks");
    }

    fn a_body_is_read_whatever_it_says_it_is(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let page = Page::open(&house);
        for kind in ["text/plain;charset=UTF-8", "TEXT/PLAIN", "application/json"] {
            page.clone().with("Content-Type", kind).tells(&sale(kind, &token));
            assert_eq!(house.conversion(kind).amount_minor, 9_999);
        }
        let form = format!("event=sale&click={token}&order_id=form&amount=5&product_ids=a,b&customer_id=%7Bid%7D");
        page.clone().with("Content-Type", "application/x-www-form-urlencoded").says(&form);
        assert_eq!(house.conversion("form").amount_minor, 500);
        let large = |length: usize| {
            let message = with(sale(&length.to_string(), &token), "pad", json!("x")).to_string();
            message.replace("\"x\"", &format!("\"{}\"", "x".repeat(length - message.len() + 1)))
        };
        for length in [16 * 1024, 16 * 1024 + 1] {
            assert_eq!(large(length).len(), length);
            page.says(&large(length));
        }
        assert_eq!((house.conversions_of("16384").len(), house.conversions_of("16385").len()), (1, 0));
    }

    fn what_is_known_of_the_order_is_kept_and_no_address(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut message = sale("1001", &token);
        for (name, value) in [
            ("currency", Value::Null),
            ("customer_email", json!("canary@people.example")),
            ("coupon_code", json!("{coupon}")),
            ("product_ids", json!(["p1", 2])),
            ("metadata", json!({"campaign": "summer", "mail": "canary@people.example"})),
            ("shoe_size", json!(44)),
        ] {
            message = with(message, name, value);
        }
        Page::open(&house).tells(&message);
        let details = house.details("1001");
        assert_eq!((details.product_ids.as_str(), details.ignored_fields.as_str()), (r#"["p1","2"]"#, r#"["shoe_size"]"#));
        assert!(details.email_hash.is_some() && details.coupon_code.is_none(), "{details:?}");
        assert_eq!(house.conversion("1001").currency.code(), "USD");
        house.pass_days(60);
        let later = json!({"event": "sale", "campaign": shop.campaign.id, "order_id": "1002", "amount": "5.00",
            "customer_email": "Canary@people.example"});
        Page::open(&house).tells(&later);
        assert_eq!(house.conversion("1002").affiliate_id, affiliate_id(&shop.anna), "on another device");
        let mut sql = Sql::open(&db.url);
        let metadata = sql.lines("SELECT metadata FROM conversion_details WHERE metadata IS NOT NULL");
        assert_eq!(metadata, [r#"{"campaign":"summer","mail":"[removed]"}"#]);
    }

    fn a_click_of_the_test_mode_makes_an_order_of_the_test_mode(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let key = house.admin().test_key(shop.program, &shop.campaign);
        let token = MerchantServer::new(house.addr(), &key).add_click(&shop.campaign, &shop.anna).click_token.unwrap();
        Page::open(&house).tells(&sale("1001", &token));
        assert_eq!(house.conversion("1001").mode, Mode::Test);
        assert_eq!(house.tally(&shop.campaign).conversions, 0);
        let live = house.visit(&shop.campaign, &shop.anna);
        Page::open(&house).tells(&sale("1001", &live));
        house.merchant(&shop.campaign).report(Sale::of(&live).order_id("1001"));
        let modes: Vec<Mode> = house.conversions_of("1001").iter().map(|row| row.mode).collect();
        assert!(modes.len() == 2 && modes.contains(&Mode::Live), "test meets live nowhere: {modes:?}");
    }
}
