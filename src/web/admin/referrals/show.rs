//! One referral: who was brought by whom through what, what they bought, and what can be done about it.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::deeds::{self, Deed, Dialog, Filled, Offer};
use super::history::{self, Step};
use super::{HASHED, called, kind, provisional};
use crate::app::App;
use crate::domain::click_token::{Mode, Origin};
use crate::domain::id::{ClickId, ConversionId, ReferralId};
use crate::domain::referral::IdentifierKind;
use crate::domain::time::Zone;
use crate::operations::explain_referral::{ExplainedReferral, explain_referral};
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::list::Listed;
use crate::storage::keyset::Start;
use crate::storage::referrals::ReferralIdentifierRow;
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::badges::{self, Badge};
use crate::web::admin::choices;
use crate::web::error::WebError;
use crate::web::filters::{amount, minute, second};
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::{self, Neighbours};
use crate::web::query::Query;
use crate::web::routes::LINK;

/// Orders on a page.
const PER_PAGE: usize = 25;

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

/// The click that brought the customer.
struct Click {
    at: String,
    through: String,
    origin: Option<&'static str>,
    referrer: Option<String>,
    landing: Option<String>,
    /// Whether its own row is gone.
    is_gone: bool,
}

#[derive(Template)]
#[template(path = "referrals/show.html")]
pub(super) struct ShowPage {
    frame: Frame,
    id: ReferralId,
    path: String,
    called: String,
    is_test: bool,
    provisional: Option<Badge>,
    /// What stood in the way of what was just asked for.
    problem: Option<String>,
    dialog: Option<Dialog>,
    offers: Vec<Offer>,
    affiliates: Vec<(String, String)>,
    campaigns: Vec<(String, String)>,
    affiliate: String,
    affiliate_path: String,
    campaign: String,
    campaign_path: String,
    said_by: &'static str,
    click: Option<Click>,
    since: String,
    names: Vec<Name>,
    orders: Vec<Order>,
    neighbours: Neighbours,
    payments: u32,
    first_paid: Option<String>,
    steps: Vec<Step>,
}

/// The referral that a URL names; what is no id is no referral.
pub(super) fn referral_id(text: &str) -> Result<ReferralId, WebError> {
    text.parse().map_err(|_| WebError::NotFound)
}

/// A referral of this person's program, with its newest orders; of one that was merged away, the one that is left.
pub(super) async fn load(app: &App, seat: &Seat, id: ReferralId) -> Result<ExplainedReferral, WebError> {
    load_from(app, seat, id, Start::Newest).await
}

async fn load_from(
    app: &App,
    seat: &Seat,
    id: ReferralId,
    start: Start<ConversionId>,
) -> Result<ExplainedReferral, WebError> {
    let program = seat.program.id;
    app.read(move |conn| explain_referral(conn, (program, id), start, PER_PAGE)).await?.ok_or(WebError::NotFound)
}

/// `GET /admin/{program}/referrals/{id}`; `?do=` opens one of its dialogs. The id of one that was merged away leads to the
/// one that is left.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such referral.
pub async fn show(
    app: Data<App>,
    viewer: Viewer,
    place: Path<(String, String)>,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = referral_id(&place.1)?;
    let explained = load_from(&app, &viewer, id, pagination::start(&query)).await?;
    let mut shown = ShowPage::new(&app, &viewer, &request, &explained);
    if explained.row.id != id {
        return Ok(page::see_other(&shown.path));
    }
    if shown.frame.may_change()
        && let Some(deed) = Deed::of_word(query.text("do"))
    {
        let campaign = explained.row.campaign_id.to_string();
        shown.open(&explained, deed, Filled { campaign, ..Filled::default() }, Errors::default());
    }
    Ok(page::ok(&shown))
}

