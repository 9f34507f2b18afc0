//! Whose customers are: written where a report changed what was believed of that, and nowhere else.
//!
//! CONTRACT says that a known customer's orders are credited to the affiliate who brought them. A browser's word alone may
//! not settle that for orders which the merchant's server reports ([`crate::domain::referral`]), so a better report
//! overrules it. A set changes a referral once at most: those who are trusted most are decided first.

use crate::domain::change::Actor;
use crate::domain::id::Id;
use crate::domain::referral::ReferralChange;
use crate::environment::Environment;
use crate::storage::error::{StorageError, Stored, Unique};
use crate::storage::new_rows::NewRows;
use crate::storage::referral_changes::ReferralChangeRow;
use crate::storage::referrals;
use crate::storage::write::Write;

use super::Judged;
use super::decide::Decided;

/// Writes what changed, with a change that says so. Where another writer was faster, the whole set is decided again.
pub(super) fn change(
    write: &mut Write<'_>,
    env: &Environment,
    judged: &[Judged<'_>],
    rows: &mut NewRows,
) -> Stored<()> {
    for (incoming, decided) in judged {
        let (order, credited) = match decided {
            Decided::New(credited) => (credited.id, &**credited),
            Decided::TakenOver(taken) => (taken.row.id, &taken.credited),
            Decided::Repeat(_) | Decided::Refused { .. } => continue,
        };
        let Some(customer) = &credited.customer else { continue };
        let Some((before, kind)) = customer.overruled else { continue };
        let referral = &customer.referral;
        if !referrals::set_claim(write, before, referral)? {
            return Err(StorageError::Taken(Unique::Order));
        }
        rows.referral_changes.push(ReferralChangeRow::from(ReferralChange {
            id: env.mint.id(incoming.report.received_at),
            program_id: referral.program_id,
            referral_id: referral.id,
            kind,
            actor: Actor::Key(incoming.report.token_id),
            reason: String::new(),
            affiliates: (before.affiliate, referral.affiliate_id),
            cause: Some(Id::from_uuid(order.uuid())),
            at: incoming.report.received_at,
        }));
    }
    Ok(())
}
