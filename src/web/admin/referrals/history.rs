//! Every change of a referral, the newest first, down to the report that made it.

use crate::domain::change::Actor;
use crate::domain::id::{AffiliateId, ConversionId, Id, ProgramId, ReferralId};
use crate::domain::referral::ReferralChangeKind;
use crate::domain::time::Zone;
use crate::operations::explain_referral::ExplainedReferral;
use crate::operations::explaining::Noted;
use crate::storage::catalogue::Catalogue;
use crate::storage::referral_changes::ReferralChangeRow;
use crate::web::filters::second;

/// One step of the story.
pub(super) struct Step {
    pub(super) icon: &'static str,
    pub(super) headline: String,
    /// Why, in the words of whoever did it.
    pub(super) reason: String,
    /// By whom, and when.
    pub(super) small: String,
    /// Where what it came of is looked at, with the words for that.
    pub(super) cause: Option<(String, &'static str)>,
}

/// What steps are told with.
pub(super) struct Place<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) program: ProgramId,
    pub(super) zone: &'a Zone,
}

impl Place<'_> {
    fn name(&self, affiliate: Option<AffiliateId>) -> String {
        let known = affiliate.and_then(|id| self.catalogue.affiliate(self.program, id));
        known.map_or_else(|| "an affiliate".to_owned(), |affiliate| affiliate.name.clone())
    }

    /// The story, the newest first.
    pub(super) fn steps(&self, explained: &ExplainedReferral) -> Vec<Step> {
        let known = Step {
            icon: "user",
            headline: "First known".to_owned(),
            reason: String::new(),
            small: second(explained.row.created_at, self.zone),
            cause: None,
        };
        let changes = explained.changes.iter().rev().map(|noted| self.step(&noted.change, noted.name.as_deref()));
        changes.chain([known]).collect()
    }

    fn step(&self, change: &ReferralChangeRow, name: Option<&str>) -> Step {
        let (from, to) = (self.name(change.from_affiliate_id), self.name(change.to_affiliate_id));
        let is_same = change.from_affiliate_id == change.to_affiliate_id;
        let (icon, headline) = match change.kind {
            ReferralChangeKind::Confirmed => ("shield-check", format!("Confirmed as {to}’s")),
            ReferralChangeKind::GaveWay => ("server", format!("Given to {to} by a better report, was {from}’s")),
            ReferralChangeKind::Reassigned if is_same => ("pencil", format!("Stays {to}’s, confirmed for a campaign")),
            ReferralChangeKind::Reassigned => ("pencil", format!("Reassigned to {to}, was {from}’s")),
            ReferralChangeKind::Merged if is_same => ("users", "Another referral was merged into this".to_owned()),
            ReferralChangeKind::Merged => {
                ("users", format!("Another referral was merged into this, and brought it from {from} to {to}"))
            }
            ReferralChangeKind::MergedAway => ("users", "Merged into another referral".to_owned()),
            ReferralChangeKind::Erased => ("eye-off", "Personal data erased".to_owned()),
        };
        let by = match (change.by(), name) {
            (Actor::Clock, _) => "by itself".to_owned(),
            (_, Some(name)) => format!("by {name}"),
            (Actor::User(_), None) => "by somebody who is gone".to_owned(),
            (Actor::Key(_), None) => "by a report".to_owned(),
        };
        Step {
            icon,
            headline,
            reason: change.reason.clone(),
            small: format!("{by} · {}", second(change.changed_at, self.zone)),
            cause: cause(change),
        }
    }
}

fn cause(change: &ReferralChangeRow) -> Option<(String, &'static str)> {
    let cause = change.cause_id?.uuid();
    match change.kind {
        ReferralChangeKind::Merged | ReferralChangeKind::MergedAway => {
            let other: ReferralId = Id::from_uuid(cause);
            (change.kind == ReferralChangeKind::MergedAway).then(|| (format!("/referrals/{other}"), "The other one"))
        }
        _ => {
            let order: ConversionId = Id::from_uuid(cause);
            Some((format!("/conversions/{order}"), "The order that said so"))
        }
    }
}

/// What was done last, and by whom, for who came too late: `Ines Duarte changed this.`
pub(super) fn faster(explained: &ExplainedReferral) -> String {
    match explained.changes.last() {
        Some(Noted { change, name: Some(name) }) if matches!(change.by(), Actor::User(_)) => {
            format!("{name} changed this meanwhile.")
        }
        Some(Noted { change, .. }) if matches!(change.by(), Actor::Key(_)) => {
            "A better report changed this meanwhile.".to_owned()
        }
        _ => "Somebody else changed this meanwhile.".to_owned(),
    }
}
