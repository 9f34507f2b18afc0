//! Who follows a link without being a visitor is sent on without a token and counted apart.

use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Request;

/// Requests that are no visit: a name, the method, and a header in place of the browser's.
const NO_VISITS: [(&str, &str, &str, &str); 20] = [
    ("a question about the address", "HEAD", "Accept", "*/*"),
    (
        "a search engine",
        "GET",
        "User-Agent",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    ),
    (
        "another search engine",
        "GET",
        "User-Agent",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    ),
    ("a crawler nobody knows", "GET", "User-Agent", "Quokka/1.0 (+https://quokka.example/about)"),
    (
        "a crawler of an index",
        "GET",
        "User-Agent",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    ),
    ("a link preview of a social network", "GET", "User-Agent", "facebookexternalhit/1.1"),
    ("a link preview of a messenger", "GET", "User-Agent", "WhatsApp/2.23.20.0"),
    ("a link preview of a chat", "GET", "User-Agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
    ("a link preview of another chat", "GET", "User-Agent", "TelegramBot (like TwitterBot)"),
    ("a prefetch", "GET", "Sec-Purpose", "prefetch"),
    ("a prerender", "GET", "Sec-Purpose", "prefetch;prerender"),
    ("a prefetch by its older name", "GET", "Purpose", "prefetch"),
    ("a prefetch by its oldest name", "GET", "X-Moz", "prefetch"),
    ("a preview of a start page", "GET", "X-Purpose", "preview"),
    ("an image", "GET", "Sec-Fetch-Dest", "image"),
    ("a frame", "GET", "Sec-Fetch-Dest", "iframe"),
    ("a script", "GET", "Sec-Fetch-Dest", "script"),
    ("a script's request", "GET", "Sec-Fetch-Dest", "empty"),
    ("a style sheet", "GET", "Sec-Fetch-Dest", "style"),
    ("an embedded object", "GET", "Sec-Fetch-Dest", "object"),
];

/// Requests that are visits, with the mark they get.
const VISITS: [(&str, Option<&str>, Option<&str>); 5] = [
    ("curl", Some("curl/8.11.0"), Some("tool")),
    ("an app's library", Some("okhttp/4.12.0"), Some("tool")),
    ("no name", None, Some("no_user_agent")),
    ("an empty name", Some(""), Some("no_user_agent")),
    ("a phone", Some("Mozilla/5.0 (Linux; Android 9; CUBOT X18 Plus) Chrome/120.0 Mobile Safari/537.36"), None),
];

on_each_engine! {
    fn what_is_no_visit_is_sent_on_without_token_and_cookie_and_counted_apart(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let path = format!("/c/{}", shop.campaign.link_of(&shop.anna).code);
        for (name, method, header, value) in NO_VISITS {
            let mut asking = house.visitor().with_header(header, value);
            let answer = asking.send(Request::new(method, &path)).unwrap();
            let location = answer.header("location");
            assert_eq!((answer.status, location), (302, Some("https://shop.example/start")), "{name}");
            assert_eq!(answer.headers_named("set-cookie"), [""; 0], "{name}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
        }
        assert_eq!(house.click_count(), 0);
        let tally = house.tally(&shop.campaign);
        let expected = i64::try_from(NO_VISITS.len()).unwrap();
        assert_eq!((tally.clicks, tally.unique_clicks, tally.screened), (0, 0, expected));
        house.assert_books_balance();
    }

    fn what_is_no_visit_still_sees_the_page_the_link_leads_to(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        let mut preview = house.visitor().with_header("User-Agent", "facebookexternalhit/1.1");
        let landing = preview.follow_with(code, &[("url", "https://shop.example/p/7?a=1")]);
        assert_eq!(landing.location.as_deref(), Some("https://shop.example/p/7?a=1"));
        let landing = preview.follow_with(code, &[("url", "https://evil.example/")]);
        assert_eq!(landing.location.as_deref(), Some("https://shop.example/start"));
    }

    fn a_tool_is_credited_and_marked(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        for (name, agent, mark) in VISITS {
            let mut visitor = house.visitor().without_header("User-Agent");
            if let Some(agent) = agent {
                visitor = visitor.with_header("User-Agent", agent);
            }
            let landing = visitor.follow(code);
            assert_eq!(landing.response.status, 302, "{name}");
            assert_eq!(landing.cookie.as_deref(), Some(landing.token()), "{name}");
            assert_eq!(house.click(landing.token()).mark.as_deref(), mark, "{name}");
        }
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.clicks, tally.screened), (5, 0));
    }
}
