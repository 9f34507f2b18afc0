//! What is promoted, where its visitors go, and when it takes clicks.

use super::attribution::Refusal;
use super::id::{CampaignId, ProgramId};
use super::landing::{AllowedHosts, TargetUrl};
use super::text_enum;
use super::time::{Timestamp, Window};

text_enum! {
    /// What an affiliate places on a page.
    pub enum CampaignKind {
        /// An image.
        Banner => "banner",
        /// A text advertisement.
        Text => "text",
        /// A plain link.
        Link => "link",
        /// A video.
        Video => "video",
    }
}

text_enum! {
    /// What is tracked. It shapes the form; it never refuses an event.
    #[expect(clippy::enum_variant_names, reason = "these are the tool types' own names")]
    pub enum ToolType {
        /// "Sale Integration": orders.
        SaleIntegration => "sale_integration",
        /// "Single Action Integration": one kind of action.
        SingleActionIntegration => "single_action_integration",
        /// "Multi Action Integration": several named actions; only here does the action take part in deduplication.
        MultiActionIntegration => "multi_action_integration",
        /// "Click Integration": visits.
        ClickIntegration => "click_integration",
    }
}

text_enum! {
    /// How the merchant reports to this campaign.
    pub enum IntegrationMethod {
        /// "JS Pixel": a script on the merchant's pages.
        JsPixel => "js_pixel",
        /// "S2S API (Server)": the merchant's server with a click token.
        S2sApi => "s2s_api",
        /// "Mobile (S2S Direct)": an app's backend, with or without a click.
        Mobile => "mobile",
        /// "Postback": a network's server-to-server call.
        Postback => "postback",
        /// "Conversion API": a custom integration.
        ConversionApi => "conversion_api",
    }
}

text_enum! {
    /// Whether affiliates may use the campaign.
    pub enum CampaignStatus {
        /// Links work.
        Public => "public",
        /// Waiting for somebody's approval.
        InReview => "in_review",
        /// Being written.
        Draft => "draft",
    }
}

/// When a campaign takes clicks; an open end is "Lifetime".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The first moment inside, if there is one.
    pub starts_at: Option<Timestamp>,
    /// The first moment after, if there is one.
    pub ends_at: Option<Timestamp>,
}

impl Period {
    /// Whether `now` lies inside.
    #[must_use]
    pub fn covers(self, now: Timestamp) -> bool {
        self.starts_at.is_none_or(|start| start <= now) && self.ends_at.is_none_or(|end| now < end)
    }
}

/// What a decision needs to know of a campaign.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// The program it belongs to.
    pub program_id: ProgramId,
    /// What people call it.
    pub name: String,
    /// What an affiliate places.
    pub kind: CampaignKind,
    /// What is tracked.
    pub tool_type: ToolType,
    /// How the merchant reports.
    pub method: IntegrationMethod,
    /// Whether affiliates may use it.
    pub status: CampaignStatus,
    /// When it takes clicks.
    pub period: Period,
    /// Put away: nothing new is credited, earlier clicks included.
    pub archived: bool,
    /// Whether a conversion may come without a click ("Allow conversions without a click").
    pub direct_mode: bool,
    /// How long a click may be credited.
    pub window: Window,
    /// Where visitors go.
    pub target: TargetUrl,
    /// Where a deep link may go besides the target's own host.
    pub allowed_hosts: AllowedHosts,
}

impl Campaign {
    /// Whether a click, or a conversion without one, may begin here at `now`.
    ///
    /// # Errors
    /// The refusal to answer with, the most final first: archived, not Public, outside the period.
    pub fn takes_visitors(&self, now: Timestamp) -> Result<(), Refusal> {
        self.still_credits()?;
        if self.status != CampaignStatus::Public {
            return Err(Refusal::CampaignNotPublic);
        }
        if !self.period.covers(now) {
            return Err(Refusal::CampaignOutsidePeriod);
        }
        Ok(())
    }

    /// Whether a click made earlier may still be credited: only archiving takes that away.
    ///
    /// # Errors
    /// [`Refusal::CampaignArchived`].
    pub const fn still_credits(&self) -> Result<(), Refusal> {
        if self.archived { Err(Refusal::CampaignArchived) } else { Ok(()) }
    }
}
