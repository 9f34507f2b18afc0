//! The rules of all campaigns, campaign by campaign, in the order in which they decide.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::words::{self, Said};
use super::{campaign, catalogue};
use crate::app::App;
use crate::domain::campaign::Campaign;
use crate::domain::rule::judging::sort_by_precedence;
use crate::domain::rule::{Rule, in_force};
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::choices;
use crate::web::error::WebError;
use crate::web::filters::Moment;
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::Paging;
use crate::web::query::Query;

/// Campaigns on a page.
const PER_PAGE: i64 = 20;

/// A rule's line.
struct Row {
    path: String,
    title: String,
    conditions: Vec<Said>,
    pays: String,
    small_print: String,
    version: u32,
    since: Moment,
    is_default: bool,
}

/// A campaign with its rules.
struct Group {
    id: String,
    name: String,
    path: String,
    rules_path: String,
    is_archived: bool,
    rows: Vec<Row>,
    ended: Vec<Row>,
}

#[derive(Template)]
#[template(path = "rules/list.html")]
struct ListPage {
    frame: Frame,
    campaigns: Vec<(String, String)>,
    chosen: String,
    groups: Vec<Group>,
    paging: Paging,
    address: String,
}

impl ListPage {
    fn applies_to_all(&self) -> &'static str {
        words::DEFAULT
    }
}

/// `GET /admin/{program}/rules`, with `?campaign=` for one of them. Archived campaigns are shown only when asked for.
pub async fn list(app: Data<App>, viewer: Viewer, query: Query, request: HttpRequest) -> HttpResponse {
    let catalogue = catalogue(&app);
    let program = &viewer.program;
    let chosen = query.value("campaign").and_then(|id| catalogue.campaign(program.id, id));
    let mut campaigns: Vec<&Campaign> = match chosen {
        Some(campaign) => vec![campaign],
        None => catalogue.campaigns_of(program.id).filter(|campaign| !campaign.archived).collect(),
    };
    campaigns.sort_by_key(|campaign| (campaign.name.to_lowercase(), campaign.id));
    let total = i64::try_from(campaigns.len()).unwrap_or(i64::MAX);
    let paging = Paging::new(query.page(), PER_PAGE, total);
    let shown = campaigns.iter().skip(usize::try_from(paging.offset()).unwrap_or(0));
    let now = app.environment.clock.now();
    let groups = shown.take(usize::try_from(PER_PAGE).unwrap_or(1)).map(|one| group(&catalogue, &viewer, one, now));
    let frame = Frame::new(&viewer, Section::Rules, &request);
    page::ok(&ListPage {
        groups: groups.collect(),
        campaigns: choices::campaigns(&catalogue, program.id, true),
        chosen: chosen.map(|campaign| campaign.id.to_string()).unwrap_or_default(),
        address: query.address(&frame.at("/rules"), &["campaign"]),
        paging,
        frame,
    })
}

/// `GET /admin/{program}/rules/{campaign}`: leads to the list of that campaign's rules.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub async fn of_campaign(
    app: Data<App>,
    viewer: Viewer,
    place: Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let catalogue = catalogue(&app);
    let id = campaign(&catalogue, &viewer.program, &place.1)?.id;
    Ok(page::see_other(&format!("/admin/{}/rules?campaign={id}", viewer.program.slug)))
}

fn group(catalogue: &Catalogue, seat: &Seat, campaign: &Campaign, now: Timestamp) -> Group {
    let versions = catalogue.rules(campaign.id);
    let mut standing: Vec<&Rule> = in_force(versions, now).collect();
    sort_by_precedence(&mut standing);
    let newest = versions.chunk_by(|one, other| one.number == other.number).filter_map(<[Rule]>::last);
    Group {
        id: campaign.id.to_string(),
        name: campaign.name.clone(),
        path: format!("/campaigns/{}", campaign.id),
        rules_path: format!("/rules/{}", campaign.id),
        is_archived: campaign.archived,
        rows: standing.into_iter().map(|rule| row(catalogue, seat, rule, now)).collect(),
        ended: newest.filter(|rule| rule.ended).map(|rule| row(catalogue, seat, rule, now)).collect(),
    }
}

fn row(catalogue: &Catalogue, seat: &Seat, rule: &Rule, now: Timestamp) -> Row {
    Row {
        path: format!("/rules/{}/{}", rule.campaign_id, rule.number),
        title: rule.title(),
        conditions: words::conditions(catalogue, seat.program.id, &rule.conditions),
        pays: words::basis(rule.terms.basis),
        small_print: words::small_print(&rule.terms),
        version: rule.version,
        since: Moment::new(rule.since, now, &seat.program.zone),
        is_default: rule.number == 0,
    }
}
