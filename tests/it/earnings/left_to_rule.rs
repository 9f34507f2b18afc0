//! What a rule approves by itself, and is stated to be pending: it is left to the rule.

use accrue::domain::commission::CommissionState::{Held, Payable};
use accrue::domain::commission_status::CommissionStatus as Word;
use accrue::domain::conversion::ConversionStatus::{Approved, Pending};
use accrue::domain::conversion::SaleStatus::{Complete, Trialing};
use accrue::domain::id::ConversionId;
use accrue::domain::rule::{Approval, Terms};
use accrue::operations::record_as_stated::RecordedAsStated;
use accrue::operations::record_conversions::Outcome;
use accrue::operations::release_held::release_held;

use super::{Desk, Reported, SaleChanged, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};

impl Desk<'_> {
    /// A trial of 100.00 that is recorded with a stated status, which nothing hinders.
    fn trial_stated(&self, order: &str, word: Word) -> ConversionId {
        let trial = Reported { sale: Trialing, ..Reported::of(order, usd(10_000)) };
        match self.reports_as(self.stated(&trial, word)) {
            RecordedAsStated { outcome: Outcome::Recorded(id), hindrance: None } => id,
            other => panic!("{order}: {other:?}"),
        }
    }
}

on_each_engine! {
    /// Of what a rule approves by itself, `pending` says that it is left to the rule: held, and payable once that ends.
    fn what_a_rule_approves_by_itself_is_never_pending_for_ever(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(Terms { hold_days: 7, approval: Approval::Automatic, ..Terms::plain(percent("10")) });
        let twin = desk.sale("twin", 10_000);
        let reported = desk.states("reported", Word::Pending);
        let moved = [Word::ReadyForPayment, Word::Declined, Word::PendingManualApproval].map(|from| {
            let id = desk.states(&format!("from {from}"), from);
            assert!(matches!(desk.moves(id, Word::Pending), Ok(true)), "{from}");
            assert!(matches!(desk.moves(id, Word::Pending), Ok(false)), "{from}: it is so already");
            id
        });
        let trials = ["trial reported", "trial stated"].map(|order| {
            let id = desk.trial_stated(order, Word::Pending);
            assert_eq!(desk.stands(id), (Pending, Held, Trialing, 1_000));
            id
        });
        assert!(matches!(desk.moves(trials[1], Word::PendingManualApproval), Ok(true)));
        assert!(matches!(desk.moves(trials[1], Word::Pending), Ok(true)));
        let looked_at = desk.trial_stated("looked at", Word::PendingManualApproval);
        for id in [trials[0], trials[1], looked_at] {
            assert!(matches!(desk.says(id, Complete), SaleChanged::Changed));
        }
        let all = [twin, reported, moved[0], moved[1], moved[2], trials[0], trials[1]];
        for id in all {
            assert_eq!((desk.stands(id), desk.told(id)), ((Approved, Held, Complete, 1_000), Word::Pending));
        }
        house.pass_days(8);
        house.write(release_held);
        for id in all {
            assert_eq!((desk.stands(id), desk.told(id)), ((Approved, Payable, Complete, 1_000), Word::ReadyForPayment));
        }
        assert_eq!(desk.told(looked_at), Word::PendingManualApproval, "which a person has to say");
        // Once the hold is over, there is none to hold it.
        assert!(matches!(desk.moves(twin, Word::Pending), Ok(true)));
        assert_eq!(desk.told(twin), Word::ReadyForPayment);
        // What a person takes back waits for a person.
        desk.decides(reported, Pending);
        house.pass_days(1);
        assert_eq!(desk.stands(reported), (Pending, Held, Complete, 1_000));
        house.assert_books_balance();
    }
}
