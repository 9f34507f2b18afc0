//! The list of campaigns.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::list_query::{ARCHIVED, ListQuery};
use super::setup_modal::{SetupModal, element};
use super::{campaign_id, words};
use crate::app::App;
use crate::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod, Period};
use crate::domain::id::ProgramId;
use crate::domain::time::{LocalDay, Timestamp, Zone};
use crate::operations::campaign_keys::{CampaignKeys, campaign_keys};
use crate::storage::campaign_list::{self, ListedCampaign};
use crate::storage::campaigns::{self, CampaignRow};
use crate::web::access::people::Viewer;
use crate::web::admin::integration_setup::Endpoints;
use crate::web::admin::integration_setup::pixel::PixelSetup;
use crate::web::error::WebError;
use crate::web::filters::{day, grouped};
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::Paging;

const PER_PAGE: i64 = 20;

#[derive(Template)]
#[template(path = "campaigns/list.html")]
struct ListPage {
    frame: Frame,
    query: ListQuery,
    cards: Vec<KindCard>,
    methods: Vec<IntegrationMethod>,
    rows: Vec<Row>,
    paging: Paging,
    setup: Option<SetupModal>,
}

impl ListPage {
    /// Whether nothing was ever made, as far as this list tells.
    fn is_first_use(&self) -> bool {
        self.rows.is_empty() && !self.query.narrows() && !self.query.filter.archived
    }

    /// The list without filters, or the archive without them.
    fn cleared(&self) -> String {
        self.frame.at(if self.query.filter.archived { "/campaigns?status=archived" } else { "/campaigns" })
    }

    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        let kinds = CampaignKind::ALL.iter().map(|kind| (kind.as_str(), words::kind(*kind)));
        [("", "All types")].into_iter().chain(kinds).collect()
    }

    fn methods(&self) -> Vec<(&'static str, &'static str)> {
        let methods = self.methods.iter().map(|method| (method.as_str(), words::method(*method)));
        [("", "All integrations")].into_iter().chain(methods).collect()
    }

    fn statuses(&self) -> Vec<(&'static str, &'static str)> {
        let statuses = CampaignStatus::ALL.iter().map(|status| (status.as_str(), words::status(*status)));
        [("", "Any status")].into_iter().chain(statuses).chain([(ARCHIVED, "Archived")]).collect()
    }

    fn chosen_kind(&self) -> &'static str {
        self.query.filter.kind.map_or("", CampaignKind::as_str)
    }

    fn chosen_method(&self) -> &'static str {
        self.query.filter.method.map_or("", IntegrationMethod::as_str)
    }
}

/// One of the four ways to begin.
struct KindCard {
    word: &'static str,
    name: &'static str,
    promise: &'static str,
    icon: &'static str,
}

/// One campaign.
struct Row {
    name: String,
    path: String,
    kind: CampaignKind,
    kind_icon: &'static str,
    method: IntegrationMethod,
    owner: String,
    category: String,
    plugin_name: String,
    created: String,
    image: Option<Image>,
    views: String,
    ratio: String,
    setup: Option<QuickAccess>,
    last_report: String,
    standing: (&'static str, &'static str),
    schedule: String,
    archived: bool,
}

struct Image {
    url: String,
    name: String,
}

struct QuickAccess {
    query: String,
    element: String,
    title: String,
    icon: &'static str,
}

