//! The attribution window over HTTP (MON-4): whole days of 24 hours from the click, its last moment inside.

use accrue::domain::currency::Currency;
use accrue::domain::time::{Timestamp, Window};
use accrue::operations::create_campaign::NewCampaign;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, moment, plan};
use crate::support::personas::Sale;

/// When the click is, how many days it counts, and the last moment inside.
const WINDOWS: [(&str, &str, u32, &str); 9] = [
    ("the usual thirty days", "2027-06-01T12:00:00Z", 30, "2027-07-01T12:00:00Z"),
    ("one day", "2027-06-01T23:59:59.999Z", 1, "2027-06-02T23:59:59.999Z"),
    ("over a leap day", "2028-02-28T12:00:00Z", 2, "2028-03-01T12:00:00Z"),
    ("on a leap day, for a year", "2028-02-29T00:00:00Z", 365, "2029-02-28T00:00:00Z"),
    ("over a February without one", "2027-02-28T12:00:00Z", 2, "2027-03-02T12:00:00Z"),
    ("over the end of a month and a year", "2027-12-31T23:59:59Z", 31, "2028-01-31T23:59:59Z"),
    ("while Berlin's clocks spring forward", "2027-03-28T00:30:00Z", 1, "2027-03-29T00:30:00Z"),
    ("while Berlin's clocks fall back", "2027-10-30T23:30:00Z", 1, "2027-10-31T23:30:00Z"),
    ("ten years", "2027-01-01T00:00:00Z", 3650, "2036-12-29T00:00:00Z"),
];

fn later(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(at.millis() + millis)
}

on_each_engine! {
    fn a_report_is_credited_to_the_last_moment_of_the_window_and_not_a_second_longer(db: TestDatabase) {
        let house = House::open_at(&db, "2027-01-01T00:00:00Z");
        let program = house.admin().program_in("Berlin", Currency::USD, "Europe/Berlin");
        let anna = house.admin().affiliate(program, "anna", accrue::domain::affiliate::AffiliateStatus::Active);
        for (name, clicked, days, end) in WINDOWS {
            let window = Window::from_days(days).unwrap();
            house.clock().move_to(moment("2027-01-01T00:00:00Z"));
            let campaign = house.admin().campaign(program, NewCampaign { window, ..plan() }, &[&anna]);
            house.clock().move_to(moment(clicked));
            let by_redirect = house.visit(&campaign, &anna);
            let by_api = house.merchant(&campaign).add_click(&campaign, &anna).click_token.unwrap();
            for token in [by_redirect, by_api] {
                for (when, by, status) in [
                    ("a second before", -1_000, 200),
                    ("the end", 0, 200),
                    ("a millisecond later", 1, 410),
                    ("a second later", 1_000, 410),
                ] {
                    house.clock().move_to(later(moment(end), by));
                    let answer = house.merchant(&campaign).report(Sale::of(&token));
                    assert_eq!(answer.status, status, "{name}, {when}: {}", answer.body);
                }
            }
        }
        assert_eq!(house.conversions().len(), 2 * 2 * WINDOWS.len());
        house.assert_books_balance();
    }

    fn a_time_the_sender_claims_rescues_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        house.clock().move_to(later(house.now(), 30 * 86_400_000 + 1));
        for field in ["created_at", "createdAt", "timestamp", "time", "claimed_at", "order_date", "click_time"] {
            for claimed in ["2026-03-20T12:00:01Z", "1774008001"] {
                let answer = house.merchant(&shop.campaign).report(Sale::of(&token).with(field, claimed));
                assert_eq!(
                    (answer.status, answer.message.as_str()),
                    (410, "Click token expired"),
                    "{field}: {claimed}"
                );
            }
        }
        assert!(house.conversions().is_empty());
    }

    fn the_window_is_the_one_the_campaign_had_at_the_click(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let long = house.visit(&shop.campaign, &shop.anna);
        house.admin().change(&shop.campaign, |row| row.window_days = 1);
        let short = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(30);
        let mut merchant = house.merchant(&shop.campaign);
        assert_eq!(merchant.report(Sale::of(&long)).status, 200);
        assert_eq!(merchant.report(Sale::of(&short)).status, 410);
    }
}
