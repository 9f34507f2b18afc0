//! What a batch writes, gathered while it is decided and written at its end: one trip to a server, whatever the batch
//! holds, and one more where a customer is known by a click from now on.

use std::sync::Arc;

use diesel::result::{DatabaseErrorKind, Error};

use super::attempts::{AttemptDayRow, AttemptRow};
use super::bulk;
use super::clicks::ClickRow;
use super::commissions::CommissionRow;
use super::conversion_changes::ChangeRow;
use super::conversion_details::ConversionDetailsRow;
use super::conversions::ConversionRow;
use super::conversions::told::Rows;
use super::error::{StorageError, Stored, Unique};
use super::ledger_entries::LedgerEntryRow;
use super::referral_changes::ReferralChangeRow;
use super::referrals::{self, ReferralIdentifierRow, ReferralRow};
use super::roll_ups::RollUpRows;
use super::write::Write;
use crate::domain::id::ConversionId;
use crate::domain::report::Tallies;

/// Rows of every table that batches write, and what they add to the roll-ups.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the tables")]
pub struct NewRows {
    pub conversions: Vec<ConversionRow>,
    pub details: Vec<ConversionDetailsRow>,
    pub commissions: Vec<CommissionRow>,
    pub entries: Vec<LedgerEntryRow>,
    pub changes: Vec<ChangeRow>,
    pub referrals: Vec<ReferralRow>,
    pub referral_identifiers: Vec<ReferralIdentifierRow>,
    pub referral_changes: Vec<ReferralChangeRow>,
    pub clicks: Vec<ClickRow>,
    pub attempts: Vec<AttemptRow>,
    pub attempt_days: Vec<AttemptDayRow>,
    pub tallies: Tallies,
}

/// The conversions that a batch recorded, each with what hangs on it, by ascending ids.
#[derive(Debug, Default)]
pub struct NewConversions {
    conversions: Vec<ConversionRow>,
    commissions: Vec<CommissionRow>,
    details: Vec<ConversionDetailsRow>,
}

/// One of them, for whoever is told of it. It stays where it was made: rows are many bytes, and memory that one thread takes and
/// another gives back makes both wait.
#[derive(Clone, Debug)]
pub struct NewConversion {
    among: Arc<NewConversions>,
    place: usize,
}

impl NewConversion {
    /// The one with this id, if it is among them.
    #[must_use]
    pub fn find(among: &Arc<NewConversions>, id: ConversionId) -> Option<Self> {
        let place = among.conversions.binary_search_by_key(&id, |row| row.id).ok()?;
        // A batch adds a conversion's rows together, and all three are in the order of its id.
        let is_whole = among.commissions.get(place).is_some_and(|row| row.conversion_id == id)
            && among.details.get(place).is_some_and(|row| row.conversion_id == id);
        is_whole.then(|| Self { among: Arc::clone(among), place })
    }

    /// What there is to tell of it.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        let NewConversions { conversions, commissions, details } = &*self.among;
        // Its place is one in all three.
        Rows::of(&conversions[self.place], &commissions[self.place], &details[self.place])
    }
}

impl NewRows {
    /// Writes everything, tables in one order everywhere (conversions, commissions, ledger, the rest, roll-ups, marks of clicks), rows by
    /// ascending key, so that two writers could never wait for each other. Answers with the new conversions, for those who are
    /// told of them: they need not read what was written a moment ago.
    ///
    /// # Errors
    /// [`Unique::Order`] when another writer was faster with one of the orders, [`Unique::CustomerName`] when one was with what
    /// a customer is called; then the transaction is of no use.
    pub fn write(mut self, write: &mut Write<'_>) -> Stored<NewConversions> {
        self.write_all(write)?;
        Ok(NewConversions { conversions: self.conversions, commissions: self.commissions, details: self.details })
    }

    fn write_all(&mut self, write: &mut Write<'_>) -> Stored<()> {
        self.conversions.sort_unstable_by_key(|row| row.id);
        self.commissions.sort_unstable_by_key(|row| row.conversion_id);
        self.details.sort_unstable_by_key(|row| row.conversion_id);
        self.referral_identifiers.sort_unstable_by(|one, other| one.key().cmp(&other.key()));
        self.attempt_days.sort_unstable_by_key(|row| (row.token_id, row.day));
        let roll_ups = RollUpRows::of(&self.tallies);
        let inserted = bulk::insert(
            write.conn(),
            &[
                &self.conversions.as_slice(),
                &self.details.as_slice(),
                &self.commissions.as_slice(),
                &self.entries.as_slice(),
                &self.changes.as_slice(),
                &self.referrals.as_slice(),
                &self.referral_identifiers.as_slice(),
                &self.referral_changes.as_slice(),
                &self.clicks.as_slice(),
                &self.attempts.as_slice(),
                &self.attempt_days.as_slice(),
                &roll_ups.campaigns.as_slice(),
                &roll_ups.affiliates.as_slice(),
                &roll_ups.affiliate_totals.as_slice(),
                &roll_ups.quarters.as_slice(),
                &roll_ups.money.as_slice(),
            ],
        );
        match inserted {
            Ok(count) if count == self.conversions.len() => referrals::note_clicks(write, &self.referral_identifiers),
            // What hangs on a conversion that was left out has nothing to hang on.
            Ok(_) | Err(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => {
                Err(StorageError::Taken(Unique::Order))
            }
            Err(error) => Err(error.into()),
        }
    }
}
