//! The dashboard: what a program did in a stretch of days, where its money stands, and what waits for somebody.
//!
//! However much a program has recorded, the page asks the same few questions, each answered from a roll-up or along an
//! index (QUALITY: 50 ms at ten million clicks).

mod activity;
mod attention;
mod change;
mod chart;
mod data;
mod pots;
mod range;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use self::activity::Deed;
use self::attention::Wish;
use self::change::Tile;
use self::chart::Chart;
pub use self::data::{Figures, load};
use self::pots::Pots;
use self::range::{RANGES, Range};
use crate::app::App;
use crate::domain::campaign::IntegrationMethod;
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::domain::report::Tally;
use crate::storage::catalogue::Catalogue;
use crate::web::access::people::Viewer;
use crate::web::error::WebError;
use crate::web::filters::{amount, grouped};
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

/// A campaign or an affiliate in the list of those that earned most.
struct Earner {
    name: String,
    path: String,
    /// How a campaign reports; none for an affiliate.
    method: Option<IntegrationMethod>,
    clicks: String,
    conversions: String,
    commission: String,
    /// Hundredths of the first one's commission.
    share: i64,
}

/// One step on the way to the first conversion.
struct Step {
    words: &'static str,
    path: &'static str,
    button: &'static str,
    is_done: bool,
}

#[derive(Template)]
#[template(path = "dashboard/show.html")]
struct DashboardPage {
    frame: Frame,
    range: Range,
    steps: Vec<Step>,
    tiles: Vec<Tile>,
    chart: Chart,
    wishes: Vec<Wish>,
    payable: String,
    money: Pots,
    campaigns: Vec<Earner>,
    affiliates: Vec<Earner>,
    deeds: Vec<Deed>,
}

impl DashboardPage {
    fn ranges(&self) -> [(&'static str, &'static str); 5] {
        RANGES
    }

    /// The first step that is not done.
    fn next_step(&self) -> Option<&Step> {
        self.steps.iter().find(|step| !step.is_done)
    }
}

/// `GET /admin/{program}/dashboard`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn show(
    app: Data<App>,
    viewer: Viewer,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let now = app.environment.clock.now();
    let range = Range::read(&query, &viewer.program.zone, now);
    let (program, asked) = (viewer.program.clone(), range.periods.clone());
    let figures = app.read(move |conn| load(conn, &program, &asked, now)).await?;
    let (catalogue, program) = (app.catalogue().clone(), &viewer.program);
    let shown = DashboardPage {
        frame: Frame::new(&viewer, Section::Dashboard, &request),
        steps: if figures.has_any { Vec::new() } else { steps(&catalogue, program, figures.has_links) },
        tiles: change::tiles(&figures, &range.periods, program.base_currency),
        chart: Chart::new(&figures, &range.periods, program, now),
        wishes: attention::wishes(&figures, &catalogue, program),
        payable: amount(figures.payable(program.base_currency)),
        money: Pots::new(&figures, &catalogue, program),
        campaigns: campaigns(&figures, &catalogue, program),
        affiliates: affiliates(&figures, &catalogue, program),
        deeds: activity::deeds(&figures, &catalogue, program, now),
        range,
    };
    Ok(if shown.range.errors.is_empty() { page::ok(&shown) } else { page::unprocessable(&shown) })
}

/// The way to the first conversion, for a program in which nothing has happened.
fn steps(catalogue: &Catalogue, program: &Program, has_links: bool) -> Vec<Step> {
    let has_campaign = catalogue.campaigns_of(program.id).any(|campaign| !campaign.archived);
    let has_affiliate = catalogue.affiliates_of(program.id).next().is_some();
    let step = |words, path, button, is_done| Step { words, path, button, is_done };
    vec![
        step("Create a campaign: what is promoted, and what it pays.", "/campaigns", "Create a campaign", has_campaign),
        step("Add an affiliate: who is paid.", "/affiliates/new", "Add an affiliate", has_affiliate),
        step("Give them a link, and follow it once yourself.", "/links/new", "Create a link", has_links),
        step("Report an order with the token that the link brings.", "/campaigns", "Open the integration setup", false),
    ]
}

fn campaigns(figures: &Figures, catalogue: &Catalogue, program: &Program) -> Vec<Earner> {
    let most = figures.campaigns.first().map_or(0, |(_, tally)| tally.commission_minor);
    let rows = figures.campaigns.iter().map(|(id, tally)| {
        let campaign = catalogue.campaign(program.id, *id);
        let name = campaign.map_or_else(|| id.to_string(), |campaign| campaign.name.clone());
        let method = campaign.map(|campaign| campaign.method);
        Earner { method, ..earner(name, format!("/campaigns/{id}"), tally, (most, program)) }
    });
    rows.collect()
}

fn affiliates(figures: &Figures, catalogue: &Catalogue, program: &Program) -> Vec<Earner> {
    let most = figures.affiliates.first().map_or(0, |(_, tally)| tally.commission_minor);
    let rows = figures.affiliates.iter().map(|(id, tally)| {
        let affiliate = catalogue.affiliate(program.id, *id);
        let name = affiliate.map_or_else(|| id.to_string(), |affiliate| affiliate.name.clone());
        earner(name, format!("/affiliates/{id}"), tally, (most, program))
    });
    rows.collect()
}

fn earner(name: String, path: String, tally: &Tally, (most, program): (i64, &Program)) -> Earner {
    let share = i128::from(tally.commission_minor.max(0)) * 100 / i128::from(most.max(1));
    Earner {
        name,
        path,
        method: None,
        clicks: grouped(tally.clicks),
        conversions: grouped(tally.conversions),
        commission: amount(Money::new(tally.commission_minor, program.base_currency)),
        share: i64::try_from(share).unwrap_or(100).min(100),
    }
}
