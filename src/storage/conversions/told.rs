//! Conversions as machines are told of them: with what they earn, with what their sender wants to find again, and with what
//! the token of their click said, so that it can be told again when the click itself is long purged.

use std::collections::HashMap;

use diesel::prelude::*;

use super::ConversionRow;
use super::list::{self, Wanted};
use crate::domain::click_token::{Claims, Origin};
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::time::{Timestamp, Window};
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::{Conn, MultiBackend};
use crate::storage::conversion_details::ConversionDetailsRow;
use crate::storage::error::Stored;
use crate::storage::pool::IntoStored;
use crate::storage::schema::{commissions, conversion_details, conversions, conversions::dsl};

diesel::joinable!(conversion_details -> conversions (conversion_id));

/// A conversion with its commission and what is kept beside it.
#[derive(Clone, Debug)]
pub struct Told {
    /// What was reported, and what was decided about it.
    pub conversion: ConversionRow,
    /// What it earns.
    pub commission: Option<CommissionRow>,
    /// What is told of its details.
    kept: Kept,
}

/// What is told of a conversion's details.
#[derive(Queryable, Selectable, Clone, Debug, Default)]
#[diesel(table_name = conversion_details, check_for_backend(MultiBackend))]
struct Kept {
    click_origin: Option<Origin>,
    click_window_days: Option<i32>,
    claimed_at: Option<Timestamp>,
    metadata: Option<String>,
}

type Found = (ConversionRow, Option<CommissionRow>, Option<Kept>);

/// The same, as it is looked at: of a conversion that was read, or of one that was recorded with others a moment ago.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// What was reported, and what was decided about it.
    pub conversion: &'a ConversionRow,
    /// What it earns.
    pub commission: Option<&'a CommissionRow>,
    /// When its sender says that it happened.
    pub claimed_at: Option<Timestamp>,
    /// What its sender wants to find again, as one JSON object.
    pub metadata: Option<&'a str>,
    click_origin: Option<Origin>,
    click_window_days: Option<i32>,
}

impl Told {
    fn new((conversion, commission, kept): Found) -> Self {
        Self { conversion, commission, kept: kept.unwrap_or_default() }
    }

    /// All of it.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        Rows {
            conversion: &self.conversion,
            commission: self.commission.as_ref(),
            claimed_at: self.kept.claimed_at,
            metadata: self.kept.metadata.as_deref(),
            click_origin: self.kept.click_origin,
            click_window_days: self.kept.click_window_days,
        }
    }
}

impl<'a> Rows<'a> {
    /// Of a conversion whose three rows are at hand.
    #[must_use]
    pub fn of(conversion: &'a ConversionRow, commission: &'a CommissionRow, details: &'a ConversionDetailsRow) -> Self {
        Self {
            conversion,
            commission: Some(commission),
            claimed_at: details.claimed_at,
            metadata: details.metadata.as_deref(),
            click_origin: details.click_origin,
            click_window_days: details.click_window_days,
        }
    }

    /// What the token of its click says; nothing where there is no click, or where it was recorded before this was kept.
    #[must_use]
    pub fn claims(&self) -> Option<Claims> {
        let days = u32::try_from(self.click_window_days?).ok()?;
        Some(Claims {
            mode: self.conversion.mode,
            origin: self.click_origin?,
            window: Window::from_days(days).ok()?,
            click: self.conversion.click_id?,
            link: self.conversion.link_id?,
        })
    }
}

/// A conversion of this program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, conversion: ConversionId) -> Stored<Option<Told>> {
    let this = conversions::table.left_join(commissions::table).left_join(conversion_details::table);
    let this = this.filter(dsl::id.eq(conversion).and(dsl::program_id.eq(program)));
    let columns = (ConversionRow::as_select(), Option::<CommissionRow>::as_select(), Option::<Kept>::as_select());
    let found: Option<Found> = this.select(columns).first(conn).optional().stored()?;
    Ok(found.map(Told::new))
}

/// At most `most` conversions, the newest first: those older than `before`, or all, and `skip` further.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn piece(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    (before, skip): (Option<ConversionId>, i64),
    most: i64,
) -> Stored<Vec<Told>> {
    let rows = list::piece_beyond(conn, program, wanted, (before, skip), most)?;
    let ids: Vec<ConversionId> = rows.iter().map(|(row, _)| row.id).collect();
    let kept = conversion_details::table.filter(conversion_details::conversion_id.eq_any(&ids));
    let kept: Vec<(ConversionId, Kept)> =
        kept.select((conversion_details::conversion_id, Kept::as_select())).load(conn).stored()?;
    let mut kept: HashMap<_, _> = kept.into_iter().collect();
    let told = |(conversion, commission): list::Listed| {
        let kept = kept.remove(&conversion.id);
        Told::new((conversion, commission, kept))
    };
    Ok(rows.into_iter().map(told).collect())
}
