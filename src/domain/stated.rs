//! Statuses sent in: what has to be done so that a commission stands where somebody states that it does.
//!
//! Whoever keeps the books elsewhere states one word (CONTRACT, section 3.4). It is brought about by the steps that
//! everybody else takes too, in their order and under their rules: nothing is set, everything is decided, booked and
//! noted. Where the rules forbid a step, none is taken.

use super::commission::CommissionState;
use super::commission_status::{CommissionStatus, Standpoint};
use super::conversion::{ConversionStatus, SaleStatus};
use super::dispute::DisputeObstacle;
use super::review::Obstacle;
use super::rule::Approval;

/// One step towards the stated status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its hold is over: somebody states that it is owed.
    EndHold,
    /// The hold of its rule holds again.
    RestoreHold,
    /// A decision is taken back.
    Reopen,
    /// It counts.
    Approve,
    /// It does not count.
    Reject,
    /// A bank asks for the money back.
    Dispute,
    /// The bank decided for the merchant.
    WinDispute,
    /// The bank took the money back.
    LoseDispute,
    /// The customer gets everything back that remains.
    GiveBack,
    /// It is being paid outside Accrue.
    BeginPayout,
    /// It was paid outside Accrue.
    FinishPayout,
    /// It is not being paid after all.
    CallOffPayout,
}

/// Why a commission cannot stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// A decision stands in the way.
    Review(Obstacle),
    /// A dispute cannot be opened.
    Dispute(DisputeObstacle),
    /// The customer has everything back.
    GivenBack,
    /// The purchase was not paid for.
    NotPaidFor,
    /// Nothing is owed that could be paid.
    NothingToPay,
    /// It is in one of the house's own payouts, together with others.
    HousePayout,
    /// A person has to look at what a better report told of it first.
    Kept,
}

impl Hindrance {
    /// What stands in the way, as a sentence for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Review(obstacle) => obstacle.sentence(),
            Self::Dispute(obstacle) => obstacle.sentence(),
            Self::GivenBack => "The customer has everything back.",
            Self::NotPaidFor => "The purchase is not paid for, so nothing is owed yet.",
            Self::NothingToPay => "Nothing is owed for it that could be paid.",
            Self::Kept => "It stays as it is until a person has looked at what the better report told.",
            Self::HousePayout => "It is in a payout with others, which is ended in the admin.",
        }
    }
}

/// Who made a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// The house, of everything that was payable.
    House,
    /// Somebody outside, of this commission alone.
    Outside,
}

/// What is known of a commission when somebody states where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and none follows from the others")]
pub struct Stands {
    /// What its word follows from.
    pub standpoint: Standpoint,
    /// Whether it waits for an exchange rate.
    pub waits_for_rate: bool,
    /// Whether the ledger holds anything for it.
    pub is_owed: bool,
    /// Who approves it by its rule, as it was reported and flagged.
    pub approval: Approval,
    /// Whether somebody left it to its rule, and nobody has decided about it or its hold since.
    pub is_left_to_rule: bool,
    /// Who made the payout that it is in, or was paid with, if there is one.
    pub payer: Payer,
}

/// What comes of stating a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    /// It stands there already.
    AlreadySo,
    /// These steps lead there, in this order; none, where only another word is told from now on.
    Steps(Vec<Step>),
    /// The rules forbid it.
    NotPossible(Hindrance),
}

impl Stands {
    /// What comes of stating that it stands at `wanted`.
    #[must_use]
    pub fn course(&self, wanted: CommissionStatus) -> Course {
        if self.is_already(wanted) || self.is_left_to_rule_already(wanted) {
            return Course::AlreadySo;
        }
        if self.was_before_all_was_given_back(wanted) {
            return Course::NotPossible(Hindrance::GivenBack);
        }
        self.steps(wanted).map_or_else(Course::NotPossible, Course::Steps)
    }

    /// Whether it stands there. What is undecided does only where that word was stated: a rule that goes on by itself is
    /// not the same as somebody who says that it is not to be decided yet.
    fn is_already(&self, wanted: CommissionStatus) -> bool {
        let Standpoint { status, stated, .. } = self.standpoint;
        let is_decided = status != ConversionStatus::Pending || !wanted.is_open();
        self.standpoint.told() == wanted && (is_decided || stated == Some(wanted))
    }

    /// Whether its rule goes on by itself since somebody stated that it may, whatever it has made of it by now.
    fn is_left_to_rule_already(&self, wanted: CommissionStatus) -> bool {
        let goes_by_rule = self.is_left_to_rule && self.approval == Approval::Automatic;
        let is_approved = self.standpoint.status == ConversionStatus::Approved;
        wanted == CommissionStatus::Pending && goes_by_rule && is_approved && self.is_free().is_ok()
    }

    /// Whether it would stand there, had the customer not got everything back: nothing leads there any more.
    fn was_before_all_was_given_back(&self, wanted: CommissionStatus) -> bool {
        let Standpoint { status, state, sale, .. } = self.standpoint;
        let was = match wanted {
            CommissionStatus::Paid => state == CommissionState::Paid,
            CommissionStatus::ProcessingPayout => state == CommissionState::InPayout,
            CommissionStatus::Dispute => state == CommissionState::Disputed,
            CommissionStatus::Declined => status == ConversionStatus::Rejected,
            _ => false,
        };
        was && sale == SaleStatus::Refunded
    }

