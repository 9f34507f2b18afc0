//! Settings → API Tokens: what opens the API to the merchant's own systems and to affiliates, and for how long.
//!
//! A key is shown whole when it is made and whenever an owner asks for it, each time noted in the audit log; the list holds
//! no more than its ends. A campaign's API key is not here but on the campaign's form.

pub mod changes;
pub mod form;
pub mod list;

use askama::Template;

use crate::domain::click_token::Mode;
use crate::domain::id::TokenId;
use crate::domain::key::{KeyKind, SecretKey};
use crate::domain::permission::{Scope, Scopes};
use crate::web::admin::badges::Badge;
use crate::web::error::WebError;
use crate::web::page::Frame;

/// The rights of a program's token, with what each allows.
const RIGHTS: [(Scope, &str, &str); 4] = [
    (Scope::Track, "Track", "Report clicks and conversions. Enough for a shop’s server."),
    (Scope::Read, "Read", "Read all conversions of the program, with what they earned."),
    (Scope::Manage, "Manage", "Approve, reject, adjust and refund conversions. Includes Track and Read."),
    (
        Scope::Postback,
        "Postback",
        "Report by a URL that carries the key, for systems that can do nothing else. URLs stand in logs and histories, so \
         such a key opens nothing but this.",
    ),
];

/// What a right is called.
fn right_word(scope: Scope) -> &'static str {
    RIGHTS.iter().find(|(known, _, _)| *known == scope).map_or("", |(_, word, _)| word)
}

/// What a token may do, in a few words.
fn rights_in_words(kind: KeyKind, scopes: &Scopes) -> String {
    match kind {
        KeyKind::Affiliate => "Read own".to_owned(),
        _ => scopes.iter().map(right_word).collect::<Vec<_>>().join(", "),
    }
}

const fn mode_badge(mode: Mode) -> Badge {
    match mode {
        Mode::Live => Badge { word: "Live", class: "kind" },
        Mode::Test => Badge { word: "Test", class: "tone-violet" },
    }
}

/// A key, whole. Only the answer to a form is such a page, never one with an address.
#[derive(Template)]
#[template(path = "settings/tokens/key.html")]
struct KeyPage {
    frame: Frame,
    heading: &'static str,
    text: String,
    name: String,
    key: SecretKey,
    in_url: bool,
}

/// The token that a URL names; what is no id is no token.
fn token_id(text: &str) -> Result<TokenId, WebError> {
    text.parse().map_err(|_| WebError::NotFound)
}
