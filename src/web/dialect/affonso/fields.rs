//! The fields of a report, each into its own type or into a sentence that names it.

use super::reference::REPORT_FIELDS;
use crate::domain::click_token;
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::{Purchase, SaleStatus};
use crate::domain::currency::Currency;
use crate::domain::event::Event;
use crate::domain::id::ReferralId;
use crate::domain::rule::Subscription;
use crate::web::dialect::said::Said;
use crate::web::intake::field::names;
use crate::web::intake::{FieldError, Fields, shared};

/// Fields that may be given several times.
pub(super) const LISTS: [&str; 2] = ["product_ids", "price_ids"];

/// Fields in which a template's placeholder is told by its name. A customer fact is only left out where it is one.
const NEVER_PLACEHOLDERS: [&str; 5] = ["referral_id", "click_id", "sale_amount", "sale_amount_currency", "interval"];

/// What a report is told.
pub(super) struct ReportFields {
    /// The click token, not yet opened.
    pub(super) click: Option<String>,
    /// The customer, by the referral's own id.
    pub(super) referral: Option<ReferralId>,
    pub(super) said: Said,
}

impl ReportFields {
    /// Reads them; what is in no currency is in the program's own, `base`.
    pub(super) fn read(fields: &Fields, base: Currency, email_key: &[u8; 32]) -> Result<Self, FieldError> {
        shared::filled(fields, &NEVER_PLACEHOLDERS)?;
        let customer = shared::customer(fields, email_key)?;
        let (click, referral) = click_or_referral(fields)?;
        let is_named = customer.customer_id.is_some() || customer.external_user_id.is_some();
        if click.is_none() && referral.is_none() && !is_named {
            return Err(FieldError::malformed(
                "referral_id",
                "must be there, or customer_id, external_user_id or click_id",
            ));
        }
        shared::required(fields, &["sale_amount"])?;
        let currency = shared::optional_currency(fields, "sale_amount_currency")?.unwrap_or(base);
        let said = Said {
            amount: shared::amount(fields, "sale_amount", currency, &Event::SALE)?,
            order_id: shared::optional_order_id(fields, "external_event_id")?,
            event: Event::SALE,
            customer,
            purchase: purchase(fields)?,
            ignored_fields: fields.unknown(&names(REPORT_FIELDS)),
        };
        Ok(Self { click: click.map(str::to_owned), referral, said })
    }
}

/// The click and the referral that are named. Affonso knows one id for both, and shops keep it as their referral's: a click
/// in `referral_id` is that click.
fn click_or_referral(fields: &Fields) -> Result<(Option<&str>, Option<ReferralId>), FieldError> {
    const FIELD: &str = "referral_id";
    let click = fields.get("click_id").map(|_| shared::text(fields, "click_id")).transpose()?;
    let Some(named) = fields.text(FIELD).filter(|text| click_token::looks_like_one(text)) else {
        return Ok((click, shared::word(fields, FIELD)?));
    };
    match click {
        Some(other) if other != named => {
            Err(FieldError::malformed(FIELD, "must be the click of click_id, or the customer's own id, ref_…"))
        }
        _ => Ok((Some(named), None)),
    }
}

fn purchase(fields: &Fields) -> Result<Purchase, FieldError> {
    Ok(Purchase {
        product_ids: shared::ids(fields, "product_ids")?,
        price_ids: shared::ids(fields, "price_ids")?,
        subscription: subscription(fields)?,
        is_no_subscription: shared::flag(fields, "is_subscription")? == Some(false),
        sale: shared::word::<SaleStatus>(fields, "sales_status")?,
        claimed_at: shared::moment(fields, "created_at")?,
        metadata: shared::metadata(fields)?,
        stated: shared::word::<CommissionStatus>(fields, "status")?,
    })
}

fn subscription(fields: &Fields) -> Result<Option<Subscription>, FieldError> {
    const FIELD: &str = "interval";
    let is_subscription = shared::flag(fields, "is_subscription")?.unwrap_or_default();
    let interval = match fields.get(FIELD) {
        None => Subscription::Unspecified,
        Some(_) => match shared::text(fields, FIELD)? {
            "monthly" => Subscription::Monthly,
            "yearly" => Subscription::Yearly,
            _ => return Err(FieldError::malformed(FIELD, "must be monthly or yearly")),
        },
    };
    match (is_subscription, interval) {
        (true, interval) => Ok(Some(interval)),
        (false, Subscription::Unspecified) => Ok(None),
        (false, _) => Err(FieldError::malformed(FIELD, "must only be sent with is_subscription: true")),
    }
}
