//! What a campaign pays: rules, their versions, and which of them decides.
//!
//! A campaign has numbered rules. Number 0 is its default and has no condition; the others apply to what their conditions
//! say. Of those that apply, the most specific wins, by a written order: product, price, interval and subscription,
//! affiliate, event type, the default (CONTRACT, section 1: commission rule). A rule is never changed but by a new
//! version of it, from then on; a recorded commission names the version it used and never moves.

pub mod judging;

use super::conversion::LARGEST_AMOUNT;
use super::event::{Event, EventType};
use super::handle::ActionCode;
use super::id::{AffiliateId, CampaignId, RuleId};
use super::money::Money;
use super::rate::Rate;
use super::text_enum;
use super::time::{Timestamp, Zone};

/// A flat amount that is more than any order may be worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be at most {0}")]
pub struct TooMuch(pub Money);

/// How a rule pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A share of the sale in the base currency.
    Percent(Rate),
    /// The same for every conversion, in the base currency.
    Flat(Money),
    /// A share of the sale, and an amount above zero on top of it, in the base currency.
    PercentPlusFlat(Rate, Money),
}

impl Basis {
    /// The basis, unless its flat amount is more than any order may be worth.
    ///
    /// # Errors
    /// [`TooMuch`].
    pub fn within_bounds(self) -> Result<Self, TooMuch> {
        match self.flat() {
            Some(flat) if flat.minor() > LARGEST_AMOUNT => Err(TooMuch(Money::new(LARGEST_AMOUNT, flat.currency()))),
            _ => Ok(self),
        }
    }

    /// The amount that is paid whatever the sale, where there is one.
    #[must_use]
    pub const fn flat(self) -> Option<Money> {
        match self {
            Self::Percent(_) => None,
            Self::Flat(flat) | Self::PercentPlusFlat(_, flat) => Some(flat),
        }
    }
}

text_enum! {
    /// What a subscription payment is said to be.
    pub enum Subscription {
        /// A subscription whose interval is not said.
        Unspecified => "any",
        /// Paid every month.
        Monthly => "monthly",
        /// Paid every year.
        Yearly => "yearly",
    }
}

text_enum! {
    /// Which payments a rule is for, as far as subscriptions go.
    pub enum SubscriptionCondition {
        /// Of any subscription.
        Any => "any",
        /// Of one that is paid every month.
        Monthly => "monthly",
        /// Of one that is paid every year.
        Yearly => "yearly",
        /// Of none.
        None => "none",
    }
}

impl SubscriptionCondition {
    fn holds(self, subscription: Option<Subscription>) -> bool {
        match self {
            Self::Any => subscription.is_some(),
            Self::Monthly => subscription == Some(Subscription::Monthly),
            Self::Yearly => subscription == Some(Subscription::Yearly),
            Self::None => subscription.is_none(),
        }
    }
}

/// What must be so for a rule to apply; all of it. Nothing said: it always applies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The order names this product.
    pub product: Option<String>,
    /// The order names this price.
    pub price: Option<String>,
    /// The payment is such a one.
    pub subscription: Option<SubscriptionCondition>,
    /// It is credited to this affiliate.
    pub affiliate: Option<AffiliateId>,
    /// This is what happened; a named action goes by its name.
    pub event: Option<(EventType, Option<ActionCode>)>,
}

/// How far a customer's payments are paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duration {
    /// The customer's first sale only.
    FirstSale,
    /// That many payments, the first included.
    Payments(u32),
    /// So many calendar months from the day of the first payment, which a month that is too short cuts: one month from
    /// 31 January ends with 27 February, and the 28th is outside.
    Months(u32),
    /// All of them.
    Lifetime,
}

/// Which of a customer's payments a sale is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// 1 for the first; one that an earlier payment gave up may be a later one's.
    pub number: u32,
    /// When the first one was made.
    pub first_at: Timestamp,
}

impl Duration {
    /// Whether a payment made at `at` is paid for, with days as the program's zone has them.
    #[must_use]
    pub fn covers(self, payment: Payment, at: Timestamp, zone: &Zone) -> bool {
        match self {
            Self::Lifetime => true,
            Self::FirstSale => payment.number <= 1,
            Self::Payments(most) => payment.number <= most,
            Self::Months(months) => {
                let (first, day) = (zone.local_day(payment.first_at), zone.local_day(at));
                first <= day && day < first.plus_months(months)
            }
        }
    }

    /// Whether it depends on which of a customer's payments a sale is.
    #[must_use]
    pub const fn has_an_end(self) -> bool {
        !matches!(self, Self::Lifetime)
    }
}

text_enum! {
    /// Who approves what a rule pays.
    pub enum Approval {
        /// Somebody looks at each conversion.
        ByHand => "by_hand",
        /// Nobody has to, unless the report is not fully trusted or something about it is flagged.
        Automatic => "automatic",
    }
}

/// The most days that a commission may be held.
pub const LONGEST_HOLD_DAYS: u16 = 365;

/// What a rule pays, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How much.
    pub basis: Basis,
    /// For which of a customer's payments.
    pub duration: Duration,
    /// How many days of 24 hours it is held after the report, 0 to [`LONGEST_HOLD_DAYS`].
    pub hold_days: u16,
    /// Who approves it.
    pub approval: Approval,
}

