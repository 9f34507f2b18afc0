//! Deciding about many conversions at once. Each is decided by itself, and the answer says of each what came of it.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::change::Actor;
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::{ConversionId, ProgramId, UserId};
use crate::domain::review::Obstacle;
use crate::environment::Environment;
use crate::operations::review_conversion::{Decision, Reviewed, review_conversion};
use crate::storage::conversions::list::{self, Listed};
use crate::storage::error::Stored;
use crate::storage::write::Write;
use crate::web::access::people::{Manager, Seat};
use crate::web::admin::badges::{self, Badge};
use crate::web::error::WebError;
use crate::web::filters::amount;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section, local_path};

/// Conversions decided about at once, at most.
const MOST: usize = 100;

/// A ticked conversion, as whoever ticked it saw it.
type Ticked = (ConversionId, i64);

/// One of the conversions, with what came of the decision.
struct Row {
    path: String,
    order: String,
    affiliate: String,
    amount: String,
    currency: &'static str,
    /// What it earns; none where no exchange rate is known.
    commission: Option<String>,
    field: String,
    result: Option<(Badge, String)>,
}

#[derive(Template)]
#[template(path = "conversions/reviews.html")]
struct ReviewsPage {
    frame: Frame,
    rows: Vec<Row>,
    /// Whether a reason is still to be given.
    asks_reason: bool,
    errors: Errors,
    changed: usize,
    decided: &'static str,
    back: String,
}

impl ReviewsPage {
    /// Where a reason goes.
    fn kept(&self) -> &'static str {
        if self.rows.len() == 1 { "It is kept with the conversion." } else { "It is kept with each of them." }
    }
}

/// `POST /admin/{program}/conversions/reviews`: decides about everything that was ticked. Rejecting asks for a reason first.
///
/// # Errors
/// [`WebError`] when the form is not one of ours, or the database is away.
pub async fn review(
    app: Data<App>,
    manager: Manager,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let ticked = ticked(&posted)?;
    let wanted = match posted.text("decision") {
        "approve" => ConversionStatus::Approved,
        "reject" => ConversionStatus::Rejected,
        _ => return Err(WebError::Malformed),
    };
    let back = back(&manager, &posted);
    if ticked.is_empty() {
        return Ok(page::see_other_with(&back, Notice::NothingTicked));
    }
    let reason = posted.text("reason").trim().to_owned();
    let asks_reason = wanted == ConversionStatus::Rejected && reason.is_empty();
    let results = if asks_reason {
        ticked.iter().map(|_| None).collect()
    } else {
        decide(&app, &manager, ticked.clone(), (wanted, reason)).await?
    };
    let program = manager.program.id;
    let ids = ticked.clone();
    let found = app.read(move |conn| {
        ids.iter().map(|(id, _)| list::find(conn, program, *id)).collect::<Stored<Vec<Option<Listed>>>>()
    });
    let rows: Vec<Row> = found
        .await?
        .iter()
        .zip(&ticked)
        .zip(&results)
        .filter_map(|((found, ticked), result)| Some(row(&app, &manager, found.as_ref()?, *ticked, result.as_ref())))
        .collect();
    let mut errors = Errors::default();
    if asks_reason && posted.has("reason") {
        errors.add("reason", "Reason must not be blank.");
    }
    let shown = ReviewsPage {
        frame: Frame::new(&manager, Section::Conversions, &request),
        changed: results.iter().flatten().filter(|result| matches!(result, Reviewed::Changed)).count(),
        decided: if wanted == ConversionStatus::Approved { "approved" } else { "rejected" },
        rows,
        asks_reason,
        errors,
        back,
    };
    Ok(if shown.errors.is_empty() { page::ok(&shown) } else { page::unprocessable(&shown) })
}

/// What was ticked, `conv_…:edition`, each once.
fn ticked(posted: &Posted) -> Result<Vec<Ticked>, WebError> {
    let mut ticked: Vec<Ticked> = Vec::new();
    for text in posted.all("conversion") {
        let (id, edition) = text.split_once(':').ok_or(WebError::Malformed)?;
        let id = id.parse().map_err(|_| WebError::Malformed)?;
        if ticked.iter().all(|(known, _)| *known != id) {
            ticked.push((id, edition.parse().map_err(|_| WebError::Malformed)?));
        }
    }
    if ticked.len() > MOST { Err(WebError::TooLarge) } else { Ok(ticked) }
}

/// The list it came from, with its filters.
fn back(manager: &Manager, posted: &Posted) -> String {
    let list = format!("/admin/{}/conversions", manager.program.slug);
    let asked = local_path(posted.text("back")).filter(|path| path.split(['?', '#']).next() == Some(list.as_str()));
    asked.map(str::to_owned).unwrap_or(list)
}

async fn decide(
    app: &App,
    manager: &Manager,
    ticked: Vec<Ticked>,
    (wanted, reason): (ConversionStatus, String),
) -> Result<Vec<Option<Reviewed>>, WebError> {
    let (env, who) = (app.environment.clone(), (manager.program.id, manager.user.id));
    let decided = app.recorder.write(move |write| {
        ticked
            .into_iter()
            .map(|ticked| one(write, &env, who, ticked, (wanted, &reason)).map(Some))
            .collect::<Stored<_>>()
    });
    Ok(decided.await?)
}

fn one(
    write: &mut Write<'_>,
    env: &Environment,
    (program, user): (ProgramId, UserId),
    (id, edition): Ticked,
    (wanted, reason): (ConversionStatus, &str),
) -> Stored<Reviewed> {
    let decision = Decision { wanted, seen: Some(edition), reason: reason.to_owned() };
    review_conversion(write, env, program, id, Actor::User(user), &decision)
}

fn row(app: &App, seat: &Seat, (row, commission): &Listed, (id, edition): Ticked, result: Option<&Reviewed>) -> Row {
    let catalogue = app.catalogue();
    let affiliate = catalogue.affiliate(seat.program.id, row.affiliate_id);
    Row {
        path: format!("/conversions/{id}"),
        order: row.order_id.to_string(),
        affiliate: affiliate.map(|affiliate| affiliate.name.clone()).unwrap_or_default(),
        amount: amount(row.remaining()),
        currency: row.currency.code(),
        commission: commission.as_ref().filter(|its| its.amount_minor.is_some()).map(|its| amount(its.booked())),
        field: format!("{id}:{edition}"),
        result: result.map(|result| told(result, row.status)),
    }
}

fn told(result: &Reviewed, now: ConversionStatus) -> (Badge, String) {
    let not_changed = Badge { word: "Not changed", class: "dot" };
    match result {
        Reviewed::Changed => (badges::conversion(now), String::new()),
        Reviewed::AlreadySo => (badges::conversion(now), "It was so already.".to_owned()),
        Reviewed::Overtaken(current) => {
            let now = badges::conversion(current.status).word.to_lowercase();
            (not_changed, format!("Somebody changed it after you opened the list. It is {now}."))
        }
        Reviewed::NotPossible(_, Obstacle::NeedsReason) => (not_changed, "Rejecting takes a reason.".to_owned()),
        Reviewed::NotPossible(_, obstacle) => (not_changed, obstacle.sentence().to_owned()),
        Reviewed::Unknown => (not_changed, "It is not there.".to_owned()),
    }
}
