//! The audit log: who did what in the admin, and the chain that shows when a row was changed, taken out or moved.
//!
//! Every row carries a link: an HMAC over its number, the link of the row before it, and everything it says. The key is
//! derived from the master key, which is not in the database, so whoever can write to the database cannot make a link.
//! The last link is sealed a second time, together with the number of rows, outside the table: rows taken off the end
//! leave a seal that fits nothing. A row holds ids only, never a name, an address or a key.

mod phrases;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::change::Actor;
use super::id::{ProgramId, UserId};
use super::text_enum;
use super::time::Timestamp;

text_enum! {
    /// What was done: one word per write of the admin and per event at the sign-in.
    pub enum Action {
        /// The first owner and program were made in the browser.
        InstallationSetUp => "installation_set_up",
        /// A person was made an owner from the command line.
        AdminCreated => "admin_created",
        /// The demo was filled in.
        DemoFilled => "demo_filled",

        /// Somebody signed in.
        SignedIn => "signed_in",
        /// Somebody signed out.
        SignedOut => "signed_out",
        /// A wrong password was typed.
        PasswordWrong => "password_wrong",
        /// A wrong code of the second factor was typed.
        CodeWrong => "code_wrong",
        /// So many wrong guesses that no more are taken for a while.
        SignInThrottled => "sign_in_throttled",
        /// A wrong set-up code was typed.
        SetUpCodeWrong => "set_up_code_wrong",

        /// A person changed their password.
        PasswordChanged => "password_changed",
        /// A password was replaced from the command line.
        PasswordReset => "password_reset",
        /// A second factor was turned on.
        SecondFactorOn => "second_factor_on",
        /// A second factor was turned off.
        SecondFactorOff => "second_factor_off",
        /// New recovery codes were made.
        RecoveryCodesMade => "recovery_codes_made",
        /// One session was ended.
        SessionEnded => "session_ended",
        /// All sessions but one's own were ended.
        OtherSessionsEnded => "other_sessions_ended",

        /// A program was made.
        ProgramCreated => "program_created",
        /// A program's settings were changed.
        ProgramChanged => "program_changed",
        /// A person went over to another program.
        ProgramEntered => "program_entered",
        /// Somebody was invited.
        PersonInvited => "person_invited",
        /// An invitation was taken back.
        InvitationRevoked => "invitation_revoked",
        /// An invitation was accepted.
        InvitationAccepted => "invitation_accepted",
        /// A person was given another role.
        RoleChanged => "role_changed",
        /// A person was taken out of the program.
        PersonRemoved => "person_removed",

        /// A campaign was made.
        CampaignCreated => "campaign_created",
        /// A campaign was changed.
        CampaignChanged => "campaign_changed",
        /// A campaign was put away.
        CampaignArchived => "campaign_archived",
        /// A campaign was brought back.
        CampaignRestored => "campaign_restored",
        /// A campaign was made like another.
        CampaignCopied => "campaign_copied",
        /// An image was taken away from a campaign.
        ImageRemoved => "image_removed",
        /// A campaign's API key was made anew.
        KeyRegenerated => "key_regenerated",

        /// An API token was made.
        TokenCreated => "token_created",
        /// An API token's key was shown again.
        TokenShown => "token_shown",
        /// An API token got a successor, and its end.
        TokenRotated => "token_rotated",
        /// An API token was ended.
        TokenRevoked => "token_revoked",

        /// A commission rule was added.
        RuleCreated => "rule_created",
        /// A commission rule got a new version.
        RuleChanged => "rule_changed",
        /// A commission rule was ended.
        RuleEnded => "rule_ended",

        /// An affiliate was taken in.
        AffiliateCreated => "affiliate_created",
        /// What is known of an affiliate was changed.
        AffiliateChanged => "affiliate_changed",
        /// An affiliate may send visitors.
        AffiliateActivated => "affiliate_activated",
        /// An affiliate may not, for now.
        AffiliatePaused => "affiliate_paused",
        /// An affiliate was turned away.
        AffiliateRejected => "affiliate_rejected",
        /// An affiliate waits for a decision again.
        AffiliateReopened => "affiliate_reopened",

        /// A link was made.
        LinkCreated => "link_created",
        /// A coupon code was made.
        CouponCreated => "coupon_created",
        /// A coupon code was ended.
        CouponEnded => "coupon_ended",

        /// A conversion was approved.
        ConversionApproved => "conversion_approved",
        /// A conversion was rejected.
        ConversionRejected => "conversion_rejected",
        /// A decision about a conversion was taken back.
        ConversionReopened => "conversion_reopened",
        /// A conversion's amount was lowered.
        ConversionAdjusted => "conversion_adjusted",
        /// A refund of a conversion was recorded.
        ConversionRefunded => "conversion_refunded",
        /// It was said where a purchase stands.
        SaleChanged => "sale_changed",
        /// A conversion's payment is disputed.
        DisputeOpened => "dispute_opened",
        /// A dispute was won.
        DisputeWon => "dispute_won",
        /// A dispute was lost.
        DisputeLost => "dispute_lost",
        /// What was not recorded was credited by hand.
        AttemptCredited => "attempt_credited",

        /// A person vouched for who brought a customer.
        ReferralConfirmed => "referral_confirmed",
        /// A customer was given to another affiliate or campaign.
        ReferralReassigned => "referral_reassigned",
        /// A customer who was known twice was made one.
        ReferralsMerged => "referrals_merged",
        /// A customer's personal data were erased.
        CustomerErased => "customer_erased",

        /// Exchange rates were taken in.
        RatesImported => "rates_imported",
        /// A payout was made ready.
        PayoutCreated => "payout_created",
        /// A payout was paid.
        PayoutPaid => "payout_paid",
        /// A payout was called off.
        PayoutCalledOff => "payout_called_off",
        /// A bonus was booked.
        BonusBooked => "bonus_booked",
    }
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditActor {
    /// A person who is signed in, or who has just shown who they are.
    User(UserId),
    /// Whoever owns the machine, with a command.
    CommandLine,
    /// Somebody of whom nothing is known.
    Stranger,
}

impl AuditActor {
    /// The person who changed something by hand. A key and the clock have no part in the audit log.
    #[must_use]
    pub const fn by_hand(actor: Actor) -> Option<Self> {
        match actor {
            Actor::User(user) => Some(Self::User(user)),
            Actor::Key(_) | Actor::Clock => None,
        }
    }

    /// The one word that stands for it in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::CommandLine => "command_line",
            Self::Stranger => "stranger",
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::CommandLine | Self::Stranger => None,
        }
    }
}

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The program it was done in, if it was in one.
    pub program: Option<ProgramId>,
    /// Who did it.
    pub actor: AuditActor,
    /// What they did.
    pub action: Action,
    /// What they did it to, as a `TypeID`; empty where the action says it all.
    pub subject: String,
}

