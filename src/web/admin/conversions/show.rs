//! One conversion: why it was credited, how its commission came about, and what can be done about it.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::arithmetic::{self, Line};
use super::deeds::{Deed, Dialog, Filled, Offers};
use super::facts::{self, Fact};
use super::history::{self, Step};
use super::why::{self, Identifier, Named};
use super::window::WindowBar;
use crate::app::App;
use crate::domain::click_token::Mode;
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::{ConversionId, RefundId};
use crate::domain::money::Money;
use crate::domain::payout::RefundKind;
use crate::domain::rule::Rule;
use crate::domain::time::Zone;
use crate::domain::trace::Trace;
use crate::operations::explain_conversion::{Explained, explain_conversion};
use crate::storage::attempts::AttemptRow;
use crate::storage::conversion_details::ConversionDetailsRow;
use crate::storage::conversions::{ConversionRow, list};
use crate::storage::ledger_entries::LedgerEntryRow;
use crate::storage::refunds::RefundRow;
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::badges::{self, Badge};
use crate::web::admin::rules::words;
use crate::web::error::WebError;
use crate::web::filters::{amount, day, minute, second};
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

struct Booked {
    kind: &'static str,
    reason: String,
    amount: String,
    currency: &'static str,
    at: String,
}

struct GivenBack {
    kind: &'static str,
    event: Option<String>,
    reason: String,
    amount: String,
    currency: &'static str,
    at: String,
}

/// The rule that decided, in words.
struct Deciding {
    path: String,
    words: String,
    title: String,
    conditions: Vec<words::Said>,
    small_print: String,
    since: String,
}

struct Mismatch {
    path: String,
    at: String,
    differing: String,
}

#[derive(Template)]
#[template(path = "conversions/show.html")]
pub(super) struct ShowPage {
    frame: Frame,
    id: ConversionId,
    path: String,
    edition: i64,
    order: String,
    status: Badge,
    is_test: bool,
    amount: String,
    currency: &'static str,
    received: String,
    affiliate: String,
    /// What stood in the way of what was just asked for.
    problem: Option<String>,
    dialog: Option<Dialog>,
    offers: Offers,
    /// The one that waits for a decision after this one, for those who decide.
    next: Option<String>,
    flags: Vec<&'static str>,
    /// The exchange rate without which it cannot be approved: from what to what.
    waits_for_rate: Option<String>,
    summary: String,
    identifiers: Vec<Identifier>,
    candidates: Vec<Named>,
    window: Option<WindowBar>,
    rule: Option<Deciding>,
    lines: Vec<Line>,
    standing: String,
    stated: Option<&'static str>,
    click: Vec<Fact>,
    click_is_gone: bool,
    report: Vec<Fact>,
    ignored: Vec<String>,
    repeats: i64,
    facts: Vec<Fact>,
    commission: Option<String>,
    state: Option<Badge>,
    base_currency: &'static str,
    entries: Vec<Booked>,
    booked: String,
    refunds: Vec<GivenBack>,
    steps: Vec<Step>,
    mismatches: Vec<Mismatch>,
}

/// The conversion that a URL names; what is no id is no conversion.
pub(super) fn conversion_id(text: &str) -> Result<ConversionId, WebError> {
    text.parse().map_err(|_| WebError::NotFound)
}

/// A conversion of this person's program with everything that explains it.
pub(super) async fn load(app: &App, seat: &Seat, id: ConversionId) -> Result<Explained, WebError> {
    let program = seat.program.id;
    app.read(move |conn| explain_conversion(conn, program, id)).await?.ok_or(WebError::NotFound)
}

/// `GET /admin/{program}/conversions/{id}`; `?do=` opens one of its dialogs.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such conversion.
pub async fn show(
    app: Data<App>,
    viewer: Viewer,
    place: Path<(String, String)>,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let explained = load(&app, &viewer, conversion_id(&place.1)?).await?;
    let mut shown = ShowPage::new(&app, &viewer, &request, &explained);
    if shown.frame.may_change() {
        let (program, mode, id) = (viewer.program.id, explained.conversion.mode, explained.conversion.id);
        let next = app.read(move |conn| list::next_waiting(conn, program, mode, id)).await?;
        shown.next = next.map(|next| format!("/conversions/{next}"));
    }
    if shown.frame.may_change()
        && let Some(deed) = Deed::of_word(query.text("do"))
    {
        let event: RefundId = app.environment.mint.id(app.environment.clock.now());
        let filled = Filled {
            event: event.to_string(),
            kind: RefundKind::Refund.as_str().to_owned(),
            sale: explained.conversion.sale_status.as_str().to_owned(),
            ..Filled::default()
        };
        shown.dialog = Some(Dialog::new(&shown.frame, &explained, deed, filled, Errors::default()));
    }
    Ok(page::ok(&shown))
}

