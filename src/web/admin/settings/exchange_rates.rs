//! Settings → Exchange rates: what the program's foreign sales are converted by, and the file that brings more.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::app::rates::{Bringing, LastImport, RateNews, RatesRefused, sentence};
use crate::domain::audit::AuditActor;
use crate::domain::currency::Currency;
use crate::domain::exchange::{EuroRates, OLDEST_QUOTE_DAYS};
use crate::domain::id::ProgramId;
use crate::domain::program::Program;
use crate::domain::time::{LocalDay, Timestamp};
use crate::storage::conn::Conn;
use crate::storage::conversions::without_rate::{self, Waiting};
use crate::storage::error::Stored;
use crate::storage::exchange_rates::{self, ExchangeRateRow};
use crate::web::access::people::{Manager, Seat, Viewer};
use crate::web::error::WebError;
use crate::web::filters::{Moment, day, grouped};
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};

/// How far back from the newest rate the table looks for each currency's own newest.
const LOOKED_BACK: i32 = 40;

/// How old the newest rates may be before somebody is told: the longest pause of the bank is the one of Easter, five days.
const EXPECTED_PAUSE: i32 = 5;

struct RateLine {
    currency: &'static str,
    per_euro: String,
    /// What one unit is worth in the program's currency today; none when that cannot be said any more.
    in_base: Option<String>,
    day: String,
}

struct WaitingLine {
    currency: &'static str,
    conversions: String,
    days: String,
}

/// What came of the last import, finished.
struct Last {
    at: Moment,
    fetched: bool,
    added: usize,
    changed: usize,
    unchanged: usize,
    too_old: usize,
    passed_over: String,
    released: usize,
}

/// What came of fetching, finished.
struct Fetched {
    from: String,
    succeeded: Option<Moment>,
    failed: Option<(Moment, String)>,
}

/// How much the age of the newest rates matters.
enum Age {
    Fine,
    Pause { days: i32 },
    TooOld { days: i32 },
}

#[derive(Template)]
#[template(path = "settings/exchange_rates.html")]
struct RatesPage {
    frame: Frame,
    errors: Errors,
    /// Whether the file was refused because rates leap: then it may be taken all the same.
    leaps: bool,
    rates: Vec<RateLine>,
    waiting: Vec<WaitingLine>,
    newest: String,
    age: Age,
    last: Option<Last>,
    fetched: Option<Fetched>,
}

struct Found {
    rows: Vec<ExchangeRateRow>,
    waiting: Vec<Waiting>,
}

fn find(conn: &mut Conn, program: ProgramId) -> Stored<Found> {
    let rows = match exchange_rates::latest_day(conn, program)? {
        Some(newest) => {
            let first = LocalDay::from_number(newest.number().saturating_sub(LOOKED_BACK));
            exchange_rates::of_days(conn, program, first, newest)?
        }
        None => Vec::new(),
    };
    Ok(Found { rows, waiting: without_rate::waiting(conn, program)? })
}

impl RatesPage {
    async fn new(app: &App, seat: &Seat, request: &HttpRequest) -> Result<Self, WebError> {
        let program = seat.program.id;
        let found = app.read(move |conn| find(conn, program)).await?;
        let now = app.environment.clock.now();
        let today = seat.program.zone.local_day(now);
        let newest = found.rows.iter().map(|row| row.day).max();
        let written = |day| written(day, &seat.program);
        Ok(Self {
            frame: Frame::new(seat, Section::Settings, request),
            errors: Errors::default(),
            leaps: false,
            rates: lines(&found.rows, &seat.program, today),
            waiting: found.waiting.iter().map(|waiting| waiting_line(waiting, &seat.program)).collect(),
            newest: newest.map(written).unwrap_or_default(),
            age: newest.map_or(Age::Fine, |newest| age(today.number().saturating_sub(newest.number()))),
            last: app.rates.last(program).map(|last| shown(&last, now, &seat.program)),
            fetched: fetched(&app.rates, now, &seat.program),
        })
    }
}

fn age(days: i32) -> Age {
    match days {
        days if days > OLDEST_QUOTE_DAYS => Age::TooOld { days },
        days if days > EXPECTED_PAUSE => Age::Pause { days },
        _ => Age::Fine,
    }
}

