//! `POST /advertiser/conversions.accept` and `.refuse`: the merchant's system decides.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::answer::{Problem, current};
use super::{asked_for, words};
use crate::app::App;
use crate::domain::change::Actor;
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::ConversionId;
use crate::domain::review::Obstacle;
use crate::operations::review_conversion::{Decision, Reviewed, review_conversion};
use crate::operations::standing::Current;
use crate::storage::conversions;
use crate::web::access::tokens::ManageToken;
use crate::web::dialect::asked::within_limit;
use crate::web::intake::{FieldError, Fields, Intake, shared};

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
        let intake = Intake::read(request, payload, &[]).await;
        intake.problem.map_or(Ok(()), |problem| Err(Problem::from(problem)))?;
        let (id, decision) = read(&intake.fields, wanted)?;
        asked_for::own_program(&intake.fields, token.key())?;
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
    let (program, mode, actor) = (token.key().program_id, token.key().mode, Actor::Key(token.key().token_id));
    let env = app.environment.clone();
    let write = app.recorder.write(move |write| {
        let own = conversions::find(write.conn(), program, id)?.filter(|row| row.mode == mode);
        match own {
            Some(_) => review_conversion(write, &env, program, id, actor, &decision),
            None => Ok(Reviewed::Unknown),
        }
    });
    match write.await? {
        Reviewed::Changed | Reviewed::AlreadySo => current(app, program, id).await,
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
