//! Every place where a commission may stand, against every word that may be stated.

use super::{Course, Hindrance, Payer, Stands, Step};
use crate::domain::commission::CommissionState::{self, Disputed, Held, InPayout, Payable, Void};
use crate::domain::commission_status::{CommissionStatus, Standpoint};
use crate::domain::conversion::ConversionStatus::{self, Approved, Pending, Rejected};
use crate::domain::conversion::SaleStatus::{self, Complete, Failed, Open, PartialRefunded, Refunded, Trialing};
use crate::domain::dispute::DisputeObstacle;
use crate::domain::review::Obstacle;
use crate::domain::rule::Approval;

const PAID: CommissionState = CommissionState::Paid;

/// What comes of it, in the letters of the table: `=` already so, `.` only the word, steps by their letters, `!` what
/// forbids it.
fn letters(course: &Course) -> String {
    match course {
        Course::AlreadySo => "=".to_owned(),
        Course::Steps(steps) if steps.is_empty() => ".".to_owned(),
        Course::Steps(steps) => steps.iter().map(|step| letter(*step)).collect(),
        Course::NotPossible(why) => format!("!{}", word(*why)),
    }
}

fn letter(step: Step) -> char {
    match step {
        Step::EndHold => 'h',
        Step::RestoreHold => 'e',
        Step::Reopen => 'o',
        Step::Approve => 'a',
        Step::Reject => 'r',
        Step::Dispute => 'd',
        Step::WinDispute => 'w',
        Step::LoseDispute => 'l',
        Step::GiveBack => 'g',
        Step::BeginPayout => 'b',
        Step::FinishPayout => 'f',
        Step::CallOffPayout => 'c',
    }
}

fn word(why: Hindrance) -> &'static str {
    match why {
        Hindrance::Review(Obstacle::InPayout) | Hindrance::Dispute(DisputeObstacle::InPayout) => "gone",
        Hindrance::Review(Obstacle::Disputed) => "disputed",
        Hindrance::Review(Obstacle::DecidedOtherwise) => "other",
        Hindrance::Review(Obstacle::NeedsRate) => "rate",
        Hindrance::Dispute(DisputeObstacle::NothingOwed) => "void",
        Hindrance::GivenBack => "back",
        Hindrance::NotPaidFor => "unpaid",
        Hindrance::NothingToPay => "nothing",
        Hindrance::HousePayout => "house",
        Hindrance::Kept => "kept",
        other => panic!("{other:?} is never a hindrance here"),
    }
}

fn at(status: ConversionStatus, state: CommissionState, sale: SaleStatus) -> Stands {
    let standpoint = Standpoint { status, state, sale, needs_nobody: false, stated: None };
    let (approval, payer) = (Approval::ByHand, Payer::House);
    Stands { standpoint, waits_for_rate: false, is_owed: true, approval, is_left_to_rule: false, payer }
}

fn outside(stands: Stands) -> Stands {
    Stands { payer: Payer::Outside, ..stands }
}

fn stated(word: CommissionStatus, stands: Stands) -> Stands {
    Stands { standpoint: Standpoint { stated: Some(word), ..stands.standpoint }, ..stands }
}

/// From where; then to: pending, pending_manual_approval, ready_for_payment, processing_payout, paid, declined, refunded,
/// dispute.
type Row = (&'static str, Stands, [&'static str; 8]);

/// From what nobody has decided about.
fn from_undecided() -> Vec<Row> {
    let undecided = at(Pending, Held, Complete);
    let without_rate = Stands { waits_for_rate: true, is_owed: false, ..undecided };
    let nothing = |stands| Stands { is_owed: false, ..stands };
    vec![
        ("undecided", undecided, [".", ".", "ha", "hab", "habf", "r", "ga", "ad"]),
        (
            "undecided, as was stated",
            stated(CommissionStatus::Pending, undecided),
            ["=", ".", "ha", "hab", "habf", "r", "ga", "ad"],
        ),
        (
            "undecided, to be looked at as was stated",
            stated(CommissionStatus::PendingManualApproval, undecided),
            [".", "=", "ha", "hab", "habf", "r", "ga", "ad"],
        ),
        ("without a rate", without_rate, [".", ".", "!rate", "!rate", "!rate", "r", "ga", "!rate"]),
        ("undecided and open", at(Pending, Held, Open), [".", ".", "!unpaid", "!unpaid", "!unpaid", "r", "ga", "ad"]),
        (
            "undecided and on trial",
            at(Pending, Held, Trialing),
            [".", ".", "!unpaid", "!unpaid", "!unpaid", "r", "ga", "ad"],
        ),
        ("undecided and worth nothing", nothing(undecided), [".", ".", "ha", "!nothing", "!nothing", "r", "ga", "ad"]),
        ("partly given back", at(Pending, Held, PartialRefunded), [".", ".", "ha", "hab", "habf", "r", "ga", "ad"]),
    ]
}

