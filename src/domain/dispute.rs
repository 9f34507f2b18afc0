//! Disputes: a bank asks for a purchase's money back, and decides one way or the other.

use super::commission::CommissionState;
use super::text_enum;

text_enum! {
    /// What happens in a dispute.
    pub enum DisputeStep {
        /// The bank asks for the money back.
        Opened => "opened",
        /// It decided for the merchant.
        Won => "won",
        /// It took the money back.
        Lost => "lost",
    }
}

text_enum! {
    /// Why a step is not possible.
    pub enum DisputeObstacle {
        /// Nothing is owed that could wait.
        NothingOwed => "nothing_owed",
        /// The commission is in a payout or paid.
        InPayout => "in_payout",
        /// There is no dispute.
        NotDisputed => "not_disputed",
        /// The dispute ended the other way.
        EndedOtherwise => "ended_otherwise",
    }
}

impl DisputeObstacle {
    /// What stands in the way, as a sentence for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NothingOwed => "Nothing is owed for it, so there is nothing to hold back.",
            Self::InPayout => {
                "Its commission is in a payout or paid. If the bank takes the money back, record a chargeback."
            }
            Self::NotDisputed => "It is not disputed.",
            Self::EndedOtherwise => "The dispute ended the other way.",
        }
    }
}

/// What comes of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It is taken.
    Taken,
    /// It was taken already.
    AlreadySo,
    /// It cannot be taken.
    NotPossible(DisputeObstacle),
}

/// What comes of a step, given where the commission stands and how its last dispute ended, if it had one.
#[must_use]
pub fn course(state: CommissionState, last_end: Option<DisputeStep>, step: DisputeStep) -> Course {
    use CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
    use DisputeStep::{Lost, Opened, Won};
    match (step, state) {
        (Opened, Disputed) => Course::AlreadySo,
        (Opened, Held | Payable) | (Won | Lost, Disputed) => Course::Taken,
        (Opened, Void) => Course::NotPossible(DisputeObstacle::NothingOwed),
        (Opened, InPayout | Paid) => Course::NotPossible(DisputeObstacle::InPayout),
        (Won | Lost, _) if last_end == Some(step) => Course::AlreadySo,
        (Won | Lost, _) if last_end.is_some() => Course::NotPossible(DisputeObstacle::EndedOtherwise),
        (Won | Lost, _) => Course::NotPossible(DisputeObstacle::NotDisputed),
    }
}

#[cfg(test)]
mod tests {
    use super::{Course, DisputeObstacle, DisputeStep, course};
    use crate::domain::commission::CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
    use DisputeStep::{Lost, Opened, Won};

    #[test]
    fn a_dispute_holds_back_what_is_owed_and_not_yet_on_its_way() {
        let cases = [
            ("what is held", Held, Course::Taken),
            ("what is payable", Payable, Course::Taken),
            ("what is disputed already", Disputed, Course::AlreadySo),
            ("what is not owed", Void, Course::NotPossible(DisputeObstacle::NothingOwed)),
            ("what is on its way", InPayout, Course::NotPossible(DisputeObstacle::InPayout)),
            ("what was paid", Paid, Course::NotPossible(DisputeObstacle::InPayout)),
        ];
        for (name, state, expected) in cases {
            for last_end in [None, Some(Won), Some(Lost)] {
                assert_eq!(course(state, last_end, Opened), expected, "{name}, {last_end:?}");
            }
        }
    }

    #[test]
    fn a_dispute_ends_once() {
        let (otherwise, never) = (DisputeObstacle::EndedOtherwise, DisputeObstacle::NotDisputed);
        for state in [Held, Payable, InPayout, Paid, Void] {
            for (end, other) in [(Won, Lost), (Lost, Won)] {
                assert_eq!(course(state, Some(end), end), Course::AlreadySo, "{state}, {end}");
                assert_eq!(course(state, Some(other), end), Course::NotPossible(otherwise), "{state}, {end}");
                assert_eq!(course(state, None, end), Course::NotPossible(never), "{state}, {end}");
            }
        }
        for end in [Won, Lost] {
            assert_eq!(course(Disputed, Some(end), end), Course::Taken, "a second dispute is one of its own");
        }
    }
}
