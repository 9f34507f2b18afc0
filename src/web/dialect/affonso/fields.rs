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

/// The names of a referral's id that only Affonso's own SDK has.
const REFERRAL_OF_SDK: [&str; 5] = ["referralId", "affonso_id", "affonsoId", "affonso_referral", "affonsoReferral"];

/// Fields in which a template's placeholder is told by its name. A customer fact is only left out where it is one.
const NEVER_PLACEHOLDERS: [&str; 6] =
    ["referral_id", "click_id", "clickId", "sale_amount", "sale_amount_currency", "interval"];

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
        shared::filled(fields, &NEVER_PLACEHOLDERS)?;
        let customer = shared::customer(fields, email_key)?;
        let Ids { click, referral, other } = Ids::read(fields)?;
        let is_named = customer.customer_id.is_some() || customer.external_user_id.is_some();
        if click.is_none() && referral.is_none() && !is_named {
            let problem = "must be there, or customer_id, external_user_id or click_id";
            return Err(other.unwrap_or_else(|| FieldError::malformed(REFERRAL, problem)));
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

/// Where the document has a referral's id.
const REFERRAL: &str = "referral_id";

/// The click and the referral that are named. Affonso knows one id for both, and shops keep it as their referral's: a click
/// under a referral's name is that click.
#[derive(Default)]
struct Ids<'a> {
    click: Option<&'a str>,
    referral: Option<ReferralId>,
    /// What is wrong under a name that only the SDK has. There it may be an id of Affonso's own, out of a cookie from before.
    other: Option<FieldError>,
}

impl<'a> Ids<'a> {
    fn read(fields: &'a Fields) -> Result<Self, FieldError> {
        let mut ids = Self::default();
        for name in ["click_id", "clickId"].into_iter().filter(|name| fields.get(name).is_some()) {
            ids.add_click(name, shared::text(fields, name)?)?;
        }
        if let Some(named) = Named::read(fields, REFERRAL)? {
            ids.add(REFERRAL, named)?;
        }
        for name in REFERRAL_OF_SDK {
            fields.get(name).map(|value| shared::text_or_integer(value, name)).transpose()?;
            match Named::read(fields, name) {
                Ok(named) => named.map_or(Ok(()), |named| ids.add(name, named))?,
                Err(problem) => ids.other = ids.other.or(Some(problem)),
            }
        }
        Ok(ids)
    }

    fn add(&mut self, name: &'static str, named: Named<'a>) -> Result<(), FieldError> {
        let referral = match named {
            Named::Click(click) => return self.add_click(name, click),
            Named::Referral(referral) => referral,
        };
        if self.referral.is_some_and(|other| other != referral) {
            return Err(FieldError::malformed(name, "must be the same customer as referral_id"));
        }
        self.referral = Some(referral);
        Ok(())
    }

    fn add_click(&mut self, name: &'static str, click: &'a str) -> Result<(), FieldError> {
        if self.click.is_some_and(|other| other != click) {
            return Err(FieldError::malformed(name, "must be the click of click_id, or the customer's own id, ref_…"));
        }
        self.click = Some(click);
        Ok(())
    }
}

/// What stands under a referral's name.
#[derive(Clone, Copy)]
enum Named<'a> {
    Click(&'a str),
    Referral(ReferralId),
}

impl<'a> Named<'a> {
    fn read(fields: &'a Fields, name: &'static str) -> Result<Option<Self>, FieldError> {
        if fields.get(name).is_none() {
            return Ok(None);
        }
        let text = shared::text(fields, name)?;
        if click_token::looks_like_one(text) {
            return Ok(Some(Self::Click(text)));
        }
        text.parse().map(|id| Some(Self::Referral(id))).map_err(|error| FieldError::malformed(name, error))
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
