//! Telling where commissions stand in the one word of the Affonso dialect, from what is on record.

use std::collections::{HashMap, HashSet};

use crate::domain::commission_status::{CommissionStatus, Standpoint};
use crate::domain::conversion::ConversionStatus;
use crate::domain::id::{ConversionId, RuleId};
use crate::domain::review::needs_nobody;
use crate::domain::rule::Approval;
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::Conn;
use crate::storage::conversions::ConversionRow;
use crate::storage::error::Stored;
use crate::storage::{commission_rules, conversion_changes, conversion_details};

/// A conversion with its commission, as they are on record.
pub type OnRecord<'a> = (&'a ConversionRow, &'a CommissionRow);

/// The word of each of these conversions.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn told_statuses(conn: &mut Conn, rows: &[OnRecord<'_>]) -> Stored<HashMap<ConversionId, CommissionStatus>> {
    let knowledge = Knowledge::of(conn, rows)?;
    Ok(rows.iter().map(|row| (row.0.id, knowledge.standpoint(*row).told())).collect())
}

/// What the word of a conversion follows from.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub(super) fn standpoint(conn: &mut Conn, row: OnRecord<'_>) -> Stored<Standpoint> {
    Ok(Knowledge::of(conn, &[row])?.standpoint(row))
}

/// What is asked only of those that nobody has decided about.
struct Knowledge {
    stated: HashMap<ConversionId, CommissionStatus>,
    decided: HashSet<ConversionId>,
    approvals: HashMap<RuleId, Approval>,
}

impl Knowledge {
    fn of(conn: &mut Conn, rows: &[OnRecord<'_>]) -> Stored<Self> {
        let mut known = Self { stated: HashMap::new(), decided: HashSet::new(), approvals: HashMap::new() };
        let undecided = || rows.iter().filter(|(row, _)| row.status == ConversionStatus::Pending);
        let ids: Vec<ConversionId> = undecided().map(|(row, _)| row.id).collect();
        if ids.is_empty() {
            return Ok(known);
        }
        known.stated = conversion_details::stated(conn, &ids)?;
        known.decided = conversion_changes::decided(conn, &ids)?;
        for rule in undecided().filter_map(|(_, commission)| commission.rule_id) {
            if known.approvals.contains_key(&rule) {
                continue;
            }
            let found = commission_rules::find(conn, rule)?;
            known.approvals.extend(found.map(|found| (rule, found.terms.approval)));
        }
        Ok(known)
    }

    fn standpoint(&self, (row, commission): OnRecord<'_>) -> Standpoint {
        let approval = commission.rule_id.and_then(|rule| self.approvals.get(&rule)).copied();
        let approval = approval.unwrap_or(Approval::ByHand);
        Standpoint {
            status: row.status,
            state: commission.state,
            sale: row.sale_status,
            needs_nobody: needs_nobody(approval, row.trust, &row.flags) && !self.decided.contains(&row.id),
            stated: self.stated.get(&row.id).copied(),
        }
    }
}
