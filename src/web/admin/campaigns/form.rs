//! The campaign form: one page with both tabs, new or stored, as asked for or as refused.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use url::form_urlencoded;

use super::fields::{CampaignFields, OVERLAPS, wrong_by_tab};
use super::{campaign_id, words};
use crate::app::App;
use crate::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod, ToolType};
use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::rule::Rule;
use crate::domain::time::Zone;
use crate::operations::campaign_keys::{CampaignKeys, campaign_keys};
use crate::operations::campaign_settings::{CampaignSettings, Edition};
use crate::storage::campaign_media::{self, MediaFacts};
use crate::web::access::people::{Manager, Seat, Viewer};
use crate::web::admin::integration_setup::key::KeyView;
use crate::web::admin::integration_setup::pixel::PixelSetup;
use crate::web::admin::integration_setup::{Endpoints, Examples};
use crate::web::admin::rules::words::{basis, small_print};
use crate::web::error::WebError;
use crate::web::filters::{day, minute};
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};

/// A campaign with everything its form shows.
pub(super) struct Stored {
    pub(super) settings: CampaignSettings,
    keys: CampaignKeys,
    images: Vec<MediaFacts>,
}

/// Reads a campaign of the program.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub(super) async fn load(app: &App, program: ProgramId, id: CampaignId) -> Result<Stored, WebError> {
    let env = app.environment.clone();
    let loaded = app.read(move |conn| {
        let Some(settings) = CampaignSettings::load(conn, program, id, env.clock.now())? else {
            return Ok(None);
        };
        let keys = campaign_keys(conn, &env, program, id)?;
        let images = campaign_media::facts_of(conn, program, &[id])?;
        Ok(Some(Stored { settings, keys, images }))
    });
    loaded.await?.ok_or(WebError::NotFound)
}

/// Which tab is in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    General,
    Integration,
}

impl Tab {
    /// The tab of this name; General Settings for any other.
    pub(super) fn named(name: &str) -> Self {
        if name == Self::Integration.word() { Self::Integration } else { Self::General }
    }

    /// Its name in the URL.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Integration => "integration",
        }
    }
}

/// The form's page.
#[derive(Template)]
#[template(path = "campaigns/form.html")]
pub(super) struct FormPage {
    frame: Frame,
    kind: CampaignKind,
    tab: Tab,
    fields: CampaignFields,
    errors: Errors,
    /// What the saved campaign says meanwhile, where somebody else has saved it.
    conflict: Option<Vec<(&'static str, String)>>,
    /// Files came with a form that was refused; a browser does not keep them.
    files_lost: bool,
    cards: Vec<MethodCard>,
    endpoints: Endpoints,
    click_parameter: String,
    saved: Option<Saved>,
}

/// What only a stored campaign has.
struct Saved {
    id: CampaignId,
    path: String,
    name: String,
    standing: (&'static str, &'static str),
    method: IntegrationMethod,
    archived: Option<String>,
    edition: String,
    owner: String,
    rule: String,
    rules_path: String,
    direct_mode: bool,
    key: Option<KeyView>,
    ending: Vec<(String, String)>,
    examples: Examples,
    pixel: Option<PixelSetup>,
    images: Vec<Image>,
}

struct MethodCard {
    method: IntegrationMethod,
    icon: &'static str,
    name: &'static str,
    promise: &'static str,
    chosen: bool,
}

struct Image {
    id: String,
    name: String,
    facts: String,
}

impl FormPage {
    /// The form of a campaign that is not made yet.
    pub(super) fn new(app: &App, seat: &Seat, request: &HttpRequest, kind: CampaignKind) -> Self {
        let fields = CampaignFields::of_new();
        Self::around(app, (seat, request), kind, fields, None)
    }

    /// The form of a stored campaign.
    pub(super) fn of(app: &App, seat: &Seat, request: &HttpRequest, stored: &Stored) -> Self {
        let fields = CampaignFields::of_stored(&stored.settings, &seat.program.zone);
        let saved = Saved::of(app, seat, stored);
        Self::around(app, (seat, request), stored.settings.campaign.kind, fields, Some(saved))
    }

