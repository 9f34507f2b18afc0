//! The fields of a report, each into its own type or into a sentence that names it.

use crate::domain::conversion::Purchase;
use crate::domain::currency::Currency;
use crate::domain::event::{Event, EventType};
use crate::web::dialect::said::Said;
use crate::web::intake::field::Field;
use crate::web::intake::{FieldError, Fields, shared};

/// Fields in which a template's placeholder is told by its name. A customer fact is only left out where it is one.
const NEVER_PLACEHOLDERS: [&str; 5] = ["click_id", "order_id", "amount", "currency", "event_type"];

/// What `track` and `postback` are told.
pub(super) struct ReportFields {
    /// The click token, not yet opened.
    pub(super) click: Option<String>,
    pub(super) said: Said,
}

impl ReportFields {
    /// Reads them; `known` are those that the call has.
    pub(super) fn read(fields: &Fields, known: &[Field], email_key: &[u8; 32]) -> Result<Self, FieldError> {
        if !shared::names_customer(fields) {
            shared::required(fields, &["click_id"])?;
        }
        shared::required(fields, &["order_id", "amount"])?;
        shared::filled(fields, &NEVER_PLACEHOLDERS)?;
        let click = fields.get("click_id").map(|_| shared::text(fields, "click_id")).transpose()?;
        let order_id = shared::order_id(fields)?;
        let event = read_event(fields)?;
        let currency = shared::optional_currency(fields, "currency")?.unwrap_or(Currency::USD);
        let said = Said {
            order_id: Some(order_id),
            amount: shared::amount(fields, "amount", currency, &event)?,
            event,
            customer: shared::customer(fields, email_key)?,
            purchase: Purchase { metadata: shared::metadata(fields)?, ..Purchase::default() },
            ignored_fields: fields.unknown(known),
        };
        Ok(Self { click: click.map(str::to_owned), said })
    }
}

fn read_event(fields: &Fields) -> Result<Event, FieldError> {
    const FIELD: &str = "event_type";
    if fields.get(FIELD).is_none() {
        return Ok(Event::SALE);
    }
    let kind = match shared::text(fields, FIELD)?.to_ascii_lowercase().as_str() {
        "sale" => EventType::Sale,
        "lead" => EventType::Lead,
        "signup" => EventType::Signup,
        "trial" => EventType::Trial,
        _ => return Err(FieldError::malformed(FIELD, "must be sale, lead, signup or trial")),
    };
    Ok(Event { kind, name: None })
}
