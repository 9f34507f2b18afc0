//! One conversion: what happened, and how its commission came about.

use std::time::Duration;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::arithmetic::Arithmetic;
use crate::app::App;
use crate::domain::click_token::{Mode, Origin};
use crate::domain::id::{ClickId, ConversionId};
use crate::domain::money::Money;
use crate::domain::time::{Timestamp, Zone};
use crate::operations::explain_conversion::{Explained, explain_conversion};
use crate::storage::attempts::AttemptRow;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversion_details::ConversionDetailsRow;
use crate::storage::conversions::ConversionRow;
use crate::storage::ledger_entries::LedgerEntryRow;
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::badges::{self, Badge};
use crate::web::error::WebError;
use crate::web::filters::{amount, minute, second};
use crate::web::page::{self, Frame, Section};
use crate::web::routes::LINK;

/// A line of a list of facts.
struct Fact {
    name: &'static str,
    text: String,
    path: Option<String>,
    is_code: bool,
}

impl Fact {
    fn text(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, text: text.into(), path: None, is_code: false }
    }

    fn code(name: &'static str, text: impl Into<String>) -> Self {
        Self { is_code: true, ..Self::text(name, text) }
    }

    fn leading_to(self, path: String) -> Self {
        Self { path: Some(path), ..self }
    }
}

struct Booked {
    kind: &'static str,
    amount: String,
    currency: &'static str,
    at: String,
}

struct Mismatch {
    path: String,
    at: String,
    differing: String,
}

#[derive(Template)]
#[template(path = "conversions/show.html")]
struct ShowPage {
    frame: Frame,
    id: ConversionId,
    order: String,
    status: Badge,
    is_test: bool,
    amount: String,
    currency: &'static str,
    received: String,
    affiliate: String,
    summary: String,
    click: Vec<Fact>,
    click_is_gone: bool,
    report: Vec<Fact>,
    ignored: Vec<String>,
    facts: Vec<Fact>,
    commission: Option<String>,
    state: Option<Badge>,
    base_currency: &'static str,
    arithmetic: Arithmetic,
    entries: Vec<Booked>,
    repeats: i64,
    mismatches: Vec<Mismatch>,
}

/// `GET /admin/{program}/conversions/{id}`.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn show(
    app: Data<App>,
    viewer: Viewer,
    place: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = place.1.parse::<ConversionId>().map_err(|_| WebError::NotFound)?;
    let program = viewer.program.id;
    let explained = app.read(move |conn| explain_conversion(conn, program, id)).await?.ok_or(WebError::NotFound)?;
    Ok(page::ok(&ShowPage::new(&app, &viewer, &request, &explained)))
}

impl ShowPage {
    fn new(app: &App, seat: &Seat, request: &HttpRequest, explained: &Explained) -> Self {
        let (row, zone) = (&explained.conversion, &seat.program.zone);
        let commission = explained.commission.as_ref();
        let details = explained.details.as_ref();
        let affiliate = affiliate_name(app, row);
        Self {
            frame: Frame::new(seat, Section::Conversions, request),
            id: row.id,
            order: row.order_id.to_string(),
            status: badges::conversion(row.status),
            is_test: row.mode == Mode::Test,
            amount: amount(row.amount()),
            currency: row.currency.code(),
            received: minute(row.received_at, zone),
            summary: summary(row),
            click: click_facts(explained, zone),
            click_is_gone: row.click_id.is_some() && explained.click.is_none(),
            report: report_facts(explained, zone, app.environment.clock.now()),
            ignored: details.map(ConversionDetailsRow::ignored).unwrap_or_default(),
            facts: facts(app, explained, &affiliate),
            affiliate,
            commission: commission.and_then(CommissionRow::amount).map(amount),
            state: commission.map(|commission| badges::commission(commission.state)),
            base_currency: row.base_currency.code(),
            arithmetic: Arithmetic::tell(row, commission, explained.rule.as_ref(), zone),
            entries: explained.entries.iter().map(|entry| booked(entry, zone)).collect(),
            repeats: row.repeats,
            mismatches: explained.mismatches.iter().map(|attempt| mismatch(attempt, zone)).collect(),
        }
    }
}

fn affiliate_name(app: &App, row: &ConversionRow) -> String {
    let catalogue = app.catalogue();
    let affiliate = catalogue.affiliate(row.program_id, row.affiliate_id);
    affiliate.map_or_else(|| row.affiliate_id.to_string(), |affiliate| affiliate.name.clone())
}

/// Why this affiliate, in a sentence's second half.
fn summary(row: &ConversionRow) -> String {
    match row.click_id {
        Some(click) => {
            let after = row.received_at.since(click.time());
            format!("the report carried the token of a click they sent, made {} before.", told(after))
        }
        None => "the report named them itself, without a click, which this campaign allows.".to_owned(),
    }
}

/// A stretch of time by its two largest units.
fn told(stretch: Duration) -> String {
    let seconds = stretch.as_secs();
    let units = [(seconds / 86_400, "day"), (seconds / 3_600 % 24, "hour"), (seconds / 60 % 60, "minute")];
    let said = units.iter().skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    let said: Vec<String> =
        said.map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" })).collect();
    if said.is_empty() { "less than a minute".to_owned() } else { said.join(" and ") }
}

