//! Why this affiliate: what identified the customer, whom that named, and why each won or lost.

use super::told::stretch;
use crate::domain::attribution::{Refusal, Source};
use crate::domain::id::{AffiliateId, ClickId, ProgramId};
use crate::domain::time::{Timestamp, Zone};
use crate::domain::trace::{Finding, Trace, Traced};
use crate::operations::explain_conversion::Explained;
use crate::storage::catalogue::Catalogue;
use crate::storage::conversion_details::ConversionDetailsRow;
use crate::web::admin::badges::Badge;
use crate::web::filters::{minute, second};

/// Something that came with the report, or could have.
pub(super) struct Identifier {
    pub(super) name: &'static str,
    pub(super) received: String,
    pub(super) is_code: bool,
    pub(super) used: &'static str,
    pub(super) decides: bool,
}

/// Somebody whom an identifier named.
pub(in crate::web::admin) struct Named {
    pub(in crate::web::admin) affiliate: String,
    pub(in crate::web::admin) path: Option<String>,
    pub(in crate::web::admin) touched: String,
    pub(in crate::web::admin) known_by: &'static str,
    pub(in crate::web::admin) result: Badge,
    pub(in crate::web::admin) because: String,
    pub(in crate::web::admin) won: bool,
}

impl Named {
    /// Says that the order is on record, so that there was nothing left to be credited.
    pub(in crate::web::admin) fn comes_too_late(&mut self) {
        self.because = "The order is on record already.".to_owned();
    }
}

/// What is told of a trace.
pub(in crate::web::admin) struct Place<'a> {
    pub(in crate::web::admin) catalogue: &'a Catalogue,
    pub(in crate::web::admin) program: ProgramId,
    pub(in crate::web::admin) zone: &'a Zone,
}

/// The word for what names an affiliate.
const fn known_by(source: Source) -> &'static str {
    match source {
        Source::ByHand => "Decision by hand",
        Source::ClickToken => "Click token",
        Source::Cookie => "Cookie",
        Source::Coupon => "Coupon code",
        Source::Referral => "Referral id",
        Source::ExternalUserId => "User id",
        Source::CustomerId => "Customer id",
        Source::Email => "E-mail",
        Source::Direct => "The report itself",
    }
}

/// The same in a sentence.
const fn named(source: Source) -> &'static str {
    match source {
        Source::ByHand => "a decision by hand",
        Source::ClickToken => "a click token",
        Source::Cookie => "the visitor’s cookie",
        Source::Coupon => "a coupon code",
        Source::Referral => "a referral id",
        Source::ExternalUserId => "a user id",
        Source::CustomerId => "a customer id",
        Source::Email => "an e-mail address",
        Source::Direct => "an affiliate named without a click",
    }
}

