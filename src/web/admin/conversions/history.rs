//! Every change of a conversion, the newest first, down to the click it began with.

use crate::domain::change::{Actor, ChangeKind};
use crate::domain::time::Zone;
use crate::operations::explain_conversion::Explained;
use crate::operations::explaining::Noted;
use crate::storage::conversion_changes::ChangeRow;
use crate::web::admin::badges;
use crate::web::filters::{second, time_of_day, with_currency};
use crate::web::routes::LINK;

/// One step of the story.
pub(super) struct Step {
    pub(super) icon: &'static str,
    pub(super) headline: String,
    /// Why, in the words of whoever did it.
    pub(super) reason: String,
    /// What was different, by whom, and when.
    pub(super) small: String,
}

/// The icon of a kind of change, and what is said of it.
const fn told(kind: ChangeKind) -> (&'static str, &'static str) {
    match kind {
        ChangeKind::Approved => ("circle-check", "Approved"),
        ChangeKind::Rejected => ("circle-x", "Rejected"),
        ChangeKind::Reopened => ("arrow-back-up", "Set back to pending"),
        ChangeKind::Adjusted => ("pencil", "Amount adjusted"),
        ChangeKind::Refunded => ("receipt-refund", "Refunded"),
        ChangeKind::Disputed => ("alert-triangle", "Disputed"),
        ChangeKind::DisputeWon => ("shield-check", "Dispute won"),
        ChangeKind::DisputeLost => ("alert-triangle", "Dispute lost"),
        ChangeKind::SaleChanged => ("receipt", "Purchase moved on"),
        ChangeKind::Released => ("coins", "Hold ended"),
        ChangeKind::RateArrived => ("calculator", "Exchange rate arrived"),
        ChangeKind::TakenOver => ("server", "Taken over by a report that is trusted more"),
        ChangeKind::Confirmed => ("server", "Confirmed by a report that is trusted more"),
        ChangeKind::Compensated => ("coins", "Made up for in the ledger"),
        ChangeKind::Flagged => ("alert-triangle", "Flagged"),
        ChangeKind::PutIntoPayout => ("send", "Put into a payout"),
        ChangeKind::Paid => ("coins", "Paid"),
        ChangeKind::TakenOutOfPayout => ("arrow-back-up", "Taken out of a payout"),
        ChangeKind::CreditedByHand => ("user", "Credited by hand"),
        ChangeKind::Stated => ("server", "Status stated"),
        ChangeKind::MetadataReplaced => ("braces", "Metadata replaced"),
    }
}

/// What somebody did, as the verb of a sentence.
const fn did(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Approved => "approved this",
        ChangeKind::Rejected => "rejected this",
        ChangeKind::Reopened => "set this back to pending",
        ChangeKind::Adjusted => "adjusted its amount",
        ChangeKind::Refunded => "recorded a refund of this",
        ChangeKind::Disputed => "opened a dispute about this",
        ChangeKind::DisputeWon | ChangeKind::DisputeLost => "ended the dispute about this",
        ChangeKind::SaleChanged => "changed its purchase",
        ChangeKind::PutIntoPayout => "put this into a payout",
        ChangeKind::Paid => "paid this",
        ChangeKind::TakenOutOfPayout => "called the payout of this off",
        ChangeKind::CreditedByHand => "credited this by hand",
        ChangeKind::Stated => "stated the status of this",
        ChangeKind::MetadataReplaced => "replaced its metadata",
        _ => "changed this",
    }
}

fn by(noted: &Noted<ChangeRow>) -> String {
    match (noted.change.by(), &noted.name) {
        (Actor::Clock, _) => "by itself".to_owned(),
        (Actor::User(_) | Actor::Key(_), Some(name)) => format!("by {name}"),
        (Actor::User(_), None) => "by somebody who is gone".to_owned(),
        (Actor::Key(_), None) => "by your server".to_owned(),
    }
}

/// The story, the newest first.
pub(super) fn steps(explained: &Explained, zone: &Zone) -> Vec<Step> {
    let changes = explained.changes.iter().rev().map(|noted| change(noted, zone));
    let row = &explained.conversion;
    let recorded = Step {
        icon: "server",
        headline: "Recorded".to_owned(),
        reason: String::new(),
        small: format!(
            "{} · {} · {}",
            badges::channel(row.channel),
            with_currency(row.amount()),
            second(row.received_at, zone)
        ),
    };
    let through = explained.link.as_ref().map(|link| format!("Click through {LINK}{}", link.code));
    let click = row.click_id.map(|click| Step {
        icon: "click",
        headline: through.unwrap_or_else(|| "Click".to_owned()),
        reason: String::new(),
        small: second(click.time(), zone),
    });
    changes.chain([recorded]).chain(click).collect()
}

fn change(noted: &Noted<ChangeRow>, zone: &Zone) -> Step {
    let (icon, headline) = told(noted.change.kind);
    let detail = noted.change.detail.as_str();
    let by_and_when = format!("{} · {}", by(noted), second(noted.change.changed_at, zone));
    let small = if detail.is_empty() { by_and_when } else { format!("{detail} · {by_and_when}") };
    Step { icon, headline: headline.to_owned(), reason: noted.change.reason.clone(), small }
}

/// Who was faster with what, and when: `Ines Duarte approved this at 14:40.`
pub(super) fn faster(explained: &Explained, zone: &Zone) -> String {
    let Some(noted) = explained.changes.last() else {
        return "Somebody else changed this meanwhile.".to_owned();
    };
    let at = time_of_day(noted.change.changed_at, zone);
    let kind = noted.change.kind;
    match (noted.change.by(), &noted.name) {
        (Actor::Clock, _) => format!("{} at {at}.", told(kind).1),
        (_, Some(name)) => format!("{name} {} at {at}.", did(kind)),
        (Actor::Key(_), None) => format!("Your server {} at {at}.", did(kind)),
        (Actor::User(_), None) => format!("Somebody {} at {at}.", did(kind)),
    }
}
