//! Who is signed in with which browser.
//!
//! The browser carries 256 random bits in a signed cookie; the database knows only their keyed hash, so a stolen copy of
//! it signs nobody in. A session ends after half an hour without use and twelve hours after it began (QUALITY AUT-2),
//! at sign-out, and whenever its row goes: nothing re-creates a row, so a request that was under way meanwhile cannot.
//! It also names the time from which on its person's password held, and is none once that has changed. Nobody has a
//! session before signing in: forms for strangers are protected without one, and a flood of visitors writes nothing.
//!
//! Who has given the right password and owes a code has half a session, for ten minutes: it says who they are and lets them
//! in nowhere.

use std::collections::HashMap;
use std::time::Duration;

use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_session::{Session, SessionMiddleware};
use actix_web::HttpRequest;
use actix_web::cookie::{Key, SameSite, time};
use actix_web::http::header::USER_AGENT;
use actix_web::web::Data;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::client_address::client_address;
use crate::app::App;
use crate::domain::handle::NetworkPrefix;
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::operations::sign_in::Known;
use crate::recorder::WriteError;
use crate::storage::error::StorageError;
use crate::storage::sessions::{self, SessionRow};
use crate::storage::write::Write;

/// How long a session lasts without use.
pub const IDLE: Duration = Duration::from_secs(30 * 60);

/// How long a session lasts at most.
pub const ABSOLUTE: Duration = Duration::from_secs(12 * 3_600);

/// How exactly the last use is kept: writing it down for every page would make reading a page a write.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// How long somebody who gave the right password may take over the code.
const OWING_FOR: Duration = Duration::from_secs(10 * 60);

/// What a session remembers, by name.
const USER: &str = "user";
const SINCE: &str = "since";
const OWING: &str = "owing";
const OWING_UNTIL: &str = "owing_until";
const FORM_TOKEN: &str = "form_token";
const BROWSER: &str = "browser";
const NETWORK: &str = "network";

/// Stands alone in place of everything else when the database could not be asked.
const UNREADABLE: &str = "unreadable";

type State = HashMap<String, String>;

/// Where sessions are kept.
#[derive(Clone)]
pub struct Store(Data<App>);

/// The middleware that gives handlers their [`Session`].
#[must_use]
pub fn middleware(app: &Data<App>) -> SessionMiddleware<Store> {
    SessionMiddleware::builder(Store(app.clone()), Key::from(app.environment.keys.cookies()))
        .cookie_name(cookie_name(app).to_owned())
        .cookie_secure(app.public_url.is_https())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default())
        .build()
}

/// The name of the cookie: under https one that no other host and no plain page can set.
#[must_use]
pub fn cookie_name(app: &App) -> &'static str {
    if app.public_url.is_https() { "__Host-accrue_session" } else { "accrue_session" }
}

/// A session could not be read or kept: the database is away, or a defect of ours.
#[derive(Debug, thiserror::Error)]
#[error("the session could not be kept")]
pub struct SessionLost;

/// From where somebody signs in, as the list of sessions tells it.
#[derive(Clone, Debug)]
pub struct SignedInFrom {
    /// The browser's own name for itself.
    pub browser: String,
    /// The network it is in.
    pub network: String,
}

impl SignedInFrom {
    /// From where this request comes.
    #[must_use]
    pub fn read(app: &App, request: &HttpRequest) -> Self {
        let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        let network = client_address(request, &app.trusted_proxies).map(NetworkPrefix::of);
        Self {
            browser: agent.unwrap_or_default().chars().take(200).collect(),
            network: network.map_or_else(String::new, |network| network.as_str().to_owned()),
        }
    }
}

/// Lets this browser in as somebody, under a new key.
///
/// # Errors
/// [`SessionLost`].
pub fn begin(session: &Session, app: &App, known: &Known, from: &SignedInFrom) -> Result<(), SessionLost> {
    let token = URL_SAFE_NO_PAD.encode(app.environment.mint.bytes::<24>());
    let (user, since) = (known.user_id.to_string(), known.password_since.millis().to_string());
    let state =
        [(USER, &user), (SINCE, &since), (FORM_TOKEN, &token), (BROWSER, &from.browser), (NETWORK, &from.network)];
    restart(session, &state)
}

/// Remembers that somebody has given the right password with this browser, and owes a code.
///
/// # Errors
/// [`SessionLost`].
pub fn begin_owing(session: &Session, app: &App, known: &Known) -> Result<(), SessionLost> {
    let until = app.environment.clock.now().plus(OWING_FOR).millis().to_string();
    let (user, since) = (known.user_id.to_string(), known.password_since.millis().to_string());
    restart(session, &[(OWING, &user), (SINCE, &since), (OWING_UNTIL, &until)])
}

/// Forgets everything and goes on under a new key.
fn restart(session: &Session, state: &[(&str, &String)]) -> Result<(), SessionLost> {
    session.clear();
    session.renew();
    for (name, value) in state {
        session.insert(*name, value).map_err(|_| SessionLost)?;
    }
    Ok(())
}

/// Who owes a code with this browser, while there is time for it.
#[must_use]
pub fn owing(session: &Session, now: Timestamp) -> Option<Known> {
    let user_id = text(session, OWING)?.parse().ok()?;
    let in_time = now < moment(session, OWING_UNTIL)?;
    in_time.then_some(Known { user_id, password_since: moment(session, SINCE)?, owes_code: true })
}

