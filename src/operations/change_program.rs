//! Changing a program's settings.
//!
//! Two of them reach back into what was counted.
//!
//! The **base currency** is fixed once a conversion or a bonus exists, in either mode: commissions, ledger and reports are sums in it.
//! A flat rule is an amount in it, so it is fixed as well while a campaign pays one. Conversions are recorded by the same
//! writer, one transaction after the other, and each reads the catalogue's revision first: one that arrives beside the
//! change is recorded before it, and then the change is refused, or after it, in the new currency.
//!
//! The **time zone** says which day a click counts in. A change counts the program's days again in the same transaction, so
//! that reports never mix two zones' days; and because every click waits for that transaction, it is done only while there
//! is little to count. A program that has run for longer keeps its zone: nobody should find last quarter's reports changed. So
//! does one whose rules pay for months after a customer's first sale and have counted some: in other days another order may be
//! the first one too late, and a recorded commission never moves (CONTRACT, Rule versions).
//! Visits without credit leave no rows; they stay in the day they were counted in. The bound is on what is read, which on a
//! shared installation includes other programs' clicks since this one's first.

use crate::domain::click_token::Mode;
use crate::domain::currency::Currency;
use crate::domain::handle::ClickParameter;
use crate::domain::id::{CampaignId, ClickId, ConversionId, ProgramId};
use crate::domain::landing::TargetUrl;
use crate::domain::name::Name;
use crate::domain::report::{Place, Tallies, Tally};
use crate::domain::time::{Timestamp, Zone};
use crate::storage::conn::Conn;
use crate::storage::error::{StorageError, Stored};
use crate::storage::new_rows::NewRows;
use crate::storage::programs::{self, ProgramRow};
use crate::storage::roll_ups::recount;
use crate::storage::write::Write;
use crate::storage::{campaigns, clicks, commission_rules, conversions, ledger_entries};

use super::standing::Case;

/// The most clicks, and the most conversions, that are counted again for another zone.
const MOST_RECOUNTED: i64 = 2_000;

/// What an owner may set.
#[derive(Clone, Debug)]
pub struct ProgramSettings {
    /// What people call the program. Its name in URLs stays.
    pub name: Name,
    /// In which commissions are computed.
    pub base_currency: Currency,
    /// Whose days its reports count in.
    pub zone: Zone,
    /// The query parameter that carries the click token.
    pub click_parameter: ClickParameter,
    /// Where a visitor goes whose link leads nowhere any more.
    pub fallback: Option<TargetUrl>,
    /// The campaign that an affiliate's code alone stands for.
    pub default_campaign: Option<CampaignId>,
}

/// Why the settings stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum SettingsRefused {
    /// Conversions are recorded in the currency.
    #[error("must stay {0}, because conversions are recorded in it")]
    CurrencyIsRecorded(Currency),
    /// A campaign pays an amount in the currency.
    #[error("must stay {0} while a campaign pays a flat amount in it; let it pay a percentage first")]
    CurrencyIsPaid(Currency),
    /// Too much is counted in the zone's days.
    #[error("must stay {0}, because its days have been counted in it for too long")]
    ZoneIsCounted(Box<str>),
    /// Customers were paid for during months of the zone's days, and what was recorded stays what it is.
    #[error("must stay {0}, because a rule has counted months in its days")]
    MonthsAreCounted(Box<str>),
    /// It is another program's campaign, or none.
    #[error("must be a campaign of this program")]
    UnknownCampaign,
    /// The program is gone.
    #[error("this program does not exist")]
    Nothing,
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Changes a program's settings, all of them or none.
///
/// # Errors
/// [`SettingsRefused`].
pub fn change_program(
    write: &mut Write<'_>,
    program: ProgramId,
    settings: &ProgramSettings,
) -> Result<(), SettingsRefused> {
    let row = programs::find(write.conn(), program)?.ok_or(SettingsRefused::Nothing)?;
    if settings.base_currency != row.base_currency {
        check_currency(write.conn(), &row)?;
    }
    if let Some(campaign) = settings.default_campaign
        && campaigns::find(write.conn(), program, campaign)?.is_none()
    {
        return Err(SettingsRefused::UnknownCampaign);
    }
    if settings.zone.name() != row.time_zone {
        count_again(write, &row, &settings.zone)?;
    }
    let changed = ProgramRow {
        name: settings.name.as_str().to_owned(),
        base_currency: settings.base_currency,
        time_zone: settings.zone.name().to_owned(),
        click_parameter: settings.click_parameter.as_str().to_owned(),
        fallback_url: settings.fallback.as_ref().map(|url| url.as_str().to_owned()),
        default_campaign_id: settings.default_campaign,
        ..row
    };
    programs::update(write, &changed)?;
    Ok(())
}

