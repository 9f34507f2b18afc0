//! The list of conversions, with what the filters leave comes to.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::list_query::{Asked, FILTERS};
use crate::app::App;
use crate::domain::click_token::Mode;
use crate::domain::conversion::ConversionStatus;
use crate::domain::event::EventType;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::Conn;
use crate::storage::conversions::list::{self, Listed, MOST_SUMMED, Totals, Wanted};
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start};
use crate::web::access::people::Viewer;
use crate::web::admin::badges::{self, Badge};
use crate::web::admin::choices::{self, TypedAffiliate};
use crate::web::error::WebError;
use crate::web::filters::{Moment, amount, grouped};
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::{self, Neighbours};
use crate::web::query::Query;

const PER_PAGE: usize = 20;

struct Row {
    path: String,
    order: String,
    event: String,
    is_test: bool,
    received: Moment,
    campaign: String,
    affiliate: String,
    amount: String,
    currency: &'static str,
    commission: Option<String>,
    status: Badge,
}

/// What the filters leave comes to, in words.
struct Sums {
    conversions: String,
    sales: String,
    commission: String,
    without_rate: i64,
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
    rows: Vec<Row>,
    sums: Option<Sums>,
    neighbours: Neighbours,
    newest: String,
    setup: String,
}

impl ListPage {
    fn statuses(&self) -> Vec<(&'static str, &'static str)> {
        let known = ConversionStatus::ALL.iter().map(|status| (status.as_str(), badges::conversion(*status).word));
        std::iter::once(("", "Any status")).chain(known).collect()
    }

    fn events(&self) -> Vec<(&'static str, &'static str)> {
        let known = EventType::ALL.iter().map(|kind| (kind.as_str(), badges::event(*kind)));
        std::iter::once(("", "Any event")).chain(known).collect()
    }

    fn modes(&self) -> [(&'static str, &'static str); 2] {
        [(Mode::Live.as_str(), "Live"), (Mode::Test.as_str(), "Test")]
    }

    fn is_test(&self) -> bool {
        self.query.text("mode") == Mode::Test.as_str()
    }

    fn most_summed(&self) -> String {
        grouped(MOST_SUMMED)
    }
}

#[derive(Default)]
struct Found {
    page: Page<Listed>,
    totals: Option<Totals>,
    has_any: bool,
}

/// `GET /admin/{program}/conversions`.
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
    let is_filtered = asked.narrows();
    let (id, start) = (program.id, pagination::start(&query));
    let wanted = asked.wanted;
    let found = app.read(move |conn| wanted.map(|wanted| find(conn, id, &wanted, start)).transpose()).await?;
    let found = found.unwrap_or_default();
    let frame = Frame::new(&viewer, Section::Conversions, &request);
    let address = query.address(&frame.at("/conversions"), &FILTERS);
    let now = app.environment.clock.now();
    let shown = ListPage {
        is_filtered,
        is_first_use: !is_filtered && !found.has_any,
        rows: found.page.rows.iter().map(|row| shown(&catalogue, program, row, now)).collect(),
        sums: found.totals.map(|totals| sums(totals, program)),
        neighbours: Neighbours::of(&found.page, &address, |(row, _)| row.id),
        newest: address,
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

fn find(conn: &mut Conn, program: ProgramId, wanted: &Wanted, start: Start<ConversionId>) -> Stored<Found> {
    let page = list::page(conn, program, wanted, start, PER_PAGE)?;
    let totals = if page.is_whole() { Some(Totals::of(&page.rows)) } else { list::totals(conn, program, wanted)? };
    let has_any = !page.rows.is_empty() || list::has_any(conn, program)?;
    Ok(Found { page, totals, has_any })
}

/// Where the first conversion is set up: the only campaign's own page, or the list to choose from.
fn setup(catalogue: &Catalogue, program: &Program) -> String {
    let mut campaigns = catalogue.campaigns_of(program.id).filter(|campaign| !campaign.archived);
    match (campaigns.next(), campaigns.next()) {
        (Some(only), None) => format!("/campaigns/{}?tab=integration", only.id),
        _ => "/campaigns".to_owned(),
    }
}

fn shown(catalogue: &Catalogue, program: &Program, (row, commission): &Listed, now: Timestamp) -> Row {
    let campaign = catalogue.campaign(program.id, row.campaign_id).map(|campaign| campaign.name.clone());
    let affiliate = catalogue.affiliate(program.id, row.affiliate_id).map(|affiliate| affiliate.name.clone());
    Row {
        path: format!("/conversions/{}", row.id),
        order: row.order_id.to_string(),
        event: row.event_name.clone().unwrap_or_else(|| badges::event(row.event_type).to_owned()),
        is_test: row.mode == Mode::Test,
        received: Moment::new(row.received_at, now, &program.zone),
        campaign: campaign.unwrap_or_default(),
        affiliate: affiliate.unwrap_or_default(),
        amount: amount(row.amount()),
        currency: row.currency.code(),
        commission: commission.as_ref().and_then(CommissionRow::amount).map(amount),
        status: badges::conversion(row.status),
    }
}

fn sums(totals: Totals, program: &Program) -> Sums {
    let money = |minor| amount(Money::new(minor, program.base_currency));
    Sums {
        conversions: grouped(totals.conversions),
        sales: money(totals.base_minor),
        commission: money(totals.commission_minor),
        without_rate: totals.without_rate,
    }
}
