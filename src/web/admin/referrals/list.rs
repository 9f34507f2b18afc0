//! The list of referrals.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{called, kind, names_of, provisional};
use crate::app::App;
use crate::domain::click_token::Mode;
use crate::domain::id::{ProgramId, ReferralId};
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start};
use crate::storage::referrals::list::{self, Wanted};
use crate::storage::referrals::{self, Paid, ReferralIdentifierRow, ReferralRow};
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::badges::Badge;
use crate::web::admin::choices::{self, TypedAffiliate};
use crate::web::error::WebError;
use crate::web::filters::Moment;
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::{self, Neighbours};
use crate::web::query::Query;

const PER_PAGE: usize = 20;

const FILTERS: [&str; 5] = ["q", "affiliate", "campaign", "standing", "mode"];

/// The word that asks for those alone for whom nobody but a browser vouches.
const PROVISIONAL: &str = "provisional";

struct Row {
    path: String,
    called: String,
    kinds: Vec<&'static str>,
    is_test: bool,
    provisional: Option<Badge>,
    affiliate: String,
    affiliate_path: String,
    campaign: String,
    campaign_path: String,
    payments: u32,
    since: Moment,
}

#[derive(Template)]
#[template(path = "referrals/list.html")]
struct ListPage {
    frame: Frame,
    query: Query,
    affiliate: TypedAffiliate,
    campaigns: Vec<(String, String)>,
    affiliates: Vec<(String, String)>,
    is_filtered: bool,
    is_first_use: bool,
    rows: Vec<Row>,
    neighbours: Neighbours,
    newest: String,
}

impl ListPage {
    fn modes(&self) -> [(&'static str, &'static str); 2] {
        [(Mode::Live.as_str(), "Live"), (Mode::Test.as_str(), "Test")]
    }

    fn standings(&self) -> [(&'static str, &'static str); 2] {
        [("", "All referrals"), (PROVISIONAL, "Provisional")]
    }
}

#[derive(Default)]
struct Found {
    page: Page<ReferralRow>,
    names: HashMap<ReferralId, Vec<ReferralIdentifierRow>>,
    paid: HashMap<ReferralId, Paid>,
    has_any: bool,
}

/// `GET /admin/{program}/referrals`.
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
    let program = viewer.program.id;
    let affiliate = TypedAffiliate::read(&catalogue, program, query.text("affiliate"));
    let wanted = Wanted {
        mode: query.value("mode").unwrap_or(Mode::Live),
        names: names_of(&app, query.text("q")),
        affiliate: affiliate.found.as_ref().map(|found| found.id),
        campaign: query.value("campaign"),
        provisional: query.text("standing") == PROVISIONAL,
    };
    let is_filtered = wanted != Wanted::default() || affiliate.is_unknown();
    let start = pagination::start(&query);
    let found = match affiliate.is_unknown() {
        true => Found::default(),
        false => app.read(move |conn| find(conn, program, &wanted, start)).await?,
    };
    let frame = Frame::new(&viewer, Section::Referrals, &request);
    let address = query.address(&frame.at("/referrals"), &FILTERS);
    let now = app.environment.clock.now();
    Ok(page::ok(&ListPage {
        rows: found.page.rows.iter().map(|row| shown(&catalogue, &viewer, &found, row, now)).collect(),
        is_first_use: !is_filtered && !found.has_any,
        neighbours: Neighbours::of(&found.page, &address, |row| row.id),
        newest: address,
        campaigns: choices::campaigns(&catalogue, program, true),
        affiliates: choices::affiliates(&catalogue, program),
        frame,
        query,
        affiliate,
        is_filtered,
    }))
}

fn find(conn: &mut Conn, program: ProgramId, wanted: &Wanted, start: Start<ReferralId>) -> Stored<Found> {
    let page = list::page(conn, program, wanted, start, PER_PAGE)?;
    let ids: Vec<ReferralId> = page.rows.iter().map(|row| row.id).collect();
    let has_any = !page.rows.is_empty() || list::has_any(conn, program)?;
    Ok(Found { names: list::names(conn, &ids)?, paid: referrals::paid(conn, &ids)?, page, has_any })
}

fn shown(catalogue: &Catalogue, seat: &Seat, found: &Found, row: &ReferralRow, now: Timestamp) -> Row {
    let program = &seat.program;
    let names = found.names.get(&row.id).map_or(&[][..], Vec::as_slice);
    let mut kinds: Vec<&'static str> = names.iter().map(|name| kind(name.kind)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let affiliate = catalogue.affiliate(program.id, row.affiliate_id).map(|affiliate| affiliate.name.clone());
    let campaign = catalogue.campaign(program.id, row.campaign_id).map(|campaign| campaign.name.clone());
    Row {
        path: format!("/referrals/{}", row.id),
        called: called(row, names),
        kinds,
        is_test: row.mode == Mode::Test,
        provisional: provisional(row.claim()),
        affiliate: affiliate.unwrap_or_default(),
        affiliate_path: format!("/affiliates/{}", row.affiliate_id),
        campaign: campaign.unwrap_or_default(),
        campaign_path: format!("/campaigns/{}", row.campaign_id),
        payments: found.paid.get(&row.id).map_or(0, |paid| paid.payments),
        since: Moment::new(row.created_at, now, &program.zone),
    }
}
