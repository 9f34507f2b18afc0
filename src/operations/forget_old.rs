//! Forgetting what is kept for a time only.

use std::time::Duration;

use super::throttle;
use crate::domain::attempt::KEPT_DAYS;
use crate::domain::time::Timestamp;
use crate::storage::error::Stored;
use crate::storage::write::Write;
use crate::storage::{attempts, batches, sessions, sign_in_failures};

/// How long a batch's id is kept: far longer than anybody can be waiting for the answer to its commit.
const BATCH_IDS_KEPT: Duration = Duration::from_secs(3_600);

/// How long a session that nobody uses is kept: longer than any session lasts.
const SESSIONS_KEPT: Duration = Duration::from_secs(86_400);

const DAY: Duration = Duration::from_secs(86_400);

/// Most rows of one kind that go in one transaction.
const AT_MOST: usize = 500;

/// Forgets some of what is too old; answers whether there may be more.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn forget_old(write: &mut Write<'_>, now: Timestamp) -> Stored<bool> {
    let batches = batches::purge(write, now.minus(BATCH_IDS_KEPT), 500)?;
    let attempts = attempts::purge(write, now.minus(DAY * KEPT_DAYS), 500)?;
    let sessions = sessions::purge(write, now.minus(SESSIONS_KEPT), 500)?;
    let failures = sign_in_failures::purge(write, now.minus(throttle::COUNTED_FOR), 500)?;
    Ok([batches, attempts, sessions, failures].contains(&AT_MOST))
}
