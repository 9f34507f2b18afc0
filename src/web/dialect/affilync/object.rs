//! A conversion as this dialect shows it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::click_token::ClickTokenKeys;
use crate::domain::id::{AffiliateId, CampaignId, ConversionId};
use crate::domain::time::Timestamp;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::told::Rows;

/// A conversion.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilyncConversion)]
pub(super) struct Conversion {
    /// Its id.
    #[schema(value_type = String, example = "conv_01h455vb4pex5vsknk084sn02q")]
    conversion_id: ConversionId,
    /// The token of the click that it is credited by; null where it is by something else.
    #[schema(example = "clk_…")]
    click_id: Option<String>,
    /// Who is credited.
    #[schema(value_type = String, example = "aff_01h455vb4pex5vsknk084sn02q")]
    affiliate_id: AffiliateId,
    /// What was promoted.
    #[schema(value_type = String, example = "camp_01h455vb4pex5vsknk084sn02q")]
    campaign_id: CampaignId,
    /// In the program's base currency; null as long as an exchange rate is waited for. Where a better report told another
    /// amount after it was paid, what is booked for it since.
    #[schema(example = "10.00")]
    commission_amount: Option<String>,
    /// `pending`, `approved` or `rejected`.
    #[schema(value_type = String, pattern = "^(pending|approved|rejected)$")]
    status: &'static str,
    /// When the first report of it came, in UTC.
    #[schema(example = "2026-03-20T14:30:00Z")]
    created_at: String,
}

/// The answer to a report.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilyncReported)]
pub(super) struct Reported {
    /// The conversion on record.
    pub(super) data: Conversion,
}

impl Conversion {
    /// The conversion as it is now.
    pub(super) fn of(told: Rows<'_>, keys: &ClickTokenKeys) -> Self {
        let row = told.conversion;
        Self {
            conversion_id: row.id,
            click_id: told.claims().map(|claims| keys.seal(&claims)),
            affiliate_id: row.affiliate_id,
            campaign_id: row.campaign_id,
            commission_amount: told.commission.and_then(CommissionRow::told).map(|it| it.to_string()),
            status: row.status.as_str(),
            created_at: to_the_second(row.received_at),
        }
    }
}

/// A time as the dialect writes it, without fractions.
fn to_the_second(at: Timestamp) -> String {
    Timestamp::from_millis(at.millis() - at.millis().rem_euclid(1_000)).to_string()
}

/// A conversion as it is listed: what a report is answered with, and what was reported.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilyncRow)]
pub(super) struct Row {
    #[serde(flatten)]
    conversion: Conversion,
    /// Your own id of the order.
    order_id: String,
    /// What it was worth, as it was reported.
    #[schema(example = "99.99")]
    amount: String,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    currency: &'static str,
    /// `sale`, `lead`, `signup`, `trial`, or `action` for one of your own.
    #[schema(value_type = String, example = "sale")]
    event_type: &'static str,
}

impl Row {
    /// The conversion as it is now.
    pub(super) fn of(told: Rows<'_>, keys: &ClickTokenKeys) -> Self {
        let row = told.conversion;
        Self {
            conversion: Conversion::of(told, keys),
            order_id: row.order_id.as_str().to_owned(),
            amount: row.amount().to_string(),
            currency: row.currency.code(),
            event_type: row.event_type.as_str(),
        }
    }
}

/// The answer to a review.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilyncReviewed)]
pub(super) struct Reviewed {
    /// The conversion as it is now.
    pub(super) data: Row,
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilyncList)]
pub(super) struct Listed {
    /// The newest first.
    pub(super) data: Vec<Row>,
    /// Where in the list that is.
    pub(super) meta: Meta,
}

/// Where in a list a page stands.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilyncMeta)]
pub(super) struct Meta {
    /// The page, from 1.
    pub(super) page: i64,
    /// Rows of a page at most.
    pub(super) per_page: i64,
    /// How many rows there were on all pages when the first one was asked for.
    pub(super) total: i64,
}
