//! Everything an admin decides about a campaign, as it stands, and under a mark that tells whether it still stands so.
//!
//! Two people may have the same form open. Whoever saves brings the mark of what the form was filled with; if the campaign
//! has another one by then, the change of the other would be undone without anybody seeing it, and so nothing is saved.

use sha2::{Digest, Sha256};

use crate::domain::click_token::Mode;
use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::rule::Rule;
use crate::domain::time::Timestamp;
use crate::storage::campaign_profiles::{self, CampaignProfileRow};
use crate::storage::campaigns::{self, CampaignRow};
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::{commission_rules, tokens};

/// A campaign as its form shows it.
#[derive(Clone, Debug)]
pub struct CampaignSettings {
    /// The campaign.
    pub campaign: CampaignRow,
    /// What it shows, if anybody ever said so.
    pub profile: Option<CampaignProfileRow>,
    /// Its owner's name.
    pub owner: Option<String>,
    /// The newest version of its default rule.
    pub rule: Option<Rule>,
    edition: Edition,
}

/// The mark of one state of a campaign's settings, rule and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition(String);

impl Edition {
    /// The mark that a form brings back. Whatever it says can only match or not.
    #[must_use]
    pub fn from_form(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The mark for a form to carry.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CampaignSettings {
    /// Reads them, if the program has the campaign.
    ///
    /// # Errors
    /// [`crate::storage::error::StorageError`].
    pub fn load(conn: &mut Conn, program: ProgramId, id: CampaignId, now: Timestamp) -> Stored<Option<Self>> {
        let Some(campaign) = campaigns::find(conn, program, id)? else {
            return Ok(None);
        };
        let (profile, owner) = campaign_profiles::find(conn, program, id)?.unzip();
        let rule = commission_rules::newest(conn, id, 0)?;
        let keys = tokens::valid_of_campaign(conn, program, id, Mode::Live, now)?;
        let key = keys.iter().find(|key| key.expires_at.is_none()).map(|key| key.id);
        // Every field takes part by its derived form, also one that is added later. The mark never leaves this version of
        // the program: a form that is open over an upgrade is answered like one that is out of date.
        let state = format!("{campaign:?} {profile:?} {rule:?} {key:?}");
        let digest = Sha256::digest(state);
        let edition = Edition(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect());
        Ok(Some(Self { campaign, profile, owner: owner.flatten(), rule, edition }))
    }

    /// The mark of this state.
    #[must_use]
    pub const fn edition(&self) -> &Edition {
        &self.edition
    }
}
