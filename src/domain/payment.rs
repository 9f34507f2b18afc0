//! A customer's payments, which rules of a limited duration count: what is one, and which one it is.
//!
//! A purchase that failed is no payment, and a report that was rejected tells of none; both may become one later, when
//! others have been counted meanwhile. Which payment a sale is, is therefore asked when it begins to be one, and again
//! whenever it becomes one again: so a rule that pays for the first sale pays a customer once, in whatever order their sales
//! are completed.

use super::commission::CommissionState;
use super::conversion::{ConversionStatus, SaleStatus};
use super::event::EventType;
use super::rule::{Duration, Payment};
use super::time::{Timestamp, Zone};

/// Whether a purchase that stands there counts as a payment of its customer.
#[must_use]
pub const fn is_made(sale: SaleStatus) -> bool {
    !matches!(sale, SaleStatus::Failed | SaleStatus::Trialing)
}

/// Whether a commission that stands there is paid for, or about to be: then its sale counts, whatever is said of the
/// purchase since.
#[must_use]
pub const fn is_paid_for(state: CommissionState) -> bool {
    matches!(state, CommissionState::InPayout | CommissionState::Paid)
}

/// Whether something that happened counts as a payment of its customer.
#[must_use]
pub fn counts(kind: EventType, status: ConversionStatus, sale: SaleStatus, state: CommissionState) -> bool {
    kind == EventType::Sale && status != ConversionStatus::Rejected && (is_made(sale) || is_paid_for(state))
}

/// Which of the customer's payments a sale received at `at` is, when it begins to count beside `others`, which were received
/// then.
///
/// One that was received before all others may still be their beginning, as when it is completed late: a rule that pays for
/// some months pays for it where the months that began with it take in all that it has paid for. Else their first
/// remains the first, and this one lies before it.
#[must_use]
pub fn place(duration: Duration, others: &[Timestamp], at: Timestamp, zone: &Zone) -> Payment {
    let number = u32::try_from(others.len()).unwrap_or(u32::MAX).saturating_add(1);
    let first_at = match others.iter().copied().min() {
        None => at,
        Some(first) if first <= at => first,
        Some(first) if reaches(duration, (at, first), others, zone) => at,
        Some(first) => first,
    };
    Payment { number, first_at }
}

/// Whether the time that begins at `at` takes in all payments that were paid for, going by the `first` of them so far.
fn reaches(duration: Duration, (at, first): (Timestamp, Timestamp), others: &[Timestamp], zone: &Zone) -> bool {
    let Duration::Months(months) = duration else { return true };
    let end = |begin| zone.local_day(begin).plus_months(months);
    let days = others.iter().map(|other| zone.local_day(*other));
    days.filter(|day| *day < end(first)).all(|day| day < end(at))
}

#[cfg(test)]
mod tests {
    use super::{counts, place};
    use crate::domain::commission::CommissionState::{self, Held, InPayout, Payable, Void};
    use crate::domain::conversion::ConversionStatus::{Approved, Pending, Rejected};
    use crate::domain::conversion::SaleStatus::{Complete, Failed, Open, PartialRefunded, Refunded, Trialing};
    use crate::domain::event::EventType::{Lead, Sale};
    use crate::domain::rule::Duration;
    use crate::domain::time::{Timestamp, Zone};

    #[test]
    fn a_sale_counts_unless_it_was_rejected_or_not_paid_for() {
        let cases = [
            ("paid for", Sale, Pending, Complete, Held, true),
            ("approved", Sale, Approved, Complete, Payable, true),
            ("about to be paid for", Sale, Pending, Open, Held, true),
            ("partly given back", Sale, Approved, PartialRefunded, Payable, true),
            ("wholly given back", Sale, Approved, Refunded, Void, true),
            ("on trial", Sale, Pending, Trialing, Held, false),
            ("failed", Sale, Approved, Failed, Held, false),
            ("rejected", Sale, Rejected, Complete, Void, false),
            ("rejected and failed", Sale, Rejected, Failed, Void, false),
            ("in a payout and failed since", Sale, Approved, Failed, InPayout, true),
            ("paid and failed since", Sale, Approved, Failed, CommissionState::Paid, true),
            ("no sale", Lead, Approved, Complete, Payable, false),
        ];
        for (name, kind, status, sale, state, expected) in cases {
            assert_eq!(counts(kind, status, sale, state), expected, "{name}");
        }
    }

    fn day(number: i64) -> Timestamp {
        Timestamp::from_millis((20_454 + number) * 86_400_000)
    }

    type Case = (&'static str, Duration, &'static [i64], i64, u32, bool);

    #[test]
    fn whatever_begins_to_count_is_counted_behind_all_that_count() {
        let (first, three, month) = (Duration::FirstSale, Duration::Payments(3), Duration::Months(1));
        // The duration, the days of the others and its own; its number, and whether it is paid for. Day 0 is 1 January.
        let cases: [Case; 11] = [
            ("the only one", first, &[], 5, 1, true),
            ("the second", first, &[0], 5, 2, false),
            ("completed after a later one", first, &[9], 5, 2, false),
            ("the third of three", three, &[0, 9], 5, 3, true),
            ("the fourth, though received first", three, &[1, 2, 3], 0, 4, false),
            ("within the month", month, &[0], 30, 2, true),
            ("a month later", month, &[0], 31, 2, false),
            ("before them all, and its month takes them in", month, &[5, 30], 0, 3, true),
            ("before them all, and its month ends too soon", month, &[5, 33], 0, 3, false),
            ("before them all, of which a later one earned nothing", month, &[5, 90], 0, 3, true),
            ("among them", month, &[5, 20], 10, 3, true),
        ];
        for (name, duration, others, at, number, is_covered) in cases {
            let others: Vec<Timestamp> = others.iter().map(|other| day(*other)).collect();
            let payment = place(duration, &others, day(at), &Zone::utc());
            let covered = duration.covers(payment, day(at), &Zone::utc());
            assert_eq!((payment.number, covered), (number, is_covered), "{name}");
        }
    }
}
