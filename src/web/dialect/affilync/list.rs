//! `GET /api/conversions`: conversions, the newest first, page by page.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::Problem;
use super::object::{Listed, Meta, Row};
use super::reference::LIST_FIELDS;
use crate::app::App;
use crate::domain::attribution::Refusal;
use crate::domain::id::CampaignId;
use crate::storage::catalogue::Catalogue;
use crate::storage::conversions::list::Wanted;
use crate::storage::conversions::told::Told;
use crate::storage::error::StorageError;
use crate::web::access::tokens::ReadToken;
use crate::web::dialect::answered::respond;
use crate::web::dialect::asked::{self, within_limit};
use crate::web::dialect::filtered;
use crate::web::dialect::refused::Refused;
use crate::web::dialect::walked::{self, LAST_PAGE, Piece};
use crate::web::intake::filter::{self, End};
use crate::web::intake::{Fields, shared};

/// Rows of a page unless it is said.
const PER_PAGE: i64 = 20;

/// The most rows of a page.
pub(super) const MOST_PER_PAGE: i64 = 100;

/// `GET /api/conversions`.
pub async fn list(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let checked = ReadToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        let fields = asked::fields(&request, payload).await?;
        let asked = Asked::read(&app.catalogue(), &token, &fields)?;
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
        filter::said_once(fields, LIST_FIELDS)?;
        let wanted = Wanted {
            mode: key.mode,
            campaign: campaign(catalogue, token, fields)?,
            affiliate: filtered::affiliate(catalogue, token, fields, merchants_only)?,
            status: shared::word(fields, "status")?,
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
        let data = rows.iter().map(|told| Row::of(told.rows(), keys)).collect();
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

fn merchants_only(detail: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "merchants_only", detail)
}
