//! Deciding about one conversion: approve, reject, back to pending.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::deeds::{Deed, Filled};
use super::show::{self, Problem, ShowPage, conversion_id};
use crate::app::App;
use crate::domain::change::Actor;
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::ConversionId;
use crate::domain::review::Obstacle;
use crate::operations::review_conversion::{Decision, Reviewed, review_conversion};
use crate::web::access::people::{Manager, Seat};
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page;

/// Where a conversion's form was sent: program and conversion.
type Place = Path<(String, String)>;

/// A form about a conversion, sent by somebody who may decide.
pub(super) type Sent = (Data<App>, Manager, Place, Posted, HttpRequest);

/// The edition that a form about this conversion was shown with. What is not there is said before what is malformed.
pub(super) async fn seen(app: &App, seat: &Seat, id: ConversionId, posted: &Posted) -> Result<i64, WebError> {
    match posted.text("edition").parse() {
        Ok(edition) => Ok(edition),
        Err(_) => Err(show::load(app, seat, id).await.err().unwrap_or(WebError::Malformed)),
    }
}

/// The address of a conversion.
pub(super) fn address(manager: &Manager, id: ConversionId) -> String {
    format!("/admin/{}/conversions/{id}", manager.program.slug)
}

/// `POST /admin/{program}/conversions/{id}/approval`: approves, as whoever saw this edition.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn approve(sent: Sent) -> Result<HttpResponse, WebError> {
    decide(sent, ConversionStatus::Approved).await
}

/// `POST /admin/{program}/conversions/{id}/rejection`: rejects, with a reason.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn reject(sent: Sent) -> Result<HttpResponse, WebError> {
    decide(sent, ConversionStatus::Rejected).await
}

/// `POST /admin/{program}/conversions/{id}/reopening`: takes a decision back, with a reason.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn reopen(sent: Sent) -> Result<HttpResponse, WebError> {
    decide(sent, ConversionStatus::Pending).await
}

async fn decide(
    (app, manager, place, posted, request): Sent,
    wanted: ConversionStatus,
) -> Result<HttpResponse, WebError> {
    let id = conversion_id(&place.1)?;
    let seen = Some(seen(&app, &manager, id, &posted).await?);
    let decision = Decision { wanted, seen, reason: posted.text("reason").to_owned() };
    let (program, user, env) = (manager.program.id, manager.user.id, app.environment.clone());
    let reviewed =
        app.recorder.write(move |write| review_conversion(write, &env, program, id, Actor::User(user), &decision));
    let problem = match reviewed.await? {
        Reviewed::Unknown => return Err(WebError::NotFound),
        Reviewed::Changed | Reviewed::AlreadySo => {
            return Ok(page::see_other_with(&address(&manager, id), notice(wanted)));
        }
        Reviewed::NotPossible(_, Obstacle::NeedsReason) => {
            let explained = show::load(&app, &manager, id).await?;
            let refused = (deed(wanted), Filled::of(&posted), needs_reason());
            return Ok(ShowPage::with_dialog(&app, &manager, &request, &explained, refused));
        }
        Reviewed::NotPossible(_, obstacle) => Problem::Said(obstacle.sentence()),
        Reviewed::Overtaken(_) => Problem::Overtaken,
    };
    ShowPage::refused(&app, &manager, &request, id, problem).await
}

/// What is said where a reason is missing.
pub(super) fn needs_reason() -> Errors {
    let mut errors = Errors::default();
    errors.add("reason", "Reason must not be blank.");
    errors
}

const fn deed(wanted: ConversionStatus) -> Deed {
    match wanted {
        ConversionStatus::Pending => Deed::Reopen,
        ConversionStatus::Approved | ConversionStatus::Rejected => Deed::Reject,
    }
}

const fn notice(wanted: ConversionStatus) -> Notice {
    match wanted {
        ConversionStatus::Approved => Notice::ConversionApproved,
        ConversionStatus::Rejected => Notice::ConversionRejected,
        ConversionStatus::Pending => Notice::ConversionReopened,
    }
}
