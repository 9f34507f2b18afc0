//! The fields of this dialect, each into its own type or into a sentence that names it.

use crate::domain::affiliate::AffiliateRef;
use crate::domain::attribution::Refusal;
use crate::domain::campaign::Campaign;
use crate::domain::click::Visit;
use crate::domain::conversion::Purchase;
use crate::domain::event::Event;
use crate::domain::id::CampaignId;
use crate::domain::money::Money;
use crate::storage::catalogue::Catalogue;
use crate::web::access::CampaignKey;
use crate::web::dialect::registered::{self, Visitor};
use crate::web::dialect::said::Said;
use crate::web::intake::shared::{self, campaign_id, free_text, required, text};
use crate::web::intake::{FieldError, Fields};

use super::reference::{CLICK_FIELDS, CONVERSION_FIELDS};

/// What `addClick` is told.
pub(super) struct ClickFields {
    pub(super) campaign_id: CampaignId,
    pub(super) affiliate: AffiliateRef,
    pub(super) visitor: Visitor,
}

impl ClickFields {
    pub(super) fn read(fields: &Fields) -> Result<Self, FieldError> {
        required(fields, &["campaign_id", "affiliate_id"])?;
        let address = registered::address(fields)?;
        let campaign_id = campaign_id(fields, "campaign_id")?;
        let affiliate = read_affiliate(fields)?;
        let visit = Visit {
            user_agent: free_text(fields, "user_agent")?,
            referrer: free_text(fields, "referrer")?,
            page_url: free_text(fields, "page_url")?,
            visitor_id: free_text(fields, "visitor_id")?,
            subs: registered::subs(fields)?,
            ignored_fields: fields.unknown(CLICK_FIELDS),
            ..Visit::default()
        };
        Ok(Self { campaign_id, affiliate, visitor: Visitor::new(visit, address) })
    }
}

/// What names the affiliate.
pub(super) struct Naming {
    /// A click token, not yet opened.
    pub(super) click: Option<String>,
    /// The report itself; always there without a click.
    pub(super) direct: Option<Direct>,
}

/// Whom a report names without a click.
pub(super) struct Direct {
    /// The campaign named.
    pub(super) campaign_id: CampaignId,
    /// The affiliate named.
    pub(super) affiliate: AffiliateRef,
}

/// What `s2sConvert` is told.
pub(super) struct ConversionFields {
    pub(super) naming: Naming,
    pub(super) said: Said,
}

impl ConversionFields {
    pub(super) fn read(fields: &Fields, email_key: &[u8; 32]) -> Result<Self, FieldError> {
        required(fields, naming_fields(fields))?;
        required(fields, &["order_id", "order_total", "order_currency"])?;
        let naming = read_naming(fields)?;
        let order_id = shared::order_id(fields)?;
        let event = read_event(fields)?;
        let amount = read_amount(fields, &event)?;
        let said = Said {
            order_id: Some(order_id),
            amount,
            event,
            customer: shared::customer(fields, email_key)?,
            purchase: Purchase { product_ids: shared::product_ids(fields)?, ..Purchase::default() },
            ignored_fields: fields.unknown(CONVERSION_FIELDS),
        };
        Ok(Self { naming, said })
    }
}

/// A click token, or in its place both an affiliate and a campaign.
fn naming_fields(fields: &Fields) -> &'static [&'static str] {
    let direct = fields.get("affiliate_id").is_some() || fields.get("campaign_id").is_some();
    if fields.get("click_token").is_none() && direct { &["affiliate_id", "campaign_id"] } else { &["click_token"] }
}

/// Beside a click token only what can be read counts: such a report was never refused for the rest.
fn read_naming(fields: &Fields) -> Result<Naming, FieldError> {
    match fields.get("click_token") {
        Some(_) => {
            Ok(Naming { click: Some(text(fields, "click_token")?.to_owned()), direct: read_direct(fields).ok() })
        }
        None => Ok(Naming { click: None, direct: Some(read_direct(fields)?) }),
    }
}

fn read_direct(fields: &Fields) -> Result<Direct, FieldError> {
    Ok(Direct { campaign_id: campaign_id(fields, "campaign_id")?, affiliate: read_affiliate(fields)? })
}

fn read_affiliate(fields: &Fields) -> Result<AffiliateRef, FieldError> {
    AffiliateRef::parse(text(fields, "affiliate_id")?).map_err(|error| FieldError::malformed("affiliate_id", error))
}

fn read_event(fields: &Fields) -> Result<Event, FieldError> {
    if fields.get("action").is_none() { Ok(Event::SALE) } else { shared::event(fields, "action") }
}

fn read_amount(fields: &Fields, event: &Event) -> Result<Money, FieldError> {
    required(fields, &["order_total"])?;
    shared::amount(fields, "order_total", shared::currency(fields, "order_currency")?, event)
}

/// The campaign of the key, if it is the one that the request names.
pub(super) fn own_campaign<'a>(
    key: &CampaignKey,
    catalogue: &'a Catalogue,
    named: CampaignId,
) -> Result<&'a Campaign, Refusal> {
    key.campaign(catalogue).filter(|campaign| campaign.id == named).ok_or(Refusal::UnknownCampaign)
}
