//! One rule of a campaign: added, looked at with its history, changed.

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::fields::RuleFields;
use super::history::{self, Changed, Version};
use super::{campaign, catalogue, number};
use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::campaign::Campaign;
use crate::domain::event::EventType;
use crate::domain::rule::{Rule, SubscriptionCondition};
use crate::operations::audit::note;
use crate::operations::save_rule::{RuleRefused, SeenRule, create_rule, save_rule};
use crate::recorder::WriteError;
use crate::storage::catalogue::Catalogue;
use crate::web::access::people::{Manager, Seat, Viewer};
use crate::web::admin::{badges, choices};
use crate::web::error::WebError;
use crate::web::filters::second;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

/// Where a rule is named in the URL: program, campaign and number.
pub(super) type Place = Path<(String, String, String)>;

/// A rule that is there.
struct Saved {
    number: u32,
    path: String,
    title: String,
    version: u32,
    ended: Option<String>,
    history: Vec<Version>,
}

#[derive(Template)]
#[template(path = "rules/form.html")]
pub(super) struct FormPage {
    frame: Frame,
    campaign: String,
    rules_path: String,
    saved: Option<Saved>,
    fields: RuleFields,
    errors: Errors,
    affiliates: Vec<(String, String)>,
    /// What somebody else changed meanwhile.
    conflict: Option<Vec<Changed>>,
    asks_to_end: bool,
}

impl FormPage {
    fn of_new(catalogue: &Catalogue, seat: &Seat, request: &HttpRequest, campaign: &Campaign) -> Self {
        let default = catalogue.rules(campaign.id).iter().rfind(|rule| rule.number == 0);
        Self {
            frame: Frame::new(seat, Section::Rules, request),
            campaign: campaign.name.clone(),
            rules_path: format!("/rules/{}", campaign.id),
            saved: None,
            fields: RuleFields::of_new(default),
            errors: Errors::default(),
            affiliates: choices::affiliates(catalogue, seat.program.id),
            conflict: None,
            asks_to_end: false,
        }
    }

    /// The page of a rule as it stands now.
    pub(super) async fn load(app: &App, seat: &Seat, request: &HttpRequest, place: &Place) -> Result<Self, WebError> {
        let catalogue = catalogue(app);
        let program = &seat.program;
        let (campaign, number) = (campaign(&catalogue, program, &place.1)?, number(&place.2)?);
        let rules = catalogue.rules(campaign.id).iter().filter(|rule| rule.number == number);
        let versions: Arc<Vec<Rule>> = Arc::new(rules.cloned().collect());
        let newest = versions.last().ok_or(WebError::NotFound)?;
        let (id, read) = (program.id, Arc::clone(&versions));
        let makers = app.read(move |conn| history::makers(conn, id, &read)).await?;
        let saved = Saved {
            number,
            path: format!("/rules/{}/{number}", campaign.id),
            title: newest.title(),
            version: newest.version,
            ended: newest.ended.then(|| second(newest.since, &program.zone)),
            history: history::told(&catalogue, program, &versions, &makers),
        };
        let fields = RuleFields::of_stored(&catalogue, program.id, newest);
        Ok(Self { saved: Some(saved), fields, ..Self::of_new(&catalogue, seat, request, campaign) })
    }

    /// The same page, asking whether the rule is to end.
    pub(super) fn asking_to_end(self) -> Self {
        let may = self.saved.as_ref().is_some_and(|saved| saved.number > 0 && saved.ended.is_none());
        Self { asks_to_end: may && self.frame.may_change(), ..self }
    }

    /// The same page beside what somebody else changed since the version that was seen.
    pub(super) fn overtaken(self, catalogue: &Catalogue, seat: &Seat, place: &Place, seen: u32) -> Self {
        let versions = campaign(catalogue, &seat.program, &place.1).map_or(&[][..], |its| catalogue.rules(its.id));
        let own = || versions.iter().filter(|rule| number(&place.2).is_ok_and(|number| number == rule.number));
        let (before, now) = (own().find(|rule| rule.version == seen), own().next_back());
        let changes = now.map(|now| history::changes(catalogue, seat.program.id, before.or(Some(now)), now));
        Self { conflict: Some(changes.unwrap_or_default()), ..self }
    }

    fn is_default(&self) -> bool {
        self.saved.as_ref().is_some_and(|saved| saved.number == 0)
    }

    /// Whether anything can be typed.
    fn is_open(&self) -> bool {
        self.frame.may_change() && self.saved.as_ref().is_none_or(|saved| saved.ended.is_none())
    }

    fn may_end(&self) -> bool {
        self.is_open() && self.saved.as_ref().is_some_and(|saved| saved.number > 0)
    }

    fn title(&self) -> String {
        self.saved.as_ref().map_or_else(|| "New rule".to_owned(), |saved| saved.title.clone())
    }

    fn action(&self) -> String {
        self.frame.at(self.saved.as_ref().map_or(&self.rules_path, |saved| &saved.path))
    }

    fn subscriptions(&self) -> Vec<(&'static str, &'static str)> {
        let known = SubscriptionCondition::ALL.iter().map(|which| (which.as_str(), capital(*which)));
        std::iter::once(("", "Whatever it is")).chain(known).collect()
    }

    fn events(&self) -> Vec<(&'static str, &'static str)> {
        let known = EventType::ALL.iter().map(|kind| (kind.as_str(), badges::event(*kind)));
        std::iter::once(("", "Whatever happened")).chain(known).collect()
    }

