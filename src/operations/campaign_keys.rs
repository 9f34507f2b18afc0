//! Showing a campaign's API key again, to those who may see it.

use crate::domain::click_token::Mode;
use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::key::{SecretKey, masked};
use crate::domain::time::Timestamp;
use crate::environment::Environment;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::tokens::{self, TokenRow};

/// A campaign's live keys that open something now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignKeys {
    /// The newest: what to configure. None when it cannot be opened any more, or when none is left.
    pub current: Option<SecretKey>,
    /// Older ones that still work, masked, and when they end.
    pub ending: Vec<(String, Timestamp)>,
}

/// The live keys of a campaign of this program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn campaign_keys(
    conn: &mut Conn,
    env: &Environment,
    program: ProgramId,
    campaign: CampaignId,
) -> Stored<CampaignKeys> {
    let rows = tokens::valid_of_campaign(conn, program, campaign, Mode::Live, env.clock.now())?;
    let open = |row: &TokenRow| env.keys.unseal(&row.sealed, row.id);
    let (endless, ending): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.expires_at.is_none());
    let still = |row: &&TokenRow| {
        let shown = open(row).map_or_else(|| "…".to_owned(), |key| masked(key.as_str()));
        row.expires_at.map(|end| (shown, end))
    };
    Ok(CampaignKeys {
        current: endless.first().and_then(|row| open(row)),
        ending: ending.iter().filter_map(still).collect(),
    })
}
