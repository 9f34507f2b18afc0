//! Conversions as rows of a list.

use crate::domain::click_token::Mode;
use crate::domain::commission::CommissionState;
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::program::Program;
use crate::domain::time::{Timestamp, Zone};
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::list::Listed;
use crate::web::admin::badges::{self, Badge};
use crate::web::filters::{Moment, amount, day};

/// One conversion, in words.
pub(super) struct Row {
    /// What its box stands for: the conversion and the edition that is shown; none where nothing is to be decided.
    pub(super) tick: Option<String>,
    pub(super) path: String,
    pub(super) order: String,
    pub(super) event: String,
    pub(super) is_test: bool,
    pub(super) flags: Vec<&'static str>,
    pub(super) received: Moment,
    pub(super) campaign: String,
    pub(super) affiliate: String,
    pub(super) amount: String,
    pub(super) currency: &'static str,
    /// What is left of the amount, where that is less.
    pub(super) remaining: Option<String>,
    /// What is booked; none while it cannot be computed.
    pub(super) commission: Option<String>,
    pub(super) status: Badge,
    /// Where the purchase stands, where that is not simply paid for.
    pub(super) sale: Option<&'static str>,
    /// Where the money stands, where the status does not say it: what is pending is held, what is rejected is void.
    pub(super) state: Option<Badge>,
    /// When a hold ends, where nothing else keeps the money back.
    pub(super) until: Option<String>,
}

impl Row {
    /// The row of a conversion of this program, seen from `now`.
    pub(super) fn of(catalogue: &Catalogue, program: &Program, (row, commission): &Listed, now: Timestamp) -> Self {
        let campaign = catalogue.campaign(program.id, row.campaign_id).map(|campaign| campaign.name.clone());
        let affiliate = catalogue.affiliate(program.id, row.affiliate_id).map(|affiliate| affiliate.name.clone());
        let commission = commission.as_ref();
        Self {
            tick: (row.status == ConversionStatus::Pending).then(|| format!("{}:{}", row.id, row.edition)),
            path: format!("/conversions/{}", row.id),
            order: row.order_id.to_string(),
            event: row.event_name.clone().unwrap_or_else(|| badges::event(row.event_type).to_owned()),
            is_test: row.mode == Mode::Test,
            flags: row.flags.iter().map(badges::flag).collect(),
            received: Moment::new(row.received_at, now, &program.zone),
            campaign: campaign.unwrap_or_default(),
            affiliate: affiliate.unwrap_or_default(),
            amount: amount(row.amount()),
            currency: row.currency.code(),
            remaining: (row.remaining() != row.amount()).then(|| amount(row.remaining())),
            commission: commission
                .filter(|commission| commission.amount_minor.is_some())
                .map(|commission| amount(commission.booked())),
            status: badges::conversion(row.status),
            sale: (row.sale_status != SaleStatus::Complete).then(|| badges::sale(row.sale_status)),
            state: commission.and_then(|commission| state(row.status, commission.state)),
            until: commission.and_then(|commission| until(commission, &program.zone)),
        }
    }
}

fn until(commission: &CommissionRow, zone: &Zone) -> Option<String> {
    commission.release_at.map(|end| day(end, zone))
}

fn state(status: ConversionStatus, state: CommissionState) -> Option<Badge> {
    let goes_without_saying = matches!(
        (status, state),
        (ConversionStatus::Pending, CommissionState::Held) | (ConversionStatus::Rejected, CommissionState::Void)
    );
    (!goes_without_saying).then(|| badges::commission(state))
}
