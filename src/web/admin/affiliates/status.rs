//! Deciding where an affiliate stands.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::affiliate_id;
use super::form::ShowPage;
use crate::app::App;
use crate::domain::affiliate::AffiliateStatus;
use crate::domain::audit::Action;
use crate::operations::audit::note;
use crate::operations::review_affiliate::{Decision, Reviewed, review_affiliate};
use crate::storage::error::StorageError;
use crate::web::access::people::Manager;
use crate::web::admin::badges;
use crate::web::error::WebError;
use crate::web::form::Posted;
use crate::web::notice::Notice;
use crate::web::page;

/// `POST /admin/{program}/affiliates/{id}/status`: decides, as whoever saw the affiliate stand at `seen`.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such affiliate.
pub async fn decide(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String)>,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (id, program) = (affiliate_id(&place.1)?, manager.program.id);
    let status = |name| posted.text(name).parse::<AffiliateStatus>().map_err(|_| WebError::Malformed);
    let decision = Decision { seen: status("seen")?, wanted: status("status")? };
    let (env, act) = (app.environment.clone(), manager.act(action(decision.wanted)).on(id));
    let reviewed = app.recorder.write(move |write| {
        let reviewed = review_affiliate(write, program, id, decision)?;
        if matches!(reviewed, Reviewed::Changed) {
            note(write, &env, &act)?;
        }
        Ok::<_, StorageError>(reviewed)
    });
    let reviewed = reviewed.await?;
    let sentence = match reviewed {
        Reviewed::Unknown => return Err(WebError::NotFound),
        Reviewed::Changed | Reviewed::AlreadySo => {
            let address = format!("/admin/{}/affiliates/{id}", manager.program.slug);
            return Ok(page::see_other_with(&address, notice(decision.wanted)));
        }
        Reviewed::Overtaken(now) => {
            format!(
                "Somebody was faster: this affiliate is {} by now. Nothing was changed.",
                badges::affiliate(now).word
            )
        }
        Reviewed::NotPossible(now) => {
            let (now, wanted) = (badges::affiliate(now).word, badges::affiliate(decision.wanted).word);
            format!("An affiliate who is {now} cannot become {wanted}. Nothing was changed.")
        }
    };
    let shown = ShowPage::load(&app, &manager, &request, id).await?;
    Ok(page::conflict(&shown.overtaken(sentence)))
}

const fn action(status: AffiliateStatus) -> Action {
    match status {
        AffiliateStatus::Active => Action::AffiliateActivated,
        AffiliateStatus::Paused => Action::AffiliatePaused,
        AffiliateStatus::Rejected => Action::AffiliateRejected,
        AffiliateStatus::Pending => Action::AffiliateReopened,
    }
}

const fn notice(status: AffiliateStatus) -> Notice {
    match status {
        AffiliateStatus::Active => Notice::AffiliateActive,
        AffiliateStatus::Paused => Notice::AffiliatePaused,
        AffiliateStatus::Rejected => Notice::AffiliateRejected,
        AffiliateStatus::Pending => Notice::AffiliatePending,
    }
}