impl ShowPage {
    pub(super) fn new(app: &App, seat: &Seat, request: &HttpRequest, explained: &Explained) -> Self {
        let (row, zone) = (&explained.conversion, &seat.program.zone);
        let (commission, details) = (explained.commission.as_ref(), explained.details.as_ref());
        let (catalogue, now) = (app.catalogue().clone(), app.environment.clock.now());
        let trace = details.and_then(ConversionDetailsRow::traced);
        let place = why::Place { catalogue: &catalogue, program: row.program_id, zone };
        let frame = Frame::new(seat, Section::Conversions, request);
        Self {
            id: row.id,
            path: frame.at(&format!("/conversions/{}", row.id)),
            edition: row.edition,
            order: row.order_id.to_string(),
            status: badges::conversion(row.status),
            is_test: row.mode == Mode::Test,
            amount: amount(row.amount()),
            currency: row.currency.code(),
            received: minute(row.received_at, zone),
            affiliate: facts::first_name(app, explained),
            problem: None,
            dialog: None,
            next: None,
            offers: if frame.may_change() { Offers::of(explained) } else { Offers::default() },
            waits_for_rate: waits_for_rate(row),
            flags: row.flags.iter().map(badges::flag_sentence).collect(),
            summary: why::summary(explained, trace.as_ref()),
            identifiers: why::identifiers(explained, trace.as_ref(), zone),
            candidates: trace.as_ref().map(|trace| candidates(&place, trace)).unwrap_or_default(),
            window: window(explained, trace.as_ref(), zone),
            rule: explained.rule.as_ref().map(|rule| deciding(&place, rule, zone)),
            lines: arithmetic::tell(row, commission, explained.rule.as_ref(), zone),
            standing: commission.map(|its| arithmetic::standing(row, its, zone, now)).unwrap_or_default(),
            stated: details.and_then(|details| details.stated).map(badges::stated),
            click: facts::of_click(explained, zone),
            click_is_gone: row.click_id.is_some() && explained.click.is_none(),
            report: facts::of_report(explained, zone, now),
            ignored: details.map(ConversionDetailsRow::ignored).unwrap_or_default(),
            repeats: row.repeats,
            facts: facts::of_conversion(app, explained, zone),
            commission: commission.filter(|its| its.amount_minor.is_some()).map(|its| amount(its.booked())),
            state: commission.map(|commission| badges::commission(commission.state)),
            base_currency: row.base_currency.code(),
            entries: explained.entries.iter().map(|entry| booked(entry, zone)).collect(),
            booked: commission.map(|commission| amount(commission.booked())).unwrap_or_default(),
            refunds: explained.refunds.iter().map(|refund| given_back(refund, zone)).collect(),
            steps: history::steps(explained, zone),
            mismatches: explained.mismatches.iter().map(|attempt| mismatch(attempt, zone)).collect(),
            frame,
        }
    }

    /// The page of what is there now, after somebody asked for something that could not be.
    pub(super) async fn refused(
        app: &App,
        seat: &Seat,
        request: &HttpRequest,
        id: ConversionId,
        problem: Problem<'_>,
    ) -> Result<HttpResponse, WebError> {
        let explained = load(app, seat, id).await?;
        let mut shown = Self::new(app, seat, request, &explained);
        let sentence = match problem {
            Problem::Overtaken => history::faster(&explained, &seat.program.zone),
            Problem::Said(sentence) => sentence.to_owned(),
        };
        shown.problem = Some(format!("{sentence} Nothing was changed."));
        Ok(page::conflict(&shown))
    }

    /// The page with a dialog that was refused, with what was typed.
    pub(super) fn with_dialog(
        app: &App,
        seat: &Seat,
        request: &HttpRequest,
        explained: &Explained,
        (deed, filled, errors): (Deed, Filled, Errors),
    ) -> HttpResponse {
        let mut shown = Self::new(app, seat, request, explained);
        shown.dialog = Some(Dialog::new(&shown.frame, explained, deed, filled, errors));
        page::unprocessable(&shown)
    }
}

/// Why something could not be done.
pub(super) enum Problem<'a> {
    /// Somebody was faster.
    Overtaken,
    /// This, in a sentence.
    Said(&'a str),
}

/// Whom the identifiers named; what leads to nobody stands among the identifiers already.
fn candidates(place: &why::Place<'_>, trace: &Trace) -> Vec<Named> {
    let mut named = why::candidates(place, trace);
    named.retain(|one| one.path.is_some());
    named
}

fn waits_for_rate(row: &ConversionRow) -> Option<String> {
    let waits = row.base_minor.is_none() && row.status == ConversionStatus::Pending;
    waits.then(|| format!("{} to {}", row.currency, row.base_currency))
}

fn window(explained: &Explained, trace: Option<&Trace>, zone: &Zone) -> Option<WindowBar> {
    let winner = trace.and_then(why::winner)?;
    Some(WindowBar::new(winner.clicked_at?, winner.window?, explained.conversion.received_at, zone))
}

fn deciding(place: &why::Place<'_>, rule: &Rule, zone: &Zone) -> Deciding {
    Deciding {
        path: format!("/rules/{}/{}", rule.campaign_id, rule.number),
        words: format!("{}, version {}", words::basis(rule.terms.basis), rule.version),
        title: rule.title(),
        conditions: words::conditions(place.catalogue, place.program, &rule.conditions),
        small_print: words::small_print(&rule.terms),
        since: day(rule.since, zone),
    }
}

fn booked(entry: &LedgerEntryRow, zone: &Zone) -> Booked {
    let money = Money::new(entry.amount_minor, entry.currency);
    Booked {
        kind: badges::entry(entry.kind),
        reason: entry.reason.clone(),
        amount: amount(money),
        currency: entry.currency.code(),
        at: second(entry.booked_at, zone),
    }
}

fn given_back(refund: &RefundRow, zone: &Zone) -> GivenBack {
    GivenBack {
        kind: badges::refund(refund.kind),
        event: refund.reported_id().map(str::to_owned),
        reason: refund.reason.clone(),
        amount: amount(refund.amount()),
        currency: refund.currency.code(),
        at: second(refund.recorded_at, zone),
    }
}

fn mismatch(attempt: &AttemptRow, zone: &Zone) -> Mismatch {
    Mismatch {
        path: format!("/attempts/{}", attempt.id),
        at: second(attempt.received_at, zone),
        differing: attempt.differing_words(),
    }
}
