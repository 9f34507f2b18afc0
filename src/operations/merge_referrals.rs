//! One customer who is known twice, as when an address changed: made one again.
//!
//! The referral that a person names stays, and keeps its page. Names and orders of the other one move there, so payments
//! are counted together from then on; whoever kept the other one's id finds the one that is left. Of the two claims the
//! better one holds, and among equals the first ([`Claim::outlasts`]): that is what would have come about, had the customer
//! been known as one from the beginning. Orders on record stay with whom they were credited to.
//!
//! Reports and this take turns in the one thread that writes, so no report can meet half of it.

use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::change::Actor;
use crate::domain::id::{Id, ProgramId, ReferralId, UserId};
use crate::domain::referral::{Claim, ReferralChange, ReferralChangeKind};
use crate::environment::Environment;
use crate::storage::error::Stored;
use crate::storage::new_rows::NewRows;
use crate::storage::referral_changes::ReferralChangeRow;
use crate::storage::referrals::merging::{move_all, set_known, set_merged};
use crate::storage::referrals::{self, ReferralRow, list};
use crate::storage::write::Write;

use super::audit;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// They are one now.
    Made,
    /// They were one already.
    AlreadySo,
    /// Somebody changed one of them, or merged it into a third.
    Overtaken,
    /// It is one and the same, or the other one is of test reports only.
    NotPossible,
    /// The program has no such referral.
    Unknown,
}

/// Merges the referral `gone`, whose claim was seen, into `left`.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn merge_referrals(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    (gone, left, user): (ReferralId, ReferralId, UserId),
    seen: Claim,
) -> Stored<Merged> {
    let Some(gone) = list::find(write.conn(), program, gone)? else { return Ok(Merged::Unknown) };
    let Some(left) = list::find_left(write.conn(), program, left)? else { return Ok(Merged::Unknown) };
    match gone.merged_into_id {
        Some(into) if into == left.id => return Ok(Merged::AlreadySo),
        Some(_) => return Ok(Merged::Overtaken),
        None if gone.id == left.id || gone.mode != left.mode => return Ok(Merged::NotPossible),
        None if gone.claim() != seen => return Ok(Merged::Overtaken),
        None => {}
    }
    let after = together(&gone, &left);
    // Written even where its claim stays, so that it cannot have changed or been merged away meanwhile.
    if !referrals::set_claim(write, left.claim(), &after)? || !set_merged(write, &gone, left.id)? {
        return Ok(Merged::Overtaken);
    }
    set_known(write, &after)?;
    move_all(write, gone.id, left.id)?;
    let change = |row: &ReferralRow, kind, other: ReferralId| {
        let at = env.clock.now();
        ReferralChangeRow::from(ReferralChange {
            id: env.mint.id(at),
            program_id: program,
            referral_id: row.id,
            kind,
            actor: Actor::User(user),
            reason: String::new(),
            affiliates: (row.affiliate_id, after.affiliate_id),
            cause: Some(Id::from_uuid(other.uuid())),
            at,
        })
    };
    let changes = vec![
        change(&left, ReferralChangeKind::Merged, gone.id),
        change(&gone, ReferralChangeKind::MergedAway, left.id),
    ];
    NewRows { referral_changes: changes, ..NewRows::default() }.write(write)?;
    let act = Act::in_program(program, AuditActor::User(user), Action::ReferralsMerged);
    audit::note(write, env, &act.on(left.id))?;
    Ok(Merged::Made)
}

/// The one that is left, with what it takes over from the other.
fn together(gone: &ReferralRow, left: &ReferralRow) -> ReferralRow {
    let claims = (gone.claim(), gone.created_at);
    let holds = if left.claim().outlasts(left.created_at, claims) { left } else { gone };
    ReferralRow {
        id: left.id,
        name: left.name.clone().or_else(|| gone.name.clone()),
        created_at: left.created_at.min(gone.created_at),
        ..holds.clone()
    }
}
