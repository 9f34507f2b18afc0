//! The fields of this dialect, each into its own type or into a sentence that names it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use crate::domain::affiliate::AffiliateRef;
use crate::domain::attribution::Refusal;
use crate::domain::campaign::Campaign;
use crate::domain::click::Visit;
use crate::domain::conversion::{CustomerFacts, Purchase, Report, reported_amount};
use crate::domain::currency::Currency;
use crate::domain::event::{Channel, Event};
use crate::domain::free_text::FreeText;
use crate::domain::handle::{ActionCode, EmailAddress, ExternalId, HandleError, NetworkPrefix, OrderId};
use crate::domain::id::{CampaignId, ClickId, ConversionId};
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::web::access::CampaignKey;
use crate::web::intake::{FieldError, Fields, Value};

const CLICK_FIELDS: [&str; 13] = [
    "api_key",
    "campaign_id",
    "affiliate_id",
    "page_url",
    "referrer",
    "ip",
    "user_agent",
    "visitor_id",
    "sub1",
    "sub2",
    "sub3",
    "sub4",
    "sub5",
];

const CONVERSION_FIELDS: [&str; 13] = [
    "api_key",
    "click_token",
    "affiliate_id",
    "campaign_id",
    "order_id",
    "order_total",
    "order_currency",
    "product_ids",
    "action",
    "customer_id",
    "external_user_id",
    "customer_email",
    "coupon_code",
];

/// What `addClick` is told.
pub(super) struct ClickFields {
    pub(super) campaign_id: CampaignId,
    pub(super) affiliate: AffiliateRef,
    pub(super) visit: Visit,
    address: Option<IpAddr>,
}

impl ClickFields {
    pub(super) fn read(fields: &Fields) -> Result<Self, FieldError> {
        required(fields, &["campaign_id", "affiliate_id"])?;
        let address = fields.get("ip").map(read_address).transpose()?;
        Ok(Self {
            campaign_id: read_campaign_id(fields)?,
            affiliate: read_affiliate(fields)?,
            visit: Visit {
                network: address.map(NetworkPrefix::of),
                user_agent: free_text(fields, "user_agent")?,
                referrer: free_text(fields, "referrer")?,
                page_url: free_text(fields, "page_url")?,
                visitor_id: free_text(fields, "visitor_id")?,
                subs: [
                    free_text(fields, "sub1")?,
                    free_text(fields, "sub2")?,
                    free_text(fields, "sub3")?,
                    free_text(fields, "sub4")?,
                    free_text(fields, "sub5")?,
                ],
                ignored_fields: fields.unknown(&CLICK_FIELDS),
            },
            address,
        })
    }

    /// Tells visitors apart by what the merchant says of them; one of whom nothing is said is new each time.
    pub(super) fn visitor_hash(&self, click: ClickId) -> u64 {
        let mut hasher = DefaultHasher::new();
        match (&self.visit.visitor_id, self.address) {
            (Some(visitor), _) => visitor.hash(&mut hasher),
            (None, Some(address)) => (address, &self.visit.user_agent).hash(&mut hasher),
            (None, None) => click.hash(&mut hasher),
        }
        hasher.finish()
    }
}

/// What names the affiliate.
pub(super) enum Naming {
    /// A click token, not yet opened.
    Click(String),
    /// The report itself.
    Direct {
        /// The campaign named.
        campaign_id: CampaignId,
        /// The affiliate named.
        affiliate: AffiliateRef,
    },
}

/// What `s2sConvert` is told.
pub(super) struct ConversionFields {
    pub(super) naming: Naming,
    order_id: OrderId,
    amount: Money,
    event: Event,
    customer: CustomerFacts,
    product_ids: Vec<String>,
    ignored: Vec<String>,
}

impl ConversionFields {
    pub(super) fn read(fields: &Fields, email_key: &[u8; 32]) -> Result<Self, FieldError> {
        required(fields, naming_fields(fields))?;
        required(fields, &["order_id", "order_total", "order_currency"])?;
        let naming = read_naming(fields)?;
        let order_id = read_order_id(fields)?;
        let event = read_event(fields)?;
        let amount = read_amount(fields, &event)?;
        Ok(Self {
            naming,
            order_id,
            amount,
            event,
            customer: read_customer(fields, email_key)?,
            product_ids: read_products(fields)?,
            ignored: fields.unknown(&CONVERSION_FIELDS),
        })
    }

    /// The report, as the rest of the house knows it.
    pub(super) fn report(self, key: &CampaignKey, id: ConversionId, channel: Channel, at: Timestamp) -> Report {
        let key = key.key();
        Report {
            id,
            program_id: key.program_id,
            mode: key.mode,
            token_id: key.token_id,
            channel,
            received_at: at,
            order_id: self.order_id,
            event: self.event,
            amount: self.amount,
            customer: self.customer,
            purchase: Purchase { product_ids: self.product_ids, ..Purchase::default() },
            ignored_fields: self.ignored,
        }
    }
}

/// A click token, or in its place both an affiliate and a campaign.
fn naming_fields(fields: &Fields) -> &'static [&'static str] {
    let direct = fields.get("affiliate_id").is_some() || fields.get("campaign_id").is_some();
    if fields.get("click_token").is_none() && direct { &["affiliate_id", "campaign_id"] } else { &["click_token"] }
}

