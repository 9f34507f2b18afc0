//! `PATCH /v1/conversions/{id}`: the merchant's system states where a purchase and its commission stand, and what it wants to
//! find again.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::Problem;
use super::list::{changed, unknown, with_status};
use crate::app::App;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::review::Obstacle;
use crate::domain::stated::Hindrance;
use crate::operations::update_conversion::{NewMetadata, Update, UpdateFault, update_conversion};
use crate::recorder::WriteError;
use crate::web::access::tokens::ManageToken;
use crate::web::dialect::asked::{self, within_limit};
use crate::web::dialect::changed::Hand;
use crate::web::intake::{FieldError, Fields, shared};

/// What may be stated, each of which may be left out; but not all of them.
const FIELDS: [&str; 3] = ["sales_status", "status", "metadata"];

/// `PATCH /v1/conversions/{id}`.
pub async fn update(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    let checked = ManageToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        let fields = asked::fields(&request, payload).await?;
        let update = read(&fields)?;
        let id = id.parse::<ConversionId>().map_err(|_| unknown())?;
        make(&app, &token, id, update).await
    })
    .await
}

fn read(fields: &Fields) -> Result<Update, FieldError> {
    let says_nothing = FIELDS.iter().all(|name| fields.get(name).is_none());
    if says_nothing && fields.is_null("metadata") {
        return Err(FieldError::malformed(
            "metadata",
            "must be a JSON object; {} removes what is there, null says nothing",
        ));
    }
    if says_nothing {
        return Err(FieldError::malformed(FIELDS[0], "must be there, or status or metadata"));
    }
    let metadata = match (fields.get("metadata"), shared::metadata(fields)?) {
        (None, _) => NewMetadata::AsItIs,
        (Some(_), None) => NewMetadata::Nothing,
        (Some(_), Some(object)) => NewMetadata::Object(object),
    };
    Ok(Update { sale: shared::word(fields, "sales_status")?, status: shared::word(fields, "status")?, metadata })
}

async fn make(app: &App, token: &ManageToken, id: ConversionId, update: Update) -> Result<HttpResponse, Problem> {
    let hand = Hand::of(token);
    let Hand { program, actor, .. } = hand;
    let env = app.environment.clone();
    let write = app.recorder.write(move |write| {
        hand.find(write.conn(), id)?.ok_or(UpdateFault::Unknown)?;
        update_conversion(write, &env, program, id, actor, &update)
    });
    match write.await {
        Ok(_) => changed(app, program, id).await,
        Err(WriteError::Refused(fault)) => Err(refused(app, program, id, fault).await),
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
    }
}

/// What stands in the way, after what the conversion is now.
async fn refused(app: &App, program: ProgramId, id: ConversionId, fault: UpdateFault) -> Problem {
    let why = match fault {
        UpdateFault::Unknown => return unknown(),
        UpdateFault::Storage(error) => return error.into(),
        UpdateFault::Sale(current, why) => {
            let message = format!("The sales_status is {}. {}", current.sale, why.sentence());
            return Problem::conflict_at("sales_status", message);
        }
        // Who has decided otherwise is asked by this word to decide again; `pending` leaves it to the rule.
        UpdateFault::Status(_, Hindrance::Review(Obstacle::DecidedOtherwise)) => {
            "It was decided the other way. State pending_manual_approval first."
        }
        UpdateFault::Status(_, why) => why.sentence(),
    };
    match app.read(move |conn| with_status(conn, program, id)).await {
        Ok(Some((_, status))) => Problem::conflict_at("status", format!("The status is {status}. {why}")),
        Ok(None) => unknown(),
        Err(error) => error.into(),
    }
}
