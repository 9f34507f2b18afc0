//! The list of links.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::embed::{self, Embed};
use super::obstacle::{self, Obstacle};
use crate::app::App;
use crate::domain::campaign::IntegrationMethod;
use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::landing::with_parameters;
use crate::storage::campaign_media::{self, MediaFacts};
use crate::storage::campaign_profiles::{self, OwnedProfile};
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::links::{self, LinkRow, Wanted};
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::choices::{self, TypedAffiliate};
use crate::web::error::WebError;
use crate::web::filters::Moment;
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::Paging;
use crate::web::query::Query;
use crate::web::routes::LINK;

const PER_PAGE: i64 = 20;

const FILTERS: [&str; 3] = ["q", "campaign", "affiliate"];

/// The query parameter by which a direct landing link names its affiliate.
const AFFILIATE: &str = "aff";

struct Row {
    code: String,
    url: String,
    direct: String,
    embeds: Vec<Embed>,
    is_open: bool,
    campaign: String,
    campaign_path: String,
    has_conversion_api: bool,
    affiliate: String,
    affiliate_path: String,
    obstacles: Vec<Obstacle>,
    created: Moment,
}

#[derive(Template)]
#[template(path = "links/list.html")]
struct ListPage {
    frame: Frame,
    query: Query,
    affiliate: TypedAffiliate,
    is_filtered: bool,
    campaigns: Vec<(String, String)>,
    affiliates: Vec<(String, String)>,
    rows: Vec<Row>,
    paging: Paging,
    address: String,
}

struct Found {
    paging: Paging,
    rows: Vec<LinkRow>,
    profiles: Vec<OwnedProfile>,
    images: Vec<MediaFacts>,
}

fn find(conn: &mut Conn, program: ProgramId, wanted: &Wanted, asked: i64) -> Stored<Found> {
    let paging = Paging::new(asked, PER_PAGE, links::count(conn, program, wanted)?);
    let rows = links::newest(conn, program, wanted, (paging.offset(), paging.limit()))?;
    let mut campaigns: Vec<CampaignId> = rows.iter().map(|row| row.campaign_id).collect();
    campaigns.sort_unstable();
    campaigns.dedup();
    let profiles = campaign_profiles::find_all(conn, program, &campaigns)?;
    let images = campaign_media::facts_of(conn, program, &campaigns)?;
    Ok(Found { paging, rows, profiles, images })
}

/// `GET /admin/{program}/links`; `?show=` opens one link's further ways.
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
        campaign: query.value("campaign"),
        affiliate: affiliate.found.as_ref().map(|found| found.id),
        code: code_of(query.text("q")),
    };
    let is_filtered = wanted != Wanted::default() || affiliate.is_unknown();
    let asked = query.page();
    let nobody = affiliate.is_unknown();
    let found = match nobody {
        true => {
            Found { paging: Paging::new(1, PER_PAGE, 0), rows: Vec::new(), profiles: Vec::new(), images: Vec::new() }
        }
        false => app.read(move |conn| find(conn, program, &wanted, asked)).await?,
    };
    let frame = Frame::new(&viewer, Section::Links, &request);
    let rows = found.rows.iter().filter_map(|row| shown(&app, &catalogue, &viewer, row, &found, query.text("show")));
    Ok(page::ok(&ListPage {
        rows: rows.collect(),
        address: query.address(&frame.at("/links"), &FILTERS),
        campaigns: choices::campaigns(&catalogue, program, true),
        affiliates: choices::affiliates(&catalogue, program),
        paging: found.paging,
        frame,
        query,
        affiliate,
        is_filtered,
    }))
}

/// The code that was typed, or that ends the address that was pasted.
fn code_of(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let code = typed.rsplit_once(LINK).map_or(typed, |(_, code)| code);
    let code = code.split(['?', '#']).next().unwrap_or_default();
    Some(code.to_owned()).filter(|code| !code.is_empty())
}

fn shown(app: &App, catalogue: &Catalogue, seat: &Seat, row: &LinkRow, found: &Found, open: &str) -> Option<Row> {
    let campaign = catalogue.campaign(row.program_id, row.campaign_id)?;
    let affiliate = catalogue.affiliate(row.program_id, row.affiliate_id)?;
    let now = app.environment.clock.now();
    let url = app.public_url.join(&format!("{LINK}{}", row.code));
    let profile = found.profiles.iter().map(|(profile, _)| profile).find(|its| its.campaign_id == row.campaign_id);
    let images: Vec<&MediaFacts> = found.images.iter().filter(|image| image.campaign_id == row.campaign_id).collect();
    Some(Row {
        code: row.code.to_string(),
        direct: with_parameters(&campaign.target, &[(AFFILIATE, affiliate.code.as_str())]),
        embeds: embed::of(campaign, profile, &images, &url, &app.public_url),
        url,
        is_open: row.id.to_string() == open,
        campaign: campaign.name.clone(),
        campaign_path: format!("/campaigns/{}", campaign.id),
        has_conversion_api: campaign.method == IntegrationMethod::ConversionApi,
        affiliate: affiliate.name.clone(),
        affiliate_path: format!("/affiliates/{}", affiliate.id),
        obstacles: obstacle::of(campaign, affiliate, now, &seat.program.zone),
        created: Moment::new(row.created_at, now, &seat.program.zone),
    })
}

#[cfg(test)]
mod tests {
    use super::code_of;

    #[test]
    fn a_pasted_address_is_as_good_as_its_code() {
        for (typed, code) in [
            ("autumn24", Some("autumn24")),
            (" https://go.example/c/autumn24?sub1=x ", Some("autumn24")),
            ("/c/autumn24", Some("autumn24")),
            ("https://go.example/c/", None),
            ("  ", None),
        ] {
            assert_eq!(code_of(typed).as_deref(), code, "{typed}");
        }
    }
}
