//! Settings → Erase personal data: forgetting a customer who asks for it, found by whatever they give.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::erasure::{Personal, Subject};
use crate::domain::handle::EmailAddress;
use crate::domain::id::{ClickId, ProgramId, UserId};
use crate::domain::referral::{Identifier, IdentifierKind};
use crate::operations::erase_customer::{blank, find_personal, forget, in_portions, who_is_meant};
use crate::storage::erasures::{self, ErasureRow};
use crate::storage::error::StorageError;
use crate::storage::users;
use crate::web::access::people::{Owner, Seat};
use crate::web::admin::referrals;
use crate::web::error::WebError;
use crate::web::filters::{grouped, second};
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

/// Erasures listed.
const MOST: i64 = 50;

/// How often what came meanwhile is looked for.
const ROUNDS: usize = 3;

struct Row {
    when: String,
    by: String,
    what: String,
}

/// What there is of somebody, in counts.
struct Counted {
    referrals: usize,
    orders: usize,
    clicks: usize,
    attempts: usize,
}

impl Counted {
    fn of(subject: &Subject, personal: &Personal) -> Self {
        Self {
            referrals: subject.referrals.len(),
            orders: personal.orders.len(),
            clicks: personal.clicks.len(),
            attempts: personal.attempts.len(),
        }
    }

    fn are_none(&self) -> bool {
        [self.referrals, self.orders, self.clicks, self.attempts] == [0; 4]
    }
}

/// Who is looked for, as it is typed.
struct Asked {
    kind: IdentifierKind,
    who: String,
}

impl Asked {
    fn read(kind: &str, who: &str) -> Self {
        Self { kind: kind.parse().unwrap_or(IdentifierKind::Email), who: who.trim().to_owned() }
    }
}

#[derive(Template)]
#[template(path = "settings/erasures.html")]
struct ErasuresPage {
    frame: Frame,
    asked: Asked,
    /// What was found of whom was looked for.
    found: Option<Counted>,
    errors: Errors,
    rows: Vec<Row>,
}

impl ErasuresPage {
    fn kinds(&self) -> [(&'static str, &'static str); 4] {
        let kind = |kind: IdentifierKind| (kind.as_str(), referrals::kind(kind));
        use IdentifierKind::{Click, CustomerId, Email, ExternalUserId};
        [Email, CustomerId, ExternalUserId, Click].map(kind)
    }
}

/// Whom a typed text means, which is of this kind: a customer by address or id, a click by its token or id.
fn meant(app: &App, asked: &Asked) -> Result<(Vec<Identifier>, Vec<ClickId>), Errors> {
    let named = |value: String| Ok((vec![Identifier { kind: asked.kind, value }], Vec::new()));
    let mut errors = Errors::default();
    match asked.kind {
        IdentifierKind::ExternalUserId | IdentifierKind::CustomerId => return named(asked.who.clone()),
        IdentifierKind::Email => {
            let address = EmailAddress::parse(&asked.who);
            if let Some(address) = errors.take("who", "E-mail address", address) {
                return named(address.hashed(app.environment.keys.email()).as_str().to_owned());
            }
        }
        IdentifierKind::Click => {
            let token = app.environment.keys.click_tokens().open(&asked.who).map(|claims| claims.click).ok();
            if let Some(click) = token.or_else(|| asked.who.parse().ok()) {
                return Ok((Vec::new(), vec![click]));
            }
            errors.add("who", "Click must be given by its token or id.");
        }
    }
    Err(errors)
}

async fn find(
    app: &App,
    program: ProgramId,
    meant: (Vec<Identifier>, Vec<ClickId>),
) -> Result<(Subject, Personal), StorageError> {
    let env = app.environment.clone();
    app.read(move |conn| {
        let subject = who_is_meant(conn, program, meant)?;
        let personal = find_personal(conn, &env, program, &subject)?;
        Ok((subject, personal))
    })
    .await
}

/// Erases what is known of somebody, and looks again for what came meanwhile.
///
/// # Errors
/// [`WebError`] when the database is away; then the same again goes on where this ended.
pub(in crate::web::admin) async fn erase(
    app: &App,
    (program, user): (ProgramId, UserId),
    (subject, personal): (Subject, Personal),
) -> Result<(), WebError> {
    let mut left = personal.clone();
    for round in 0..ROUNDS {
        for portion in in_portions(&left) {
            app.recorder.write(move |write| blank(write, &portion)).await?;
        }
        if round == 0 {
            let (env, subject, personal) = (app.environment.clone(), subject.clone(), personal.clone());
            app.recorder.write(move |write| forget(write, &env, (program, user), &subject, &personal)).await?;
        }
        let (env, subject) = (app.environment.clone(), subject.clone());
        left = app.read(move |conn| find_personal(conn, &env, program, &subject)).await?;
        if left.is_nothing() {
            break;
        }
    }
    Ok(())
}

async fn shown(app: &App, seat: &Seat, request: &HttpRequest, asked: Asked) -> Result<ErasuresPage, WebError> {
    let (program, zone) = (seat.program.id, &seat.program.zone);
    let (rows, names) = app
        .read(move |conn| {
            let rows = erasures::newest(conn, program, MOST)?;
            let people: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
            Ok((rows, users::names(conn, &people)?))
        })
        .await?;
    let row = |row: &ErasureRow| Row {
        when: second(row.erased_at, zone),
        by: names.get(&row.user_id).cloned().unwrap_or_else(|| "Somebody who is gone".to_owned()),
        what: told(row),
    };
    Ok(ErasuresPage {
        frame: Frame::new(seat, Section::Settings, request),
        asked,
        found: None,
        errors: Errors::default(),
        rows: rows.iter().map(row).collect(),
    })
}

fn told(row: &ErasureRow) -> String {
    let counted = |count: i64, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{} {one}s", grouped(count)),
    };
    [
        counted(row.referrals, "referral"),
        counted(row.orders, "order"),
        counted(row.clicks, "click"),
        counted(row.attempts, "attempt"),
    ]
    .join(", ")
}

/// `GET /admin/{program}/settings/erasures`; with `?kind=` and `?who=` it says what there is of whom that means.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn show(app: Data<App>, owner: Owner, query: Query, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let asked = Asked::read(query.text("kind"), query.text("who"));
    let mut shown = shown(&app, &owner, &request, asked).await?;
    if shown.asked.who.is_empty() {
        return Ok(page::ok(&shown));
    }
    match meant(&app, &shown.asked) {
        Ok(meant) => {
            let (subject, personal) = find(&app, owner.program.id, meant).await?;
            shown.found = Some(Counted::of(&subject, &personal));
        }
        Err(errors) => shown.errors = errors,
    }
    Ok(page::ok(&shown))
}

/// `POST /admin/{program}/settings/erasures`: erases what there is of whom the form means.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn create(
    app: Data<App>,
    owner: Owner,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let asked = Asked::read(posted.text("kind"), posted.text("who"));
    let errors = match meant(&app, &asked) {
        Ok(meant) => {
            let found = find(&app, owner.program.id, meant).await?;
            if !Counted::of(&found.0, &found.1).are_none() {
                erase(&app, (owner.program.id, owner.user.id), found).await?;
                let list = format!("/admin/{}/settings/erasures", owner.program.slug);
                return Ok(page::see_other_with(&list, Notice::CustomerErased));
            }
            let mut errors = Errors::default();
            errors.add("who", "Customer or click must be known here.");
            errors
        }
        Err(errors) => errors,
    };
    let mut shown = shown(&app, &owner, &request, asked).await?;
    shown.errors = errors;
    Ok(page::unprocessable(&shown))
}
