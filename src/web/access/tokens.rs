//! What a Bearer token may do: one type for each right, which only checking can make (CONTRACT, Keys and tokens; RFC 6750).

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, USER_AGENT};

use crate::app::App;
use crate::domain::attempt::AttemptKey;
use crate::domain::free_text::FreeText;
use crate::domain::handle::NetworkPrefix;
use crate::domain::id::{AffiliateId, ProgramId};
use crate::domain::key::KeyKind;
use crate::domain::permission::Scope;
use crate::domain::visitor_print::VisitorPrint;
use crate::storage::catalogue::Key;
use crate::web::client_address::client_address;

/// Why a token does not open what was asked for.
#[derive(Clone, Debug)]
pub enum Denied {
    /// None was presented.
    NoToken,
    /// It opens nothing: never issued, ended, or of a kind that is not presented this way.
    UnknownToken,
    /// It is good, and may not do this.
    Forbidden {
        /// The token.
        key: Box<Key>,
        /// What it would have to be allowed.
        wanted: Scope,
    },
}

/// The right to report conversions of a program.
#[derive(Clone, Debug)]
pub struct TrackToken(Key);

/// The right to report conversions of a program through its postback.
#[derive(Clone, Debug)]
pub struct PostbackToken(Key);

/// The right to read what belongs to a program, or to one affiliate of it.
#[derive(Clone, Debug)]
pub struct ReadToken(Key);

/// The right to read everything that belongs to a program.
#[derive(Clone, Debug)]
pub struct AdvertiserToken(Key);

/// The right to review, adjust and refund what belongs to a program.
#[derive(Clone, Debug)]
pub struct ManageToken(Key);

impl TrackToken {
    /// Checks the token in the `Authorization` header.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check(app: &App, request: &HttpRequest) -> Result<Self, Denied> {
        of_program(presented(app, request)?, Scope::Track).map(Self)
    }
}

impl PostbackToken {
    /// Checks the token in the `Authorization` header, which may also be one that tracks.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check(app: &App, request: &HttpRequest) -> Result<Self, Denied> {
        let key = presented(app, request)?;
        let wanted = if key.scopes.allow(Scope::Track) { Scope::Track } else { Scope::Postback };
        of_program(key, wanted).map(Self)
    }

    /// Checks a token that stood in the URL, where only one made for that is taken: a URL is easily seen.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check_in_url(app: &App, text: &str) -> Result<Self, Denied> {
        of_program(app.any_key(text).ok_or(Denied::UnknownToken)?, Scope::Postback).map(Self)
    }
}

impl ReadToken {
    /// Checks the token in the `Authorization` header: a program's, or an affiliate's, which sees only its own.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check(app: &App, request: &HttpRequest) -> Result<Self, Denied> {
        let key = presented(app, request)?;
        match key.affiliate_id {
            Some(affiliate) => {
                note_visitor(app, request, (key.program_id, affiliate));
                Ok(Self(key))
            }
            None => of_program(key, Scope::Read).map(Self),
        }
    }

    /// The affiliate whose rows it sees; none for all of the program's.
    #[must_use]
    pub const fn affiliate(&self) -> Option<AffiliateId> {
        self.0.affiliate_id
    }
}

impl AdvertiserToken {
    /// Checks the token in the `Authorization` header, which must be the program's own: an affiliate's may read elsewhere.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check(app: &App, request: &HttpRequest) -> Result<Self, Denied> {
        of_program(presented(app, request)?, Scope::Read).map(Self)
    }
}

impl ManageToken {
    /// Checks the token in the `Authorization` header.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check(app: &App, request: &HttpRequest) -> Result<Self, Denied> {
        of_program(presented(app, request)?, Scope::Manage).map(Self)
    }
}

macro_rules! holds_a_key {
    ($($right:ident)+) => { $(impl $right {
        /// The token.
        #[must_use]
        pub const fn key(&self) -> &Key {
            &self.0
        }
    })+ };
}

holds_a_key! { TrackToken PostbackToken ReadToken AdvertiserToken ManageToken }

/// Under which name an attempt with this token is kept.
#[must_use]
pub const fn attempt_key(key: &Key) -> AttemptKey {
    AttemptKey { token_id: key.token_id, program_id: key.program_id, campaign_id: key.campaign_id, mode: key.mode }
}

/// The text of the token in the `Authorization` header. The scheme's case does not matter (RFC 9110, 11.1).
#[must_use]
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    const SCHEME: &[u8] = b"bearer ";
    let header = request.headers().get(AUTHORIZATION)?.as_bytes();
    let (scheme, token) = header.split_at_checked(SCHEME.len())?;
    let token = std::str::from_utf8(token).ok()?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| token.trim())
}

/// Notes from where an affiliate asks, so that an order which follows a click from there can be looked at.
fn note_visitor(app: &App, request: &HttpRequest, whose: (ProgramId, AffiliateId)) {
    let network = client_address(request, &app.trusted_proxies).map(NetworkPrefix::of);
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    if let (Some(network), Some(agent)) = (network, agent.and_then(FreeText::from_untrusted)) {
        let env = &app.environment;
        let print = VisitorPrint::of(env.keys.visitor(), network.as_str(), agent.as_str());
        app.visitors.note(whose, print, env.clock.now());
    }
}

fn presented(app: &App, request: &HttpRequest) -> Result<Key, Denied> {
    let text = bearer(request).ok_or(Denied::NoToken)?;
    app.any_key(text).ok_or(Denied::UnknownToken)
}

fn of_program(key: Key, wanted: Scope) -> Result<Key, Denied> {
    if key.kind == KeyKind::Program && key.scopes.allow(wanted) {
        Ok(key)
    } else {
        Err(Denied::Forbidden { key: Box::new(key), wanted })
    }
}
