//! `GET /api/conversions`: conversions, the newest first, page by page.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::{Problem, respond};
use super::object::{Listed, Meta, Row};
use crate::app::App;
use crate::domain::affiliate::AffiliateRef;
use crate::domain::attribution::Refusal;
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::{AffiliateId, CampaignId};
use crate::storage::catalogue::Catalogue;
use crate::storage::conversions::list::Wanted;
use crate::storage::conversions::told::Told;
use crate::storage::error::StorageError;
use crate::web::access::tokens::ReadToken;
use crate::web::dialect::asked::within_limit;
use crate::web::dialect::refused::Refused;
use crate::web::dialect::walked::{self, LAST_PAGE, Piece};
use crate::web::intake::filter::{self, End};
use crate::web::intake::{FieldError, Fields, Intake, shared};

/// Rows of a page unless it is said.
const PER_PAGE: i64 = 20;

/// The most rows of a page.
pub(super) const MOST_PER_PAGE: i64 = 100;

/// `GET /api/conversions`.
pub async fn list(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let checked = ReadToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        let intake = Intake::read(&request, payload, &[]).await;
        intake.problem.map_or(Ok(()), |problem| Err(Problem::from(problem)))?;
        let asked = Asked::read(&app.catalogue(), &token, &intake.fields)?;
        asked.answer(&app, &token).await
    })
    .await
}

/// What is asked for.
struct Asked {
    wanted: Wanted,
    page: i64,
    per_page: i64,
}

impl Asked {
    fn read(catalogue: &Catalogue, token: &ReadToken, fields: &Fields) -> Result<Self, Problem> {
        let key = token.key();
        let program = catalogue.program(key.program_id);
        let program = program.ok_or(StorageError::Inconsistent("a token without a program"))?;
        let wanted = Wanted {
            mode: key.mode,
            campaign: campaign(catalogue, token, fields)?,
            affiliate: affiliate(catalogue, token, fields)?,
            status: status(fields)?,
            from: filter::moment(fields, "date_from", &program.zone, End::First)?,
            until: filter::moment(fields, "date_to", &program.zone, End::Last)?,
            ..Wanted::default()
        };
        let page = filter::number(fields, "page", (1, LAST_PAGE))?.unwrap_or(1);
        let per_page = filter::number(fields, "per_page", (1, MOST_PER_PAGE))?.unwrap_or(PER_PAGE);
        Ok(Self { wanted, page, per_page })
    }

    async fn answer(self, app: &App, token: &ReadToken) -> Result<HttpResponse, Problem> {
        let Self { wanted, page, per_page } = self;
        let (rows, total) = walked::page::<Told>(app, token.key(), wanted, Piece::of_page(page, per_page)).await?;
        let keys = app.environment.keys.click_tokens();
        let data = rows.iter().map(|told| Row::of(told, keys)).collect();
        Ok(respond(StatusCode::OK, &Listed { data, meta: Meta { page, per_page, total } }))
    }
}

fn campaign(catalogue: &Catalogue, token: &ReadToken, fields: &Fields) -> Result<Option<CampaignId>, Problem> {
    const FIELD: &str = "campaign_id";
    if fields.get(FIELD).is_none() {
        return Ok(None);
    }
    let id = shared::campaign_id(fields, FIELD)?;
    let own = catalogue.campaign(token.key().program_id, id).ok_or(Refused::from(Refusal::UnknownCampaign))?;
    Ok(Some(own.id))
}

/// The affiliate whose rows are wanted: an affiliate's token sees its own, and cannot ask for anybody.
fn affiliate(catalogue: &Catalogue, token: &ReadToken, fields: &Fields) -> Result<Option<AffiliateId>, Problem> {
    const FIELD: &str = "affiliate_id";
    let asked = fields.get(FIELD).is_some();
    match token.affiliate() {
        Some(_) if asked => {
            let detail = "Only a program's token may filter by affiliate_id; this one sees its own conversions";
            Err(Problem::new(StatusCode::FORBIDDEN, "merchants_only", detail))
        }
        Some(own) => Ok(Some(own)),
        None if asked => {
            let named = AffiliateRef::parse(shared::text(fields, FIELD)?);
            let named = named.map_err(|error| Refused::from(FieldError::malformed(FIELD, error)))?;
            let own = catalogue.affiliate_named(token.key().program_id, &named);
            Ok(Some(own.ok_or(Refused::from(Refusal::UnknownAffiliate))?.id))
        }
        None => Ok(None),
    }
}

fn status(fields: &Fields) -> Result<Option<ConversionStatus>, Problem> {
    const FIELD: &str = "status";
    if fields.get(FIELD).is_none() {
        return Ok(None);
    }
    let status = shared::text(fields, FIELD)?.parse::<ConversionStatus>();
    status.map(Some).map_err(|error| Refused::from(FieldError::malformed(FIELD, error)).into())
}
