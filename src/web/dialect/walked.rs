//! One page of a list that a machine walks through from the newest row back, while rows arrive and are decided about.

use crate::app::App;
use crate::app::walks::Read;
use crate::domain::id::{ConversionId, ProgramId};
use crate::storage::catalogue::Key;
use crate::storage::conn::Conn;
use crate::storage::conversions::list::{self, Wanted};
use crate::storage::conversions::told;
use crate::storage::error::Stored;

/// The last page that can be asked for by its number.
pub const LAST_PAGE: i64 = 2_147_483_647;

/// A page: so many rows lie before it, and so many at most are on it.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Rows before it.
    pub before: i64,
    /// Rows of it at most; one or more.
    pub most: i64,
}

impl Piece {
    /// The page of this number, from 1, where every page has so many rows.
    #[must_use]
    pub const fn of_page(number: i64, most: i64) -> Self {
        Self { before: number.saturating_sub(1).saturating_mul(most), most }
    }
}

/// Below which row a piece is read (from the newest where it is none), and how many rows are skipped there.
pub type Place = (Option<ConversionId>, i64);

/// What is told of a conversion.
pub trait Told: Send + 'static {
    /// Which one it is.
    fn id(&self) -> ConversionId;

    /// Reads at most `most` of those that are wanted, the newest first.
    ///
    /// # Errors
    /// [`crate::storage::error::StorageError`].
    fn read(conn: &mut Conn, program: ProgramId, wanted: &Wanted, place: Place, most: i64) -> Stored<Vec<Self>>
    where
        Self: Sized;
}

impl Told for told::Told {
    fn id(&self) -> ConversionId {
        self.conversion.id
    }

    fn read(conn: &mut Conn, program: ProgramId, wanted: &Wanted, place: Place, most: i64) -> Stored<Vec<Self>> {
        told::piece(conn, program, wanted, place, most)
    }
}

/// The rows of a page, and how many rows there were in all when its walk began.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub async fn page<T: Told>(app: &App, key: &Key, wanted: Wanted, piece: Piece) -> Stored<(Vec<T>, i64)> {
    let Piece { before, most } = piece;
    let program = key.program_id;
    let now = app.environment.clock.now();
    let walk = (key.token_id, wanted.clone(), most);
    let from = app.walks.from(&walk, before, now);
    let read = app.read(move |conn| {
        let counted = |conn: &mut _| from.total.map_or_else(|| list::count(conn, program, &wanted), Ok);
        if before > 0 {
            let total = counted(conn)?;
            // Whoever asks beyond the end is not worth counting all of the rows before it.
            if from.skip >= total {
                return Ok((Vec::new(), total));
            }
            return Ok((T::read(conn, program, &wanted, (from.below, from.skip), most)?, total));
        }
        let rows = T::read(conn, program, &wanted, (None, 0), most)?;
        let found = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let total = if found < most { found } else { counted(conn)? };
        Ok((rows, total))
    });
    let (rows, total) = read.await?;
    let end = before.saturating_add(most);
    app.walks.note(walk, Read { begin: before, end, total, last: rows.last().map(T::id) }, now);
    Ok((rows, total))
}
