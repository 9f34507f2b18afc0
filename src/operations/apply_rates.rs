//! Exchange rates have arrived: what waited for them gets its amount.
//!
//! A conversion in a foreign currency waits for a rate of its own day, or of at most a week before. Once there is one it is
//! converted with it for good; a rate that is published again with another figure changes nothing that is converted. Whose
//! report states where the commission stands, which had to wait for the rate, is brought there.

use std::collections::HashMap;

use crate::domain::change::{Actor, ChangeKind};
use crate::domain::currency::Currency;
use crate::domain::exchange::{ExchangeRate, Quote};
use crate::domain::flag::Flag;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::ledger::EntryKind;
use crate::domain::time::LocalDay;
use crate::environment::Environment;
use crate::storage::conversions;
use crate::storage::error::Stored;
use crate::storage::exchange_rates;
use crate::storage::write::Write;

use super::standing::{Case, Changes, Why};
use super::state_status::follow_stated;

/// How many waiting conversions one transaction looks at.
const PORTION: i64 = 200;

/// What came of looking at some conversions that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// How many wait no more.
    pub changed: usize,
    /// From where to go on; none when all have been looked at.
    pub next: Option<ConversionId>,
}

/// Gives those of a program's next waiting conversions their amount for which there is a rate now. Begin without `after`,
/// go on from [`Applied::next`].
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn apply_rates(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    after: Option<ConversionId>,
) -> Stored<Applied> {
    let waiting = conversions::without_rate(write.conn(), program, after, PORTION)?;
    let is_full = i64::try_from(waiting.len()).is_ok_and(|found| found == PORTION);
    let next = waiting.last().filter(|_| is_full).map(|row| row.id);
    let mut changes = Changes::new(env);
    let mut quotes: HashMap<(Currency, LocalDay), Option<Quote>> = HashMap::new();
    let mut changed = Vec::new();
    for case in Case::of_conversions(write.conn(), waiting)? {
        let row = &case.conversion;
        let (currency, base) = (row.currency, row.base_currency);
        let day = changes.zone(write.conn(), program)?.local_day(row.received_at);
        let quote = match quotes.get(&(currency, day)) {
            Some(known) => *known,
            None => exchange_rates::quote(write.conn(), program, currency, base, day)?,
        };
        quotes.insert((currency, day), quote);
        if let Some(quote) = quote
            && apply(write, &mut changes, &case, &quote)?
        {
            changed.push(case);
        }
    }
    changes.write(write)?;
    // Only now is all that the steps go by on record.
    for case in changed.iter().filter(|case| case.conversion.flags.has(Flag::StatedOtherwise)) {
        follow_stated(write, env, (program, case.conversion.id))?;
    }
    Ok(Applied { changed: changed.len(), next })
}

fn apply(write: &mut Write<'_>, changes: &mut Changes<'_>, case: &Case, quote: &Quote) -> Stored<bool> {
    let mut after = case.clone();
    after.conversion.fx_rate = ExchangeRate::new(quote.rate).ok();
    after.conversion.fx_day = Some(quote.day);
    if changes.compute(write.conn(), &mut after)?.is_err() {
        // Too much for the program's currency: it goes on waiting, as if there were no rate.
        tracing::warn!(conversion = %case.conversion.id, "the amount does not fit the program's currency");
        return Ok(false);
    }
    let (from, to) = (case.conversion.currency, case.conversion.base_currency);
    let detail = format!("1 {from} = {} {to}, of {}", quote.rate.normalize(), quote.day);
    let why = Why { detail, ..Why::plain(ChangeKind::RateArrived, Actor::Clock, EntryKind::Earn) };
    let Some(changed) = changes.make(write, case, after, why)? else {
        return Ok(false);
    };
    changes.approve_by_rule(write, &changed)?;
    Ok(true)
}
