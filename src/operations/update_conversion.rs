//! Changing a conversion as a system of the merchant's says: where its purchase stands, where its commission stands, and what
//! the sender wants to find again. All of it is changed, or nothing.

use crate::domain::change::{Actor, ChangeKind};
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::SaleStatus;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::ledger::EntryKind;
use crate::domain::sale::SaleObstacle;
use crate::domain::stated::Hindrance;
use crate::environment::Environment;
use crate::storage::conversion_details;
use crate::storage::error::{StorageError, Stored};
use crate::storage::write::Write;

use super::change_sale::{SaleChange, SaleChanged, change_sale};
use super::record_as_stated::give_what_is_left_back;
use super::standing::{self, Case, Current, Why};
use super::state_status::{Stated, state_status};

/// What is to be so.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// Where the purchase stands, if anything is said of it. Wholly given back: everything that remains is.
    pub sale: Option<SaleStatus>,
    /// Where the commission stands, if anything is said of it.
    pub status: Option<CommissionStatus>,
    /// What the sender wants to find again.
    pub metadata: NewMetadata,
}

impl Update {
    /// Whether it says that everything was given back.
    fn gives_back(&self) -> bool {
        self.sale == Some(SaleStatus::Refunded) || self.status == Some(CommissionStatus::Refunded)
    }
}

/// What becomes of what the sender wants to find again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NewMetadata {
    /// It stays.
    #[default]
    AsItIs,
    /// It is removed.
    Nothing,
    /// This JSON object takes its place, as a whole.
    Object(String),
}

/// Why it cannot be so. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateFault {
    /// The program has no such conversion.
    #[error("there is no such conversion")]
    Unknown,
    /// The purchase cannot stand there.
    #[error("{}", .1.sentence())]
    Sale(Box<Current>, SaleObstacle),
    /// The commission cannot stand there.
    #[error("{}", .1.sentence())]
    Status(Box<Current>, Hindrance),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Changes a conversion of this program; answers whether anything was not so already. Run it in a transaction of its own,
/// which a fault ends.
///
/// A purchase moves first, because what was paid for may be owed; that everything was given back is booked last, by whichever
/// word says so. Once it is, whatever the other word says is as it was left: the same update sent again changes nothing.
///
/// # Errors
/// [`UpdateFault`].
pub fn update_conversion(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: ConversionId,
    actor: Actor,
    update: &Update,
) -> Result<bool, UpdateFault> {
    if Case::find(write.conn(), program, id)?.is_none() {
        return Err(UpdateFault::Unknown);
    }
    let mut is_changed = false;
    if let Some(wanted) = update.sale.filter(|sale| *sale != SaleStatus::Refunded) {
        let change = SaleChange { wanted, seen: None, reason: String::new() };
        is_changed |= match change_sale(write, env, program, id, actor, &change)? {
            SaleChanged::Changed => true,
            SaleChanged::AlreadySo => false,
            SaleChanged::NotPossible(current, _) if update.gives_back() && current.sale == SaleStatus::Refunded => {
                false
            }
            SaleChanged::NotPossible(current, why) => return Err(UpdateFault::Sale(Box::new(current), why)),
            SaleChanged::Overtaken(_) | SaleChanged::Unknown => return Err(UpdateFault::Unknown),
        };
    }
    if let Some(wanted) = update.status {
        is_changed |= match state_status(write, env, program, id, actor, wanted)? {
            Stated::Changed => true,
            Stated::AlreadySo => false,
            Stated::NotPossible(current, _) if update.gives_back() && current.sale == SaleStatus::Refunded => false,
            Stated::NotPossible(current, why) => return Err(UpdateFault::Status(Box::new(current), why)),
            Stated::Unknown => return Err(UpdateFault::Unknown),
        };
    }
    if update.sale == Some(SaleStatus::Refunded) {
        is_changed |= give_what_is_left_back(write, env, (program, id), actor)?;
    }
    let metadata = match &update.metadata {
        NewMetadata::AsItIs => return Ok(is_changed),
        NewMetadata::Nothing => None,
        NewMetadata::Object(object) => Some(object.as_str()),
    };
    Ok(is_changed | replace_metadata(write, env, (program, id), actor, metadata)?)
}

/// Replaces the metadata as a whole; answers whether it was another one.
fn replace_metadata(
    write: &mut Write<'_>,
    env: &Environment,
    (program, id): (ProgramId, ConversionId),
    actor: Actor,
    metadata: Option<&str>,
) -> Stored<bool> {
    standing::decided(write, |write| {
        let Some(case) = Case::find(write.conn(), program, id)? else { return Ok(Some(false)) };
        let before = conversion_details::find(write.conn(), id)?.and_then(|details| details.metadata);
        if is_same(before.as_deref(), metadata) {
            return Ok(Some(false));
        }
        let why = Why::plain(ChangeKind::MetadataReplaced, actor, EntryKind::Adjust);
        if !standing::change(write, env, &case, case.clone(), why)? {
            return Ok(None);
        }
        conversion_details::set_metadata(write, id, metadata)?;
        Ok(Some(true))
    })
}

/// Whether both say the same, in whatever order their fields stand.
fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one == other || one.and_then(read).zip(other.and_then(read)).is_some_and(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn metadata_is_the_same_in_whatever_order_it_stands() {
        let cases = [
            (Some(r#"{"a":1,"b":"x"}"#), Some(r#"{"b":"x","a":1}"#), true),
            (Some(r#"{"a":1}"#), Some(r#"{"a":2}"#), false),
            (Some(r#"{"a":1}"#), None, false),
            (None, Some("{}"), false),
            (None, None, true),
        ];
        for (one, other, expected) in cases {
            assert_eq!(is_same(one, other), expected, "{one:?}, {other:?}");
        }
    }
}
