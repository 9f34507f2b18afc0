//! A customer's payments, which rules of a limited duration count: what is one, and which one it is.
//!
//! A purchase that failed is no payment, and a report that was rejected tells of none; both may become one later, when
//! others have been counted meanwhile. Which payment a sale is, is therefore asked when it begins to be one, and again
//! whenever it becomes one again: it takes the first place that none of the others holds. So a rule that pays for the first
//! sale pays a customer once, in whatever order their sales are completed, and a decision that is taken back finds its place
//! free where nobody has taken it. A purchase that is paid for later, as a trial is, was made then, and the months of a rule
//! begin with it; that somebody took a decision back changes nothing about when the customer paid.

use std::collections::BTreeSet;

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

/// A sale that counts as a payment of its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// When its purchase was made.
    pub at: Timestamp,
    /// Which of the customer's payments it is; none where its rule pays for all of them, so that nobody asked.
    pub number: Option<u32>,
}

/// When the purchase of a sale was made that stood at `before` and stands at `after` since `now`, where that is not when it was
/// reported; `known` is what was known of that. While its commission is paid for, it counts as made already.
#[must_use]
pub fn made_at(
    (before, state): (SaleStatus, CommissionState),
    after: SaleStatus,
    known: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let begins = !is_made(before) && is_made(after) && !is_paid_for(state);
    if begins { Some(now) } else { known }
}

/// Which of the customer's payments a sale made at `at` is, when it begins to count beside `others`.
///
/// One that was made before all others may still be their beginning, as when a decision is taken back: a rule that pays for
/// some months pays for it where the months that began with it take in all that it has paid for. Else their first
/// remains the first, and this one lies before it.
#[must_use]
pub fn place(duration: Duration, others: &[Counted], at: Timestamp, zone: &Zone) -> Payment {
    let number = first_free(others, at);
    let first_at = match others.iter().map(|other| other.at).min() {
        None => at,
        Some(first) if first <= at => first,
        Some(first) if reaches(duration, (at, first), others, zone) => at,
        Some(first) => first,
    };
    Payment { number, first_at }
}

/// The first place that none of the others holds. One without a place of its own, and one that shares its place, as after two
/// customers turned out to be one, takes up a free one before whatever was received later.
fn first_free(others: &[Counted], at: Timestamp) -> u32 {
    let mut in_order: Vec<&Counted> = others.iter().collect();
    in_order.sort_by_key(|other| other.at);
    let mut held = BTreeSet::new();
    in_order.retain(|other| !other.number.is_some_and(|number| held.insert(number)));
    let before = in_order.iter().filter(|other| other.at <= at).count();
    (1..=u32::MAX).filter(|number| !held.contains(number)).nth(before).unwrap_or(u32::MAX)
}

/// Whether the time that begins at `at` takes in all payments that were paid for, going by the `first` of them so far.
fn reaches(duration: Duration, (at, first): (Timestamp, Timestamp), others: &[Counted], zone: &Zone) -> bool {
    let Duration::Months(months) = duration else { return true };
    let end = |begin| zone.local_day(begin).plus_months(months);
    let days = others.iter().map(|other| zone.local_day(other.at));
    days.filter(|day| *day < end(first)).all(|day| day < end(at))
}

#[cfg(test)]
mod tests {
    use super::{Counted, counts, made_at, place};
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

    #[test]
    fn a_purchase_that_is_paid_for_later_is_made_then() {
        let (now, known) = (day(70), Some(day(3)));
        let cases = [
            ("a trial that is paid for", (Trialing, Held), Complete, None, Some(now)),
            ("failed, and paid for in the end", (Failed, Held), Open, known, Some(now)),
            ("nothing becomes of it", (Trialing, Held), Failed, None, None),
            ("made when it was reported", (Open, Held), Complete, None, None),
            ("made, and partly given back", (Complete, Payable), PartialRefunded, known, known),
            ("paid out, whatever was said since", (Failed, InPayout), Complete, None, None),
        ];
        for (name, before, after, known, expected) in cases {
            assert_eq!(made_at(before, after, known, now), expected, "{name}");
        }
    }

    type Case = (&'static str, Duration, &'static [(i64, u32)], i64, u32, bool);

    #[test]
    fn whatever_begins_to_count_takes_the_first_place_that_is_free() {
        let (first, three, month) = (Duration::FirstSale, Duration::Payments(3), Duration::Months(1));
        // The duration, the days and places of the others and its own day; its number, and whether it is paid for. Day 0 is
        // 1 January.
        let cases: [Case; 20] = [
            ("the only one", first, &[], 5, 1, true),
            ("the second", first, &[(0, 1)], 5, 2, false),
            ("completed after a later one", first, &[(9, 1)], 5, 2, false),
            ("the first gave its place up", first, &[(0, 2)], 5, 1, true),
            ("and another one came", first, &[(0, 2), (9, 1)], 5, 3, false),
            ("the third of three", three, &[(0, 1), (9, 2)], 5, 3, true),
            ("the third of three, of which the second gave up", three, &[(0, 1), (9, 3)], 5, 2, true),
            ("the fourth, though received first", three, &[(1, 1), (2, 2), (3, 3)], 0, 4, false),
            ("after one of which nobody asked", first, &[(0, 0)], 5, 2, false),
            ("before one of which nobody asked", first, &[(9, 0)], 5, 1, true),
            ("two customers turned out to be one", three, &[(0, 1), (2, 1)], 5, 3, true),
            ("and theirs was between", three, &[(0, 1), (9, 1)], 5, 2, true),
            ("one of which nobody asked, in the place between", three, &[(0, 1), (2, 0), (3, 3)], 5, 4, false),
            ("within the month", month, &[(0, 1)], 30, 2, true),
            ("a month later", month, &[(0, 1)], 31, 2, false),
            ("a month later, and the first place is free", month, &[(0, 2)], 31, 1, false),
            ("before them all, and its month takes them in", month, &[(5, 1), (30, 2)], 0, 3, true),
            ("before them all, and its month ends too soon", month, &[(5, 1), (33, 2)], 0, 3, false),
            ("before them all, of which a later one earned nothing", month, &[(5, 1), (90, 2)], 0, 3, true),
            ("among them", month, &[(5, 1), (20, 2)], 10, 3, true),
        ];
        for (name, duration, others, at, number, is_covered) in cases {
            let counted =
                |(at, number): &(i64, u32)| Counted { at: day(*at), number: Some(*number).filter(|it| *it > 0) };
            let others: Vec<Counted> = others.iter().map(counted).collect();
            let payment = place(duration, &others, day(at), &Zone::utc());
            let covered = duration.covers(payment, day(at), &Zone::utc());
            assert_eq!((payment.number, covered), (number, is_covered), "{name}");
        }
    }
}
