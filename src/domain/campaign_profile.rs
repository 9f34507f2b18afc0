//! What a campaign shows besides what it does: how it is sorted, which shop system it stands for, and what its affiliates
//! place. No decision about a click or a conversion ever reads this.

use super::landing::TargetUrl;
use super::line::{Line, Lines};

/// What people call a campaign; never blank where it comes from a form.
pub type CampaignName = Line<120>;

/// A campaign's description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignProfile {
    /// Under which heading it is sorted.
    pub category: Line<60>,
    /// The shop system or plugin at the other end ("Integration Plugin Name").
    pub plugin_name: Line<80>,
    /// The headline of a text advertisement, the words of a plain link.
    pub headline: Line<120>,
    /// The copy of a text advertisement.
    pub ad_text: Lines<2000>,
    /// Where the video is.
    pub video_url: Option<TargetUrl>,
}
