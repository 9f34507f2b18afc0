//! What an action came to, said once on the page that follows it.
//!
//! The sentence travels as a word in a short-lived cookie and is looked up here, so that nobody who can set a cookie can
//! put words into our mouth.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::{HttpRequest, HttpResponse};

const COOKIE: &str = "accrue_notice";

macro_rules! notices {
    ($($(#[$doc:meta])* $notice:ident => $word:literal, $sentence:literal;)*) => {
        /// One of the sentences that follow an action.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Notice { $($(#[$doc])* $notice),* }

        impl Notice {
            const ALL: &'static [Self] = &[$(Self::$notice),*];

            const fn word(self) -> &'static str {
                match self { $(Self::$notice => $word),* }
            }

            /// The sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$notice => $sentence),* }
            }
        }
    };
}

notices! {
    /// After an affiliate was taken in.
    AffiliateCreated => "affiliate-created", "The affiliate is created. Next, make a link for them.";
    /// After an affiliate was saved.
    AffiliateSaved => "affiliate-saved", "The affiliate is saved.";
    /// After an affiliate was let in.
    AffiliateActive => "affiliate-active", "The affiliate is active: their links credit from now on.";
    /// After an affiliate was paused.
    AffiliatePaused => "affiliate-paused", "The affiliate is paused: new clicks credit nobody, earlier ones still count.";
    /// After an affiliate was turned out.
    AffiliateRejected => "affiliate-rejected", "The affiliate is rejected: nothing more is credited to them.";
    /// When an affiliate is found waiting.
    AffiliatePending => "affiliate-pending", "The affiliate waits for approval.";
    /// After something extra was given.
    BonusGiven => "bonus-given", "The bonus is in the ledger, and payable.";
    /// After a payout was begun.
    PayoutBegun => "payout-begun", "The payout has begun. Send the money, then mark it as paid.";
    /// When a payout is found open.
    PayoutOpen => "payout-open", "A payout to this affiliate is on its way already.";
    /// After a payout was paid.
    PayoutPaid => "payout-paid", "The payout is marked as paid, and out of the balance.";
    /// After a payout was called off.
    PayoutCalledOff => "payout-called-off", "The payout is called off. What was in it is payable again.";
    /// After a link was made.
    LinkCreated => "link-created", "The link is created. Copy it and pass it on.";
    /// After a coupon was made.
    CouponCreated => "coupon-created", "The coupon is created. Orders that report its code are credited from now on.";
    /// After a coupon was ended.
    CouponEnded => "coupon-ended", "The coupon has ended. Its code credits nobody any more.";
    /// After a rule was added.
    RuleCreated => "rule-created", "The rule is added. It decides from now on.";
    /// After a rule was changed.
    RuleSaved => "rule-saved", "The rule is saved. A change holds from now on; what is recorded keeps its version.";
    /// After a rule was ended.
    RuleEnded => "rule-ended", "The rule has ended. The campaign’s other rules decide from now on.";
    /// After a new campaign was saved.
    CampaignCreated => "campaign-created", "The campaign is created. Its API key is under Integration Setup.";
    /// After a campaign was saved.
    CampaignSaved => "campaign-saved", "The campaign is saved.";
    /// After a campaign got a new key and the old one ended.
    KeyReplaced => "key-replaced", "The campaign is saved, with a new API key. The old key no longer works.";
    /// After a campaign got a new key beside the old one.
    KeyReplacedLater => "key-replaced-later", "The campaign is saved, with a new API key. The old key works for the time you chose.";
    /// After a campaign was put away.
    CampaignArchived => "campaign-archived", "The campaign is archived: nothing more is credited to it. You find it under Archived.";
    /// After a campaign was brought back.
    CampaignRestored => "campaign-restored", "The campaign is restored.";
    /// After a campaign was duplicated.
    CampaignCopied => "campaign-copied", "This is the copy, a Draft with an API key of its own. Links stay with the original.";
    /// After an image was taken away.
    ImageRemoved => "image-removed", "The image is removed.";
    /// After a person vouched for who brought a customer.
    ReferralConfirmed => "referral-confirmed", "The referral is confirmed. Later orders are approved as their rule says.";
    /// After a customer was given to another affiliate.
    ReferralReassigned => "referral-reassigned", "The customer is reassigned. Later orders go there; those on record stay.";
    /// After two referrals were made one.
    ReferralsMerged => "referrals-merged", "The referrals are one now, and payments are counted together.";
    /// After a customer was forgotten.
    CustomerErased => "customer-erased", "The customer’s personal data are erased. Amounts and order ids are kept.";
    /// After a conversion was approved.
    ConversionApproved => "conversion-approved", "The conversion is approved.";
    /// After a conversion was rejected.
    ConversionRejected => "conversion-rejected", "The conversion is rejected. Nothing is owed for it.";
    /// After a decision was taken back.
    ConversionReopened => "conversion-reopened", "The conversion is pending again.";
    /// After a conversion's amount was lowered.
    ConversionAdjusted => "conversion-adjusted", "The amount is adjusted, and the commission with it.";
    /// After a refund was recorded.
    ConversionRefunded => "conversion-refunded", "The refund is recorded, and the commission follows what remains.";
    /// After the same refund was sent again.
    RefundKnown => "refund-known", "This refund was on record already. It is counted once.";
    /// After a dispute was opened.
    DisputeOpened => "dispute-opened", "The dispute is open. The commission is kept until it has ended.";
    /// After a dispute was won.
    DisputeWon => "dispute-won", "The dispute is won. The commission is back where it belongs.";
    /// After a dispute was lost.
    DisputeLost => "dispute-lost", "The dispute is lost. All that remained is charged back.";
    /// After a purchase moved on.
    SaleChanged => "sale-changed", "The purchase is changed, and the commission goes by it.";
    /// After nothing was ticked.
    NothingTicked => "nothing-ticked", "No conversion was ticked, so nothing was changed.";
    /// After an attempt was credited.
    AttemptCredited => "attempt-credited", "The order is credited. This is the conversion it became.";
    /// After the first visit.
    SetUp => "set-up", "Accrue is set up, and you are its owner. Next, create the first campaign.";
    /// After giving the code too late.
    SignInAgain => "sign-in-again", "That took too long, or something changed meanwhile. Sign in again.";
    /// After accepting an invitation.
    Joined => "joined", "You work in this program now.";
    /// After signing out.
    SignedOut => "signed-out", "You are signed out.";

    /// After changing one's password.
    PasswordChanged => "password-changed", "The password is changed. Every other browser is signed out.";
    /// After turning the second factor off.
    TotpOff => "totp-off", "The second factor is off. The password alone signs you in.";
    /// After ending one session.
    SessionEnded => "session-ended", "That browser is signed out.";
    /// After ending all other sessions.
    OthersEnded => "others-ended", "Every other browser is signed out.";

    /// After saving a program's settings.
    ProgramSaved => "program-saved", "The program's settings are saved.";
    /// After exchange rates were taken in.
    RatesImported => "rates-imported", "The file is read. What came of it stands under Last import.";
    /// After founding a program.
    ProgramCreated => "program-created", "The program is there. Next, create its first campaign.";
    /// After an API token was ended.
    TokenRevoked => "token-revoked", "The token is revoked. It opens nothing any more.";
    /// After the form of a new API token was sent twice.
    TokenKnown => "token-known", "This token was created already. You find it here, with its key.";
    /// After inviting a person.
    InvitationCreated => "invitation-created", "The invitation is open. Copy its link and send it to the person.";
    /// After taking an invitation back.
    InvitationRevoked => "invitation-revoked", "The invitation is taken back. Its link no longer works.";
    /// After giving a person another role.
    RoleChanged => "role-changed", "The role is changed. It holds from the next page on.";
    /// After taking a person out.
    PersonRemoved => "person-removed", "The person no longer works in this program.";
}

