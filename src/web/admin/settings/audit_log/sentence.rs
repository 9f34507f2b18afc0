//! A row of the audit log as a sentence that anybody can read: who, what they did, and to what.

use std::collections::HashMap;

use crate::domain::audit::Action;
use crate::domain::id::{AffiliateId, CampaignId, PayoutId, RuleId, UserId};
use crate::domain::program::Program;
use crate::storage::audit_log::AuditRow;
use crate::storage::catalogue::Catalogue;
use crate::storage::payouts::PayoutRow;
use crate::web::filters::amount;

/// What names are taken from.
pub(super) struct Known<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) program: &'a Program,
    pub(super) names: &'a HashMap<String, String>,
    pub(super) payouts: &'a [PayoutRow],
}

/// `Ines Duarte` `archived the campaign` `Autumn`.
pub(super) struct Sentence {
    /// Who did it.
    pub(super) who: String,
    /// What they did.
    pub(super) what: String,
    /// To what; empty where that says it all.
    pub(super) subject: String,
    /// The page of it within the program, if it has one.
    pub(super) path: Option<String>,
}

impl Sentence {
    pub(super) fn of(row: &AuditRow, known: &Known<'_>) -> Self {
        let action = row.action.parse::<Action>();
        // A word that a later version wrote is shown as it is.
        let what = action.map_or_else(|_| row.action.replace('_', " "), |action| action.phrase().to_owned());
        let (subject, path) = match (action, row.subject.as_str()) {
            (Ok(Action::PasswordWrong | Action::SignInThrottled), "") => {
                ("an address that nobody signs in with".to_owned(), None)
            }
            // Which browser it was is nobody's business but its person's.
            (Ok(Action::SessionEnded), _) => (String::new(), None),
            (_, subject) => known.subject(subject, row.user_id),
        };
        Self { who: known.actor(row), what, subject, path }
    }
}

impl Known<'_> {
    fn actor(&self, row: &AuditRow) -> String {
        match row.user_id {
            Some(user) => self.person(user),
            None if row.actor == "command_line" => "The command line".to_owned(),
            None => "Somebody not signed in".to_owned(),
        }
    }

    fn person(&self, user: UserId) -> String {
        self.name(&user.to_string())
    }

    /// What an id is called, or the id.
    fn name(&self, id: &str) -> String {
        self.names.get(id).map_or_else(|| id.to_owned(), Clone::clone)
    }

    /// What an id stands for, and where that is looked at.
    fn subject(&self, id: &str, actor: Option<UserId>) -> (String, Option<String>) {
        let kind = id.split_once('_').map_or("", |(kind, _)| kind);
        let named = |name: Option<String>, path: String| (name.unwrap_or_else(|| id.to_owned()), Some(path));
        match kind {
            "usr" => (self.subject_person(id, actor), None),
            "prg" if id == self.program.id.to_string() => (self.program.name.clone(), None),
            "camp" => named(self.campaign(id), format!("/campaigns/{id}")),
            "aff" => named(self.affiliate(id), format!("/affiliates/{id}")),
            "rule" => self.rule(id).unwrap_or_else(|| (self.name(id), None)),
            "tok" => (self.name(id), Some("/settings/tokens".to_owned())),
            "cpn" => (self.name(id), Some("/coupons".to_owned())),
            "conv" => (self.name(id), Some(format!("/conversions/{id}"))),
            "pay" => self.payout(id).unwrap_or_else(|| (id.to_owned(), None)),
            "ref" => (id.to_owned(), Some(format!("/referrals/{id}"))),
            "att" => (id.to_owned(), Some(format!("/attempts/{id}"))),
            "lnk" => (self.name(id), Some(format!("/links?show={id}"))),
            _ => (self.name(id), None),
        }
    }

    fn subject_person(&self, id: &str, actor: Option<UserId>) -> String {
        match id.parse() {
            Ok(user) if actor == Some(user) => "themselves".to_owned(),
            Ok(user) => self.person(user),
            Err(_) => id.to_owned(),
        }
    }

    fn campaign(&self, id: &str) -> Option<String> {
        let id = id.parse::<CampaignId>().ok()?;
        self.catalogue.campaign(self.program.id, id).map(|campaign| campaign.name.clone())
    }

    /// A version of a rule, by the rule's title and its campaign.
    fn rule(&self, id: &str) -> Option<(String, Option<String>)> {
        let id = id.parse::<RuleId>().ok()?;
        self.catalogue.campaigns_of(self.program.id).find_map(|campaign| {
            let rule = self.catalogue.rules(campaign.id).iter().find(|rule| rule.id == id)?;
            let path = format!("/rules/{}/{}", campaign.id, rule.number);
            Some((format!("{} of {}", rule.title(), campaign.name), Some(path)))
        })
    }

    /// A payout by how much it is and who gets it.
    fn payout(&self, id: &str) -> Option<(String, Option<String>)> {
        let id = id.parse::<PayoutId>().ok()?;
        let payout = self.payouts.iter().find(|payout| payout.id == id)?;
        let affiliate = payout.affiliate_id.to_string();
        let name = self.affiliate(&affiliate).unwrap_or_else(|| affiliate.clone());
        let amount = format!("{} {}", amount(payout.amount()), payout.currency.code());
        Some((format!("of {amount} to {name}"), Some(format!("/affiliates/{affiliate}/money"))))
    }

    fn affiliate(&self, id: &str) -> Option<String> {
        let id = id.parse::<AffiliateId>().ok()?;
        self.catalogue.affiliate(self.program.id, id).map(|affiliate| affiliate.name.clone())
    }
}

/// A phrase as the beginning of a sentence.
pub(super) fn capitalised(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