/// From what is owed, or was paid.
fn from_owed() -> Vec<Row> {
    let nothing = |stands| Stands { is_owed: false, ..stands };
    vec![
        ("held", at(Approved, Held, Complete), ["=", "o", "h", "hb", "hbf", "!other", "g", "d"]),
        (
            "approved and failed",
            at(Approved, Held, Failed),
            ["=", "o", "!unpaid", "!unpaid", "!unpaid", "!other", "g", "d"],
        ),
        ("payable", at(Approved, Payable, Complete), ["o", "o", "=", "b", "bf", "!other", "g", "d"]),
        (
            "payable and worth nothing",
            nothing(at(Approved, Payable, Complete)),
            ["o", "o", "=", "!nothing", "!nothing", "!other", "g", "d"],
        ),
        (
            "in a payout outside",
            outside(at(Approved, InPayout, Complete)),
            ["!gone", "!gone", "c", "=", "f", "!gone", "g", "!gone"],
        ),
        (
            "in a payout outside, and failed since",
            outside(at(Approved, InPayout, Failed)),
            ["!gone", "!gone", "c", "=", "f", "!gone", "g", "!gone"],
        ),
        (
            "in a payout of the house",
            at(Approved, InPayout, Complete),
            ["!gone", "!gone", "!house", "=", "!house", "!gone", "g", "!gone"],
        ),
        ("paid", at(Approved, PAID, Complete), ["!gone", "!gone", "!gone", "!gone", "=", "!gone", "g", "!gone"]),
    ]
}

/// From what is not owed, or not yet sure to be.
fn from_elsewhere() -> Vec<Row> {
    vec![
        ("declined", at(Rejected, Void, Complete), ["o", "o", "!other", "!other", "!other", "=", "g", "!void"]),
        (
            "given back, undecided",
            at(Pending, Void, Refunded),
            ["!back", "!back", "!back", "!back", "!back", "!back", "=", "!void"],
        ),
        (
            "given back",
            at(Approved, Void, Refunded),
            ["!back", "!back", "!back", "!back", "!back", "!back", "=", "!void"],
        ),
        (
            "declined and given back",
            at(Rejected, Void, Refunded),
            ["!back", "!back", "!back", "!back", "!back", "!back", "=", "!void"],
        ),
        (
            "in a payout outside, and given back",
            outside(at(Approved, InPayout, Refunded)),
            ["!gone", "!gone", "c", "!back", "f", "!gone", "=", "!gone"],
        ),
        (
            "paid and given back",
            at(Approved, PAID, Refunded),
            ["!gone", "!gone", "!gone", "!gone", "!back", "!gone", "=", "!gone"],
        ),
        (
            "disputed",
            at(Approved, Disputed, Complete),
            ["!disputed", "!disputed", "hw", "!disputed", "!disputed", "!disputed", "l", "="],
        ),
        (
            "disputed and undecided",
            at(Pending, Disputed, Complete),
            ["!disputed", "!disputed", "hwa", "!disputed", "!disputed", "!disputed", "la", "="],
        ),
        (
            "disputed and given back",
            at(Approved, Disputed, Refunded),
            ["!disputed", "!disputed", "!back", "!disputed", "!disputed", "!disputed", "=", "!back"],
        ),
    ]
}

#[test]
fn every_place_takes_every_word_as_the_rules_have_it() {
    for (name, stands, expected) in [from_undecided(), from_owed(), from_elsewhere()].concat() {
        for (wanted, expected) in CommissionStatus::ALL.iter().zip(expected) {
            assert_eq!(letters(&stands.course(*wanted)), expected, "{name}, stated as {wanted}");
        }
    }
}

#[test]
fn a_rule_that_needs_nobody_is_not_somebody_who_says_that_it_is_not_to_be_decided() {
    let undecided = at(Pending, Held, Trialing);
    let by_itself = Stands { standpoint: Standpoint { needs_nobody: true, ..undecided.standpoint }, ..undecided };
    assert_eq!(by_itself.standpoint.told(), CommissionStatus::Pending);
    assert_eq!(by_itself.course(CommissionStatus::Pending), Course::Steps(Vec::new()));
}

#[test]
fn what_a_rule_approves_by_itself_is_left_to_it_when_it_is_stated_to_be_pending() {
    let cases = [
        ("payable", at(Approved, Payable, Complete), "e"),
        ("payable, as its rule made it", Stands { is_left_to_rule: true, ..at(Approved, Payable, Complete) }, "="),
        ("paid, as its rule made it", Stands { is_left_to_rule: true, ..at(Approved, PAID, Complete) }, "!gone"),
        ("held", at(Approved, Held, Complete), "="),
        ("declined", at(Rejected, Void, Complete), "oa"),
        ("declined on trial", at(Rejected, Void, Trialing), "o"),
        ("for a person to decide", stated(CommissionStatus::PendingManualApproval, at(Pending, Held, Complete)), "a"),
        ("undecided and on trial", at(Pending, Held, Trialing), "."),
        ("without a rate", Stands { waits_for_rate: true, ..at(Pending, Held, Complete) }, "."),
        ("disputed", at(Approved, Disputed, Complete), "!disputed"),
        ("paid", at(Approved, PAID, Complete), "!gone"),
        ("given back", at(Approved, Void, Refunded), "!back"),
    ];
    for (name, stands, expected) in cases {
        let course = Stands { approval: Approval::Automatic, ..stands }.course(CommissionStatus::Pending);
        assert_eq!(letters(&course), expected, "{name}");
    }
}

#[test]
fn every_hindrance_is_a_sentence() {
    let all = [
        Hindrance::Review(Obstacle::InPayout),
        Hindrance::Dispute(DisputeObstacle::NothingOwed),
        Hindrance::GivenBack,
        Hindrance::NotPaidFor,
        Hindrance::NothingToPay,
        Hindrance::HousePayout,
        Hindrance::Kept,
    ];
    assert!(all.iter().all(|why| why.sentence().ends_with('.')));
}
