//! `PATCH /api/conversions/{id}`: the merchant's system approves or rejects.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::Problem;
use super::object::{Reviewed as Answer, Row};
use crate::app::App;
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::ConversionId;
use crate::domain::review::Obstacle;
use crate::operations::review_conversion::{Decision, Reviewed};
use crate::operations::standing::Current;
use crate::storage::conversions::told;
use crate::web::access::tokens::ManageToken;
use crate::web::dialect::answered::respond;
use crate::web::dialect::asked::{self, within_limit};
use crate::web::dialect::changed::Hand;
use crate::web::intake::{FieldError, Fields, shared};

/// What stands as the reason of a rejection that came without a note.
const NO_NOTE: &str = "Rejected by the API, without a note";

/// `PATCH /api/conversions/{id}`.
pub async fn review(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    let checked = ManageToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        let fields = asked::fields(&request, payload).await?;
        let decision = decision(&fields)?;
        let id = id.parse::<ConversionId>().map_err(|_| unknown())?;
        decide(&app, &token, id, decision).await
    })
    .await
}

fn decision(fields: &Fields) -> Result<Decision, FieldError> {
    shared::required(fields, &["status"])?;
    let wanted = match shared::text(fields, "status")? {
        "approved" => ConversionStatus::Approved,
        "rejected" => ConversionStatus::Rejected,
        _ => return Err(FieldError::malformed("status", "must be approved or rejected")),
    };
    let note = fields.get("note").map(|_| shared::reason(fields, "note")).transpose()?;
    let none = || if wanted == ConversionStatus::Rejected { NO_NOTE.to_owned() } else { String::new() };
    Ok(Decision { wanted, seen: None, reason: note.unwrap_or_else(none) })
}

async fn decide(app: &App, token: &ManageToken, id: ConversionId, decision: Decision) -> Result<HttpResponse, Problem> {
    match Hand::of(token).review(app, id, decision).await? {
        Reviewed::Changed | Reviewed::AlreadySo => {}
        Reviewed::NotPossible(current, obstacle) => return Err(not_possible(&current, obstacle)),
        Reviewed::Overtaken(current) => return Err(not_possible(&current, Obstacle::DecidedOtherwise)),
        Reviewed::Unknown => return Err(unknown()),
    }
    let program = token.key().program_id;
    let told = app.read(move |conn| told::find(conn, program, id)).await?.ok_or_else(unknown)?;
    let data = Row::of(told.rows(), app.environment.keys.click_tokens());
    Ok(respond(StatusCode::OK, &Answer { data }))
}

/// What stands in the way, after what the conversion is now.
fn not_possible(current: &Current, obstacle: Obstacle) -> Problem {
    let code = match obstacle {
        Obstacle::InPayout => "in_payout",
        Obstacle::Disputed => "disputed",
        Obstacle::DecidedOtherwise => "already_decided",
        Obstacle::NeedsReason => "needs_reason",
        Obstacle::NeedsRate => "fx_rate_missing",
    };
    let detail = format!("The conversion is {}. {}", current.status, obstacle.sentence());
    Problem::new(StatusCode::CONFLICT, code, detail)
}

/// The program of the token has no such conversion, not in its mode.
fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "unknown_conversion", "Unknown conversion")
}
