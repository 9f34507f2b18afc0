//! Refunds, chargebacks and disputes, at every stage of a commission's life.

use accrue::domain::commission::CommissionState::{Disputed as Waiting, Held, InPayout, Paid, Payable, Void};
use accrue::domain::conversion::ConversionStatus::{Approved, Pending, Rejected};
use accrue::domain::conversion::SaleStatus::{
    Complete, Failed, Open, PartialRefunded, Refunded as GivenBack, Trialing,
};
use accrue::domain::currency::Currency;
use accrue::domain::dispute::{DisputeObstacle, DisputeStep};
use accrue::domain::money::Money;
use accrue::domain::rate::Rate;
use accrue::domain::review::Obstacle;
use accrue::domain::rule::{Basis, Terms};
use accrue::domain::worth::RefundFault;
use accrue::operations::change_sale::{SaleChange, SaleChanged, change_sale};
use accrue::operations::dispute_conversion::Disputed;
use accrue::operations::refund_conversion::Refunded;
use accrue::operations::review_conversion::Reviewed;
use accrue::storage::refunds;

use super::{Actor, Desk, Reported, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

on_each_engine! {
    /// Thirds of cents and all: the last part brings it to exactly nothing.
    fn a_refund_in_parts_ends_at_exactly_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(Terms::plain(Basis::PercentPlusFlat(Rate::parse_percent("7.25").unwrap(), usd(35))));
        let order = desk.sale("1001", 9_999);
        assert_eq!(desk.stands(order).3, 760);
        for (event, part, left) in [("r1", 3_333, 518), ("r2", 3_333, 277), ("r3", 3_332, 35), ("r4", 1, 0)] {
            assert!(matches!(desk.refunds(order, event, Some(part)), Refunded::Recorded(_)), "{event}");
            assert_eq!(desk.stands(order).3, left, "{event}");
            house.assert_books_balance();
        }
        assert_eq!(desk.stands(order), (Pending, Void, GivenBack, 0));
        let over = desk.refunds(order, "r5", None);
        assert!(matches!(over, Refunded::Refused(RefundFault::NothingLeft)), "{over:?}");
        assert_eq!(desk.money().balance_minor, 0);
    }

    fn a_refund_that_is_reported_twice_counts_once(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 10_000);
        let Refunded::Recorded(row) = desk.refunds(order, "r1", Some(2_500)) else { panic!("it is the first") };
        for (amount, expected) in [(Some(2_500), false), (None, false), (Some(2_501), true)] {
            let Refunded::Repeat { first, differs } = desk.refunds(order, "r1", amount) else { panic!("a repeat") };
            assert_eq!((first, differs), (row.clone(), expected), "{amount:?}");
        }
        assert_eq!(house.read(|conn| refunds::of_conversion(conn, order)), [row]);
        assert_eq!(desk.stands(order), (Pending, Held, PartialRefunded, 750));
        // Another order may use the same name for a refund of its own.
        let other = desk.sale("1002", 10_000);
        assert!(matches!(desk.refunds(other, "r1", None), Refunded::Recorded(_)));
        house.assert_books_balance();
    }

    /// A part of what nobody has paid for comes back; one of them is paid for after all.
    fn a_part_given_back_of_what_was_never_paid_for_makes_nothing_payable(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        for sale in [Open, Trialing, Failed] {
            let order = desk.records(&Reported { sale, ..Reported::of(sale.as_str(), usd(10_000)) });
            desk.approves(order);
            assert!(matches!(desk.refunds(order, "r1", Some(1)), Refunded::Recorded(_)));
            assert_eq!(desk.stands(order), (Approved, Held, sale, 1_000), "99.99 of 100.00 earn 10.00");
            assert!(matches!(desk.refunds(order, "r2", Some(3_999)), Refunded::Recorded(_)));
            assert_eq!(desk.stands(order), (Approved, Held, sale, 600));
            assert!(matches!(desk.says(order, Complete), SaleChanged::Changed));
            assert_eq!(desk.stands(order), (Approved, Payable, PartialRefunded, 600), "what is left of it counts");
            let again = SaleChange { wanted: Complete, seen: None, reason: String::new() };
            let (program, key) = (desk.program, Actor::Key(house.environment().mint.id(house.now())));
            let again = house.write(move |write, env| change_sale(write, env, program, order, key, &again));
            assert!(matches!(again, SaleChanged::AlreadySo), "a system may say so twice: {again:?}");
            assert!(matches!(desk.says(order, Failed), SaleChanged::NotPossible(..)));
            assert!(matches!(desk.refunds(order, "r3", None), Refunded::Recorded(_)));
            assert_eq!(desk.stands(order), (Approved, Void, GivenBack, 0));
            assert!(matches!(desk.says(order, Complete), SaleChanged::NotPossible(..)));
        }
        let whole = desk.records(&Reported { sale: Failed, ..Reported::of("whole", usd(10_000)) });
        assert!(matches!(desk.refunds(whole, "r1", None), Refunded::Recorded(_)));
        assert_eq!(desk.stands(whole), (Pending, Void, GivenBack, 0));
        house.assert_books_balance();
    }

    /// Whatever has become of the conversion.
    fn money_is_given_back_at_any_time(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let [rejected, payable, paid] = ["1001", "1002", "1003"].map(|order| desk.sale(order, 10_000));
        desk.approves(paid);
        let payout = desk.begins_payout();
        desk.approves(payable);
        assert!(matches!(desk.decides(rejected, Rejected), Reviewed::Changed));

        assert!(matches!(desk.refunds(rejected, "r1", Some(4_000)), Refunded::Recorded(_)));
        assert_eq!(desk.stands(rejected), (Rejected, Void, PartialRefunded, 0));
        assert!(matches!(desk.decides(rejected, Pending), Reviewed::Changed));
        assert_eq!(desk.stands(rejected), (Pending, Held, PartialRefunded, 600), "what remains comes back");

        assert!(matches!(desk.refunds(payable, "r1", None), Refunded::Recorded(_)));
        assert_eq!(desk.stands(payable), (Approved, Void, GivenBack, 0));

        // In a payout: the payout stays what it is, and the next one is less.
        assert!(matches!(desk.refunds(paid, "r1", Some(5_000)), Refunded::Recorded(_)));
        assert_eq!(desk.stands(paid), (Approved, InPayout, PartialRefunded, 500));
        assert_eq!(desk.money().payable_minor(), -500);
        desk.pays_out(&payout);
        assert!(matches!(desk.refunds(paid, "r2", None), Refunded::Recorded(_)));
        assert_eq!(desk.stands(paid), (Approved, Paid, GivenBack, 0));
        assert_eq!((desk.money().payable_minor(), desk.money().balance_minor), (-1_000, -400));
        house.assert_books_balance();
    }

    fn a_refund_is_in_the_orders_own_currency_and_no_more_than_is_left(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let order = desk.sale("1001", 10_000);
        assert!(matches!(desk.adjusts(order, usd(6_000)), super::Adjusted::Changed));
        let refused = desk.refunds(order, "r1", Some(6_001));
        let Refunded::Refused(fault) = refused else { panic!("{refused:?}") };
        assert_eq!(fault.to_string(), "must not be more than 60.00 USD, which is left of the order");
        let euros = super::Refund {
            event_id: accrue::domain::handle::ExternalId::parse("r2").unwrap(),
            kind: super::RefundKind::Chargeback,
            amount: Some(Money::new(100, Currency::EUR)),
            reason: String::new(),
            claimed_at: None,
        };
        let (program, actor) = (desk.program, Actor::User(desk.user));
        let refused =
            house.write(move |write, env| super::refund_conversion(write, env, program, order, actor, &euros));
        assert!(matches!(refused, Refunded::Refused(RefundFault::OtherCurrency(Currency::USD))), "{refused:?}");
        assert_eq!(desk.stands(order), (Pending, Held, Complete, 600));
    }

    fn a_dispute_holds_the_money_back_until_it_ends(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let [won, lost] = ["1001", "1002"].map(|order| desk.sale(order, 10_000));
        desk.approves(won);
        desk.approves(lost);
        for order in [won, lost] {
            assert!(matches!(desk.disputes(order, DisputeStep::Opened), Disputed::Changed));
            assert!(matches!(desk.disputes(order, DisputeStep::Opened), Disputed::AlreadySo));
            assert_eq!(desk.stands(order), (Approved, Waiting, Complete, 1_000));
        }
        assert_eq!((desk.money().disputed_minor, desk.money().payable_minor()), (2_000, 0));
        let Reviewed::NotPossible(_, obstacle) = desk.decides(won, Pending) else { panic!("it is disputed") };
        assert_eq!(obstacle, Obstacle::Disputed);
        house.assert_books_balance();

        assert!(matches!(desk.disputes(won, DisputeStep::Won), Disputed::Changed));
        assert_eq!(desk.stands(won), (Approved, Payable, Complete, 1_000));
        assert!(matches!(desk.refunds(lost, "r1", Some(2_000)), Refunded::Recorded(_)));
        assert_eq!(desk.stands(lost), (Approved, Waiting, PartialRefunded, 800), "a refund does not end it");
        assert!(matches!(desk.disputes(lost, DisputeStep::Lost), Disputed::Changed));
        assert_eq!(desk.stands(lost), (Approved, Void, GivenBack, 0));
        let refunds: Vec<i64> =
            house.read(|conn| refunds::of_conversion(conn, lost)).iter().map(|row| row.amount_minor).collect();
        assert_eq!(refunds, [2_000, 8_000]);
        assert!(matches!(desk.disputes(lost, DisputeStep::Lost), Disputed::AlreadySo));
        for (order, step, expected) in [
            (lost, DisputeStep::Won, DisputeObstacle::EndedOtherwise),
            (lost, DisputeStep::Opened, DisputeObstacle::NothingOwed),
            (desk.sale("1003", 100), DisputeStep::Won, DisputeObstacle::NotDisputed),
        ] {
            let Disputed::NotPossible(_, obstacle) = desk.disputes(order, step) else { panic!("{step}") };
            assert_eq!(obstacle, expected);
        }
        house.assert_books_balance();
    }
}
