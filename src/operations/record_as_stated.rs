//! Recording a report that says more than that something happened: where its commission stands, or that everything was given
//! back already.
//!
//! It is recorded by the same road as every report, and then brought there in the same transaction. This is a slow road, for
//! one report at a time: most of these come once, when somebody brings their history along. Money is never lost: where the
//! word cannot be followed, the conversion is recorded all the same, undecided, and the answer tells so.

use crate::domain::change::Actor;
use crate::domain::conversion::{Purchase, SaleStatus};
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::stated::Hindrance;
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::error::{StorageError, Stored};
use crate::storage::installation;
use crate::storage::new_rows::NewRows;
use crate::storage::write::Write;

use super::record_attempts::{Keyless, record_attempts};
use super::record_conversions::{Incoming, Outcome, record_conversions};
use super::refund_conversion::give_all_back;
use super::standing::Case;
use super::state_status::{state_kept, state_recorded};

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedAsStated {
    /// Whether it was recorded.
    pub outcome: Outcome,
    /// Why it does not stand where the report says, if it does not.
    pub hindrance: Option<Hindrance>,
}

/// Records a report and brings it where it says. `known` is the catalogue as the caller has it; where something in it has
/// changed since, it is read again. A repeat changes nothing.
///
/// # Errors
/// [`StorageError`]; [`crate::storage::error::Unique::Order`] when another process records the order at the same moment.
pub fn record_as_stated(
    write: &mut Write<'_>,
    env: &Environment,
    known: &Catalogue,
    incoming: &Incoming,
) -> Stored<RecordedAsStated> {
    let is_fresh = installation::revision(write.conn())? == known.revision();
    let read = if is_fresh { None } else { Some(Catalogue::load(write.conn(), env.clock.now())?) };
    let catalogue = read.as_ref().unwrap_or(known);
    let mut rows = NewRows::default();
    let recorded = record_conversions(write, env, catalogue, std::slice::from_ref(incoming), &mut rows)?;
    record_attempts(write.conn(), catalogue, recorded.attempts, Keyless::default(), &mut rows)?;
    rows.write(write)?;
    let outcome = *recorded.outcomes.first().ok_or(StorageError::Inconsistent("a report without an outcome"))?;
    let report = &incoming.report;
    let (program, actor) = (report.program_id, Actor::Key(report.token_id));
    let hindrance = match outcome {
        Outcome::Recorded(id) if recorded.kept.contains(&id) => {
            let stated = report.purchase.stated.map(|wanted| state_kept(write, env, (program, id), actor, wanted));
            stated.transpose()?.flatten()
        }
        Outcome::Recorded(id) => bring(write, env, (program, id), actor, &report.purchase)?,
        Outcome::Repeat(_) | Outcome::Refused(_) => None,
    };
    Ok(RecordedAsStated { outcome, hindrance })
}

/// Brings what was recorded a moment ago where its report says. Everything is given back last: what was paid out and given
/// back since is both, and the affiliate owes it.
///
/// # Errors
/// [`StorageError`].
pub(super) fn bring(
    write: &mut Write<'_>,
    env: &Environment,
    (program, id): (ProgramId, ConversionId),
    actor: Actor,
    purchase: &Purchase,
) -> Stored<Option<Hindrance>> {
    let stated = purchase.stated.map(|wanted| state_recorded(write, env, (program, id), actor, wanted));
    let hindrance = stated.transpose()?.flatten();
    if purchase.sale == Some(SaleStatus::Refunded) {
        give_what_is_left_back(write, env, (program, id), actor)?;
    }
    Ok(hindrance)
}

/// Gives everything back that remains of a conversion; answers whether anything changed.
///
/// # Errors
/// [`StorageError`].
pub(super) fn give_what_is_left_back(
    write: &mut Write<'_>,
    env: &Environment,
    (program, id): (ProgramId, ConversionId),
    actor: Actor,
) -> Stored<bool> {
    super::standing::decided(write, |write| match Case::find(write.conn(), program, id)? {
        Some(case) if case.conversion.sale_status != SaleStatus::Refunded => {
            Ok(give_all_back(write, env, &case, actor)?.then_some(true))
        }
        _ => Ok(Some(false)),
    })
}
