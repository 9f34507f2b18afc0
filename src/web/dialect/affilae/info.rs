//! `GET /advertiser/conversions.info`: one conversion, by the ids that the merchant knows.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::answer::{Problem, found};
use super::asked_for;
use super::reference::INFO_FIELDS;
use crate::app::App;
use crate::domain::handle::ExternalId;
use crate::domain::id::{ConversionId, ProgramId};
use crate::storage::catalogue::Key;
use crate::storage::conn::Conn;
use crate::storage::conversions::list::Wanted;
use crate::storage::conversions::whole::{self, Whole};
use crate::storage::error::Stored;
use crate::web::access::tokens::AdvertiserToken;
use crate::web::dialect::asked::{self, within_limit};
use crate::web::intake::{Fields, filter};

/// `GET /advertiser/conversions.info`.
pub async fn info(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let checked = AdvertiserToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        let fields = asked::fields(&request, payload).await?;
        let named = Named::read(&fields, token.key())?;
        let program = token.key().program_id;
        let whole = app.read(move |conn| named.newest(conn, program)).await?;
        let whole = whole.ok_or_else(Problem::unknown_conversion)?;
        found(&app, 1, &[whole])
    })
    .await
}

/// By what a conversion is asked for. Everything that is said of it must hold.
struct Named {
    id: Option<ConversionId>,
    wanted: Wanted,
}

impl Named {
    fn read(fields: &Fields, key: &Key) -> Result<Self, Problem> {
        filter::said_once(fields, INFO_FIELDS)?;
        asked_for::own_program(fields, key)?;
        let id = fields.get("id").map(|_| asked_for::conversion(fields)).transpose()?;
        let (order, customer) = (asked_for::order(fields)?, asked_for::customer(fields)?);
        if id.is_none() && order.is_none() && customer.is_none() {
            return Err(Problem::field("Missing required parameter: externalId, customerId or id"));
        }
        let orders = order.map(|order| [order.clone(), order]);
        Ok(Self { id, wanted: Wanted { mode: key.mode, orders, customer, ..Wanted::default() } })
    }

    /// The newest of which all of it holds.
    fn newest(&self, conn: &mut Conn, program: ProgramId) -> Stored<Option<Whole>> {
        let Some(id) = self.id else {
            return Ok(whole::piece(conn, program, &self.wanted, (None, 0), 1)?.pop());
        };
        let own = whole::find(conn, program, id)?.filter(|whole| self.holds(whole));
        Ok(own)
    }

    fn holds(&self, whole: &Whole) -> bool {
        let (row, wanted) = (&whole.told.conversion, &self.wanted);
        let customer = wanted.customer.as_ref().map(ExternalId::as_str);
        row.mode == wanted.mode
            && wanted.orders.as_ref().is_none_or(|[order, _]| *order == row.order_id)
            && customer.is_none_or(|customer| whole.visit.customer_id.as_deref() == Some(customer))
    }
}
