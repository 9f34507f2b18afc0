//! `GET /advertiser/conversions.list`: conversions, the newest first, walked by offset.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::answer::{Problem, found};
use super::reference::LIST_FIELDS;
use super::{asked_for, words};
use crate::app::App;
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::time::Zone;
use crate::storage::catalogue::Key;
use crate::storage::conn::Conn;
use crate::storage::conversions::list::Wanted;
use crate::storage::conversions::whole::{self, Whole};
use crate::storage::error::Stored;
use crate::web::access::tokens::AdvertiserToken;
use crate::web::dialect::asked::{self, within_limit};
use crate::web::dialect::walked::{self, Piece, Place};
use crate::web::intake::filter::{self, End};
use crate::web::intake::{FieldError, Fields, shared};

/// Rows of a page unless it is said.
pub(super) const LIMIT: i64 = 20;

/// The most rows of a page.
pub(super) const MOST: i64 = 100;

/// The most rows that can be skipped.
pub(super) const LAST_OFFSET: i64 = 2_147_483_647;

/// `GET /advertiser/conversions.list`.
pub async fn list(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let checked = AdvertiserToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        let fields = asked::fields(&request, payload).await?;
        let (wanted, piece) = read(&fields, token.key())?;
        let (rows, total) = walked::page::<Whole>(&app, token.key(), wanted, piece).await?;
        found(&app, total, &rows)
    })
    .await
}

fn read(fields: &Fields, key: &Key) -> Result<(Wanted, Piece), Problem> {
    filter::said_once(fields, LIST_FIELDS)?;
    asked_for::own_program(fields, key)?;
    let wanted = Wanted {
        mode: key.mode,
        orders: asked_for::order(fields)?.map(|order| [order.clone(), order]),
        customer: asked_for::customer(fields)?,
        status: status(fields)?,
        from: filter::moment(fields, "from", &Zone::utc(), End::First)?,
        until: filter::moment(fields, "to", &Zone::utc(), End::Last)?,
        ..Wanted::default()
    };
    let before = filter::number(fields, "offset", (0, LAST_OFFSET))?.unwrap_or(0);
    let most = filter::number(fields, "limit", (1, MOST))?.unwrap_or(LIMIT);
    Ok((wanted, Piece { before, most }))
}

fn status(fields: &Fields) -> Result<Option<ConversionStatus>, FieldError> {
    const FIELD: &str = "status";
    if fields.get(FIELD).is_none() {
        return Ok(None);
    }
    let status = words::status_named(shared::text(fields, FIELD)?);
    let refused = || FieldError::malformed(FIELD, format_args!("must be one of {}", words::STATUSES.join(", ")));
    status.map(Some).ok_or_else(refused)
}

impl walked::Told for Whole {
    fn id(&self) -> ConversionId {
        self.told.conversion.id
    }

    fn read(conn: &mut Conn, program: ProgramId, wanted: &Wanted, place: Place, most: i64) -> Stored<Vec<Self>> {
        whole::piece(conn, program, wanted, place, most)
    }
}
