//! The latest activity: what was recorded and what became of it, in one list.

use super::data::{Figures, MOST_SHOWN, user};
use crate::domain::change::{Actor, ChangeKind};
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
    }
}

/// The newest of both lists, the newest first.
pub(super) fn deeds(figures: &Figures, catalogue: &Catalogue, program: &Program, now: Timestamp) -> Vec<Deed> {
    let scene = Scene { figures, catalogue, program, now };
    let recorded = figures.newest.iter().map(|listed| scene.recorded(listed));
    let changed = figures.changes.iter().filter_map(|change| scene.changed(change));
    let mut deeds: Vec<Deed> = recorded.chain(changed).collect();
    deeds.sort_by_key(|deed| std::cmp::Reverse(deed.at));
    deeds.truncate(MOST_SHOWN);
    deeds
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

    /// A change; those of test conversions are left out, as they are everywhere.
    fn changed(&self, change: &ChangeRow) -> Option<Deed> {
        let row = self.figures.changed.get(&change.conversion_id)?;
        if row.mode != crate::domain::click_token::Mode::Live {
            return None;
        }
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
            words: format!("{words}{by}"),
            note: if change.detail.is_empty() { change.reason.clone() } else { change.detail.clone() },
            moment: Moment::new(change.changed_at, self.now, &self.program.zone),
        })
    }
}
