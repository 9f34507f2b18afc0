//! `POST /v1/conversions`: the merchant's server reports a conversion.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::Problem;
use super::fields::{LISTS, ReportFields};
use super::keyed::Keyed;
use super::list::with_status;
use super::object::{Conversion, One};
use crate::app::App;
use crate::domain::attempt::Call;
use crate::domain::attribution::Agreement;
use crate::domain::conversion::Report;
use crate::domain::currency::Currency;
use crate::domain::event::Channel;
use crate::domain::id::ConversionId;
use crate::domain::key::KeyKind;
use crate::domain::permission::Scope;
use crate::operations::record_as_stated::record_as_stated;
use crate::operations::record_conversions::{Evidence, Incoming, Outcome};
use crate::recorder::{Answered, NotRecorded, WriteError};
use crate::storage::error::StorageError;
use crate::web::dialect::answered::respond_written;
use crate::web::dialect::asked::Problem as _;
use crate::web::dialect::received::presented_click;
use crate::web::dialect::refused::{Refused, Stopped};
use crate::web::intake::FieldError;

/// `POST /v1/conversions`.
pub async fn report(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    match Keyed::read(&app, &request, payload, (Call::ReportConversion, &LISTS)).await {
        Ok(call) => call.answer(&app, take(&app, &call).await, |refused| creditable(&app, &call, refused)).await,
        Err(turned_away) => turned_away,
    }
}

async fn take(app: &App, call: &Keyed) -> Result<HttpResponse, Stopped> {
    call.taken()?;
    let fields = read(app, call)?;
    if fields.said.purchase.stated.is_some() && !call.key.scopes.allow(Scope::Manage) {
        return Err(Refused::ScopeMissing(Scope::Manage).into());
    }
    let token = match &fields.click {
        Some(text) => Some(presented_click(app, text).await?),
        None => None,
    };
    let evidence = Evidence { token, referral: fields.referral, agreement: Agreement::Asked, ..Evidence::default() };
    let received = &call.received;
    let incoming = Incoming {
        report: fields.said.reported(&app.environment, &received.key, Channel::Server, received.at),
        campaign_id: call.key.campaign_id,
        evidence,
        payload: received.intake.fields.redacted(),
    };
    // What few reports need stands aside, so that the others need not hold room for it.
    let answered = if incoming.report.purchase.takes_more_than_recording() {
        Box::pin(record_stated(app, incoming)).await
    } else {
        app.recorder.record_and_tell(incoming).await
    };
    let answered = answered.map_err(Stopped::NotRecorded)?;
    let told = match answered.outcome {
        Outcome::Recorded(id) => tell(app, call, StatusCode::CREATED, (id, answered)).await,
        Outcome::Repeat(id) => tell(app, call, StatusCode::OK, (id, answered)).await,
        // The recorder has kept it.
        Outcome::Refused(refusal) => Err(Refused::NotCredited(refusal).into()),
    };
    Ok(told.unwrap_or_else(Problem::into_response))
}

fn read(app: &App, call: &Keyed) -> Result<ReportFields, FieldError> {
    let base = || app.catalogue().program(call.key.program_id).map_or(Currency::USD, |program| program.base_currency);
    ReportFields::read(&call.received.intake.fields, base, app.environment.keys.email())
}

/// Those that say where their commission stands, or that everything was given back, take a slow road.
async fn record_stated(app: &App, incoming: Incoming) -> Result<Answered, NotRecorded> {
    let (env, catalogue) = (app.environment.clone(), std::sync::Arc::clone(&app.catalogue()));
    let recorded = app.recorder.write(move |write| record_as_stated(write, &env, &catalogue, &incoming)).await;
    match recorded {
        Ok(recorded) => Ok(Answered { outcome: recorded.outcome, told: None }),
        Err(WriteError::NotRecorded(reason)) => Err(reason),
        Err(WriteError::Refused(error @ (StorageError::Unavailable(_) | StorageError::Taken(_)))) => {
            tracing::warn!(%error, "a report that says where it stands was not recorded");
            Err(NotRecorded::Unavailable)
        }
        Err(WriteError::Refused(error)) => {
            tracing::error!(%error, "a report that says where it stands could not be recorded");
            Err(NotRecorded::Failed)
        }
    }
}

/// The conversion on record: as it was written, or, of one that was there before or was brought somewhere since, by one read
/// of its id.
async fn tell(
    app: &App,
    call: &Keyed,
    status: StatusCode,
    (id, answered): (ConversionId, Answered),
) -> Result<HttpResponse, Problem> {
    if let Some(told) = answered.told {
        return Ok(respond_written(status, &One::of(Conversion::recorded_now(told.rows(), &app.catalogue()))));
    }
    Box::pin(tell_of_stored(app, call, status, id)).await
}

async fn tell_of_stored(
    app: &App,
    call: &Keyed,
    status: StatusCode,
    id: ConversionId,
) -> Result<HttpResponse, Problem> {
    let program = call.key.program_id;
    let found = app.read(move |conn| with_status(conn, program, id)).await?;
    let (told, stands) = found.ok_or(StorageError::Inconsistent("a recorded conversion that is not there"))?;
    Ok(respond_written(status, &One::of(Conversion::of(told.rows(), stands, &app.catalogue()))))
}

/// The report of a merchant whose token may not say it, so that it can be credited by hand with all it says. What an
/// affiliate's token reports is only somebody's word.
fn creditable(app: &App, call: &Keyed, refused: &Refused) -> Option<Report> {
    let is_own_word = call.key.kind != KeyKind::Affiliate && call.received.readable().is_ok();
    if !matches!(refused, Refused::ScopeMissing(_)) || !is_own_word {
        return None;
    }
    let said = read(app, call).ok()?.said;
    Some(said.reported(&app.environment, &call.received.key, Channel::Server, call.received.at))
}
