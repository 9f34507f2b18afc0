//! Referrals: customers known to have been sent by an affiliate.
//!
//! A credited order or signup that says who the customer is makes one; a later report that names the customer in any of
//! the ways known so far is credited through it. A referral has no end of its own: how far a customer's payments are paid
//! for is what rules say ([`super::rule::Duration`]). It belongs to the affiliate who brought the customer first.

use super::conversion::CustomerFacts;
use super::id::ClickId;
use super::text_enum;

text_enum! {
    /// In which way a customer is named.
    pub enum IdentifierKind {
        /// The merchant's id of the user account.
        ExternalUserId => "external_user_id",
        /// The merchant's id of the customer.
        CustomerId => "customer_id",
        /// The e-mail address, as a keyed hash.
        Email => "email",
        /// Nothing but the click that the orders share.
        Click => "click",
    }
}

/// One name of a customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    /// In which way.
    pub kind: IdentifierKind,
    /// The name, to the byte.
    pub value: String,
}

/// The names that a report gives a customer, in the order in which they are believed: external user id, customer id,
/// e-mail (CONTRACT, Rules: Attribution).
#[must_use]
pub fn identifiers(customer: &CustomerFacts) -> Vec<Identifier> {
    let names = [
        (IdentifierKind::ExternalUserId, customer.external_user_id.as_ref().map(super::handle::ExternalId::as_str)),
        (IdentifierKind::CustomerId, customer.customer_id.as_ref().map(super::handle::ExternalId::as_str)),
        (IdentifierKind::Email, customer.email.as_ref().map(super::handle::EmailHash::as_str)),
    ];
    names.into_iter().filter_map(|(kind, value)| Some(Identifier { kind, value: value?.to_owned() })).collect()
}

/// A customer of whom nothing is known but the click, which tells whether a second order is of the same one.
#[must_use]
pub fn by_click(click: ClickId) -> Identifier {
    Identifier { kind: IdentifierKind::Click, value: click.to_string() }
}
