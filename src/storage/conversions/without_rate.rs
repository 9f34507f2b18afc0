//! Conversions that wait for an exchange rate.

use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;

use crate::domain::conversion::ConversionStatus;
use crate::domain::currency::Currency;
use crate::domain::id::ProgramId;
use crate::domain::time::Timestamp;
use crate::storage::conn::{Conn, each_backend};
use crate::storage::error::Stored;
use crate::storage::pool::IntoStored;
use crate::storage::schema::conversions::dsl;

/// Those of one currency.
#[derive(Queryable, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The currency.
    pub currency: Currency,
    /// How many they are, live and test together.
    pub conversions: i64,
    /// When the first of them came in.
    pub first: Option<Timestamp>,
    /// When the last of them came in.
    pub last: Option<Timestamp>,
}

/// What waits in a program, by currency; rejected ones wait for nothing.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn waiting(conn: &mut Conn, program: ProgramId) -> Stored<Vec<Waiting>> {
    each_backend!(conn, |c| {
        dsl::conversions
            .filter(dsl::program_id.eq(program).and(dsl::base_minor.is_null()))
            .filter(dsl::status.ne(ConversionStatus::Rejected))
            .group_by(dsl::currency)
            .select((dsl::currency, count_star(), min(dsl::received_at), max(dsl::received_at)))
            .order(dsl::currency)
            .load(c)
    })
    .stored()
}
