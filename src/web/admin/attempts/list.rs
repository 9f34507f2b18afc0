//! The list of attempts.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{advice, keyless};
use crate::app::App;
use crate::domain::attempt::Call;
use crate::domain::attribution::Refusal;
use crate::domain::click_token::Mode;
use crate::domain::id::{AttemptId, CampaignId, ProgramId};
use crate::domain::program::Program;
use crate::domain::time::Timestamp;
use crate::domain::user::Role;
use crate::storage::attempts::AttemptRow;
use crate::storage::attempts::list::{self, CrowdedDay, Wanted, Whose};
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start};
use crate::web::access::people::Viewer;
use crate::web::admin::{badges, choices};
use crate::web::error::WebError;
use crate::web::filters::{Moment, day as day_of, grouped};
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::{self, Neighbours};
use crate::web::query::Query;

pub(super) const PER_PAGE: usize = 20;

/// Days named at most on which more came than was kept.
const MOST_DAYS: i64 = 5;

const FILTERS: [&str; 4] = ["reason", "campaign", "call", "q"];

struct Row {
    path: String,
    title: &'static str,
    detail: Option<String>,
    is_test: bool,
    is_credited: bool,
    call: &'static str,
    order: Option<String>,
    campaign: String,
    received: Moment,
}

/// A day on which more came than was kept, in words.
struct Crowd {
    day: String,
    campaign: String,
    kept: String,
    seen: String,
}

#[derive(Template)]
#[template(path = "attempts/list.html")]
struct ListPage {
    frame: Frame,
    query: Query,
    campaigns: Vec<(String, String)>,
    is_filtered: bool,
    is_first_page: bool,
    crowds: Vec<Crowd>,
    rows: Vec<Row>,
    neighbours: Neighbours,
    newest: String,
}

impl ListPage {
    fn reasons(&self) -> Vec<(&'static str, &'static str)> {
        let known = Refusal::ALL.iter().map(|reason| (reason.as_str(), advice::on(*reason).title));
        std::iter::once(("", "Any reason")).chain(known).collect()
    }

    fn calls(&self) -> Vec<(&'static str, &'static str)> {
        let known = Call::ALL.iter().map(|call| (call.as_str(), badges::call(*call)));
        std::iter::once(("", "Any call")).chain(known).collect()
    }
}

/// `GET /admin/{program}/attempts`; `?view=keyless` shows owners what came without a valid key.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn list(
    app: Data<App>,
    viewer: Viewer,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    if query.text("view") == keyless::VIEW {
        return match viewer.role {
            Role::Owner => keyless::list(&app, &viewer, &query, &request).await,
            Role::Manager | Role::Viewer => Err(WebError::Forbidden),
        };
    }
    let wanted = wanted(&query);
    let (is_filtered, start) = (wanted != Wanted::default(), pagination::start(&query));
    let id = viewer.program.id;
    let (found, crowded) = app.read(move |conn| find(conn, id, &wanted, start)).await?;
    let catalogue = app.catalogue().clone();
    let frame = Frame::new(&viewer, Section::Attempts, &request);
    let address = query.address(&frame.at("/attempts"), &FILTERS);
    let now = app.environment.clock.now();
    Ok(page::ok(&ListPage {
        is_filtered,
        is_first_page: start == Start::Newest,
        campaigns: choices::campaigns(&catalogue, id, true),
        crowds: crowded.iter().map(|day| crowd(&catalogue, &viewer.program, day)).collect(),
        rows: found.rows.iter().map(|row| shown(&catalogue, &viewer.program, row, now)).collect(),
        neighbours: Neighbours::of(&found, &address, |row| row.id),
        newest: address,
        frame,
        query,
    }))
}

fn wanted(query: &Query) -> Wanted {
    let typed = query.text("q");
    let orders = (!typed.trim().is_empty()).then(|| [typed.to_owned(), typed.trim().to_owned()]);
    Wanted { reason: query.value("reason"), campaign: query.value("campaign"), call: query.value("call"), orders }
}

fn find(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    start: Start<AttemptId>,
) -> Stored<(Page<AttemptRow>, Vec<CrowdedDay>)> {
    let page = list::page(conn, Whose::Program(program), wanted, start, PER_PAGE)?;
    Ok((page, list::crowded_days(conn, program, MOST_DAYS)?))
}

/// A reason's title, or its word where a newer version wrote one that is not known here.
pub(super) fn title(reason: &str) -> &'static str {
    reason.parse().map_or("Not recorded", |reason| advice::on(reason).title)
}

fn campaign_name(catalogue: &Catalogue, program: &Program, id: Option<CampaignId>) -> String {
    let campaign = id.and_then(|id| catalogue.campaign(program.id, id));
    campaign.map(|campaign| campaign.name.clone()).unwrap_or_default()
}

fn shown(catalogue: &Catalogue, program: &Program, row: &AttemptRow, now: Timestamp) -> Row {
    Row {
        path: format!("/attempts/{}", row.id),
        title: title(&row.reason),
        detail: detail(row),
        is_test: row.mode == Some(Mode::Test),
        is_credited: row.conversion_id.is_some() && row.reason != Refusal::PayloadMismatch.as_str(),
        call: badges::call(row.call),
        order: row.order_id.clone(),
        campaign: campaign_name(catalogue, program, row.campaign_id),
        received: Moment::new(row.received_at, now, &program.zone),
    }
}

/// What the title does not say already: the field that could not be read, the facts that differ.
fn detail(row: &AttemptRow) -> Option<String> {
    match row.reason.parse() {
        Ok(Refusal::PayloadMismatch) => Some(format!("Another {}", row.differing_words())),
        Ok(Refusal::InvalidRequest) | Err(_) => Some(row.detail.clone()),
        Ok(_) => None,
    }
}

fn crowd(catalogue: &Catalogue, program: &Program, day: &CrowdedDay) -> Crowd {
    Crowd {
        day: day_of(program.zone.day_start(day.counted.day), &program.zone),
        campaign: campaign_name(catalogue, program, day.campaign),
        kept: grouped(day.counted.kept),
        seen: grouped(day.counted.seen),
    }
}
