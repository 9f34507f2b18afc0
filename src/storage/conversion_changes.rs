//! `conversion_changes`: what became of a conversion, row by row. There is no function that changes or deletes one.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::conversion_changes::{self, dsl};
use crate::domain::change::{Actor, Change, ChangeKind};
use crate::domain::commission_status::CommissionStatus;
use crate::domain::id::{ChangeId, ConversionId, Entity, Id, OccasionId, ProgramId};
use crate::domain::time::Timestamp;

/// One change. Who made it is a word and, where there is somebody, the bits of their id.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = conversion_changes, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns; domain::change says what they mean")]
pub struct ChangeRow {
    pub id: ChangeId,
    pub program_id: ProgramId,
    pub conversion_id: ConversionId,
    pub kind: ChangeKind,
    pub actor: String,
    pub actor_id: Option<OccasionId>,
    pub reason: String,
    pub detail: String,
    pub changed_at: Timestamp,
}

const USER: &str = "user";
const KEY: &str = "key";
const CLOCK: &str = "clock";

fn bits<T: Entity, U: Entity>(id: Id<T>) -> Id<U> {
    Id::from_uuid(id.uuid())
}

/// Who made a change, as tables of changes keep it.
pub(super) fn actor_columns(actor: Actor) -> (String, Option<OccasionId>) {
    let (word, id) = match actor {
        Actor::User(user) => (USER, Some(bits(user))),
        Actor::Key(key) => (KEY, Some(bits(key))),
        Actor::Clock => (CLOCK, None),
    };
    (word.to_owned(), id)
}

/// Reads what [`actor_columns`] wrote.
pub(super) fn actor_of(word: &str, id: Option<OccasionId>) -> Actor {
    match (word, id) {
        (USER, Some(id)) => Actor::User(bits(id)),
        (KEY, Some(id)) => Actor::Key(bits(id)),
        _ => Actor::Clock,
    }
}

impl From<Change> for ChangeRow {
    fn from(change: Change) -> Self {
        let (actor, actor_id) = actor_columns(change.actor);
        Self {
            id: change.id,
            program_id: change.program_id,
            conversion_id: change.conversion_id,
            kind: change.kind,
            actor,
            actor_id,
            reason: change.reason,
            detail: change.detail,
            changed_at: change.at,
        }
    }
}

impl ChangeRow {
    /// Who made it.
    #[must_use]
    pub fn by(&self) -> Actor {
        actor_of(&self.actor, self.actor_id)
    }
}

/// Everything that became of a conversion, the oldest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_conversion(conn: &mut Conn, conversion: ConversionId) -> Stored<Vec<ChangeRow>> {
    let its = dsl::conversion_changes.filter(dsl::conversion_id.eq(conversion)).order(dsl::id);
    its.select(ChangeRow::as_select()).load(conn).stored()
}

/// Those of these conversions about which anybody ever decided, whatever became of the decision.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn decided(conn: &mut Conn, conversions: &[ConversionId]) -> Stored<HashSet<ConversionId>> {
    let theirs = dsl::conversion_changes.filter(dsl::conversion_id.eq_any(conversions));
    let changes: Vec<(ConversionId, ChangeKind)> =
        theirs.select((dsl::conversion_id, dsl::kind)).load(conn).stored()?;
    Ok(changes.into_iter().filter(|(_, kind)| kind.is_decision()).map(|(id, _)| id).collect())
}

/// Whether the last decision about a conversion was to leave it to its rule: that it is pending, as one system stated.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn is_left_to_rule(conn: &mut Conn, conversion: ConversionId) -> Stored<bool> {
    let changes = of_conversion(conn, conversion)?;
    let last = changes.iter().rfind(|change| change.kind.is_decision());
    let pending = CommissionStatus::Pending.as_str();
    Ok(last.is_some_and(|change| change.kind == ChangeKind::Stated && change.detail == pending))
}

/// Those of these conversions for which the ledger has ever made up, after a better report told of what was paid.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn made_up_for(conn: &mut Conn, conversions: &[ConversionId]) -> Stored<HashSet<ConversionId>> {
    const PORTION: usize = 500;
    let mut found = HashSet::new();
    for portion in conversions.chunks(PORTION) {
        let theirs = dsl::conversion_id.eq_any(portion).and(dsl::kind.eq(ChangeKind::Compensated));
        let told: Vec<ConversionId> =
            dsl::conversion_changes.filter(theirs).select(dsl::conversion_id).load(conn).stored()?;
        found.extend(told);
    }
    Ok(found)
}

/// Why these conversions were rejected, those that ever were, in the words of whoever did it last.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn reasons_of_rejection(conn: &mut Conn, conversions: &[ConversionId]) -> Stored<HashMap<ConversionId, String>> {
    let theirs = dsl::conversion_id.eq_any(conversions).and(dsl::kind.eq(ChangeKind::Rejected));
    let rejected = dsl::conversion_changes.filter(theirs).order(dsl::id);
    let reasons: Vec<(ConversionId, String)> =
        rejected.select((dsl::conversion_id, dsl::reason)).load(conn).stored()?;
    Ok(reasons.into_iter().collect())
}

/// What became of a conversion last.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn latest(conn: &mut Conn, conversion: ConversionId) -> Stored<Option<ChangeRow>> {
    let its = dsl::conversion_changes.filter(dsl::conversion_id.eq(conversion)).order(dsl::id.desc());
    its.select(ChangeRow::as_select()).first(conn).optional().stored()
}

/// The newest changes of a program, the newest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn newest(conn: &mut Conn, program: ProgramId, limit: i64) -> Stored<Vec<ChangeRow>> {
    let own = dsl::conversion_changes.filter(dsl::program_id.eq(program)).order(dsl::id.desc());
    own.limit(limit).select(ChangeRow::as_select()).load(conn).stored()
}
