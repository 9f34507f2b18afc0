//! Telling whose customer somebody is: everything that is known of a referral, in one read.

use std::collections::HashMap;

use crate::domain::change::Actor;
use crate::domain::id::{ConversionId, ProgramId, ReferralId};
use crate::domain::link::Link;
use crate::storage::clicks::{self, ClickRow};
use crate::storage::conn::Conn;
use crate::storage::conversions::list::Listed;
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start};
use crate::storage::links;
use crate::storage::referral_changes::{self, ReferralChangeRow};
use crate::storage::referrals::{self, Paid, ReferralIdentifierRow, ReferralRow, list};
use crate::storage::tokens;
use crate::storage::users;

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
    pub changes: Vec<(ReferralChangeRow, Option<String>)>,
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
    let click = row.click_id.map(|click| clicks::find_all(conn, &[click])).transpose()?;
    Ok(Some(ExplainedReferral {
        names: list::names(conn, &[id])?.remove(&id).unwrap_or_default(),
        orders: list::orders(conn, (program, id), start, most)?,
        paid: referrals::paid(conn, &[id])?.remove(&id),
        click: click.and_then(|found| found.into_iter().next()),
        link: row.link_id.map(|link| links::find_followed(conn, program, link)).transpose()?.flatten(),
        changes: changes(conn, program, id)?,
        row,
    }))
}

/// What became of it, each person and key looked up once.
fn changes(conn: &mut Conn, program: ProgramId, id: ReferralId) -> Stored<Vec<(ReferralChangeRow, Option<String>)>> {
    let rows = referral_changes::of_referral(conn, id)?;
    let mut names = HashMap::new();
    for row in &rows {
        let Some(actor) = row.actor_id.filter(|actor| !names.contains_key(actor)) else { continue };
        let name = match row.by() {
            Actor::User(user) => users::find(conn, user)?.map(|user| user.name),
            Actor::Key(key) => tokens::find(conn, program, key)?.map(|key| key.name),
            Actor::Clock => None,
        };
        names.insert(actor, name);
    }
    let name = |row: &ReferralChangeRow| row.actor_id.and_then(|actor| names.get(&actor).cloned().flatten());
    Ok(rows.into_iter().map(|row| (row.clone(), name(&row))).collect())
}
