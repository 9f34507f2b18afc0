//! Conversions whose commission is told in one word of the Affonso dialect, found without telling each of them: the same
//! table as [`crate::domain::commission_status`], as conditions. A story holds the two against each other.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::Bool;

use crate::domain::commission_status::CommissionStatus;

/// Whether what nobody has decided about goes on by itself: as somebody stated, or as its rule says.
macro_rules! goes_on_by_itself {
    () => {
        "(CASE (SELECT d.stated FROM conversion_details d WHERE d.conversion_id = conversions.id) \
         WHEN 'pending' THEN TRUE WHEN 'pending_manual_approval' THEN FALSE \
         ELSE (conversions.trust >= 3 AND conversions.flags = '' \
         AND EXISTS (SELECT 1 FROM commission_rules r WHERE r.id = commissions.rule_id AND r.approval = 'automatic') \
         AND NOT EXISTS (SELECT 1 FROM conversion_changes h WHERE h.conversion_id = conversions.id \
         AND h.kind IN ('approved', 'rejected', 'reopened', 'stated'))) END)"
    };
}

/// A purchase that was not wholly given back, and whose conversion was not rejected.
macro_rules! counted_and {
    ($condition:expr) => {
        concat!("(conversions.sale_status <> 'refunded' AND conversions.status <> 'rejected' AND ", $condition, ")")
    };
}

/// The condition under which a conversion is told in this word.
pub(super) fn condition(word: CommissionStatus) -> SqlLiteral<Bool> {
    sql::<Bool>(match word {
        CommissionStatus::Refunded => "(conversions.sale_status = 'refunded')",
        CommissionStatus::Declined => {
            "(conversions.sale_status <> 'refunded' AND (conversions.status = 'rejected' OR commissions.state = 'void'))"
        }
        CommissionStatus::Dispute => counted_and!("commissions.state = 'disputed'"),
        CommissionStatus::ProcessingPayout => counted_and!("commissions.state = 'in_payout'"),
        CommissionStatus::Paid => counted_and!("commissions.state = 'paid'"),
        CommissionStatus::ReadyForPayment => counted_and!("commissions.state = 'payable'"),
        CommissionStatus::Pending => counted_and!(concat!(
            "commissions.state = 'held' AND (conversions.status = 'approved' OR ",
            goes_on_by_itself!(),
            ")"
        )),
        CommissionStatus::PendingManualApproval => counted_and!(concat!(
            "commissions.state = 'held' AND conversions.status = 'pending' AND NOT ",
            goes_on_by_itself!()
        )),
    })
}
