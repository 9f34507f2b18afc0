//! Settings → Audit log: who did what, for owners.

mod sentence;

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use self::sentence::{Known, Sentence};
use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::id::{Entity, Id, ProgramId, UserId};
use crate::domain::program::Program;
use crate::domain::time::LocalDay;
use crate::storage::audit_log::{self, AuditRow, By, Wanted};
use crate::storage::conn::Conn;
use crate::storage::conversions::attention;
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start};
use crate::storage::memberships::{self, Member};
use crate::storage::payouts::{self, PayoutRow};
use crate::storage::{coupons, invitations, links, tokens, users};
use crate::web::access::people::Owner;
use crate::web::error::WebError;
use crate::web::filters;
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::{self, Neighbours};
use crate::web::query::Query;

const PER_PAGE: usize = 50;

const FILTERS: [&str; 4] = ["action", "person", "from", "to"];

/// Who is nobody in particular, as the filter and the table call them.
const NOBODY: [(&str, &str); 2] = [("command_line", "The command line"), ("stranger", "Somebody not signed in")];

struct Row {
    sentence: Sentence,
    machine: String,
    when: String,
}

#[derive(Template)]
#[template(path = "settings/audit_log.html")]
struct AuditLogPage {
    frame: Frame,
    query: Query,
    errors: Errors,
    people: Vec<(String, String)>,
    actions: Vec<(&'static str, String)>,
    is_filtered: bool,
    rows: Vec<Row>,
    neighbours: Neighbours,
    newest: String,
}

/// The list's query, read.
struct Asked {
    action: Option<Action>,
    by: Option<By>,
    from: Option<LocalDay>,
    to: Option<LocalDay>,
    errors: Errors,
}

impl Asked {
    /// Reads the query. Days are whole days of the program, both ends included.
    fn read(query: &Query) -> Self {
        let mut errors = Errors::default();
        let mut day = |field: &'static str, label: &str| match query.text(field).trim() {
            "" => None,
            typed => errors.take(field, label, LocalDay::parse(typed)),
        };
        let (from, to) = (day("from", "From"), day("to", "To"));
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            errors.add("to", "To must not be before From.");
        }
        let word = NOBODY.into_iter().find(|(word, _)| *word == query.text("person"));
        let by = word.map(|(word, _)| By::Word(word)).or_else(|| query.value("person").map(By::Person));
        Self { action: query.value("action"), by, from, to, errors }
    }

    fn wanted(&self, program: &Program, members: &[Member]) -> Wanted {
        Wanted {
            program: program.id,
            people: members.iter().map(|member| member.user_id).collect(),
            action: self.action,
            by: self.by.clone(),
            from: self.from.map(|day| program.zone.day_start(day)),
            until: self.to.map(|day| program.zone.day_end_exclusive(day)),
        }
    }
}

/// What a page of the log is made from.
struct Found {
    members: Vec<Member>,
    page: Page<AuditRow>,
    names: HashMap<String, String>,
    payouts: Vec<PayoutRow>,
}

fn find(conn: &mut Conn, program: &Program, asked: &Asked, start: Start<i64>) -> Stored<Found> {
    let members = memberships::of_program(conn, program.id)?;
    let page = match asked.errors.is_empty() {
        true => audit_log::page_of_program(conn, &asked.wanted(program, &members), start, PER_PAGE)?,
        false => Page::default(),
    };
    let names = names(conn, program.id, &page.rows)?;
    let payouts = payouts::of_ids(conn, program.id, &subjects(&page.rows))?;
    Ok(Found { members, page, names, payouts })
}

/// What people call the things of these rows, by id. Who left is named as well, as long as their account is there.
fn names(conn: &mut Conn, program: ProgramId, rows: &[AuditRow]) -> Stored<HashMap<String, String>> {
    let mut named = HashMap::new();
    let mut people: Vec<UserId> = subjects(rows);
    people.extend(rows.iter().filter_map(|row| row.user_id));
    named.extend(users::names(conn, &people)?.into_iter().map(|(id, name)| (id.to_string(), name)));
    let orders = attention::of_ids(conn, program, &subjects(rows))?;
    named.extend(orders.into_iter().map(|row| (row.id.to_string(), row.order_id.to_string())));
    let invited = invitations::emails(conn, program, &subjects(rows))?;
    named.extend(invited.into_iter().map(|(id, email)| (id.to_string(), email)));
    let links = links::codes(conn, program, &subjects(rows))?;
    named.extend(links.into_iter().map(|(id, code)| (id.to_string(), code.to_string())));
    let coupons = coupons::codes(conn, program, &subjects(rows))?;
    named.extend(coupons.into_iter().map(|(id, code)| (id.to_string(), code.as_str().to_owned())));
    let tokens = tokens::names(conn, program, &subjects(rows))?;
    named.extend(tokens.into_iter().map(|(id, name)| (id.to_string(), name)));
    Ok(named)
}

/// The rows' subjects of one kind, each once.
fn subjects<T: Entity>(rows: &[AuditRow]) -> Vec<Id<T>> {
    let mut ids: Vec<Id<T>> = rows.iter().filter_map(|row| row.subject.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// `GET /admin/{program}/settings/audit-log`.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn list(app: Data<App>, owner: Owner, query: Query, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let (asked, start, program) = (Asked::read(&query), pagination::start(&query), owner.program.clone());
    let (found, asked) = app.read(move |conn| Ok((find(conn, &program, &asked, start)?, asked))).await?;
    let catalogue = app.catalogue().clone();
    let known = Known { catalogue: &catalogue, program: &owner.program, names: &found.names, payouts: &found.payouts };
    let row = |row: &AuditRow| Row {
        sentence: Sentence::of(row, &known),
        machine: row.noted_at.to_string(),
        when: filters::second(row.noted_at, &owner.program.zone),
    };
    let frame = Frame::new(&owner, Section::Settings, &request);
    let address = query.address(&frame.at("/settings/audit-log"), &FILTERS);
    let shown = AuditLogPage {
        people: people(&found.members),
        actions: actions(),
        is_filtered: query.says_any(&FILTERS),
        rows: found.page.rows.iter().map(row).collect(),
        neighbours: Neighbours::of(&found.page, &address, |row| row.sequence),
        newest: address,
        errors: asked.errors,
        frame,
        query,
    };
    Ok(if shown.errors.is_empty() { page::ok(&shown) } else { page::unprocessable(&shown) })
}

/// The people of the program by name, and those who are nobody.
fn people(members: &[Member]) -> Vec<(String, String)> {
    let mut people: Vec<_> = members.iter().map(|one| (one.user_id.to_string(), one.name.clone())).collect();
    people.sort_by_key(|(_, name)| name.to_lowercase());
    people.extend(NOBODY.map(|(word, name)| (word.to_owned(), name.to_owned())));
    people
}

/// Every action in the words of its sentence, in the order of the alphabet.
fn actions() -> Vec<(&'static str, String)> {
    let mut actions: Vec<_> =
        Action::ALL.iter().map(|action| (action.as_str(), sentence::capitalised(action.phrase()))).collect();
    actions.sort_by(|one, other| one.1.cmp(&other.1));
    actions
}
