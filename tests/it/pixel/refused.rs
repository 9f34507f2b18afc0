//! What a browser said and was not recorded is kept for whose it is, as far as that can be told.

use accrue::domain::attempt::{Call, KEPT_PER_KEY_AND_DAY};
use accrue::domain::key::pixel_of;
use accrue::domain::user::Role;
use accrue::storage::attempts::AttemptDayRow;
use accrue::storage::attempts::list::crowded_days;
use accrue::storage::new_rows::NewRows;
use serde_json::{Value, json};

use super::{Page, sale, with};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id};

on_each_engine! {
    fn what_is_wrong_is_kept_under_the_campaigns_pixel_with_its_reason(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let page = Page::open(&house);
        let evil = page.clone().with("Origin", "https://evil.example");
        let of = |order: &str| sale(order, &token);
        let named = |order: &str| with(with(of(order), "click", Value::Null), "campaign", json!(shop.campaign.id));
        page.tells(&with(of("o1"), "amount", json!("1,00")));
        page.tells(&with(of("o2"), "amount", Value::Null));
        page.tells(&with(of("o2b"), "currency", json!(" ")));
        page.tells(&with(of("o3"), "click_id", json!("clk_forged")));
        page.tells(&with(named("o4"), "click", json!("clk_forged")));
        page.tells(&with(named("o5"), "click_id", json!("clk_forged")));
        evil.tells(&of("o6"));
        page.says(&of("o7").to_string().replace('}', r#","amount":1}"#));
        page.tells(&with(with(of("o8"), "event", json!("lead")), "click", Value::Null));
        page.tells(&with(of("o8b"), "campaign", json!("camp_01h455vb4pex5vsknk084sn02q")));
        house.pass_days(31);
        page.tells(&of("o9"));
        let mut kept: Vec<_> = house.attempts(shop.program);
        kept.sort_unstable_by_key(|row| row.order_id.clone());
        let reasons: Vec<String> = kept.iter().map(|row| format!("{} {}: {}", row.order_id.as_deref().unwrap_or("-"), row.reason, row.detail)).collect();
        assert_eq!(reasons, [
            "o1 invalid_request: Invalid parameter: amount must not have a comma or separators: write 1234.50",
            "o2 invalid_request: Missing required parameter: amount",
            "o2b invalid_request: Invalid parameter: currency must not be blank",
            "o3 unknown_click_token: Unknown click token",
            "o4 nothing_matches: No click, coupon or customer leads to an affiliate",
            "o5 unknown_click_token: Unknown click token",
            "o6 foreign_page: The page is on none of the campaign's hosts",
            "o7 invalid_request: Parameter given twice: amount",
            "o8b unknown_campaign: Unknown campaign",
            "o9 click_token_expired: Click token expired",
        ]);
        for row in &kept {
            assert_eq!(row.token_id, Some(pixel_of(campaign_id(&shop.campaign))), "{:?}", row.order_id);
            assert_eq!((row.campaign_id, row.call), (Some(campaign_id(&shop.campaign)), Call::ReportConversion));
        }
        assert!(house.conversions().is_empty());
    }

    fn what_names_no_campaign_is_counted_with_what_strangers_send(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let page = Page::open(&house);
        let evil = page.clone().with("Origin", "https://evil.example");
        let message = with(with(sale("o1", ""), "campaign", json!(shop.campaign.id)), "customer_email", json!("canary@people.example"));
        page.tells(&with(message.clone(), "campaign", Value::Null));
        page.tells(&with(message.clone(), "campaign", json!("camp_01h455vb4pex5vsknk084sn02q")));
        page.says("nonsense");
        evil.tells(&message);
        evil.tells(&json!({"event": "landing", "campaign": shop.campaign.id, "affiliate": "anna"}));
        let mut kept: Vec<String> = house.keyless().iter().map(|row| format!("{} {}", row.call, row.detail)).collect();
        kept.sort_unstable();
        let nameless = "report_conversion No campaign of this installation is named";
        let foreign = "The page is on none of the campaign's hosts";
        assert_eq!(kept, [
            format!("register_click {foreign}"),
            nameless.into(), nameless.into(), nameless.into(),
            format!("report_conversion {foreign}"),
        ]);
        assert!(house.attempts(shop.program).is_empty(), "nobody fills a merchant's inbox from elsewhere");
        assert!(house.keyless().iter().all(|row| !format!("{row:?}").contains("canary")));
    }

    fn whoever_runs_the_program_reads_that_it_was_the_pixel(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let page = Page::open(&house);
        page.tells(&sale("1001", &token));
        page.clone().with("Origin", "https://evil.example").tells(&sale("1002", &token));
        let mut viewer = house.member("Vera", shop.program, Role::Viewer);
        let at = format!("/admin/{}", house.app().catalogue().program(shop.program).expect("it is there").slug);
        let attempt = house.attempts(shop.program).remove(0).id;
        let shown = viewer.open(&format!("{at}/attempts/{attempt}"));
        assert!(shown.says("Page of another host") && shown.says("The campaign’s pixel, which has none"), "{}", shown.words());
        let conversion = house.conversion("1001").id;
        let shown = viewer.open(&format!("{at}/conversions/{conversion}"));
        assert!(shown.says("The campaign’s pixel, which has none"), "{}", shown.words());
        assert!(shown.says("the least trusted of three"), "{}", shown.words());
    }

    fn a_day_on_which_a_pixel_brought_too_much_is_told(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let day = accrue::domain::time::Zone::utc().local_day(house.now());
        let token_id = pixel_of(campaign_id(&shop.campaign));
        house.write(move |write, _| {
            let mut rows = NewRows::default();
            rows.attempt_days.push(AttemptDayRow { token_id, day, kept: KEPT_PER_KEY_AND_DAY.into(), seen: 3_412 });
            rows.write(write)
        });
        let crowded = house.read(|conn| crowded_days(conn, shop.program, 5));
        let campaigns: Vec<_> = crowded.iter().map(|day| (day.campaign, day.counted.seen)).collect();
        assert_eq!(campaigns, [(Some(campaign_id(&shop.campaign)), 3_412)]);
        let elsewhere = house.admin().program("Elsewhere", accrue::domain::currency::Currency::USD);
        assert!(house.read(|conn| crowded_days(conn, elsewhere, 5)).is_empty());
    }
}
