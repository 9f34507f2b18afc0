//! A program that has been running for a year: affiliates and campaigns, what they sold, and what it came to.
//!
//! Sales are written by the operation that records real ones, so that rows, ledger and roll-ups are what the intake would
//! have left. Clicks are counted in the roll-ups and have no rows of their own, for no page that is measured reads one.

use std::sync::Arc;
use std::time::Duration;

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::currency::Currency;
use accrue::domain::id::{CampaignId, ProgramId, TokenId};
use accrue::domain::link::Link;
use accrue::domain::report::{Place, Tally};
use accrue::domain::time::Zone;
use accrue::operations::record_conversions::{Incoming, record_conversions};
use accrue::storage::catalogue::Catalogue;
use accrue::storage::new_rows::NewRows;
use accrue::storage::{links, tokens};

use super::prefill;
use crate::support::engine::{Engine, TestDatabase};
use crate::support::house::{House, campaign_id, plan};
use crate::support::sql::Sql;
use crate::support::world::{Affiliate, Campaign};

/// How large the program is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Who promotes; everybody promotes everything, every day.
    pub affiliates: usize,
    /// What is promoted.
    pub campaigns: usize,
    /// How long it has been running.
    pub days: u32,
    /// Sales in that time.
    pub conversions: usize,
    /// Clicks of each affiliate, in each campaign, each day.
    pub clicks: i64,
}

impl Size {
    /// As the command line asks: a million sales and ten million clicks in a year, or with `--short` next to nothing.
    pub fn asked_for() -> Self {
        if std::env::args().any(|argument| argument == "--short") {
            return Self { affiliates: 10, campaigns: 3, days: 40, conversions: 500, clicks: 14 };
        }
        Self { affiliates: 200, campaigns: 10, days: 365, conversions: 1_000_000, clicks: 14 }
    }

    fn all_clicks(&self) -> i64 {
        let days = i64::from(self.days) * self.clicks;
        [self.affiliates, self.campaigns].iter().fold(days, |all, part| all * i64::try_from(*part).unwrap_or(i64::MAX))
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { affiliates, campaigns, days, conversions, .. } = self;
        let clicks = self.all_clicks();
        write!(formatter, "{days} days, {affiliates} affiliates, {campaigns} campaigns, ")?;
        write!(formatter, "{conversions} conversions, {clicks} clicks")
    }
}

/// The program, and whom to look at.
pub struct Year {
    /// The merchant's program.
    pub program: ProgramId,
    /// Its affiliates.
    pub affiliates: Vec<Affiliate>,
}

/// Sales per transaction.
const SET: usize = 2_000;

/// Fills a house that has just been opened, and lets the time pass.
pub fn pass(house: &House, database: &TestDatabase, size: Size) -> Year {
    let admin = house.admin();
    let program = admin.program("Alderfinch", Currency::USD);
    let affiliate = |number| admin.affiliate(program, &format!("affiliate{number}"), AffiliateStatus::Active);
    let affiliates: Vec<Affiliate> = (0..size.affiliates).map(affiliate).collect();
    let promoters: Vec<&Affiliate> = affiliates.iter().collect();
    let campaigns: Vec<Campaign> = (0..size.campaigns)
        .map(|number| {
            let mut plan = plan();
            plan.name = format!("Campaign {number}");
            admin.campaign(program, plan, &promoters)
        })
        .collect();
    approve_most(database, &campaigns);
    sell(house, program, size);
    click(house, size);
    note_decisions(database);
    house.pass_days(u64::from(size.days));
    Year { program, affiliates }
}

/// All campaigns but the last pay without anybody's decision.
fn approve_most(database: &TestDatabase, campaigns: &[Campaign]) {
    let mut sql = Sql::open(&database.url);
    sql.run("UPDATE commission_rules SET approval = 'automatic'");
    let last = campaigns.last().map(campaign_id).expect("there are campaigns");
    let last = last.uuid().simple().to_string();
    let id = sql.hex("campaign_id");
    sql.run(&format!("UPDATE commission_rules SET approval = 'by_hand' WHERE {id} = '{last}'"));
}

/// Every affiliate sells in turn, with another campaign each time round, evenly over the days.
fn sell(house: &House, program: ProgramId, size: Size) {
    let all: Vec<Arc<Link>> = house.read(links::all).into_iter().map(Arc::new).collect();
    let (begin, apart) = (house.now(), u64::from(size.days) * 86_400_000 / size.conversions.max(1) as u64);
    let token = |campaign: CampaignId| {
        let newest = house.read(|conn| tokens::newest_of_campaign(conn, program, campaign));
        (campaign, newest.expect("a campaign has a key"))
    };
    let mut campaigns: Vec<CampaignId> = all.iter().map(|link| link.campaign_id).collect();
    campaigns.sort_unstable();
    campaigns.dedup();
    let keys: Vec<(CampaignId, TokenId)> = campaigns.into_iter().map(token).collect();
    for first in (0..size.conversions).step_by(SET) {
        let places = first..size.conversions.min(first + SET);
        let (all, keys) = (all.clone(), keys.clone());
        house.write(move |write, env| {
            let catalogue = Catalogue::load(write.conn(), env.clock.now())?;
            let sale = |place: usize| {
                let link = &all[place.wrapping_mul(7_919) % all.len()];
                let (_, token) = keys.iter().find(|(id, _)| *id == link.campaign_id).expect("a campaign has a key");
                let at = begin.plus(Duration::from_millis(place as u64 * apart));
                prefill::order(env, *token, link, (at, at.plus(Duration::from_secs(3_600))), place)
            };
            let incoming: Vec<Incoming> = places.map(sale).collect();
            let mut rows = NewRows::default();
            record_conversions(write, env, &catalogue, &incoming, &mut rows)?;
            rows.write(write)
        });
    }
}

/// Everybody's clicks, as the intake counts them, each day at another hour.
fn click(house: &House, size: Size) {
    let all = house.read(links::all);
    for day in 0..u64::from(size.days) {
        let begin = house.now().plus(Duration::from_secs(day * 86_400));
        let mut rows = NewRows::default();
        for (number, link) in all.iter().enumerate() {
            let Link { program_id, campaign_id, affiliate_id, .. } = *link;
            let at = begin.plus(Duration::from_millis(number as u64 * 7_919_000 % 86_400_000));
            let clicks = Tally { clicks: size.clicks, unique_clicks: size.clicks - 2, ..Tally::default() };
            rows.tallies.count(&Place { program_id, campaign_id, affiliate_id }, &Zone::utc(), at, &clicks);
        }
        house.write(move |write, _| rows.write(write));
    }
}

/// One change noted for each sale; and a server has long since looked at its tables.
fn note_decisions(database: &TestDatabase) {
    let mut sql = Sql::open(&database.url);
    sql.run(
        "INSERT INTO conversion_changes (id, program_id, conversion_id, kind, actor, reason, detail, changed_at) \
         SELECT id, program_id, id, 'approved', 'clock', '', '', received_at FROM conversions",
    );
    if database.engine == Engine::Postgres {
        sql.run("VACUUM ANALYZE");
    }
}
