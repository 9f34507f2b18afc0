//! Attempts as people look for them: filtered, from the newest back, and the days on which more came than was kept.

use std::cmp::Reverse;

use diesel::prelude::*;

use super::{AttemptDayRow, AttemptRow, keyless_token};
use crate::domain::attempt::Call;
use crate::domain::attribution::Refusal;
use crate::domain::id::{AttemptId, CampaignId, ConversionId, ProgramId};
use crate::domain::time::Timestamp;
use crate::storage::conn::{Conn, MultiBackend};
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start, rows_to_read};
use crate::storage::pool::IntoStored;
use crate::storage::schema::attempts::{self, dsl};
use crate::storage::schema::{attempt_days, campaigns, tokens};

/// Whose attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those that came with a key of this program.
    Program(ProgramId),
    /// The sample of those that came without a valid key, which belong to no program.
    Nobody,
}

/// Which of them a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Why it was not recorded.
    pub reason: Option<Refusal>,
    /// The campaign of the key.
    pub campaign: Option<CampaignId>,
    /// Which call.
    pub call: Option<Call>,
    /// Those of one of these orders: what was typed, and the same without blanks around it.
    pub orders: Option<[String; 2]>,
}

type Boxed<'a> = diesel::dsl::IntoBoxed<'a, attempts::table, MultiBackend>;

fn of(whose: Whose) -> Boxed<'static> {
    let all = attempts::table.into_boxed();
    match whose {
        Whose::Program(program) => all.filter(dsl::program_id.eq(program)),
        Whose::Nobody => all.filter(dsl::program_id.is_null()),
    }
}

fn matching(whose: Whose, wanted: &Wanted) -> Boxed<'static> {
    let mut found = of(whose);
    if let Some(reason) = wanted.reason {
        found = found.filter(dsl::reason.eq(reason.as_str()));
    }
    if let Some(campaign) = wanted.campaign {
        found = found.filter(dsl::campaign_id.eq(campaign));
    }
    if let Some(call) = wanted.call {
        found = found.filter(dsl::call.eq(call));
    }
    if let Some([typed, trimmed]) = wanted.orders.clone() {
        found = found.filter(dsl::order_id.eq(typed).or(dsl::order_id.eq(trimmed)));
    }
    found
}

/// A page of at most `most` attempts.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn page(
    conn: &mut Conn,
    whose: Whose,
    wanted: &Wanted,
    start: Start<AttemptId>,
    most: usize,
) -> Stored<Page<AttemptRow>> {
    let found = matching(whose, wanted).limit(rows_to_read(most));
    let found = match start {
        Start::Newest => found.order(dsl::id.desc()),
        Start::OlderThan(id) => found.filter(dsl::id.lt(id)).order(dsl::id.desc()),
        Start::NewerThan(id) => found.filter(dsl::id.gt(id)).order(dsl::id.asc()),
    };
    let rows = found.select(AttemptRow::as_select()).load(conn).stored()?;
    match Page::cut(&start, rows, most) {
        Some(page) => Ok(page),
        None => page(conn, whose, wanted, Start::Newest, most),
    }
}

/// One attempt.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn find(conn: &mut Conn, whose: Whose, attempt: AttemptId) -> Stored<Option<AttemptRow>> {
    of(whose).filter(dsl::id.eq(attempt)).select(AttemptRow::as_select()).first(conn).optional().stored()
}

/// The newest attempts that found this conversion on record with other facts, at most `limit`.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn of_conversion(
    conn: &mut Conn,
    program: ProgramId,
    conversion: ConversionId,
    limit: i64,
) -> Stored<Vec<AttemptRow>> {
    let its = of(Whose::Program(program)).filter(dsl::conversion_id.eq(conversion));
    its.order(dsl::id.desc()).limit(limit).select(AttemptRow::as_select()).load(conn).stored()
}

/// How many reports of a program were not recorded since then, counted no further than `most`.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn since(conn: &mut Conn, program: ProgramId, since: Timestamp, most: i64) -> Stored<usize> {
    let newer = of(Whose::Program(program)).filter(dsl::id.ge(AttemptId::at(since, [0; 10])));
    let ids: Vec<AttemptId> = newer.limit(most).select(dsl::id).load(conn).stored()?;
    Ok(ids.len())
}

/// A day on which a key brought more attempts than were kept.
#[derive(Clone, Debug)]
pub struct CrowdedDay {
    /// How many were kept and how many came.
    pub counted: AttemptDayRow,
    /// The campaign of the key.
    pub campaign: Option<CampaignId>,
}

/// The last days on which a key of this program, or a campaign's pixel, brought more attempts than were kept, at most
/// `limit`.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn crowded_days(conn: &mut Conn, program: ProgramId, limit: i64) -> Stored<Vec<CrowdedDay>> {
    let of_keys = attempt_days::table.inner_join(tokens::table.on(tokens::id.eq(attempt_days::token_id)));
    let crowded = of_keys.filter(tokens::program_id.eq(program).and(attempt_days::seen.gt(attempt_days::kept)));
    let newest = crowded.order((attempt_days::day.desc(), attempt_days::token_id)).limit(limit);
    let rows: Vec<(AttemptDayRow, Option<CampaignId>)> =
        newest.select((AttemptDayRow::as_select(), tokens::campaign_id)).load(conn).stored()?;
    let keys = rows.into_iter().map(|(counted, campaign)| CrowdedDay { counted, campaign });
    let mut days: Vec<CrowdedDay> = keys.chain(crowded_days_of_pixels(conn, program, limit)?).collect();
    days.sort_by_key(|crowded| (Reverse(crowded.counted.day), crowded.counted.token_id));
    days.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(days)
}

/// The same of what browsers brought, which is counted under the campaign itself ([`crate::domain::key::pixel_of`]).
fn crowded_days_of_pixels(conn: &mut Conn, program: ProgramId, limit: i64) -> Stored<Vec<CrowdedDay>> {
    let of_pixels = attempt_days::table.inner_join(campaigns::table.on(campaigns::id.eq(attempt_days::token_id)));
    let crowded = of_pixels.filter(campaigns::program_id.eq(program).and(attempt_days::seen.gt(attempt_days::kept)));
    let newest = crowded.order((attempt_days::day.desc(), attempt_days::token_id)).limit(limit);
    let rows: Vec<(AttemptDayRow, CampaignId)> =
        newest.select((AttemptDayRow::as_select(), campaigns::id)).load(conn).stored()?;
    Ok(rows.into_iter().map(|(counted, campaign)| CrowdedDay { counted, campaign: Some(campaign) }).collect())
}

/// How many reports without a valid key came on the last days that had any, at most `limit` days. Days are UTC's.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn keyless_days(conn: &mut Conn, limit: i64) -> Stored<Vec<AttemptDayRow>> {
    let theirs = attempt_days::table.filter(attempt_days::token_id.eq(keyless_token()));
    let newest = theirs.order(attempt_days::day.desc()).limit(limit);
    newest.select(AttemptDayRow::as_select()).load(conn).stored()
}
