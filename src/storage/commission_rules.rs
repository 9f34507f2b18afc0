//! `commission_rules`: what campaigns pay, one row per version, never changed.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::{StorageError, Stored};
use super::installation;
use super::pool::IntoStored;
use super::schema::campaigns;
use super::schema::commission_rules::{self, dsl};
use super::write::Write;
use crate::domain::commission::{Basis, Rule};
use crate::domain::currency::Currency;
use crate::domain::id::{CampaignId, ProgramId, RuleId};
use crate::domain::money::Money;
use crate::domain::rate::Rate;
use crate::domain::time::Timestamp;

/// One version of a campaign's rule.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = commission_rules, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
struct RuleRow {
    id: RuleId,
    campaign_id: CampaignId,
    version: i32,
    rate_ppm: Option<i32>,
    flat_minor: Option<i64>,
    flat_currency: Option<Currency>,
    since: Timestamp,
}

impl From<&Rule> for RuleRow {
    fn from(rule: &Rule) -> Self {
        let (rate, flat) = match rule.basis {
            Basis::Percent(rate) => (Some(rate), None),
            Basis::Flat(flat) => (None, Some(flat)),
        };
        Self {
            id: rule.id,
            campaign_id: rule.campaign_id,
            version: i32::try_from(rule.version).unwrap_or(i32::MAX),
            rate_ppm: rate.map(|rate| rate.ppm().cast_signed()),
            flat_minor: flat.map(Money::minor),
            flat_currency: flat.map(Money::currency),
            since: rule.since,
        }
    }
}

impl TryFrom<RuleRow> for Rule {
    type Error = StorageError;

    fn try_from(row: RuleRow) -> Stored<Self> {
        let basis = match (row.rate_ppm, row.flat_minor, row.flat_currency) {
            (Some(ppm), _, _) => {
                Basis::Percent(Rate::from_ppm(ppm.unsigned_abs()).map_err(super::campaigns::unreadable)?)
            }
            (None, Some(minor), Some(currency)) => Basis::Flat(Money::new(minor, currency)),
            // The table's CHECK allows no other row.
            _ => return Err(StorageError::Failed(diesel::result::Error::NotFound)),
        };
        let version = row.version.unsigned_abs();
        Ok(Self { id: row.id, campaign_id: row.campaign_id, version, basis, since: row.since })
    }
}

/// Every version of every campaign's rule, by campaign and version.
///
/// # Errors
/// [`StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<Rule>> {
    let rows = dsl::commission_rules.order((dsl::campaign_id, dsl::version)).select(RuleRow::as_select()).load(conn);
    rows.stored()?.into_iter().map(Rule::try_from).collect()
}

/// One version of a rule.
///
/// # Errors
/// [`StorageError`].
pub fn find(conn: &mut Conn, rule: RuleId) -> Stored<Option<Rule>> {
    let this = dsl::commission_rules.filter(dsl::id.eq(rule)).select(RuleRow::as_select());
    this.first(conn).optional().stored()?.map(Rule::try_from).transpose()
}

/// The newest version of a campaign's rule, if it has one.
///
/// # Errors
/// [`StorageError`].
pub fn newest(conn: &mut Conn, campaign: CampaignId) -> Stored<Option<Rule>> {
    let versions = dsl::commission_rules.filter(dsl::campaign_id.eq(campaign)).order(dsl::version.desc());
    versions.select(RuleRow::as_select()).first(conn).optional().stored()?.map(Rule::try_from).transpose()
}

/// The newest version of each campaign of a program.
///
/// # Errors
/// [`StorageError`].
pub fn newest_of_program(conn: &mut Conn, program: ProgramId) -> Stored<Vec<Rule>> {
    let own = dsl::commission_rules.inner_join(campaigns::table.on(campaigns::id.eq(dsl::campaign_id)));
    let versions = own.filter(campaigns::program_id.eq(program)).order((dsl::campaign_id, dsl::version.desc()));
    let rows: Vec<RuleRow> = versions.select(RuleRow::as_select()).load(conn).stored()?;
    let mut newest: Vec<Rule> = rows.into_iter().map(Rule::try_from).collect::<Stored<_>>()?;
    newest.dedup_by_key(|rule| rule.campaign_id);
    Ok(newest)
}

/// Adds a version.
///
/// # Errors
/// [`super::error::Unique::RuleVersion`] when somebody else added this version first.
pub fn insert(write: &mut Write<'_>, rule: &Rule) -> Stored<()> {
    diesel::insert_into(dsl::commission_rules).values(RuleRow::from(rule)).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}
