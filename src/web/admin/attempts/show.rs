//! One attempt: what came, why it was not recorded, what to do.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::advice::{self, Advice, Place};
use super::credit::CreditForm;
use super::keyless::key_words;
use crate::app::App;
use crate::domain::attribution::Refusal;
use crate::domain::click_token::Mode;
use crate::domain::id::{AttemptId, ProgramId};
use crate::domain::key::pixel_of;
use crate::domain::time::{Timestamp, Zone};
use crate::domain::user::Role;
use crate::storage::attempts::AttemptRow;
use crate::storage::attempts::kept_report::{self, KeptReport};
use crate::storage::attempts::list::{self, Whose};
use crate::storage::conn::Conn;
use crate::storage::conversions::ConversionRow;
use crate::storage::conversions::list as conversion_list;
use crate::storage::error::Stored;
use crate::storage::traces;
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::badges;
use crate::web::admin::conversions::why::{self, Named};
use crate::web::error::WebError;
use crate::web::filters::{second, with_currency};
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};

/// A fact in which the report differs from what is on record.
struct Difference {
    field: String,
    on_record: String,
    sent: String,
}

#[derive(Template)]
#[template(path = "attempts/show.html")]
pub(super) struct ShowPage {
    frame: Frame,
    id: AttemptId,
    title: &'static str,
    is_keyless: bool,
    is_test: bool,
    what: &'static str,
    next: &'static str,
    remedy: Option<(String, &'static str)>,
    lost: &'static str,
    answer: Option<String>,
    call: &'static str,
    received: String,
    campaign: Option<(String, String)>,
    order: Option<String>,
    key: Option<String>,
    network: Option<String>,
    /// Whose it is in the place of a key, where a browser sent it.
    pixel: Option<&'static str>,
    conversion: Option<String>,
    /// Where the conversion is that it became.
    became: Option<String>,
    problem: Option<String>,
    candidates: Vec<Named>,
    credit: Option<CreditForm>,
    differences: Vec<Difference>,
    fields: Vec<(String, String)>,
}

const KEYLESS: Advice = Advice {
    title: "Rejected before a key",
    what: "The report named no API key, or one that opens nothing: mistyped, replaced, or guessed.",
    next: "If it is yours, compare the masked key with the one under the campaign’s Integration Setup.",
    place: Place::Nowhere,
};

const UNKNOWN: Advice = Advice {
    title: "Not recorded",
    what: "The reason was written by another version of Accrue; the answer below says it.",
    next: "Send this answer to whoever connected your shop.",
    place: Place::Setup,
};

/// `GET /admin/{program}/attempts/{id}`. What came without a valid key is there for owners only.
///
/// # Errors
/// [`WebError::NotFound`] when there is no such attempt for this person.
pub async fn show(
    app: Data<App>,
    viewer: Viewer,
    place: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let found = load(&app, &viewer, attempt_id(&place.1)?).await?;
    Ok(page::ok(&ShowPage::new(&app, &viewer, &request, &found)))
}

/// The attempt that a URL names; what is no id is no attempt.
pub(super) fn attempt_id(text: &str) -> Result<AttemptId, WebError> {
    text.parse().map_err(|_| WebError::NotFound)
}

/// An attempt, with the conversion that is on record in its place or that it became.
pub(super) type Found = (AttemptRow, Option<ConversionRow>);

/// An attempt that this person may see.
pub(super) async fn load(app: &App, seat: &Seat, id: AttemptId) -> Result<Found, WebError> {
    let (program, is_owner) = (seat.program.id, seat.role == Role::Owner);
    app.read(move |conn| find(conn, program, id, is_owner)).await?.ok_or(WebError::NotFound)
}

fn find(conn: &mut Conn, program: ProgramId, id: AttemptId, is_owner: bool) -> Stored<Option<Found>> {
    let ours = list::find(conn, Whose::Program(program), id)?;
    let found = match ours {
        None if is_owner => list::find(conn, Whose::Nobody, id)?,
        ours => ours,
    };
    let Some(attempt) = found else { return Ok(None) };
    let conversion = match attempt.conversion_id {
        Some(conversion) => conversion_list::find(conn, program, conversion)?,
        None => None,
    };
    Ok(Some((attempt, conversion.map(|(row, _)| row))))
}

impl ShowPage {
    pub(super) fn new(app: &App, seat: &Seat, request: &HttpRequest, found: &Found) -> Self {
        let (attempt, conversion) = (&found.0, found.1.as_ref());
        let is_keyless = attempt.program_id.is_none();
        let advice = match attempt.reason.parse::<Refusal>() {
            _ if is_keyless => KEYLESS,
            Ok(reason) => advice::on(reason),
            Err(_) => UNKNOWN,
        };
        let differing = attempt.differing();
        let was_refused = differing.is_empty() && attempt.standing_referral().is_none();
        let is_credited = conversion.is_some() && attempt.reason != Refusal::PayloadMismatch.as_str();
        let frame = Frame::new(seat, Section::Attempts, request);
        let remedy = remedy(advice.place, attempt).map(|(path, words)| (frame.at(&path), words));
        Self {
            id: attempt.id,
            title: advice.title,
            is_keyless,
            is_test: attempt.mode == Some(Mode::Test),
            what: advice.what,
            next: if is_credited { "Nothing is left to do." } else { advice.next },
            remedy: remedy.filter(|_| !is_credited),
            problem: None,
            candidates: candidates(app, seat, attempt),
            credit: CreditForm::offered(app, seat, attempt),
            became: conversion.filter(|_| is_credited).map(|row| frame.at(&format!("/conversions/{}", row.id))),
            lost: if is_credited {
                "Somebody here credited it by hand since."
            } else if was_refused {
                advice::lost(attempt.call)
            } else {
                ""
            },
            answer: was_refused.then(|| attempt.detail.clone()),
            call: badges::call(attempt.call),
            received: second(attempt.received_at, &seat.program.zone),
            campaign: campaign(app, attempt).map(|(path, name)| (frame.at(&path), name)),
            order: attempt.order_id.clone(),
            key: is_keyless.then(|| key_words(attempt.masked_key.as_deref())),
            network: attempt.network.clone(),
            pixel: attempt
                .campaign_id
                .filter(|campaign| attempt.token_id == Some(pixel_of(*campaign)))
                .map(|_| "The campaign’s pixel, which has none"),
            conversion: conversion.map(|row| frame.at(&format!("/conversions/{}", row.id))),
            differences: differing.iter().map(|field| difference(app, &seat.program.zone, field, found)).collect(),
            fields: attempt.fields(),
            frame,
        }
    }

