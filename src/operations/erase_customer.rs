//! Forgetting a customer who asks for it (QUALITY PRV-2).
//!
//! It is done in steps, so that reports go on meanwhile: what is personal is found beside everything else, taken out of the
//! rows in portions, and at last the names are forgotten, so that whoever is asked again finds what is left by the names
//! that are still there. Rows stay, and money with them ([`crate::domain::erasure`]).
//!
//! The words of people are left: reasons of refunds, adjustments and decisions are theirs to write, and nothing here could
//! tell whether they name somebody. Backups that were made before hold what was there then.

use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::change::Actor;
use crate::domain::click_token::Mode;
use crate::domain::erasure::{Personal, Subject};
use crate::domain::id::{AttemptId, ClickId, ConversionId, ProgramId, ReferralId, UserId};
use crate::domain::referral::{Identifier, ReferralChange, ReferralChangeKind, by_click};
use crate::environment::Environment;
use crate::storage::attempts::list::{Wanted, Whose};
use crate::storage::attempts::{self, AttemptRow, kept_report};
use crate::storage::conn::Conn;
use crate::storage::erasure;
use crate::storage::erasures::{self, ErasureRow};
use crate::storage::error::Stored;
use crate::storage::keyset::Start;
use crate::storage::new_rows::NewRows;
use crate::storage::referral_changes::ReferralChangeRow;
use crate::storage::referrals::{self, Named, list};
use crate::storage::write::Write;

use super::audit;

/// Attempts read at once.
const ATTEMPTS_AT_ONCE: usize = 2_000;

/// Who is meant by these names and clicks, with every other name that they are known by, live and in tests.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn who_is_meant(
    conn: &mut Conn,
    program: ProgramId,
    (names, clicks): (Vec<Identifier>, Vec<ClickId>),
) -> Stored<Subject> {
    let by_clicks = clicks.iter().copied().map(by_click);
    let asked: Vec<Identifier> = names.iter().cloned().chain(by_clicks).collect();
    let named: Vec<Named> =
        Mode::ALL.iter().flat_map(|mode| asked.iter().map(|name| (program, *mode, name.clone()))).collect();
    let known = referrals::named(conn, &named)?;
    let mut referrals: Vec<ReferralId> = named.iter().filter_map(|name| known.get(name).copied()).collect();
    referrals.extend(erasure::referrals_by_click(conn, program, &clicks)?);
    let mut subject = who_they_are(conn, program, &referrals)?;
    subject.names.extend(names);
    subject.clicks.extend(clicks);
    Ok(subject)
}

/// Everything that these referrals of the program are known by.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn who_they_are(conn: &mut Conn, program: ProgramId, these: &[ReferralId]) -> Stored<Subject> {
    let mut subject = Subject::default();
    for id in these {
        let Some(row) = list::find_left(conn, program, *id)? else { continue };
        subject.clicks.extend(row.click_id);
        subject.referrals.insert(row.id);
    }
    let ids: Vec<ReferralId> = subject.referrals.iter().copied().collect();
    for name in list::names(conn, &ids)?.into_values().flatten() {
        let name = Identifier { kind: name.kind, value: name.value };
        subject.clicks.extend(name.click());
        subject.names.insert(name);
    }
    Ok(subject)
}

/// What is there of them that is personal.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn find_personal(conn: &mut Conn, env: &Environment, program: ProgramId, subject: &Subject) -> Stored<Personal> {
    let orders = erasure::orders(conn, program, subject)?;
    let ids: Vec<ConversionId> = orders.iter().map(|(id, _)| *id).collect();
    let mut clicks: Vec<ClickId> = subject.clicks.iter().copied().collect();
    clicks.extend(orders.iter().filter_map(|(_, click)| *click));
    clicks.sort_unstable();
    clicks.dedup();
    let whole = Subject { clicks: clicks.iter().copied().collect(), ..subject.clone() };
    let mut attempts = erasure::attempts_of(conn, program, &ids)?;
    for whose in [Whose::Program(program), Whose::Nobody] {
        attempts.extend(attempts_that_name(conn, env, whose, &whole)?);
    }
    attempts.sort_unstable();
    attempts.dedup();
    Ok(Personal {
        orders: erasure::telling_orders(conn, &ids)?,
        clicks: erasure::telling_clicks(conn, program, &clicks)?,
        attempts,
    })
}

