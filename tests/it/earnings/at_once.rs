//! Many decide at once about the same (IDM-4): one decision stands, its money is booked once, and everybody else is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use accrue::domain::conversion::ConversionStatus::{Approved, Rejected};
use accrue::domain::id::ConversionId;
use accrue::domain::review::Obstacle;
use accrue::domain::worth::RefundFault;
use accrue::operations::adjust_conversion::Adjusted;
use accrue::operations::refund_conversion::Refunded;
use accrue::operations::review_conversion::Reviewed;
use accrue::storage::ledger_entries;

use super::{Desk, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::turn;

const CONVERSIONS: usize = 200;
const DECIDERS: usize = 100;
const GIVERS: usize = 50;

/// Runs so many at once, each with its number.
fn at_once(count: usize, work: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for number in 0..count {
            let work = &work;
            scope.spawn(move || work(number));
        }
    });
}

fn booked(desk: &Desk<'_>, id: ConversionId) -> (usize, i64) {
    let commission = desk.case(id).commission.id;
    let entries = desk.house.read(|conn| ledger_entries::of_commissions(conn, &[commission]));
    (entries.len(), entries.iter().map(|entry| entry.amount_minor).sum())
}

on_each_engine! {
    fn of_a_hundred_decisions_one_stands_and_the_others_are_told(db: TestDatabase) {
        let _alone = turn::alone();
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let orders: Vec<ConversionId> =
            (0..CONVERSIONS).map(|number| desk.sale(&format!("o-{number}"), 10_000)).collect();
        let made = AtomicUsize::new(0);
        at_once(DECIDERS, |decider| {
            for (number, order) in orders.iter().enumerate() {
                let wanted = if (decider + number) % 2 == 0 { Approved } else { Rejected };
                match desk.decides(*order, wanted) {
                    Reviewed::Changed => drop(made.fetch_add(1, Ordering::Relaxed)),
                    Reviewed::AlreadySo => {}
                    Reviewed::NotPossible(current, obstacle) => {
                        assert_eq!(obstacle, Obstacle::DecidedOtherwise);
                        assert_ne!(current.status, wanted);
                        assert!(current.latest.is_some(), "the loser is told who won");
                    }
                    other => panic!("{other:?}"),
                }
            }
        });
        assert_eq!(made.load(Ordering::Relaxed), CONVERSIONS, "one decision each");
        for order in &orders {
            let (status, _, _, commission) = desk.stands(*order);
            let expected = if status == Approved { (1, 1_000) } else { (2, 0) };
            assert_eq!((booked(&desk, *order), commission), (expected, expected.1), "{status}");
            assert_eq!(desk.changes(*order).len(), 1);
            assert_eq!(desk.case(*order).conversion.edition, 1);
        }
        house.assert_books_balance();
    }

    fn of_fifty_refunds_of_sixty_per_cent_one_fits(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 10_000);
        let recorded = AtomicUsize::new(0);
        at_once(GIVERS, |giver| match desk.refunds(order, &format!("r-{giver}"), Some(6_000)) {
            Refunded::Recorded(_) => drop(recorded.fetch_add(1, Ordering::Relaxed)),
            Refunded::Refused(fault) => assert_eq!(fault, RefundFault::MoreThanRemains(usd(4_000))),
            other => panic!("{other:?}"),
        });
        assert_eq!(recorded.load(Ordering::Relaxed), 1);
        assert_eq!(booked(&desk, order), (2, 400));
        house.assert_books_balance();
    }

    fn of_fifty_reports_of_one_refund_one_counts(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 10_000);
        let recorded = AtomicUsize::new(0);
        at_once(GIVERS, |_| match desk.refunds(order, "r-1", Some(1_000)) {
            Refunded::Recorded(_) => drop(recorded.fetch_add(1, Ordering::Relaxed)),
            Refunded::Repeat { differs, .. } => assert!(!differs),
            other => panic!("{other:?}"),
        });
        assert_eq!(recorded.load(Ordering::Relaxed), 1);
        assert_eq!(booked(&desk, order), (2, 900));
        house.assert_books_balance();
    }

    /// Whichever comes first: what is left is never below nothing and never more than there was.
    fn adjustments_and_refunds_of_sixty_per_cent_never_cross(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 10_000);
        at_once(GIVERS, |giver| {
            if giver % 2 == 0 {
                let adjusted = desk.adjusts(order, usd(6_000));
                assert!(matches!(adjusted, Adjusted::Changed | Adjusted::AlreadySo), "{adjusted:?}");
            } else {
                let refunded = desk.refunds(order, &format!("r-{giver}"), Some(6_000));
                assert!(matches!(refunded, Refunded::Recorded(_) | Refunded::Refused(_)), "{refunded:?}");
            }
        });
        let row = desk.case(order).conversion;
        assert_eq!((row.adjusted_minor, row.refunded_minor), (6_000, 6_000));
        assert_eq!(booked(&desk, order).1, 0);
        house.assert_books_balance();
    }
}
