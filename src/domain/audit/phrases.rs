//! What was done, in words, and which changes of conversions are acts.

use super::Action;
use crate::domain::change::ChangeKind;

/// Declares what each action is called; one that is left out does not compile.
macro_rules! phrases {
    ($($action:ident => $phrase:literal),+ $(,)?) => {
        impl Action {
            /// What somebody did, in words that a name goes before and the name of the thing behind: `archived the campaign`.
            #[must_use]
            pub const fn phrase(self) -> &'static str {
                match self { $(Self::$action => $phrase),+ }
            }
        }
    };
}

phrases! {
    InstallationSetUp => "set up this installation with the program",
    AdminCreated => "made an owner of",
    DemoFilled => "filled in the demo program",
    SignedIn => "signed in",
    SignedOut => "signed out",
    PasswordWrong => "typed a wrong password for",
    CodeWrong => "typed a wrong sign-in code for",
    SignInThrottled => "guessed wrong too often, so sign-in is closed for a while for",
    SetUpCodeWrong => "typed a wrong set-up code",
    PasswordChanged => "changed their password",
    PasswordReset => "reset the password of",
    SecondFactorOn => "turned on their second factor",
    SecondFactorOff => "turned off their second factor",
    RecoveryCodesMade => "made new recovery codes",
    SessionEnded => "signed one of their browsers out",
    OtherSessionsEnded => "signed out all their other browsers",
    ProgramCreated => "created the program",
    ProgramChanged => "changed the settings of the program",
    ProgramEntered => "switched to the program",
    PersonInvited => "invited",
    InvitationRevoked => "took back the invitation for",
    InvitationAccepted => "joined with the invitation for",
    RoleChanged => "changed the role of",
    PersonRemoved => "removed from the program",
    CampaignCreated => "created the campaign",
    CampaignChanged => "changed the campaign",
    CampaignArchived => "archived the campaign",
    CampaignRestored => "restored the campaign",
    CampaignCopied => "duplicated a campaign into",
    ImageRemoved => "removed an image from the campaign",
    KeyRegenerated => "regenerated the API key of the campaign",
    TokenCreated => "created the API token",
    TokenShown => "looked at the key of the API token",
    TokenRotated => "rotated the API token",
    TokenRevoked => "revoked the API token",
    RuleCreated => "added the commission rule",
    RuleChanged => "changed the commission rule",
    RuleEnded => "ended the commission rule",
    AffiliateCreated => "added the affiliate",
    AffiliateChanged => "changed the affiliate",
    AffiliateActivated => "activated the affiliate",
    AffiliatePaused => "paused the affiliate",
    AffiliateRejected => "rejected the affiliate",
    AffiliateReopened => "set back to pending the affiliate",
    LinkCreated => "created the link",
    CouponCreated => "created the coupon",
    CouponEnded => "ended the coupon",
    ConversionApproved => "approved the conversion",
    ConversionRejected => "rejected the conversion",
    ConversionReopened => "set back to pending the conversion",
    ConversionAdjusted => "adjusted the conversion",
    ConversionRefunded => "recorded a refund of the conversion",
    SaleChanged => "said where the purchase stands of the conversion",
    DisputeOpened => "marked as disputed the conversion",
    DisputeWon => "recorded a won dispute of the conversion",
    DisputeLost => "recorded a lost dispute of the conversion",
    AttemptCredited => "credited by hand the report",
    ReferralConfirmed => "confirmed the referral",
    ReferralReassigned => "reassigned the referral",
    ReferralsMerged => "merged another referral into",
    CustomerErased => "erased the personal data of the customer",
    RatesImported => "imported exchange rates for",
    PayoutCreated => "created the payout",
    PayoutPaid => "marked as paid the payout",
    PayoutCalledOff => "called off the payout",
    BonusBooked => "booked a bonus for the affiliate",
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
            | ChangeKind::Stated
            | ChangeKind::MetadataReplaced
            | ChangeKind::CreditedByHand => None,
        }
    }
}
