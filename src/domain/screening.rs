//! Screening: which requests for a link are a visit (CONTRACT, Rules: Screening).
//!
//! A redirect is asked for by people and by machines that follow every address they see. A machine's visit is nobody's
//! merit, so it gets no token; but a person taken for a machine costs an affiliate a sale, so only what says what it is
//! counts as one: request headers that browsers set, and names in the User-Agent. A program that fetches on a person's behalf
//! (curl, an app's HTTP library) or hides its name is credited and marked, for a person to judge.
//!
//! The User-Agent is read once, word by word, without allocation: this runs on every click.

use super::text_enum;

/// What of a request tells a visit from other traffic.
#[derive(Copy, Clone, Debug, Default)]
pub struct Request<'request> {
    /// The method is HEAD.
    pub head: bool,
    /// The header `User-Agent`.
    pub user_agent: Option<&'request str>,
    /// The header `Sec-Purpose`, or else `Purpose`, `X-Purpose` or `X-Moz`, which browsers sent before it.
    pub purpose: Option<&'request str>,
    /// The header `Sec-Fetch-Dest`.
    pub fetch_dest: Option<&'request str>,
}

/// How a request for a link is treated.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Screened {
    /// A visit.
    Eligible,
    /// A visit that is credited, with a mark.
    Marked(Mark),
    /// Not a visit: redirected without token and cookie, and counted apart.
    Ineligible(Ineligible),
}

text_enum! {
    /// Why a credited click deserves a second look.
    pub enum Mark {
        /// A programming library or command-line tool, such as curl.
        Tool => "tool",
        /// The request did not say what made it.
        NoUserAgent => "no_user_agent",
    }
}

text_enum! {
    /// Why a request is not a visit.
    pub enum Ineligible {
        /// A search engine, an archive, a monitor.
        Crawler => "crawler",
        /// A messenger or a social network that shows what a link leads to.
        LinkPreview => "link_preview",
        /// A question about the address only.
        Head => "head",
        /// Fetched in case the visitor goes there.
        Prefetch => "prefetch",
        /// Rendered in case the visitor goes there.
        Prerender => "prerender",
        /// Loaded as an image, a frame, a script or by one, not as a page.
        SubResource => "sub_resource",
    }
}

impl Screened {
    /// The reason, if the request is not a visit.
    #[must_use]
    pub const fn ineligible(self) -> Option<Ineligible> {
        match self {
            Self::Ineligible(reason) => Some(reason),
            Self::Eligible | Self::Marked(_) => None,
        }
    }

    /// The mark, if it is a visit with one.
    #[must_use]
    pub const fn mark(self) -> Option<Mark> {
        match self {
            Self::Marked(mark) => Some(mark),
            Self::Eligible | Self::Ineligible(_) => None,
        }
    }
}

/// Judges a request. What it asks for comes first, then who asks.
#[must_use]
pub fn screen(request: &Request<'_>) -> Screened {
    let by_form =
        by_method(request.head).or_else(|| by_purpose(request.purpose)).or_else(|| by_destination(request.fetch_dest));
    match by_form {
        Some(reason) => Screened::Ineligible(reason),
        None => by_user_agent(request.user_agent.unwrap_or_default().trim()),
    }
}

fn by_method(head: bool) -> Option<Ineligible> {
    head.then_some(Ineligible::Head)
}

/// `prefetch;prerender` is a prerender; `preview` is Safari's old word for the pages on its start screen.
fn by_purpose(purpose: Option<&str>) -> Option<Ineligible> {
    let names = |name: &str| words(purpose.unwrap_or_default()).any(|word| word.eq_ignore_ascii_case(name.as_bytes()));
    if names("prerender") {
        return Some(Ineligible::Prerender);
    }
    (names("prefetch") || names("preview")).then_some(Ineligible::Prefetch)
}

/// Browsers before 2023 do not send the header; that speaks for nothing.
fn by_destination(destination: Option<&str>) -> Option<Ineligible> {
    let destination = destination.unwrap_or_default().trim();
    let page = destination.is_empty() || destination.eq_ignore_ascii_case("document");
    (!page).then_some(Ineligible::SubResource)
}

