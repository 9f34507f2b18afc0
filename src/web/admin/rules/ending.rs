//! Ending a rule.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::form::{FormPage, Place, list};
use super::{campaign, catalogue, number};
use crate::app::App;
use crate::domain::audit::Action;
use crate::operations::audit::note;
use crate::operations::end_rule::end_rule;
use crate::operations::save_rule::{RuleRefused, SeenRule};
use crate::recorder::WriteError;
use crate::web::access::people::Manager;
use crate::web::error::WebError;
use crate::web::form::Posted;
use crate::web::notice::Notice;
use crate::web::page;

/// `POST /admin/{program}/rules/{campaign}/{number}/ending`: ends a rule, as whoever saw its version.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign, or the campaign no such rule.
pub async fn end(
    app: Data<App>,
    manager: Manager,
    place: Place,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (program, before) = (&manager.program, catalogue(&app));
    let (at, number) = ((program.id, campaign(&before, program, &place.1)?.id), number(&place.2)?);
    let seen = SeenRule { number, version: posted.text("version").parse().unwrap_or(0) };
    let (env, act) = (app.environment.clone(), manager.act(Action::RuleEnded));
    let ended = app.recorder.write(move |write| {
        if let Some(rule) = end_rule(write, &env, at, seen)? {
            note(write, &env, &act.on(rule.id))?;
        }
        Ok::<_, RuleRefused>(())
    });
    match ended.await {
        Ok(()) => Ok(page::see_other_with(&list(&manager, &place.1), Notice::RuleEnded)),
        Err(WriteError::Refused(RuleRefused::Storage(error))) => Err(error.into()),
        Err(WriteError::Refused(RuleRefused::NotFound)) => Err(WebError::NotFound),
        Err(WriteError::Refused(_)) => {
            let shown = FormPage::load(&app, &manager, &request, &place).await?;
            Ok(page::conflict(&shown.overtaken(&catalogue(&app), &manager, &place, seen.version)))
        }
        Err(WriteError::NotRecorded(why)) => Err(why.into()),
    }
}