fn written(of: LocalDay, program: &Program) -> String {
    day(program.zone.day_start(of), &program.zone)
}

/// Each currency's newest rate, the euro among them where it is foreign itself.
fn lines(rows: &[ExchangeRateRow], program: &Program, today: LocalDay) -> Vec<RateLine> {
    let base = program.base_currency;
    let mut rates = EuroRates::default();
    let mut newest: BTreeMap<Currency, (LocalDay, String)> = BTreeMap::new();
    for row in rows {
        rates.add(row.currency, row.day, row.rate);
        let known = newest.get(&row.currency).is_some_and(|(day, _)| *day >= row.day);
        if !known {
            newest.insert(row.currency, (row.day, row.rate.to_string()));
        }
    }
    if let Some((day, _)) = newest.get(&base).cloned() {
        newest.insert(Currency::EUR, (day, "1".to_owned()));
    }
    let line = |(currency, (day, per_euro)): (Currency, (LocalDay, String))| RateLine {
        currency: currency.code(),
        per_euro,
        in_base: match currency == base {
            true => Some("1".to_owned()),
            false => rates.quote(currency, base, today).map(|quote| quote.rate.to_string()),
        },
        day: written(day, program),
    };
    newest.into_iter().map(line).collect()
}

fn waiting_line(waiting: &Waiting, program: &Program) -> WaitingLine {
    let of = |at: Option<Timestamp>| at.map(|at| day(at, &program.zone)).unwrap_or_default();
    let (first, last) = (of(waiting.first), of(waiting.last));
    WaitingLine {
        currency: waiting.currency.code(),
        conversions: grouped(waiting.conversions),
        days: if first == last { first } else { format!("{first} – {last}") },
    }
}

fn shown(last: &LastImport, now: Timestamp, program: &Program) -> Last {
    Last {
        at: Moment::new(last.at, now, &program.zone),
        fetched: last.fetched,
        added: last.imported.added,
        changed: last.imported.changed,
        unchanged: last.imported.unchanged,
        too_old: last.imported.too_old,
        passed_over: last.passed_over.join(", "),
        released: last.released,
    }
}

fn fetched(news: &RateNews, now: Timestamp, program: &Program) -> Option<Fetched> {
    let from = news.url()?.to_string();
    let fetches = news.fetches();
    let moment = |at| Moment::new(at, now, &program.zone);
    let failed = fetches.failed.map(|(at, why)| (moment(at), why));
    Some(Fetched { from, succeeded: fetches.succeeded.map(moment), failed })
}

/// `GET /admin/{program}/settings/exchange-rates`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn show(app: Data<App>, viewer: Viewer, request: HttpRequest) -> Result<HttpResponse, WebError> {
    Ok(page::ok(&RatesPage::new(&app, &viewer, &request).await?))
}

/// `POST /admin/{program}/settings/exchange-rates`: takes the bank's file in, or says what is wrong with it and takes none
/// of it.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn import(
    app: Data<App>,
    manager: Manager,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let mut errors = Errors::default();
    let read = match posted.files("file").next() {
        None => Err("must be chosen".to_owned()),
        Some(upload) => {
            let read = app.read_rates(upload.content.clone()).await?;
            read.map_err(|why| format!("must be the European Central Bank’s CSV, or the .zip with it: {why}"))
        }
    };
    let Some(file) = errors.take("file", "The file", read) else {
        let shown = RatesPage { errors, ..RatesPage::new(&app, &manager, &request).await? };
        return Ok(page::unprocessable(&shown));
    };
    let by = Some(AuditActor::User(manager.user.id));
    let bringing = Bringing { by, even_if_implausible: posted.has("even_if_implausible") };
    match app.import_rates(manager.program.id, &Arc::new(file), bringing).await {
        Ok(_) => {
            let here = format!("/admin/{}/settings/exchange-rates", manager.program.slug);
            Ok(page::see_other_with(&here, Notice::RatesImported))
        }
        Err(RatesRefused::Implausible(leaps)) => {
            errors.add("file", format!("The file was not taken: {}.", sentence(&leaps)));
            let shown = RatesPage { errors, leaps: true, ..RatesPage::new(&app, &manager, &request).await? };
            Ok(page::unprocessable(&shown))
        }
        Err(RatesRefused::Write(error)) => Err(error.into()),
    }
}
