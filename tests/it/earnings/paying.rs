//! Payouts and bonuses.

use accrue::domain::change::Actor;
use accrue::domain::click_token::Mode;
use accrue::domain::commission::CommissionState::{InPayout, Paid, Payable, Void};
use accrue::domain::conversion::ConversionStatus::{Approved, Pending};
use accrue::domain::conversion::SaleStatus::{Complete, PartialRefunded, Refunded as GivenBack};
use accrue::domain::currency::Currency;
use accrue::domain::id::EntryId;
use accrue::domain::money::Money;
use accrue::domain::payout::PayoutState;
use accrue::domain::review::Obstacle;
use accrue::operations::give_bonus::{Bonus, BonusFault, Given, give_bonus};
use accrue::operations::payouts::{Begun, Ended};
use accrue::operations::refund_conversion::Refunded;
use accrue::operations::review_conversion::Reviewed;

use super::{Desk, Reported, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

fn bonus(desk: &Desk<'_>, id: EntryId, amount: Money, reason: &str) -> Given {
    let (program, anna, actor) = (desk.program, desk.anna, Actor::User(desk.user));
    let bonus = Bonus { id, amount, reason: reason.to_owned() };
    desk.house.write(move |write, env| give_bonus(write, env, program, anna, actor, &bonus))
}

on_each_engine! {
    fn a_payout_takes_all_that_is_payable_and_is_paid_once(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        assert!(matches!(desk.tries_payout(), Begun::NothingPayable(nothing) if nothing.is_zero()));
        let [one, two, waiting] = ["1001", "1002", "1003"].map(|order| desk.sale(order, 10_000));
        desk.approves(one);
        desk.approves(two);
        let test = desk.records(&Reported { mode: Mode::Test, ..Reported::of("1001", usd(10_000)) });
        desk.approves(test);

        let payout = desk.begins_payout();
        assert_eq!((payout.amount(), payout.state), (usd(2_000), PayoutState::Open));
        assert!(matches!(desk.tries_payout(), Begun::AlreadyOpen(open) if open == payout));
        assert_eq!(desk.stands(one), (Approved, InPayout, Complete, 1_000));
        assert_eq!(desk.stands(test).1, Payable, "test mode is never paid");
        let Reviewed::NotPossible(_, obstacle) = desk.decides(one, Pending) else { panic!("it is in a payout") };
        assert_eq!(obstacle, Obstacle::InPayout);
        house.assert_books_balance();

        assert!(matches!(desk.pays_out(&payout), Ended::Changed(_)));
        assert!(matches!(desk.pays_out(&payout), Ended::AlreadySo(_)));
        assert!(matches!(desk.calls_off(&payout), Ended::EndedOtherwise(_)));
        assert_eq!(desk.stands(two), (Approved, Paid, Complete, 1_000));
        assert_eq!((desk.money().balance_minor, desk.money().payable_minor()), (1_000, 0));
        desk.approves(waiting);
        assert_eq!(desk.begins_payout().amount(), usd(1_000));
        house.assert_books_balance();
    }

    fn what_a_payout_held_goes_back_to_where_it_belongs_when_it_is_called_off(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let [one, two] = ["1001", "1002"].map(|order| desk.sale(order, 10_000));
        desk.approves(one);
        desk.approves(two);
        let payout = desk.begins_payout();
        assert!(matches!(desk.refunds(two, "r1", None), Refunded::Recorded(_)));
        assert_eq!(desk.stands(two), (Approved, InPayout, GivenBack, 0));
        assert!(matches!(desk.calls_off(&payout), Ended::Changed(_)));
        assert_eq!(desk.stands(one), (Approved, Payable, Complete, 1_000));
        assert_eq!(desk.stands(two), (Approved, Void, GivenBack, 0));
        assert_eq!(desk.money().payable_minor(), 1_000);
        assert!(matches!(desk.pays_out(&payout), Ended::EndedOtherwise(_)));
        house.assert_books_balance();
    }

    /// Paid 10.00, of which 6.00 were given back: the next payout is that much less, however small its parts.
    fn what_was_paid_too_much_is_taken_off_the_next_payout(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let first = desk.sale("1001", 10_000);
        desk.approves(first);
        let payout = desk.begins_payout();
        desk.pays_out(&payout);
        assert!(matches!(desk.refunds(first, "r1", Some(6_000)), Refunded::Recorded(_)));
        assert_eq!(desk.stands(first), (Approved, Paid, PartialRefunded, 400));
        let second = desk.sale("1002", 5_000);
        desk.approves(second);
        assert!(matches!(desk.tries_payout(), Begun::NothingPayable(owed) if owed == usd(-100)));
        let third = desk.sale("1003", 3_000);
        desk.approves(third);
        let payout = desk.begins_payout();
        assert_eq!(payout.amount(), usd(200));
        assert_eq!(desk.money().payable_minor(), 0);
        desk.pays_out(&payout);
        assert_eq!((desk.stands(second).1, desk.stands(third).1), (Paid, Paid));
        assert_eq!(desk.money().balance_minor, 0);
        house.assert_books_balance();
    }

    fn a_bonus_is_given_once_with_a_reason_and_paid_with_the_rest(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let id = house.environment().mint.id(house.now());
        for (amount, reason, fault) in [
            (usd(0), "spring", BonusFault::NotAboveZero),
            (usd(-1), "spring", BonusFault::NotAboveZero),
            (usd(100), "  ", BonusFault::NeedsReason),
            (Money::new(100, Currency::EUR), "spring", BonusFault::OtherCurrency(Currency::USD)),
        ] {
            assert_eq!(bonus(&desk, id, amount, reason), Given::Refused(fault));
        }
        assert_eq!(bonus(&desk, id, usd(2_500), "spring campaign"), Given::Given);
        assert_eq!(bonus(&desk, id, usd(2_500), "spring campaign"), Given::AlreadySo);
        assert_eq!(desk.money().payable_minor(), 2_500);
        let payout = desk.begins_payout();
        assert_eq!(payout.amount(), usd(2_500));
        desk.pays_out(&payout);
        assert_eq!(desk.money().balance_minor, 0);
        house.assert_books_balance();
    }
}
