//! `commission_rules`: what campaigns pay, one row per version of a rule, never changed.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::{StorageError, Stored};
use super::installation;
use super::pool::IntoStored;
use super::schema::commission_rules::{self, dsl};
use super::schema::{campaigns, commissions, conversions, programs};
use super::write::Write;
use crate::domain::currency::Currency;
use crate::domain::event::EventType;
use crate::domain::handle::ActionCode;
use crate::domain::id::{AffiliateId, CampaignId, CommissionId, ProgramId, RuleId};
use crate::domain::money::Money;
use crate::domain::rate::Rate;
use crate::domain::rule::{Approval, Basis, Conditions, Duration, Rule, SubscriptionCondition, Terms};
use crate::domain::time::Timestamp;

/// One version of one of a campaign's rules.
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
    number: i32,
    name: String,
    product_id: Option<String>,
    price_id: Option<String>,
    subscription: Option<SubscriptionCondition>,
    affiliate_id: Option<AffiliateId>,
    event_type: Option<EventType>,
    event_name: Option<String>,
    plus_minor: Option<i64>,
    duration: String,
    duration_count: Option<i32>,
    hold_days: i32,
    approval: Approval,
    ended: bool,
}

/// How a duration is stored: a word, and a count where it has one.
const FIRST_SALE: &str = "first_sale";
const PAYMENTS: &str = "payments";
const MONTHS: &str = "months";
const LIFETIME: &str = "lifetime";

/// A row that no version of this program wrote.
fn unreadable_row() -> StorageError {
    StorageError::Failed(diesel::result::Error::NotFound)
}

fn signed(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl From<&Rule> for RuleRow {
    fn from(rule: &Rule) -> Self {
        let (rate, flat, plus) = match rule.terms.basis {
            Basis::Percent(rate) => (Some(rate), None, None),
            Basis::Flat(flat) => (None, Some(flat), None),
            Basis::PercentPlusFlat(rate, flat) => (Some(rate), None, Some(flat)),
        };
        let (duration, count) = match rule.terms.duration {
            Duration::FirstSale => (FIRST_SALE, None),
            Duration::Payments(count) => (PAYMENTS, Some(count)),
            Duration::Months(count) => (MONTHS, Some(count)),
            Duration::Lifetime => (LIFETIME, None),
        };
        let Conditions { product, price, subscription, affiliate, event } = rule.conditions.clone();
        Self {
            id: rule.id,
            campaign_id: rule.campaign_id,
            version: signed(rule.version),
            rate_ppm: rate.map(|rate| rate.ppm().cast_signed()),
            flat_minor: flat.map(Money::minor),
            flat_currency: flat.map(Money::currency),
            since: rule.since,
            number: signed(rule.number),
            name: rule.name.clone(),
            product_id: product,
            price_id: price,
            subscription,
            affiliate_id: affiliate,
            event_type: event.as_ref().map(|(kind, _)| *kind),
            event_name: event.and_then(|(_, name)| name).map(|name| name.as_str().to_owned()),
            plus_minor: plus.map(Money::minor),
            duration: duration.to_owned(),
            duration_count: count.map(signed),
            hold_days: i32::from(rule.terms.hold_days),
            approval: rule.terms.approval,
            ended: rule.ended,
        }
    }
}

impl RuleRow {
    /// The rule. What is paid on top of a rate is in the currency of the campaign's program.
    fn read(self, base: Currency) -> Stored<Rule> {
        Ok(Rule {
            id: self.id,
            campaign_id: self.campaign_id,
            number: self.number.unsigned_abs(),
            version: self.version.unsigned_abs(),
            conditions: self.conditions()?,
            terms: Terms {
                basis: self.basis(base)?,
                duration: self.duration()?,
                hold_days: u16::try_from(self.hold_days).map_err(super::campaigns::unreadable)?,
                approval: self.approval,
            },
            name: self.name,
            since: self.since,
            ended: self.ended,
        })
    }

    fn basis(&self, base: Currency) -> Stored<Basis> {
        match (self.rate_ppm, self.flat_minor, self.flat_currency) {
            (Some(ppm), _, _) => {
                let rate = Rate::from_ppm(ppm.unsigned_abs()).map_err(super::campaigns::unreadable)?;
                let plus = self.plus_minor.map(|minor| Money::new(minor, base));
                Ok(plus.map_or(Basis::Percent(rate), |plus| Basis::PercentPlusFlat(rate, plus)))
            }
            (None, Some(minor), Some(currency)) => Ok(Basis::Flat(Money::new(minor, currency))),
            // The table's CHECK allows no other row.
            _ => Err(unreadable_row()),
        }
    }

    fn duration(&self) -> Stored<Duration> {
        let count = self.duration_count.map(i32::unsigned_abs);
        match (self.duration.as_str(), count) {
            (FIRST_SALE, _) => Ok(Duration::FirstSale),
            (LIFETIME, _) => Ok(Duration::Lifetime),
            (PAYMENTS, Some(count)) => Ok(Duration::Payments(count)),
            (MONTHS, Some(count)) => Ok(Duration::Months(count)),
            _ => Err(unreadable_row()),
        }
    }

    fn conditions(&self) -> Stored<Conditions> {
        let name = self.event_name.as_deref().map(ActionCode::parse).transpose();
        let name = name.map_err(super::campaigns::unreadable)?;
        Ok(Conditions {
            product: self.product_id.clone(),
            price: self.price_id.clone(),
            subscription: self.subscription,
            affiliate: self.affiliate_id,
            event: self.event_type.map(|kind| (kind, name)),
        })
    }
}

/// A row with the currency of its campaign's program.
type Priced = (RuleRow, Currency);

fn read_all(rows: Vec<Priced>) -> Stored<Vec<Rule>> {
    rows.into_iter().map(|(row, base)| row.read(base)).collect()
}

/// The versions with the base currency of their campaign's program.
macro_rules! priced {
    () => {
        dsl::commission_rules
            .inner_join(campaigns::table.on(campaigns::id.eq(dsl::campaign_id)))
            .inner_join(programs::table.on(programs::id.eq(campaigns::program_id)))
            .select((RuleRow::as_select(), programs::base_currency))
    };
}

/// Every version of every campaign's rules, by campaign, number and version.
///
/// # Errors
/// [`StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<Rule>> {
    read_all(priced!().order((dsl::campaign_id, dsl::number, dsl::version)).load(conn).stored()?)
}