fn check_currency(conn: &mut Conn, row: &ProgramRow) -> Result<(), SettingsRefused> {
    if conversions::any_of_program(conn, row.id)? || ledger_entries::any_of_program(conn, row.id)? {
        return Err(SettingsRefused::CurrencyIsRecorded(row.base_currency));
    }
    let rules = commission_rules::newest_of_program(conn, row.id)?;
    match rules.iter().any(|rule| !rule.ended && rule.terms.basis.flat().is_some()) {
        true => Err(SettingsRefused::CurrencyIsPaid(row.base_currency)),
        false => Ok(()),
    }
}

/// Counts the program's days again in another zone.
fn count_again(write: &mut Write<'_>, row: &ProgramRow, zone: &Zone) -> Result<(), SettingsRefused> {
    let zone_before = || row.time_zone.as_str().into();
    let first = recount::first_quarter(write.conn(), row.id)?;
    let counted = first.map(|first| count(write.conn(), row, Timestamp::of_quarter_hour(first))).transpose()?;
    let Some(counted) = counted.unwrap_or_else(|| Some(Vec::new())) else {
        return Err(SettingsRefused::ZoneIsCounted(zone_before()));
    };
    // Orders in tests, too, which the days do not count.
    if commission_rules::any_month_was_counted(write.conn(), row.id)? {
        return Err(SettingsRefused::MonthsAreCounted(zone_before()));
    }
    if first.is_none() {
        return Ok(());
    }
    let mut tallies = Tallies::default();
    for (place, at, tally) in counted {
        tallies.count(&place, zone, at, &tally);
    }
    // Quarter hours are UTC's and stay.
    tallies.program_quarters.clear();
    recount::clear_days(write, row.id)?;
    NewRows { tallies, ..NewRows::default() }.write(write)?;
    recount::drop_empty_days(write, row.id)?;
    Ok(())
}

/// Everything to count since then; none if too much would have to be read.
fn count(conn: &mut Conn, row: &ProgramRow, since: Timestamp) -> Stored<Option<Counted>> {
    let (clicks, conversions) = (count_clicks(conn, row, since)?, count_conversions(conn, row, since)?);
    Ok(clicks.zip(conversions).map(|(clicks, conversions)| [clicks, conversions].concat()))
}

/// Something to count: where, when, and what.
type Counted = Vec<(Place, Timestamp, Tally)>;

/// The program's live clicks since then; none if too much would have to be read.
fn count_clicks(conn: &mut Conn, row: &ProgramRow, since: Timestamp) -> Stored<Option<Counted>> {
    let page = clicks::page_of_counted(conn, Some(ClickId::at(since, [0; 10])), MOST_RECOUNTED + 1)?;
    if is_too_much(page.len()) {
        return Ok(None);
    }
    let own = page.into_iter().filter(|click| click.program_id == row.id).map(|click| {
        let place = Place { program_id: row.id, campaign_id: click.campaign_id, affiliate_id: click.affiliate_id };
        (place, click.id.time(), Tally::click(click.first_of_day))
    });
    Ok(Some(own.collect()))
}

/// The program's live conversions since then; none if too much would have to be read.
fn count_conversions(conn: &mut Conn, row: &ProgramRow, since: Timestamp) -> Stored<Option<Counted>> {
    let page = conversions::page(conn, Some(ConversionId::at(since, [0; 10])), MOST_RECOUNTED + 1)?;
    if is_too_much(page.len()) {
        return Ok(None);
    }
    let own: Vec<_> = page.into_iter().filter(|it| it.program_id == row.id && it.mode == Mode::Live).collect();
    let mut counted = Vec::with_capacity(own.len());
    for case in Case::of_conversions(conn, own)? {
        let (it, affiliate_id) = (&case.conversion, case.commission.entitled());
        let place = Place { program_id: row.id, campaign_id: it.campaign_id, affiliate_id };
        counted.push((place, it.received_at, case.tally()));
    }
    Ok(Some(counted))
}

fn is_too_much(read: usize) -> bool {
    i64::try_from(read).is_ok_and(|read| read > MOST_RECOUNTED)
}
