//! What can be done about a referral, and the dialogs that ask for what it takes.

use crate::domain::referral::Claim;
use crate::operations::explain_referral::ExplainedReferral;
use crate::web::form::{Errors, Posted};
use crate::web::page::Frame;

/// Something that takes a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Confirm,
    Reassign,
    Merge,
    Erase,
}

impl Deed {
    const ALL: [Self; 4] = [Self::Confirm, Self::Reassign, Self::Merge, Self::Erase];

    /// The word in `?do=`.
    const fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reassign => "reassign",
            Self::Merge => "merge",
            Self::Erase => "erase",
        }
    }

    /// The deed of a word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.word() == word)
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Confirm => "shield-check",
            Self::Reassign => "user",
            Self::Merge => "users",
            Self::Erase => "eye-off",
        }
    }

    /// What its button on the page says.
    const fn short(self) -> &'static str {
        match self {
            Self::Confirm => "Confirm",
            Self::Reassign => "Reassign",
            Self::Merge => "Merge",
            Self::Erase => "Erase personal data",
        }
    }

    /// Where its form goes.
    const fn path(self) -> &'static str {
        match self {
            Self::Confirm => "confirmation",
            Self::Reassign => "reassignment",
            Self::Merge => "merger",
            Self::Erase => "erasure",
        }
    }

    const fn button(self) -> &'static str {
        match self {
            Self::Confirm => "Confirm referral",
            Self::Reassign => "Reassign customer",
            Self::Merge => "Merge referrals",
            Self::Erase => "Erase personal data",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Confirm => {
                "You vouch for it that this affiliate brought the customer. Their later orders are credited so and approved \
                 as the rule says; those that wait already still wait for your decision."
            }
            Self::Reassign => {
                "Later orders without a click of their own go to the affiliate you name. Orders on record stay with whom they \
                 were credited to."
            }
            Self::Merge => {
                "Its names and orders move to the other referral, payments are counted together from then on, and its id \
                 leads there. The customer stays with the affiliate for whom there is better evidence; where it is alike, \
                 with the one who brought them first. It cannot be undone."
            }
            Self::Erase => {
                "Every name of the customer goes, and whatever says who they are in their orders, clicks and reports that were \
                 not recorded. Amounts and order ids stay, and so do reasons that people wrote: look at those yourself. It \
                 cannot be undone."
            }
        }
    }

    fn title(self, called: &str) -> String {
        match self {
            Self::Confirm => format!("Confirm who brought {called}"),
            Self::Reassign => format!("Reassign {called}"),
            Self::Merge => format!("Merge {called} into another referral"),
            Self::Erase => format!("Erase the personal data of {called}"),
        }
    }
}

/// A button that opens a dialog.
pub(super) struct Offer {
    pub(super) word: &'static str,
    pub(super) short: &'static str,
    pub(super) icon: &'static str,
    pub(super) is_next: bool,
}

/// Everything that can be done about a referral as it stands.
pub(super) fn offers(explained: &ExplainedReferral) -> Vec<Offer> {
    let provisional = explained.row.claim().is_provisional();
    let is_possible = |deed: &Deed| match deed {
        Deed::Confirm => provisional,
        Deed::Erase => !explained.names.is_empty(),
        Deed::Reassign | Deed::Merge => true,
    };
    let possible = Deed::ALL.into_iter().filter(is_possible);
    let offer = |deed: Deed| Offer {
        word: deed.word(),
        short: deed.short(),
        icon: deed.icon(),
        is_next: deed == Deed::Confirm,
    };
    possible.map(offer).collect()
}

/// What stands in a dialog's fields.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) affiliate: String,
    pub(super) campaign: String,
    pub(super) into: String,
    pub(super) reason: String,
}

impl Filled {
    /// What was sent.
    pub(super) fn of(posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self { affiliate: text("affiliate"), campaign: text("campaign"), into: text("into"), reason: text("reason") }
    }
}

/// A dialog, open.
pub(super) struct Dialog {
    deed: Deed,
    pub(super) element: String,
    pub(super) title: String,
    pub(super) text: &'static str,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) button: &'static str,
    pub(super) seen: String,
    pub(super) filled: Filled,
    pub(super) errors: Errors,
}

impl Dialog {
    /// The dialog of a deed about this referral, with what stands in it.
    pub(super) fn new(
        frame: &Frame,
        (explained, called): (&ExplainedReferral, &str),
        deed: Deed,
        filled: Filled,
        errors: Errors,
    ) -> Self {
        let back = frame.at(&format!("/referrals/{}", explained.row.id));
        Self {
            deed,
            element: format!("do-{}", deed.word()),
            title: deed.title(called),
            text: deed.text(),
            action: format!("{back}/{}", deed.path()),
            back,
            button: deed.button(),
            seen: words(explained.row.claim()),
            filled,
            errors,
        }
    }

    /// Whether it takes away what cannot be brought back.
    pub(super) fn is_danger(&self) -> bool {
        self.deed == Deed::Erase
    }

    /// Whether it is about this.
    pub(super) fn is(&self, word: &str) -> bool {
        self.deed.word() == word
    }
}

/// A claim as a form carries it, so that nobody decides about something else than what they saw.
fn words(claim: Claim) -> String {
    format!("{} {} {}", claim.affiliate, claim.campaign, claim.trust)
}

/// Reads what [`words`] wrote.
pub(super) fn claim(words: &str) -> Option<Claim> {
    let mut parts = words.split(' ');
    let claim = Claim {
        affiliate: parts.next()?.parse().ok()?,
        campaign: parts.next()?.parse().ok()?,
        trust: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(claim)
}
