//! A visitor who came by an affiliate's link to the shop itself: `?aff=CODE`, which the script turns into a click.
//!
//! The rules are those of a link through Accrue. The answer is readable by the campaign's pages only, because it carries
//! the token; it comes within a visitor's patience, whether the click could be recorded or not.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, HeaderName, HeaderValue, ORIGIN, USER_AGENT, VARY,
};
use url::Url;

use crate::domain::affiliate::{Affiliate, AffiliateRef};
use crate::domain::attempt::Call;
use crate::domain::attribution::Refusal;
use crate::domain::campaign::Campaign;
use crate::domain::click::{Click, Visit};
use crate::domain::click_token::{Claims, Mode, Origin};
use crate::domain::free_text::FreeText;
use crate::domain::handle::NetworkPrefix;
use crate::domain::link::obstacles;
use crate::domain::screening::{self, Ineligible, Mark, Screened};
use crate::operations::record_clicks::ScreenedVisit;
use crate::storage::catalogue::Catalogue;
use crate::web::client_address::client_address;
use crate::web::intake::Value;
use crate::web::track::click::{Query, hash_of, readable, screened_request};

use super::{Heard, builder, page};

/// The header that carries the token.
const CLICK_TOKEN: HeaderName = HeaderName::from_static("x-click-token");

/// Answers a landing.
pub(super) async fn land(heard: &Heard<'_>) -> HttpResponse {
    let mut answer = builder(StatusCode::NO_CONTENT);
    answer.insert_header((VARY, "Origin"));
    let catalogue = heard.app.catalogue().clone();
    let campaign = match campaign(heard, &catalogue) {
        Ok(campaign) => campaign,
        Err(why) => {
            heard.note_stranger(Call::RegisterClick, why.sentence());
            return answer.finish();
        }
    };
    if let Some(origin) = heard.request.headers().get(ORIGIN) {
        answer.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()));
        answer.insert_header((ACCESS_CONTROL_EXPOSE_HEADERS, "X-Click-Token"));
    }
    let token = match affiliate(heard, &catalogue, campaign) {
        Ok(affiliate) => register(heard, campaign, affiliate).await,
        Err(why) => {
            heard.note_stranger(Call::RegisterClick, why.sentence());
            None
        }
    };
    if let Some(token) = token.and_then(|token| HeaderValue::from_str(&token).ok()) {
        answer.insert_header((CLICK_TOKEN, token));
    }
    answer.finish()
}

/// The campaign that the page names, if the page is one of its own. An `Origin` is always there where a script may read the
/// answer.
fn campaign<'a>(heard: &Heard<'_>, catalogue: &'a Catalogue) -> Result<&'a Campaign, Refusal> {
    if heard.intake.problem.is_some() {
        return Err(Refusal::InvalidRequest);
    }
    let named = heard.intake.fields.text("campaign").and_then(|text| text.parse().ok());
    let campaign = named.and_then(|id| catalogue.campaign_named(id)).ok_or(Refusal::UnknownCampaign)?;
    let host = page::host(heard.request).filter(|_| heard.request.headers().contains_key(ORIGIN));
    let is_own = host.is_some_and(|host| campaign.hears_pages_of(&host));
    if is_own { Ok(campaign) } else { Err(Refusal::ForeignPage) }
}

/// The affiliate whose code the link carries, if visitors may come from there now.
fn affiliate<'a>(heard: &Heard<'_>, catalogue: &'a Catalogue, campaign: &Campaign) -> Result<&'a Affiliate, Refusal> {
    let named = heard.intake.fields.text("affiliate").and_then(|code| AffiliateRef::parse(code).ok());
    let affiliate = named.and_then(|named| catalogue.affiliate_named(campaign.program_id, &named));
    let affiliate = affiliate.ok_or(Refusal::UnknownAffiliate)?;
    obstacles(campaign, affiliate, heard.at).first().map_or(Ok(affiliate), |why| Err(*why))
}

/// The token of a click that begins here; none for who is no visitor.
async fn register(heard: &Heard<'_>, campaign: &Campaign, affiliate: &Affiliate) -> Option<String> {
    let app = heard.app;
    let link = app.implicit_link(campaign.program_id, campaign.id, affiliate.id).await.ok()?;
    let Ok(mark) = eligible(heard) else {
        app.recorder.note_screened(&ScreenedVisit { link, at: heard.at });
        return None;
    };
    let claims = Claims {
        mode: Mode::Live,
        origin: Origin::Browser,
        window: campaign.window,
        click: app.environment.mint.id(heard.at),
        link: link.id,
    };
    let address = client_address(heard.request, &app.trusted_proxies);
    let visitor = hash_of(address, heard.request.headers());
    let click = Click { claims, link, visit: visit(heard), mark, visitor };
    if let Err(reason) = app.recorder.record_visit(click).await {
        app.recorder.note_degraded_click();
        tracing::debug!(%reason, "a visitor landed without being recorded");
    }
    Some(app.environment.keys.click_tokens().seal(&claims))
}

/// With which mark a visit counts, if it counts. A script's request is no document, and need not be.
fn eligible(heard: &Heard<'_>) -> Result<Option<Mark>, Ineligible> {
    let user_agent = heard.request.headers().get(USER_AGENT).map(readable);
    let asked = screening::Request { fetch_dest: None, ..screened_request(heard.request, user_agent.as_ref()) };
    match screening::screen(&asked) {
        Screened::Eligible => Ok(None),
        Screened::Marked(mark) => Ok(Some(mark)),
        Screened::Ineligible(why) => Err(why),
    }
}

/// What is known of the visitor: the page's address and where they came from, as the page says.
fn visit(heard: &Heard<'_>) -> Visit {
    let told = |name| heard.intake.fields.get(name).and_then(Value::storable);
    let user_agent = heard.request.headers().get(USER_AGENT).map(readable);
    let page = heard.intake.fields.text("url").and_then(|url| Url::parse(url).ok());
    let query = Query::read(page.as_ref().and_then(|page| page.query()).unwrap_or_default());
    Visit {
        network: client_address(heard.request, &heard.app.trusted_proxies).map(NetworkPrefix::of),
        user_agent: user_agent.and_then(|text| FreeText::from_untrusted(&text)),
        referrer: told("referrer").and_then(|text| FreeText::from_untrusted(&text)),
        page_url: told("url").and_then(|text| FreeText::from_untrusted(&text)),
        visitor_id: None,
        subs: query.subs,
        ignored_fields: Vec::new(),
    }
}
