//! Paying an affiliate: a payout is begun, then the money is sent by other means, then the payout is marked as paid; or it
//! is called off.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::affiliate_id;
use super::money::MoneyPage;
use crate::app::App;
use crate::domain::change::Actor;
use crate::domain::id::{AffiliateId, PayoutId, ProgramId};
use crate::domain::money::Money;
use crate::domain::payout::PayoutState;
use crate::operations::payouts::{Begun, Ended, begin_payout, call_off_payout, finish_payout, refer_to_payout};
use crate::storage::error::{StorageError, Stored};
use crate::storage::keyset::Start;
use crate::storage::write::Write;
use crate::storage::{affiliates, payouts, roll_ups};
use crate::web::access::people::{Manager, Seat};
use crate::web::error::WebError;
use crate::web::filters::amount;
use crate::web::form::Posted;
use crate::web::notice::Notice;
use crate::web::page;

/// What came of asking for a payout of what was seen to be payable.
enum Begins {
    /// Another amount is payable by now, in minor units.
    Moved(i64),
    Came(Begun),
}

/// `POST /admin/{program}/affiliates/{id}/payouts`: begins one, of the amount that was seen.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such affiliate.
pub async fn begin(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String)>,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (affiliate, program) = (affiliate_id(&place.1)?, manager.program.id);
    let seen: Option<i64> = posted.text("seen").parse().ok();
    let reference = posted.text("reference").trim().to_owned();
    let (env, actor) = (app.environment.clone(), Actor::User(manager.user.id));
    let begun = app.recorder.write(move |write| {
        let has_open = payouts::open_of_affiliate(write.conn(), program, affiliate)?.is_some();
        let payable = roll_ups::money_of_affiliate(write.conn(), affiliate)?.payable_minor();
        let is_ours = affiliates::find(write.conn(), program, affiliate)?.is_some();
        if is_ours && !has_open && seen != Some(payable) {
            return Ok::<_, StorageError>(Begins::Moved(payable));
        }
        begin_payout(write, &env, program, affiliate, actor, &reference).map(Begins::Came)
    });
    let written = |minor| {
        format!("{} {}", amount(Money::new(minor, manager.program.base_currency)), manager.program.base_currency)
    };
    let sentence = match begun.await? {
        Begins::Came(Begun::Unknown) => return Err(WebError::NotFound),
        Begins::Came(Begun::Begun(_)) => return Ok(back(&manager, affiliate, Notice::PayoutBegun)),
        Begins::Came(Begun::AlreadyOpen(_)) => return Ok(back(&manager, affiliate, Notice::PayoutOpen)),
        Begins::Came(Begun::NothingPayable(payable)) => {
            format!("Nothing is payable at present: {}. Nothing was changed.", written(payable.minor()))
        }
        Begins::Moved(payable) => {
            format!("Something changed meanwhile: {} is payable by now. No payout was begun.", written(payable))
        }
    };
    overtaken(&app, &manager, &request, affiliate, sentence).await
}

/// `POST /admin/{program}/affiliates/{id}/payouts/{payout}/payment`: the affiliate has the money.
///
/// # Errors
/// [`WebError::NotFound`] when the affiliate has no such payout.
pub async fn pay(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String, String)>,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (affiliate, payout) = (affiliate_id(&place.1)?, payout_id(&place.2)?);
    let reference = posted.text("reference").trim().to_owned();
    let (env, program, actor) = (app.environment.clone(), manager.program.id, Actor::User(manager.user.id));
    let ended = app.recorder.write(move |write| {
        if !is_to(write, (program, affiliate), payout)? {
            return Ok::<_, StorageError>(Ended::Unknown);
        }
        refer_to_payout(write, program, payout, &reference)?;
        finish_payout(write, &env, program, payout, actor)
    });
    answer(&app, &manager, &request, affiliate, (ended.await?, Notice::PayoutPaid)).await
}

/// `POST /admin/{program}/affiliates/{id}/payouts/{payout}/withdrawal`: it did not happen.
///
/// # Errors
/// [`WebError::NotFound`] when the affiliate has no such payout.
pub async fn call_off(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String, String)>,
    _posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (affiliate, payout) = (affiliate_id(&place.1)?, payout_id(&place.2)?);
    let (env, program, actor) = (app.environment.clone(), manager.program.id, Actor::User(manager.user.id));
    let ended = app.recorder.write(move |write| {
        if !is_to(write, (program, affiliate), payout)? {
            return Ok::<_, StorageError>(Ended::Unknown);
        }
        call_off_payout(write, &env, program, payout, actor)
    });
    answer(&app, &manager, &request, affiliate, (ended.await?, Notice::PayoutCalledOff)).await
}

/// The payout that a URL names; what is no id is no payout.
fn payout_id(text: &str) -> Result<PayoutId, WebError> {
    text.parse().map_err(|_| WebError::NotFound)
}

fn is_to(write: &mut Write<'_>, (program, affiliate): (ProgramId, AffiliateId), payout: PayoutId) -> Stored<bool> {
    Ok(payouts::find(write.conn(), program, payout)?.is_some_and(|row| row.affiliate_id == affiliate))
}

fn back(seat: &Seat, affiliate: AffiliateId, notice: Notice) -> HttpResponse {
    page::see_other_with(&format!("/admin/{}/affiliates/{affiliate}/money", seat.program.slug), notice)
}

async fn answer(
    app: &App,
    seat: &Seat,
    request: &HttpRequest,
    affiliate: AffiliateId,
    (ended, notice): (Ended, Notice),
) -> Result<HttpResponse, WebError> {
    let sentence = match ended {
        Ended::Unknown => return Err(WebError::NotFound),
        Ended::Changed(_) | Ended::AlreadySo(_) => return Ok(back(seat, affiliate, notice)),
        Ended::EndedOtherwise(row) if row.state == PayoutState::Paid => {
            "This payout is paid by now and cannot be called off. Nothing was changed."
        }
        Ended::EndedOtherwise(_) => "This payout was called off by now and cannot be paid. Nothing was changed.",
    };
    overtaken(app, seat, request, affiliate, sentence.to_owned()).await
}

async fn overtaken(
    app: &App,
    seat: &Seat,
    request: &HttpRequest,
    affiliate: AffiliateId,
    sentence: String,
) -> Result<HttpResponse, WebError> {
    let shown = MoneyPage::load(app, seat, request, affiliate, Start::Newest).await?;
    Ok(page::conflict(&shown.overtaken(sentence)))
}
