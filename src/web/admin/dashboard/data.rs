//! What the dashboard asks the database: the same few statements for every program and every range.

use std::collections::HashMap;

use super::range::Periods;
use crate::domain::change::Actor;
use crate::domain::click_token::Mode;
use crate::domain::currency::Currency;
use crate::domain::id::{AffiliateId, CampaignId, ConversionId, UserId};
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::domain::report::{MoneyTally, Tally};
use crate::domain::time::{LocalDay, Timestamp};
use crate::storage::conn::Conn;
use crate::storage::conversion_changes::{self, ChangeRow};
use crate::storage::conversions::list::{self, Listed, Wanted};
use crate::storage::conversions::{ConversionRow, attention};
use crate::storage::error::Stored;
use crate::storage::roll_ups::{self, periods};
use crate::storage::{attempts, links, users};

/// What wants attention is counted as far as this.
pub(super) const MOST_COUNTED: i64 = 1_000;

/// Rows of each list on the page.
pub(super) const MOST_SHOWN: usize = 8;

/// The same for what is read from the database.
const NEWEST: i64 = 8;

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// Everything that the page is made from.
#[derive(Debug, Default)]
pub struct Figures {
    /// Whether a live click or conversion was ever counted.
    pub has_any: bool,
    /// Whether there is a link to follow; only asked where nothing was counted.
    pub has_links: bool,
    /// Day by day, both periods.
    pub days: Vec<(LocalDay, Tally)>,
    /// Quarter by quarter of an hour, both periods; only asked for a single day.
    pub quarters: Vec<(i64, Tally)>,
    /// The campaigns that earned most.
    pub campaigns: Vec<(CampaignId, Tally)>,
    /// The affiliates that earned most.
    pub affiliates: Vec<(AffiliateId, Tally)>,
    /// Where every affiliate's money stands.
    pub money: Vec<(AffiliateId, MoneyTally)>,
    /// How many wait for a decision, and since when the first of them.
    pub waiting: (usize, Option<Timestamp>),
    /// How many of them have a mark.
    pub flagged: usize,
    /// How many wait for an exchange rate.
    pub without_rate: usize,
    /// How many reports of the last day were not recorded.
    pub attempts: usize,
    /// The newest conversions.
    pub newest: Vec<Listed>,
    /// The newest changes.
    pub changes: Vec<ChangeRow>,
    /// The conversions that were changed.
    pub changed: HashMap<ConversionId, ConversionRow>,
    /// The names of who changed them.
    pub names: HashMap<UserId, String>,
}

impl Figures {
    /// What all affiliates together have in each pot.
    #[must_use]
    pub fn all_money(&self) -> MoneyTally {
        let mut all = MoneyTally::default();
        self.money.iter().for_each(|(_, money)| all.add(money));
        all
    }

    /// What may go into the next payouts.
    #[must_use]
    pub fn payable(&self, currency: Currency) -> Money {
        Money::new(self.all_money().payable_minor(), currency)
    }
}

/// Asks for everything. The number of statements does not depend on what is found.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn load(conn: &mut Conn, program: &Program, asked: &Periods, now: Timestamp) -> Stored<Figures> {
    let id = program.id;
    let has_any = periods::any_of_program(conn, id)?;
    let has_links = !has_any && links::count(conn, id, &links::Wanted::default())? > 0;
    let quarters = match asked.hours(&program.zone) {
        Some((from, until)) => periods::by_quarter(conn, id, from, until)?,
        None => Vec::new(),
    };
    let changes = conversion_changes::newest(conn, id, NEWEST)?;
    let changed: Vec<ConversionId> = changes.iter().map(|change| change.conversion_id).collect();
    let actors: Vec<UserId> = changes.iter().filter_map(user).collect();
    let money = roll_ups::money_of_program(conn, id)?;
    Ok(Figures {
        has_any,
        has_links,
        days: periods::by_day(conn, id, asked.both())?,
        quarters,
        campaigns: periods::top_campaigns(conn, id, asked.now, MOST_SHOWN)?,
        affiliates: periods::top_affiliates(conn, id, asked.now, MOST_SHOWN)?,
        money: money.iter().map(|row| (row.affiliate_id, row.money())).collect(),
        waiting: list::waiting(conn, id, Mode::Live, MOST_COUNTED)?,
        flagged: attention::flagged(conn, id, MOST_COUNTED)?,
        without_rate: attention::without_rate(conn, id, MOST_COUNTED)?,
        attempts: attempts::list::since(conn, id, now.minus(DAY), MOST_COUNTED)?,
        newest: list::piece(conn, id, &Wanted::default(), None, NEWEST)?,
        changed: attention::of_ids(conn, id, &changed)?.into_iter().map(|row| (row.id, row)).collect(),
        names: users::names(conn, &actors)?,
        changes,
    })
}

/// The person who made a change, if it was one.
pub(super) fn user(change: &ChangeRow) -> Option<UserId> {
    match change.by() {
        Actor::User(user) => Some(user),
        Actor::Key(_) | Actor::Clock => None,
    }
}