fn by_user_agent(user_agent: &str) -> Screened {
    let Some(first) = words(user_agent).next() else {
        return Screened::Marked(Mark::NoUserAgent);
    };
    if is_listed(first, &FIRST_PREVIEWS) {
        return Screened::Ineligible(Ineligible::LinkPreview);
    }
    if let Some(reason) = words(user_agent).find_map(by_word) {
        return Screened::Ineligible(reason);
    }
    // Crawlers give an address where they explain themselves, `+https://…`; browsers never do.
    if user_agent.as_bytes().windows(5).any(|window| window.eq_ignore_ascii_case(b"+http")) {
        return Screened::Ineligible(Ineligible::Crawler);
    }
    if is_listed(first, &FIRST_TOOLS) || words(user_agent).any(|word| is_listed(word, &TOOLS)) {
        return Screened::Marked(Mark::Tool);
    }
    Screened::Eligible
}

/// What one word of a User-Agent gives away, wherever it stands.
fn by_word(word: &[u8]) -> Option<Ineligible> {
    if ends_with(word, b"preview") || is_listed(word, &PREVIEWS) {
        return Some(Ineligible::LinkPreview);
    }
    // Versions may stick to the name, as in `trendictionbot0`.
    let name = without_version(word);
    let generic = [&b"bot"[..], b"bots", b"spider", b"crawler", b"scraper"].iter().any(|end| ends_with(name, end));
    // Cubot makes phones.
    let crawler = (generic && !name.eq_ignore_ascii_case(b"cubot")) || is_listed(word, &CRAWLERS);
    crawler.then_some(Ineligible::Crawler)
}

