//! Deciding about a referral: confirm, reassign, merge, erase.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::deeds::{self, Deed, Filled};
use super::names_of;
use super::show::{self, ShowPage, referral_id};
use crate::app::App;
use crate::domain::attribution::Refusal;
use crate::domain::click_token::Mode;
use crate::domain::id::{CampaignId, ReferralId};
use crate::domain::referral::{Claim, Decided};
use crate::operations::erase_customer::{find_personal, who_they_are};
use crate::operations::explain_referral::ExplainedReferral;
use crate::operations::merge_referrals::{Merged, merge_referrals};
use crate::operations::reassign_referral::{Reassigned, Reassignment, confirm_referral, reassign_referral};
use crate::storage::referrals::{self, list};
use crate::web::access::people::{Manager, Seat};
use crate::web::admin::choices::TypedAffiliate;
use crate::web::admin::settings::erasures;
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page;

/// A form about a referral, sent by somebody who may decide.
pub(super) type Sent = (Data<App>, Manager, Path<(String, String)>, Posted, HttpRequest);

/// The address of a referral.
fn address(manager: &Manager, id: ReferralId) -> String {
    format!("/admin/{}/referrals/{id}", manager.program.slug)
}

/// What a form was shown with. What is not there is said before what is malformed.
async fn seen(app: &App, seat: &Seat, id: ReferralId, posted: &Posted) -> Result<Claim, WebError> {
    match deeds::claim(posted.text("seen")) {
        Some(claim) => Ok(claim),
        None => Err(show::load(app, seat, id).await.err().unwrap_or(WebError::Malformed)),
    }
}

/// `POST /admin/{program}/referrals/{id}/confirmation`: vouches for who brought the customer.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such referral.
pub async fn confirm((app, manager, place, posted, request): Sent) -> Result<HttpResponse, WebError> {
    let id = referral_id(&place.1)?;
    let seen = seen(&app, &manager, id, &posted).await?;
    let (program, user, env) = (manager.program.id, manager.user.id, app.environment.clone());
    let confirmed = app.recorder.write(move |write| confirm_referral(write, &env, program, (id, user), seen));
    match confirmed.await? {
        Reassigned::Unknown => Err(WebError::NotFound),
        Reassigned::Decided(Decided::Made | Decided::AlreadySo) => {
            Ok(page::see_other_with(&address(&manager, id), Notice::ReferralConfirmed))
        }
        Reassigned::Decided(Decided::Overtaken) | Reassigned::Refused(_) | Reassigned::NeedsReason => {
            ShowPage::overtaken(&app, &manager, &request, id).await
        }
    }
}

/// `POST /admin/{program}/referrals/{id}/reassignment`: gives the customer to another affiliate, with a reason.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such referral.
pub async fn reassign((app, manager, place, posted, request): Sent) -> Result<HttpResponse, WebError> {
    let id = referral_id(&place.1)?;
    let seen = seen(&app, &manager, id, &posted).await?;
    let explained = show::load(&app, &manager, id).await?;
    let again = |errors| {
        ShowPage::with_dialog(&app, &manager, &request, &explained, (Deed::Reassign, Filled::of(&posted), errors))
    };
    let asked = match read(&app, &manager, &posted, seen) {
        Ok(asked) => asked,
        Err(errors) => return Ok(again(errors)),
    };
    let (program, user, env) = (manager.program.id, manager.user.id, app.environment.clone());
    let reassigned = app.recorder.write(move |write| reassign_referral(write, &env, program, (id, user), &asked));
    let mut errors = Errors::default();
    match reassigned.await? {
        Reassigned::Unknown => Err(WebError::NotFound),
        Reassigned::Decided(Decided::Made | Decided::AlreadySo) => {
            Ok(page::see_other_with(&address(&manager, id), Notice::ReferralReassigned))
        }
        Reassigned::Decided(Decided::Overtaken) => ShowPage::overtaken(&app, &manager, &request, id).await,
        Reassigned::NeedsReason => {
            errors.add("reason", "Reason must not be blank.");
            Ok(again(errors))
        }
        Reassigned::Refused(why) => {
            let (field, sentence) = cannot_have(why);
            errors.add(field, sentence);
            Ok(again(errors))
        }
    }
}

/// Why later orders could not be credited so, at the field that says it, and what to do.
const fn cannot_have(why: Refusal) -> (&'static str, &'static str) {
    match why {
        Refusal::AffiliateRejected | Refusal::UnknownAffiliate => {
            ("affiliate", "Affiliate must not be rejected; let it in first.")
        }
        Refusal::AffiliateNotActive => {
            ("affiliate", "Affiliate must be active, or the customer’s orders would be refused; activate it first.")
        }
        Refusal::CampaignNotPublic => {
            ("campaign", "Campaign must be public, or the customer’s orders would be refused; make it public first.")
        }
        Refusal::CampaignOutsidePeriod => {
            ("campaign", "Campaign must run now, or the customer’s orders would be refused; change its period first.")
        }
        _ => ("campaign", "Campaign must not be archived; restore it first."),
    }
}

