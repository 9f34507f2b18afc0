//! Where a visitor is sent, with what, and what is kept of the visit.

use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use accrue::domain::landing::TargetUrl;
use accrue::domain::time::Window;
use accrue::operations::create_campaign::NewCampaign;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::patience::pause;
use crate::support::personas::Sale;

/// A campaign like any other that leads to this address.
fn leading_to(target: &str) -> NewCampaign {
    NewCampaign { target: TargetUrl::parse(target).unwrap_or_else(|why| panic!("{target} {why}")), ..plan() }
}

/// What a target URL becomes; `T` stands for the click token.
const LANDINGS: [(&str, &str, &str); 14] = [
    ("nothing to keep", "https://shop.example", "https://shop.example/?click_token=T&afk_cid=T"),
    ("a path", "https://shop.example/a/b", "https://shop.example/a/b?click_token=T&afk_cid=T"),
    ("a query", "https://shop.example/p?a=1&b=2", "https://shop.example/p?a=1&b=2&click_token=T&afk_cid=T"),
    ("a fragment", "https://shop.example/p#top", "https://shop.example/p?click_token=T&afk_cid=T#top"),
    ("both", "https://shop.example/p?a=1#top", "https://shop.example/p?a=1&click_token=T&afk_cid=T#top"),
    (
        "a fragment that looks like a query",
        "https://shop.example/#/p?a=1",
        "https://shop.example/?click_token=T&afk_cid=T#/p?a=1",
    ),
    (
        "non-ASCII",
        "https://shop.example/größe?q=é#ü",
        "https://shop.example/gr%C3%B6%C3%9Fe?q=%C3%A9&click_token=T&afk_cid=T#%C3%BC",
    ),
    ("an international host", "https://bücher.example/", "https://xn--bcher-kva.example/?click_token=T&afk_cid=T"),
    (
        "an encoded value",
        "https://shop.example/p?next=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y&s=%2B+%20",
        "https://shop.example/p?next=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y&s=%2B+%20&click_token=T&afk_cid=T",
    ),
    ("an empty query", "https://shop.example/p?", "https://shop.example/p?click_token=T&afk_cid=T"),
    (
        "a token already",
        "https://shop.example/p?click_token=old&a=1",
        "https://shop.example/p?a=1&click_token=T&afk_cid=T",
    ),
    (
        "a token under an encoded name",
        "https://shop.example/p?click%5Ftoken=old",
        "https://shop.example/p?click_token=T&afk_cid=T",
    ),
    (
        "both names already",
        "https://shop.example/?afk_cid=x&a&click_token",
        "https://shop.example/?a&click_token=T&afk_cid=T",
    ),
    (
        "a name that only resembles it",
        "https://shop.example/?xclick_token=1",
        "https://shop.example/?xclick_token=1&click_token=T&afk_cid=T",
    ),
];

