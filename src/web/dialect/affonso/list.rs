//! `GET /v1/conversions` and `GET /v1/conversions/{id}`.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::Problem;
use super::object::{Conversion, Listed, One, Pagination};
use super::reference::LIST_FIELDS;
use crate::app::App;
use crate::domain::commission_status::CommissionStatus;
use crate::domain::id::{ConversionId, ProgramId, ReferralId};
use crate::operations::told_status::told_statuses;
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::Conn;
use crate::storage::conversions::list::Wanted;
use crate::storage::conversions::told::{self, Told};
use crate::storage::error::{StorageError, Stored};
use crate::storage::referrals;
use crate::web::access::tokens::ReadToken;
use crate::web::dialect::answered::respond_written;
use crate::web::dialect::asked::{self, within_limit};
use crate::web::dialect::filtered;
use crate::web::dialect::walked::{self, LAST_PAGE, Piece, Place};
use crate::web::intake::filter::{self, End};
use crate::web::intake::{Fields, shared};

/// Rows of a page unless it is said.
const LIMIT: i64 = 50;

/// The most rows of a page.
pub(super) const HIGHEST_LIMIT: i64 = 200;

/// `GET /v1/conversions`.
pub async fn list(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let checked = ReadToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        let fields = asked::fields(&request, payload).await?;
        let asked = Asked::read(&app.catalogue(), &token, &fields)?;
        asked.answer(&app, &token).await
    })
    .await
}

/// `GET /v1/conversions/{id}`.
pub async fn show(app: web::Data<App>, request: HttpRequest, id: web::Path<String>, payload: Payload) -> HttpResponse {
    let checked = ReadToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        asked::fields(&request, payload).await?;
        one(&app, &token, &id).await
    })
    .await
}

async fn one(app: &App, token: &ReadToken, id: &str) -> Result<HttpResponse, Problem> {
    let id = id.parse::<ConversionId>().map_err(|_| unknown())?;
    let (program, mode) = (token.key().program_id, token.key().mode);
    let found = app.read(move |conn| with_status(conn, program, id)).await?;
    let is_own = |told: &Told| {
        let row = &told.conversion;
        row.mode == mode && token.affiliate().is_none_or(|own| own == row.affiliate_id)
    };
    let (told, status) = found.filter(|(told, _)| is_own(told)).ok_or_else(unknown)?;
    let data = shown(Conversion::of(told.rows(), status, &app.catalogue()), token);
    Ok(respond_written(StatusCode::OK, &One::of(data)))
}

/// The program of the token has no such conversion, not in its mode.
pub(super) fn unknown() -> Problem {
    Problem::not_found("Unknown conversion")
}

/// The answer to a change of a conversion: as it is now.
///
/// # Errors
/// [`Problem`].
pub(super) async fn changed(app: &App, program: ProgramId, id: ConversionId) -> Result<HttpResponse, Problem> {
    let (told, status) = app.read(move |conn| with_status(conn, program, id)).await?.ok_or_else(unknown)?;
    let data = Conversion::of(told.rows(), status, &app.catalogue());
    Ok(respond_written(StatusCode::OK, &One::of(data)))
}

fn shown<'a>(conversion: Conversion<'a>, token: &ReadToken) -> Conversion<'a> {
    if token.affiliate().is_some() { conversion.for_affiliate() } else { conversion }
}

/// A conversion of this program, and where its commission stands.
///
/// # Errors
/// [`StorageError`].
pub(super) fn with_status(
    conn: &mut Conn,
    program: ProgramId,
    id: ConversionId,
) -> Stored<Option<(Told, CommissionStatus)>> {
    let Some(told) = told::find(conn, program, id)? else { return Ok(None) };
    Ok(with_statuses(conn, vec![told])?.pop())
}

/// Conversions, and where their commissions stand.
fn with_statuses(conn: &mut Conn, rows: Vec<Told>) -> Stored<Vec<(Told, CommissionStatus)>> {
    let on_record: Vec<_> =
        rows.iter().filter_map(|told| Some((&told.conversion, told.commission.as_ref()?))).collect();
    let mut statuses = told_statuses(conn, &on_record)?;
    let with_status = |told: Told| {
        let status = statuses.remove(&told.conversion.id);
        status.map(|status| (told, status)).ok_or(StorageError::Inconsistent("a conversion without a commission"))
    };
    rows.into_iter().map(with_status).collect()
}

impl walked::Told for (Told, CommissionStatus) {
    fn id(&self) -> ConversionId {
        self.0.conversion.id
    }

    fn read(conn: &mut Conn, program: ProgramId, wanted: &Wanted, place: Place, most: i64) -> Stored<Vec<Self>> {
        let rows = told::piece(conn, program, wanted, place, most)?;
        with_statuses(conn, rows)
    }
}

/// The customer whom this id leads to: of a referral that was merged away, the one that is left.
async fn left_of(app: &App, token: &ReadToken, named: Option<ReferralId>) -> Result<Option<ReferralId>, Problem> {
    let (Some(id), program) = (named, token.key().program_id) else { return Ok(None) };
    let found = app.read(move |conn| referrals::list::find_left(conn, program, id)).await?;
    Ok(Some(found.map_or(id, |row| row.id)))
}

/// What is asked for.
struct Asked {
    wanted: Wanted,
    page: i64,
    limit: i64,
}

impl Asked {
    fn read(catalogue: &Catalogue, token: &ReadToken, fields: &Fields) -> Result<Self, Problem> {
        let key = token.key();
        let program = catalogue.program(key.program_id);
        let program = program.ok_or(StorageError::Inconsistent("a token without a program"))?;
        filter::said_once(fields, LIST_FIELDS)?;
        let wanted = Wanted {
            mode: key.mode,
            affiliate: filtered::affiliate(catalogue, token, fields, Problem::forbidden)?,
            referral: shared::word(fields, "referral_id")?,
            told: shared::word(fields, "status")?,
            sale: shared::word(fields, "sales_status")?,
            from: filter::moment(fields, "created_gte", &program.zone, End::First)?,
            until: filter::moment(fields, "created_lte", &program.zone, End::Last)?,
            ..Wanted::default()
        };
        let page = filter::number(fields, "page", (1, LAST_PAGE))?.unwrap_or(1);
        let limit = filter::number(fields, "limit", (1, HIGHEST_LIMIT))?.unwrap_or(LIMIT);
        Ok(Self { wanted, page, limit })
    }

    async fn answer(self, app: &App, token: &ReadToken) -> Result<HttpResponse, Problem> {
        let Self { mut wanted, page, limit } = self;
        wanted.referral = left_of(app, token, wanted.referral).await?;
        let piece = Piece::of_page(page, limit);
        let (rows, total) = walked::page::<(Told, CommissionStatus)>(app, token.key(), wanted, piece).await?;
        let catalogue = app.catalogue();
        let conversions = rows.iter().map(|(told, status)| Conversion::of(told.rows(), *status, &catalogue));
        let data = conversions.map(|conversion| shown(conversion, token)).collect();
        let pagination = Pagination::new((page, limit), total);
        Ok(respond_written(StatusCode::OK, &Listed { success: true, data, pagination }))
    }
}