fn read(app: &App, seat: &Seat, posted: &Posted, seen: Claim) -> Result<Reassignment, Errors> {
    let (catalogue, program) = (app.catalogue(), seat.program.id);
    let mut errors = Errors::default();
    let affiliate = TypedAffiliate::read(&catalogue, program, posted.text("affiliate")).found;
    if affiliate.is_none() {
        errors.add("affiliate", "Affiliate must be the code or id of an affiliate of this program.");
    }
    let campaign = posted.text("campaign").parse::<CampaignId>().ok();
    let campaign = campaign.and_then(|id| catalogue.campaign(program, id)).map(|campaign| campaign.id);
    if campaign.is_none() {
        errors.add("campaign", "Campaign must be one of this program.");
    }
    if posted.text("reason").trim().is_empty() {
        errors.add("reason", "Reason must not be blank.");
    }
    match (affiliate, campaign) {
        (Some(affiliate), Some(campaign)) if errors.is_empty() => {
            Ok(Reassignment { seen, affiliate: affiliate.id, campaign, reason: posted.text("reason").to_owned() })
        }
        _ => Err(errors),
    }
}

/// `POST /admin/{program}/referrals/{id}/merger`: makes the customer one with another referral, which stays.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such referral.
pub async fn merge((app, manager, place, posted, request): Sent) -> Result<HttpResponse, WebError> {
    let id = referral_id(&place.1)?;
    let seen = seen(&app, &manager, id, &posted).await?;
    let explained = show::load(&app, &manager, id).await?;
    let again = |sentence: &str| {
        let mut errors = Errors::default();
        errors.add("into", sentence);
        ShowPage::with_dialog(&app, &manager, &request, &explained, (Deed::Merge, Filled::of(&posted), errors))
    };
    let found = meant(&app, &manager, &explained, posted.text("into")).await?;
    let left = match found[..] {
        [left] if left != explained.row.id => left,
        [] => return Ok(again("Referral that stays must be known here, by its id or one of the customer’s names.")),
        [_] => return Ok(again("Referral that stays must be another one.")),
        _ => return Ok(again("Referral that stays must be one: several customers go by this name. Give its id.")),
    };
    let (program, user, env) = (manager.program.id, manager.user.id, app.environment.clone());
    let merged = app.recorder.write(move |write| merge_referrals(write, &env, program, (id, left, user), seen));
    match merged.await? {
        Merged::Unknown => Err(WebError::NotFound),
        Merged::Made | Merged::AlreadySo => Ok(page::see_other_with(&address(&manager, left), Notice::ReferralsMerged)),
        Merged::NotPossible => Ok(again("Referral that stays must be another one of the same mode, live or test.")),
        Merged::Overtaken => ShowPage::overtaken(&app, &manager, &request, id).await,
    }
}

/// `POST /admin/{program}/referrals/{id}/erasure`: forgets who the customer is. The same again finds nothing more.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such referral.
pub async fn erase((app, manager, place, _posted, _request): Sent) -> Result<HttpResponse, WebError> {
    let id = show::load(&app, &manager, referral_id(&place.1)?).await?.row.id;
    let (program, env) = (manager.program.id, app.environment.clone());
    let found = app.read(move |conn| {
        let subject = who_they_are(conn, program, &[id])?;
        let personal = find_personal(conn, &env, program, &subject)?;
        Ok((subject, personal))
    });
    let (subject, personal) = found.await?;
    if !(subject.names.is_empty() && personal.is_nothing()) {
        erasures::erase(&app, (program, manager.user.id), (subject, personal)).await?;
    }
    Ok(page::see_other_with(&address(&manager, id), Notice::CustomerErased))
}

/// The referrals that a typed text names: by id, or by what the customer is called.
async fn meant(
    app: &App,
    seat: &Seat,
    explained: &ExplainedReferral,
    typed: &str,
) -> Result<Vec<ReferralId>, WebError> {
    let program = seat.program.id;
    if let Ok(id) = typed.trim().parse::<ReferralId>() {
        let found = app.read(move |conn| list::find_left(conn, program, id)).await?;
        return Ok(found.map(|row| row.id).into_iter().collect());
    }
    let mode: Mode = explained.row.mode;
    let names: Vec<_> = names_of(app, typed).into_iter().map(|name| (program, mode, name)).collect();
    let known = app.read(move |conn| referrals::named(conn, &names).map(|known| (names, known))).await?;
    let (names, known) = known;
    let mut found: Vec<ReferralId> = names.iter().filter_map(|name| known.get(name).copied()).collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
