//! Visitors who come by `?aff=CODE` to the shop itself: the script turns that into a click.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::campaign::CampaignStatus;
use accrue::domain::click_token::Origin;
use serde_json::{Value, json};

use super::{Page, SHOP, sale, with};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, affiliate_id};
use crate::support::wire::Response;
use crate::support::world::Campaign;

fn landing(campaign: &Campaign) -> Value {
    json!({"event": "landing", "campaign": campaign.id, "affiliate": "anna",
        "url": "https://shop.example/shoes?aff=anna&sub1=spring&sub5=%C3%A4#top", "referrer": "https://blog.example/"})
}

fn token_of(answer: &Response) -> Option<String> {
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(answer.header("vary"), Some("Origin"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.header("x-click-token").map(str::to_owned)
}

on_each_engine! {
    fn a_landing_is_a_click_with_all_that_is_known_of_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let page = Page::open(&house);
        let answer = page.says(&landing(&shop.campaign).to_string());
        assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP));
        assert_eq!(answer.header("access-control-expose-headers"), Some("X-Click-Token"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        let token = token_of(&answer).expect("a token");
        let claims = house.app().environment.keys.click_tokens().open(&token).unwrap();
        assert_eq!((claims.origin, claims.window.days()), (Origin::Browser, 30));
        let click = house.click(&token);
        let known = [&click.network, &click.referrer, &click.sub1, &click.sub5, &click.page_url];
        assert_eq!(known.map(|text| text.as_deref().unwrap_or("-")), [
            "127.0.0.0/24", "https://blog.example/", "spring", "ä",
            "https://shop.example/shoes?aff=anna&sub1=spring&sub5=%C3%A4#top",
        ]);
        page.tells(&sale("1001", &token));
        assert_eq!(house.conversion("1001").affiliate_id, affiliate_id(&shop.anna));
        let again = token_of(&page.says(&landing(&shop.campaign).to_string())).unwrap();
        assert_eq!(house.click(&again).link_id, click.link_id, "every landing of the pair goes through one link");
        assert_eq!(house.click_count(), 2);
    }

    fn who_may_not_send_visitors_gets_no_token_and_the_page_no_error(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        admin.affiliate(shop.program, "paused", AffiliateStatus::Paused);
        let page = Page::open(&house);
        let of = |name: &str, value: &str| with(landing(&shop.campaign), name, json!(value));
        for (name, message) in [
            ("nobody's code", of("affiliate", "nobody")),
            ("no code", of("affiliate", "%%%")),
            ("a paused affiliate", of("affiliate", "paused")),
        ] {
            let answer = page.says(&message.to_string());
            assert_eq!(token_of(&answer), None, "{name}");
            assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP), "{name}: the page may read that");
        }
        for (name, page, message) in [
            ("another site", page.clone().with("Origin", "https://evil.example"), landing(&shop.campaign)),
            ("no origin", page.clone().without("Origin").with("Referer", SHOP), landing(&shop.campaign)),
            ("another campaign", page.clone(), of("campaign", "camp_01h455vb4pex5vsknk084sn02q")),
            ("no campaign", page.clone(), with(landing(&shop.campaign), "campaign", Value::Null)),
        ] {
            let answer = page.says(&message.to_string());
            assert_eq!(token_of(&answer), None, "{name}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{name}");
        }
        admin.change(&shop.campaign, |row| row.status = CampaignStatus::Draft);
        assert_eq!(token_of(&page.says(&landing(&shop.campaign).to_string())), None, "a draft takes no visitors");
        assert_eq!(house.click_count(), 0);
    }

    fn crawlers_and_prerendered_pages_are_counted_apart(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let page = Page::open(&house).with("Sec-Fetch-Dest", "empty");
        let message = landing(&shop.campaign).to_string();
        let crawler = page.clone().with("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)");
        let prerendered = page.clone().with("Sec-Purpose", "prefetch;prerender");
        assert_eq!((token_of(&crawler.says(&message)), token_of(&prerendered.says(&message))), (None, None));
        assert!(token_of(&page.says(&message)).is_some(), "a script's own request is not screened");
        house.settle();
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.clicks, tally.screened), (1, 2));
    }
}