    fn bases(&self) -> [(&'static str, String); 3] {
        let currency = self.frame.currency;
        [
            ("percent", "A percentage of the sale".to_owned()),
            ("flat", format!("A flat amount in {currency}")),
            ("both", "A percentage plus a flat amount".to_owned()),
        ]
    }
}

const fn capital(which: SubscriptionCondition) -> &'static str {
    match which {
        SubscriptionCondition::Any => "Any subscription",
        SubscriptionCondition::Monthly => "Paid monthly",
        SubscriptionCondition::Yearly => "Paid yearly",
        SubscriptionCondition::None => "Not a subscription",
    }
}

/// `GET /admin/{program}/rules/{campaign}/new`.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub async fn new(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let catalogue = catalogue(&app);
    let campaign = campaign(&catalogue, &manager.program, &place.1)?;
    Ok(page::ok(&FormPage::of_new(&catalogue, &manager, &request, campaign)))
}

/// `POST /admin/{program}/rules/{campaign}`: adds a rule.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub async fn create(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String)>,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let catalogue = catalogue(&app);
    let campaign = campaign(&catalogue, &manager.program, &place.1)?;
    let fields = RuleFields::of_posted(&posted);
    let form = FormPage::of_new(&catalogue, &manager, &request, campaign);
    let wanted = match fields.read(&catalogue, &manager.program, false) {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(page::unprocessable(&FormPage { fields, errors, ..form })),
    };
    let (env, act) = (app.environment.clone(), manager.act(Action::RuleCreated));
    let at = (manager.program.id, campaign.id);
    let made = app.recorder.write(move |write| {
        let rule = create_rule(write, &env, at, wanted)?;
        note(write, &env, &act.on(rule.id))?;
        Ok::<_, RuleRefused>(())
    });
    match made.await {
        Ok(()) => Ok(page::see_other_with(&list(&manager, &place.1), Notice::RuleCreated)),
        Err(WriteError::Refused(why)) => Ok(page::unprocessable(&FormPage { fields, errors: refused(why)?, ..form })),
        Err(WriteError::NotRecorded(why)) => Err(why.into()),
    }
}

/// `GET /admin/{program}/rules/{campaign}/{number}`; with `?do=end` it asks whether that is meant.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign, or the campaign no such rule.
pub async fn show(
    app: Data<App>,
    viewer: Viewer,
    place: Place,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let shown = FormPage::load(&app, &viewer, &request, &place).await?;
    Ok(page::ok(&if query.text("do") == "end" { shown.asking_to_end() } else { shown }))
}

/// `POST /admin/{program}/rules/{campaign}/{number}`: changes a rule, from now on.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign, or the campaign no such rule.
pub async fn save(
    app: Data<App>,
    manager: Manager,
    place: Place,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let before = catalogue(&app);
    let (at, number) = ((manager.program.id, campaign(&before, &manager.program, &place.1)?.id), number(&place.2)?);
    let seen = SeenRule { number, version: posted.text("version").parse().unwrap_or(0) };
    let fields = RuleFields::of_posted(&posted);
    let wanted = match fields.read(&before, &manager.program, number == 0) {
        Ok(wanted) => wanted,
        Err(errors) => {
            let mut shown = FormPage::load(&app, &manager, &request, &place).await?;
            shown.see_version(seen.version);
            return Ok(page::unprocessable(&FormPage { fields, errors, ..shown }));
        }
    };
    let (env, act) = (app.environment.clone(), manager.act(Action::RuleChanged));
    let saved = app.recorder.write(move |write| {
        if let Some(rule) = save_rule(write, &env, at, seen, wanted)? {
            note(write, &env, &act.on(rule.id))?;
        }
        Ok::<_, RuleRefused>(())
    });
    let why = match saved.await {
        Ok(()) => return Ok(page::see_other_with(&list(&manager, &place.1), Notice::RuleSaved)),
        Err(WriteError::Refused(why)) => why,
        Err(WriteError::NotRecorded(why)) => return Err(why.into()),
    };
    let shown = FormPage::load(&app, &manager, &request, &place).await?;
    if matches!(why, RuleRefused::ChangedMeanwhile | RuleRefused::Ended) {
        let fields = if matches!(why, RuleRefused::Ended) { shown.fields.clone() } else { fields };
        let shown = FormPage { fields, ..shown };
        return Ok(page::conflict(&shown.overtaken(&catalogue(&app), &manager, &place, seen.version)));
    }
    Ok(page::unprocessable(&FormPage { fields, errors: refused(why)?, ..shown }))
}

impl FormPage {
    /// A form that is shown again keeps the version it was filled with, or saving it would undo what it never showed.
    fn see_version(&mut self, version: u32) {
        if let Some(saved) = &mut self.saved {
            saved.version = version;
        }
    }
}

/// The list, with the campaign's rules.
pub(super) fn list(manager: &Manager, campaign: &str) -> String {
    format!("/admin/{}/rules?campaign={campaign}", manager.program.slug)
}

/// What a refusal says, at its field.
fn refused(why: RuleRefused) -> Result<Errors, WebError> {
    let mut errors = Errors::default();
    match why {
        RuleRefused::NotFound => return Err(WebError::NotFound),
        RuleRefused::Storage(error) => return Err(error.into()),
        RuleRefused::ChangedMeanwhile | RuleRefused::Ended | RuleRefused::DefaultCannotEnd => {
            return Err(WebError::Overtaken);
        }
        RuleRefused::UnknownAffiliate => errors.add("affiliate", format!("Affiliate {why}.")),
        RuleRefused::TooMuch(_) => errors.add("flat", format!("Flat amount {why}.")),
        RuleRefused::WithoutConditions | RuleRefused::SameConditions(_) => {
            errors.add("conditions", format!("The conditions {why}."));
        }
    }
    Ok(errors)
}
