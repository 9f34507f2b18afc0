//! One referral: who was brought by whom through what, and what they bought.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{HASHED, called, kind};
use crate::app::App;
use crate::domain::click_token::Mode;
use crate::domain::id::{ClickId, ProgramId, ReferralId};
use crate::domain::link::Link;
use crate::domain::referral::IdentifierKind;
use crate::domain::time::Zone;
use crate::storage::clicks::{self, ClickRow};
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::Conn;
use crate::storage::conversions::list::Listed;
use crate::storage::error::Stored;
use crate::storage::links;
use crate::storage::referrals::{self, Paid, ReferralIdentifierRow, ReferralRow, list};
use crate::web::access::people::Viewer;
use crate::web::admin::badges::{self, Badge};
use crate::web::error::WebError;
use crate::web::filters::{amount, minute, second};
use crate::web::page::{self, Frame, Section};
use crate::web::routes::LINK;

/// Orders shown at most; a subscription of years has no more payments.
const MOST_ORDERS: i64 = 200;

struct Name {
    kind: &'static str,
    text: String,
    is_hashed: bool,
    since: String,
}

struct Order {
    path: String,
    order: String,
    event: String,
    received: String,
    amount: String,
    currency: &'static str,
    commission: Option<String>,
    status: Badge,
    state: Option<Badge>,
}

#[derive(Template)]
#[template(path = "referrals/show.html")]
struct ShowPage {
    frame: Frame,
    id: ReferralId,
    called: String,
    is_test: bool,
    affiliate: String,
    affiliate_path: String,
    campaign: String,
    campaign_path: String,
    through: String,
    clicked: Option<String>,
    landing: Option<String>,
    since: String,
    names: Vec<Name>,
    orders: Vec<Order>,
    more_orders: bool,
    payments: u32,
    first_paid: Option<String>,
}

struct Known {
    row: ReferralRow,
    names: Vec<ReferralIdentifierRow>,
    orders: Vec<Listed>,
    paid: Option<Paid>,
    click: Option<ClickRow>,
    link: Option<Link>,
}

fn find(conn: &mut Conn, program: ProgramId, id: ReferralId) -> Stored<Option<Known>> {
    let Some(row) = list::find(conn, program, id)? else {
        return Ok(None);
    };
    let click = row.click_id.map(|click| clicks::find_all(conn, &[click])).transpose()?;
    Ok(Some(Known {
        names: list::names(conn, &[id])?.remove(&id).unwrap_or_default(),
        orders: list::orders(conn, program, id, MOST_ORDERS + 1)?,
        paid: referrals::paid(conn, &[id])?.remove(&id),
        click: click.and_then(|found| found.into_iter().next()),
        link: row.link_id.map(|link| links::find(conn, link)).transpose()?.flatten(),
        row,
    }))
}

/// `GET /admin/{program}/referrals/{id}`.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such referral.
pub async fn show(
    app: Data<App>,
    viewer: Viewer,
    place: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id: ReferralId = place.1.parse().map_err(|_| WebError::NotFound)?;
    let program = &viewer.program;
    let in_program = program.id;
    let known = app.read(move |conn| find(conn, in_program, id)).await?.ok_or(WebError::NotFound)?;
    let catalogue = app.catalogue().clone();
    let Known { row, names, mut orders, paid, click, link } = known;
    let more_orders = orders.len() > usize::try_from(MOST_ORDERS).unwrap_or(usize::MAX);
    orders.truncate(usize::try_from(MOST_ORDERS).unwrap_or(usize::MAX));
    let zone = &program.zone;
    let affiliate = catalogue.affiliate(program.id, row.affiliate_id).map(|affiliate| affiliate.name.clone());
    let campaign = catalogue.campaign(program.id, row.campaign_id).map(|campaign| campaign.name.clone());
    Ok(page::ok(&ShowPage {
        frame: Frame::new(&viewer, Section::Referrals, &request),
        id,
        called: called(&row, &names),
        is_test: row.mode == Mode::Test,
        affiliate: affiliate.unwrap_or_default(),
        affiliate_path: format!("/affiliates/{}", row.affiliate_id),
        campaign: campaign.unwrap_or_default(),
        campaign_path: format!("/campaigns/{}", row.campaign_id),
        through: through(&row, link.as_ref()),
        clicked: row.click_id.map(|click: ClickId| second(click.time(), zone)),
        landing: click.and_then(|click| click.page_url),
        since: second(row.created_at, zone),
        names: names.iter().map(|name| shown_name(name, zone)).collect(),
        orders: orders.iter().map(|order| shown_order(order, zone)).collect(),
        more_orders,
        payments: paid.map_or(0, |paid| paid.payments),
        first_paid: paid.map(|paid| minute(paid.first_at, zone)),
    }))
}

/// What brought the customer.
fn through(row: &ReferralRow, link: Option<&Link>) -> String {
    match (link, row.click_id) {
        (Some(link), _) => format!("{LINK}{}", link.code),
        (None, Some(_)) => "A click whose link is gone".to_owned(),
        (None, None) => "No click: a coupon, a direct report, or by hand".to_owned(),
    }
}

fn shown_name(name: &ReferralIdentifierRow, zone: &Zone) -> Name {
    let is_hashed = name.kind == IdentifierKind::Email;
    Name {
        kind: kind(name.kind),
        text: if is_hashed { HASHED.to_owned() } else { name.value.clone() },
        is_hashed,
        since: minute(name.created_at, zone),
    }
}

fn shown_order((row, commission): &Listed, zone: &Zone) -> Order {
    Order {
        path: format!("/conversions/{}", row.id),
        order: row.order_id.to_string(),
        event: row.event_name.clone().unwrap_or_else(|| badges::event(row.event_type).to_owned()),
        received: minute(row.received_at, zone),
        amount: amount(row.amount()),
        currency: row.currency.code(),
        commission: commission.as_ref().and_then(CommissionRow::amount).map(amount),
        status: badges::conversion(row.status),
        state: commission.as_ref().map(|commission| badges::commission(commission.state)),
    }
}
