//! Links that lead nowhere at present: to the program's fallback page, or to Accrue's own 404.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::campaign::CampaignStatus;
use accrue::domain::time::Timestamp;
use accrue::storage::campaigns::CampaignRow;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, moment};

const FALLBACK: &str = "https://shop.example/sorry?a=1#b";

/// What closes a link, each on a scene of its own.
type Closing = (&'static str, fn(&House, &Shop));

const CLOSED: [Closing; 9] = [
    ("the affiliate is pending", |house, shop| house.admin().set_status(&shop.anna, AffiliateStatus::Pending)),
    ("the affiliate is paused", |house, shop| house.admin().set_status(&shop.anna, AffiliateStatus::Paused)),
    ("the affiliate is rejected", |house, shop| house.admin().set_status(&shop.anna, AffiliateStatus::Rejected)),
    ("a draft", |house, shop| house.admin().change(&shop.campaign, |row| row.status = CampaignStatus::Draft)),
    ("in review", |house, shop| house.admin().change(&shop.campaign, |row| row.status = CampaignStatus::InReview)),
    ("before the period", |house, shop| {
        let start = Timestamp::from_millis(house.now().millis() + 1);
        house.admin().change(&shop.campaign, move |row| row.starts_at = Some(start));
    }),
    ("at the period's end", |house, shop| {
        let end = house.now();
        house.admin().change(&shop.campaign, move |row| row.ends_at = Some(end));
    }),
    ("long after the period", |house, shop| {
        house.admin().change(&shop.campaign, |row| row.ends_at = Some(moment("2026-01-01T00:00:00Z")));
    }),
    ("archived", |house, shop| house.admin().archive(&shop.campaign)),
];

/// Opens the campaign and the affiliate again.
fn reopen(house: &House, shop: &Shop) {
    house.admin().set_status(&shop.anna, AffiliateStatus::Active);
    house.admin().change(&shop.campaign, |row: &mut CampaignRow| {
        row.status = CampaignStatus::Public;
        (row.starts_at, row.ends_at, row.archived_at) = (None, None, None);
    });
}

on_each_engine! {
    fn a_closed_link_is_a_page_that_says_so_or_the_programs_fallback(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        for fallback in [None, Some(FALLBACK)] {
            if let Some(url) = fallback {
                house.admin().fall_back(shop.program, url);
            }
            for (name, close) in CLOSED {
                close(&house, &shop);
                let landing = house.visitor().follow(code);
                let status = if fallback.is_some() { 302 } else { 404 };
                assert_eq!((landing.response.status, landing.location.as_deref()), (status, fallback), "{name}");
                assert_eq!((landing.click_token, landing.cookie), (None, None), "{name}");
                assert_eq!(landing.response.header("cache-control"), Some("no-store"), "{name}");
                reopen(&house, &shop);
            }
        }
        assert_eq!(house.click_count(), 0, "nobody was counted");
        assert_eq!(house.visitor().follow(code).response.status, 302, "open again");
        assert_eq!(house.click_count(), 1);
    }

    fn a_link_is_open_from_the_first_moment_of_the_period_to_the_last(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        let (start, end) = (moment("2026-04-01T00:00:00Z"), moment("2026-05-01T00:00:00Z"));
        house.admin().change(&shop.campaign, move |row| (row.starts_at, row.ends_at) = (Some(start), Some(end)));
        let millis = |at: Timestamp, by: i64| Timestamp::from_millis(at.millis() + by);
        let cases = [
            ("before", millis(start, -1), 404),
            ("the first moment", start, 302),
            ("the last moment", millis(end, -1), 302),
            ("the end", end, 404),
        ];
        for (name, at, status) in cases {
            house.clock().move_to(at);
            assert_eq!(house.visitor().follow(code).response.status, status, "{name}");
        }
    }

    fn only_that_affiliates_link_is_closed(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_status(&shop.anna, AffiliateStatus::Paused);
        assert_eq!(house.visitor().follow(&shop.campaign.link_of(&shop.anna).code).response.status, 404);
        assert_eq!(house.visitor().follow(&shop.campaign.link_of(&shop.ben).code).response.status, 302);
    }
}
