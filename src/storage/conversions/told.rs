//! Conversions as machines are told of them: with what they earn, and with what the token of their click said, so that it
//! can be told again when the click itself is long purged.

use std::collections::HashMap;

use diesel::prelude::*;

use super::ConversionRow;
use super::list::{self, Wanted};
use crate::domain::click_token::{Claims, Origin};
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::time::Window;
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::pool::IntoStored;
use crate::storage::schema::{commissions, conversion_details, conversions, conversions::dsl};

diesel::joinable!(conversion_details -> conversions (conversion_id));

/// A conversion with its commission and its click.
#[derive(Clone, Debug)]
pub struct Told {
    /// What was reported, and what was decided about it.
    pub conversion: ConversionRow,
    /// What it earns.
    pub commission: Option<CommissionRow>,
    /// How its click came to be, and for how long it counted.
    click: ClickFacts,
}

/// What is kept of a click's token: how the click came to be, and the days of its window.
type ClickFacts = (Option<Origin>, Option<i32>);

type Found = (ConversionRow, Option<CommissionRow>, Option<ClickFacts>);

impl Told {
    fn new((conversion, commission, click): Found) -> Self {
        Self { conversion, commission, click: click.unwrap_or_default() }
    }

    /// What the token of its click says; nothing where there is no click, or where it was recorded before this was kept.
    #[must_use]
    pub fn claims(&self) -> Option<Claims> {
        let days = u32::try_from(self.click.1?).ok()?;
        Some(Claims {
            mode: self.conversion.mode,
            origin: self.click.0?,
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
    let columns = (
        ConversionRow::as_select(),
        Option::<CommissionRow>::as_select(),
        (conversion_details::click_origin, conversion_details::click_window_days).nullable(),
    );
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
    let clicks = conversion_details::table.filter(conversion_details::conversion_id.eq_any(&ids));
    let columns = (conversion_details::click_origin, conversion_details::click_window_days);
    let clicks: Vec<(ConversionId, ClickFacts)> =
        clicks.select((conversion_details::conversion_id, columns)).load(conn).stored()?;
    let mut clicks: HashMap<_, _> = clicks.into_iter().collect();
    let told = |(conversion, commission): list::Listed| {
        let click = clicks.remove(&conversion.id);
        Told::new((conversion, commission, click))
    };
    Ok(rows.into_iter().map(told).collect())
}
