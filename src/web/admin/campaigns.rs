//! Marketing → Campaigns: the list with its setup modals, the form with its two tabs, and what is done to a campaign.

pub mod changes;
pub mod fields;
pub mod form;
pub mod list;
pub mod list_query;
pub mod save;
pub mod setup_modal;
mod words;

use crate::domain::id::CampaignId;
use crate::web::error::WebError;

/// The campaign that a URL names; what is no id is no campaign.
fn campaign_id(text: &str) -> Result<CampaignId, WebError> {
    text.parse().map_err(|_| WebError::NotFound)
}
