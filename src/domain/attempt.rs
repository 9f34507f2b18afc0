//! What was reported and not recorded: kept with its reason, so that no sale is lost to a typo.

use super::attribution::Refusal;
use super::click_token::Mode;
use super::conversion::Report;
use super::handle::NetworkPrefix;
use super::id::{AttemptId, CampaignId, ConversionId, ProgramId, TokenId};
use super::text_enum;
use super::time::Timestamp;
use super::trace::Trace;

text_enum! {
    /// Which call was made.
    pub enum Call {
        /// A click registered by a server.
        RegisterClick => "register_click",
        /// A conversion.
        ReportConversion => "report_conversion",
        /// A customer who signed up.
        ReportSignUp => "report_sign_up",
        /// Money that a customer got back.
        ReportRefund => "report_refund",
    }
}

/// What was sent, field by field, keys and e-mail addresses removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload(pub Vec<(String, String)>);

/// A report under a valid key that was not recorded.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The key it came with.
    pub key: AttemptKey,
    /// Which call.
    pub call: Call,
    /// When it came.
    pub received_at: Timestamp,
    /// Why it was not recorded.
    pub reason: Refusal,
    /// The sentence it was answered with, or the differing fields of a mismatch.
    pub detail: String,
    /// The order it named, if it could be read.
    pub order_id: Option<String>,
    /// The conversion that is on record in its place, if one is.
    pub conversion_id: Option<ConversionId>,
    /// What was sent.
    pub payload: Payload,
    /// Everybody whom the report named.
    pub trace: Trace,
    /// The report itself, if it could be read whole: somebody may credit it by hand.
    pub report: Option<Box<Report>>,
}

/// Whose attempt it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptKey {
    /// The key.
    pub token_id: TokenId,
    /// Its program.
    pub program_id: ProgramId,
    /// Its campaign, where it is a campaign's key.
    pub campaign_id: Option<CampaignId>,
    /// Its mode.
    pub mode: Mode,
}

/// A report without a valid key. Anybody can send these, so they are counted and only a sample is kept.
#[derive(Clone, Debug)]
pub struct KeylessReport {
    /// The id its sample gets.
    pub id: AttemptId,
    /// Which call.
    pub call: Call,
    /// When it came.
    pub received_at: Timestamp,
    /// The sentence it was answered with.
    pub detail: String,
    /// What stood where the key should be, masked.
    pub masked_key: Option<String>,
    /// The network it came from.
    pub network: Option<NetworkPrefix>,
    /// What was sent.
    pub payload: Payload,
}

/// Attempts kept per key and day; from there on they are only counted.
pub const KEPT_PER_KEY_AND_DAY: u32 = 1_000;

/// Reports without a valid key of which a sample is kept, per day.
pub const KEYLESS_KEPT_PER_DAY: u32 = 200;

/// How long an attempt is kept, in days.
pub const KEPT_DAYS: u32 = 90;