    fn steps(&self, wanted: CommissionStatus) -> Result<Vec<Step>, Hindrance> {
        match wanted {
            CommissionStatus::Pending if self.approval == Approval::Automatic => self.to_rule(),
            CommissionStatus::Pending | CommissionStatus::PendingManualApproval => self.to_undecided(),
            CommissionStatus::ReadyForPayment => self.to_payable(),
            CommissionStatus::ProcessingPayout => self.to_payout(&[Step::BeginPayout]),
            CommissionStatus::Paid if self.standpoint.state == CommissionState::InPayout => self.to_paid(),
            CommissionStatus::Paid => self.to_payout(&[Step::BeginPayout, Step::FinishPayout]),
            CommissionStatus::Declined => self.to_declined(),
            CommissionStatus::Refunded => Ok(self.to_refunded()),
            CommissionStatus::Dispute => self.to_disputed(),
        }
    }

    /// What is in a payout, disputed or given back goes nowhere without that coming to an end first.
    fn is_free(&self) -> Result<(), Hindrance> {
        match self.standpoint.state {
            CommissionState::InPayout | CommissionState::Paid => Err(Hindrance::Review(Obstacle::InPayout)),
            CommissionState::Disputed => Err(Hindrance::Review(Obstacle::Disputed)),
            _ if self.standpoint.sale == SaleStatus::Refunded => Err(Hindrance::GivenBack),
            _ => Ok(()),
        }
    }

    fn to_undecided(self) -> Result<Vec<Step>, Hindrance> {
        self.is_free()?;
        match self.standpoint.status {
            ConversionStatus::Pending => Ok(Vec::new()),
            ConversionStatus::Approved | ConversionStatus::Rejected => Ok(vec![Step::Reopen]),
        }
    }

    /// What goes on by itself is left to its rule: it is approved, once it may be, and held as the rule says.
    fn to_rule(self) -> Result<Vec<Step>, Hindrance> {
        self.is_free()?;
        let approval = self.may_be_owed().is_ok().then_some(Step::Approve);
        Ok(match self.standpoint.status {
            ConversionStatus::Approved => vec![Step::RestoreHold],
            ConversionStatus::Rejected => [Step::Reopen].into_iter().chain(approval).collect(),
            ConversionStatus::Pending => approval.into_iter().collect(),
        })
    }

    fn to_payable(self) -> Result<Vec<Step>, Hindrance> {
        match self.standpoint.state {
            // Whatever became of the purchase since: then it goes back to where that puts it, and is told so.
            CommissionState::InPayout if self.payer == Payer::Outside => Ok(vec![Step::CallOffPayout]),
            CommissionState::InPayout => Err(Hindrance::HousePayout),
            CommissionState::Disputed => {
                self.may_be_owed()?;
                Ok([Step::EndHold, Step::WinDispute].into_iter().chain(self.approval()).collect())
            }
            _ => self.to_owed(),
        }
    }

    /// What was not approved is approved, and what is held is held no more.
    fn to_owed(self) -> Result<Vec<Step>, Hindrance> {
        self.is_free()?;
        if self.standpoint.status == ConversionStatus::Rejected {
            return Err(Hindrance::Review(Obstacle::DecidedOtherwise));
        }
        self.may_be_owed()?;
        let hold = (self.standpoint.state == CommissionState::Held).then_some(Step::EndHold);
        Ok(hold.into_iter().chain(self.approval()).collect())
    }

    fn may_be_owed(&self) -> Result<(), Hindrance> {
        match self.standpoint.sale {
            SaleStatus::Refunded => Err(Hindrance::GivenBack),
            sale if !sale.may_pay() => Err(Hindrance::NotPaidFor),
            _ if self.waits_for_rate => Err(Hindrance::Review(Obstacle::NeedsRate)),
            _ => Ok(()),
        }
    }

    fn approval(&self) -> Option<Step> {
        (self.standpoint.status == ConversionStatus::Pending).then_some(Step::Approve)
    }

    fn to_payout(self, payout: &[Step]) -> Result<Vec<Step>, Hindrance> {
        let steps = self.to_owed()?;
        if !self.is_owed {
            return Err(Hindrance::NothingToPay);
        }
        Ok(steps.into_iter().chain(payout.iter().copied()).collect())
    }

    fn to_paid(self) -> Result<Vec<Step>, Hindrance> {
        match self.payer {
            Payer::Outside => Ok(vec![Step::FinishPayout]),
            Payer::House => Err(Hindrance::HousePayout),
        }
    }

    fn to_declined(self) -> Result<Vec<Step>, Hindrance> {
        self.is_free()?;
        match self.standpoint.status {
            ConversionStatus::Pending => Ok(vec![Step::Reject]),
            _ => Err(Hindrance::Review(Obstacle::DecidedOtherwise)),
        }
    }

    /// Money is given back at any time. What nobody had decided about counts from then on, at exactly nothing, so that
    /// nobody is asked about it any more.
    fn to_refunded(self) -> Vec<Step> {
        let back = match self.standpoint.state {
            CommissionState::Disputed => Step::LoseDispute,
            _ => Step::GiveBack,
        };
        [back].into_iter().chain(self.approval()).collect()
    }

    fn to_disputed(self) -> Result<Vec<Step>, Hindrance> {
        match self.standpoint.state {
            CommissionState::InPayout | CommissionState::Paid => Err(Hindrance::Dispute(DisputeObstacle::InPayout)),
            CommissionState::Void => Err(Hindrance::Dispute(DisputeObstacle::NothingOwed)),
            _ if self.waits_for_rate => Err(Hindrance::Review(Obstacle::NeedsRate)),
            _ => Ok(self.approval().into_iter().chain([Step::Dispute]).collect()),
        }
    }
}

#[cfg(test)]
mod tests;
