//! Erasing what is known of a customer: who is meant, what belongs to them, and what of that is personal.
//!
//! Erased is whatever says who somebody is: names of every kind, what the merchant noted with their orders, the network,
//! browser and pages of their clicks, and what was sent and not recorded. Kept is what says what was earned: amounts,
//! order ids, the campaign, the affiliate, the time. So the books stay balanced, and an order that is reported again is
//! still a duplicate.

use std::collections::HashSet;

use super::click_token::ClickTokenKeys;
use super::conversion::CustomerFacts;
use super::id::{AttemptId, ClickId, ConversionId, ReferralId};
use super::referral::{Identifier, IdentifierKind, identifiers};

/// Who is to be forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// What they are called, addresses as keyed hashes.
    pub names: HashSet<Identifier>,
    /// Clicks of theirs.
    pub clicks: HashSet<ClickId>,
    /// The referrals that they are.
    pub referrals: HashSet<ReferralId>,
}

/// The fields of a report, in every dialect's spelling, that name a customer by an id.
const ID_FIELDS: [&str; 3] = ["customerid", "externaluserid", "userid"];

impl Subject {
    /// Whether these customer facts are of them.
    #[must_use]
    pub fn is_named_in(&self, customer: &CustomerFacts) -> bool {
        identifiers(customer).iter().any(|name| self.names.contains(name))
    }

    /// Whether a field that was sent names them: by an id, or by the token of a click.
    #[must_use]
    pub fn is_named_by(&self, keys: &ClickTokenKeys, (field, value): (&str, &str)) -> bool {
        let plain: String = field.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let kinds = [IdentifierKind::ExternalUserId, IdentifierKind::CustomerId];
        let named = |kind| self.names.contains(&Identifier { kind, value: value.to_owned() });
        let by_id = ID_FIELDS.contains(&plain.as_str()) && kinds.into_iter().any(named);
        by_id || (value.starts_with("clk_") && keys.open(value).is_ok_and(|claims| self.clicks.contains(&claims.click)))
    }

    /// What they are called in one way.
    #[must_use]
    pub fn called(&self, kind: IdentifierKind) -> Vec<String> {
        self.names.iter().filter(|name| name.kind == kind).map(|name| name.value.clone()).collect()
    }
}

/// What is there of somebody that is personal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Personal {
    /// Orders with anything that says who they are.
    pub orders: Vec<ConversionId>,
    /// Clicks with a network, a browser or a page.
    pub clicks: Vec<ClickId>,
    /// What was sent and not recorded.
    pub attempts: Vec<AttemptId>,
}

impl Personal {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.orders.is_empty() && self.clicks.is_empty() && self.attempts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Subject;
    use crate::domain::click_token::{Claims, ClickTokenKeys, Mode, Origin};
    use crate::domain::conversion::CustomerFacts;
    use crate::domain::handle::ExternalId;
    use crate::domain::id::{ClickId, Id};
    use crate::domain::referral::{Identifier, IdentifierKind};
    use crate::domain::time::{Timestamp, Window};

    fn subject() -> Subject {
        let named = |kind, value: &str| Identifier { kind, value: value.to_owned() };
        Subject {
            names: [named(IdentifierKind::CustomerId, "7"), named(IdentifierKind::ExternalUserId, "marta")].into(),
            clicks: [click(1)].into(),
            ..Subject::default()
        }
    }

    fn click(number: u8) -> ClickId {
        Id::at(Timestamp::from_millis(1), [number; 10])
    }

    #[test]
    fn a_field_names_somebody_by_their_id_or_by_their_click_and_not_by_a_number_alone() {
        let keys = ClickTokenKeys::new(1, vec![(1, [7; 32])]).unwrap();
        let token = |number| {
            let (mode, origin, window) = (Mode::Live, Origin::Redirect, Window::DEFAULT);
            keys.seal(&Claims {
                mode,
                origin,
                window,
                click: click(number),
                link: Id::at(Timestamp::from_millis(1), [2; 10]),
            })
        };
        let (theirs, others) = (token(1), token(2));
        let cases = [
            ("customer_id", "7", true),
            ("customerId", "7", true),
            ("external_user_id", "marta", true),
            ("customer_id", "marta", true),
            ("customer_id", "8", false),
            ("order_total", "7", false),
            ("order_id", "marta", false),
            ("click_token", theirs.as_str(), true),
            ("afk_cid", theirs.as_str(), true),
            ("click_token", others.as_str(), false),
            ("click_token", "clk_x", false),
        ];
        for (field, value, expected) in cases {
            assert_eq!(subject().is_named_by(&keys, (field, value)), expected, "{field}={value}");
        }
    }

    #[test]
    fn customer_facts_are_compared_kind_by_kind() {
        let id = |text| Some(ExternalId::parse(text).unwrap());
        let cases = [
            ("customer id", CustomerFacts { customer_id: id("7"), ..CustomerFacts::default() }, true),
            (
                "user id of the same letters",
                CustomerFacts { external_user_id: id("7"), ..CustomerFacts::default() },
                false,
            ),
            ("coupon", CustomerFacts { coupon_code: id("marta"), ..CustomerFacts::default() }, false),
            ("nobody", CustomerFacts::default(), false),
        ];
        for (name, facts, expected) in cases {
            assert_eq!(subject().is_named_in(&facts), expected, "{name}");
        }
    }
}
