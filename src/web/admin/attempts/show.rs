//! One attempt: what came, why it was not recorded, what to do.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::advice::{self, Advice, Place};
use super::keyless::key_words;
use crate::app::App;
use crate::domain::attribution::Refusal;
use crate::domain::click_token::Mode;
use crate::domain::id::{AttemptId, ProgramId};
use crate::domain::user::Role;
use crate::storage::attempts::AttemptRow;
use crate::storage::attempts::list::{self, Whose};
use crate::storage::conn::Conn;
use crate::storage::conversions::ConversionRow;
use crate::storage::conversions::list as conversion_list;
use crate::storage::error::Stored;
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::badges;
use crate::web::error::WebError;
use crate::web::filters::{amount, second};
use crate::web::page::{self, Frame, Section};

/// A fact in which the report differs from what is on record.
struct Difference {
    field: String,
    on_record: String,
}

#[derive(Template)]
#[template(path = "attempts/show.html")]
struct ShowPage {
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
    conversion: Option<String>,
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
    let id = place.1.parse::<AttemptId>().map_err(|_| WebError::NotFound)?;
    let (program, is_owner) = (viewer.program.id, viewer.role == Role::Owner);
    let found = app.read(move |conn| find(conn, program, id, is_owner)).await?;
    let (attempt, conversion) = found.ok_or(WebError::NotFound)?;
    Ok(page::ok(&ShowPage::new(&app, &viewer, &request, &attempt, conversion.as_ref())))
}

type Found = (AttemptRow, Option<ConversionRow>);

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
    fn new(
        app: &App,
        seat: &Seat,
        request: &HttpRequest,
        attempt: &AttemptRow,
        conversion: Option<&ConversionRow>,
    ) -> Self {
        let is_keyless = attempt.program_id.is_none();
        let advice = match attempt.reason.parse::<Refusal>() {
            _ if is_keyless => KEYLESS,
            Ok(reason) => advice::on(reason),
            Err(_) => UNKNOWN,
        };
        let differing = attempt.differing();
        let frame = Frame::new(seat, Section::Attempts, request);
        let remedy = remedy(advice.place, attempt).map(|(path, words)| (frame.at(&path), words));
        Self {
            id: attempt.id,
            title: advice.title,
            is_keyless,
            is_test: attempt.mode == Some(Mode::Test),
            what: advice.what,
            next: advice.next,
            remedy,
            lost: if differing.is_empty() { advice::lost(attempt.call) } else { "" },
            answer: differing.is_empty().then(|| attempt.detail.clone()),
            call: badges::call(attempt.call),
            received: second(attempt.received_at, &seat.program.zone),
            campaign: campaign(app, attempt).map(|(path, name)| (frame.at(&path), name)),
            order: attempt.order_id.clone(),
            key: is_keyless.then(|| key_words(attempt.masked_key.as_deref())),
            network: attempt.network.clone(),
            conversion: conversion.map(|row| frame.at(&format!("/conversions/{}", row.id))),
            differences: differing.iter().map(|field| difference(app, field, conversion)).collect(),
            fields: attempt.fields(),
            frame,
        }
    }
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
        Place::Nowhere => None,
    }
}

/// What is on record for a fact that the report told differently.
fn difference(app: &App, field: &str, conversion: Option<&ConversionRow>) -> Difference {
    let catalogue = app.catalogue();
    let on_record = conversion.map(|row| match field {
        "amount" => format!("{} {}", amount(row.amount()), row.currency),
        "currency" => row.currency.code().to_owned(),
        "event_type" => row.event_name.clone().unwrap_or_else(|| badges::event(row.event_type).to_owned()),
        "campaign" => {
            catalogue.campaign(row.program_id, row.campaign_id).map(|found| found.name.clone()).unwrap_or_default()
        }
        "affiliate" => {
            catalogue.affiliate(row.program_id, row.affiliate_id).map(|found| found.name.clone()).unwrap_or_default()
        }
        "click" => "Another click".to_owned(),
        _ => String::new(),
    });
    let name = field.replace('_', " ");
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    Difference { field: first.into_iter().chain(letters).collect(), on_record: on_record.unwrap_or_default() }
}
