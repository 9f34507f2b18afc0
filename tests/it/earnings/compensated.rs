//! What becomes of an order that was paid, or nearly, after a better report told something else of it.

use accrue::domain::commission::CommissionState::{InPayout, Paid, Payable};
use accrue::domain::commission_status::CommissionStatus;
use accrue::domain::conversion::SaleStatus::{Complete, Trialing};
use accrue::domain::event::Channel;
use accrue::operations::payouts::{Begun, Ended};
use accrue::operations::refund_conversion::Refunded;

use super::{Desk, Reported, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

/// What a browser tells of an order of Anna's.
fn by_browser(order: &str, minor: i64) -> Reported<'_> {
    Reported { channel: Channel::Pixel, ..Reported::of(order, usd(minor)) }
}

on_each_engine! {
    /// Anna's payout is open when the server says that the order was Ben's; then it is called off.
    fn a_payout_takes_what_is_owed_to_whom_it_pays_and_not_what_they_brought(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let bens = desk.records(&by_browser("1001", 10_000));
        desk.approves(bens);
        let annas = desk.begins_payout();
        let told = Reported { whose: Some(desk.ben), ..Reported::of("1001", usd(15_000)) };
        assert_eq!(desk.records(&told), bens, "it is the same order");
        assert_eq!((desk.case(bens).commission.state, desk.case(bens).commission.booked_minor), (InPayout, 1_500));
        assert_eq!((desk.money().payable_minor(), desk.money_of(desk.ben).payable_minor()), (-1_000, 1_500));
        assert!(matches!(desk.calls_off(&annas), Ended::Changed(_)));
        house.assert_books_balance();

        let own = desk.sale("1002", 2_000);
        desk.approves(own);
        let annas = desk.begins_payout();
        assert_eq!((annas.amount(), desk.case(own).commission.payout_id), (usd(200), Some(annas.id)));
        assert_eq!(desk.case(bens).commission.state, Payable, "it is not Anna's any more");
        let his = desk.begins_payout_to(desk.ben);
        assert_eq!((his.amount(), desk.case(bens).commission.payout_id), (usd(1_500), Some(his.id)));
        for payout in [&annas, &his] {
            assert!(matches!(desk.pays_out(payout), Ended::Changed(_)));
        }
        assert_eq!((desk.case(own).commission.state, desk.case(bens).commission.state), (Paid, Paid));
        assert_eq!((desk.money().balance_minor, desk.money_of(desk.ben).balance_minor), (0, 0));
        assert!(matches!(desk.tries_payout_to(desk.ben), Begun::NothingPayable(nothing) if nothing.is_zero()));
        house.assert_books_balance();
    }

    /// Anna's payout is open when the server says that the order was Ben's; his payout has that money when hers is called
    /// off.
    fn what_the_payout_of_whoever_is_entitled_has_taken_is_never_payable_again(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let ends: [(&str, &[char]); 4] = [
            ("paid, then hers is called off", &['p', 'o']),
            ("hers is called off, then it is paid", &['o', 'p']),
            ("hers is called off, and so is his", &['o', 'c']),
            ("his is called off, and so is hers", &['c', 'o']),
        ];
        for (name, steps) in ends {
            house.pass_days(1);
            let moved = desk.records(&by_browser(name, 10_000));
            desk.approves(moved);
            let annas = desk.begins_payout();
            house.pass_days(1);
            desk.records(&Reported { whose: Some(desk.ben), ..Reported::of(name, usd(15_000)) });
            let his = desk.begins_payout_to(desk.ben);
            assert_eq!(his.amount(), usd(1_500), "{name}");
            for step in steps {
                let ended = match step {
                    'o' => desk.calls_off(&annas),
                    'p' => desk.pays_out(&his),
                    _ => desk.calls_off(&his),
                };
                assert!(matches!(ended, Ended::Changed(_)), "{name}: {ended:?}");
                house.assert_books_balance();
            }
            let his_is_paid = steps.contains(&'p');
            let (state, payout) = if his_is_paid { (Paid, Some(his.id)) } else { (Payable, None) };
            let commission = desk.case(moved).commission;
            assert_eq!((commission.state, commission.payout_id, commission.booked_minor), (state, payout, 1_500), "{name}");
            let left = if his_is_paid { 0 } else { 1_500 };
            let owed = [desk.anna, desk.ben].map(|who| desk.money_of(who).payable_minor());
            assert_eq!(owed, [0, left], "{name}");
            let told = desk.moves(moved, CommissionStatus::Paid);
            assert_eq!(told.ok(), Some(!his_is_paid), "{name}");
            assert_eq!(desk.money_of(desk.ben).balance_minor, 0, "{name}: paid once");
            house.assert_books_balance();
        }
    }

    /// The same, and the server says besides that the order is on trial; it is paid for once Ben has the money.
    fn what_was_not_paid_for_yet_is_never_payable_again_either(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let moved = desk.records(&by_browser("1001", 10_000));
        desk.approves(moved);
        let annas = desk.begins_payout();
        house.pass_days(1);
        desk.records(&Reported { whose: Some(desk.ben), sale: Trialing, ..Reported::of("1001", usd(15_000)) });
        let his = desk.begins_payout_to(desk.ben);
        assert!(matches!(desk.calls_off(&annas), Ended::Changed(_)));
        assert!(matches!(desk.pays_out(&his), Ended::Changed(_)));
        desk.says(moved, Complete);
        let commission = desk.case(moved).commission;
        assert_eq!((commission.state, commission.payout_id, desk.stands(moved).2), (Paid, Some(his.id), Complete));
        assert_eq!([desk.anna, desk.ben].map(|who| desk.money_of(who).balance_minor), [0, 0]);
        house.assert_books_balance();
    }

    /// The same, and the customer gets the money back before Anna's payout is called off.
    fn what_was_given_back_meanwhile_is_owed_by_whoever_has_it(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let mut owed = 0;
        for (order, given_back, left) in [("half", Some(5_000), 500), ("all", None, 0)] {
            house.pass_days(1);
            let moved = desk.records(&by_browser(order, 10_000));
            desk.approves(moved);
            let annas = desk.begins_payout();
            house.pass_days(1);
            desk.records(&Reported { whose: Some(desk.ben), ..Reported::of(order, usd(10_000)) });
            let his = desk.begins_payout_to(desk.ben);
            assert_eq!(his.amount(), usd(1_000 - owed), "{order}");
            assert!(matches!(desk.refunds(moved, "r1", given_back), Refunded::Recorded(_)));
            desk.calls_off(&annas);
            desk.pays_out(&his);
            let commission = desk.case(moved).commission;
            assert_eq!((commission.state, commission.booked_minor), (Paid, left), "{order}");
            house.assert_books_balance();
            owed = 1_000 - left;
            assert_eq!(desk.money_of(desk.ben).payable_minor(), -owed, "{order}");
        }
    }

    /// Three times 100.00 were paid for; the server says that it was more, that it was less, and that it was Ben's. Then
    /// the customers get a third back, and then the rest.
    fn a_refund_takes_its_part_of_what_was_made_up_for_along_and_ends_at_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let orders = ["more", "less", "moved"].map(|order| desk.records(&by_browser(order, 10_000)));
        orders.iter().for_each(|order| desk.approves(*order));
        let payout = desk.begins_payout();
        desk.pays_out(&payout);
        desk.records(&Reported::of("more", usd(15_000)));
        desk.records(&Reported::of("less", usd(4_001)));
        desk.records(&Reported { whose: Some(desk.ben), ..Reported::of("moved", usd(15_000)) });

        let booked = || orders.map(|order| desk.case(order).commission.booked_minor);
        assert_eq!(booked(), [1_500, 400, 1_500]);
        assert_eq!((desk.money().balance_minor, desk.money_of(desk.ben).balance_minor), (-1_100, 1_500));
        let refund = |event: &str, amount: Option<i64>| {
            for order in orders {
                assert!(matches!(desk.refunds(order, event, amount), Refunded::Recorded(_)), "{event}");
            }
            house.assert_books_balance();
        };
        refund("r1", Some(3_333));
        // Of what the server told 116.67 are left, 6.68, and 116.67.
        assert_eq!(booked(), [1_167, 67, 1_167]);
        refund("r2", None);
        assert_eq!(booked(), [0; 3], "exactly");
        assert_eq!((desk.money().balance_minor, desk.money_of(desk.ben).balance_minor), (-3_000, 0), "Anna was paid 30.00");
        let after = desk.sale("next", 10_000);
        desk.approves(after);
        assert!(matches!(desk.tries_payout(), Begun::NothingPayable(owed) if owed == usd(-2_000)));
    }
}