impl Terms {
    /// Terms as a campaign begins with: for every payment, without a hold, approved by hand.
    #[must_use]
    pub const fn plain(basis: Basis) -> Self {
        Self { basis, duration: Duration::Lifetime, hold_days: 0, approval: Approval::ByHand }
    }

    /// When the hold of something received at `at` ends.
    #[must_use]
    pub fn hold_until(&self, at: Timestamp) -> Timestamp {
        at.plus(std::time::Duration::from_secs(u64::from(self.hold_days) * 86_400))
    }
}

/// One version of one rule of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The id of this version.
    pub id: RuleId,
    /// Whose rule it is.
    pub campaign_id: CampaignId,
    /// Which of the campaign's rules: 0 is its default.
    pub number: u32,
    /// 1 for the first, counted per rule.
    pub version: u32,
    /// What people call it; the default has no name of its own.
    pub name: String,
    /// When it applies.
    pub conditions: Conditions,
    /// What it pays.
    pub terms: Terms,
    /// From when on it holds, until the next version does.
    pub since: Timestamp,
    /// Whether with this version the rule is no more.
    pub ended: bool,
}

impl Rule {
    /// What it is called: its own name, or `Rule 3`; of the default, `Default`.
    #[must_use]
    pub fn title(&self) -> String {
        match (self.number, self.name.as_str()) {
            (0, _) => "Default".to_owned(),
            (number, "") => format!("Rule {number}"),
            (number, name) => format!("Rule {number} · {name}"),
        }
    }

    /// What it pays for an order received at `at` that is such a payment of its customer, or of one of whom no other is
    /// known. None where the rule's duration is over: then the rule decides, and there is nothing to earn.
    #[must_use]
    pub fn basis_for(&self, payment: Option<Payment>, at: Timestamp, zone: &Zone) -> Option<Basis> {
        let covered = payment.is_none_or(|payment| self.terms.duration.covers(payment, at, zone));
        covered.then_some(self.terms.basis)
    }
}

/// What of an order a rule goes by.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The products it names, in the order given.
    pub products: &'a [String],
    /// The prices it names.
    pub prices: &'a [String],
    /// Whether it is a payment of a subscription.
    pub subscription: Option<Subscription>,
    /// Who is credited.
    pub affiliate: AffiliateId,
    /// What happened.
    pub event: &'a Event,
}

/// How narrowly a rule's conditions are drawn, the most telling first: product, price, interval, subscription, affiliate,
/// event type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Specificity([bool; 6]);

impl Conditions {
    /// Whether there is none, as for a campaign's default.
    #[must_use]
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether all of them hold for an order.
    #[must_use]
    pub fn hold(&self, order: &Order<'_>) -> bool {
        let named = |wanted: &Option<String>, given: &[String]| wanted.as_ref().is_none_or(|it| given.contains(it));
        named(&self.product, order.products)
            && named(&self.price, order.prices)
            && self.subscription.is_none_or(|condition| condition.holds(order.subscription))
            && self.affiliate.is_none_or(|affiliate| affiliate == order.affiliate)
            && self.event.as_ref().is_none_or(|(kind, name)| *kind == order.event.kind && *name == order.event.name)
    }

    fn specificity(&self) -> Specificity {
        let interval =
            matches!(self.subscription, Some(SubscriptionCondition::Monthly | SubscriptionCondition::Yearly));
        Specificity([
            self.product.is_some(),
            self.price.is_some(),
            interval,
            self.subscription.is_some(),
            self.affiliate.is_some(),
            self.event.is_some(),
        ])
    }

    /// Where in the order's list the rule's product stands; of two products with a rule each, the one named first decides.
    fn place_of_product(&self, order: &Order<'_>) -> usize {
        let place = self.product.as_ref().and_then(|product| order.products.iter().position(|given| given == product));
        place.unwrap_or(0)
    }
}

/// The version of each of a campaign's rules that is in force at `at`, by number. `versions` are ordered by number and
/// version. A rule that has ended is left out. A moment before the first version, as a clock that was set back may give,
/// falls to the first one of the default: a campaign has a rule from its beginning.
pub fn in_force(versions: &[Rule], at: Timestamp) -> impl Iterator<Item = &Rule> {
    versions.chunk_by(|one, other| one.number == other.number).filter_map(move |versions| {
        let begun = versions.iter().rev().find(|rule| rule.since <= at);
        let rule = begun.or_else(|| versions.first().filter(|rule| rule.number == 0))?;
        (!rule.ended).then_some(rule)
    })
}

/// The rule that decides about an order at `at`: of those in force whose conditions hold, the most specific; of equally
/// specific ones, that of the product named first, then that with the lower number. None where none applies.
#[must_use]
pub fn deciding<'a>(versions: &'a [Rule], order: &Order<'_>, at: Timestamp) -> Option<&'a Rule> {
    in_force(versions, at).filter(|rule| rule.conditions.hold(order)).max_by_key(|rule| {
        let place = std::cmp::Reverse((rule.conditions.place_of_product(order), rule.number));
        (rule.conditions.specificity(), place)
    })
}

#[cfg(test)]
mod tests;
