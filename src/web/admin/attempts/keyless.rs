//! Rejected before a key: reports that named no key, or none that is valid.
//!
//! They belong to no program, because nobody knows whose they are; anybody on the network can send them. They are shown
//! to owners, who are the people to notice that a key was mistyped or that somebody guesses keys, whichever program they
//! run. What is shown gives nothing away: the key masked, the network, the fields without what was secret in them.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::list::PER_PAGE;
use crate::app::App;
use crate::domain::attempt::KEYLESS_KEPT_PER_DAY;
use crate::domain::time::Zone;
use crate::storage::attempts::AttemptRow;
use crate::storage::attempts::list::{self, Wanted, Whose};
use crate::storage::keyset::Start;
use crate::web::access::people::Seat;
use crate::web::admin::badges;
use crate::web::error::WebError;
use crate::web::filters::{Moment, day, grouped};
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::{self, Neighbours};
use crate::web::query::{Query, address};

/// The word in `?view=`.
pub(super) const VIEW: &str = "keyless";

/// Days whose numbers are shown.
const DAYS: i64 = 14;

struct Row {
    path: String,
    key: String,
    network: String,
    call: &'static str,
    detail: String,
    received: Moment,
}

#[derive(Template)]
#[template(path = "attempts/keyless.html")]
struct KeylessPage {
    frame: Frame,
    rows: Vec<Row>,
    days: Vec<(String, String, String)>,
    kept_per_day: u32,
    neighbours: Neighbours,
    is_first_page: bool,
    newest: String,
}

/// The page, for an owner.
pub(super) async fn list(
    app: &App,
    seat: &Seat,
    query: &Query,
    request: &HttpRequest,
) -> Result<HttpResponse, WebError> {
    let start = pagination::start(query);
    let found = app.read(move |conn| {
        let page = list::page(conn, Whose::Nobody, &Wanted::default(), start, PER_PAGE)?;
        Ok((page, list::keyless_days(conn, DAYS)?))
    });
    let (found, days) = found.await?;
    let frame = Frame::new(seat, Section::Attempts, request);
    let address = address(&frame.at("/attempts"), [("view", VIEW)]);
    let now = app.environment.clock.now();
    let utc = Zone::utc();
    let counted = days
        .iter()
        .map(|counted| (day(utc.day_start(counted.day), &utc), grouped(counted.seen), grouped(counted.kept)));
    Ok(page::ok(&KeylessPage {
        rows: found.rows.iter().map(|row| shown(row, Moment::new(row.received_at, now, &seat.program.zone))).collect(),
        days: counted.collect(),
        kept_per_day: KEYLESS_KEPT_PER_DAY,
        neighbours: Neighbours::of(&found, &address, |row| row.id),
        is_first_page: start == Start::Newest,
        newest: address,
        frame,
    }))
}

fn shown(row: &AttemptRow, received: Moment) -> Row {
    Row {
        path: format!("/attempts/{}", row.id),
        key: key_words(row.masked_key.as_deref()),
        network: row.network.clone().unwrap_or_else(|| "–".to_owned()),
        call: badges::call(row.call),
        detail: row.detail.clone(),
        received,
    }
}

/// What stood where the key should be. What has not even a key's form is not repeated in any part.
pub(super) fn key_words(masked: Option<&str>) -> String {
    match masked {
        None => "No key".to_owned(),
        Some("…") => "Mistyped or cut off".to_owned(),
        Some(masked) => masked.to_owned(),
    }
}