    fn around(
        app: &App,
        (seat, request): (&Seat, &HttpRequest),
        kind: CampaignKind,
        fields: CampaignFields,
        saved: Option<Saved>,
    ) -> Self {
        let kept = saved.as_ref().map(|saved| saved.method);
        Self {
            frame: Frame::new(seat, Section::Campaigns, request),
            kind,
            tab: Tab::named(&query_value(request, "tab")),
            cards: MethodCard::offered(kept, &fields.method),
            fields,
            errors: Errors::default(),
            conflict: None,
            files_lost: false,
            endpoints: Endpoints::of(&app.public_url),
            click_parameter: seat.program.click_parameter.as_str().to_owned(),
            saved,
        }
    }

    /// The same form with what was typed, and the tab it was sent from.
    pub(super) fn with_typed(mut self, fields: CampaignFields, tab: Tab, files_lost: bool) -> Self {
        self.cards = MethodCard::offered(self.saved.as_ref().map(|saved| saved.method), &fields.method);
        Self { fields, tab, files_lost, ..self }
    }

    /// The same form under the mark it was filled with, not the one that the campaign has by now.
    pub(super) fn seen(mut self, edition: &Edition) -> Self {
        if let Some(saved) = &mut self.saved {
            saved.edition = edition.as_str().to_owned();
        }
        self
    }

    /// The same form with what is wrong in it, and the first tab in front where something is.
    pub(super) fn with_errors(self, errors: Errors) -> Self {
        let tab = if wrong_by_tab(&errors).0 > 0 { Tab::General } else { Tab::Integration };
        Self { errors, tab, ..self }
    }

    /// The same form beside what somebody else has saved meanwhile. A new key is asked for anew, for there may be one.
    pub(super) fn beside(mut self, meanwhile: &CampaignFields) -> Self {
        self.conflict = Some(self.fields.unlike(meanwhile));
        self.fields.regenerate = None;
        self
    }

    /// The address of this form with one of its tabs in front, and at that tab where no script hides the other.
    fn at_tab(&self, tab: &str) -> String {
        match &self.saved {
            Some(saved) => self.frame.at(&format!("{}?tab={tab}#{tab}", saved.path)),
            None => self.frame.at(&format!("/campaigns/new?kind={}&tab={tab}#{tab}", self.kind)),
        }
    }

    fn title(&self) -> String {
        let new = || format!("New {} Campaign", words::kind(self.kind));
        self.saved.as_ref().map_or_else(new, |saved| saved.name.clone())
    }

    fn action(&self) -> String {
        self.frame.at(self.saved.as_ref().map_or("/campaigns", |saved| &saved.path))
    }

    fn is_general(&self) -> bool {
        self.tab == Tab::General
    }

    fn wrong_in_general(&self) -> usize {
        wrong_by_tab(&self.errors).0
    }

    fn wrong_in_integration(&self) -> usize {
        wrong_by_tab(&self.errors).1
    }

    fn tool_types(&self) -> Vec<(&'static str, &'static str)> {
        ToolType::ALL.iter().map(|tool_type| (tool_type.as_str(), words::tool_type(*tool_type))).collect()
    }

    fn statuses(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let promise = |status| match status {
            CampaignStatus::Public => "Its links work at once.",
            CampaignStatus::InReview => "Prepared, not yet open.",
            CampaignStatus::Draft => "Being written. Its links lead nowhere yet.",
        };
        CampaignStatus::ALL.iter().map(|status| (status.as_str(), words::status(*status), promise(*status))).collect()
    }

    fn overlaps(&self) -> Vec<(&'static str, &'static str)> {
        OVERLAPS.iter().map(|(word, words, _)| (*word, *words)).collect()
    }

    /// Whether the box of this panel is ticked.
    fn regenerates(&self, panel: &str) -> bool {
        self.fields.regenerate.is_some() && self.fields.method == panel
    }

    /// The word of the overlap that is chosen.
    fn overlap(&self) -> &str {
        self.fields.regenerate.as_deref().unwrap_or(OVERLAPS[0].0)
    }

    /// The red count on a tab, as HTML.
    fn count(&self, wrong: usize) -> String {
        let what = if wrong == 1 { " field to correct" } else { " fields to correct" };
        let badge = || {
            format!("<span class=\"badge tone-red ms-2\">{wrong}<span class=\"visually-hidden\">{what}</span></span>")
        };
        if wrong == 0 { String::new() } else { badge() }
    }

    /// What stands under the target URL.
    fn target_hint(&self) -> String {
        format!("Visitors land here, with {} added.", self.click_parameter)
    }