const fn won_because(source: Source) -> &'static str {
    match source {
        Source::ByHand => "Somebody here decided so.",
        Source::ClickToken => "The token sent with the order is their click’s.",
        Source::Cookie => "The cookie of the visitor’s browser names their click.",
        Source::Coupon => "Their coupon was used.",
        Source::Referral | Source::ExternalUserId | Source::CustomerId | Source::Email => {
            "They sent this customer first."
        }
        Source::Direct => "The report named them, which the campaign allows.",
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The candidate that got the credit.
pub(in crate::web::admin) fn winner(trace: &Trace) -> Option<&Traced> {
    trace.0.iter().find(|traced| traced.finding == Finding::Credited)
}

/// Everybody who was named, in the order in which they are believed.
pub(in crate::web::admin) fn candidates(place: &Place<'_>, trace: &Trace) -> Vec<Named> {
    let winner = winner(trace);
    let name = |id: AffiliateId| {
        let affiliate = place.catalogue.affiliate(place.program, id);
        affiliate.map_or_else(|| id.to_string(), |affiliate| affiliate.name.clone())
    };
    let told = |traced: &Traced| Named {
        affiliate: traced.affiliate.map_or_else(|| "Nobody".to_owned(), name),
        path: traced.affiliate.map(|id| format!("/affiliates/{id}")),
        touched: traced.clicked_at.map_or_else(|| "–".to_owned(), |at| minute(at, place.zone)),
        known_by: known_by(traced.source),
        result: result(traced, winner),
        because: because(place, traced, winner),
        won: traced.finding == Finding::Credited,
    };
    trace.0.iter().map(told).collect()
}

fn result(traced: &Traced, winner: Option<&Traced>) -> Badge {
    match traced.finding {
        Finding::Credited => Badge { word: "Credited", class: "dot tone-green" },
        Finding::Outranked if winner.is_none_or(|winner| winner.affiliate == traced.affiliate) => {
            Badge { word: "Not needed", class: "dot" }
        }
        Finding::Outranked => Badge { word: "Lost", class: "dot" },
        Finding::Refused(_) => Badge { word: "Not credited", class: "dot tone-red" },
    }
}

fn because(place: &Place<'_>, traced: &Traced, winner: Option<&Traced>) -> String {
    match (traced.finding, winner) {
        (Finding::Credited, _) => won_because(traced.source).to_owned(),
        (Finding::Outranked, Some(winner)) if winner.affiliate == traced.affiliate => {
            format!("Names the same affiliate; {} was enough.", named(winner.source))
        }
        (Finding::Outranked, Some(winner)) => {
            format!("{} comes before {}.", capital(named(winner.source)), named(traced.source))
        }
        (Finding::Outranked, None) => "The identifiers named different affiliates.".to_owned(),
        (Finding::Refused(why), _) => refused(place, traced, why),
    }
}

fn refused(place: &Place<'_>, traced: &Traced, why: Refusal) -> String {
    match (why, traced.clicked_at, traced.window) {
        (Refusal::ClickTokenExpired, Some(clicked), Some(window)) => {
            let end = clicked.plus(super::window::length(window));
            format!("The window of {} days ended {}.", window.days(), minute(end, place.zone))
        }
        _ => format!("{}.", why.sentence()),
    }
}

/// What came with the report, and what it was used for.
pub(super) fn identifiers(explained: &Explained, trace: Option<&Trace>, zone: &Zone) -> Vec<Identifier> {
    let details = explained.details.as_ref();
    let found = |source| trace.and_then(|trace| trace.0.iter().find(|traced| traced.source == source));
    let clicked = found(Source::ClickToken).and_then(|traced| traced.clicked_at);
    let clicked = clicked.or(explained.conversion.click_id.filter(|_| trace.is_none()).map(ClickId::time));
    let token = clicked.map(|at| (format!("of the click of {}", second(at, zone)), false));
    let token = token.or(found(Source::ClickToken).map(|_| ("one that does not verify".to_owned(), false)));
    let text = |choose: fn(&ConversionDetailsRow) -> &Option<String>| {
        details.and_then(|details| choose(details).clone()).map(|text| (text, true))
    };
    let email = details.is_some_and(|details| details.email_hash.is_some());
    let email = email.then(|| ("kept as a keyed hash".to_owned(), false));
    let always = [
        (Source::ClickToken, token),
        (Source::Coupon, text(|details| &details.coupon_code)),
        (Source::ExternalUserId, text(|details| &details.external_user_id)),
        (Source::CustomerId, text(|details| &details.customer_id)),
        (Source::Email, email),
    ];
    let rest = [Source::ByHand, Source::Cookie, Source::Referral, Source::Direct];
    let rest = rest.into_iter().filter(|source| found(*source).is_some());
    let rest = rest.map(|source| (source, Some((seldom(source).to_owned(), false))));
    let mut told: Vec<_> = always.into_iter().chain(rest).collect();
    told.sort_by_key(|(source, _)| Source::ALL.iter().position(|each| each == source));
    let credited_by_click = explained.conversion.click_id.is_some();
    told.into_iter()
        .map(|(source, received)| {
            let finding = found(source).map(|traced| traced.finding);
            let decides = match finding {
                Some(finding) => finding == Finding::Credited,
                None => trace.is_none() && source == Source::ClickToken && credited_by_click,
            };
            let leads = found(source).is_none_or(|traced| traced.affiliate.is_some());
            let used = match (decides, leads) {
                (true, _) => "Decides",
                (false, true) => used(finding, received.is_some()),
                (false, false) => "Leads to nobody",
            };
            let (received, is_code) = received.unwrap_or_else(|| ("not sent".to_owned(), false));
            Identifier { name: known_by(source), received, is_code, used, decides }
        })
        .collect()
}

/// What is said of an identifier whose value is not kept.
const fn seldom(source: Source) -> &'static str {
    match source {
        Source::ByHand => "in the admin",
        Source::Cookie => "from the visitor’s browser",
        Source::Direct => "names the affiliate",
        _ => "sent",
    }
}

const fn used(finding: Option<Finding>, is_there: bool) -> &'static str {
    match (finding, is_there) {
        (Some(Finding::Refused(_)), _) => "Led to no credit",
        (Some(_), _) => "Not needed",
        (None, true) => "Kept",
        (None, false) => "–",
    }
}

/// Why this affiliate, in a sentence's second half.
pub(super) fn summary(explained: &Explained, trace: Option<&Trace>) -> String {
    let row = &explained.conversion;
    let winner = trace.and_then(winner);
    let after = |at: Timestamp| stretch(row.received_at.since(at));
    let inside = winner.and_then(|traced| traced.window);
    let inside = inside.map(|window| format!(", inside the {}-day window", window.days())).unwrap_or_default();
    let first = match (winner.map(|traced| traced.source), row.click_id) {
        (Some(Source::ClickToken) | None, Some(click)) => {
            format!("the order carried the token of their click, {} before{inside}.", after(click.time()))
        }
        (Some(Source::Cookie), Some(click)) => {
            format!("the visitor’s cookie named their click, {} before{inside}.", after(click.time()))
        }
        (Some(Source::ByHand), _) => {
            "somebody here credited it by hand; the note stands under Every change.".to_owned()
        }
        (Some(Source::Coupon), _) => "their coupon code was used.".to_owned(),
        (Some(Source::Referral | Source::ExternalUserId | Source::CustomerId | Source::Email), _) => {
            "they are known to have sent this customer.".to_owned()
        }
        _ => "the report named them itself, without a click, which this campaign allows.".to_owned(),
    };
    format!("{first}{}", others(trace, explained.credited_first()))
}

fn others(trace: Option<&Trace>, credited: AffiliateId) -> &'static str {
    let mut named: Vec<AffiliateId> = trace.iter().flat_map(|trace| &trace.0).filter_map(|one| one.affiliate).collect();
    named.retain(|affiliate| *affiliate != credited);
    named.dedup();
    match named.len() {
        0 => "",
        1 => " One other affiliate was named and lost.",
        _ => " Other affiliates were named and lost.",
    }
}
