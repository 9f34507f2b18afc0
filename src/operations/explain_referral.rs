//! Telling whose customer somebody is: everything that is known of a referral, in one read.

use crate::domain::id::{ConversionId, ProgramId, ReferralId};
use crate::domain::link::Link;
use crate::storage::clicks::ClickRow;
use crate::storage::conn::Conn;
use crate::storage::conversions::list::Listed;
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start};
use crate::storage::referral_changes::{self, ReferralChangeRow};
use crate::storage::referrals::{self, Paid, ReferralIdentifierRow, ReferralRow, list};

use super::explaining::{self, Noted};

/// A referral with everything that explains it.
pub struct ExplainedReferral {
    /// What is on record.
    pub row: ReferralRow,
    /// What the customer is called.
    pub names: Vec<ReferralIdentifierRow>,
    /// Some of what they did.
    pub orders: Page<Listed>,
    /// What they have paid so far.
    pub paid: Option<Paid>,
    /// The click that brought them, while its row is there.
    pub click: Option<ClickRow>,
    /// The link that they followed; none for a click registered by API.
    pub link: Option<Link>,
    /// What became of it, the oldest first, each with the name of the person or key that did it.
    pub changes: Vec<Noted<ReferralChangeRow>>,
}

/// Reads what is known of a referral of this program, with at most `most` of its orders from `start`. One that was merged
/// away is answered with the one that is left.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn explain_referral(
    conn: &mut Conn,
    (program, id): (ProgramId, ReferralId),
    start: Start<ConversionId>,
    most: usize,
) -> Stored<Option<ExplainedReferral>> {
    let Some(row) = list::find_left(conn, program, id)? else {
        return Ok(None);
    };
    let id = row.id;
    let changes = referral_changes::of_referral(conn, id)?;
    Ok(Some(ExplainedReferral {
        names: list::names(conn, &[id])?.remove(&id).unwrap_or_default(),
        orders: list::orders(conn, (program, id), start, most)?,
        paid: referrals::paid(conn, &[id])?.remove(&id),
        click: explaining::click(conn, row.click_id)?,
        link: explaining::link(conn, program, row.link_id)?,
        changes: explaining::noted(conn, program, changes, ReferralChangeRow::by)?,
        row,
    }))
}
