//! `POST /advertiser/conversions.accept` and `.refuse`: the merchant's system decides.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::answer::{Problem, current};
use super::{asked_for, words};
use crate::app::App;
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::ConversionId;
use crate::domain::review::Obstacle;
use crate::operations::review_conversion::{Decision, Reviewed};
use crate::operations::standing::Current;
use crate::web::access::tokens::ManageToken;
use crate::web::dialect::asked::{self, within_limit};
use crate::web::dialect::changed::Hand;
use crate::web::intake::{FieldError, Fields, shared};

/// `POST /advertiser/conversions.accept`.
pub async fn accept(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    review(&app, &request, payload, ConversionStatus::Approved).await
}

/// `POST /advertiser/conversions.refuse`.
pub async fn refuse(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    review(&app, &request, payload, ConversionStatus::Rejected).await
}

async fn review(app: &App, request: &HttpRequest, payload: Payload, wanted: ConversionStatus) -> HttpResponse {
    let checked = ManageToken::check(app, request);
    within_limit(app, request, checked, async |token| {
        let fields = asked::fields(request, payload).await?;
        let (id, decision) = read(&fields, wanted)?;
        asked_for::own_program(&fields, token.key())?;
        decide(app, &token, id, decision).await
    })
    .await
}

fn read(fields: &Fields, wanted: ConversionStatus) -> Result<(ConversionId, Decision), FieldError> {
    shared::required(fields, &["program", "id"])?;
    let reason = match wanted {
        ConversionStatus::Rejected => shared::reason(fields, "reason")?,
        _ => String::new(),
    };
    Ok((asked_for::conversion(fields)?, Decision { wanted, seen: None, reason }))
}

async fn decide(app: &App, token: &ManageToken, id: ConversionId, decision: Decision) -> Result<HttpResponse, Problem> {
    match Hand::of(token).review(app, id, decision).await? {
        Reviewed::Changed | Reviewed::AlreadySo => current(app, token.key().program_id, id).await,
        Reviewed::NotPossible(stands, obstacle) => Err(not_possible(&stands, obstacle)),
        Reviewed::Overtaken(stands) => Err(not_possible(&stands, Obstacle::DecidedOtherwise)),
        Reviewed::Unknown => Err(Problem::unknown_conversion()),
    }
}

/// What stands in the way, with what the conversion is now.
fn not_possible(stands: &Current, obstacle: Obstacle) -> Problem {
    let status = words::status(stands.status);
    match obstacle {
        Obstacle::NeedsReason => FieldError::malformed("reason", "must not be blank").into(),
        Obstacle::DecidedOtherwise => {
            Problem::conflict(format!("The conversion must be in pending status; it is {status}"))
        }
        Obstacle::InPayout => Problem::conflict(format!(
            "The conversion must be in pending status; it is {status} and locked: its commission is in a payout or paid"
        )),
        Obstacle::Disputed => Problem::conflict(format!(
            "The conversion is {status} and disputed; it can be decided once the dispute has ended"
        )),
        Obstacle::NeedsRate => Problem::conflict(format!(
            "The conversion is {status} and waits for an exchange rate for its day; it can be accepted once there is one"
        )),
    }
}
