//! The browsers one is signed in with, and ending them.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::address;
use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::id::SessionId;
use crate::domain::time::{Timestamp, Zone};
use crate::operations::audit::note;
use crate::storage::sessions::{self, SessionRow};
use crate::web::access::people::Viewer;
use crate::web::error::WebError;
use crate::web::form::Posted;
use crate::web::notice::Notice;
use crate::web::{filters, page, session, user_agent};

/// A session in the list.
pub(super) struct SessionLine {
    pub(super) id: SessionId,
    pub(super) browser: String,
    pub(super) network: String,
    pub(super) began: String,
    pub(super) seen: String,
    pub(super) seen_at: String,
    pub(super) is_this: bool,
}

/// The sessions that still count, the one used last first.
pub(super) fn lines(rows: &[SessionRow], browser: &Session, now: Timestamp, zone: &Zone) -> Vec<SessionLine> {
    let alive = rows.iter().filter(|row| session::is_alive(row, now));
    let line = |row: &SessionRow| {
        let from = session::begun_from(row);
        SessionLine {
            id: row.id,
            browser: user_agent::in_words(&from.browser),
            network: from.network,
            began: filters::minute(row.created_at, zone),
            seen: filters::ago(row.seen_at, now, zone),
            seen_at: filters::minute(row.seen_at, zone),
            is_this: session::is_of(row, browser),
        }
    };
    alive.map(line).collect()
}

/// `POST /admin/{program}/settings/security/sessions/{session}/revocation`.
///
/// # Errors
/// [`WebError`] when the person has no such session, or the database is away.
pub async fn end(
    app: Data<App>,
    viewer: Viewer,
    path: Path<(String, SessionId)>,
    browser: Session,
    _posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (user, id, env) = (viewer.user.id, path.into_inner().1, app.environment.clone());
    let own = app.read(move |conn| sessions::of_user(conn, user)).await?;
    let row = own.into_iter().find(|row| row.id == id).ok_or(WebError::NotFound)?;
    if session::is_of(&row, &browser) {
        let act = viewer.act_on_oneself(Action::SignedOut);
        app.recorder.write(move |write| note(write, &env, &act)).await?;
        browser.purge();
        return Ok(page::see_other_with("/sign-in", Notice::SignedOut));
    }
    let act = viewer.act_on_oneself(Action::SessionEnded).on(id);
    let ended = app.recorder.write(move |write| {
        sessions::end(write, user, id)?;
        note(write, &env, &act)
    });
    ended.await?;
    Ok(page::see_other_with(&address(&viewer), Notice::SessionEnded))
}

/// `POST /admin/{program}/settings/security/sessions/revocation`: every session but this one.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn end_others(
    app: Data<App>,
    viewer: Viewer,
    browser: Session,
    _posted: Posted,
) -> Result<HttpResponse, WebError> {
    let user = viewer.user.id;
    let own = app.read(move |conn| sessions::of_user(conn, user)).await?;
    let this = own.iter().find(|row| session::is_of(row, &browser)).ok_or(WebError::NotFound)?.id;
    let (env, act) = (app.environment.clone(), viewer.act_on_oneself(Action::OtherSessionsEnded));
    let ended = app.recorder.write(move |write| {
        sessions::end_others(write, user, this)?;
        note(write, &env, &act)
    });
    ended.await?;
    Ok(page::see_other_with(&address(&viewer), Notice::OthersEnded))
}
