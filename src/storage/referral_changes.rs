//! `referral_changes`: what became of a referral, row by row. There is no function that changes or deletes one.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::conversion_changes::{actor_columns, actor_of};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::referral_changes::{self, dsl};
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

/// Everything that became of a referral, the oldest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_referral(conn: &mut Conn, referral: ReferralId) -> Stored<Vec<ReferralChangeRow>> {
    let its = dsl::referral_changes.filter(dsl::referral_id.eq(referral)).order(dsl::id);
    its.select(ReferralChangeRow::as_select()).load(conn).stored()
}