fn click_facts(explained: &Explained, zone: &Zone) -> Vec<Fact> {
    let Some(id) = explained.conversion.click_id else { return Vec::new() };
    let details = explained.details.as_ref();
    let mut facts = vec![Fact::text("Clicked", second(ClickId::time(id), zone))];
    facts.extend(explained.link.as_ref().map(|link| {
        let path = format!("/links?q={}", link.code);
        Fact::code("Link", format!("{LINK}{}", link.code)).leading_to(path)
    }));
    facts.extend(explained.click.as_ref().map(|click| {
        Fact::text("Came by", if click.origin == Origin::Redirect { "The link’s redirect" } else { "addClick" })
    }));
    let kept = |name, value: Option<&String>| value.map(|value| Fact::code(name, value.clone()));
    facts.extend(kept("Referrer", details.and_then(|details| details.referrer.as_ref())));
    facts.extend(kept("Landing page", details.and_then(|details| details.landing_page.as_ref())));
    facts.extend(details.into_iter().flat_map(|details| details.subs()).map(|(name, value)| Fact::code(name, value)));
    let visitor = explained.click.as_ref();
    facts.extend(kept("Network", visitor.and_then(|click| click.network.as_ref())));
    facts.extend(kept("Browser", visitor.and_then(|click| click.user_agent.as_ref())));
    facts
}

/// How far a report's channel can be trusted, in words.
const fn trusted(trust: i32) -> &'static str {
    match trust {
        3 => "the most trusted of three",
        2 => "the second most trusted of three",
        _ => "the least trusted of three",
    }
}

fn report_facts(explained: &Explained, zone: &Zone, now: Timestamp) -> Vec<Fact> {
    let (row, details) = (&explained.conversion, explained.details.as_ref());
    let mut facts = vec![
        Fact::text("Received", second(row.received_at, zone)),
        Fact::text("Reported by", format!("{}, {}", badges::channel(row.channel), trusted(row.trust))),
    ];
    facts.extend(explained.key.as_ref().map(|key| {
        let ended = key.expires_at.is_some_and(|end| end <= now);
        let ended = if ended { ", no longer valid" } else { "" };
        Fact::text("Key", format!("{}, made {}{ended}", key.name, minute(key.created_at, zone)))
    }));
    let customer = [
        ("Customer id", details.and_then(|details| details.customer_id.clone())),
        ("User id", details.and_then(|details| details.external_user_id.clone())),
        ("Coupon code", details.and_then(|details| details.coupon_code.clone())),
    ];
    facts.extend(customer.into_iter().filter_map(|(name, value)| value.map(|value| Fact::code(name, value))));
    if details.is_some_and(|details| details.email_hash.is_some()) {
        facts.push(Fact::text("E-mail", "Kept as a keyed hash only"));
    }
    let products = details.map(ConversionDetailsRow::products).unwrap_or_default();
    if !products.is_empty() {
        facts.push(Fact::code("Products", products.join(", ")));
    }
    facts
}

fn facts(app: &App, explained: &Explained, affiliate: &str) -> Vec<Fact> {
    let row = &explained.conversion;
    let catalogue = app.catalogue();
    let campaign = catalogue.campaign(row.program_id, row.campaign_id);
    let campaign = campaign.map_or_else(|| row.campaign_id.to_string(), |campaign| campaign.name.clone());
    let name = row.event_name.as_ref().map(|name| format!(" “{name}”")).unwrap_or_default();
    let event = format!("{}{name}, {}", badges::event(row.event_type), badges::sale(row.sale_status).to_lowercase());
    let base = row.base().map_or_else(
        || format!("Not known in {} yet", row.base_currency),
        |base| format!("{} {}", amount(base), base.currency()),
    );
    vec![
        Fact::text("Affiliate", affiliate).leading_to(format!("/affiliates/{}", row.affiliate_id)),
        Fact::text("Campaign", campaign).leading_to(format!("/campaigns/{}", row.campaign_id)),
        Fact::text("Event", event),
        Fact::code("Order", row.order_id.as_str()),
        Fact::text("Amount", format!("{} {}", amount(row.amount()), row.currency)),
        Fact::text("In the program’s currency", base),
    ]
}

fn booked(entry: &LedgerEntryRow, zone: &Zone) -> Booked {
    let money = Money::new(entry.amount_minor, entry.currency);
    Booked {
        kind: badges::entry(entry.kind),
        amount: amount(money),
        currency: entry.currency.code(),
        at: second(entry.booked_at, zone),
    }
}

fn mismatch(attempt: &AttemptRow, zone: &Zone) -> Mismatch {
    Mismatch {
        path: format!("/attempts/{}", attempt.id),
        at: second(attempt.received_at, zone),
        differing: attempt.differing_words(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::told;

    #[test]
    fn a_stretch_of_time_is_told_by_its_two_largest_units() {
        for (seconds, words) in [
            (0, "less than a minute"),
            (59, "less than a minute"),
            (60, "1 minute"),
            (3_661, "1 hour and 1 minute"),
            (7_200, "2 hours"),
            (86_400 * 3 + 3_600 * 9 + 300, "3 days and 9 hours"),
            (86_400 + 300, "1 day"),
        ] {
            assert_eq!(told(Duration::from_secs(seconds)), words, "{seconds}");
        }
    }
}
