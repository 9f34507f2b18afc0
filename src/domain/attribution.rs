//! Who is credited, and who is not, with the reason.
//!
//! A click token says everything that crediting needs: which click, through which link, when, and for how long. What it
//! cannot say is what became of the campaign and the affiliate since, which is judged here, at the report. The rule is
//! that a promise made at the click is kept (a campaign paused or ended later still pays for it) unless the merchant
//! took it back in so many words: by archiving the campaign or rejecting the affiliate (CONTRACT, Rules: Attribution).

use super::affiliate::Affiliate;
use super::campaign::Campaign;
use super::click_token::{Claims, Mode};
use super::id::{AffiliateId, CampaignId, ClickId, LinkId};
use super::link::Link;
use super::text_enum;
use super::time::Timestamp;

text_enum! {
    /// Why a report was not credited. The word is the stable code under which an attempt is kept.
    pub enum Refusal {
        /// A field is missing, malformed or given twice; nothing could be judged.
        InvalidRequest => "invalid_request",
        /// The campaign named is not the key's, or does not exist.
        UnknownCampaign => "unknown_campaign",
        /// No such affiliate in the program.
        UnknownAffiliate => "unknown_affiliate",
        /// Forged, altered, or of another campaign or mode.
        UnknownClickToken => "unknown_click_token",
        /// The click is older than its window.
        ClickTokenExpired => "click_token_expired",
        /// The campaign was put away.
        CampaignArchived => "campaign_archived",
        /// The campaign is a draft or in review.
        CampaignNotPublic => "campaign_not_public",
        /// The campaign has not begun or has ended.
        CampaignOutsidePeriod => "campaign_outside_period",
        /// The campaign takes no conversion without a click.
        DirectModeOff => "direct_mode_off",
        /// The affiliate was rejected.
        AffiliateRejected => "affiliate_rejected",
        /// The affiliate is pending or paused.
        AffiliateNotActive => "affiliate_not_active",
        /// The order is on record with other facts.
        PayloadMismatch => "payload_mismatch",
    }
}

impl Refusal {
    /// One sentence for the developer who sent the report.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request could not be read",
            Self::UnknownCampaign => "Unknown campaign",
            Self::UnknownAffiliate => "Unknown affiliate",
            Self::UnknownClickToken => "Unknown click token",
            Self::ClickTokenExpired => "Click token expired",
            Self::CampaignArchived => "Campaign is archived",
            Self::CampaignNotPublic => "Campaign is not public",
            Self::CampaignOutsidePeriod => "Campaign is outside its period",
            Self::DirectModeOff => "Campaign does not allow conversions without a click",
            Self::AffiliateRejected => "Affiliate is rejected",
            Self::AffiliateNotActive => "Affiliate is not active",
            Self::PayloadMismatch => "Order already recorded with other facts",
        }
    }
}

/// Who gets the credit, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// What was promoted.
    pub campaign_id: CampaignId,
    /// By whom.
    pub affiliate_id: AffiliateId,
    /// The click it rests on; none in direct mode.
    pub click: Option<CreditedClick>,
}

/// The click a credit rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditedClick {
    /// The click.
    pub id: ClickId,
    /// The link it came through.
    pub link_id: LinkId,
    /// When it happened: its id's milliseconds.
    pub clicked_at: Timestamp,
}

/// Whether a verified token belongs to the key that presents it: same campaign, same mode.
/// A link that is not known any more belongs to nobody.
///
/// # Errors
/// [`Refusal::UnknownClickToken`], whichever of these it is: a key must not learn of others' clicks.
pub fn belongs(claims: &Claims, link: Option<&Link>, campaign: CampaignId, mode: Mode) -> Result<Credit, Refusal> {
    let link = link.filter(|link| link.campaign_id == campaign && claims.mode == mode && link.id == claims.link);
    let link = link.ok_or(Refusal::UnknownClickToken)?;
    let click = CreditedClick { id: claims.click, link_id: link.id, clicked_at: claims.clicked_at() };
    Ok(Credit { campaign_id: campaign, affiliate_id: link.affiliate_id, click: Some(click) })
}

/// Whether a click may still be credited at `now`: inside its window, the campaign not archived, the affiliate not
/// rejected.
///
/// # Errors
/// The refusal to answer with.
pub fn judge_click(
    claims: &Claims,
    campaign: &Campaign,
    affiliate: Option<&Affiliate>,
    now: Timestamp,
) -> Result<(), Refusal> {
    if !claims.window.covers(claims.clicked_at(), now) {
        return Err(Refusal::ClickTokenExpired);
    }
    campaign.still_credits()?;
    affiliate.ok_or(Refusal::AffiliateRejected)?.may_earn()
}

/// Whether a conversion without a click may be credited at `now`: the campaign allows it and takes visitors, and the
/// affiliate is active, all judged at the report because there is no click to judge them at.
///
/// # Errors
/// The refusal to answer with.
pub fn judge_direct(campaign: &Campaign, affiliate: &Affiliate, now: Timestamp) -> Result<(), Refusal> {
    if !campaign.direct_mode {
        return Err(Refusal::DirectModeOff);
    }
    campaign.takes_visitors(now)?;
    affiliate.may_send()
}
