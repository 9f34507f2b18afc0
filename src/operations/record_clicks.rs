//! Recording a set of clicks.
//!
//! A click has been judged by the time it comes here; what is left is to tell first visits of a day from later ones and
//! to write. Visitors are told apart in memory, by hashes that are never stored: an index on a random hash would cost
//! more than everything else together.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::click::Click;
use crate::domain::click_token::Mode;
use crate::domain::id::CampaignId;
use crate::domain::link::Link;
use crate::domain::report::{Place, Tallies, Tally};
use crate::domain::time::{LocalDay, Timestamp, Zone};
use crate::storage::catalogue::Catalogue;
use crate::storage::clicks::ClickRow;
use crate::storage::new_rows::NewRows;

/// A visit that was redirected without credit.
#[derive(Clone, Debug)]
pub struct ScreenedVisit {
    /// The link it came through.
    pub link: Arc<Link>,
    /// When.
    pub at: Timestamp,
}

/// A visitor of one campaign on one day.
pub type Visitor = (CampaignId, LocalDay, u64);

/// The visitors seen lately, to tell first clicks of a day from later ones.
///
/// Bounded: when it is full it forgets everything, and some visitors count as new once more that day. A restart does
/// the same. The flag on the click's row says what was counted, so the roll-ups agree with the rows either way.
#[derive(Debug, Default)]
pub struct Visitors(HashSet<Visitor>);

impl Visitors {
    /// Visitors remembered at most: with their keys some 25 MB.
    const MOST: usize = 500_000;

    /// Remembers the visitors of a batch that was committed.
    pub fn remember(&mut self, seen: HashSet<Visitor>) {
        if self.0.len() + seen.len() > Self::MOST {
            self.0 = HashSet::new();
        }
        self.0.extend(seen);
    }
}

/// Adds the rows of clicks, and answers with the visitors among them, to be remembered once everything is committed.
pub fn record_clicks(
    catalogue: &Catalogue,
    visitors: &Visitors,
    clicks: Vec<Click>,
    rows: &mut NewRows,
) -> HashSet<Visitor> {
    let utc = Zone::utc();
    let mut seen = HashSet::new();
    for click in clicks {
        let at = click.claims.clicked_at();
        let live = click.claims.mode == Mode::Live;
        let zone = zone_of(catalogue, &click.link, &utc);
        let visitor = (click.link.campaign_id, zone.local_day(at), click.visitor);
        let first_of_day = live && !visitors.0.contains(&visitor) && seen.insert(visitor);
        if live {
            rows.tallies.count(&place_of(&click.link), zone, at, &Tally::click(first_of_day));
        }
        rows.clicks.push(ClickRow::new(click, first_of_day));
    }
    seen
}

/// Counts a visit that was redirected without credit. It leaves no row.
pub fn count_screened(catalogue: &Catalogue, visit: &ScreenedVisit, tallies: &mut Tallies) {
    let utc = Zone::utc();
    let zone = zone_of(catalogue, &visit.link, &utc);
    tallies.count(&place_of(&visit.link), zone, visit.at, &Tally::screened());
}

fn zone_of<'a>(catalogue: &'a Catalogue, link: &Link, otherwise: &'a Zone) -> &'a Zone {
    catalogue.program(link.program_id).map_or(otherwise, |program| &program.zone)
}

fn place_of(link: &Link) -> Place {
    Place { program_id: link.program_id, campaign_id: link.campaign_id, affiliate_id: link.affiliate_id }
}