impl ShowPage {
    fn new(app: &App, seat: &Seat, request: &HttpRequest, explained: &ExplainedReferral) -> Self {
        let (program, catalogue) = (&seat.program, app.catalogue().clone());
        let (row, zone) = (&explained.row, &program.zone);
        let affiliate = catalogue.affiliate(program.id, row.affiliate_id).map(|affiliate| affiliate.name.clone());
        let campaign = catalogue.campaign(program.id, row.campaign_id).map(|campaign| campaign.name.clone());
        let frame = Frame::new(seat, Section::Referrals, request);
        let path = frame.at(&format!("/referrals/{}", row.id));
        let place = history::Place { catalogue: &catalogue, program: program.id, zone };
        Self {
            id: row.id,
            called: called(row, &explained.names),
            is_test: row.mode == Mode::Test,
            provisional: provisional(row.claim()),
            problem: None,
            dialog: None,
            offers: if frame.may_change() { deeds::offers(explained) } else { Vec::new() },
            affiliates: Vec::new(),
            campaigns: Vec::new(),
            affiliate: affiliate.unwrap_or_default(),
            affiliate_path: format!("/affiliates/{}", row.affiliate_id),
            campaign: campaign.unwrap_or_default(),
            campaign_path: format!("/campaigns/{}", row.campaign_id),
            said_by: said_by(row.trust),
            click: row.click_id.map(|click| shown_click(explained, click, zone)),
            since: second(row.created_at, zone),
            names: explained.names.iter().map(|name| shown_name(name, zone)).collect(),
            orders: explained.orders.rows.iter().map(|order| shown_order(order, zone)).collect(),
            neighbours: Neighbours::of(&explained.orders, &format!("{path}?"), |(row, _)| row.id),
            payments: explained.paid.map_or(0, |paid| paid.payments),
            first_paid: explained.paid.map(|paid| minute(paid.first_at, zone)),
            steps: place.steps(explained),
            path,
            frame,
        }
        .with_choices(app, seat)
    }

    fn with_choices(self, app: &App, seat: &Seat) -> Self {
        let (catalogue, program) = (app.catalogue(), seat.program.id);
        if !self.frame.may_change() {
            return self;
        }
        Self {
            affiliates: choices::affiliates(&catalogue, program),
            campaigns: choices::campaigns(&catalogue, program, false),
            ..self
        }
    }

    fn open(&mut self, explained: &ExplainedReferral, deed: Deed, filled: Filled, errors: Errors) {
        self.dialog = Some(Dialog::new(&self.frame, (explained, &self.called), deed, filled, errors));
    }

    /// The page with a dialog that was refused, with what was typed.
    pub(super) fn with_dialog(
        app: &App,
        seat: &Seat,
        request: &HttpRequest,
        explained: &ExplainedReferral,
        (deed, filled, errors): (Deed, Filled, Errors),
    ) -> HttpResponse {
        let mut shown = Self::new(app, seat, request, explained);
        shown.open(explained, deed, filled, errors);
        page::unprocessable(&shown)
    }

    /// The page of what is there now, for who decided about something else.
    pub(super) async fn overtaken(
        app: &App,
        seat: &Seat,
        request: &HttpRequest,
        id: ReferralId,
    ) -> Result<HttpResponse, WebError> {
        let explained = load(app, seat, id).await?;
        let mut shown = Self::new(app, seat, request, &explained);
        shown.problem = Some(format!("{} Nothing was changed.", history::faster(&explained)));
        Ok(page::conflict(&shown))
    }
}

/// Who says who brought the customer.
const fn said_by(trust: i32) -> &'static str {
    match trust {
        3 => "Your server’s report, or a person here",
        2 => "A postback, an app’s backend, or a report without a click",
        _ => "A browser only, for which anybody can speak",
    }
}

fn shown_click(explained: &ExplainedReferral, id: ClickId, zone: &Zone) -> Click {
    let row = explained.click.as_ref();
    let origin = |origin| match origin {
        Origin::Redirect => "The link’s redirect",
        Origin::Api => "A click that your server registered",
        Origin::Browser => "A landing link, told by the browser",
    };
    let link = explained.link.as_ref().map(|link| format!("{LINK}{}", link.code));
    Click {
        at: second(id.time(), zone),
        through: link.unwrap_or_else(|| "No link of their own".to_owned()),
        origin: row.map(|click| origin(click.origin)),
        referrer: row.and_then(|click| click.referrer.clone()),
        landing: row.and_then(|click| click.page_url.clone()),
        is_gone: row.is_none(),
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
