//! Putting a campaign away, and bringing it back.

use crate::domain::id::{CampaignId, ProgramId};
use crate::environment::Environment;
use crate::storage::campaigns;
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// Puts a campaign away: from now on nothing is credited to it. Answers whether the program has it; putting away what is
/// away changes nothing.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn archive_campaign(write: &mut Write<'_>, env: &Environment, program: ProgramId, id: CampaignId) -> Stored<bool> {
    campaigns::set_archived(write, program, id, Some(env.clock.now()))
}

/// Brings a campaign back as it was. Answers whether the program has it.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn restore_campaign(write: &mut Write<'_>, program: ProgramId, id: CampaignId) -> Stored<bool> {
    campaigns::set_archived(write, program, id, None)
}
