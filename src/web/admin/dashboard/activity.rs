//! The latest activity: what was recorded and what became of it, in one list.

use std::time::Duration;

use super::data::{Figures, MOST_SHOWN, user};
use crate::domain::change::{Actor, ChangeKind};
use crate::domain::click_token::Mode;
use crate::domain::id::AffiliateId;
use crate::domain::program::Program;
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversion_changes::ChangeRow;
use crate::storage::conversions::list::Listed;
use crate::web::filters::{Moment, amount};

/// Something that happened.
pub(super) struct Deed {
    at: Timestamp,
    pub(super) icon: &'static str,
    pub(super) order: String,
    pub(super) path: String,
    /// What happened to the order, behind its name.
    pub(super) words: String,
    pub(super) note: String,
    pub(super) moment: Moment,
}

/// An icon, and what happened in words that an order's name goes before.
const fn told(kind: ChangeKind) -> (&'static str, &'static str) {
    match kind {
        ChangeKind::CreditedByHand => ("user", "credited by hand"),
        ChangeKind::Approved => ("circle-check", "approved"),
        ChangeKind::Rejected => ("circle-x", "rejected"),
        ChangeKind::Reopened => ("refresh", "set back to pending"),
        ChangeKind::Adjusted => ("pencil", "adjusted"),
        ChangeKind::Refunded => ("receipt-refund", "refunded"),
        ChangeKind::Disputed => ("alert-triangle", "disputed"),
        ChangeKind::DisputeWon => ("circle-check", "kept after a dispute"),
        ChangeKind::DisputeLost => ("receipt-refund", "charged back"),
        ChangeKind::SaleChanged => ("receipt", "moved on"),
        ChangeKind::Released => ("clock", "released: its hold ended"),
        ChangeKind::RateArrived => ("coins", "converted: its exchange rate arrived"),
        ChangeKind::TakenOver => ("arrows-exchange", "taken over by a better report"),
        ChangeKind::Confirmed => ("shield-check", "confirmed by a better report"),
        ChangeKind::Compensated => ("coins", "compensated for in the ledger"),
        ChangeKind::Flagged => ("alert-triangle", "marked for a closer look"),
        ChangeKind::PutIntoPayout => ("send", "put into a payout"),
        ChangeKind::Paid => ("circle-check", "paid"),
        ChangeKind::TakenOutOfPayout => ("x", "taken out of a payout"),
        ChangeKind::Stated => ("server", "given a status"),
        ChangeKind::MetadataReplaced => ("braces", "given other metadata"),
    }
}

/// What is said besides; the id of a payout says nothing here.
fn note(change: &ChangeRow) -> String {
    let names_payout =
        matches!(change.kind, ChangeKind::PutIntoPayout | ChangeKind::Paid | ChangeKind::TakenOutOfPayout);
    if change.detail.is_empty() || names_payout { change.reason.clone() } else { change.detail.clone() }
}

/// The newest of both lists, the newest first.
pub(super) fn deeds(figures: &Figures, catalogue: &Catalogue, program: &Program, now: Timestamp) -> Vec<Deed> {
    let scene = Scene { figures, catalogue, program, now };
    let recorded = figures.newest.iter().map(|listed| scene.recorded(listed));
    let acts = figures.changes.chunk_by(is_one_act);
    let changed = acts.filter_map(|act| scene.changed(act));
    let mut deeds: Vec<Deed> = recorded.chain(changed).collect();
    deeds.sort_by_key(|deed| std::cmp::Reverse(deed.at));
    deeds.truncate(MOST_SHOWN);
    deeds
}

/// Changes that one click or one run of a job made are closer to each other than this.
const ONE_ACT: Duration = Duration::from_secs(1);

/// Whether both changes were made at once: then one line tells of them. The later one comes first.
fn is_one_act(one: &ChangeRow, next: &ChangeRow) -> bool {
    (one.kind, user(one)) == (next.kind, user(next)) && one.changed_at.since(next.changed_at) < ONE_ACT
}

struct Scene<'a> {
    figures: &'a Figures,
    catalogue: &'a Catalogue,
    program: &'a Program,
    now: Timestamp,
}

impl Scene<'_> {
    fn affiliate(&self, id: AffiliateId) -> String {
        self.catalogue.affiliate(self.program.id, id).map(|found| found.name.clone()).unwrap_or_default()
    }

    fn recorded(&self, (row, commission): &Listed) -> Deed {
        let earned = commission.as_ref().and_then(CommissionRow::amount);
        let note = earned.map_or_else(
            || "Commission waits for an exchange rate".to_owned(),
            |earned| format!("{} {} commission", amount(earned), earned.currency().code()),
        );
        Deed {
            at: row.received_at,
            icon: "plus",
            order: row.order_id.to_string(),
            path: format!("/conversions/{}", row.id),
            words: format!("recorded for {}", self.affiliate(row.affiliate_id)),
            note,
            moment: Moment::new(row.received_at, self.now, &self.program.zone),
        }
    }

    /// Changes made at once; those of test conversions are left out, as they are everywhere.
    fn changed(&self, act: &[ChangeRow]) -> Option<Deed> {
        let of = |change: &ChangeRow| self.figures.changed.get(&change.conversion_id);
        let found = act.iter().filter_map(|change| Some((change, of(change)?)));
        let mut live = found.filter(|(_, row)| row.mode == Mode::Live);
        let ((change, row), others) = (live.next()?, live.next().is_some());
        let (icon, words) = told(change.kind);
        let by = match (change.by(), user(change).and_then(|user| self.figures.names.get(&user))) {
            (_, Some(name)) => format!(" by {name}"),
            (Actor::Key(_), _) => " by your system".to_owned(),
            (Actor::User(_) | Actor::Clock, _) => String::new(),
        };
        Some(Deed {
            at: change.changed_at,
            icon,
            order: row.order_id.to_string(),
            path: format!("/conversions/{}", row.id),
            words: format!("{}{words}{by}", if others { "and others " } else { "" }),
            note: if others { change.reason.clone() } else { note(change) },
            moment: Moment::new(change.changed_at, self.now, &self.program.zone),
        })
    }
}
