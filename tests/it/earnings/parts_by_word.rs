//! That a part was given back, said by a system in a word that knows no amount. The word is kept and nothing is booked for it:
//! what is earned stays what it was until a refund says how much, and then follows from that alone.

use accrue::domain::commission::CommissionState::{self, Disputed, Held, Payable, Void};
use accrue::domain::conversion::ConversionStatus::{self, Approved, Pending, Rejected};
use accrue::domain::conversion::SaleStatus::{
    self, Complete, Failed, Open, PartialRefunded, Refunded as GivenBack, Trialing,
};
use accrue::domain::dispute::DisputeStep;
use accrue::domain::event::Channel;
use accrue::domain::id::ConversionId;
use accrue::domain::sale::SaleObstacle;
use accrue::operations::update_conversion::UpdateFault;

use super::{Desk, Refunded, Reported, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

/// How an order came to stand somewhere, where it stands once the word is said, and what of its 100.00 is earned then.
type Story = (&'static str, fn(&Desk<'_>, &str) -> ConversionId, ConversionStatus, CommissionState, i64);

const STORIES: [Story; 9] = [
    ("undecided", |desk, order| desk.sale(order, 10_000), Pending, Held, 1_000),
    ("approved", |desk, order| approved(desk, order), Approved, Payable, 1_000),
    ("rejected", |desk, order| decided(desk, order, Rejected), Rejected, Void, 0),
    ("lowered to 60.00", |desk, order| lowered(desk, order), Pending, Held, 600),
    ("disputed", |desk, order| disputed(desk, order), Approved, Disputed, 1_000),
    ("not yet paid for", |desk, order| unpaid(desk, order, Open), Approved, Payable, 1_000),
    ("on trial", |desk, order| unpaid(desk, order, Trialing), Approved, Payable, 1_000),
    ("failed at first", |desk, order| unpaid(desk, order, Failed), Approved, Payable, 1_000),
    ("in a payout that was called off", |desk, order| called_off(desk, order), Approved, Payable, 1_000),
];

fn decided(desk: &Desk<'_>, order: &str, wanted: ConversionStatus) -> ConversionId {
    let id = desk.sale(order, 10_000);
    desk.decides(id, wanted);
    id
}

fn approved(desk: &Desk<'_>, order: &str) -> ConversionId {
    decided(desk, order, Approved)
}

fn lowered(desk: &Desk<'_>, order: &str) -> ConversionId {
    let id = desk.sale(order, 10_000);
    desk.adjusts(id, usd(6_000));
    id
}

fn disputed(desk: &Desk<'_>, order: &str) -> ConversionId {
    let id = approved(desk, order);
    desk.disputes(id, DisputeStep::Opened);
    id
}

fn unpaid(desk: &Desk<'_>, order: &str, sale: SaleStatus) -> ConversionId {
    let id = desk.records(&Reported { sale, ..Reported::of(order, usd(10_000)) });
    desk.approves(id);
    assert_eq!(desk.case(id).commission.state, Held, "{order}: nothing is owed for it");
    id
}

fn called_off(desk: &Desk<'_>, order: &str) -> ConversionId {
    let id = approved(desk, order);
    let payout = desk.begins_payout();
    assert!(matches!(desk.tells(id, PartialRefunded), Err(UpdateFault::Sale(_, SaleObstacle::InPayout))), "{order}");
    desk.calls_off(&payout);
    id
}

on_each_engine! {
    fn a_part_without_an_amount_leaves_what_is_earned_and_a_refund_says_how_much(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        for (order, happened, status, state, earned) in STORIES {
            let id = happened(&desk, order);
            let (entries, balance) = (desk.booked(id), desk.money().balance_minor);
            assert!(matches!(desk.tells(id, PartialRefunded), Ok(true)), "{order}");
            assert!(matches!(desk.tells(id, PartialRefunded), Ok(false)), "{order}: said again");
            assert_eq!(desk.stands(id), (status, state, PartialRefunded, earned), "{order}");
            assert_eq!((desk.booked(id), desk.money().balance_minor), (entries, balance), "{order}: nothing is booked");
            let row = desk.case(id).conversion;
            assert_eq!((row.refunded_minor, row.amount_minor), (0, 10_000), "{order}: nobody says how much");
            house.assert_books_balance();

            // The word can be taken back, and said again.
            assert!(matches!(desk.tells(id, Complete), Ok(true)), "{order}");
            assert_eq!(desk.stands(id), (status, state, Complete, earned), "{order}");
            assert!(matches!(desk.tells(id, PartialRefunded), Ok(true)), "{order}");

            // A refund takes its part, and from then on its amounts say where the purchase stands.
            assert!(matches!(desk.refunds(id, "r1", Some(2_500)), Refunded::Recorded(_)), "{order}");
            let left = if earned == 0 { 0 } else { earned - 250 };
            assert_eq!(desk.stands(id), (status, state, PartialRefunded, left), "{order}");
            assert!(matches!(desk.tells(id, PartialRefunded), Ok(false)), "{order}");
            assert!(matches!(desk.tells(id, Failed), Err(UpdateFault::Sale(_, SaleObstacle::GivenBack))), "{order}");
            assert!(matches!(desk.refunds(id, "r2", None), Refunded::Recorded(_)), "{order}");
            assert_eq!((desk.stands(id).2, desk.stands(id).3), (GivenBack, 0), "{order}: exactly");
            assert_eq!(desk.money().balance_minor, 0, "{order}");
            house.assert_books_balance();
        }
    }

    /// The same word in a report: in the first one of an order, and in a better one of an order that was paid.
    fn a_part_without_an_amount_is_reported_and_takes_nothing_of_what_was_paid(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let said = |order| Reported { sale: PartialRefunded, ..Reported::of(order, usd(10_000)) };
        let new = desk.records(&said("new"));
        assert_eq!(desk.stands(new), (Pending, Held, PartialRefunded, 1_000));
        let undecided = desk.records(&Reported { channel: Channel::Pixel, ..Reported::of("undecided", usd(10_000)) });
        assert_eq!(desk.records(&said("undecided")), undecided);
        assert_eq!(desk.stands(undecided), (Pending, Held, PartialRefunded, 1_000));
        house.assert_books_balance();

        let paid = desk.records(&Reported { channel: Channel::Pixel, ..Reported::of("paid", usd(10_000)) });
        desk.approves(paid);
        let payout = desk.begins_payout();
        desk.pays_out(&payout);
        assert_eq!(desk.records(&said("paid")), paid);
        assert_eq!(desk.stands(paid), (Approved, CommissionState::Paid, PartialRefunded, 1_000));
        assert_eq!(desk.case(paid).conversion.flags.words(), "paid_differs", "somebody should look at it");
        house.assert_books_balance();
        assert!(matches!(desk.refunds(paid, "r1", Some(2_500)), Refunded::Recorded(_)));
        assert_eq!((desk.stands(paid).3, desk.money().payable_minor()), (750, -250), "now it is an amount");
        house.assert_books_balance();
    }
}
