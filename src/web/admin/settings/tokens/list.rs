//! The list of API tokens.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{mode_badge, rights_in_words};
use crate::app::App;
use crate::domain::id::TokenId;
use crate::domain::key::masked;
use crate::domain::time::Timestamp;
use crate::storage::error::Stored;
use crate::storage::tokens::TokenRow;
use crate::storage::{token_uses, tokens};
use crate::web::access::people::{Owner, Seat};
use crate::web::admin::badges::Badge;
use crate::web::error::WebError;
use crate::web::filters::{Moment, minute};
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

/// Ended tokens shown at most.
const MOST_ENDED: i64 = 50;

/// How long a rotated token may go on working: what the form sends, what it says, and how many hours that is.
pub(super) const OVERLAPS: [(&str, &str, u64); 5] = [
    ("none", "at once", 0),
    ("hour", "after 1 hour", 1),
    ("day", "after 24 hours", 24),
    ("week", "after 7 days", 7 * 24),
    ("month", "after 30 days", 30 * 24),
];

/// A token as the list shows it.
struct Row {
    id: TokenId,
    name: String,
    affiliate: Option<(String, String)>,
    mode: Badge,
    rights: String,
    mask: String,
    created: Moment,
    used: Option<Moment>,
    end: Option<String>,
}

/// What is asked before a token is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Rotate,
    Revoke,
}

impl Deed {
    /// The field of the query that asks for it.
    const fn word(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Revoke => "revoke",
        }
    }
}

/// The question.
pub(super) struct Dialog {
    deed: Deed,
    id: TokenId,
    name: String,
    overlap: String,
    errors: Errors,
}

impl Dialog {
    fn is_rotation(&self) -> bool {
        self.deed == Deed::Rotate
    }

    fn word(&self) -> &'static str {
        self.deed.word()
    }

    fn overlaps(&self) -> Vec<(&'static str, &'static str)> {
        OVERLAPS.iter().map(|(word, words, _)| (*word, *words)).collect()
    }
}

#[derive(Template)]
#[template(path = "settings/tokens/list.html")]
pub(super) struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    ended: Vec<Row>,
    dialog: Option<Dialog>,
    problem: Option<&'static str>,
}

struct Found {
    valid: Vec<TokenRow>,
    ended: Vec<TokenRow>,
    uses: HashMap<TokenId, Timestamp>,
}

impl ListPage {
    /// The list as it stands now.
    pub(super) async fn load(app: &App, seat: &Seat, request: &HttpRequest) -> Result<Self, WebError> {
        let (program, now) = (seat.program.id, app.environment.clock.now());
        let found = app
            .read(move |conn| {
                let valid = tokens::valid_api_tokens(conn, program, now)?;
                let ended = tokens::ended_api_tokens(conn, program, now, MOST_ENDED)?;
                let ids: Vec<TokenId> = valid.iter().chain(&ended).map(|row| row.id).collect();
                Ok(Found { valid, ended, uses: token_uses::of(conn, &ids)? })
            })
            .await?;
        let rows = |rows: &[TokenRow]| -> Stored<Vec<Row>> {
            rows.iter().map(|token| row(app, seat, (token, found.uses.get(&token.id).copied()), now)).collect()
        };
        Ok(Self {
            rows: rows(&found.valid)?,
            ended: rows(&found.ended)?,
            frame: Frame::new(seat, Section::Settings, request),
            dialog: None,
            problem: None,
        })
    }

    /// With a question about one of its tokens, where that can be asked.
    pub(super) fn asking(mut self, deed: Deed, id: Option<TokenId>, (overlap, errors): (&str, Errors)) -> Self {
        let can_be_asked = |row: &&Row| Some(row.id) == id && (deed == Deed::Revoke || row.end.is_none());
        self.dialog = self.rows.iter().find(can_be_asked).map(|row| Dialog {
            deed,
            id: row.id,
            name: row.name.clone(),
            overlap: overlap.to_owned(),
            errors,
        });
        self
    }

    /// With a word on why a token was not changed.
    pub(super) fn overtaken(self, sentence: &'static str) -> Self {
        Self { problem: Some(sentence), ..self }
    }
}

/// `GET /admin/{program}/settings/tokens`; with `?rotate=` or `?revoke=` and a token it asks whether that is meant.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn list(app: Data<App>, owner: Owner, query: Query, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let shown = ListPage::load(&app, &owner, &request).await?;
    let asked = [Deed::Rotate, Deed::Revoke].into_iter().find(|deed| query.says_any(&[deed.word()]));
    Ok(page::ok(&match asked {
        Some(deed) => shown.asking(deed, query.value(deed.word()), ("none", Errors::default())),
        None => shown,
    }))
}

/// What is in memory is later than what is written down.
fn row(app: &App, seat: &Seat, (token, written): (&TokenRow, Option<Timestamp>), now: Timestamp) -> Stored<Row> {
    let zone = &seat.program.zone;
    let catalogue = app.catalogue();
    let affiliate = token.affiliate_id.and_then(|id| catalogue.affiliate(token.program_id, id));
    let key = app.environment.keys.unseal(&token.sealed, token.id);
    Ok(Row {
        id: token.id,
        name: token.name.clone(),
        affiliate: affiliate.map(|affiliate| (affiliate.name.clone(), format!("/affiliates/{}", affiliate.id))),
        mode: mode_badge(token.mode),
        rights: rights_in_words(token.kind, &token.rights()?),
        mask: key.map_or_else(|| "…".to_owned(), |key| masked(key.as_str())),
        created: Moment::new(token.created_at, now, zone),
        used: app.uses.last(token.id).max(written).map(|at| Moment::new(at, now, zone)),
        end: token.expires_at.map(|at| minute(at, zone)),
    })
}
