//! `GET /c/{code}`: a visitor follows an affiliate's link.
//!
//! Whatever happens, the visitor arrives. The click is recorded before the answer leaves; if the database cannot take it
//! in a quarter of a second, the visitor goes on all the same, with a token that credits the affiliate even though its
//! row will never exist (CONTRACT, section 3).

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, LOCATION, REFERER, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domain::campaign::Campaign;
use crate::domain::click::{Click, Visit};
use crate::domain::click_token::{Claims, Mode, Origin};
use crate::domain::free_text::FreeText;
use crate::domain::handle::{LinkCode, NetworkPrefix};
use crate::domain::landing::{TargetUrl, deep_link, with_parameters};
use crate::domain::link::{Link, obstacles};
use crate::domain::program::Program;
use crate::domain::screening::{self, Screened};
use crate::domain::time::Timestamp;
use crate::operations::record_clicks::ScreenedVisit;
use crate::storage::catalogue::Catalogue;
use crate::web::client_address::client_address;
use crate::web::error;

/// The cookie, and the second query parameter, that carry the click token.
pub const CLICK_COOKIE: &str = "afk_cid";

/// Answers a visitor.
pub async fn follow(app: web::Data<App>, code: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let Ok(code) = LinkCode::parse(&code) else {
        return error::page_not_found();
    };
    let link = match app.link(code).await {
        Ok(Some(link)) => link,
        Ok(None) => return error::page_not_found(),
        Err(_) => return error::try_again(),
    };
    let catalogue = Arc::clone(&app.catalogue());
    let now = app.environment.clock.now();
    let Some(program) = catalogue.program(link.program_id) else {
        return error::page_not_found();
    };
    let Some(campaign) = open_campaign(&catalogue, &link, now) else {
        return fall_back(program);
    };
    let query = Query::read(request.query_string());
    let target = query.target(campaign);
    let user_agent = request.headers().get(USER_AGENT).map(readable);
    let mark = match screening::screen(&screened_request(&request, user_agent.as_ref())) {
        Screened::Eligible => None,
        Screened::Marked(mark) => Some(mark),
        Screened::Ineligible(_) => {
            app.recorder.note_screened(&ScreenedVisit { link, at: now });
            return redirect(&target.map_or(campaign.target.as_str().to_owned(), |url| url.as_str().to_owned()));
        }
    };
    let address = client_address(&request, &app.trusted_proxies);
    let visitor = hash_of(address, request.headers());
    let claims = Claims {
        mode: Mode::Live,
        origin: Origin::Redirect,
        window: campaign.window,
        click: app.environment.mint.id(now),
        link: link.id,
    };
    let click = Click { claims, link, visit: query.visit(address, request.headers()), mark, visitor };
    let token = app.environment.keys.click_tokens().seal(&click.claims);
    if let Err(reason) = app.recorder.record_visit(click).await {
        app.recorder.note_degraded_click();
        tracing::debug!(%reason, "a visitor went on without being recorded");
    }
    send_on(&app, program, campaign, target.as_ref().unwrap_or(&campaign.target), &token)
}

/// The link's campaign, if it takes visitors now and its affiliate may send them.
fn open_campaign<'a>(catalogue: &'a Catalogue, link: &Link, now: Timestamp) -> Option<&'a Campaign> {
    let campaign = catalogue.campaign(link.program_id, link.campaign_id)?;
    let affiliate = catalogue.affiliate(link.program_id, link.affiliate_id)?;
    obstacles(campaign, affiliate, now).is_empty().then_some(campaign)
}

fn fall_back(program: &Program) -> HttpResponse {
    program.fallback.as_ref().map_or_else(error::page_not_found, |url| redirect(url.as_str()))
}

fn redirect(location: &str) -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, location)).insert_header((CACHE_CONTROL, "no-store")).finish()
}

/// Sends the visitor on with the token, in the URL for the merchant and in a cookie for the pixel.
fn send_on(app: &App, program: &Program, campaign: &Campaign, target: &TargetUrl, token: &str) -> HttpResponse {
    let location = with_parameters(target, &[(program.click_parameter.as_str(), token), (CLICK_COOKIE, token)]);
    let cookie = Cookie::build(CLICK_COOKIE, token)
        .path("/")
        .max_age(CookieAge::days(i64::from(campaign.window.days())))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.public_url.is_https())
        .finish();
    let mut answer = HttpResponse::Found();
    answer.insert_header((LOCATION, location)).insert_header((CACHE_CONTROL, "no-store")).cookie(cookie).finish()
}

/// Tells visitors of one day apart, in memory only.
pub(super) fn hash_of(address: Option<IpAddr>, headers: &HeaderMap) -> u64 {
    let mut hasher = DefaultHasher::new();
    address.hash(&mut hasher);
    headers.get(USER_AGENT).map(HeaderValue::as_bytes).hash(&mut hasher);
    hasher.finish()
}

pub(super) fn screened_request<'a>(
    request: &'a HttpRequest,
    user_agent: Option<&'a Cow<'a, str>>,
) -> screening::Request<'a> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    screening::Request {
        head: request.method() == Method::HEAD,
        user_agent: user_agent.map(AsRef::as_ref),
        purpose: ["sec-purpose", "purpose", "x-purpose", "x-moz"].into_iter().find_map(header),
        fetch_dest: header("sec-fetch-dest"),
    }
}

/// What an affiliate added to the link. All of it is optional and none of it can stop a visitor.
#[derive(Default)]
pub(super) struct Query {
    deep_link: Option<String>,
    /// `sub1` to `sub5`.
    pub(super) subs: [Option<FreeText>; 5],
}

impl Query {
    /// Reads a query.
    pub(super) fn read(text: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let sub = match name.as_ref() {
                "url" => {
                    query.deep_link.get_or_insert_with(|| value.into_owned());
                    continue;
                }
                "sub1" => 0,
                "sub2" => 1,
                "sub3" => 2,
                "sub4" => 3,
                "sub5" => 4,
                _ => continue,
            };
            if query.subs[sub].is_none() {
                query.subs[sub] = FreeText::from_untrusted(&value);
            }
        }
        query
    }

    /// Where the deep link leads, if there is one and the campaign allows it.
    fn target(&self, campaign: &Campaign) -> Option<TargetUrl> {
        deep_link(self.deep_link.as_deref()?, &campaign.target, &campaign.allowed_hosts).ok()
    }

    fn visit(self, address: Option<IpAddr>, headers: &HeaderMap) -> Visit {
        let header = |name| FreeText::from_untrusted(&readable(headers.get(name)?));
        Visit {
            network: address.map(NetworkPrefix::of),
            user_agent: header(USER_AGENT),
            referrer: header(REFERER),
            page_url: self.deep_link.as_deref().and_then(FreeText::from_untrusted),
            visitor_id: None,
            subs: self.subs,
            ignored_fields: Vec::new(),
        }
    }
}

/// A header as text. Nobody is turned away for a byte that is not UTF-8.
#[expect(clippy::disallowed_methods, reason = "these headers are only shown and screened, never compared")]
pub(super) fn readable(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}