/// Who is signed in with this browser, as far as the session says, and since when their password was what it was.
#[must_use]
pub fn user(session: &Session) -> Option<(UserId, Timestamp)> {
    Some((text(session, USER)?.parse().ok()?, moment(session, SINCE)?))
}

fn text(session: &Session, name: &str) -> Option<String> {
    session.get(name).ok().flatten()
}

fn moment(session: &Session, name: &str) -> Option<Timestamp> {
    text(session, name)?.parse().ok().map(Timestamp::from_millis)
}

/// Whether the database could not be asked who this is.
#[must_use]
pub fn is_unreadable(session: &Session) -> bool {
    session.entries().contains_key(UNREADABLE)
}

/// The token that this session's forms carry.
#[must_use]
pub fn form_token(session: &Session) -> Option<String> {
    text(session, FORM_TOKEN)
}

/// The hash under which the database knows a session.
#[must_use]
pub fn key_hash(app: &App, key: &str) -> String {
    app.environment.keys.fingerprint("session", key)
}

/// From where a stored session was begun.
#[must_use]
pub fn begun_from(row: &SessionRow) -> SignedInFrom {
    let word = |name: &str| stored(row, name).unwrap_or_default();
    SignedInFrom { browser: word(BROWSER), network: word(NETWORK) }
}

/// Whether a stored session is the one of this browser. No two have the same form token.
#[must_use]
pub fn is_of(row: &SessionRow, session: &Session) -> bool {
    let token = form_token(session);
    token.is_some() && stored(row, FORM_TOKEN) == token
}

fn stored(row: &SessionRow, name: &str) -> Option<String> {
    let state: State = serde_json::from_str(&row.state).ok()?;
    serde_json::from_str(state.get(name)?).ok()
}

/// Whether a stored session still counts.
#[must_use]
pub fn is_alive(row: &SessionRow, now: Timestamp) -> bool {
    now.since(row.seen_at) < IDLE && now.since(row.created_at) < ABSOLUTE
}

fn user_in(state: &State) -> Option<UserId> {
    serde_json::from_str::<String>(state.get(USER)?).ok()?.parse().ok()
}

/// An error here would end the request without a page, so it is passed on as a state that says so.
fn unreadable(error: &StorageError) -> State {
    tracing::warn!(%error, "a session could not be read");
    State::from([(UNREADABLE.to_owned(), String::new())])
}

impl Store {
    async fn write(
        &self,
        work: impl FnOnce(&mut Write<'_>) -> Result<(), StorageError> + Send + 'static,
    ) -> Result<(), WriteError<StorageError>> {
        self.0.recorder.write(work).await
    }

    /// Notes the use of a session, unless that was done a moment ago. A page is shown all the same when it cannot be.
    async fn note_use(&self, row: &SessionRow, now: Timestamp) {
        if now.since(row.seen_at) < NOTED_EVERY {
            return;
        }
        let hash = row.key_hash.clone();
        if let Err(error) = self.write(move |write| sessions::touch(write, &hash, now)).await {
            tracing::warn!(%error, "the use of a session could not be noted");
        }
    }
}

impl SessionStore for Store {
    async fn load(&self, session_key: &SessionKey) -> Result<Option<State>, LoadError> {
        let hash = key_hash(&self.0, session_key.as_ref());
        let found = self.0.read(move |conn| sessions::find(conn, &hash)).await;
        let now = self.0.environment.clock.now();
        let found = match found {
            Ok(found) => found,
            Err(error) => return Ok(Some(unreadable(&error))),
        };
        let Some(row) = found.filter(|row| is_alive(row, now)) else {
            return Ok(None);
        };
        self.note_use(&row, now).await;
        let state = serde_json::from_str(&row.state);
        state.map(Some).map_err(|error| LoadError::Deserialization(error.into()))
    }

    async fn save(&self, state: State, _ttl: &time::Duration) -> Result<SessionKey, SaveError> {
        let env = &self.0.environment;
        let key = URL_SAFE_NO_PAD.encode(env.mint.bytes::<32>());
        let now = env.clock.now();
        let row = SessionRow {
            id: env.mint.id(now),
            key_hash: key_hash(&self.0, &key),
            user_id: user_in(&state),
            state: serde_json::to_string(&state).map_err(|error| SaveError::Serialization(error.into()))?,
            created_at: now,
            seen_at: now,
        };
        let saved = self.write(move |write| sessions::insert(write, &row)).await;
        saved.map_err(|error| SaveError::Other(error.into()))?;
        key.try_into().map_err(|_| SaveError::Other(SessionLost.into()))
    }

    async fn update(
        &self,
        session_key: SessionKey,
        state: State,
        _ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        let hash = key_hash(&self.0, session_key.as_ref());
        let text = serde_json::to_string(&state).map_err(|error| UpdateError::Serialization(error.into()))?;
        let user = user_in(&state);
        let updated = self.write(move |write| sessions::update(write, &hash, user, &text)).await;
        updated.map_err(|error| UpdateError::Other(error.into()))?;
        Ok(session_key)
    }

    /// The use was noted when the session was loaded.
    async fn update_ttl(&self, _session_key: &SessionKey, _ttl: &time::Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, session_key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = key_hash(&self.0, session_key.as_ref());
        Ok(self.write(move |write| sessions::delete(write, &hash)).await?)
    }
}
