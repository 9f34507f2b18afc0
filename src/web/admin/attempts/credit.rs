//! Crediting by hand what was reported and not recorded: a form with all that is known filled in, sent once.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::show::{self, ShowPage, attempt_id};
use crate::app::App;
use crate::domain::attempt::Call;
use crate::domain::attribution::{Refusal, Source};
use crate::domain::conversion::reported_amount;
use crate::domain::currency::Currency;
use crate::domain::event::Event;
use crate::domain::free_text::FreeText;
use crate::domain::handle::{ActionCode, OrderId};
use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::money::Money;
use crate::domain::trace::Traced;
use crate::operations::credit_attempt::{CreditedByHand, Crediting, credit_attempt};
use crate::storage::attempts::{AttemptRow, kept_report};
use crate::storage::catalogue::Catalogue;
use crate::storage::traces;
use crate::web::access::people::{Manager, Seat};
use crate::web::admin::choices::{self, TypedAffiliate};
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page;

/// The form, with what stands in it.
pub(super) struct CreditForm {
    pub(super) action: String,
    affiliates: Vec<(String, String)>,
    campaigns: Vec<(String, String)>,
    pub(super) affiliate: String,
    /// Why this affiliate stands there already; empty where none does.
    pub(super) guess: String,
    pub(super) campaign: String,
    pub(super) order_id: String,
    pub(super) event: String,
    pub(super) amount: String,
    pub(super) currency: String,
    pub(super) note: String,
    pub(super) errors: Errors,
}

impl CreditForm {
    /// Affiliates to suggest.
    pub(super) fn affiliates(&self) -> &[(String, String)] {
        &self.affiliates
    }

    /// Campaigns to choose from.
    pub(super) fn campaigns(&self) -> &[(String, String)] {
        &self.campaigns
    }

    /// The form for an attempt that this person may credit, with what is known of it; none where there is nothing to credit.
    pub(super) fn offered(app: &App, seat: &Seat, attempt: &AttemptRow) -> Option<Self> {
        let program = attempt.program_id?;
        let is_open = attempt.call == Call::ReportConversion && attempt.conversion_id.is_none();
        let may = seat.role != crate::domain::user::Role::Viewer;
        (is_open && may).then(|| Self::filled(app, seat, attempt, program))
    }

    fn empty(app: &App, seat: &Seat, attempt: &AttemptRow) -> Self {
        let (catalogue, program) = (app.catalogue(), seat.program.id);
        Self {
            action: format!("/admin/{}/attempts/{}/credit", seat.program.slug, attempt.id),
            affiliates: choices::affiliates(&catalogue, program),
            campaigns: choices::campaigns(&catalogue, program, false),
            affiliate: String::new(),
            guess: String::new(),
            campaign: String::new(),
            order_id: String::new(),
            event: String::new(),
            amount: String::new(),
            currency: String::new(),
            note: String::new(),
            errors: Errors::default(),
        }
    }

    /// With what the report said: as it was read, or field by field where it could not be.
    fn filled(app: &App, seat: &Seat, attempt: &AttemptRow, program: ProgramId) -> Self {
        let trace = traces::read(&attempt.trace);
        let likeliest = trace.as_ref().and_then(|trace| trace.likeliest()).copied();
        let campaign = likeliest.and_then(|traced| traced.campaign).or(attempt.campaign_id);
        let (affiliate, guess) = guessed(&app.catalogue(), program, likeliest.as_ref());
        let known = Self {
            affiliate,
            guess,
            campaign: campaign.map(|id| id.to_string()).unwrap_or_default(),
            ..Self::empty(app, seat, attempt)
        };
        match kept_report::read(&attempt.report) {
            Some(report) => Self {
                order_id: report.order_id.to_string(),
                event: word(&report.event),
                amount: report.amount.to_string(),
                currency: report.amount.currency().code().to_owned(),
                ..known
            },
            None => known.with_fields(seat, attempt),
        }
    }

    fn with_fields(self, seat: &Seat, attempt: &AttemptRow) -> Self {
        let fields = attempt.fields();
        let sent = |names: &[&str]| {
            let found = fields.iter().find(|(name, _)| names.contains(&name.as_str()));
            found.map(|(_, value)| value.clone()).filter(|value| !value.trim().is_empty())
        };
        Self {
            order_id: attempt.order_id.clone().or(sent(&["order_id", "external_event_id"])).unwrap_or_default(),
            event: sent(&["action", "event_type"]).unwrap_or_else(|| "sale".to_owned()),
            amount: sent(&["order_total", "amount", "sale_amount"]).unwrap_or_default(),
            currency: sent(&["order_currency", "currency", "sale_amount_currency"])
                .unwrap_or_else(|| seat.program.base_currency.code().to_owned()),
            ..self
        }
    }

    /// What was typed.
    fn typed(app: &App, seat: &Seat, attempt: &AttemptRow, posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self {
            affiliate: text("affiliate"),
            campaign: text("campaign"),
            order_id: text("order_id"),
            event: text("event"),
            amount: text("amount"),
            currency: text("currency"),
            note: text("note"),
            ..Self::empty(app, seat, attempt)
        }
    }
}

