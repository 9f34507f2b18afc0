//! `referral_changes`: what became of a referral, row by row. There is no function that changes or deletes one.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::conversion_changes::{actor_columns, actor_of};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::referral_changes::{self, dsl};
use super::schema::referrals as merged;
use crate::domain::change::Actor;
use crate::domain::id::{AffiliateId, ChangeId, OccasionId, ProgramId, ReferralId};
use crate::domain::referral::{ReferralChange, ReferralChangeKind};
use crate::domain::time::Timestamp;

/// One change. Who made it is a word and, where there is somebody, the bits of their id.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = referral_changes, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns; domain::referral says what they mean")]
pub struct ReferralChangeRow {
    pub id: ChangeId,
    pub program_id: ProgramId,
    pub referral_id: ReferralId,
    pub kind: ReferralChangeKind,
    pub actor: String,
    pub actor_id: Option<OccasionId>,
    pub reason: String,
    pub from_affiliate_id: Option<AffiliateId>,
    pub to_affiliate_id: Option<AffiliateId>,
    pub cause_id: Option<OccasionId>,
    pub changed_at: Timestamp,
}

impl From<ReferralChange> for ReferralChangeRow {
    fn from(change: ReferralChange) -> Self {
        let (actor, actor_id) = actor_columns(change.actor);
        let (from, to) = change.affiliates;
        Self {
            id: change.id,
            program_id: change.program_id,
            referral_id: change.referral_id,
            kind: change.kind,
            actor,
            actor_id,
            reason: change.reason,
            from_affiliate_id: Some(from),
            to_affiliate_id: Some(to),
            cause_id: change.cause,
            changed_at: change.at,
        }
    }
}

impl ReferralChangeRow {
    /// Who made it.
    #[must_use]
    pub fn by(&self) -> Actor {
        actor_of(&self.actor, self.actor_id)
    }
}

/// Those of these referrals whom a person gave to the affiliate whose they are now, before or after another one was merged
/// into them.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn reassigned(conn: &mut Conn, referrals: &[(ReferralId, AffiliateId)]) -> Stored<HashSet<ReferralId>> {
    if referrals.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<ReferralId> = referrals.iter().map(|(id, _)| *id).collect();
    let merged = merged::table.filter(merged::merged_into_id.eq_any(ids.iter().copied().map(Some)));
    let merged: Vec<(ReferralId, Option<ReferralId>)> =
        merged.select((merged::id, merged::merged_into_id)).load(conn).stored()?;
    let all = ids.iter().copied().chain(merged.iter().map(|(gone, _)| *gone));
    let given = dsl::referral_changes.filter(dsl::referral_id.eq_any(all.collect::<Vec<_>>()));
    let given = given.filter(dsl::kind.eq(ReferralChangeKind::Reassigned));
    let given: Vec<(ReferralId, Option<AffiliateId>)> =
        given.select((dsl::referral_id, dsl::to_affiliate_id)).load(conn).stored()?;
    let left: HashMap<ReferralId, ReferralId> =
        merged.into_iter().filter_map(|(gone, left)| Some((gone, left?))).collect();
    let told = given.into_iter().filter_map(|(id, to)| Some((left.get(&id).copied().unwrap_or(id), to?)));
    let current: HashSet<(ReferralId, AffiliateId)> = referrals.iter().copied().collect();
    Ok(told.filter(|told| current.contains(told)).map(|(id, _)| id).collect())
}

/// Everything that became of a referral, the oldest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_referral(conn: &mut Conn, referral: ReferralId) -> Stored<Vec<ReferralChangeRow>> {
    let its = dsl::referral_changes.filter(dsl::referral_id.eq(referral)).order(dsl::id);
    its.select(ReferralChangeRow::as_select()).load(conn).stored()
}
