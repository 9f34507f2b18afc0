//! Marketing → Referrals: customers known to have been sent by an affiliate.

pub mod decisions;
mod deeds;
mod history;
pub mod list;
pub mod show;

use crate::app::App;
use crate::domain::handle::EmailAddress;
use crate::domain::referral::{Claim, Identifier, IdentifierKind};
use crate::storage::referrals::{ReferralIdentifierRow, ReferralRow};
use crate::web::admin::badges::Badge;

/// What stands for an e-mail address, which nobody can read back.
const HASHED: &str = "kept as a keyed hash";

/// What a customer is called: by name, else by the identifier that is believed first.
fn called(row: &ReferralRow, names: &[ReferralIdentifierRow]) -> String {
    if let Some(name) = row.name.as_ref().filter(|name| !name.trim().is_empty()) {
        return name.clone();
    }
    if names.is_empty() {
        return "A customer of whom nothing is known any more".to_owned();
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
pub(in crate::web::admin) const fn kind(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::ExternalUserId => "External user id",
        IdentifierKind::CustomerId => "Customer id",
        IdentifierKind::Email => "E-mail",
        IdentifierKind::Click => "Click",
    }
}

/// The names that a typed text may be. An address is looked for by its keyed hash, as it is kept.
fn names_of(app: &App, typed: &str) -> Vec<Identifier> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Vec::new();
    }
    let named = |kind, value: &str| Identifier { kind, value: value.to_owned() };
    let mut names = vec![named(IdentifierKind::ExternalUserId, typed), named(IdentifierKind::CustomerId, typed)];
    if let Ok(address) = EmailAddress::parse(typed) {
        names.push(named(IdentifierKind::Email, address.hashed(app.environment.keys.email()).as_str()));
    }
    names
}

/// What stands beside the name of a customer for whom nobody but a browser vouches.
fn provisional(claim: Claim) -> Option<Badge> {
    claim.is_provisional().then_some(Badge { word: "Provisional", class: "dot tone-amber" })
}
