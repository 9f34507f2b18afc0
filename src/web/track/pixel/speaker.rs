//! For which campaign a browser speaks, and by what.
//!
//! A shop may run several campaigns and has one thank-you page, so the click that a visitor came by names the campaign; what
//! the page names itself is only asked where there is no click, and keeps clicks of other merchants out.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;

use crate::app::App;
use crate::domain::attempt::AttemptKey;
use crate::domain::attribution::Refusal;
use crate::domain::campaign::Campaign;
use crate::domain::click_token::Mode;
use crate::domain::id::{CampaignId, ClickId, ProgramId};
use crate::domain::key;
use crate::operations::record_conversions::{Evidence, Presented};
use crate::recorder::NotRecorded;
use crate::storage::catalogue::Catalogue;
use crate::web::intake::{Fields, Value};
use crate::web::track::click::CLICK_COOKIE;

use super::{Heard, page};

/// For which campaign a browser speaks.
pub(super) struct Speaker {
    catalogue: Arc<Catalogue>,
    program: ProgramId,
    campaign: CampaignId,
    /// The tokens it brings, those that verify.
    token: Option<Presented>,
    cookie: Option<Presented>,
    /// What is wrong with what the message names: a click token that does not verify, a campaign that nobody has.
    pub(super) misnamed: Option<Refusal>,
    is_on_own_page: bool,
}

impl Speaker {
    /// Finds out. None where neither a click nor the page names a campaign.
    ///
    /// # Errors
    /// [`NotRecorded`] when a click's link is not in memory and the database is away.
    pub(super) async fn find(heard: &Heard<'_>) -> Result<Option<Self>, NotRecorded> {
        let (app, fields) = (heard.app, &heard.intake.fields);
        let catalogue = Arc::clone(&app.catalogue());
        let named = fields.get("campaign").map(|value| named_by(&catalogue, value));
        let is_unknown = named == Some(None);
        let named = named.flatten().and_then(|id| catalogue.campaign_named(id));
        let told = fields.get("click_id");
        let token = presented(app, told.and_then(Value::as_text)).await?;
        let misnamed = match token {
            None if told.is_some() => Some(Refusal::UnknownClickToken),
            _ => is_unknown.then_some(Refusal::UnknownCampaign),
        };
        let program = named.map(|campaign| campaign.program_id).or(token.as_ref().and_then(program_of));
        let cookie = cookie(app, heard.request, fields, program).await?;
        let of_program = |click: &&Presented| program.is_none() || program_of(click) == program;
        let clicked = token.as_ref().filter(of_program).or(cookie.as_ref());
        let clicked = clicked.and_then(|click| campaign_of(&catalogue, click));
        let Some(campaign) = clicked.or(named) else { return Ok(None) };
        let is_on_own_page = page::host(heard.request).is_some_and(|host| campaign.hears_pages_of(&host));
        let (program, campaign) = (campaign.program_id, campaign.id);
        Ok(Some(Self { catalogue, program, campaign, token, cookie, misnamed, is_on_own_page }))
    }

    /// Whether what it says is worth keeping for the merchant: it brings a click, or shows a page of theirs.
    pub(super) const fn is_known(&self) -> bool {
        self.is_on_own_page || self.click().is_some()
    }

    /// Whether the page it shows is on one of the campaign's hosts.
    pub(super) const fn is_on_own_page(&self) -> bool {
        self.is_on_own_page
    }

    /// The program, as of the catalogue that the campaign was found in.
    pub(super) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The click that it goes by.
    pub(super) fn click_id(&self) -> Option<ClickId> {
        self.click().map(|click| click.claims.click)
    }

    const fn click(&self) -> Option<&Presented> {
        match &self.token {
            Some(token) => Some(token),
            None => self.cookie.as_ref(),
        }
    }

    /// Under which name its reports are kept: the mode is the click's.
    pub(super) fn attempt_key(&self) -> AttemptKey {
        AttemptKey {
            token_id: key::pixel_of(self.campaign),
            program_id: self.program,
            campaign_id: Some(self.campaign),
            mode: self.click().map_or(Mode::Live, |click| click.claims.mode),
        }
    }

    /// What it brings.
    pub(super) fn evidence(&self) -> Evidence {
        Evidence { token: self.token.clone(), cookie: self.cookie.clone(), ..Evidence::default() }
    }
}

/// The campaign of this id, if there is one.
fn named_by(catalogue: &Catalogue, value: &Value) -> Option<CampaignId> {
    let id = value.as_text()?.parse().ok()?;
    catalogue.campaign_named(id).map(|campaign| campaign.id)
}

fn program_of(click: &Presented) -> Option<ProgramId> {
    click.link.as_ref().map(|link| link.program_id)
}

fn campaign_of<'a>(catalogue: &'a Catalogue, click: &Presented) -> Option<&'a Campaign> {
    let link = click.link.as_ref()?;
    catalogue.campaign(link.program_id, link.campaign_id)
}

/// The token, if it verifies and its link is there; whatever else it is dies before any query.
async fn presented(app: &App, text: Option<&str>) -> Result<Option<Presented>, NotRecorded> {
    let Some(claims) = text.and_then(|text| app.environment.keys.click_tokens().open(text).ok()) else {
        return Ok(None);
    };
    let link = app.link_by_id(claims.link).await.map_err(|_| NotRecorded::Unavailable)?;
    Ok(link.map(|link| Presented { claims, link: Some(link) }))
}

/// The visitor's cookie: the one that the script keeps for the shop, which it sends along, else the one that the redirect
/// set, which only comes where both are one site. It must be of the program, where one is named.
async fn cookie(
    app: &App,
    request: &HttpRequest,
    fields: &Fields,
    program: Option<ProgramId>,
) -> Result<Option<Presented>, NotRecorded> {
    let redirect = request.cookie(CLICK_COOKIE);
    for text in [fields.text("click"), redirect.as_ref().map(Cookie::value)] {
        let found = presented(app, text).await?;
        if found.as_ref().is_some_and(|click| program.is_none() || program_of(click) == program) {
            return Ok(found);
        }
    }
    Ok(None)
}