on_each_engine! {
    fn a_visitor_lands_on_the_target_with_the_token_and_nothing_else_moved(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for (name, target, location) in LANDINGS {
            let campaign = house.admin().campaign(shop.program, leading_to(target), &[&shop.anna]);
            let landing = house.visitor().follow(&campaign.link_of(&shop.anna).code);
            let expected = location.replace('T', landing.token());
            assert_eq!(
                (landing.response.status, landing.location.as_deref()),
                (302, Some(expected.as_str())),
                "{name}"
            );
            assert_eq!(landing.response.header("cache-control"), Some("no-store"), "{name}");
            assert!(landing.response.body.is_empty(), "{name}");
            let credited = house.merchant(&campaign).report(Sale::of(landing.token()));
            assert_eq!((credited.status, credited.word.as_str()), (200, "success"), "{name}: {}", credited.body);
        }
    }

    fn the_cookie_holds_the_token_for_the_campaigns_window(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for days in [1, 30, 3650] {
            let window = Window::from_days(days).unwrap();
            let campaign = house.admin().campaign(shop.program, NewCampaign { window, ..plan() }, &[&shop.anna]);
            let landing = house.visitor().follow(&campaign.link_of(&shop.anna).code);
            let cookies = landing.response.headers_named("set-cookie");
            let mut attributes: Vec<&str> = cookies[0].split("; ").collect();
            attributes.sort_unstable();
            let max_age = format!("Max-Age={}", days * 86_400);
            let mut expected = [
                "HttpOnly".to_owned(),
                max_age,
                "Path=/".to_owned(),
                "SameSite=Lax".to_owned(),
                format!("afk_cid={}", landing.token()),
            ];
            expected.sort_unstable();
            assert_eq!((cookies.len(), attributes), (1, expected.iter().map(String::as_str).collect()), "{days} days");
        }
    }

    fn the_cookie_is_secure_where_the_public_url_is(db: TestDatabase) {
        let house = House::open_with(&db, "2026-03-20T12:00:00Z", |config| {
            config.public_url = Some("https://track.example".parse().unwrap());
        });
        let shop = house.shop();
        let landing = house.visitor().follow(&shop.campaign.link_of(&shop.anna).code);
        let cookie = landing.response.header("set-cookie").unwrap();
        assert!(cookie.split("; ").any(|attribute| attribute == "Secure"), "{cookie}");
    }

    fn what_the_affiliate_added_to_the_link_is_kept_with_the_click(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        let long = "x".repeat(600);
        let subs = [
            ("sub1", "mail & more"),
            ("sub2", "größe"),
            ("sub3", &long),
            ("sub4", "a\nb\0"),
            ("sub5", "  "),
            ("sub1", "later"),
            ("sub6", "none"),
        ];
        let mut visitor = house.visitor().with_header("Referer", "https://blog.example/post");
        let click = house.click(visitor.follow_with(code, &subs).token());
        assert_eq!(click.sub1.as_deref(), Some("mail & more"), "the first of two");
        assert_eq!(click.sub2.as_deref(), Some("größe"));
        assert_eq!(click.sub3.as_deref().map(str::len), Some(512), "cut");
        assert_eq!(click.sub4.as_deref(), Some("a\u{FFFD}b\u{FFFD}"));
        assert_eq!(click.sub5, None, "blank is nothing");
        assert_eq!(click.referrer.as_deref(), Some("https://blog.example/post"));
        assert_eq!((click.network.as_deref(), click.mark), (Some("127.0.0.0/24"), None), "no whole address");
        assert_eq!(click.affiliate_id.to_string(), shop.anna.id);
        assert!(click.user_agent.is_some_and(|agent| agent.contains("Chrome")));
    }

    fn one_visitor_counts_once_a_day(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        for _ in 0..3 {
            house.visitor().follow(code);
        }
        house
            .visitor()
            .with_header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
            .follow(code);
        let today = house.tally(&shop.campaign);
        assert_eq!((today.clicks, today.unique_clicks, today.screened), (4, 2, 0));
        house.pass_days(1);
        house.visitor().follow(code);
        let both = house.tally(&shop.campaign);
        assert_eq!((both.clicks, both.unique_clicks), (5, 3));
        house.assert_books_balance();
    }

    fn a_visitor_whose_click_cannot_be_taken_goes_on_and_is_credited_all_the_same(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = shop.campaign.link_of(&shop.anna).code.clone();
        house.visitor().follow(&code);
        let landing = std::thread::scope(|scope| {
            let (busy, is_busy) = sync_channel(1);
            scope.spawn(|| {
                house.write(move |_, _| {
                    busy.send(()).unwrap();
                    pause(Duration::from_millis(1_200));
                    Ok(())
                });
            });
            is_busy.recv().unwrap();
            let asked = Instant::now();
            let landing = house.visitor().follow(&code);
            assert!(asked.elapsed() < Duration::from_millis(1_000), "{:?}", asked.elapsed());
            landing
        });
        assert_eq!((house.click_count(), house.app().recorder.degraded_clicks()), (1, 1), "only the first has a row");
        let answer = house.merchant(&shop.campaign).report(Sale::of(landing.token()).order_id("1001"));
        assert_eq!((answer.status, answer.word.as_str()), (200, "success"), "{}", answer.body);
        assert_eq!(house.conversion("1001").affiliate_id.to_string(), shop.anna.id);
        house.assert_books_balance();
    }
}
