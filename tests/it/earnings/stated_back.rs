//! What was stated is taken back: payouts made outside that were none, holds that are not over, words that are true no more.

use accrue::domain::commission::CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
use accrue::domain::commission_status::CommissionStatus as Word;
use accrue::domain::conversion::ConversionStatus::{Approved, Pending};
use accrue::domain::conversion::SaleStatus::{Complete, Failed, PartialRefunded, Refunded as GivenBack};
use accrue::domain::dispute::DisputeStep;
use accrue::domain::payout::PayoutState;
use accrue::domain::report::MoneyTally;
use accrue::domain::rule::{Approval, Terms};
use accrue::domain::stated::Hindrance;
use accrue::operations::release_held::release_held;
use accrue::operations::update_conversion::UpdateFault;

use super::{Desk, Refunded, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};

/// Thirty days held, approved by nobody's hand.
fn held() -> Terms {
    Terms { hold_days: 30, approval: Approval::Automatic, ..Terms::plain(percent("10")) }
}

on_each_engine! {
    /// It was being paid outside, and then it was not: whatever became of the purchase meanwhile.
    fn a_payout_outside_is_called_off_after_a_refund_or_a_failure(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let refunded = desk.states("refunded", Word::ProcessingPayout);
        assert!(matches!(desk.refunds(refunded, "r1", None), Refunded::Recorded(_)));
        assert_eq!(desk.stands(refunded), (Approved, InPayout, GivenBack, 0));
        let part = desk.states("part", Word::ProcessingPayout);
        assert!(matches!(desk.refunds(part, "r2", Some(4_000)), Refunded::Recorded(_)));
        let failed = desk.states("failed", Word::ProcessingPayout);
        assert!(desk.tells(failed, Failed).is_err(), "not while it is being paid");
        house.assert_books_balance();

        for (id, word, stands) in [
            (refunded, Word::Refunded, (Approved, Void, GivenBack, 0)),
            (part, Word::ReadyForPayment, (Approved, Payable, PartialRefunded, 600)),
            (failed, Word::ReadyForPayment, (Approved, Payable, Complete, 1_000)),
        ] {
            let moved = desk.moves(id, Word::ReadyForPayment);
            assert!(matches!(moved, Ok(true)), "{word}: {moved:?}");
            assert_eq!((desk.stands(id), desk.told(id)), (stands, word));
        }
        assert!(matches!(desk.tells(failed, Failed), Ok(true)), "now it can be said");
        assert_eq!((desk.stands(failed), desk.told(failed)), ((Approved, Held, Failed, 1_000), Word::Pending));
        assert!(desk.paid_outside().iter().all(|row| row.state == PayoutState::CalledOff));
        let expected = MoneyTally { balance_minor: 1_600, held_minor: 1_000, ..MoneyTally::default() };
        assert_eq!((desk.money(), desk.money().payable_minor()), (expected, 600));
        house.assert_books_balance();
        // And the house pays what is left of it.
        assert_eq!(desk.begins_payout().amount(), usd(600));
        house.assert_books_balance();
    }

    /// What the customer has back is told as that, so no other word is true, and none is answered as if it were.
    fn no_word_holds_after_everything_was_given_back(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        for word in [Word::Paid, Word::ProcessingPayout, Word::Declined] {
            let id = desk.states(word.as_str(), word);
            assert!(matches!(desk.refunds(id, "r1", None), Refunded::Recorded(_)), "{word}");
            let before = (desk.stands(id), desk.changes(id).len());
            assert_eq!(desk.told(id), Word::Refunded);
            let moved = desk.moves(id, word);
            assert!(matches!(&moved, Err(UpdateFault::Status(_, Hindrance::GivenBack))), "{word}: {moved:?}");
            assert!(matches!(desk.moves(id, Word::Refunded), Ok(false)), "{word}");
            assert_eq!((desk.stands(id), desk.changes(id).len()), before, "{word}");
        }
        // That it was paid all the same is news.
        let id = desk.states("paid all the same", Word::ProcessingPayout);
        assert!(matches!(desk.refunds(id, "r1", None), Refunded::Recorded(_)));
        assert!(matches!(desk.moves(id, Word::Paid), Ok(true)));
        assert_eq!((desk.stands(id), desk.told(id)), ((Approved, Paid, GivenBack, 0), Word::Refunded));
        assert_eq!(desk.money().payable_minor(), -3_000);
        house.assert_books_balance();
    }

    fn a_dispute_ends_when_everything_was_given_back(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let id = desk.states("1001", Word::Dispute);
        assert!(matches!(desk.refunds(id, "r1", Some(4_000)), Refunded::Recorded(_)));
        assert_eq!((desk.stands(id), desk.told(id)), ((Approved, Disputed, PartialRefunded, 600), Word::Dispute));
        assert!(matches!(desk.refunds(id, "r2", None), Refunded::Recorded(_)));
        assert_eq!((desk.stands(id), desk.told(id)), ((Approved, Void, GivenBack, 0), Word::Refunded));
        assert_eq!(desk.money(), MoneyTally::default());

        // Nobody had decided about it, and by a system's word.
        let undecided = desk.sale("1002", 10_000);
        desk.disputes(undecided, DisputeStep::Opened);
        assert!(matches!(desk.tells(undecided, GivenBack), Ok(true)));
        assert_eq!(desk.stands(undecided), (Pending, Void, GivenBack, 0));
        house.assert_books_balance();
    }

    /// Stated to be owed, and then that it was not: until its hold is over it is not.
    fn what_is_undecided_again_is_held_again(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(held());
        let by_word = desk.states("by word", Word::ReadyForPayment);
        let by_hand = desk.states("by hand", Word::ReadyForPayment);
        let ends = desk.case(by_word).conversion.received_at.plus(std::time::Duration::from_secs(30 * 86_400));
        assert_eq!([by_word, by_hand].map(|id| desk.case(id).commission.hold_until), [None; 2]);
        assert!(matches!(desk.moves(by_word, Word::PendingManualApproval), Ok(true)));
        desk.decides(by_hand, Pending);
        assert_eq!([by_word, by_hand].map(|id| desk.case(id).commission.hold_until), [Some(ends); 2]);
        house.assert_books_balance();
        desk.approves(by_word);
        desk.approves(by_hand);
        for id in [by_word, by_hand] {
            assert_eq!(desk.stands(id), (Approved, Held, Complete, 1_000));
            assert_eq!(desk.case(id).commission.release_at, Some(ends));
        }
        assert_eq!(desk.money().payable_minor(), 0);
        house.assert_books_balance();
        house.pass_days(30);
        house.write(release_held);
        assert_eq!(desk.money().payable_minor(), 2_000);
        house.assert_books_balance();
    }
}
