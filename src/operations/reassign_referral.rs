//! Whose customer somebody is, said by a person: confirmed as it is, or another affiliate's.
//!
//! It holds for what is reported from then on. Orders on record stay with whom they were credited to, because their money
//! may be paid already and each of them says why it was credited; they can be decided about one by one.

use crate::domain::attribution::{self, Credit, Refusal};
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::change::Actor;
use crate::domain::id::{AffiliateId, CampaignId, ProgramId, ReferralId, UserId};
use crate::domain::referral::{Claim, Decided, ReferralChange, ReferralChangeKind};
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::error::Stored;
use crate::storage::new_rows::NewRows;
use crate::storage::referral_changes::ReferralChangeRow;
use crate::storage::referrals::{self, ReferralRow, list};
use crate::storage::write::Write;

use super::audit;
use super::standing::reason_kept;

/// Whose a customer is to be.
#[derive(Clone, Debug)]
pub struct Reassignment {
    /// Whose the customer was when whoever decides looked.
    pub seen: Claim,
    /// By whom they were brought.
    pub affiliate: AffiliateId,
    /// For what.
    pub campaign: CampaignId,
    /// Why.
    pub reason: String,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reassigned {
    /// The customer is theirs now, or was already, or was somebody else's in between.
    Decided(Decided),
    /// They may not have the customer.
    Refused(Refusal),
    /// It takes a reason.
    NeedsReason,
    /// The program has no such referral.
    Unknown,
}

/// Vouches for who is said to have brought a customer, as it was seen.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn confirm_referral(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    (id, user): (ReferralId, UserId),
    seen: Claim,
) -> Stored<Reassigned> {
    let Some(row) = list::find(write.conn(), program, id)? else { return Ok(Reassigned::Unknown) };
    let after = ReferralRow { trust: seen.confirmed().trust, ..row.clone() };
    let deed = Deed { user, kind: ReferralChangeKind::Confirmed, reason: String::new(), seen };
    deed.make(write, env, (&row, &after), seen.confirmed()).map(Reassigned::Decided)
}

/// Gives a customer to another affiliate of this program, or to another campaign, and vouches for that.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn reassign_referral(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    (id, user): (ReferralId, UserId),
    asked: &Reassignment,
) -> Stored<Reassigned> {
    let Some(row) = list::find(write.conn(), program, id)? else { return Ok(Reassigned::Unknown) };
    let wanted = Claim { affiliate: asked.affiliate, campaign: asked.campaign, trust: asked.seen.confirmed().trust };
    let reason = reason_kept(&asked.reason);
    if reason.is_empty() {
        return Ok(Reassigned::NeedsReason);
    }
    if let Err(why) = may_have(write, env, program, wanted)? {
        return Ok(Reassigned::Refused(why));
    }
    let credit = Credit { campaign_id: wanted.campaign, affiliate_id: wanted.affiliate, click: None };
    let after = row.brought_by(&credit, wanted.trust);
    let deed = Deed { user, kind: ReferralChangeKind::Reassigned, reason, seen: asked.seen };
    deed.make(write, env, (&row, &after), wanted).map(Reassigned::Decided)
}

/// Whether the customer's next order could be credited so: it is judged at the report.
fn may_have(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    wanted: Claim,
) -> Stored<Result<(), Refusal>> {
    let catalogue = Catalogue::load(write.conn(), env.clock.now())?;
    let Some(campaign) = catalogue.campaign(program, wanted.campaign) else {
        return Ok(Err(Refusal::UnknownCampaign));
    };
    let Some(affiliate) = catalogue.affiliate(program, wanted.affiliate) else {
        return Ok(Err(Refusal::UnknownAffiliate));
    };
    Ok(attribution::judge_at_report(campaign, affiliate, env.clock.now()))
}

/// What a person does about a referral that they looked at.
struct Deed {
    user: UserId,
    kind: ReferralChangeKind,
    reason: String,
    seen: Claim,
}

impl Deed {
    fn make(
        self,
        write: &mut Write<'_>,
        env: &Environment,
        (row, after): (&ReferralRow, &ReferralRow),
        wanted: Claim,
    ) -> Stored<Decided> {
        if row.merged_into_id.is_some() {
            return Ok(Decided::Overtaken);
        }
        let decided = row.claim().decide(self.seen, wanted);
        if decided != Decided::Made {
            return Ok(decided);
        }
        if !referrals::set_claim(write, self.seen, after)? {
            // Another writer was faster, perhaps with the same.
            let now = list::find(write.conn(), row.program_id, row.id)?;
            let is_so = now.is_some_and(|now| now.merged_into_id.is_none() && now.claim() == wanted);
            return Ok(if is_so { Decided::AlreadySo } else { Decided::Overtaken });
        }
        let at = env.clock.now();
        let change = ReferralChange {
            id: env.mint.id(at),
            program_id: row.program_id,
            referral_id: row.id,
            kind: self.kind,
            actor: Actor::User(self.user),
            reason: self.reason,
            affiliates: (row.affiliate_id, after.affiliate_id),
            cause: None,
            at,
        };
        let rows = NewRows { referral_changes: vec![ReferralChangeRow::from(change)], ..NewRows::default() };
        rows.write(write)?;
        let action = match self.kind {
            ReferralChangeKind::Confirmed => Action::ReferralConfirmed,
            _ => Action::ReferralReassigned,
        };
        let act = Act::in_program(row.program_id, AuditActor::User(self.user), action);
        audit::note(write, env, &act.on(row.id))?;
        Ok(decided)
    }
}
