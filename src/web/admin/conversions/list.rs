//! The list of conversions, with what the filters leave comes to, and the queue of those that wait for a decision.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::list_query::{Asked, FILTERS, REVIEW};
use super::rows::Row;
use crate::app::App;
use crate::domain::click_token::Mode;
use crate::domain::commission::CommissionState;
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::event::EventType;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::Conn;
use crate::storage::conversions::list::{self, Listed, MOST_SUMMED, Totals, Wanted};
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start};
use crate::web::access::people::Viewer;
use crate::web::admin::badges;
use crate::web::admin::choices::{self, TypedAffiliate};
use crate::web::error::WebError;
use crate::web::filters::{amount, day, grouped};
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::{self, Neighbours};
use crate::web::query::Query;

const PER_PAGE: usize = 20;

/// What waits for a decision is counted as far as this.
const MOST_WAITING: i64 = 1_000;

/// The filters that a phone shows on demand.
const FURTHER: [&str; 9] = ["campaign", "affiliate", "status", "state", "sale", "event", "flagged", "from", "to"];

type Choice = (&'static str, &'static str);

/// What the filters leave comes to, in words.
struct Sums {
    told: String,
    rejected: Option<String>,
    sales: String,
    commission: String,
    without_rate: Option<String>,
}

/// What waits for a decision.
struct Waiting {
    count: String,
    /// Since when the first of them has waited.
    since: Option<String>,
}

#[derive(Template)]
#[template(path = "conversions/list.html")]
struct ListPage {
    frame: Frame,
    query: Query,
    affiliate: TypedAffiliate,
    errors: Errors,
    campaigns: Vec<(String, String)>,
    affiliates: Vec<(String, String)>,
    is_filtered: bool,
    is_first_use: bool,
    waiting: Waiting,
    rows: Vec<Row>,
    sums: Option<Sums>,
    neighbours: Neighbours,
    /// The list from its beginning, with its filters.
    beginning: String,
    export: String,
    setup: String,
}

impl ListPage {
    fn statuses(&self) -> Vec<Choice> {
        let known = ConversionStatus::ALL.iter().map(|status| (status.as_str(), badges::conversion(*status).word));
        std::iter::once(("", "Any status")).chain(known).collect()
    }

    fn states(&self) -> Vec<Choice> {
        let known = CommissionState::ALL.iter().map(|state| (state.as_str(), badges::commission(*state).word));
        std::iter::once(("", "Any state")).chain(known).collect()
    }

    fn sales(&self) -> Vec<Choice> {
        let known = SaleStatus::ALL.iter().map(|status| (status.as_str(), badges::sale(*status)));
        std::iter::once(("", "Any purchase")).chain(known).collect()
    }

    fn events(&self) -> Vec<Choice> {
        let known = EventType::ALL.iter().map(|kind| (kind.as_str(), badges::event(*kind)));
        std::iter::once(("", "Any event")).chain(known).collect()
    }

    fn modes(&self) -> [Choice; 2] {
        [(Mode::Live.as_str(), "Live"), (Mode::Test.as_str(), "Test")]
    }

    fn flagged(&self) -> [Choice; 2] {
        [("", "Any"), ("yes", "Flagged")]
    }

    /// Whether only what waits for a decision is shown.
    fn is_review(&self) -> bool {
        self.query.text("view") == REVIEW
    }

    fn is_test(&self) -> bool {
        self.query.text("mode") == Mode::Test.as_str()
    }

    fn most_summed(&self) -> String {
        grouped(MOST_SUMMED)
    }

    /// Whether there is something on this page to decide about, and somebody who may.
    fn may_decide(&self) -> bool {
        self.frame.may_change() && self.rows.iter().any(|row| row.tick.is_some())
    }

    /// The list from its beginning, as an address.
    fn here(&self) -> &str {
        self.beginning.trim_end_matches(['?', '&'])
    }

    /// Whether nothing waits for a decision any more.
    fn is_done(&self) -> bool {
        self.is_review() && !self.is_filtered && self.waiting.since.is_none()
    }

    /// Whether a filter besides the order is in use, so that a phone must show them all.
    fn narrows_further(&self) -> bool {
        !self.errors.is_empty() || self.is_test() || self.query.says_any(&FURTHER)
    }

    /// The list or the queue, without filters.
    fn cleared(&self) -> String {
        self.frame.at(if self.is_review() { "/conversions?view=review" } else { "/conversions" })
    }
}

