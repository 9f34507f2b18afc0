//! A link that could be steered would be a gift to phishing: whatever stands in `?url=`, the visitor lands with the
//! shop or with a host it allows (ABU-1).

use accrue::domain::landing::AllowedHosts;
use accrue::operations::create_campaign::NewCampaign;
use url::Url;

use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::wire::{Request, Response, percent_encode};

/// What is tried; each of them leads to the campaign's own target instead.
const TRICKS: [&str; 84] = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https:////evil.example",
    "https:\\\\evil.example",
    "https:/\\evil.example",
    "https://\\evil.example",
    "https://evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "http://evil.example:80",
    "https://evil.example:443/",
    "https://shop.example@evil.example",
    "https://shop.example:80@evil.example",
    "https://shop.example%40evil.example",
    "https://shop.example@evil.example@shop.example",
    "https://@evil.example",
    "https://:@evil.example",
    "https://user:pass@shop.example/",
    "https://user@shop.example/",
    "https://evil.example\\@shop.example",
    "https://evil.example\\.shop.example",
    "https://evil.example%5c@shop.example",
    "https://evil.example#@shop.example",
    "https://evil.example?@shop.example",
    "https://evil.example/shop.example",
    "https://evil.example;shop.example",
    "https://shop.example.evil.example",
    "https://evilshop.example",
    "https://shop-example.evil.example",
    "https://evilblog.example",
    "https://blog.example.evil.example",
    "https://a.blog.example",
    "https://shop.example.",
    "https://shop.example..",
    "https://shop.example%2eevil.example",
    "https://shop.example%2Fevil.example",
    "https://shop.example%00.evil.example",
    "https://shop.example%0d%0a.evil.example",
    "https://shop.example%09.evil.example",
    "https://shop.example\u{0}.evil.example",
    "https://shop.example\u{3002}evil.example",
    "https://shop.example\u{ff0e}evil.example",
    "https://shop.example\u{ff0f}.evil.example",
    "https://shop.example\u{2044}.evil.example",
    "https://shop.example\u{ff20}evil.example",
    "https://shop.example\u{ff1a}80@evil.example",
    "https://\u{455}hop.example",
    "https://sh\u{f6}p.example",
    "https://shop.ex\u{e0}mple",
    "https://shop\u{200b}.evil.example",
    "https://xn--shp-fna.example",
    "https://\u{202e}elpmaxe.live",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://shop.example:8443/",
    "https://shop.example:0/",
    "https://shop.example:99999/",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\u{1}javascript:alert(1)",
    "javascript://shop.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://shop.example/1",
    "view-source:https://shop.example/",
    " https://shop.example/",
    "ht\ttps://shop.example/",
    "https://shop.example/\r\nSet-Cookie: a=1",
    "https://shop.example/a b",
];

/// Ways of encoding what is tried once more.
const ENCODINGS: [fn(&str) -> String; 3] = [
    |trick| percent_encode(trick),
    |trick| percent_encode(&percent_encode(trick)),
    |trick| trick.bytes().map(|byte| format!("%{byte:02x}")).collect(),
];

/// Panics unless the answer leads to the shop or to a host it allows, in a spelling that every browser reads alike.
fn assert_at_home(trick: &str, answer: &Response) -> String {
    let location = answer.header("location").unwrap_or_else(|| panic!("{trick}: {answer:?}"));
    let url = Url::parse(location).unwrap_or_else(|why| panic!("{trick}: {location} {why}"));
    let host = url.host_str().unwrap_or_default();
    let allowed = ["shop.example", "blog.example"].contains(&host) || host.ends_with(".shop.example");
    assert!(allowed && matches!(url.scheme(), "https" | "http"), "{trick} leads to {location}");
    assert!(url.username().is_empty() && url.password().is_none(), "{trick}: {location}");
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    assert!(
        location.bytes().all(plain) && location.starts_with(&format!("{}://{host}", url.scheme())),
        "{trick}: {location}"
    );
    assert_eq!((answer.status, answer.headers_named("location").len()), (302, 1), "{trick}");
    let cookies = answer.headers_named("set-cookie");
    assert!(cookies.iter().all(|cookie| cookie.starts_with("afk_cid=clk_")), "{trick}: {cookies:?}");
    location.to_owned()
}

