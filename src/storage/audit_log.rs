//! `audit_log`: who did what. There is no function that changes or deletes a row.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::keyset::{Page, Start, rows_to_read};
use super::pool::IntoStored;
use super::schema::audit_log::{self, dsl};
use super::schema::installation;
use super::write::Write;
use crate::domain::audit::{Action, AuditEntry};
use crate::domain::id::{ProgramId, UserId};
use crate::domain::time::Timestamp;

/// One row. Actor and action are words as they are stored: a row whose words were tampered with must be readable, or
/// nobody could say which row it is.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = audit_log, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::audit says what they mean")]
pub struct AuditRow {
    pub sequence: i64,
    pub program_id: Option<ProgramId>,
    pub actor: String,
    pub user_id: Option<UserId>,
    pub action: String,
    pub subject: String,
    pub noted_at: Timestamp,
    pub link: String,
}

impl AuditRow {
    /// What the row says, as the chain reads it.
    #[must_use]
    pub fn entry(&self) -> AuditEntry<'_> {
        AuditEntry {
            sequence: self.sequence,
            program: self.program_id,
            actor: &self.actor,
            user: self.user_id,
            action: &self.action,
            subject: &self.subject,
            noted_at: self.noted_at,
        }
    }
}

/// The end of the chain, as it is kept outside the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// How many rows there are.
    pub count: i64,
    /// The seal over that number and the last row's link; empty while there are none.
    pub seal: String,
}

/// Where the chain ends.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn end(conn: &mut Conn) -> Stored<End> {
    let both = installation::table.select((installation::audit_count, installation::audit_link));
    let (count, seal) = both.first(conn).stored()?;
    Ok(End { count, seal })
}

/// The link of a row, if it is there.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn link_of(conn: &mut Conn, sequence: i64) -> Stored<Option<String>> {
    dsl::audit_log.find(sequence).select(dsl::link).first(conn).optional().stored()
}

/// Which people did something to these things of a program, each with the thing.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn users_by_subject(conn: &mut Conn, program: ProgramId, subjects: Vec<String>) -> Stored<Vec<(String, UserId)>> {
    let theirs = dsl::audit_log.filter(dsl::program_id.eq(program)).filter(dsl::subject.eq_any(subjects));
    let found: Vec<(String, Option<UserId>)> =
        theirs.order(dsl::sequence).select((dsl::subject, dsl::user_id)).load(conn).stored()?;
    Ok(found.into_iter().filter_map(|(subject, user)| Some((subject, user?))).collect())
}

/// Adds a row, and moves the end of the chain behind it.
///
/// # Errors
/// [`super::error::StorageError`], also when there is a row of this number: somebody was at the table.
pub fn append(write: &mut Write<'_>, row: &AuditRow, seal: &str) -> Stored<()> {
    diesel::insert_into(dsl::audit_log).values(row).execute(write.conn()).stored()?;
    let moved = (installation::audit_count.eq(row.sequence), installation::audit_link.eq(seal));
    diesel::update(installation::table).set(moved).execute(write.conn()).stored()?;
    Ok(())
}

/// The rows behind `after`, the oldest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn page(conn: &mut Conn, after: Option<i64>, limit: i64) -> Stored<Vec<AuditRow>> {
    let rows = dsl::audit_log.filter(dsl::sequence.gt(after.unwrap_or(i64::MIN))).order(dsl::sequence);
    rows.limit(limit).select(AuditRow::as_select()).load(conn).stored()
}

/// Which rows a program's owner looks at: those of the program, and those of no program that are about its people or
/// about nobody.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The program.
    pub program: ProgramId,
    /// Who works in it.
    pub people: Vec<UserId>,
    /// What was done; none is anything.
    pub action: Option<Action>,
    /// Who did it; none is anybody.
    pub by: Option<By>,
    /// From when on.
    pub from: Option<Timestamp>,
    /// Until when, that moment left out.
    pub until: Option<Timestamp>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A person.
    Person(UserId),
    /// Whoever goes by this word: `command_line`, `stranger`.
    Word(&'static str),
}

type Boxed<'a> = diesel::dsl::IntoBoxed<'a, audit_log::table, MultiBackend>;

fn matching(wanted: &Wanted) -> Boxed<'static> {
    let about: Vec<String> = wanted.people.iter().map(ToString::to_string).collect();
    let about_them = dsl::user_id.eq_any(wanted.people.clone()).assume_not_null().or(dsl::subject.eq_any(about));
    let about_nobody = dsl::actor.eq("stranger").and(dsl::subject.eq(""));
    let outside = dsl::program_id.is_null().and(about_them.or(about_nobody));
    let own = dsl::program_id.eq(wanted.program).assume_not_null();
    let mut found = audit_log::table.filter(own.or(outside)).into_boxed();
    if let Some(action) = wanted.action {
        found = found.filter(dsl::action.eq(action.as_str()));
    }
    match wanted.by {
        Some(By::Person(person)) => found = found.filter(dsl::user_id.eq(person)),
        Some(By::Word(word)) => found = found.filter(dsl::actor.eq(word)),
        None => {}
    }
    if let Some(from) = wanted.from {
        found = found.filter(dsl::noted_at.ge(from));
    }
    if let Some(until) = wanted.until {
        found = found.filter(dsl::noted_at.lt(until));
    }
    found
}

/// A page of at most `most` rows, the newest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn page_of_program(conn: &mut Conn, wanted: &Wanted, start: Start<i64>, most: usize) -> Stored<Page<AuditRow>> {
    let found = matching(wanted).limit(rows_to_read(most));
    let found = match start {
        Start::Newest => found.order(dsl::sequence.desc()),
        Start::OlderThan(sequence) => found.filter(dsl::sequence.lt(sequence)).order(dsl::sequence.desc()),
        Start::NewerThan(sequence) => found.filter(dsl::sequence.gt(sequence)).order(dsl::sequence.asc()),
    };
    let rows = found.select(AuditRow::as_select()).load(conn).stored()?;
    match Page::cut(&start, rows, most) {
        Some(page) => Ok(page),
        None => page_of_program(conn, wanted, Start::Newest, most),
    }
}
