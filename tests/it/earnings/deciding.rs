//! People and systems decide, one after the other.

use accrue::domain::change::{Actor, ChangeKind};
use accrue::domain::commission::CommissionState::{Held, Payable, Void};
use accrue::domain::conversion::ConversionStatus::{Approved, Pending, Rejected};
use accrue::domain::conversion::SaleStatus::{Complete, Failed, PartialRefunded, Refunded, Trialing};
use accrue::domain::currency::Currency;
use accrue::domain::id::ConversionId;
use accrue::domain::money::Money;
use accrue::domain::review::Obstacle;
use accrue::domain::sale::SaleObstacle;
use accrue::domain::worth::AdjustFault;
use accrue::operations::adjust_conversion::Adjusted;
use accrue::operations::change_sale::SaleChanged;
use accrue::operations::review_conversion::{Decision, Reviewed, review_conversion};
use accrue::storage::ledger_entries;

use super::{Desk, Reported, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

/// The entries of a conversion, as kind and cents.
fn entries(desk: &Desk<'_>, id: ConversionId) -> Vec<(&'static str, i64)> {
    let commission = desk.case(id).commission.id;
    let mut rows = desk.house.read(|conn| ledger_entries::of_commissions(conn, &[commission]));
    rows.sort_by_key(|row| row.id);
    rows.iter().map(|row| (row.kind.as_str(), row.amount_minor)).collect()
}

on_each_engine! {
    /// Rejected, taken back, approved, taken back: the ledger tells all of it, and reports only what stands.
    fn a_decision_can_be_taken_back_and_the_ledger_tells_of_it(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 9_999);
        assert_eq!(desk.stands(order), (Pending, Held, Complete, 1_000));
        assert_eq!((desk.money().balance_minor, desk.money().waiting_minor), (1_000, 1_000));

        house.clock().advance(std::time::Duration::from_secs(1));
        assert!(matches!(desk.decides(order, Rejected), Reviewed::Changed));
        assert_eq!(desk.stands(order), (Rejected, Void, Complete, 0));
        assert_eq!(desk.money(), accrue::domain::report::MoneyTally::default());
        house.assert_books_balance();

        house.clock().advance(std::time::Duration::from_secs(1));
        assert!(matches!(desk.decides(order, Pending), Reviewed::Changed));
        assert_eq!(desk.stands(order), (Pending, Held, Complete, 1_000));
        house.clock().advance(std::time::Duration::from_secs(1));
        desk.approves(order);
        assert_eq!(desk.stands(order), (Approved, Payable, Complete, 1_000));
        assert_eq!(desk.money().payable_minor(), 1_000);

        assert_eq!(entries(&desk, order), [("earn", 1_000), ("reversal", -1_000), ("reversal", 1_000)]);
        let changes = desk.changes(order);
        let kinds: Vec<ChangeKind> = changes.iter().map(|row| row.kind).collect();
        assert_eq!(kinds, [ChangeKind::Rejected, ChangeKind::Reopened, ChangeKind::Approved]);
        assert!(changes.iter().all(|row| row.by() == Actor::User(desk.user) && row.reason == "as agreed"));
        assert_eq!(desk.case(order).conversion.edition, 3);
        house.assert_books_balance();
    }

    fn whoever_saw_something_else_is_told_what_stands_there_now(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 9_999);
        assert!(matches!(desk.decides_on(order, Rejected, Some(0)), Reviewed::Changed));
        assert!(matches!(desk.decides_on(order, Rejected, Some(0)), Reviewed::AlreadySo), "the same decision is none");
        let Reviewed::Overtaken(current) = desk.decides_on(order, Approved, Some(0)) else { panic!("it was rejected") };
        assert_eq!((current.status, current.state, current.edition), (Rejected, Void, 1));
        let latest = current.latest.expect("somebody rejected it");
        assert_eq!((latest.kind, latest.by()), (ChangeKind::Rejected, Actor::User(desk.user)));
        let Reviewed::NotPossible(_, obstacle) = desk.decides_on(order, Approved, Some(1)) else { panic!() };
        assert_eq!(obstacle, Obstacle::DecidedOtherwise);
        assert_eq!(desk.changes(order).len(), 1);
    }

    /// Rejecting takes a reason; blanks are none.
    fn a_rejection_without_a_reason_changes_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 9_999);
        let (program, actor) = (desk.program, Actor::User(desk.user));
        for (wanted, reason, expected) in [(Rejected, " \t", Some(Obstacle::NeedsReason)), (Approved, "", None)] {
            let decision = Decision { wanted, seen: None, reason: reason.to_owned() };
            let reviewed =
                house.write(move |write, env| review_conversion(write, env, program, order, actor, &decision));
            match (reviewed, expected) {
                (Reviewed::NotPossible(_, obstacle), Some(expected)) => assert_eq!(obstacle, expected),
                (Reviewed::Changed, None) => {}
                (reviewed, _) => panic!("{wanted}: {reviewed:?}"),
            }
        }
    }

    /// Another program's conversion is simply not there.
    fn a_foreign_conversion_is_unknown(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 9_999);
        let foreign = Desk { program: house.admin().program("Other", Currency::USD), ..Desk { house: &house, ..desk } };
        assert!(matches!(foreign.decides(order, Approved), Reviewed::Unknown));
        assert!(matches!(foreign.adjusts(order, usd(1)), Adjusted::Unknown));
        assert!(matches!(foreign.refunds(order, "r1", None), super::Refunded::Unknown));
        assert!(matches!(foreign.says(order, Failed), SaleChanged::Unknown));
    }

    fn an_adjustment_is_below_what_was_reported_and_while_pending(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 25_980);
        house.clock().advance(std::time::Duration::from_secs(1));
        assert!(matches!(desk.adjusts(order, usd(24_000)), Adjusted::Changed));
        assert_eq!(desk.stands(order), (Pending, Held, Complete, 2_400));
        assert!(matches!(desk.adjusts(order, usd(24_000)), Adjusted::AlreadySo));
        assert!(matches!(desk.adjusts(order, usd(25_980)), Adjusted::Refused(AdjustFault::NotLower(_))));
        assert!(matches!(desk.adjusts(order, usd(0)), Adjusted::Refused(AdjustFault::NotAboveZero)));
        let euros = Money::new(100, Currency::EUR);
        assert!(matches!(desk.adjusts(order, euros), Adjusted::Refused(AdjustFault::OtherCurrency(_))));
        let changes = desk.changes(order);
        assert_eq!((changes.len(), changes[0].detail.as_str()), (1, "240.00 USD, was 259.80 USD"));
        desk.approves(order);
        let refused = desk.adjusts(order, usd(20_000));
        assert!(matches!(&refused, Adjusted::NotPending(current) if current.status == Approved), "{refused:?}");
        assert!(refused.sentence().starts_with("It is approved."), "{}", refused.sentence());
        assert!(matches!(desk.adjusts(order, usd(24_000)), Adjusted::AlreadySo), "the same, later");
        assert_eq!(entries(&desk, order), [("earn", 2_598), ("adjust", -198)]);
        house.assert_books_balance();
    }

    /// A trial earns nothing payable until it is paid for, and a failed payment takes it back.
    fn a_commission_follows_its_purchase(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.records(&Reported { sale: Trialing, ..Reported::of("1001", usd(9_999)) });
        desk.approves(order);
        assert_eq!(desk.stands(order), (Approved, Held, Trialing, 1_000));
        assert!(matches!(desk.says(order, Complete), SaleChanged::Changed));
        assert!(matches!(desk.says(order, Complete), SaleChanged::AlreadySo));
        assert_eq!(desk.stands(order), (Approved, Payable, Complete, 1_000));
        assert!(matches!(desk.says(order, Failed), SaleChanged::Changed));
        assert_eq!(desk.stands(order), (Approved, Held, Failed, 1_000));
        let obstacle = |said| match said {
            SaleChanged::NotPossible(_, obstacle) => obstacle,
            other => panic!("{other:?}"),
        };
        assert_eq!(obstacle(desk.says(order, Refunded)), SaleObstacle::OnlyByRefund);
        assert!(matches!(desk.refunds(order, "r1", Some(100)), super::Refunded::Recorded(_)));
        assert_eq!(desk.stands(order), (Approved, Held, Failed, 990), "what was never paid for stays so");
        assert!(matches!(desk.says(order, Complete), SaleChanged::Changed));
        assert_eq!(desk.stands(order), (Approved, Payable, PartialRefunded, 990));
        assert_eq!(obstacle(desk.says(order, Failed)), SaleObstacle::GivenBack);
        house.assert_books_balance();
    }
}