impl Act {
    /// Something done in a program.
    #[must_use]
    pub const fn in_program(program: ProgramId, actor: AuditActor, action: Action) -> Self {
        Self { program: Some(program), actor, action, subject: String::new() }
    }

    /// Something done outside of any program: at the sign-in, to one's own account.
    #[must_use]
    pub const fn outside(actor: AuditActor, action: Action) -> Self {
        Self { program: None, actor, action, subject: String::new() }
    }

    /// The same, done to this.
    #[must_use]
    pub fn on(self, subject: impl fmt::Display) -> Self {
        Self { subject: subject.to_string(), ..self }
    }
}

/// Everything that a row says, as the chain reads it: the words as they are stored, so that a word nobody knows is found
/// by the chain as well.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct AuditEntry<'a> {
    pub sequence: i64,
    pub program: Option<ProgramId>,
    pub actor: &'a str,
    pub user: Option<UserId>,
    pub action: &'a str,
    pub subject: &'a str,
    pub noted_at: Timestamp,
}

/// What links are made with. Its `Debug` does not show it.
#[derive(Clone)]
pub struct AuditKey([u8; 32]);

impl fmt::Debug for AuditKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AuditKey(…)")
    }
}

impl AuditKey {
    /// The key of these bytes.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The link of a row behind the row of the link `previous`, which is empty for the first.
    #[must_use]
    pub fn link(&self, previous: &str, entry: &AuditEntry<'_>) -> String {
        let (program, user) = (entry.program.map(ProgramId::uuid), entry.user.map(UserId::uuid));
        self.authenticate(&[
            b"row",
            &entry.sequence.to_be_bytes(),
            previous.as_bytes(),
            bytes_of(program.as_ref()),
            entry.actor.as_bytes(),
            bytes_of(user.as_ref()),
            entry.action.as_bytes(),
            entry.subject.as_bytes(),
            &entry.noted_at.millis().to_be_bytes(),
        ])
    }

    /// What stands outside the table for so many rows, of which the last one's link is `last`.
    #[must_use]
    pub fn seal(&self, count: i64, last: &str) -> String {
        self.authenticate(&[b"end", &count.to_be_bytes(), last.as_bytes()])
    }

    /// Whether two links or seals are the same, in a time that does not tell where they differ.
    #[must_use]
    pub fn is_same(one: &str, other: &str) -> bool {
        one.as_bytes().ct_eq(other.as_bytes()).into()
    }

    /// An HMAC over parts, each behind its own length, so that no two lists of parts are the same bytes.
    fn authenticate(&self, parts: &[&[u8]]) -> String {
        // cannot fail: HMAC takes a key of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// The 16 bytes of an id; none is no bytes at all, which no id is.
fn bytes_of(id: Option<&Uuid>) -> &[u8] {
    id.map_or(&[], |id| id.as_bytes().as_slice())
}

#[cfg(test)]
mod tests;
