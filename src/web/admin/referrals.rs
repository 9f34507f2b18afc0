//! Marketing → Referrals: customers known to have been sent by an affiliate.

pub mod list;
pub mod show;

use crate::domain::referral::IdentifierKind;
use crate::storage::referrals::{ReferralIdentifierRow, ReferralRow};

/// What stands for an e-mail address, which nobody can read back.
const HASHED: &str = "kept as a keyed hash";

/// What a customer is called: by name, else by the identifier that is believed first.
fn called(row: &ReferralRow, names: &[ReferralIdentifierRow]) -> String {
    if let Some(name) = row.name.as_ref().filter(|name| !name.trim().is_empty()) {
        return name.clone();
    }
    let of_kind = |kind| names.iter().find(|name| name.kind == kind);
    let by_id = of_kind(IdentifierKind::ExternalUserId).or_else(|| of_kind(IdentifierKind::CustomerId));
    match (by_id, of_kind(IdentifierKind::Email)) {
        (Some(id), _) => id.value.clone(),
        (None, Some(_)) => "A customer known by e-mail".to_owned(),
        (None, None) => "A customer known by the click".to_owned(),
    }
}

/// In which ways a customer is known.
const fn kind(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::ExternalUserId => "External user id",
        IdentifierKind::CustomerId => "Customer id",
        IdentifierKind::Email => "E-mail",
        IdentifierKind::Click => "Click",
    }
}
