//! Sign-ups: whom one means that comes with a click and with names.
//!
//! Names tell people apart, a click does not: two people may sign up on one device, or through a link that one of them
//! handed on. So whoever goes by one of the names is meant, whatever the click; somebody whom nobody knows is a customer of
//! their own, though the click be another's already; and the click alone means somebody only where nothing but clicks is
//! known of them. Nobody's name is dropped: an order that names a customer by it later must find them.

use super::id::{AffiliateId, ReferralId};

/// Whom a sign-up means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// A customer who goes by one of its names.
    Known(ReferralId),
    /// A customer of whom nothing but clicks was known, this one among them: they bought first, and sign up now.
    Unnamed(ReferralId),
    /// Somebody whom nobody knows.
    Nobody,
}

/// Whoever goes by the click of a sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Their referral.
    pub referral: ReferralId,
    /// Whether they are called anything besides clicks.
    pub is_named: bool,
}

/// Whom a sign-up means whose names lead to `named`, in the order in which names are believed, and whose click to `holder`.
#[must_use]
pub fn meant(named: &[ReferralId], holder: Option<Holder>) -> Meant {
    match (named.first(), holder) {
        (Some(known), _) => Meant::Known(*known),
        (None, Some(Holder { referral, is_named: false })) => Meant::Unnamed(referral),
        (None, _) => Meant::Nobody,
    }
}

/// What is known of a customer who signs up again, and of the click they come with.
#[derive(Clone, Copy, Debug)]
pub struct Return<'a> {
    /// The customer.
    pub referral: ReferralId,
    /// Who brought them.
    pub brought_by: AffiliateId,
    /// Who brought the customers whom the names of the sign-up lead to.
    pub named: &'a [AffiliateId],
    /// Whose the click is.
    pub click_of: AffiliateId,
    /// Whether the click may be credited.
    pub counts: bool,
    /// Whether it is the one that the customer came by.
    pub came_by: bool,
    /// Who goes by it.
    pub holder: Option<ReferralId>,
}

impl Return<'_> {
    /// Whether the customer goes by the click from now on. One of another affiliate's is never taken for theirs: its later
    /// orders are that affiliate's.
    #[must_use]
    pub fn takes_click(&self) -> bool {
        self.counts && self.holder.is_none() && self.click_of == self.brought_by
    }

    /// Whether it says that somebody else brought the customer than who did. What a customer came by once says nothing new,
    /// whoever has them now.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        let is_own = self.came_by || self.holder == Some(self.referral);
        let by_click = self.click_of != self.brought_by && !is_own;
        by_click || self.named.iter().any(|other| *other != self.brought_by)
    }
}

#[cfg(test)]
mod tests {
    use super::{Holder, Meant, Return, meant};
    use crate::domain::id::{AffiliateId, Id, ReferralId};
    use crate::domain::time::Timestamp;

    fn referral(number: u8) -> ReferralId {
        Id::at(Timestamp::from_millis(1), [number; 10])
    }

    fn affiliate(number: u8) -> AffiliateId {
        Id::at(Timestamp::from_millis(1), [number; 10])
    }

    #[test]
    fn names_tell_people_apart_and_a_click_does_not() {
        let (jane, joe) = (referral(1), referral(2));
        let holds = |referral, is_named| Some(Holder { referral, is_named });
        let cases = [
            ("nobody by nothing", &[][..], None, Meant::Nobody),
            ("a name that is known", &[jane][..], None, Meant::Known(jane)),
            ("a name that is known, and their own click", &[jane], holds(jane, true), Meant::Known(jane)),
            ("a name that is known, and another's click", &[jane], holds(joe, true), Meant::Known(jane)),
            ("a name that is known, and a buyer's click", &[jane], holds(joe, false), Meant::Known(jane)),
            ("names of two", &[joe, jane], None, Meant::Known(joe)),
            ("new names on the click of somebody named", &[], holds(jane, true), Meant::Nobody),
            ("new names on the click of somebody who only bought", &[], holds(jane, false), Meant::Unnamed(jane)),
        ];
        for (name, named, holder, expected) in cases {
            assert_eq!(meant(named, holder), expected, "{name}");
        }
    }

    #[test]
    fn a_click_becomes_a_name_or_is_told_or_says_nothing_new() {
        let (me, other) = (referral(1), referral(2));
        let [anna, ben] = [1, 2].map(affiliate);
        let annas = Return {
            referral: me,
            brought_by: anna,
            named: &[anna],
            click_of: anna,
            counts: true,
            came_by: false,
            holder: None,
        };
        let bens = Return { click_of: ben, ..annas };
        let cases = [
            ("a new one of who brought them", annas, true, false),
            ("that is too old", Return { counts: false, ..annas }, false, false),
            ("that they go by", Return { holder: Some(me), ..annas }, false, false),
            ("that somebody else goes by", Return { holder: Some(other), ..annas }, false, false),
            ("that they came by, and do not go by", Return { came_by: true, ..annas }, true, false),
            ("another affiliate's", bens, false, true),
            ("another's that is too old", Return { counts: false, ..bens }, false, true),
            ("another's that somebody goes by", Return { holder: Some(other), ..bens }, false, true),
            ("their own, before they were given to another", Return { holder: Some(me), ..bens }, false, false),
            ("the one they came by then", Return { came_by: true, ..bens }, false, false),
            ("names of two affiliates' customers", Return { named: &[anna, ben], ..annas }, true, true),
            ("names of two of one affiliate's", Return { named: &[anna, anna], ..annas }, true, false),
        ];
        for (name, came, takes, disagrees) in cases {
            assert_eq!((came.takes_click(), came.disagrees()), (takes, disagrees), "{name}");
        }
    }
}
