//! Referrals: customers known to have been sent by an affiliate.
//!
//! A credited order or signup that says who the customer is makes one; a later report that names the customer in any of
//! the ways known so far is credited through it. A referral has no end of its own: how far a customer's payments are paid
//! for is what rules say ([`super::rule::Duration`]). It belongs to the affiliate who brought the customer first.
//!
//! First, that is, among those who are believed alike. Anybody can speak for a browser, so an affiliate could claim
//! strangers' customers with made-up events, and the orders that the merchant's own server reports later would be theirs.
//! Therefore a referral is believed no more than the report that made it: until a better report says by its own evidence
//! who brought the customer, a browser's claim is provisional ([`Claim`]), and what is credited through it waits for a
//! person.

use super::attribution::Source;
use super::change::Actor;
use super::conversion::CustomerFacts;
use super::event::Trust;
use super::id::{AffiliateId, CampaignId, ChangeId, ClickId, OccasionId, ProgramId, ReferralId};
use super::text_enum;
use super::time::Timestamp;

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

impl IdentifierKind {
    /// As what a report is credited that names a known customer so.
    #[must_use]
    pub const fn source(self) -> Source {
        match self {
            Self::ExternalUserId => Source::ExternalUserId,
            Self::CustomerId | Self::Click => Source::CustomerId,
            Self::Email => Source::Email,
        }
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

impl Identifier {
    /// The click that it is, where it is one ([`by_click`]).
    #[must_use]
    pub fn click(&self) -> Option<ClickId> {
        if self.kind == IdentifierKind::Click { self.value.parse().ok() } else { None }
    }
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

/// Whether the names that a report gives are of somebody else than the customer who goes by `known`: in one of the ways in which
/// it names its customer, that one goes by other names alone.
#[must_use]
pub fn are_of_another(said: &[Identifier], known: &[Identifier]) -> bool {
    said.iter().any(|name| {
        let mut alike = known.iter().filter(|other| other.kind == name.kind).peekable();
        alike.peek().is_some() && alike.all(|other| other.value != name.value)
    })
}

/// Who is said to have brought a customer, and how far that is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// By whom.
    pub affiliate: AffiliateId,
    /// For what.
    pub campaign: CampaignId,
    /// The trust in the report that said so, 1 to 3; 3 where a person did.
    pub trust: i32,
}

/// What becomes of a claim when another report names the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// It stays as it is.
    Stands,
    /// It is believed more.
    Confirmed,
    /// The customer was brought by the affiliate of the better report.
    GivesWay,
}

impl Claim {
    /// Whether it rests on nothing but a browser's word.
    #[must_use]
    pub fn is_provisional(self) -> bool {
        self.trust < i32::from(Trust::KEYED.level())
    }

    /// What a report makes of it that is credited to `said.affiliate` by `source`. What is credited through what is known
    /// proves nothing of it; of two that are believed alike the first holds.
    #[must_use]
    pub fn hear(self, source: Source, said: Self) -> Hearing {
        if source.is_known_customer() || said.trust <= self.trust {
            return Hearing::Stands;
        }
        if said.affiliate == self.affiliate { Hearing::Confirmed } else { Hearing::GivesWay }
    }

    /// The same, as believed as anything can be.
    #[must_use]
    pub fn confirmed(self) -> Self {
        Self { trust: i32::from(Trust::FULL.level()), ..self }
    }

    /// What comes of a person's saying that it is `wanted`, who looked at `seen`.
    #[must_use]
    pub fn decide(self, seen: Self, wanted: Self) -> Decided {
        if self == wanted {
            return Decided::AlreadySo;
        }
        if self == seen { Decided::Made } else { Decided::Overtaken }
    }

    /// Whether it holds for a customer who turns out to be known twice: the claim that is believed more, and of two that
    /// are believed alike the one that was there first.
    #[must_use]
    pub fn outlasts(self, since: Timestamp, (other, others_since): (Self, Timestamp)) -> bool {
        self.trust > other.trust || (self.trust == other.trust && since <= others_since)
    }
}

/// What comes of a person's decision about a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It is so now.
    Made,
    /// It was so already.
    AlreadySo,
    /// Somebody changed it since it was looked at.
    Overtaken,
}