/// One version of a rule.
///
/// # Errors
/// [`StorageError`].
pub fn find(conn: &mut Conn, rule: RuleId) -> Stored<Option<Rule>> {
    let row: Option<Priced> = priced!().filter(dsl::id.eq(rule)).first(conn).optional().stored()?;
    row.map(|(row, base)| row.read(base)).transpose()
}

/// These versions of rules.
///
/// # Errors
/// [`StorageError`].
pub fn find_all(conn: &mut Conn, rules: &[RuleId]) -> Stored<Vec<Rule>> {
    read_all(priced!().filter(dsl::id.eq_any(rules)).load(conn).stored()?)
}

/// Every version of a campaign's rules, by number and version.
///
/// # Errors
/// [`StorageError`].
pub fn of_campaign(conn: &mut Conn, campaign: CampaignId) -> Stored<Vec<Rule>> {
    let theirs = priced!().filter(dsl::campaign_id.eq(campaign)).order((dsl::number, dsl::version));
    read_all(theirs.load(conn).stored()?)
}

/// The newest version of one of a campaign's rules, if there is such a rule.
///
/// # Errors
/// [`StorageError`].
pub fn newest(conn: &mut Conn, campaign: CampaignId, number: u32) -> Stored<Option<Rule>> {
    let this = dsl::campaign_id.eq(campaign).and(dsl::number.eq(signed(number)));
    let row: Option<Priced> = priced!().filter(this).order(dsl::version.desc()).first(conn).optional().stored()?;
    row.map(|(row, base)| row.read(base)).transpose()
}

/// The newest version of each rule of each campaign of a program, those that have ended included.
///
/// # Errors
/// [`StorageError`].
pub fn newest_of_program(conn: &mut Conn, program: ProgramId) -> Stored<Vec<Rule>> {
    let own = priced!().filter(campaigns::program_id.eq(program));
    let versions = own.order((dsl::campaign_id, dsl::number, dsl::version.desc()));
    let mut newest = read_all(versions.load(conn).stored()?)?;
    newest.dedup_by_key(|rule| (rule.campaign_id, rule.number));
    Ok(newest)
}

/// Whether a program owes or refused anything by counting months, which are those of its time zone's days.
///
/// # Errors
/// [`StorageError`].
pub fn any_month_was_counted(conn: &mut Conn, program: ProgramId) -> Stored<bool> {
    let by_months = dsl::commission_rules.filter(dsl::duration.eq(MONTHS)).select(dsl::id.nullable());
    let counted = conversions::table
        .inner_join(commissions::table)
        .filter(conversions::program_id.eq(program))
        .filter(commissions::payment_number.is_not_null().and(commissions::rule_id.eq_any(by_months)));
    Ok(counted.select(commissions::id).first::<CommissionId>(conn).optional().stored()?.is_some())
}

/// Adds a version.
///
/// # Errors
/// [`super::error::Unique::RuleVersion`] when somebody else added this version first.
pub fn insert(write: &mut Write<'_>, rule: &Rule) -> Stored<()> {
    diesel::insert_into(dsl::commission_rules).values(RuleRow::from(rule)).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}