fn words(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

fn ends_with(word: &[u8], end: &[u8]) -> bool {
    word.len().checked_sub(end.len()).is_some_and(|start| word[start..].eq_ignore_ascii_case(end))
}

fn without_version(word: &[u8]) -> &[u8] {
    let name = word.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
    &word[..name]
}

/// Whether a word, in any case, is in a list, which is in lower case and in order.
fn is_listed(word: &[u8], list: &[&str]) -> bool {
    list.binary_search_by(|listed| listed.bytes().cmp(word.iter().map(u8::to_ascii_lowercase))).is_ok()
}

/// Fetchers of link previews that are told by a word anywhere. Names that end in `preview` need not be listed.
const PREVIEWS: [&str; 23] = [
    "bitlybot",
    "cardyb",
    "contenttabreceiver",
    "discordbot",
    "embedly",
    "facebookcatalog",
    "facebookexternalhit",
    "facebot",
    "flipboardproxy",
    "iframely",
    "imgproxy",
    "linkedinbot",
    "mastodon",
    "msoffice",
    "notionembedder",
    "redditbot",
    "scrap",
    "slackbot",
    "telegrambot",
    "twitterbot",
    "viberbot",
    "vkshare",
    "zoombot",
];

/// Apps whose preview fetcher names the app first, while the browser inside the app says `Mozilla` first.
const FIRST_PREVIEWS: [&str; 5] = ["signal", "tumblr", "viber", "whatsapp", "xing"];

/// Crawlers and monitors whose names do not end in `bot`, `spider`, `crawler` or `scraper`.
const CRAWLERS: [&str; 32] = [
    "ahrefssiteaudit",
    "archiver",
    "barkrowler",
    "crawl",
    "crawling",
    "dareboost",
    "externalagent",
    "externalfetcher",
    "feedburner",
    "feedfetcher",
    "feedly",
    "googleother",
    "gtmetrix",
    "heritrix",
    "httrack",
    "inspectiontool",
    "lighthouse",
    "mediapartners",
    "netcraftsurveyagent",
    "nutch",
    "ptst",
    "qwantify",
    "scrapy",
    "site24x7",
    "slurp",
    "statuscake",
    "teoma",
    "validator",
    "yandeximages",
    "yandexmedia",
    "yandexmetrika",
    "yandexvideo",
];

/// Libraries and tools whose names also mean other things, so that they count as the first word only.
const FIRST_TOOLS: [&str; 22] = [
    "apache",
    "bun",
    "dalvik",
    "dart",
    "deno",
    "fetch",
    "go",
    "got",
    "http",
    "insomnia",
    "jakarta",
    "java",
    "k6",
    "lua",
    "node",
    "perl",
    "php",
    "python",
    "rest",
    "ruby",
    "rust",
    "wordpress",
];

/// Libraries and tools that are told by a word anywhere.
const TOOLS: [&str; 28] = [
    "aiohttp",
    "apachebench",
    "aria2",
    "axios",
    "cfnetwork",
    "curl",
    "faraday",
    "guzzlehttp",
    "httpclient",
    "httpie",
    "httpx",
    "libcurl",
    "libwww",
    "lwp",
    "mechanize",
    "okhttp",
    "postmanruntime",
    "powershell",
    "reqwest",
    "restsharp",
    "superagent",
    "symfony",
    "typhoeus",
    "undici",
    "unirest",
    "wget",
    "windowspowershell",
    "winhttp",
];

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36";

    fn by_agent(user_agent: &str) -> Screened {
        screen(&Request { user_agent: Some(user_agent), ..Request::default() })
    }

    const PEOPLE: &[(&str, &str)] = &[
        ("Chrome", CHROME),
        ("Firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        (
            "Safari on a phone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        ),
        (
            "a Cubot phone",
            "Mozilla/5.0 (Linux; Android 9; CUBOT X18 Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36",
        ),
        (
            "a Cubot phone by its build",
            "Mozilla/5.0 (Linux; Android 7.0; CUBOT_NOTE_S Build/NRD90M) Chrome/120.0 Mobile Safari/537.36",
        ),
        (
            "inside Facebook",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/470.0.0.41.109;FBBV/614;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5;FBSS/3;FBCR/;FBID/phone;FBLC/de_DE]",
        ),
        (
            "inside Instagram",
            "Mozilla/5.0 (Linux; Android 14; SM-S911B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36 Instagram 340.0.0.22.109 Android",
        ),
        (
            "inside WhatsApp",
            "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 WhatsApp/2.24.13",
        ),
        (
            "inside Pinterest",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [Pinterest/iOS]",
        ),
        (
            "inside LinkedIn",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [LinkedInApp]/9.29",
        ),
        (
            "inside Snapchat",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Snapchat/12.9 (like Safari)",
        ),
        (
            "inside Slack",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/126.0 Electron/31.0 Safari/537.36 Slack_SSB/4.39",
        ),
        ("inside KakaoTalk", "Mozilla/5.0 (Linux; Android 13; wv) Chrome/126.0 Mobile Safari/537.36;KAKAOTALK 2410640"),
        (
            "inside the Google app",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 GSA/320.0 Mobile/15E148 Safari/604.1",
        ),
        (
            "Yandex's browser",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/124.0.0.0 YaBrowser/24.6.0.0 Safari/537.36",
        ),
        ("a browser without a window", CHROME_WITHOUT_WINDOW),
        ("a television", "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/538.1 Version/7.0 TV Safari/538.1"),
        ("an old Internet Explorer", "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0; .NET CLR 3.5)"),
    ];

    #[test]
    fn people_are_let_through() {
        for &(name, user_agent) in PEOPLE {
            assert_eq!(by_agent(user_agent), Screened::Eligible, "{name}");
        }
    }

    const CHROME_WITHOUT_WINDOW: &str =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/149.0.0.0 Safari/537.36";

    #[test]
    fn crawlers_are_known() {
        let cases = [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) Chrome/126.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Googlebot-Image/1.0",
            "AdsBot-Google (+http://www.google.com/adsbot.html)",
            "Mediapartners-Google",
            "Mozilla/5.0 (compatible; Google-InspectionTool/1.0)",
            "GoogleOther",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0 Safari/537.36",
            "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
            "Mozilla/5.0 (compatible; YandexMetrika/2.0)",
            "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
            "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 Version/13.1.1 Safari/605.1.15 (Applebot/0.1)",
            "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
            "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
            "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)",
            "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; PetalBot)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)",
            "CCBot/2.0 (https://commoncrawl.org/faq/)",
            "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
            "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
            "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
            "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
            "ia_archiver",
            "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
            "trendictionbot0.5.0",
            "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
            "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
            "Mozilla/5.0 (Linux; Android 11; moto g power) Chrome/126.0 Mobile Safari/537.36 Chrome-Lighthouse",
            "Screaming Frog SEO Spider/20.1",
            "Scrapy/2.11 (+https://scrapy.org)",
            "SomeNewThing/1.0 (+https://example.com/why)",
        ];
        for user_agent in cases {
            assert_eq!(by_agent(user_agent), Screened::Ineligible(Ineligible::Crawler), "{user_agent}");
            assert_eq!(by_agent(&user_agent.to_uppercase()), Screened::Ineligible(Ineligible::Crawler), "{user_agent}");
        }
    }

    #[test]
    fn link_previews_are_known() {
        let cases = [
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            "facebookexternalhit/1.1;line-poker/1.0",
            "Twitterbot/1.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Slack-ImgProxy (+https://api.slack.com/robots)",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "TelegramBot (like TwitterBot)",
            "WhatsApp/2.23.20.0 A",
            "WhatsApp/2.2450.6 W",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
            "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
            "Iframely/1.3.1 (+https://iframely.com/docs/about)",
            "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
            "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
            "Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots",
            "kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984",
            "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
            "Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.social/)",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/114.0 Safari/537.36 BingPreview/1.0b",
            "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        ];
        for user_agent in cases {
            assert_eq!(by_agent(user_agent), Screened::Ineligible(Ineligible::LinkPreview), "{user_agent}");
        }
    }

    #[test]
    fn tools_and_the_nameless_are_credited_and_marked() {
        let tools = [
            "curl/8.7.1",
            "Wget/1.21.4",
            "python-requests/2.32.3",
            "Python-urllib/3.12",
            "Python/3.12 aiohttp/3.9.5",
            "Go-http-client/2.0",
            "okhttp/4.12.0",
            "axios/1.7.2",
            "node",
            "node-fetch",
            "undici",
            "GuzzleHttp/7",
            "PHP/8.3.4",
            "Java/17.0.2",
            "Apache-HttpClient/4.5.14 (Java/17)",
            "PostmanRuntime/7.39.0",
            "libwww-perl/6.72",
            "Ruby",
            "HTTPie/3.2.2",
            "Dalvik/2.1.0 (Linux; U; Android 14)",
            "Shop/3 CFNetwork/1496.0.7 Darwin/23.5.0",
            "insomnia/9.2.0",
            "WordPress/6.5; https://example.com",
            "Mozilla/5.0 (Windows NT; Windows NT 10.0; de-DE) WindowsPowerShell/5.1.22621",
        ];
        for user_agent in tools {
            assert_eq!(by_agent(user_agent), Screened::Marked(Mark::Tool), "{user_agent}");
        }
        assert_eq!(screen(&Request::default()), Screened::Marked(Mark::NoUserAgent));
        for blank in ["", "  ", "-", "()"] {
            assert_eq!(by_agent(blank), Screened::Marked(Mark::NoUserAgent), "{blank:?}");
        }
    }

    const PURPOSES: &[(&str, &str, Option<Ineligible>)] = &[
        ("an empty purpose", "", None),
        ("an unknown purpose", "navigate", None),
        ("prefetch", "prefetch", Some(Ineligible::Prefetch)),
        ("prefetch through a proxy", "prefetch;anonymous-client-ip", Some(Ineligible::Prefetch)),
        ("prerender", "prefetch;prerender", Some(Ineligible::Prerender)),
        ("prerender, spelled freely", "Prefetch; Prerender", Some(Ineligible::Prerender)),
        ("a page on Safari's start screen", "preview", Some(Ineligible::Prefetch)),
    ];

    const DESTINATIONS: &[(&str, &str, Option<Ineligible>)] = &[
        ("a navigation", "document", None),
        ("an empty header", "", None),
        ("an image", "image", Some(Ineligible::SubResource)),
        ("a frame", "iframe", Some(Ineligible::SubResource)),
        ("a script", "script", Some(Ineligible::SubResource)),
        ("fetch() with no-cors", "empty", Some(Ineligible::SubResource)),
        ("an embedded object", "embed", Some(Ineligible::SubResource)),
        ("a style sheet, in upper case", "STYLE", Some(Ineligible::SubResource)),
    ];

    #[test]
    fn only_a_navigation_is_a_visit() {
        let chrome = Request { user_agent: Some(CHROME), ..Request::default() };
        let check = |name: &str, request: Request<'_>, expected| {
            assert_eq!(screen(&request).ineligible(), expected, "{name}");
            assert_eq!(screen(&request).mark(), None, "{name}");
        };
        check("a navigation of an older browser", chrome, None);
        check("HEAD", Request { head: true, ..chrome }, Some(Ineligible::Head));
        for &(name, purpose, expected) in PURPOSES {
            check(name, Request { purpose: Some(purpose), ..chrome }, expected);
        }
        for &(name, destination, expected) in DESTINATIONS {
            check(name, Request { fetch_dest: Some(destination), ..chrome }, expected);
        }
    }

    #[test]
    fn what_is_asked_comes_before_who_asks() {
        let tool = Request { user_agent: Some("curl/8.7.1"), head: true, ..Request::default() };
        assert_eq!(screen(&tool), Screened::Ineligible(Ineligible::Head));
    }

    #[test]
    fn the_lists_are_in_lower_case_and_in_order() {
        for list in [&PREVIEWS[..], &FIRST_PREVIEWS, &CRAWLERS, &FIRST_TOOLS, &TOOLS] {
            assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
            assert!(
                list.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())),
                "{list:?}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn no_user_agent_makes_it_panic(user_agent in "\\PC{0,80}") {
            by_agent(&user_agent);
        }
    }
}
