//! Lowering the amount of a conversion that nobody has decided about, after a partial return.

use crate::domain::change::{Actor, ChangeKind};
use crate::domain::conversion::ConversionStatus;
use crate::domain::due::written;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::ledger::EntryKind;
use crate::domain::money::Money;
use crate::domain::worth::AdjustFault;
use crate::environment::Environment;
use crate::storage::error::Stored;
use crate::storage::write::Write;

use super::standing::{self, Case, Current, Why};

/// What an order is to be worth.
#[derive(Clone, Debug)]
pub struct Adjustment {
    /// What of it stands, in its own currency: above zero, lower than what was reported.
    pub amount: Money,
    /// Why; it needs a reason.
    pub reason: String,
    /// The edition that whoever adjusts saw; none for machines.
    pub seen: Option<i64>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Adjusted {
    /// It is worth that now.
    Changed,
    /// It was worth that already, after an earlier adjustment.
    AlreadySo,
    /// Somebody changed the conversion since. Nothing was changed.
    Overtaken(Current),
    /// It was decided about already. Nothing was changed.
    NotPending(Current),
    /// It cannot be that amount. Nothing was changed.
    Refused(AdjustFault),
    /// There is no reason. Nothing was changed.
    NeedsReason,
    /// The program has no such conversion.
    Unknown,
}

/// Adjusts a conversion of this program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn adjust_conversion(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    id: ConversionId,
    actor: Actor,
    adjustment: &Adjustment,
) -> Stored<Adjusted> {
    standing::decided(write, |write| {
        let Some(case) = Case::find(write.conn(), program, id)? else {
            return Ok(Some(Adjusted::Unknown));
        };
        let (worth, status) = (case.conversion.worth(), case.conversion.status);
        let is_so = worth.adjusted == adjustment.amount && worth.adjusted != worth.initial;
        // Of what was refused nothing is worth anything: to call that adjusted would be a lie.
        if is_so && status != ConversionStatus::Rejected {
            return Ok(Some(Adjusted::AlreadySo));
        }
        if case.is_news_to(adjustment.seen) {
            return Ok(Some(Adjusted::Overtaken(case.current(write.conn())?)));
        }
        if status != ConversionStatus::Pending {
            return Ok(Some(Adjusted::NotPending(case.current(write.conn())?)));
        }
        let adjusted = match worth.adjusted_to(adjustment.amount) {
            Ok(adjusted) => adjusted,
            Err(fault) => return Ok(Some(Adjusted::Refused(fault))),
        };
        let reason = standing::reason_kept(&adjustment.reason);
        if reason.is_empty() {
            return Ok(Some(Adjusted::NeedsReason));
        }
        let mut after = case.clone();
        after.conversion.adjusted_minor = adjusted.adjusted.minor();
        after.conversion.sale_status = adjusted.sale(case.conversion.sale_status);
        let detail = format!("{}, was {}", written(adjusted.adjusted), written(worth.adjusted));
        let why = Why { reason, detail, ..Why::plain(ChangeKind::Adjusted, actor, EntryKind::Adjust) };
        Ok(standing::change(write, env, &case, after, why)?.then_some(Adjusted::Changed))
    })
}

impl Adjusted {
    /// What was wrong, as a sentence for people; empty where nothing was.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Changed | Self::AlreadySo | Self::Unknown => String::new(),
            Self::Overtaken(_) => "Somebody else changed it meanwhile. Nothing was changed.".to_owned(),
            Self::NotPending(current) => {
                format!("It is {}. Only what is pending can be adjusted; give money back by a refund.", current.status)
            }
            Self::Refused(fault) => format!("Amount {fault}."),
            Self::NeedsReason => "Reason must not be blank.".to_owned(),
        }
    }
}
