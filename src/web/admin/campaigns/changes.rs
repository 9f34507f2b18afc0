//! What is done to a campaign with one button: archiving, restoring, duplicating, taking an image away.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::campaign_id;
use crate::app::App;
use crate::domain::audit::{Act, Action};
use crate::domain::id::MediaId;
use crate::environment::Environment;
use crate::operations::archive_campaign::{archive_campaign, restore_campaign};
use crate::operations::audit::note;
use crate::operations::campaign_media::remove_media;
use crate::operations::duplicate_campaign::duplicate_campaign;
use crate::storage::error::{StorageError, Stored};
use crate::storage::write::Write;
use crate::web::access::people::Manager;
use crate::web::error::WebError;
use crate::web::form::Posted;
use crate::web::notice::Notice;
use crate::web::page;

/// Where a campaign's button was pressed: program and campaign.
type Place = Path<(String, String)>;

fn list(manager: &Manager) -> String {
    format!("/admin/{}/campaigns", manager.program.slug)
}

/// Notes what was done, if there was something to do it to.
fn noted_if(found: bool, write: &mut Write<'_>, env: &Environment, act: &Act) -> Stored<bool> {
    if found {
        note(write, env, act)?;
    }
    Ok(found)
}

/// `POST /admin/{program}/campaigns/{id}/archival`: puts the campaign away.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub async fn archive(
    app: Data<App>,
    manager: Manager,
    place: Place,
    _posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, program, env) = (campaign_id(&place.1)?, manager.program.id, app.environment.clone());
    let act = manager.act(Action::CampaignArchived).on(id);
    let archived = app.recorder.write(move |write| {
        let found = archive_campaign(write, &env, program, id)?;
        noted_if(found, write, &env, &act)
    });
    if !archived.await? {
        return Err(WebError::NotFound);
    }
    Ok(page::see_other_with(&list(&manager), Notice::CampaignArchived))
}

/// `POST /admin/{program}/campaigns/{id}/restoration`: brings the campaign back.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub async fn restore(
    app: Data<App>,
    manager: Manager,
    place: Place,
    _posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, program, env) = (campaign_id(&place.1)?, manager.program.id, app.environment.clone());
    let act = manager.act(Action::CampaignRestored).on(id);
    let restored = app.recorder.write(move |write| {
        let found = restore_campaign(write, program, id)?;
        noted_if(found, write, &env, &act)
    });
    if !restored.await? {
        return Err(WebError::NotFound);
    }
    Ok(page::see_other_with(&list(&manager), Notice::CampaignRestored))
}

/// `POST /admin/{program}/campaigns/{id}/copies`: makes a Draft like it and leads to its form.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub async fn duplicate(
    app: Data<App>,
    manager: Manager,
    place: Place,
    _posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, program, env) = (campaign_id(&place.1)?, manager.program.id, app.environment.clone());
    let (owner, act) = (Some(manager.user.id), manager.act(Action::CampaignCopied));
    let copied = app.recorder.write(move |write| {
        let copy = duplicate_campaign(write, &env, program, id, owner)?;
        if let Some(copy) = copy {
            note(write, &env, &act.on(copy))?;
        }
        Ok::<_, StorageError>(copy)
    });
    let copy = copied.await?.ok_or(WebError::NotFound)?;
    Ok(page::see_other_with(&format!("{}/{copy}", list(&manager)), Notice::CampaignCopied))
}

/// `POST /admin/{program}/campaigns/{id}/media/{media}/removal`: takes an image away.
///
/// # Errors
/// [`WebError::NotFound`] when the campaign of this program has no such image.
pub async fn remove_image(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String, String)>,
    _posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, program, env) = (campaign_id(&place.1)?, manager.program.id, app.environment.clone());
    let image = place.2.parse::<MediaId>().map_err(|_| WebError::NotFound)?;
    let act = manager.act(Action::ImageRemoved).on(id);
    let removed = app.recorder.write(move |write| {
        let found = remove_media(write, program, id, image)?;
        noted_if(found, write, &env, &act)
    });
    if !removed.await? {
        return Err(WebError::NotFound);
    }
    Ok(page::see_other_with(&format!("{}/{id}?tab=general", list(&manager)), Notice::ImageRemoved))
}