impl Notice {
    /// The notice that waits to be shown to this browser.
    #[must_use]
    pub fn waiting(request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(COOKIE)?;
        Self::ALL.iter().copied().find(|notice| notice.word() == cookie.value())
    }

    /// Leaves the notice with the browser, for the next page.
    pub fn leave_on<B>(self, answer: &mut HttpResponse<B>) {
        set(answer, self.word(), Duration::minutes(2));
    }

    /// Takes the notice away from the browser that has just been shown it.
    pub fn take_back<B>(answer: &mut HttpResponse<B>) {
        set(answer, "", Duration::ZERO);
    }
}

fn set<B>(answer: &mut HttpResponse<B>, word: &'static str, lasts: Duration) {
    let cookie = Cookie::build(COOKIE, word).path("/").http_only(true).same_site(SameSite::Lax).max_age(lasts);
    if let Err(error) = answer.add_cookie(&cookie.finish()) {
        tracing::error!(%error, "a notice could not be left");
    }
}

#[cfg(test)]
mod tests {
    use super::Notice;

    #[test]
    fn every_notice_has_a_word_of_its_own_and_says_a_sentence() {
        for notice in Notice::ALL {
            let same = Notice::ALL.iter().filter(|other| other.word() == notice.word()).count();
            assert_eq!(same, 1, "{notice:?}");
            assert!(notice.sentence().ends_with('.'), "{notice:?}");
        }
    }
}
