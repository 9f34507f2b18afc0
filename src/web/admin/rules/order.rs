//! An order as somebody types it to see what it would earn.

use crate::domain::campaign::Campaign;
use crate::domain::conversion::reported_amount;
use crate::domain::currency::Currency;
use crate::domain::event::{Event, EventType};
use crate::domain::handle::ActionCode;
use crate::domain::id::AffiliateId;
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::domain::rule::{Order, Payment, Subscription};
use crate::domain::time::{LocalDay, Timestamp};
use crate::storage::catalogue::Catalogue;
use crate::web::admin::choices::TypedAffiliate;
use crate::web::form::Errors;
use crate::web::query::Query;

/// What stands in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFields {
    /// Amount.
    pub amount: String,
    /// Currency, by its code.
    pub currency: String,
    /// What happened, by its word.
    pub event: String,
    /// The merchant's own name for it.
    pub action: String,
    /// Products, with commas between.
    pub products: String,
    /// Prices, with commas between.
    pub prices: String,
    /// What subscription it is a payment of, by its word; empty for none.
    pub subscription: String,
    /// Whom it is credited to, by code or id; empty for somebody without a rule of their own.
    pub affiliate: String,
    /// Which of the customer's payments it is.
    pub payment: String,
    /// The day of the customer's first payment.
    pub first_day: String,
}

/// An order that can be judged.
#[derive(Clone, Debug)]
pub struct TypedOrder {
    /// What it is worth.
    pub amount: Money,
    /// Which of the customer's payments it is.
    pub payment: Payment,
    event: Event,
    products: Vec<String>,
    prices: Vec<String>,
    subscription: Option<Subscription>,
    affiliate: AffiliateId,
}

impl TypedOrder {
    /// What a rule goes by.
    #[must_use]
    pub fn order(&self) -> Order<'_> {
        Order {
            products: &self.products,
            prices: &self.prices,
            subscription: self.subscription,
            affiliate: self.affiliate,
            event: &self.event,
        }
    }
}

impl OrderFields {
    /// What the address says. What it does not say is a plain sale of 100 in the program's currency.
    #[must_use]
    pub fn of_query(query: &Query, program: &Program) -> Self {
        let or = |name: &str, otherwise: &str| match query.text(name) {
            "" => otherwise.to_owned(),
            typed => typed.to_owned(),
        };
        Self {
            amount: or("amount", "100"),
            currency: or("currency", program.base_currency.code()),
            event: or("event", EventType::Sale.as_str()),
            action: query.text("action").to_owned(),
            products: query.text("products").to_owned(),
            prices: query.text("prices").to_owned(),
            subscription: query.text("subscription").to_owned(),
            affiliate: query.text("affiliate").to_owned(),
            payment: or("payment", "1"),
            first_day: query.text("first_day").to_owned(),
        }
    }

    /// Reads the order, which would be reported at `now`.
    ///
    /// # Errors
    /// A sentence for every field that cannot be taken.
    pub fn read(
        &self,
        (catalogue, program): (&Catalogue, &Program),
        campaign: &Campaign,
        now: Timestamp,
    ) -> Result<TypedOrder, Errors> {
        let mut errors = Errors::default();
        let event = self.read_event(&mut errors);
        let amount = self.read_amount(event.as_ref(), &mut errors);
        let subscription = match self.subscription.as_str() {
            "" => Some(None),
            word => {
                let read = word.parse::<Subscription>().map_err(|_| "must be one of the choices");
                errors.take("subscription", "Subscription", read).map(Some)
            }
        };
        let affiliate = TypedAffiliate::read(catalogue, program.id, &self.affiliate);
        if affiliate.is_unknown() {
            errors.add("affiliate", "Affiliate must be the code or id of an affiliate of this program.");
        }
        // Nobody goes by the id of a campaign, so that a rule for one affiliate does not apply where none is named.
        let nobody = AffiliateId::from_uuid(campaign.id.uuid());
        let payment = self.read_payment(program, now, &mut errors);
        let read = || {
            Some(TypedOrder {
                amount: amount?,
                payment: payment?,
                event: event?,
                products: listed(&self.products),
                prices: listed(&self.prices),
                subscription: subscription?,
                affiliate: affiliate.found.map_or(nobody, |found| found.id),
            })
        };
        read().filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn read_amount(&self, event: Option<&Event>, errors: &mut Errors) -> Option<Money> {
        let currency = errors.take("currency", "Currency", Currency::parse(self.currency.trim()))?;
        let amount = errors.take("amount", "Amount", Money::parse(self.amount.trim(), currency))?;
        match event {
            Some(event) => errors.take("amount", "Amount", reported_amount(amount, event)),
            None => Some(amount),
        }
    }

    fn read_event(&self, errors: &mut Errors) -> Option<Event> {
        let read = self.event.parse::<EventType>().map_err(|_| "must be one of the choices");
        match errors.take("event", "Event", read)? {
            EventType::Action => {
                let code = errors.take("action", "Action", ActionCode::parse(self.action.trim()))?;
                Some(Event { kind: EventType::Action, name: Some(code) })
            }
            kind => Some(Event { kind, name: None }),
        }
    }

    fn read_payment(&self, program: &Program, now: Timestamp, errors: &mut Errors) -> Option<Payment> {
        let number = self.payment.trim().parse::<u32>().ok().filter(|number| *number > 0);
        let number = errors.take("payment", "Payment", number.ok_or("must be a whole number from 1"))?;
        let first_at = match self.first_day.trim() {
            "" => now,
            typed => program.zone.day_start(errors.take("first_day", "First payment", LocalDay::parse(typed))?),
        };
        if first_at > now {
            errors.add("first_day", "First payment must not lie in the future.");
            return None;
        }
        Some(Payment { number, first_at: if number == 1 { now } else { first_at } })
    }
}

/// What stands between commas.
fn listed(typed: &str) -> Vec<String> {
    typed.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
}
