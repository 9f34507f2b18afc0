//! Giving an affiliate something extra, which no conversion earned.

use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::change::Actor;
use crate::domain::click_token::Mode;
use crate::domain::conversion::LARGEST_AMOUNT;
use crate::domain::currency::Currency;
use crate::domain::id::{AffiliateId, EntryId, ProgramId};
use crate::domain::ledger::{Entry, EntryKind};
use crate::domain::money::Money;
use crate::domain::report::MoneyTally;
use crate::environment::Environment;
use crate::storage::error::Stored;
use crate::storage::ledger_entries::{self, LedgerEntryRow};
use crate::storage::new_rows::NewRows;
use crate::storage::write::Write;
use crate::storage::{affiliates, programs};

use super::audit;
use super::standing::reason_kept;

/// Something extra.
#[derive(Clone, Debug)]
pub struct Bonus {
    /// The entry's id, made when the form was shown: sent twice, it is given once.
    pub id: EntryId,
    /// How much, above zero, in the program's currency.
    pub amount: Money,
    /// What for; it needs a reason.
    pub reason: String,
}

/// Why a bonus cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BonusFault {
    /// The amount is of another currency than the program.
    #[error("Amount must be in {0}, the program's currency")]
    OtherCurrency(Currency),
    /// The amount is nothing.
    #[error("Amount must be above zero")]
    NotAboveZero,
    /// The amount is more than one entry may hold.
    #[error("Amount must be at most {0}")]
    TooMuch(Money),
    /// The form was sent before, with something else in it.
    #[error("Amount was given before by this form; open the page anew to give another")]
    GivenBefore,
    /// Nobody says what for.
    #[error("Reason must not be blank")]
    NeedsReason,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "what came of it is called after it")]
pub enum Given {
    /// It is in the ledger now.
    Given,
    /// It was in the ledger already.
    AlreadySo,
    /// It cannot be given. Nothing was changed.
    Refused(BonusFault),
    /// The program has no such affiliate.
    Unknown,
}

/// Gives an affiliate of this program a bonus.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn give_bonus(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    affiliate: AffiliateId,
    actor: Actor,
    bonus: &Bonus,
) -> Stored<Given> {
    let own = affiliates::find(write.conn(), program, affiliate)?;
    let (Some(_), Some(giver)) = (own, programs::find(write.conn(), program)?) else {
        return Ok(Given::Unknown);
    };
    if let Some(known) = ledger_entries::find(write.conn(), program, bonus.id)? {
        let is_same =
            (known.kind, known.affiliate_id, known.amount_minor) == (EntryKind::Bonus, affiliate, bonus.amount.minor());
        return Ok(if is_same { Given::AlreadySo } else { Given::Refused(BonusFault::GivenBefore) });
    }
    let reason = reason_kept(&bonus.reason);
    if let Some(fault) = fault(bonus, giver.base_currency, &reason) {
        return Ok(Given::Refused(fault));
    }
    let entry = Entry {
        id: bonus.id,
        program_id: program,
        affiliate_id: affiliate,
        commission_id: None,
        conversion_id: None,
        kind: EntryKind::Bonus,
        amount: bonus.amount,
        booked_at: env.clock.now(),
        occasion: None,
        reason,
    };
    ledger_entries::insert(write, &LedgerEntryRow::new(&entry, Mode::Live))?;
    let mut new = NewRows::default();
    new.tallies.count_money(program, affiliate, &MoneyTally::entry(bonus.amount));
    new.write(write)?;
    if let Some(actor) = AuditActor::by_hand(actor) {
        audit::note(write, env, &Act::in_program(program, actor, Action::BonusBooked).on(affiliate))?;
    }
    Ok(Given::Given)
}

fn fault(bonus: &Bonus, base: Currency, reason: &str) -> Option<BonusFault> {
    if bonus.amount.currency() != base {
        return Some(BonusFault::OtherCurrency(base));
    }
    if !bonus.amount.is_positive() {
        return Some(BonusFault::NotAboveZero);
    }
    if bonus.amount.minor() > LARGEST_AMOUNT {
        return Some(BonusFault::TooMuch(Money::new(LARGEST_AMOUNT, base)));
    }
    reason.is_empty().then_some(BonusFault::NeedsReason)
}