/// `GET /admin/{program}/campaigns`.
///
/// # Errors
/// [`WebError`]: the database is away, or `?setup=` names no campaign of the program.
pub async fn list(app: Data<App>, viewer: Viewer, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let query = ListQuery::of(&request);
    let frame = Frame::new(&viewer, Section::Campaigns, &request);
    let setup = setup(&app, &viewer, &frame, &query).await?;
    let (program, filter, asked) = (viewer.program.id, query.filter.clone(), query.page);
    let (paging, lines) = app
        .read(move |conn| {
            let ids = campaign_list::matching(conn, program, &filter)?;
            let paging = Paging::new(asked, PER_PAGE, i64::try_from(ids.len()).unwrap_or(i64::MAX));
            let shown = ids.into_iter().skip(usize::try_from(paging.offset()).unwrap_or(0));
            let shown: Vec<_> = shown.take(usize::try_from(paging.limit()).unwrap_or(0)).collect();
            Ok((paging, campaign_list::lines(conn, program, &shown)?))
        })
        .await?;
    let (zone, now) = (&viewer.program.zone, app.environment.clock.now());
    let rows = lines.into_iter().map(|line| Row::new(line, &query, zone, now)).collect();
    let cards = CampaignKind::ALL.iter().map(|kind| KindCard::of(*kind)).collect();
    let methods = methods(&app, program, query.filter.method);
    Ok(page::ok(&ListPage { frame, query, cards, methods, rows, paging, setup }))
}

/// The methods to filter by: those that are offered, and of the others what the program has or what is asked for.
fn methods(app: &App, program: ProgramId, asked: Option<IntegrationMethod>) -> Vec<IntegrationMethod> {
    let catalogue = app.catalogue();
    let has = |method| catalogue.campaigns_of(program).any(|campaign| campaign.method == method);
    let shown = |method| words::is_offered(method) || Some(method) == asked || has(method);
    IntegrationMethod::ALL.iter().copied().filter(|method| shown(*method)).collect()
}

/// The setup that the query asks for.
async fn setup(app: &App, viewer: &Viewer, frame: &Frame, query: &ListQuery) -> Result<Option<SetupModal>, WebError> {
    let Some(asked) = &query.setup else {
        return Ok(None);
    };
    let (campaign, keys) = load(app, viewer.program.id, asked).await?.ok_or(WebError::NotFound)?;
    let page = if query.page > 1 { query.page.to_string() } else { String::new() };
    let list = frame.at("/campaigns");
    let back = query.with(&[("page", &page)]);
    let addresses = (format!("{list}/{}", campaign.id), format!("{list}{}", back.trim_end_matches('?')));
    let currency = viewer.program.base_currency;
    let pixel = app
        .catalogue()
        .campaign(viewer.program.id, campaign.id)
        .map(|campaign| PixelSetup::of(&app.public_url, campaign, currency));
    Ok(SetupModal::of(&campaign, &keys, Endpoints::of(&app.public_url), frame.may_change(), pixel, addresses))
}

async fn load(app: &App, program: ProgramId, asked: &str) -> Result<Option<(CampaignRow, CampaignKeys)>, WebError> {
    let (id, env) = (campaign_id(asked)?, app.environment.clone());
    let loaded = app.read(move |conn| {
        let Some(campaign) = campaigns::find(conn, program, id)? else {
            return Ok(None);
        };
        Ok(Some((campaign, campaign_keys(conn, &env, program, id)?)))
    });
    Ok(loaded.await?)
}

impl KindCard {
    const fn of(kind: CampaignKind) -> Self {
        Self {
            word: kind.as_str(),
            name: words::kind(kind),
            promise: words::kind_promise(kind),
            icon: words::kind_icon(kind),
        }
    }
}

impl Row {
    fn new(line: ListedCampaign, query: &ListQuery, zone: &Zone, now: Timestamp) -> Self {
        let (campaign, tally) = (line.campaign, line.tally);
        let (profile, owner) = line.profile.unzip();
        let (category, plugin_name) =
            profile.map(|profile| (profile.category, profile.plugin_name)).unwrap_or_default();
        let period = Period { starts_at: campaign.starts_at, ends_at: campaign.ends_at };
        let archived = campaign.archived_at.is_some();
        Self {
            path: format!("/campaigns/{}", campaign.id),
            kind: campaign.kind,
            kind_icon: words::kind_icon(campaign.kind),
            method: campaign.method,
            owner: owner.flatten().unwrap_or_default(),
            category,
            plugin_name,
            created: day(campaign.created_at, zone),
            image: line.image.map(|image| Image { url: format!("/media/{}", image.id), name: image.file_name }),
            views: grouped(tally.clicks),
            ratio: tally.ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio} %")),
            setup: QuickAccess::of(&campaign, query),
            last_report: last_report(line.last_report, zone, now),
            standing: words::standing(campaign.status, archived),
            schedule: schedule(period, zone, now),
            archived,
            name: campaign.name,
        }
    }
}

