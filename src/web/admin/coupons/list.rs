//! The list of coupons.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::coupon::Coupon;
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::storage::coupons::{self, Wanted};
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::choices::{self, TypedAffiliate};
use crate::web::admin::links::obstacle::{self, Obstacle};
use crate::web::error::WebError;
use crate::web::filters::{Moment, minute};
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::Paging;
use crate::web::query::Query;

const PER_PAGE: i64 = 20;

const FILTERS: [&str; 4] = ["q", "campaign", "affiliate", "ended"];

struct Row {
    code: String,
    end: String,
    campaign: String,
    campaign_path: String,
    affiliate: String,
    affiliate_path: String,
    obstacles: Vec<Obstacle>,
    created: Moment,
    ended: Option<String>,
}

/// A coupon that somebody wants to end, before they are sure.
struct Ending {
    path: String,
    code: String,
    affiliate: String,
}

#[derive(Template)]
#[template(path = "coupons/list.html")]
struct ListPage {
    frame: Frame,
    query: Query,
    affiliate: TypedAffiliate,
    is_filtered: bool,
    campaigns: Vec<(String, String)>,
    affiliates: Vec<(String, String)>,
    rows: Vec<Row>,
    ending: Option<Ending>,
    paging: Paging,
    address: String,
}

impl ListPage {
    fn standings(&self) -> [(&'static str, &'static str); 3] {
        [("", "Ended or not"), ("no", "Not ended"), ("yes", "Ended")]
    }
}

/// `GET /admin/{program}/coupons`; with `?end=` and a coupon it asks whether that is meant.
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
        code: Some(query.text("q").trim().to_owned()).filter(|typed| !typed.is_empty()),
        campaign: query.value("campaign"),
        affiliate: affiliate.found.as_ref().map(|found| found.id),
        ended: match query.text("ended") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
    };
    let is_filtered = wanted != Wanted::default() || affiliate.is_unknown();
    let (asked, nobody) = (query.page(), affiliate.is_unknown());
    let asked_to_end = query.value("end");
    let (found, total, ending) = app
        .read(move |conn| {
            let total = if nobody { 0 } else { coupons::count(conn, program, &wanted)? };
            let paging = Paging::new(asked, PER_PAGE, total);
            let place = (paging.offset(), paging.limit());
            let found = if nobody { Vec::new() } else { coupons::newest(conn, program, &wanted, place)? };
            let ending = asked_to_end.map(|id| coupons::find(conn, program, id)).transpose()?.flatten();
            Ok((found, total, ending))
        })
        .await?;
    let frame = Frame::new(&viewer, Section::Coupons, &request);
    let now = app.environment.clock.now();
    let address = query.address(&frame.at("/coupons"), &FILTERS);
    let rows = found.iter().filter_map(|coupon| row(&catalogue, &viewer, coupon, now, &address));
    Ok(page::ok(&ListPage {
        rows: rows.collect(),
        ending: ending.filter(|_| frame.may_change()).and_then(|coupon| asking(&catalogue, &coupon)),
        campaigns: choices::campaigns(&catalogue, program, true),
        affiliates: choices::affiliates(&catalogue, program),
        paging: Paging::new(asked, PER_PAGE, total),
        address,
        frame,
        query,
        affiliate,
        is_filtered,
    }))
}

fn row(catalogue: &Catalogue, seat: &Seat, coupon: &Coupon, now: Timestamp, address: &str) -> Option<Row> {
    let campaign = catalogue.campaign(coupon.program_id, coupon.campaign_id)?;
    let affiliate = catalogue.affiliate(coupon.program_id, coupon.affiliate_id)?;
    let zone = &seat.program.zone;
    Some(Row {
        code: coupon.code.as_str().to_owned(),
        end: format!("{address}end={}", coupon.id),
        campaign: campaign.name.clone(),
        campaign_path: format!("/campaigns/{}", campaign.id),
        affiliate: affiliate.name.clone(),
        affiliate_path: format!("/affiliates/{}", affiliate.id),
        obstacles: obstacle::of(campaign, affiliate, now, zone),
        created: Moment::new(coupon.created_at, now, zone),
        ended: coupon.ended_at.map(|at| minute(at, zone)),
    })
}

fn asking(catalogue: &Catalogue, coupon: &Coupon) -> Option<Ending> {
    let affiliate = catalogue.affiliate(coupon.program_id, coupon.affiliate_id)?;
    coupon.ended_at.is_none().then(|| Ending {
        path: format!("/coupons/{}/ending", coupon.id),
        code: coupon.code.as_str().to_owned(),
        affiliate: affiliate.name.clone(),
    })
}
