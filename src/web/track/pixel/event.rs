//! The fields of an event, each into its own type or into a sentence that names it.

use crate::domain::attribution::Refusal;
use crate::domain::conversion::Purchase;
use crate::domain::currency::Currency;
use crate::domain::event::{Channel, Event, EventType};
use crate::domain::handle::OrderId;
use crate::domain::id::ClickId;
use crate::domain::money::Money;
use crate::operations::record_conversions::Incoming;
use crate::web::dialect::refused::Refused;
use crate::web::dialect::said::Said;
use crate::web::intake::shared::{self, required};
use crate::web::intake::{FieldError, Fields};

use super::Heard;
use super::reference::EVENT_FIELDS;
use super::speaker::Speaker;

/// The report that an event is, judged as far as it can be without the database: first the page, then the fields, then
/// what the page named.
pub(super) fn read(heard: &Heard<'_>, speaker: &Speaker) -> Result<Incoming, Refused> {
    if !speaker.is_on_own_page() {
        return Err(Refusal::ForeignPage.into());
    }
    if let Some(problem) = &heard.intake.problem {
        return Err(problem.clone().into());
    }
    let (env, fields, key) = (&heard.app.environment, &heard.intake.fields, speaker.attempt_key());
    let event = event(fields)?;
    let base = speaker.catalogue().program(key.program_id).map_or(Currency::USD, |program| program.base_currency);
    let said = Said {
        order_id: Some(order_id(fields, &event, speaker.click_id())?),
        amount: amount(fields, &event, base)?,
        customer: shared::customer(fields, env.keys.email())?,
        purchase: Purchase {
            product_ids: shared::product_ids(fields)?,
            metadata: shared::metadata(fields)?,
            ..Purchase::default()
        },
        ignored_fields: fields.unknown(&EVENT_FIELDS),
        event,
    };
    if let Some(why) = speaker.misnamed {
        return Err(why.into());
    }
    let (report, evidence) = (said.reported(env, &key, Channel::Pixel, heard.at), speaker.evidence());
    Ok(Incoming { report, campaign_id: key.campaign_id, evidence, payload: fields.redacted() })
}

/// What happened: `conversion` is a sale unless `event_type` says more.
fn event(fields: &Fields) -> Result<Event, FieldError> {
    required(fields, &["event"])?;
    match fields.text("event") {
        Some("conversion") if fields.get("event_type").is_some() => shared::event(fields, "event_type"),
        Some("conversion") => Ok(Event::SALE),
        _ => shared::event(fields, "event"),
    }
}

/// The order: a sale has one; of anything else that a visitor does once, the click tells it from another visitor's.
fn order_id(fields: &Fields, event: &Event, click: Option<ClickId>) -> Result<OrderId, FieldError> {
    match click.filter(|_| fields.get("order_id").is_none() && event.kind != EventType::Sale) {
        None => shared::order_id(fields),
        Some(click) => {
            let action = event.name.as_ref().map_or(event.kind.as_str(), |name| name.as_str());
            OrderId::parse(&format!("{action}-{}", click.uuid().simple()))
                .map_err(|error| FieldError::malformed("order_id", error))
        }
    }
}

/// What it was worth. What is not a sale need not be worth anything, and nothing is nothing in the program's own currency.
fn amount(fields: &Fields, event: &Event, base: Currency) -> Result<Money, FieldError> {
    if event.may_be_free() && fields.get("amount").is_none() {
        return Ok(Money::zero(base));
    }
    let currency = shared::optional_currency(fields, "currency")?;
    shared::amount(fields, "amount", currency.unwrap_or(Currency::USD), event)
}