fn read_naming(fields: &Fields) -> Result<Naming, FieldError> {
    match fields.get("click_token") {
        Some(_) => Ok(Naming::Click(text(fields, "click_token")?.to_owned())),
        None => Ok(Naming::Direct { campaign_id: read_campaign_id(fields)?, affiliate: read_affiliate(fields)? }),
    }
}

fn required(fields: &Fields, names: &[&'static str]) -> Result<(), FieldError> {
    let missing = names.iter().find(|name| fields.get(name).is_none());
    missing.map_or(Ok(()), |name| Err(FieldError::Missing(name)))
}

fn text<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, FieldError> {
    let value = fields.get(name).ok_or(FieldError::Missing(name))?;
    value.as_text().ok_or_else(|| FieldError::malformed(name, "must be a text"))
}

fn text_or_integer<'a>(value: &'a Value, name: &'static str) -> Result<&'a str, FieldError> {
    value.as_text_or_integer().ok_or_else(|| FieldError::malformed(name, "must be a text or a whole number"))
}

fn free_text(fields: &Fields, name: &'static str) -> Result<Option<FreeText>, FieldError> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    text_or_integer(value, name).map(FreeText::from_untrusted)
}

fn read_address(value: &Value) -> Result<IpAddr, FieldError> {
    let address = value.as_text().and_then(|text| text.trim().parse().ok());
    address.ok_or_else(|| FieldError::malformed("ip", "must be an IP address, such as 203.0.113.9"))
}

fn read_campaign_id(fields: &Fields) -> Result<CampaignId, FieldError> {
    let parsed = text(fields, "campaign_id")?.parse();
    parsed.map_err(|error| FieldError::malformed("campaign_id", error))
}

fn read_affiliate(fields: &Fields) -> Result<AffiliateRef, FieldError> {
    AffiliateRef::parse(text(fields, "affiliate_id")?).map_err(|error| FieldError::malformed("affiliate_id", error))
}

fn read_order_id(fields: &Fields) -> Result<OrderId, FieldError> {
    let value = fields.get("order_id").ok_or(FieldError::Missing("order_id"))?;
    OrderId::parse(text_or_integer(value, "order_id")?).map_err(|error| FieldError::malformed("order_id", error))
}

fn read_event(fields: &Fields) -> Result<Event, FieldError> {
    if fields.get("action").is_none() {
        return Ok(Event::SALE);
    }
    let code = ActionCode::parse(text(fields, "action")?).map_err(|error| FieldError::malformed("action", error))?;
    Ok(Event::from_action(code))
}

fn read_amount(fields: &Fields, event: &Event) -> Result<Money, FieldError> {
    const FIELD: &str = "order_total";
    let value = fields.get(FIELD).ok_or(FieldError::Missing(FIELD))?;
    let currency = Currency::parse(text(fields, "order_currency")?)
        .map_err(|error| FieldError::malformed("order_currency", error))?;
    let total = value.as_text_or_number().ok_or_else(|| FieldError::malformed(FIELD, "must be a number or a text"))?;
    let amount = Money::parse(total, currency).map_err(|error| FieldError::malformed(FIELD, error))?;
    reported_amount(amount, event).map_err(|error| FieldError::malformed(FIELD, error))
}

fn read_customer(fields: &Fields, email_key: &[u8; 32]) -> Result<CustomerFacts, FieldError> {
    let email = match fields.get("customer_email") {
        Some(value) if !value.as_text().is_some_and(is_unfilled) => {
            let address = EmailAddress::parse(text(fields, "customer_email")?);
            Some(address.map_err(|error| FieldError::malformed("customer_email", error))?.hashed(email_key))
        }
        _ => None,
    };
    Ok(CustomerFacts {
        customer_id: external_id(fields, "customer_id")?,
        external_user_id: external_id(fields, "external_user_id")?,
        email,
        coupon_code: external_id(fields, "coupon_code")?,
    })
}

/// A fact that need not be there. A shop that sends a placeholder in its place has said nothing, and loses no sale by it.
fn external_id(fields: &Fields, name: &'static str) -> Result<Option<ExternalId>, FieldError> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    match ExternalId::parse(text_or_integer(value, name)?) {
        Err(HandleError::UnfilledMacro) => Ok(None),
        parsed => parsed.map(Some).map_err(|error| FieldError::malformed(name, error)),
    }
}

fn is_unfilled(text: &str) -> bool {
    ExternalId::parse(text) == Err(HandleError::UnfilledMacro)
}

/// At most a hundred products of a reasonable length; they explain a conversion and decide nothing here.
fn read_products(fields: &Fields) -> Result<Vec<String>, FieldError> {
    let products = fields.list("product_ids")?;
    if products.len() > 100 {
        return Err(FieldError::malformed("product_ids", "must not name more than 100 products"));
    }
    let named = products.iter().filter(|product| !is_unfilled(product));
    let parsed = named.map(|product| ExternalId::parse(product).map(|id| id.as_str().to_owned()));
    parsed.collect::<Result<_, _>>().map_err(|error| FieldError::malformed("product_ids", error))
}

/// The campaign of the key, if it is the one that the request names.
pub(super) fn own_campaign<'a>(
    key: &CampaignKey,
    catalogue: &'a Catalogue,
    named: CampaignId,
) -> Result<&'a Campaign, Refusal> {
    key.campaign(catalogue).filter(|campaign| campaign.id == named).ok_or(Refusal::UnknownCampaign)
}
