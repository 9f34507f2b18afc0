//! What is done with a token that is there: its key shown, a successor made, an end given.

use std::time::Duration;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::list::{Deed, ListPage, OVERLAPS};
use super::{KeyPage, token_id};
use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::permission::Scope;
use crate::operations::audit::note;
use crate::operations::revoke_token::{NotRevoked, revoke_token};
use crate::operations::rotate_token::{NotRotated, rotate_token};
use crate::operations::show_token::{NotShown, show_token};
use crate::recorder::WriteError;
use crate::web::access::people::Owner;
use crate::web::error::WebError;
use crate::web::filters::minute;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};

const ENDED: &str = "This token has ended.";
const HAS_AN_END: &str = "This token was rotated or revoked before.";
const UNREADABLE: &str = "This key cannot be read any more: it was sealed with another master key. Rotate it.";

/// Where a token is named in the URL: program and token.
type Place = Path<(String, String)>;

/// `POST /admin/{program}/settings/tokens/{token}/disclosure`: shows its key again, which is noted.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such token.
pub async fn show(
    app: Data<App>,
    owner: Owner,
    place: Place,
    _posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (id, program, env) = (token_id(&place.1)?, owner.program.id, app.environment.clone());
    let act = owner.act(Action::TokenShown).on(id);
    let shown = app.recorder.write(move |write| {
        let shown = show_token(write, &env, program, id)?;
        note(write, &env, &act)?;
        Ok(shown)
    });
    match shown.await {
        Ok((row, key)) => {
            let (frame, in_url) =
                (Frame::new(&owner, Section::Settings, &request), row.rights()?.allow(Scope::Postback));
            let text = "That it was shown is in the audit log.".to_owned();
            Ok(page::ok(&KeyPage { frame, heading: "The key of this token", text, name: row.name, key, in_url }))
        }
        Err(WriteError::Refused(NotShown::Ended)) => overtaken(&app, &owner, &request, ENDED).await,
        Err(WriteError::Refused(NotShown::Unreadable)) => overtaken(&app, &owner, &request, UNREADABLE).await,
        Err(WriteError::Refused(NotShown::NotFound)) => Err(WebError::NotFound),
        Err(WriteError::Refused(NotShown::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(why)) => Err(why.into()),
    }
}

/// `POST /admin/{program}/settings/tokens/{token}/rotation`: makes its successor and shows that key.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such token.
pub async fn rotate(
    app: Data<App>,
    owner: Owner,
    place: Place,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (id, program, env) = (token_id(&place.1)?, owner.program.id, app.environment.clone());
    let known = app.read(move |conn| crate::storage::tokens::find_api_token(conn, program, id)).await?;
    let old = known.ok_or(WebError::NotFound)?;
    let asked = OVERLAPS.iter().find(|(word, _, _)| *word == posted.text("overlap"));
    let Some(hours) = asked.map(|(_, _, hours)| *hours) else {
        let mut errors = Errors::default();
        errors.add("overlap", "The old key stops working must be one of the times offered.");
        let shown = ListPage::load(&app, &owner, &request).await?;
        return Ok(page::unprocessable(&shown.asking(Deed::Rotate, Some(id), ("none", errors))));
    };
    let overlap = Duration::from_secs(hours * 3_600);
    let act = owner.act(Action::TokenRotated).on(id);
    let rotated = app.recorder.write(move |write| {
        let (_, key) = rotate_token(write, &env, program, id, overlap)?;
        note(write, &env, &act)?;
        Ok(key)
    });
    match rotated.await {
        Ok(key) => {
            let end = minute(app.environment.clock.now().plus(overlap), &owner.program.zone);
            let text = match hours {
                0 => "The old key has ended.".to_owned(),
                _ => format!("The old key works until {end}, or until you revoke it."),
            };
            let (frame, in_url) =
                (Frame::new(&owner, Section::Settings, &request), old.rights()?.allow(Scope::Postback));
            Ok(page::ok(&KeyPage { frame, heading: "The new key of this token", text, name: old.name, key, in_url }))
        }
        Err(WriteError::Refused(NotRotated::Ending)) => overtaken(&app, &owner, &request, HAS_AN_END).await,
        Err(WriteError::Refused(NotRotated::NotFound)) => Err(WebError::NotFound),
        Err(WriteError::Refused(NotRotated::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(why)) => Err(why.into()),
    }
}

/// `POST /admin/{program}/settings/tokens/{token}/revocation`: ends it now.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such token.
pub async fn revoke(app: Data<App>, owner: Owner, place: Place, _posted: Posted) -> Result<HttpResponse, WebError> {
    let (id, program, env) = (token_id(&place.1)?, owner.program.id, app.environment.clone());
    let act = owner.act(Action::TokenRevoked).on(id);
    let revoked = app.recorder.write(move |write| {
        if revoke_token(write, &env, program, id)? {
            note(write, &env, &act)?;
        }
        Ok::<_, NotRevoked>(())
    });
    match revoked.await {
        Ok(()) => {
            let list = format!("/admin/{}/settings/tokens", owner.program.slug);
            Ok(page::see_other_with(&list, Notice::TokenRevoked))
        }
        Err(WriteError::Refused(NotRevoked::Overtaken)) => Err(WebError::Overtaken),
        Err(WriteError::Refused(NotRevoked::NotFound)) => Err(WebError::NotFound),
        Err(WriteError::Refused(NotRevoked::Storage(error))) => Err(error.into()),
        Err(WriteError::NotRecorded(why)) => Err(why.into()),
    }
}

async fn overtaken(
    app: &App,
    owner: &Owner,
    request: &HttpRequest,
    why: &'static str,
) -> Result<HttpResponse, WebError> {
    Ok(page::conflict(&ListPage::load(app, owner, request).await?.overtaken(why)))
}
