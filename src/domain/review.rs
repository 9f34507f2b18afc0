//! Deciding about a conversion: approve, reject, take a decision back.
//!
//! Many may decide at once: people who look at a page, and systems that look at nothing. Of two different decisions one
//! wins, and the other is told what it lost to; the same decision, at once or later, changes nothing (CONTRACT, Rules:
//! States).

use super::change::ChangeKind;
use super::commission::CommissionState;
use super::conversion::{Change, ConversionStatus, SaleStatus};
use super::event::Trust;
use super::flag::Flags;
use super::rule::Approval;
use super::text_enum;

text_enum! {
    /// Why a decision is not possible.
    pub enum Obstacle {
        /// Its money is in a payout, or was paid.
        InPayout => "in_payout",
        /// A bank is asking for the money back.
        Disputed => "disputed",
        /// It was decided the other way.
        DecidedOtherwise => "decided_otherwise",
        /// This decision takes a reason.
        NeedsReason => "needs_reason",
        /// Nobody knows what it is worth before an exchange rate arrives.
        NeedsRate => "needs_rate",
    }
}

impl Obstacle {
    /// What stands in the way, as a sentence for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::InPayout => {
                "Its commission is in a payout or paid, so the decision stands. A refund is taken off the next payout."
            }
            Self::Disputed => "A bank is asking for the money back. It can be decided once that dispute has ended.",
            Self::DecidedOtherwise => "It was decided the other way. Set it back to pending first.",
            Self::NeedsReason => "It needs a reason.",
            Self::NeedsRate => {
                "No exchange rate is known for its day. It can be approved once rates have been imported."
            }
        }
    }
}

/// What a decision goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderReview {
    /// What was decided so far.
    pub status: ConversionStatus,
    /// Where its commission stands.
    pub state: CommissionState,
    /// Whether that waits for an exchange rate.
    pub waits_for_rate: bool,
}

/// Whether a rule needs nobody to approve a report: it approves by itself, the report is fully trusted, and nothing about it
/// wants a look.
#[must_use]
pub fn needs_nobody(rule: Approval, trust: i32, flags: &Flags) -> bool {
    rule == Approval::Automatic && trust >= i32::from(Trust::FULL.level()) && flags.are_none()
}

/// What comes of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is made, and kept as this.
    Made(ChangeKind),
    /// It is so already.
    AlreadySo,
    /// Somebody changed the conversion since whoever decides looked at it.
    Overtaken,
    /// It cannot be.
    NotPossible(Obstacle),
}

impl UnderReview {
    /// What comes of deciding for `wanted`: by somebody who has looked at what has changed since (`is_stale`), and with or
    /// without a reason.
    #[must_use]
    pub fn decide(&self, wanted: ConversionStatus, (is_stale, has_reason): (bool, bool)) -> Verdict {
        use CommissionState::{Disputed, InPayout, Paid};
        let in_payout = matches!(self.state, InPayout | Paid);
        match self.status.decide(wanted, in_payout) {
            Change::AlreadySo => Verdict::AlreadySo,
            _ if is_stale => Verdict::Overtaken,
            _ if in_payout => Verdict::NotPossible(Obstacle::InPayout),
            _ if self.state == Disputed => Verdict::NotPossible(Obstacle::Disputed),
            Change::Refused => Verdict::NotPossible(Obstacle::DecidedOtherwise),
            Change::Made => self.made(wanted, has_reason),
        }
    }

    /// Whether a rule that approves by itself approves it now: a fully trusted report of a purchase that was paid for, about
    /// which nothing wants a look. That nobody has decided about it before, whoever asks makes sure.
    #[must_use]
    pub fn approves_itself(&self, rule: Approval, trust: i32, flags: &Flags, sale: SaleStatus) -> bool {
        needs_nobody(rule, trust, flags)
            && sale.may_pay()
            && self.decide(ConversionStatus::Approved, (false, true)) == Verdict::Made(ChangeKind::Approved)
    }