on_each_engine! {
    fn no_trick_leads_anywhere_but_home(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let allowed_hosts = AllowedHosts::parse_lines("blog.example\n*.shop.example").unwrap();
        let campaign = house.admin().campaign(shop.program, NewCampaign { allowed_hosts, ..plan() }, &[&shop.anna]);
        let link = format!("/c/{}", campaign.link_of(&shop.anna).code);
        let mut crawler = house.visitor().with_header("User-Agent", "Googlebot/2.1");
        let mut visitor = house.visitor();
        for trick in TRICKS {
            for encode in ENCODINGS {
                let target = format!("{link}?url={}", encode(trick));
                let location = assert_at_home(trick, &visitor.send(Request::get(&target)).unwrap());
                assert!(location.starts_with("https://shop.example/start?click_token="), "{trick} leads to {location}");
                let answer = crawler.send(Request::get(&target)).unwrap();
                assert_eq!(answer.header("location"), Some("https://shop.example/start"), "{trick}, for a crawler");
            }
        }
    }

    fn an_address_inside_an_allowed_one_stays_inside(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let link = format!("/c/{}", shop.campaign.link_of(&shop.anna).code);
        for inside in [
            "https://shop.example//evil.example",
            "https://shop.example/..//evil.example",
            "https://shop.example/%5cevil.example",
            "https://shop.example/?next=//evil.example",
            "https://shop.example/#//evil.example",
            "https://shop.example/@evil.example",
            "https://shop.example?@evil.example",
            "https://shop.example#@evil.example",
            "https://shop.example/%0d%0aLocation:%20//evil.example",
            "https://SHOP.example\u{3002}/",
            "https://ｓｈｏｐ.example/",
        ] {
            let answer = house.visitor().send(Request::get(&format!("{link}?url={}", percent_encode(inside)))).unwrap();
            assert_at_home(inside, &answer);
        }
    }

    fn no_shape_of_the_request_itself_leads_elsewhere(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        let targets = [
            format!("//evil.example/c/{code}"),
            format!("/c/{code}//evil.example"),
            format!("/c/{code}/https://evil.example"),
            format!("/c//evil.example/{code}"),
            format!("/c/{code}%2f%2fevil.example"),
            format!("/c/{code}%00"),
            format!("/c/{code}?url[]=https://evil.example"),
            format!("/c/{code}?URL=https://evil.example"),
            format!("/c/{code}?url=&url=https://evil.example"),
            format!("/c/{code}?url%00=https://evil.example"),
            format!("/c/{code}?click_token=x&afk_cid=https://evil.example"),
            format!("/c/{code}?sub1=x%0d%0aLocation:https://evil.example"),
            format!("/c/{code}??url=https://evil.example"),
            format!("/c/{code}?a#?url=https://evil.example"),
            format!("/c/{code}?url=%FF%FEhttps://evil.example"),
            format!("/c/{code}?url=https://evil.example%"),
            format!("/c/{code}?url=%zzhttps://evil.example"),
        ];
        for target in targets {
            let answer = house.visitor().send(Request::get(&target)).unwrap();
            match answer.status {
                302 => drop(assert_at_home(&target, &answer)),
                status => {
                    assert!(matches!(status, 400 | 404) && answer.header("location").is_none(), "{target}: {status}");
                }
            }
        }
        let mut connection = Connection::open(house.addr()).unwrap();
        for unencoded in ["https://evil.example", "//evil.example", "\\\\evil.example", "javascript:alert(1)"] {
            let raw = format!("GET /c/{code}?url={unencoded} HTTP/1.1\r\nHost: h\r\nUser-Agent: Mozilla/5.0\r\n\r\n");
            match connection.send_raw(raw.as_bytes()).unwrap() {
                answer if answer.status == 302 => drop(assert_at_home(unencoded, &answer)),
                answer => assert_eq!(answer.status, 400, "{unencoded}"),
            }
            connection = Connection::open(house.addr()).unwrap();
        }
    }
}
