//! The list of affiliates.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::affiliate::AffiliateStatus;
use crate::domain::id::{AffiliateId, ProgramId};
use crate::domain::money::Money;
use crate::domain::report::MoneyTally;
use crate::storage::affiliates::{self, AffiliateRow, Wanted};
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::roll_ups::{self, Brought};
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::badges::{self, Badge};
use crate::web::error::WebError;
use crate::web::filters::{Moment, amount, grouped};
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::Paging;
use crate::web::query::Query;

const PER_PAGE: i64 = 20;

const FILTERS: [&str; 3] = ["q", "status", "money"];

/// The word in `?money=` for those to whom something is payable.
const PAYABLE: &str = "payable";

struct Row {
    path: String,
    name: String,
    code: String,
    email: Option<String>,
    status: Badge,
    clicks: String,
    conversions: String,
    commission: String,
    payable: String,
    /// Whether there is something to pay out.
    is_payable: bool,
    created: Moment,
}

#[derive(Template)]
#[template(path = "affiliates/list.html")]
struct ListPage {
    frame: Frame,
    query: Query,
    is_filtered: bool,
    rows: Vec<Row>,
    paging: Paging,
    address: String,
}

impl ListPage {
    fn statuses(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.query.text("status");
        let known = AffiliateStatus::ALL.iter().map(|status| (status.as_str(), badges::affiliate(*status).word));
        std::iter::once(("", "Any status")).chain(known).map(|(value, word)| (value, word, value == chosen)).collect()
    }

    fn wants_payable(&self) -> bool {
        self.query.text("money") == PAYABLE
    }
}

struct Found {
    paging: Paging,
    rows: Vec<AffiliateRow>,
    brought: HashMap<AffiliateId, Brought>,
    money: HashMap<AffiliateId, MoneyTally>,
}

/// `GET /admin/{program}/affiliates`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn list(
    app: Data<App>,
    viewer: Viewer,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let text = query.text("q").trim().to_owned();
    let wanted = Wanted {
        text: Some(text).filter(|text| !text.is_empty()),
        status: query.value("status"),
        payable: query.text("money") == PAYABLE,
    };
    let is_filtered = wanted != Wanted::default();
    let (program, asked) = (viewer.program.id, query.page());
    let found = app.read(move |conn| find(conn, program, &wanted, asked)).await?;
    let now = app.environment.clock.now();
    let frame = Frame::new(&viewer, Section::Affiliates, &request);
    let address = query.address(&frame.at("/affiliates"), &FILTERS);
    let rows = found.rows.iter().map(|row| {
        let brought = found.brought.get(&row.id).copied().unwrap_or_default();
        let payable = found.money.get(&row.id).map_or(0, MoneyTally::payable_minor);
        shown(&viewer, row, (brought, payable), Moment::new(row.created_at, now, &viewer.program.zone))
    });
    let rows = rows.collect();
    Ok(page::ok(&ListPage { frame, query, is_filtered, rows, paging: found.paging, address }))
}

fn find(conn: &mut Conn, program: ProgramId, wanted: &Wanted, asked: i64) -> Stored<Found> {
    let paging = Paging::new(asked, PER_PAGE, affiliates::count(conn, program, wanted)?);
    let rows = affiliates::newest(conn, program, wanted, (paging.offset(), paging.limit()))?;
    let ids: Vec<AffiliateId> = rows.iter().map(|row| row.id).collect();
    let brought = roll_ups::of_affiliates(conn, program, &ids)?;
    let money = roll_ups::money_of_affiliates(conn, program, &ids)?;
    Ok(Found { paging, rows, brought, money })
}

fn shown(seat: &Seat, row: &AffiliateRow, (brought, payable): (Brought, i64), created: Moment) -> Row {
    let money = |minor| amount(Money::new(minor, seat.program.base_currency));
    Row {
        path: format!("/affiliates/{}", row.id),
        name: row.name.clone(),
        code: row.code.to_string(),
        email: row.email.clone(),
        status: badges::affiliate(row.status),
        clicks: grouped(brought.clicks),
        conversions: grouped(brought.conversions),
        commission: money(brought.commission_minor),
        payable: money(payable),
        is_payable: payable > 0,
        created,
    }
}
