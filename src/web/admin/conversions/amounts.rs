//! Changing what an order is worth: a partial return before it is approved, and refunds at any time.

use actix_web::HttpResponse;

use super::deeds::{Deed, Filled};
use super::reviews::{Sent, address, needs_reason, seen};
use super::show::{self, Problem, ShowPage, conversion_id};
use crate::domain::change::Actor;
use crate::domain::currency::Currency;
use crate::domain::handle::ExternalId;
use crate::domain::money::Money;
use crate::domain::payout::RefundKind;
use crate::operations::adjust_conversion::{Adjusted, Adjustment, adjust_conversion};
use crate::operations::refund_conversion::{Refund, Refunded, refund_conversion};
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page;

/// `POST /admin/{program}/conversions/{id}/adjustments`: what of a pending order stands, with a reason.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn adjust((app, manager, place, posted, request): Sent) -> Result<HttpResponse, WebError> {
    let id = conversion_id(&place.1)?;
    let seen = Some(seen(&app, &manager, id, &posted).await?);
    let explained = show::load(&app, &manager, id).await?;
    let again = |errors| {
        ShowPage::with_dialog(&app, &manager, &request, &explained, (Deed::Adjust, Filled::of(&posted), errors))
    };
    let mut errors = Errors::default();
    let amount = Money::parse(posted.text("amount").trim(), explained.conversion.currency);
    let Some(amount) = errors.take("amount", "New amount", amount) else { return Ok(again(errors)) };
    let adjustment = Adjustment { amount, reason: posted.text("reason").to_owned(), seen };
    let (program, user, env) = (manager.program.id, manager.user.id, app.environment.clone());
    let adjusted =
        app.recorder.write(move |write| adjust_conversion(write, &env, program, id, Actor::User(user), &adjustment));
    let adjusted = adjusted.await?;
    match &adjusted {
        Adjusted::Unknown => Err(WebError::NotFound),
        Adjusted::Changed | Adjusted::AlreadySo => {
            Ok(page::see_other_with(&address(&manager, id), Notice::ConversionAdjusted))
        }
        Adjusted::Refused(fault) => {
            errors.add("amount", format!("New amount {fault}."));
            Ok(again(errors))
        }
        Adjusted::NeedsReason => Ok(again(needs_reason())),
        Adjusted::Overtaken(_) => ShowPage::refused(&app, &manager, &request, id, Problem::Overtaken).await,
        Adjusted::NotPending(_) => {
            let sentence = adjusted.sentence();
            ShowPage::refused(&app, &manager, &request, id, Problem::Said(&sentence)).await
        }
    }
}

/// `POST /admin/{program}/conversions/{id}/refunds`: money that the customer got back. The same refund id again is the
/// same refund.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn refund((app, manager, place, posted, request): Sent) -> Result<HttpResponse, WebError> {
    let id = conversion_id(&place.1)?;
    let explained = show::load(&app, &manager, id).await?;
    let again = |errors| {
        ShowPage::with_dialog(&app, &manager, &request, &explained, (Deed::Refund, Filled::of(&posted), errors))
    };
    let mut errors = Errors::default();
    let Some(asked) = refund_of(&posted, explained.conversion.currency, &mut errors) else { return Ok(again(errors)) };
    let (program, user, env) = (manager.program.id, manager.user.id, app.environment.clone());
    let refunded =
        app.recorder.write(move |write| refund_conversion(write, &env, program, id, Actor::User(user), &asked));
    let notice = match refunded.await? {
        Refunded::Unknown => return Err(WebError::NotFound),
        Refunded::Recorded(_) => Notice::ConversionRefunded,
        Refunded::Repeat { differs: false, .. } => Notice::RefundKnown,
        Refunded::Repeat { first, .. } => {
            let sentence = format!(
                "Refund id must not be used twice: {} {} is on record under it.",
                first.amount(),
                first.currency
            );
            errors.add("event_id", sentence);
            return Ok(again(errors));
        }
        Refunded::Refused(fault) => {
            errors.add("amount", format!("Refunded amount {fault}."));
            return Ok(again(errors));
        }
    };
    Ok(page::see_other_with(&address(&manager, id), notice))
}

fn refund_of(posted: &Posted, currency: Currency, errors: &mut Errors) -> Option<Refund> {
    let event_id = errors.take("event_id", "Refund id", ExternalId::parse(posted.text("event_id").trim()));
    let amount = match posted.text("amount").trim() {
        "" => Some(None),
        typed => errors.take("amount", "Refunded amount", Money::parse(typed, currency)).map(Some),
    };
    Some(Refund {
        event_id: event_id?,
        kind: posted.text("kind").parse().unwrap_or(RefundKind::Refund),
        amount: amount?,
        reason: posted.text("reason").to_owned(),
        claimed_at: None,
    })
}
