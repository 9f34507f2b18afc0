//! What is on record, as every dialect reads it before it puts it into its own shape.

use crate::app::App;
use crate::domain::id::{ConversionId, ProgramId, TokenId};
use crate::storage::conversions::list::{self, Wanted};
use crate::storage::conversions::told::{self, Told};
use crate::storage::error::{StorageError, Stored};

/// The last page that can be asked for.
pub const LAST_PAGE: i64 = 2_147_483_647;

/// A page of `most` conversions, and how many there were on all pages when the first one was asked for. The walk goes on
/// where the page before it ended ([`crate::app::walks`]).
///
/// # Errors
/// [`StorageError`].
pub async fn page(
    app: &App,
    (program, token): (ProgramId, TokenId),
    wanted: Wanted,
    (page, most): (i64, i64),
) -> Stored<(Vec<Told>, i64)> {
    let now = app.environment.clock.now();
    let walk = (token, wanted.clone(), most);
    let from = app.walks.from(&walk, page, now);
    let read = app.read(move |conn| {
        let counted = |conn: &mut _| from.total.map_or_else(|| list::count(conn, program, &wanted), Ok);
        if page > 1 {
            let total = counted(conn)?;
            // Whoever asks beyond the end is not worth counting all of the rows before it.
            if from.skip >= total {
                return Ok((Vec::new(), total));
            }
            return Ok((told::piece(conn, program, &wanted, (from.below, from.skip), most)?, total));
        }
        let rows = told::piece(conn, program, &wanted, (None, 0), most)?;
        let found = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let total = if found < most { found } else { counted(conn)? };
        Ok((rows, total))
    });
    let (rows, total) = read.await?;
    app.walks.note(walk, page, (total, rows.last().map(|row| row.conversion.id)), now);
    Ok((rows, total))
}

/// A conversion that was recorded, by one read of its id.
///
/// # Errors
/// [`StorageError`].
pub async fn recorded(app: &App, program: ProgramId, id: ConversionId) -> Stored<Told> {
    let told = app.read(move |conn| told::find(conn, program, id)).await?;
    told.ok_or(StorageError::Inconsistent("a recorded conversion that is not there"))
}