/// Whom the report named, by code, and in which way.
fn guessed(catalogue: &Catalogue, program: ProgramId, likeliest: Option<&Traced>) -> (String, String) {
    let named = likeliest.and_then(|traced| Some((traced.source, catalogue.affiliate(program, traced.affiliate?)?)));
    let Some((source, affiliate)) = named else { return (String::new(), String::new()) };
    let by = match source {
        Source::ClickToken | Source::Cookie => "The report carried the token of their click",
        Source::Coupon => "Their coupon was used",
        Source::Direct => "The report named them",
        _ => "They are known to have sent this customer",
    };
    (affiliate.code.to_string(), format!("{by}: {}.", affiliate.name))
}

/// An event as it is typed: the code of a named action, or the kind.
fn word(event: &Event) -> String {
    let name = event.name.as_ref().map(|name| name.as_str().to_owned());
    name.unwrap_or_else(|| event.kind.as_str().to_owned())
}

/// `POST /admin/{program}/attempts/{id}/credit`: records the order for the affiliate whom a person names.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such attempt of a conversion.
pub async fn credit(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String)>,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = attempt_id(&place.1)?;
    let found = show::load(&app, &manager, id).await?;
    if found.0.program_id != Some(manager.program.id) || found.0.call != Call::ReportConversion {
        return Err(WebError::NotFound);
    }
    let shown = ShowPage::new(&app, &manager, &request, &found);
    let typed = || CreditForm::typed(&app, &manager, &found.0, &posted);
    let crediting = match read(&app.catalogue(), manager.program.id, &posted) {
        Ok(crediting) => crediting,
        Err(errors) if found.0.conversion_id.is_none() => {
            return Ok(page::unprocessable(&shown.with_form(typed(), errors)));
        }
        Err(_) => return Ok(page::conflict(&shown.with_problem(ON_RECORD))),
    };
    let (program, user, env) = (manager.program.id, manager.user.id, app.environment.clone());
    let credited = app.recorder.write(move |write| credit_attempt(write, &env, program, (id, user), &crediting));
    match credited.await? {
        CreditedByHand::Unknown => Err(WebError::NotFound),
        CreditedByHand::Recorded(conversion) => {
            let address = format!("/admin/{}/conversions/{conversion}", manager.program.slug);
            Ok(page::see_other_with(&address, Notice::AttemptCredited))
        }
        CreditedByHand::Refused(why) => {
            let mut errors = Errors::default();
            errors.add(field_of(why), format!("{}. It cannot be credited so.", why.sentence()));
            Ok(page::unprocessable(&shown.with_form(typed(), errors)))
        }
        CreditedByHand::OnRecord(_) => Ok(page::conflict(&shown.with_problem(ON_RECORD))),
        CreditedByHand::AlreadyCredited(_) => {
            let now = show::load(&app, &manager, id).await?;
            let shown = ShowPage::new(&app, &manager, &request, &now);
            Ok(page::conflict(&shown.with_problem("This has been credited already. Nothing was changed.")))
        }
    }
}

const ON_RECORD: &str = "This order is on record already. Nothing was changed.";

/// At which field a refusal is said.
const fn field_of(why: Refusal) -> &'static str {
    match why {
        Refusal::AffiliateRejected | Refusal::AffiliateNotActive | Refusal::UnknownAffiliate => "affiliate",
        _ => "campaign",
    }
}

fn read(catalogue: &Catalogue, program: ProgramId, posted: &Posted) -> Result<Crediting, Errors> {
    let mut errors = Errors::default();
    let affiliate = TypedAffiliate::read(catalogue, program, posted.text("affiliate")).found;
    if affiliate.is_none() {
        errors.add("affiliate", "Affiliate must be the code or id of an affiliate of this program.");
    }
    let campaign = posted.text("campaign").parse::<CampaignId>().ok();
    let campaign = campaign.and_then(|id| catalogue.campaign(program, id)).map(|campaign| campaign.id);
    if campaign.is_none() {
        errors.add("campaign", "Campaign must be one of this program.");
    }
    let order_id = errors.take("order_id", "Order id", OrderId::parse(posted.text("order_id").trim()));
    let event = errors.take("event", "Event", ActionCode::parse(posted.text("event").trim())).map(Event::from_action);
    let amount = read_amount(posted, event.as_ref(), &mut errors);
    let note = FreeText::from_untrusted(posted.text("note")).map(FreeText::into_string);
    if note.is_none() {
        errors.add("note", "Note must not be blank.");
    }
    match (affiliate, campaign, order_id, event, amount, note) {
        (Some(affiliate), Some(campaign_id), Some(order_id), Some(event), Some(amount), Some(note)) => {
            Ok(Crediting { affiliate_id: affiliate.id, campaign_id, order_id, event, amount, note })
        }
        _ => Err(errors),
    }
}

fn read_amount(posted: &Posted, event: Option<&Event>, errors: &mut Errors) -> Option<Money> {
    let currency = errors.take("currency", "Currency", Currency::parse(posted.text("currency").trim()))?;
    let amount = errors.take("amount", "Amount", Money::parse(posted.text("amount").trim(), currency))?;
    match event {
        Some(event) => errors.take("amount", "Amount", reported_amount(amount, event)),
        None => Some(amount),
    }
}
