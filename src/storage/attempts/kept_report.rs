//! A report that could be read and was not credited, as its attempt keeps it: what is needed to credit it by hand later,
//! with the customer's address only as a hash. The key, the program and the time stand in the attempt itself.

use serde::{Deserialize, Serialize};

use crate::domain::conversion::{CustomerFacts, Purchase, Report, SaleStatus};
use crate::domain::currency::Currency;
use crate::domain::event::{Event, EventType};
use crate::domain::handle::{ActionCode, EmailHash, ExternalId, OrderId};
use crate::domain::money::Money;
use crate::domain::rule::Subscription;

/// What is kept of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReport {
    /// The merchant's order.
    pub order_id: OrderId,
    /// What happened.
    pub event: Event,
    /// What it was worth.
    pub amount: Money,
    /// Who the customer is.
    pub customer: CustomerFacts,
    /// What was bought.
    pub purchase: Purchase,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    order_id: String,
    event: String,
    event_name: Option<String>,
    minor: i64,
    currency: String,
    customer_id: Option<String>,
    external_user_id: Option<String>,
    email_hash: Option<String>,
    coupon_code: Option<String>,
    product_ids: Vec<String>,
    price_ids: Vec<String>,
    subscription: Option<String>,
    #[serde(default)]
    is_no_subscription: bool,
    sale: Option<String>,
    claimed_at: Option<i64>,
    metadata: Option<String>,
}

/// The text that is stored.
#[must_use]
pub fn written(report: &Report) -> String {
    let text = |id: &Option<ExternalId>| id.as_ref().map(|id| id.as_str().to_owned());
    let (customer, purchase) = (&report.customer, &report.purchase);
    let stored = Stored {
        order_id: report.order_id.as_str().to_owned(),
        event: report.event.kind.as_str().to_owned(),
        event_name: report.event.name.as_ref().map(|name| name.as_str().to_owned()),
        minor: report.amount.minor(),
        currency: report.amount.currency().code().to_owned(),
        customer_id: text(&customer.customer_id),
        external_user_id: text(&customer.external_user_id),
        email_hash: customer.email.as_ref().map(|hash| hash.as_str().to_owned()),
        coupon_code: text(&customer.coupon_code),
        product_ids: purchase.product_ids.clone(),
        price_ids: purchase.price_ids.clone(),
        subscription: purchase.subscription.map(|it| it.as_str().to_owned()),
        is_no_subscription: purchase.is_no_subscription,
        sale: purchase.sale.map(|sale| sale.as_str().to_owned()),
        claimed_at: purchase.claimed_at.map(crate::domain::time::Timestamp::millis),
        metadata: purchase.metadata.clone(),
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

/// Reads it back; none where nothing is kept, or nothing that can be read.
#[must_use]
pub fn read(text: &str) -> Option<KeptReport> {
    let stored: Stored = serde_json::from_str(text).ok()?;
    let id = |text: Option<String>| text.and_then(|text| ExternalId::parse(&text).ok());
    let event_name = stored.event_name.as_deref().map(ActionCode::parse).transpose().ok()?;
    Some(KeptReport {
        order_id: OrderId::parse(&stored.order_id).ok()?,
        event: Event { kind: stored.event.parse::<EventType>().ok()?, name: event_name },
        amount: Money::new(stored.minor, Currency::parse(&stored.currency).ok()?),
        customer: CustomerFacts {
            customer_id: id(stored.customer_id),
            external_user_id: id(stored.external_user_id),
            email: stored.email_hash.and_then(|hash| EmailHash::parse(&hash).ok()),
            coupon_code: id(stored.coupon_code),
        },
        purchase: Purchase {
            product_ids: stored.product_ids,
            price_ids: stored.price_ids,
            subscription: stored.subscription.and_then(|word| word.parse::<Subscription>().ok()),
            is_no_subscription: stored.is_no_subscription,
            sale: stored.sale.map(|word| word.parse::<SaleStatus>()).transpose().ok()?,
            claimed_at: stored.claimed_at.map(crate::domain::time::Timestamp::from_millis),
            metadata: stored.metadata,
            // Whoever credits it by hand decides where it stands.
            stated: None,
        },
    })
}
