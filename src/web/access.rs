//! Who asks: the right to do something, as a value that only checking can make.

pub mod people;
pub mod tokens;

use crate::app::App;
use crate::domain::attempt::AttemptKey;
use crate::domain::campaign::Campaign;
use crate::domain::id::CampaignId;
use crate::domain::key::KeyKind;
use crate::storage::catalogue::{Catalogue, Key};

/// The right to report clicks and conversions of one campaign, which its API key gives.
#[derive(Clone, Debug)]
pub struct CampaignKey {
    key: Key,
    campaign_id: CampaignId,
}

impl CampaignKey {
    /// Checks what was presented. None says no more than "not a valid key of a campaign".
    #[must_use]
    pub fn check(app: &App, presented: &str) -> Option<Self> {
        let key = app.key(presented, KeyKind::Campaign)?;
        let campaign_id = key.campaign_id?;
        Some(Self { key, campaign_id })
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &Key {
        &self.key
    }

    /// Its campaign's id.
    #[must_use]
    pub const fn campaign_id(&self) -> CampaignId {
        self.campaign_id
    }

    /// Its campaign, as of this catalogue.
    #[must_use]
    pub fn campaign<'a>(&self, catalogue: &'a Catalogue) -> Option<&'a Campaign> {
        catalogue.campaign(self.key.program_id, self.campaign_id)
    }

    /// Under which name an attempt is kept.
    #[must_use]
    pub const fn attempt_key(&self) -> AttemptKey {
        tokens::attempt_key(&self.key)
    }
}