    /// What stands under the commission: which version is in force.
    fn rule_hint(&self) -> String {
        let rule = self.saved.as_ref().map_or("", |saved| saved.rule.as_str());
        format!("{rule} A change applies from now on; earlier sales keep theirs.").trim_start().to_owned()
    }

    fn is(&self, kind: &str) -> bool {
        self.kind.as_str() == kind
    }

    fn images(&self) -> &[Image] {
        self.saved.as_ref().map_or(&[], |saved| &saved.images)
    }
}

impl Saved {
    fn of(app: &App, seat: &Seat, stored: &Stored) -> Self {
        let (campaign, zone) = (&stored.settings.campaign, &seat.program.zone);
        let may_see = seat.role != crate::domain::user::Role::Viewer;
        let currency = seat.program.base_currency;
        let ending = stored.keys.ending.iter().map(|(mask, end)| (mask.clone(), minute(*end, zone)));
        Self {
            id: campaign.id,
            path: format!("/campaigns/{}", campaign.id),
            name: campaign.name.clone(),
            standing: words::standing(campaign.status, campaign.archived_at.is_some()),
            method: campaign.method,
            archived: campaign.archived_at.map(|at| day(at, zone)),
            edition: stored.settings.edition().as_str().to_owned(),
            owner: stored.settings.owner.clone().unwrap_or_default(),
            rule: stored.settings.rule.as_ref().map(|rule| rule_in_words(rule, zone)).unwrap_or_default(),
            rules_path: format!("/rules/{}", campaign.id),
            direct_mode: campaign.direct_mode,
            key: stored.keys.current.as_ref().map(|key| KeyView::of(key, may_see)),
            ending: ending.collect(),
            examples: Examples::of(&Endpoints::of(&app.public_url), campaign.id, currency),
            pixel: app
                .catalogue()
                .campaign(seat.program.id, campaign.id)
                .map(|campaign| PixelSetup::of(&app.public_url, campaign, currency)),
            images: stored.images.iter().map(Image::of).collect(),
        }
    }
}

/// Which version is in force, and since when.
fn rule_in_words(rule: &Rule, zone: &Zone) -> String {
    let (pays, small_print) = (basis(rule.terms.basis), small_print(&rule.terms));
    format!("Version {} is in force since {}: {pays}, {small_print}.", rule.version, minute(rule.since, zone))
}

impl MethodCard {
    fn is_offered(&self) -> bool {
        words::is_offered(self.method)
    }

    /// The cards that may be chosen, and the one the campaign has.
    fn offered(kept: Option<IntegrationMethod>, chosen: &str) -> Vec<Self> {
        let methods = IntegrationMethod::ALL.iter().copied();
        let offered = methods.filter(|method| words::is_offered(*method) || Some(*method) == kept);
        let card = |method| {
            let (name, promise) = words::method_card(method);
            Self { method, icon: words::method_icon(method), name, promise, chosen: method.as_str() == chosen }
        };
        offered.map(card).collect()
    }
}

impl Image {
    fn of(facts: &MediaFacts) -> Self {
        let kilobytes = (facts.size + 1023) / 1024;
        Self {
            id: facts.id.to_string(),
            name: facts.file_name.clone(),
            facts: format!("{} × {} · {kilobytes} KiB", facts.width, facts.height),
        }
    }
}

fn query_value(request: &HttpRequest, name: &str) -> String {
    let found = form_urlencoded::parse(request.query_string().as_bytes()).find(|(given, _)| given == name);
    found.map_or_else(String::new, |(_, value)| value.into_owned())
}

/// `GET /admin/{program}/campaigns/new?kind=link`.
///
/// # Errors
/// [`WebError::NotFound`] for a kind that does not exist.
pub async fn new(app: Data<App>, manager: Manager, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let kind = match query_value(&request, "kind").as_str() {
        "" => CampaignKind::Link,
        word => word.parse().map_err(|_| WebError::NotFound)?,
    };
    Ok(page::ok(&FormPage::new(&app, &manager, &request, kind)))
}

/// `GET /admin/{program}/campaigns/{id}`.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub async fn edit(
    app: Data<App>,
    viewer: Viewer,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let stored = load(&app, viewer.program.id, campaign_id(&path.1)?).await?;
    Ok(page::ok(&FormPage::of(&app, &viewer, &request, &stored)))
}