text_enum! {
    /// What became of a referral.
    pub enum ReferralChangeKind {
        /// Somebody who is believed more said the same.
        Confirmed => "confirmed",
        /// A better report said that another affiliate brought the customer.
        GaveWay => "gave_way",
        /// A person said that another affiliate brought the customer, or for another campaign.
        Reassigned => "reassigned",
        /// Another one turned out to be the same customer, and was merged into it.
        Merged => "merged",
        /// It turned out to be the customer of another one, and was merged into that.
        MergedAway => "merged_away",
        /// What the customer is called was forgotten.
        Erased => "erased",
    }
}

impl Hearing {
    /// As what it is kept; none where nothing changed.
    #[must_use]
    pub const fn change(self) -> Option<ReferralChangeKind> {
        match self {
            Self::Stands => None,
            Self::Confirmed => Some(ReferralChangeKind::Confirmed),
            Self::GivesWay => Some(ReferralChangeKind::GaveWay),
        }
    }
}

/// One change of a referral. It says nothing of what the customer is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferralChange {
    /// Its id.
    pub id: ChangeId,
    /// The program.
    pub program_id: ProgramId,
    /// What was changed.
    pub referral_id: ReferralId,
    /// In which way.
    pub kind: ReferralChangeKind,
    /// By whom.
    pub actor: Actor,
    /// Why, in the words of whoever did it; empty where nobody is asked.
    pub reason: String,
    /// Whose the customer was, and whose they are.
    pub affiliates: (AffiliateId, AffiliateId),
    /// What it came of or has to do with, if it is anything: a conversion, another referral.
    pub cause: Option<OccasionId>,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::{Claim, Decided, Hearing, Identifier, IdentifierKind, are_of_another};
    use crate::domain::attribution::Source;
    use crate::domain::event::Channel;
    use crate::domain::id::{AffiliateId, Id};
    use crate::domain::time::Timestamp;

    fn claim(affiliate: u8, trust: i32) -> Claim {
        let affiliate: AffiliateId = Id::at(Timestamp::from_millis(1), [affiliate; 10]);
        Claim { affiliate, campaign: Id::at(Timestamp::from_millis(1), [9; 10]), trust }
    }

    #[test]
    fn whoever_goes_by_another_name_of_the_same_kind_is_somebody_else() {
        use IdentifierKind::{Click, CustomerId, Email, ExternalUserId};
        let names = |said: &[(IdentifierKind, &str)]| -> Vec<Identifier> {
            said.iter().map(|(kind, value)| Identifier { kind: *kind, value: (*value).to_owned() }).collect()
        };
        let anonymous = [(Click, "clk")];
        let user = [(ExternalUserId, "u-1"), (Click, "clk")];
        let two = [(ExternalUserId, "u-1"), (ExternalUserId, "u-2"), (CustomerId, "c-1")];
        let cases: [(&str, &[_], &[_], bool); 7] = [
            ("no name", &[], &user, false),
            ("nothing known but the click", &[(ExternalUserId, "u-2")], &anonymous, false),
            ("another user", &[(ExternalUserId, "u-2")], &user, true),
            ("the same user", &[(ExternalUserId, "u-1")], &user, false),
            ("named in another way", &[(CustomerId, "c-1"), (Email, "jane")], &user, false),
            ("one of several", &[(ExternalUserId, "u-2"), (CustomerId, "c-1")], &two, false),
            ("another customer id beside", &[(ExternalUserId, "u-2"), (CustomerId, "c-2")], &two, true),
        ];
        for (name, said, known, expected) in cases {
            assert_eq!(are_of_another(&names(said), &names(known)), expected, "{name}");
        }
    }

    #[test]
    fn a_person_decides_about_what_they_saw() {
        let cases = [
            ("another affiliate", claim(1, 1), claim(1, 1), claim(2, 3), Decided::Made),
            ("to confirm", claim(1, 1), claim(1, 1), claim(1, 1).confirmed(), Decided::Made),
            ("confirmed by a report since", claim(1, 3), claim(1, 1), claim(1, 3), Decided::AlreadySo),
            ("the same by somebody else", claim(2, 3), claim(1, 1), claim(2, 3), Decided::AlreadySo),
            ("taken over since", claim(2, 2), claim(1, 1), claim(1, 3), Decided::Overtaken),
            ("otherwise by somebody else", claim(3, 3), claim(1, 1), claim(2, 3), Decided::Overtaken),
            ("only believed more since", claim(1, 2), claim(1, 1), claim(2, 3), Decided::Overtaken),
        ];
        for (name, now, seen, wanted, expected) in cases {
            assert_eq!(now.decide(seen, wanted), expected, "{name}");
        }
    }

    #[test]
    fn of_two_claims_to_one_customer_the_better_one_holds_and_among_equals_the_first() {
        let at = Timestamp::from_millis;
        let cases = [
            ("believed more, later", (claim(1, 3), at(2)), (claim(2, 1), at(1)), true),
            ("believed less, first", (claim(1, 1), at(1)), (claim(2, 2), at(2)), false),
            ("alike, first", (claim(1, 2), at(1)), (claim(2, 2), at(2)), true),
            ("alike, later", (claim(1, 2), at(2)), (claim(2, 2), at(1)), false),
            ("alike, at once", (claim(1, 2), at(1)), (claim(2, 2), at(1)), true),
        ];
        for (name, (one, since), other, expected) in cases {
            assert_eq!(one.outlasts(since, other), expected, "{name}");
        }
    }

    #[test]
    fn a_claim_gives_way_to_better_evidence_only() {
        use Hearing::{Confirmed, GivesWay, Stands};
        use Source::{ByHand, ClickToken, Cookie, Coupon, Direct};
        let (mine, theirs) = (1, 2);
        let cases = [
            ("a server's click says the same", 1, ClickToken, mine, 3, Confirmed),
            ("a postback's click says the same", 1, ClickToken, mine, 2, Confirmed),
            ("a server confirms what a postback said", 2, ClickToken, mine, 3, Confirmed),
            ("a coupon at the merchant's server", 1, Coupon, mine, 3, Confirmed),
            ("a cookie that the server read", 1, Cookie, mine, 3, Confirmed),
            ("the report itself names them", 1, Direct, mine, 2, Confirmed),
            ("somebody decided so", 1, ByHand, mine, 3, Confirmed),
            ("a server's click is another's", 1, ClickToken, theirs, 3, GivesWay),
            ("somebody decided otherwise", 2, ByHand, theirs, 3, GivesWay),
            ("direct mode names another", 1, Direct, theirs, 2, GivesWay),
            ("another browser's click", 1, ClickToken, theirs, 1, Stands),
            ("another server's click, later", 3, ClickToken, theirs, 3, Stands),
            ("a browser against a server", 3, ClickToken, theirs, 1, Stands),
            ("a browser again", 1, ClickToken, mine, 1, Stands),
        ];
        for (name, trust, source, affiliate, said, expected) in cases {
            assert_eq!(claim(mine, trust).hear(source, claim(affiliate, said)), expected, "{name}");
        }
    }

    #[test]
    fn what_is_credited_through_what_is_known_proves_nothing_of_it() {
        for kind in IdentifierKind::ALL {
            assert_eq!(claim(1, 1).hear(kind.source(), claim(1, 3)), Hearing::Stands, "{kind}");
        }
        assert_eq!(claim(1, 1).hear(Source::Referral, claim(1, 3)), Hearing::Stands);
        let own = Source::ALL.iter().filter(|source| !source.is_known_customer()).count();
        assert_eq!(own, 5, "by hand, click token, cookie, coupon, direct");
    }

    #[test]
    fn nothing_but_a_browser_s_word_is_provisional() {
        for channel in Channel::ALL {
            let claim = claim(1, i32::from(channel.trust().level()));
            assert_eq!(claim.is_provisional(), *channel == Channel::Pixel, "{channel}");
        }
    }
}
