//! What was done, in words, and which changes of conversions are acts.

use super::Action;
use crate::domain::change::ChangeKind;

impl Action {
    /// What somebody did, in words that a name goes before and the name of the thing behind: `archived the campaign`.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::InstallationSetUp => "set up this installation with the program",
            Self::AdminCreated => "made an owner of",
            Self::DemoFilled => "filled in the demo program",
            Self::SignedIn => "signed in",
            Self::SignedOut => "signed out",
            Self::PasswordWrong => "typed a wrong password for",
            Self::CodeWrong => "typed a wrong sign-in code for",
            Self::SignInThrottled => "guessed wrong too often, so sign-in is closed for a while for",
            Self::SetUpCodeWrong => "typed a wrong set-up code",
            Self::PasswordChanged => "changed their password",
            Self::PasswordReset => "reset the password of",
            Self::SecondFactorOn => "turned on their second factor",
            Self::SecondFactorOff => "turned off their second factor",
            Self::RecoveryCodesMade => "made new recovery codes",
            Self::SessionEnded => "signed one of their browsers out",
            Self::OtherSessionsEnded => "signed out all their other browsers",
            Self::ProgramCreated => "created the program",
            Self::ProgramChanged => "changed the settings of the program",
            Self::ProgramEntered => "switched to the program",
            Self::PersonInvited => "invited",
            Self::InvitationRevoked => "took back the invitation for",
            Self::InvitationAccepted => "joined with the invitation for",
            Self::RoleChanged => "changed the role of",
            Self::PersonRemoved => "removed from the program",
            Self::CampaignCreated => "created the campaign",
            Self::CampaignChanged => "changed the campaign",
            Self::CampaignArchived => "archived the campaign",
            Self::CampaignRestored => "restored the campaign",
            Self::CampaignCopied => "duplicated a campaign into",
            Self::ImageRemoved => "removed an image from the campaign",
            Self::KeyRegenerated => "regenerated the API key of the campaign",
            Self::RuleCreated => "added the commission rule",
            Self::RuleChanged => "changed the commission rule",
            Self::RuleEnded => "ended the commission rule",
            Self::AffiliateCreated => "added the affiliate",
            Self::AffiliateChanged => "changed the affiliate",
            Self::AffiliateActivated => "activated the affiliate",
            Self::AffiliatePaused => "paused the affiliate",
            Self::AffiliateRejected => "rejected the affiliate",
            Self::AffiliateReopened => "set back to pending the affiliate",
            Self::LinkCreated => "created the link",
            Self::CouponCreated => "created the coupon",
            Self::CouponEnded => "ended the coupon",
            Self::ConversionApproved => "approved the conversion",
            Self::ConversionRejected => "rejected the conversion",
            Self::ConversionReopened => "set back to pending the conversion",
            Self::ConversionAdjusted => "adjusted the conversion",
            Self::ConversionRefunded => "recorded a refund of the conversion",
            Self::SaleChanged => "said where the purchase stands of the conversion",
            Self::DisputeOpened => "marked as disputed the conversion",
            Self::DisputeWon => "recorded a won dispute of the conversion",
            Self::DisputeLost => "recorded a lost dispute of the conversion",
            Self::AttemptCredited => "credited by hand the report",
            Self::RatesImported => "imported exchange rates for",
            Self::PayoutCreated => "created the payout",
            Self::PayoutPaid => "marked as paid the payout",
            Self::PayoutCalledOff => "called off the payout",
            Self::BonusBooked => "booked a bonus for the affiliate",
        }
    }
}

impl Action {
    /// What somebody who changes a conversion so by hand has done; none where the change comes with something else that is
    /// noted itself.
    #[must_use]
    pub const fn of_change(kind: ChangeKind) -> Option<Self> {
        match kind {
            ChangeKind::Approved => Some(Self::ConversionApproved),
            ChangeKind::Rejected => Some(Self::ConversionRejected),
            ChangeKind::Reopened => Some(Self::ConversionReopened),
            ChangeKind::Adjusted => Some(Self::ConversionAdjusted),
            ChangeKind::Refunded => Some(Self::ConversionRefunded),
            ChangeKind::Disputed => Some(Self::DisputeOpened),
            ChangeKind::DisputeWon => Some(Self::DisputeWon),
            ChangeKind::DisputeLost => Some(Self::DisputeLost),
            ChangeKind::SaleChanged => Some(Self::SaleChanged),
            ChangeKind::Released
            | ChangeKind::RateArrived
            | ChangeKind::TakenOver
            | ChangeKind::Confirmed
            | ChangeKind::Compensated
            | ChangeKind::Flagged
            | ChangeKind::PutIntoPayout
            | ChangeKind::Paid
            | ChangeKind::TakenOutOfPayout
            | ChangeKind::CreditedByHand => None,
        }
    }
}
