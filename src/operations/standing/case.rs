//! A conversion with its commission, as they are on record or are to be.

use std::collections::HashMap;

use crate::domain::commission::{CommissionState, Standing};
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::payment;
use crate::domain::report::{MoneyTally, Tally};
use crate::domain::review::UnderReview;
use crate::domain::time::Timestamp;
use crate::storage::commissions::{self, CommissionRow};
use crate::storage::conn::Conn;
use crate::storage::conversion_changes::{self, ChangeRow};
use crate::storage::conversions::{self, ConversionRow};
use crate::storage::error::Stored;

/// How many ids one statement names.
const PORTION: usize = 500;

/// A conversion with its commission.
#[derive(Clone, Debug)]
pub struct Case {
    /// What was reported, and what was decided about it.
    pub conversion: ConversionRow,
    /// What it earns.
    pub commission: CommissionRow,
}

/// What has become of a conversion, for whoever thought otherwise.
#[derive(Clone, Debug)]
pub struct Current {
    /// What was decided.
    pub status: ConversionStatus,
    /// Where its commission stands.
    pub state: CommissionState,
    /// Where the purchase stands.
    pub sale: SaleStatus,
    /// The edition that a next decision can say it saw.
    pub edition: i64,
    /// Who changed it last, when and why, if anybody ever did.
    pub latest: Option<ChangeRow>,
}

impl Case {
    /// A conversion of this program, with its commission.
    ///
    /// # Errors
    /// [`crate::storage::error::StorageError`].
    pub fn find(conn: &mut Conn, program: ProgramId, id: ConversionId) -> Stored<Option<Self>> {
        let Some(conversion) = conversions::find(conn, program, id)? else {
            return Ok(None);
        };
        let commission = commissions::of_conversion(conn, program, id)?;
        Ok(commission.map(|commission| Self { conversion, commission }))
    }

    /// These commissions with their conversions.
    ///
    /// # Errors
    /// [`crate::storage::error::StorageError`].
    pub fn of_commissions(conn: &mut Conn, commissions: Vec<CommissionRow>) -> Stored<Vec<Self>> {
        let mut rows = HashMap::new();
        for portion in commissions.chunks(PORTION) {
            let ids: Vec<ConversionId> = portion.iter().map(|row| row.conversion_id).collect();
            rows.extend(conversions::find_all(conn, &ids)?.into_iter().map(|row| (row.id, row)));
        }
        let with_conversion = |commission: CommissionRow| {
            let conversion = rows.remove(&commission.conversion_id)?;
            Some(Self { conversion, commission })
        };
        Ok(commissions.into_iter().filter_map(with_conversion).collect())
    }

    /// These conversions with their commissions.
    ///
    /// # Errors
    /// [`crate::storage::error::StorageError`].
    pub fn of_conversions(conn: &mut Conn, conversions: Vec<ConversionRow>) -> Stored<Vec<Self>> {
        let mut rows = HashMap::new();
        for portion in conversions.chunks(PORTION) {
            let ids: Vec<ConversionId> = portion.iter().map(|row| row.id).collect();
            rows.extend(commissions::of_conversions(conn, &ids)?.into_iter().map(|row| (row.conversion_id, row)));
        }
        let with_commission = |conversion: ConversionRow| {
            let commission = rows.remove(&conversion.id)?;
            Some(Self { conversion, commission })
        };
        Ok(conversions.into_iter().filter_map(with_commission).collect())
    }

    /// Whether nobody knows yet what it is worth.
    #[must_use]
    pub const fn waits_for_rate(&self) -> bool {
        self.commission.hold_reason.is_some()
    }

    /// What a decision about it goes by.
    #[must_use]
    pub const fn under_review(&self) -> UnderReview {
        UnderReview {
            status: self.conversion.status,
            state: self.commission.state,
            waits_for_rate: self.waits_for_rate(),
        }
    }

    /// Whether somebody who saw this edition has missed something; machines see none.
    #[must_use]
    pub fn is_news_to(&self, seen: Option<i64>) -> bool {
        seen.is_some_and(|seen| seen != self.conversion.edition)
    }

    /// How it stands, for whoever thought otherwise.
    ///
    /// # Errors
    /// [`crate::storage::error::StorageError`].
    pub fn current(&self, conn: &mut Conn) -> Stored<Current> {
        Ok(Current {
            status: self.conversion.status,
            state: self.commission.state,
            sale: self.conversion.sale_status,
            edition: self.conversion.edition,
            latest: conversion_changes::latest(conn, self.conversion.id)?,
        })
    }

    /// Whether what its amount follows from is the same.
    pub(super) fn has_the_grounds_of(&self, other: &Self) -> bool {
        let payment = |case: &Self| (case.commission.payment(), case.commission.payment_made_at);
        let grounds = |case: &Self| (case.conversion.worth(), case.conversion.quote(), payment(case));
        grounds(self) == grounds(other)
    }

    /// Whether it counts as a payment of its customer.
    pub(super) fn counts_as_payment(&self) -> bool {
        let row = &self.conversion;
        payment::counts(row.event_type, row.status, row.sale_status, self.commission.state)
    }

    /// All that decides where its commission belongs.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        Standing {
            state: self.commission.state,
            status: self.conversion.status,
            sale: self.conversion.sale_status,
            waits_for_rate: self.waits_for_rate(),
            hold_until: self.commission.hold_until,
        }
    }

    /// Puts its commission where its facts put it.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let settled = self.standing().settle(now);
        self.commission.state = settled.state;
        self.commission.release_at = settled.release_at;
        if settled.state == CommissionState::Void {
            self.commission.payout_id = None;
        }
    }

    /// What reports count of it.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally::standing(self.conversion.status, self.conversion.base(), self.commission.booked())
    }

    /// What its affiliate's money counts of it.
    #[must_use]
    pub fn money(&self) -> MoneyTally {
        MoneyTally::of(self.conversion.status, self.commission.state, self.commission.booked())
    }
}