impl QuickAccess {
    fn of(campaign: &CampaignRow, query: &ListQuery) -> Option<Self> {
        let id = campaign.id.to_string();
        let page = if query.page > 1 { query.page.to_string() } else { String::new() };
        words::is_offered(campaign.method).then(|| Self {
            query: query.with(&[("page", &page), ("setup", &id)]),
            element: element(campaign),
            title: format!("{} setup", words::method(campaign.method)),
            icon: words::method_icon(campaign.method),
        })
    }
}

fn last_report(last: Option<LocalDay>, zone: &Zone, now: Timestamp) -> String {
    let today = zone.local_day(now);
    match last {
        None => "No report yet".to_owned(),
        Some(last) if last >= today => "Last report today".to_owned(),
        Some(last) if last == today.previous() => "Last report yesterday".to_owned(),
        Some(last) => format!("Last report {}", day(zone.day_start(last), zone)),
    }
}

/// "Lifetime", or the days and whether they are over or yet to come.
fn schedule(period: Period, zone: &Zone, now: Timestamp) -> String {
    let (first, last) = period.days(zone);
    let written = |of: LocalDay, form: &str| zone.written(zone.day_start(of), form);
    let year = |of: LocalDay| written(of, "%Y");
    let days = match (first, last) {
        (None, None) => return "Lifetime".to_owned(),
        (Some(first), None) => format!("from {}", written(first, "%-d %b %Y")),
        (None, Some(last)) => format!("until {}", written(last, "%-d %b %Y")),
        (Some(first), Some(last)) => {
            let form = if year(first) == year(last) { "%-d %b" } else { "%-d %b %Y" };
            format!("{} – {}", written(first, form), written(last, "%-d %b %Y"))
        }
    };
    let ended = period.ends_at.is_some_and(|end| end <= now);
    let begins_later = period.starts_at.is_some_and(|start| now < start);
    format!(
        "{days}{}",
        if ended {
            " · ended"
        } else if begins_later {
            " · not yet"
        } else {
            ""
        }
    )
}

#[cfg(test)]
mod tests {
    use super::{last_report, schedule};
    use crate::domain::campaign::Period;
    use crate::domain::time::{LocalDay, Timestamp, Zone};

    fn some_day(text: &str) -> Option<LocalDay> {
        Some(LocalDay::parse(text).unwrap())
    }

    #[test]
    fn a_schedule_is_lifetime_or_whole_days() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let now = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
        let cases = [
            (None, None, "Lifetime"),
            (some_day("2026-10-01"), some_day("2026-11-30"), "1 Oct – 30 Nov 2026"),
            (some_day("2026-09-15"), some_day("2027-01-31"), "15 Sep 2026 – 31 Jan 2027"),
            (some_day("2026-11-21"), None, "from 21 Nov 2026 · not yet"),
            (None, some_day("2026-11-19"), "until 19 Nov 2026 · ended"),
            (None, some_day("2026-11-20"), "until 20 Nov 2026"),
        ];
        for (first, last, words) in cases {
            assert_eq!(schedule(Period::of_days(first, last, &zone).unwrap(), &zone, now), words);
        }
    }

    #[test]
    fn the_last_report_is_told_by_its_day() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let now = Timestamp::parse_rfc3339("2026-11-20T23:30:00Z").unwrap();
        for (last, words) in [
            (None, "No report yet"),
            (some_day("2026-11-21"), "Last report today"),
            (some_day("2026-11-20"), "Last report yesterday"),
            (some_day("2026-11-06"), "Last report 6 Nov 2026"),
        ] {
            assert_eq!(last_report(last, &zone, now), words);
        }
    }
}
