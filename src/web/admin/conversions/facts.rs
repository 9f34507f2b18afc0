//! Lists of facts: a name, what is said, and where it leads.

use crate::app::App;
use crate::domain::click_token::Origin;
use crate::domain::id::{AffiliateId, ClickId, ProgramId};
use crate::domain::key::pixel_of;
use crate::domain::money::Money;
use crate::domain::time::{Timestamp, Zone};
use crate::operations::explain_conversion::Explained;
use crate::storage::conversion_details::ConversionDetailsRow;
use crate::web::admin::badges;
use crate::web::filters::{amount, day, minute, second};
use crate::web::routes::LINK;

/// A line of a list of facts.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) text: String,
    /// The currency, where the text is an amount.
    pub(super) currency: &'static str,
    pub(super) path: Option<String>,
    pub(super) is_code: bool,
}

impl Fact {
    fn text(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, text: text.into(), currency: "", path: None, is_code: false }
    }

    fn code(name: &'static str, text: impl Into<String>) -> Self {
        Self { is_code: true, ..Self::text(name, text) }
    }

    fn money(name: &'static str, money: Money) -> Self {
        Self { currency: money.currency().code(), ..Self::text(name, amount(money)) }
    }

    fn leading_to(self, path: String) -> Self {
        Self { path: Some(path), ..self }
    }
}

/// What the affiliate who was credited first is called, or their id.
pub(super) fn first_name(app: &App, explained: &Explained) -> String {
    affiliate_name(app, explained.conversion.program_id, explained.credited_first())
}

fn affiliate_name(app: &App, program: ProgramId, id: AffiliateId) -> String {
    let catalogue = app.catalogue();
    catalogue.affiliate(program, id).map_or_else(|| id.to_string(), |affiliate| affiliate.name.clone())
}

/// The conversion itself.
pub(super) fn of_conversion(app: &App, explained: &Explained, zone: &Zone) -> Vec<Fact> {
    let row = &explained.conversion;
    let catalogue = app.catalogue();
    let campaign = catalogue.campaign(row.program_id, row.campaign_id);
    let campaign = campaign.map_or_else(|| row.campaign_id.to_string(), |campaign| campaign.name.clone());
    let name = row.event_name.as_ref().map(|name| format!(" “{name}”")).unwrap_or_default();
    let event = format!("{}{name}, {}", badges::event(row.event_type), badges::sale(row.sale_status).to_lowercase());
    let first = explained.credited_first();
    let mut facts = vec![
        Fact::text("Affiliate", first_name(app, explained)).leading_to(format!("/affiliates/{first}")),
        Fact::text("Campaign", campaign).leading_to(format!("/campaigns/{}", row.campaign_id)),
        Fact::text("Event", event),
        Fact::code("Order", row.order_id.as_str()),
        Fact::money("Amount", row.amount()),
    ];
    if row.remaining() != row.amount() {
        facts.push(Fact::money("Remains", row.remaining()));
    }
    if row.currency != row.base_currency {
        let name = "In the program’s currency";
        let unknown = || Fact::text(name, format!("Not known in {} yet", row.base_currency));
        facts.push(row.base().map_or_else(unknown, |base| Fact::money(name, base)));
    }
    let hold = explained.commission.as_ref().and_then(|commission| commission.hold_until);
    let hold = hold.filter(|end| *end > row.received_at);
    facts.extend(hold.map(|end| Fact::text("Hold ends", day(end, zone))));
    if row.affiliate_id != first {
        let name = affiliate_name(app, row.program_id, row.affiliate_id);
        facts.push(Fact::text("Paid to", name).leading_to(format!("/affiliates/{}", row.affiliate_id)));
    }
    facts
}

/// The click it rests on; nothing where there was none.
pub(super) fn of_click(explained: &Explained, zone: &Zone) -> Vec<Fact> {
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

/// The report, but for the customer, who stands among the identifiers.
pub(super) fn of_report(explained: &Explained, zone: &Zone, now: Timestamp) -> Vec<Fact> {
    let (row, details) = (&explained.conversion, explained.details.as_ref());
    let mut facts = vec![
        Fact::text("Received", second(row.received_at, zone)),
        Fact::text("Reported by", format!("{}, {}", badges::channel(row.channel), trusted(row.trust))),
    ];
    if row.token_id == pixel_of(row.campaign_id) {
        facts.push(Fact::text("Key", "The campaign’s pixel, which has none"));
    }
    facts.extend(explained.key.as_ref().map(|key| {
        let ended = key.expires_at.is_some_and(|end| end <= now);
        let ended = if ended { ", no longer valid" } else { "" };
        Fact::text("Key", format!("{}, made {}{ended}", key.name, minute(key.created_at, zone)))
    }));
    let claimed = details.and_then(|details| details.claimed_at);
    facts.extend(claimed.map(|at| Fact::text("Claimed time", format!("{}, counts for nothing", second(at, zone)))));
    let products = details.map(ConversionDetailsRow::products).unwrap_or_default();
    if !products.is_empty() {
        facts.push(Fact::code("Products", products.join(", ")));
    }
    let prices = details.map(ConversionDetailsRow::prices).unwrap_or_default();
    if !prices.is_empty() {
        facts.push(Fact::code("Prices", prices.join(", ")));
    }
    let subscription = details.and_then(|details| details.subscription);
    facts.extend(subscription.map(|which| Fact::text("Subscription", badges::subscription(which))));
    facts.extend(details.and_then(|details| details.metadata.clone()).map(|text| Fact::code("Metadata", text)));
    facts
}
