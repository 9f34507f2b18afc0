//! What is due: what a commission comes to, from its facts and its rule version alone.
//!
//! Recording, every later change and `accrue verify` compute it with the same function, so an amount that is on record can
//! be computed again years later from what stands beside it.

use super::commission::{CommissionState, Earning, earn_on_what_remains};
use super::currency::Currency;
use super::exchange::Quote;
use super::money::{Money, MoneyError};
use super::rule::{Payment, Rule};
use super::time::{Timestamp, Zone};
use super::worth::Worth;

/// Everything that a commission's amount follows from.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// What the order is worth.
    pub worth: Worth,
    /// The program's currency.
    pub base: Currency,
    /// The exchange rate used, where one is needed and known.
    pub quote: Option<Quote>,
    /// The rule version; none where no rule applies.
    pub rule: Option<&'a Rule>,
    /// Which of the customer's payments it is, where that is counted.
    pub payment: Option<Payment>,
    /// When the purchase was made: when it was received, or when it was paid for later.
    pub made_at: Timestamp,
    /// Whose days months are counted in.
    pub zone: &'a Zone,
}

impl Grounds<'_> {
    /// What the order earns as it stands.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the sale does not fit the base currency's range.
    pub fn earning(&self) -> Result<Earning, MoneyError> {
        let amounts = (self.worth.initial, self.worth.remaining());
        let basis = self.rule.and_then(|rule| rule.basis_for(self.payment, self.made_at, self.zone));
        earn_on_what_remains(amounts, self.base, self.quote.as_ref(), basis)
    }
}

/// What the ledger must hold for a commission: what it earns, and what was made up for after a report took over a row
/// that was paid; nothing while it is void.
#[must_use]
pub fn due(state: CommissionState, earned_minor: Option<i64>, compensated_minor: i64) -> i64 {
    match state {
        CommissionState::Void => 0,
        _ => earned_minor.unwrap_or(0).saturating_add(compensated_minor),
    }
}

/// What is left of a compensation once a commission earns this much: it goes with the order, and never takes more than
/// there is.
#[must_use]
pub fn compensation_left(worth: &Worth, earned_minor: Option<i64>, compensated_minor: i64) -> i64 {
    if worth.is_given_back() { 0 } else { compensated_minor.max(-earned_minor.unwrap_or(0)) }
}

/// What is left of a compensation when less is left of the order than before: as large a part of it, rounded half away from
/// zero. The better report told another amount, so a return of a part takes that part of what was made up for along.
#[must_use]
pub fn compensation_in_proportion(before: &Worth, after: &Worth, compensated_minor: i64) -> i64 {
    let (was, is) = (i128::from(before.remaining().minor()), i128::from(after.remaining().minor()));
    if compensated_minor == 0 || is >= was {
        return compensated_minor;
    }
    let product = i128::from(compensated_minor) * is;
    let half = if product < 0 { -was / 2 } else { was / 2 };
    i64::try_from((product + half) / was).unwrap_or(compensated_minor)
}

/// The exact amount of money as people read it: `240.00 USD`.
#[must_use]
pub fn written(money: Money) -> String {
    format!("{money} {}", money.currency())
}

#[cfg(test)]
mod tests;
