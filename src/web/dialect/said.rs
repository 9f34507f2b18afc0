//! What a report says, once its dialect has read it.

use crate::domain::attempt::AttemptKey;
use crate::domain::conversion::{CustomerFacts, Purchase, Report};
use crate::domain::event::{Channel, Event};
use crate::domain::handle::OrderId;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::environment::Environment;

/// The facts of a report, under whichever names they came.
#[derive(Clone, Debug)]
pub struct Said {
    /// The order; none where it need not be named: then it goes by the conversion's own id.
    pub order_id: Option<OrderId>,
    /// What happened.
    pub event: Event,
    /// What it was worth.
    pub amount: Money,
    /// Whose order it is, as far as that is said.
    pub customer: CustomerFacts,
    /// What was bought, as far as that is said.
    pub purchase: Purchase,
    /// Names of fields that no one reads.
    pub ignored_fields: Vec<String>,
}

impl Said {
    /// The report that the rest of the house knows: these facts, under this key, as they came.
    #[must_use]
    pub fn reported(self, env: &Environment, key: &AttemptKey, channel: Channel, at: Timestamp) -> Report {
        let Self { order_id, event, amount, customer, purchase, ignored_fields } = self;
        let id = env.mint.id(at);
        Report {
            id,
            program_id: key.program_id,
            mode: key.mode,
            token_id: key.token_id,
            channel,
            received_at: at,
            order_id: order_id.unwrap_or_else(|| OrderId::own(id)),
            event,
            amount,
            customer,
            purchase,
            ignored_fields,
        }
    }
}
