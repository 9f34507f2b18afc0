//! What happens to a purchase outside: a bank disputes it, it is paid for, it fails.

use actix_web::HttpResponse;

use super::deeds::{Deed, Filled};
use super::reviews::{Sent, address, seen};
use super::show::{self, Problem, ShowPage, conversion_id};
use crate::domain::change::Actor;
use crate::domain::dispute::DisputeStep;
use crate::operations::change_sale::{SaleChange, SaleChanged, change_sale};
use crate::operations::dispute_conversion::{Disputed, dispute_conversion};
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::notice::Notice;
use crate::web::page;

/// `POST /admin/{program}/conversions/{id}/dispute`: the customer's bank asks for the money back.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn open(sent: Sent) -> Result<HttpResponse, WebError> {
    step(sent, DisputeStep::Opened).await
}

/// `POST /admin/{program}/conversions/{id}/dispute/end`: the bank has decided.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn end(sent: Sent) -> Result<HttpResponse, WebError> {
    if let Ok(end @ (DisputeStep::Won | DisputeStep::Lost)) = sent.3.text("end").parse() {
        return step(sent, end).await;
    }
    let (app, manager, place, posted, request) = sent;
    let explained = show::load(&app, &manager, conversion_id(&place.1)?).await?;
    let mut errors = Errors::default();
    errors.add("end", "The bank’s decision must be chosen.");
    let refused = (Deed::EndDispute, Filled::of(&posted), errors);
    Ok(ShowPage::with_dialog(&app, &manager, &request, &explained, refused))
}

async fn step((app, manager, place, posted, request): Sent, step: DisputeStep) -> Result<HttpResponse, WebError> {
    let id = conversion_id(&place.1)?;
    let notice = match step {
        DisputeStep::Opened => Notice::DisputeOpened,
        DisputeStep::Won => Notice::DisputeWon,
        DisputeStep::Lost => Notice::DisputeLost,
    };
    let (program, user, env) = (manager.program.id, manager.user.id, app.environment.clone());
    let reason = posted.text("reason").to_owned();
    let disputed = app
        .recorder
        .write(move |write| dispute_conversion(write, &env, program, id, Actor::User(user), (step, &reason)));
    match disputed.await? {
        Disputed::Unknown => Err(WebError::NotFound),
        Disputed::Changed | Disputed::AlreadySo => Ok(page::see_other_with(&address(&manager, id), notice)),
        Disputed::NotPossible(_, obstacle) => {
            ShowPage::refused(&app, &manager, &request, id, Problem::Said(obstacle.sentence())).await
        }
    }
}

/// `POST /admin/{program}/conversions/{id}/sale`: where the purchase itself stands.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn sale((app, manager, place, posted, request): Sent) -> Result<HttpResponse, WebError> {
    let id = conversion_id(&place.1)?;
    let seen = Some(seen(&app, &manager, id, &posted).await?);
    let wanted = posted.text("sale_status").parse().map_err(|_| WebError::Malformed)?;
    let change = SaleChange { wanted, seen, reason: posted.text("reason").to_owned() };
    let (program, user, env) = (manager.program.id, manager.user.id, app.environment.clone());
    let changed = app.recorder.write(move |write| change_sale(write, &env, program, id, Actor::User(user), &change));
    let problem = match changed.await? {
        SaleChanged::Unknown => return Err(WebError::NotFound),
        SaleChanged::Changed | SaleChanged::AlreadySo => {
            return Ok(page::see_other_with(&address(&manager, id), Notice::SaleChanged));
        }
        SaleChanged::Overtaken(_) => Problem::Overtaken,
        SaleChanged::NotPossible(_, obstacle) => Problem::Said(obstacle.sentence()),
    };
    ShowPage::refused(&app, &manager, &request, id, problem).await
}
