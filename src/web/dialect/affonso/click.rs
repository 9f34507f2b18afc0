//! `POST /v1/clicks`: the merchant's server registers a click.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::keyed::Keyed;
use super::reference::{CLICK_FIELDS, CLICK_FIELDS_KEPT};
use crate::app::App;
use crate::domain::affiliate::AffiliateRef;
use crate::domain::attempt::Call;
use crate::domain::attribution::Refusal;
use crate::domain::click::Visit;
use crate::domain::handle::LinkCode;
use crate::domain::id::ProgramId;
use crate::domain::link::Link;
use crate::recorder::NotRecorded;
use crate::storage::catalogue::Catalogue;
use crate::web::dialect::answered::respond;
use crate::web::dialect::refused::{Refused, Stopped};
use crate::web::dialect::registered::{self, Visitor, may_be_sent, register};
use crate::web::intake::field::Kind;
use crate::web::intake::shared::{self, free_text, required};
use crate::web::intake::{FieldError, Fields};

/// `POST /v1/clicks`.
pub async fn register_click(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    match Keyed::read(&app, &request, payload, (Call::RegisterClick, &[])).await {
        Ok(call) => call.answer(&app, take(&app, &call).await, |_| None).await,
        Err(turned_away) => turned_away,
    }
}

/// The answer to a click.
#[derive(Serialize, ToSchema)]
#[schema(as = AffonsoClickRegistered)]
pub(super) struct Registered {
    /// Always true.
    success: bool,
    /// The click.
    data: Told,
}

/// A click that was registered.
#[derive(Serialize, ToSchema)]
#[schema(as = AffonsoClick)]
struct Told {
    /// Its token: what a sign-up or a conversion names as click_id.
    #[schema(example = "clk_…")]
    id: String,
    /// What it was registered under.
    tracking_id: String,
    /// The program.
    #[schema(value_type = String, example = "prg_01h455vb4pex5vsknk084sn02q")]
    program_id: ProgramId,
    /// When it was registered, in UTC. This is when its window begins.
    #[schema(example = "2026-03-20T14:30:00.123Z")]
    created_at: String,
}

async fn take(app: &App, call: &Keyed) -> Result<HttpResponse, Stopped> {
    let asked = Asked::read(call.taken()?)?;
    let (program, at) = (call.key.program_id, call.received.at);
    if asked.program.is_some_and(|named| named != program) {
        return Err(Refusal::UnknownProgram.into());
    }
    let catalogue = Arc::clone(&app.catalogue());
    let link = link(app, &catalogue, program, &asked.tracking_id).await?;
    let campaign = catalogue.campaign(program, link.campaign_id).ok_or(Refusal::UnknownCampaign)?;
    let affiliate = catalogue.affiliate(program, link.affiliate_id).ok_or(Refusal::UnknownAffiliate)?;
    may_be_sent(campaign, affiliate, at)?;
    let registered = register(app, (campaign, link), (call.key.mode, at), asked.visitor).await;
    let (claims, id) = registered.map_err(Stopped::NotRecorded)?;
    let (tracking_id, created_at) = (asked.tracking_id, claims.clicked_at().to_string());
    let data = Told { id, tracking_id, program_id: program, created_at };
    Ok(respond(StatusCode::CREATED, &Registered { success: true, data }))
}

/// What is said of a click.
struct Asked {
    /// Where it is named; the token knows its own.
    program: Option<ProgramId>,
    tracking_id: String,
    visitor: Visitor,
}

impl Asked {
    fn read(fields: &Fields) -> Result<Self, FieldError> {
        shared::not_blank(fields, &["programId"])?;
        let program = shared::word(fields, "programId")?;
        required(fields, &["trackingId"])?;
        let tracking_id = shared::text(fields, "trackingId")?.to_owned();
        // A link's code may be longer than an affiliate's.
        if LinkCode::parse(&tracking_id).is_err() {
            AffiliateRef::parse(&tracking_id).map_err(|error| FieldError::malformed("trackingId", error))?;
        }
        shared::moment(fields, "createdAt")?;
        for field in CLICK_FIELDS.iter().filter(|field| matches!(field.kind, Kind::Text)) {
            free_text(fields, field.name)?;
        }
        let visit = Visit {
            user_agent: free_text(fields, "userAgent")?,
            referrer: free_text(fields, "referrer")?,
            subs: registered::subs(fields)?,
            ignored_fields: fields.unknown(CLICK_FIELDS_KEPT),
            ..Visit::default()
        };
        Ok(Self { program, tracking_id, visitor: Visitor::new(visit, registered::address(fields)?) })
    }
}

/// The link of that code in the program; else, of the affiliate of that code, the one to the program's default campaign.
async fn link(app: &App, catalogue: &Catalogue, program: ProgramId, code: &str) -> Result<Arc<Link>, Stopped> {
    if let Ok(code) = LinkCode::parse(code) {
        let found = app.link(code).await.map_err(|_| Stopped::NotRecorded(NotRecorded::Unavailable))?;
        if let Some(link) = found.filter(|link| link.program_id == program) {
            return Ok(link);
        }
    }
    let named = AffiliateRef::parse(code).ok();
    let affiliate = named.and_then(|named| catalogue.affiliate_named(program, &named));
    let affiliate = affiliate.ok_or(Refusal::UnknownAffiliate)?;
    let default = catalogue.program(program).and_then(|program| program.default_campaign);
    let campaign = default.ok_or(Refused::NoDefaultCampaign)?;
    app.implicit_link(program, campaign, affiliate.id).await.map_err(Stopped::NotRecorded)
}