    fn made(&self, wanted: ConversionStatus, has_reason: bool) -> Verdict {
        match wanted {
            ConversionStatus::Approved if self.waits_for_rate => Verdict::NotPossible(Obstacle::NeedsRate),
            ConversionStatus::Approved => Verdict::Made(ChangeKind::Approved),
            _ if !has_reason => Verdict::NotPossible(Obstacle::NeedsReason),
            ConversionStatus::Rejected => Verdict::Made(ChangeKind::Rejected),
            ConversionStatus::Pending => Verdict::Made(ChangeKind::Reopened),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Obstacle, UnderReview, Verdict};
    use crate::domain::change::ChangeKind;
    use crate::domain::commission::CommissionState::{self, Disputed, Held, InPayout, Paid, Payable, Void};
    use crate::domain::conversion::ConversionStatus::{self, Approved, Pending, Rejected};
    use crate::domain::conversion::SaleStatus;
    use crate::domain::flag::{Flag, Flags};
    use crate::domain::rule::Approval;

    const ALREADY: Verdict = Verdict::AlreadySo;
    const IN_PAYOUT: Verdict = Verdict::NotPossible(Obstacle::InPayout);
    const DISPUTED: Verdict = Verdict::NotPossible(Obstacle::Disputed);
    const OTHERWISE: Verdict = Verdict::NotPossible(Obstacle::DecidedOtherwise);

    fn made(kind: ChangeKind) -> Verdict {
        Verdict::Made(kind)
    }

    /// Every status and state that can meet, and what becomes of approving, rejecting and setting back to pending.
    fn table() -> Vec<(ConversionStatus, CommissionState, [Verdict; 3])> {
        let (approve, reject) = (made(ChangeKind::Approved), made(ChangeKind::Rejected));
        let reopen = made(ChangeKind::Reopened);
        vec![
            (Pending, Held, [approve, reject, ALREADY]),
            // Wholly refunded before anybody decided.
            (Pending, Void, [approve, reject, ALREADY]),
            (Pending, Disputed, [DISPUTED, DISPUTED, ALREADY]),
            (Approved, Held, [ALREADY, OTHERWISE, reopen]),
            (Approved, Payable, [ALREADY, OTHERWISE, reopen]),
            (Approved, Void, [ALREADY, OTHERWISE, reopen]),
            (Approved, Disputed, [ALREADY, DISPUTED, DISPUTED]),
            (Approved, InPayout, [ALREADY, IN_PAYOUT, IN_PAYOUT]),
            (Approved, Paid, [ALREADY, IN_PAYOUT, IN_PAYOUT]),
            (Rejected, Void, [OTHERWISE, ALREADY, reopen]),
        ]
    }

    #[test]
    fn every_state_takes_the_decisions_that_make_sense_there() {
        for (status, state, expected) in table() {
            let conversion = UnderReview { status, state, waits_for_rate: false };
            let verdicts = [Approved, Rejected, Pending].map(|wanted| conversion.decide(wanted, (false, true)));
            assert_eq!(verdicts, expected, "{status}, {state}");
        }
    }

    #[test]
    fn whoever_saw_something_else_changes_nothing_and_the_same_decision_is_none() {
        for (status, state, fresh) in table() {
            let conversion = UnderReview { status, state, waits_for_rate: false };
            for (wanted, fresh) in [Approved, Rejected, Pending].into_iter().zip(fresh) {
                let expected = if fresh == ALREADY { ALREADY } else { Verdict::Overtaken };
                assert_eq!(conversion.decide(wanted, (true, true)), expected, "{status}, {state}, {wanted}");
            }
        }
    }

    #[test]
    fn rejecting_and_reopening_take_a_reason_and_approving_does_not() {
        let needs_reason = Verdict::NotPossible(Obstacle::NeedsReason);
        let cases = [
            ("approve", Pending, Held, Approved, made(ChangeKind::Approved)),
            ("reject", Pending, Held, Rejected, needs_reason),
            ("take an approval back", Approved, Payable, Pending, needs_reason),
            ("take a rejection back", Rejected, Void, Pending, needs_reason),
            ("reject again", Rejected, Void, Rejected, ALREADY),
            ("reject what is in a payout", Approved, InPayout, Rejected, IN_PAYOUT),
        ];
        for (name, status, state, wanted, expected) in cases {
            let conversion = UnderReview { status, state, waits_for_rate: false };
            assert_eq!(conversion.decide(wanted, (false, false)), expected, "{name}");
        }
    }

    #[test]
    fn what_waits_for_an_exchange_rate_can_be_rejected_and_not_approved() {
        let waiting = UnderReview { status: Pending, state: Held, waits_for_rate: true };
        assert_eq!(waiting.decide(Approved, (false, true)), Verdict::NotPossible(Obstacle::NeedsRate));
        assert_eq!(waiting.decide(Rejected, (false, true)), made(ChangeKind::Rejected));
        let rejected = UnderReview { status: Rejected, state: Void, waits_for_rate: true };
        assert_eq!(rejected.decide(Pending, (false, true)), made(ChangeKind::Reopened));
    }

    #[test]
    fn a_rule_approves_by_itself_only_what_nothing_speaks_against() {
        let plain = UnderReview { status: Pending, state: Held, waits_for_rate: false };
        let mut flagged = Flags::default();
        flagged.raise(Flag::TooFast);
        let none = Flags::default();
        let (auto, hand) = (Approval::Automatic, Approval::ByHand);
        let cases = [
            ("plain", plain, (auto, 3, &none, SaleStatus::Complete), true),
            ("partly given back", plain, (auto, 3, &none, SaleStatus::PartialRefunded), true),
            ("by hand", plain, (hand, 3, &none, SaleStatus::Complete), false),
            ("of less trust", plain, (auto, 2, &none, SaleStatus::Complete), false),
            ("flagged", plain, (auto, 3, &flagged, SaleStatus::Complete), false),
            ("on trial", plain, (auto, 3, &none, SaleStatus::Trialing), false),
            (
                "without a rate",
                UnderReview { waits_for_rate: true, ..plain },
                (auto, 3, &none, SaleStatus::Complete),
                false,
            ),
            ("disputed", UnderReview { state: Disputed, ..plain }, (auto, 3, &none, SaleStatus::Complete), false),
            (
                "decided",
                UnderReview { status: Rejected, state: Void, ..plain },
                (auto, 3, &none, SaleStatus::Complete),
                false,
            ),
        ];
        for (name, conversion, (rule, trust, flags, sale), expected) in cases {
            assert_eq!(conversion.approves_itself(rule, trust, flags, sale), expected, "{name}");
        }
    }

    #[test]
    fn every_obstacle_is_a_sentence() {
        for obstacle in Obstacle::ALL {
            assert!(obstacle.sentence().ends_with('.'), "{obstacle}");
        }
    }
}