/// Reads all that was sent and not recorded, from the newest back.
fn attempts_that_name(conn: &mut Conn, env: &Environment, whose: Whose, who: &Subject) -> Stored<Vec<AttemptId>> {
    let (mut found, mut start) = (Vec::new(), Start::Newest);
    loop {
        let page = attempts::list::page(conn, whose, &Wanted::default(), start, ATTEMPTS_AT_ONCE)?;
        found.extend(page.rows.iter().filter(|row| names(env, row, who)).map(|row| row.id));
        match page.rows.last() {
            Some(row) if page.has_older => start = Start::OlderThan(row.id),
            _ => return Ok(found),
        }
    }
}

fn names(env: &Environment, row: &AttemptRow, who: &Subject) -> bool {
    let keys = env.keys.click_tokens();
    kept_report::read(&row.report).is_some_and(|report| who.is_named_in(&report.customer))
        || row.fields().iter().any(|(field, value)| who.is_named_by(keys, (field, value)))
}

/// What one step takes out.
#[derive(Clone, Debug)]
pub enum Portion {
    /// Of orders.
    Orders(Vec<ConversionId>),
    /// Of clicks.
    Clicks(Vec<ClickId>),
    /// Of attempts.
    Attempts(Vec<AttemptId>),
}

/// Most rows of one portion.
const AT_ONCE: usize = 500;

/// What was found, in portions that leave the writer free in between.
#[must_use]
pub fn in_portions(personal: &Personal) -> Vec<Portion> {
    let orders = personal.orders.chunks(AT_ONCE).map(|some| Portion::Orders(some.to_vec()));
    let clicks = personal.clicks.chunks(AT_ONCE).map(|some| Portion::Clicks(some.to_vec()));
    let attempts = personal.attempts.chunks(AT_ONCE).map(|some| Portion::Attempts(some.to_vec()));
    orders.chain(clicks).chain(attempts).collect()
}

/// Takes a portion out. The same again changes nothing.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn blank(write: &mut Write<'_>, portion: &Portion) -> Stored<()> {
    match portion {
        Portion::Orders(orders) => erasure::blank_orders(write, orders).map(drop),
        Portion::Clicks(clicks) => erasure::blank_clicks(write, clicks).map(drop),
        Portion::Attempts(attempts) => erasure::blank_attempts(write, attempts).map(drop),
    }
}

/// Forgets what they are called, so that nobody is credited for them by name any more, and notes what was done.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn forget(
    write: &mut Write<'_>,
    env: &Environment,
    (program, user): (ProgramId, UserId),
    subject: &Subject,
    personal: &Personal,
) -> Stored<()> {
    let mut ids: Vec<ReferralId> = subject.referrals.iter().copied().collect();
    ids.sort_unstable();
    erasure::forget_names(write, program, &ids)?;
    let at = env.clock.now();
    let change = |row: referrals::ReferralRow| {
        ReferralChangeRow::from(ReferralChange {
            id: env.mint.id(at),
            program_id: program,
            referral_id: row.id,
            kind: ReferralChangeKind::Erased,
            actor: Actor::User(user),
            reason: String::new(),
            affiliates: (row.affiliate_id, row.affiliate_id),
            cause: None,
            at,
        })
    };
    let changes = referrals::find_all(write.conn(), &ids)?.into_iter().map(change).collect();
    NewRows { referral_changes: changes, ..NewRows::default() }.write(write)?;
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    let row = ErasureRow {
        id: env.mint.id(at),
        program_id: program,
        user_id: user,
        referrals: count(ids.len()),
        orders: count(personal.orders.len()),
        clicks: count(personal.clicks.len()),
        attempts: count(personal.attempts.len()),
        erased_at: at,
    };
    erasures::insert(write, &row)?;
    let act = Act::in_program(program, AuditActor::User(user), Action::CustomerErased);
    let act = match ids[..] {
        [one] => act.on(one),
        _ => act,
    };
    audit::note(write, env, &act)
}