    /// The page after a crediting that was refused: with what was typed and what is wrong with it.
    pub(super) fn with_form(mut self, mut filled: CreditForm, errors: Errors) -> Self {
        filled.errors = errors;
        self.credit = Some(filled);
        self
    }

    /// The page with what stood in the way.
    pub(super) fn with_problem(mut self, sentence: impl Into<String>) -> Self {
        self.problem = Some(sentence.into());
        self
    }
}

/// Whom the report named, and why nobody got the credit.
fn candidates(app: &App, seat: &Seat, attempt: &AttemptRow) -> Vec<Named> {
    let catalogue = app.catalogue().clone();
    let place = why::Place { catalogue: &catalogue, program: seat.program.id, zone: &seat.program.zone };
    let mut named = traces::read(&attempt.trace).map(|trace| why::candidates(&place, &trace)).unwrap_or_default();
    if attempt.reason == Refusal::PayloadMismatch.as_str() {
        // Nobody lost: there was nothing left to be credited.
        named.iter_mut().for_each(Named::comes_too_late);
    }
    named
}

fn campaign(app: &App, attempt: &AttemptRow) -> Option<(String, String)> {
    let catalogue = app.catalogue();
    let campaign = catalogue.campaign(attempt.program_id?, attempt.campaign_id?)?;
    Some((format!("/campaigns/{}", campaign.id), campaign.name.clone()))
}

/// Where to go, and the words of the link.
fn remedy(place: Place, attempt: &AttemptRow) -> Option<(String, &'static str)> {
    let campaign = attempt.campaign_id.map(|campaign| format!("/campaigns/{campaign}"));
    match place {
        Place::Campaign => campaign.map(|path| (path, "Open the campaign")),
        Place::Setup => campaign.map(|path| (format!("{path}?tab=integration"), "Open its Integration Setup")),
        Place::Affiliates => Some(("/affiliates".to_owned(), "Open the affiliates")),
        Place::Conversion => attempt.conversion_id.map(|id| (format!("/conversions/{id}"), "Open what is on record")),
        Place::Referral => attempt.standing_referral().map(|id| (format!("/referrals/{id}"), "Open the referral")),
        Place::Nowhere => None,
    }
}

/// What is on record for a fact that the report told differently, and what it told.
fn difference(app: &App, zone: &Zone, field: &str, (attempt, conversion): &Found) -> Difference {
    let name = field.replace('_', " ");
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    Difference {
        field: first.into_iter().chain(letters).collect(),
        on_record: conversion.as_ref().map(|row| on_record(app, zone, field, row)).unwrap_or_default(),
        sent: sent(app, zone, field, attempt).unwrap_or_else(|| "Another one".to_owned()),
    }
}

fn on_record(app: &App, zone: &Zone, field: &str, row: &ConversionRow) -> String {
    let catalogue = app.catalogue();
    match field {
        "amount" => with_currency(row.amount()),
        "currency" => row.currency.code().to_owned(),
        "event_type" => row.event_name.clone().unwrap_or_else(|| badges::event(row.event_type).to_owned()),
        "campaign" => {
            catalogue.campaign(row.program_id, row.campaign_id).map(|found| found.name.clone()).unwrap_or_default()
        }
        "affiliate" => {
            catalogue.affiliate(row.program_id, row.affiliate_id).map(|found| found.name.clone()).unwrap_or_default()
        }
        "click" => row.click_id.map_or_else(|| "No click".to_owned(), |click| clicked(click.time(), zone)),
        "sales_status" => badges::sale(row.sale_status).to_owned(),
        _ => "Reported otherwise before".to_owned(),
    }
}

/// What the report said, as far as it is kept.
fn sent(app: &App, zone: &Zone, field: &str, attempt: &AttemptRow) -> Option<String> {
    let (catalogue, program) = (app.catalogue(), attempt.program_id?);
    let report = kept_report::read(&attempt.report);
    let trace = traces::read(&attempt.trace);
    let named = trace.as_ref().and_then(|trace| why::winner(trace).or_else(|| trace.likeliest()));
    match field {
        "amount" => report.map(|report| with_currency(report.amount)),
        "currency" => report.map(|report| report.amount.currency().code().to_owned()),
        "event_type" => report.map(|report| {
            let name = report.event.name.as_ref().map(|name| name.as_str().to_owned());
            name.unwrap_or_else(|| badges::event(report.event.kind).to_owned())
        }),
        "campaign" => {
            let campaign = named.and_then(|traced| traced.campaign).or(attempt.campaign_id)?;
            catalogue.campaign(program, campaign).map(|found| found.name.clone())
        }
        "affiliate" => catalogue.affiliate(program, named?.affiliate?).map(|found| found.name.clone()),
        "click" => Some(named?.clicked_at.map_or_else(|| "No click".to_owned(), |at| clicked(at, zone))),
        field => said(field, &report?),
    }
}

/// What a report said besides its facts.
fn said(field: &str, report: &KeptReport) -> Option<String> {
    let (purchase, customer) = (&report.purchase, &report.customer);
    match field {
        "sales_status" => purchase.sale.map(|sale| badges::sale(sale).to_owned()),
        "product" => Some(purchase.product_ids.join(", ")),
        "price" => Some(purchase.price_ids.join(", ")),
        "interval" => purchase.subscription.map(|interval| interval.as_str().to_owned()),
        "metadata" => purchase.metadata.clone(),
        "coupon" => customer.coupon_code.as_ref().map(|code| code.as_str().to_owned()),
        "customer" => {
            let named = customer.external_user_id.as_ref().or(customer.customer_id.as_ref());
            named.map(|name| name.as_str().to_owned())
        }
        _ => None,
    }
}

fn clicked(at: Timestamp, zone: &Zone) -> String {
    format!("The click of {}", second(at, zone))
}
