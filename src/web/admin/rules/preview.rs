//! What an order would earn, and why: typed into the address, so that it can be kept, passed on and asked again.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::order::{OrderFields, TypedOrder};
use super::{campaign, catalogue, told, words};
use crate::app::App;
use crate::domain::campaign::Campaign;
use crate::domain::commission::earn;
use crate::domain::currency::Currency;
use crate::domain::event::EventType;
use crate::domain::exchange::Quote;
use crate::domain::rule::judging::{Part, judge_all};
use crate::domain::rule::{Rule, Subscription};
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::conversions::arithmetic::told_sum;
use crate::web::admin::{badges, choices};
use crate::web::error::WebError;
use crate::web::filters::{amount, minute};
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

/// A rule and its part in the decision.
struct Candidate {
    path: String,
    title: String,
    pays: String,
    decides: bool,
    would_apply: bool,
    why: String,
}

/// What the order earns by the rule that decides.
struct Outcome {
    /// The amount, where it is known.
    commission: Option<String>,
    rule: String,
    path: String,
    version: String,
    coverage: Option<String>,
    exchange: String,
    sum: String,
    waits: bool,
    hold: [String; 2],
}

#[derive(Template)]
#[template(path = "rules/preview.html")]
struct PreviewPage {
    frame: Frame,
    campaign: String,
    rules_path: String,
    fields: OrderFields,
    errors: Errors,
    affiliates: Vec<(String, String)>,
    candidates: Vec<Candidate>,
    outcome: Option<Outcome>,
}

impl PreviewPage {
    fn currencies(&self) -> Vec<&'static str> {
        Currency::all().map(Currency::code).collect()
    }

    fn events(&self) -> Vec<(&'static str, &'static str)> {
        EventType::ALL.iter().map(|kind| (kind.as_str(), badges::event(*kind))).collect()
    }

    fn subscriptions(&self) -> [(&'static str, &'static str); 4] {
        [
            ("", "Not a subscription"),
            (Subscription::Monthly.as_str(), "A monthly one"),
            (Subscription::Yearly.as_str(), "A yearly one"),
            (Subscription::Unspecified.as_str(), "One whose interval is not said"),
        ]
    }
}

/// `GET /admin/{program}/rules/{campaign}/preview`: the order is in the query.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such campaign.
pub async fn preview(
    app: Data<App>,
    viewer: Viewer,
    place: Path<(String, String)>,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let catalogue = catalogue(&app);
    let program = &viewer.program;
    let campaign = campaign(&catalogue, program, &place.1)?;
    let now = app.environment.clock.now();
    let fields = OrderFields::of_query(&query, program);
    let mut shown = PreviewPage {
        frame: Frame::new(&viewer, Section::Rules, &request),
        campaign: campaign.name.clone(),
        rules_path: format!("/rules/{}", campaign.id),
        errors: Errors::default(),
        affiliates: choices::affiliates(&catalogue, program.id),
        candidates: Vec::new(),
        outcome: None,
        fields,
    };
    match shown.fields.read((&catalogue, program), campaign, now) {
        Ok(typed) => {
            let quote = catalogue.quote(program.id, typed.amount.currency(), program.zone.local_day(now));
            let judged = judge_all(catalogue.rules(campaign.id), &typed.order(), now);
            let winner = judged.iter().find(|(_, part)| *part == Part::Decides).map(|(rule, _)| *rule);
            shown.candidates = candidates(&catalogue, &viewer, campaign, &judged, winner);
            match winner.map(|rule| outcome(&viewer, rule, &typed, quote.as_ref(), now)).transpose() {
                Ok(outcome) => shown.outcome = outcome,
                Err(why) => shown.errors.add("amount", why),
            }
        }
        Err(errors) => shown.errors = errors,
    }
    Ok(if shown.errors.is_empty() { page::ok(&shown) } else { page::unprocessable(&shown) })
}

fn candidates(
    catalogue: &Catalogue,
    seat: &Seat,
    campaign: &Campaign,
    judged: &[(&Rule, Part)],
    winner: Option<&Rule>,
) -> Vec<Candidate> {
    let title = winner.map(|rule| if rule.number == 0 { "the default".to_owned() } else { rule.title() });
    let candidate = |(rule, part): &(&Rule, Part)| Candidate {
        path: format!("/rules/{}/{}", campaign.id, rule.number),
        title: rule.title(),
        pays: words::basis(rule.terms.basis),
        decides: *part == Part::Decides,
        would_apply: !matches!(part, Part::DoesNotApply(_)),
        why: told::part(part, &rule.conditions, title.as_deref(), (catalogue, &seat.program)),
    };
    judged.iter().map(candidate).collect()
}

fn outcome(
    seat: &Seat,
    rule: &Rule,
    typed: &TypedOrder,
    quote: Option<&Quote>,
    now: Timestamp,
) -> Result<Outcome, String> {
    let program = &seat.program;
    // Only sales are counted as a customer's payments.
    let is_sale = typed.order().event.kind == EventType::Sale;
    let basis = rule.basis_for(is_sale.then_some(typed.payment), now, &program.zone);
    let earning = earn(typed.amount, program.base_currency, quote, basis).map_err(|why| format!("Amount: {why}."))?;
    let sum = match basis {
        Some(basis) => told_sum(earning.base, Some(basis), earning.commission),
        None => "The rule does not pay for this payment, so nothing is earned.".to_owned(),
    };
    Ok(Outcome {
        commission: earning.commission.map(amount),
        rule: rule.title(),
        path: format!("/rules/{}/{}", rule.campaign_id, rule.number),
        version: format!(
            "{}: version {}, in force since {}.",
            words::basis(rule.terms.basis),
            rule.version,
            minute(rule.since, &program.zone)
        ),
        coverage: is_sale.then(|| told::coverage(rule, typed.payment, basis.is_some(), program)),
        exchange: told::exchange(typed.amount, earning.base, quote),
        sum,
        waits: earning.hold.is_some(),
        hold: told::hold(&rule.terms, now, program),
    })
}
