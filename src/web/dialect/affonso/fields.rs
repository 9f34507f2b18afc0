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
use crate::web::intake::{FieldError, Fields, shared};

/// Fields that may be given several times.
pub(super) const LISTS: [&str; 2] = ["product_ids", "price_ids"];

/// The names that a referral's id has: the document's, and those by which Affonso's own SDK knows it, too.
const REFERRAL: [&str; 6] =
    ["referral_id", "referralId", "affonso_id", "affonsoId", "affonso_referral", "affonsoReferral"];

/// The same of a click's.
const CLICK: [&str; 2] = ["click_id", "clickId"];

/// Fields in which a template's placeholder is told by its name. A customer fact is only left out where it is one.
const NEVER_PLACEHOLDERS: [&str; 3] = ["sale_amount", "sale_amount_currency", "interval"];

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
    pub(super) fn read(
        fields: &Fields,
        base: impl FnOnce() -> Currency,
        email_key: &[u8; 32],
    ) -> Result<Self, FieldError> {
        [&REFERRAL[..], &CLICK, &NEVER_PLACEHOLDERS].iter().try_for_each(|names| shared::filled(fields, names))?;
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
        let currency = shared::optional_currency(fields, "sale_amount_currency")?.unwrap_or_else(base);
        let said = Said {
            amount: shared::amount(fields, "sale_amount", currency, &Event::SALE)?,
            order_id: shared::optional_order_id(fields, "external_event_id")?,
            event: Event::SALE,
            customer,
            purchase: purchase(fields)?,
            ignored_fields: fields.unknown(REPORT_FIELDS),
        };
        Ok(Self { click: click.map(str::to_owned), referral, said })
    }
}

/// The click and the referral that are named. Affonso knows one id for both, and shops keep it as their referral's: a click
/// in `referral_id` is that click.
fn click_or_referral(fields: &Fields) -> Result<(Option<&str>, Option<ReferralId>), FieldError> {
    let click = under_one_name(fields, &CLICK)?.map(|(_, click)| click);
    let Some((name, named)) = under_one_name(fields, &REFERRAL)? else { return Ok((click, None)) };
    if !click_token::looks_like_one(named) {
        let referral = named.parse().map_err(|error| FieldError::malformed(name, error))?;
        return Ok((click, Some(referral)));
    }
    match click {
        Some(other) if other != named => {
            Err(FieldError::malformed(name, "must be the click of click_id, or the customer's own id, ref_…"))
        }
        _ => Ok((Some(named), None)),
    }
}

/// The text that stands under these names, with the first of them under which it does.
///
/// # Errors
/// [`FieldError`] for another text under a later one.
fn under_one_name<'a>(
    fields: &'a Fields,
    names: &[&'static str],
) -> Result<Option<(&'static str, &'a str)>, FieldError> {
    let mut found: Option<(&'static str, &str)> = None;
    for name in names.iter().copied().filter(|name| fields.get(name).is_some()) {
        let text = shared::text(fields, name)?;
        match found {
            Some((first, other)) if other != text => {
                return Err(FieldError::malformed(name, format_args!("must be the same as {first}")));
            }
            Some(_) => {}
            None => found = Some((name, text)),
        }
    }
    Ok(found)
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