#[derive(Default)]
struct Found {
    page: Page<Listed>,
    totals: Option<Totals>,
    waiting: (usize, Option<Timestamp>),
    has_any: bool,
}

/// `GET /admin/{program}/conversions`; `?view=review` shows what waits for a decision, the oldest first.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn list(
    app: Data<App>,
    viewer: Viewer,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let catalogue = app.catalogue().clone();
    let program = &viewer.program;
    let asked = Asked::read(&query, &catalogue, program);
    let (is_filtered, is_review) = (asked.narrows(), asked.is_review);
    let (id, start, mode) = (program.id, pagination::start(&query), query.value("mode").unwrap_or(Mode::Live));
    let wanted = asked.wanted;
    let found = app.read(move |conn| {
        let waiting = list::waiting(conn, id, mode, MOST_WAITING + 1)?;
        let found = wanted.map(|wanted| find(conn, id, &wanted, is_review, start)).transpose()?;
        Ok(Found { waiting, ..found.unwrap_or_default() })
    });
    let found = found.await?;
    let frame = Frame::new(&viewer, Section::Conversions, &request);
    let address = query.address(&frame.at("/conversions"), &FILTERS);
    let export = query.address(&frame.at("/conversions.csv"), &FILTERS);
    let now = app.environment.clock.now();
    let shown = ListPage {
        is_filtered,
        is_first_use: !is_review && !is_filtered && !found.has_any,
        waiting: waiting(found.waiting, program),
        rows: found.page.rows.iter().map(|row| Row::of(&catalogue, program, row, now)).collect(),
        sums: found.totals.map(|totals| sums(totals, program)),
        neighbours: neighbours(&found.page, &address, is_review),
        beginning: address,
        export: export.trim_end_matches(['?', '&']).to_owned(),
        setup: setup(&catalogue, program),
        campaigns: choices::campaigns(&catalogue, program.id, true),
        affiliates: choices::affiliates(&catalogue, program.id),
        affiliate: asked.affiliate,
        errors: asked.errors,
        frame,
        query,
    };
    Ok(if shown.errors.is_empty() { page::ok(&shown) } else { page::unprocessable(&shown) })
}

fn find(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    is_review: bool,
    start: Start<ConversionId>,
) -> Stored<Found> {
    let page = if is_review { list::queue } else { list::page };
    let page = page(conn, program, wanted, start, PER_PAGE)?;
    let totals = if page.is_whole() { Some(Totals::of(&page.rows)) } else { list::totals(conn, program, wanted)? };
    let has_any = !page.rows.is_empty() || list::has_any(conn, program)?;
    Ok(Found { page, totals, has_any, ..Found::default() })
}

fn neighbours(page: &Page<Listed>, address: &str, is_review: bool) -> Neighbours {
    let id = |(row, _): &Listed| row.id;
    if is_review { Neighbours::of_queue(page, address, id) } else { Neighbours::of(page, address, id) }
}

/// Where the first conversion is set up: the only campaign's own page, or the list to choose from.
fn setup(catalogue: &Catalogue, program: &Program) -> String {
    let mut campaigns = catalogue.campaigns_of(program.id).filter(|campaign| !campaign.archived);
    match (campaigns.next(), campaigns.next()) {
        (Some(only), None) => format!("/campaigns/{}?tab=integration", only.id),
        _ => "/campaigns".to_owned(),
    }
}

fn waiting((count, since): (usize, Option<Timestamp>), program: &Program) -> Waiting {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let count = if count > MOST_WAITING { format!("{}+", grouped(MOST_WAITING)) } else { grouped(count) };
    Waiting { count, since: since.map(|since| day(since, &program.zone)) }
}

fn sums(totals: Totals, program: &Program) -> Sums {
    let money = |minor| amount(Money::new(minor, program.base_currency));
    let waits = |count| match count {
        0 => None,
        1 => Some("1 waits for an exchange rate and is not in the sum of sales".to_owned()),
        more => Some(format!("{} wait for an exchange rate and are not in the sum of sales", grouped(more))),
    };
    let noun = if totals.conversions == 1 { "conversion" } else { "conversions" };
    Sums {
        told: format!("{} {noun}", grouped(totals.conversions)),
        rejected: (totals.rejected > 0).then(|| grouped(totals.rejected)),
        sales: money(totals.base_minor),
        commission: money(totals.commission_minor),
        without_rate: waits(totals.without_rate),
    }
}
