//! Rules in words: when they apply, what they pay, and how far.

use crate::domain::event::EventType;
use crate::domain::handle::ActionCode;
use crate::domain::id::ProgramId;
use crate::domain::rule::{Approval, Basis, Conditions, Duration, Rule, Subscription, SubscriptionCondition, Terms};
use crate::storage::catalogue::Catalogue;
use crate::web::admin::badges;
use crate::web::filters::amount;

/// A condition, or a term: what it is about, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it is about: `Product`.
    pub label: &'static str,
    /// What is said: `TENT-2`.
    pub text: String,
}

/// What a campaign's default applies to.
pub const DEFAULT: &str = "Everything that no other rule decides";

fn said(label: &'static str, text: impl Into<String>) -> Said {
    Said { label, text: text.into() }
}

/// Each condition, the most telling first.
#[must_use]
pub fn conditions(catalogue: &Catalogue, program: ProgramId, conditions: &Conditions) -> Vec<Said> {
    let affiliate = conditions.affiliate.map(|id| {
        let known = catalogue.affiliate(program, id);
        known.map_or_else(|| id.to_string(), |affiliate| format!("{} ({})", affiliate.name, affiliate.code))
    });
    let event = conditions.event.as_ref().map(|(kind, name)| event(*kind, name.as_ref().map(ActionCode::as_str)));
    let each = [
        conditions.product.clone().map(|text| said("Product", text)),
        conditions.price.clone().map(|text| said("Price", text)),
        conditions.subscription.map(|which| said("Subscription", subscription_condition(which))),
        affiliate.map(|text| said("Affiliate", text)),
        event.map(|text| said("Event", text)),
    ];
    each.into_iter().flatten().collect()
}

/// What happened, under the merchant's own name for it where it has one.
#[must_use]
pub fn event(kind: EventType, name: Option<&str>) -> String {
    match name {
        Some(name) if kind == EventType::Action => format!("action {name}"),
        Some(name) => format!("{} {name}", badges::event(kind).to_lowercase()),
        None => badges::event(kind).to_lowercase(),
    }
}

/// Which payments, as far as subscriptions go.
#[must_use]
pub const fn subscription_condition(condition: SubscriptionCondition) -> &'static str {
    match condition {
        SubscriptionCondition::Any => "any subscription",
        SubscriptionCondition::Monthly => "paid monthly",
        SubscriptionCondition::Yearly => "paid yearly",
        SubscriptionCondition::None => "not a subscription",
    }
}

/// What subscription an order is a payment of.
#[must_use]
pub const fn subscription(subscription: Option<Subscription>) -> &'static str {
    match subscription {
        None => "not a subscription",
        Some(Subscription::Unspecified) => "a subscription, interval not said",
        Some(Subscription::Monthly) => "a monthly subscription",
        Some(Subscription::Yearly) => "a yearly subscription",
    }
}

/// How much is paid.
#[must_use]
pub fn basis(basis: Basis) -> String {
    match basis {
        Basis::Percent(rate) => format!("{rate} of the sale"),
        Basis::Flat(flat) => format!("{} {} for each", amount(flat), flat.currency()),
        Basis::PercentPlusFlat(rate, flat) => format!("{rate} of the sale + {} {}", amount(flat), flat.currency()),
    }
}

/// For which of a customer's payments.
#[must_use]
pub fn duration(duration: Duration) -> String {
    match duration {
        Duration::FirstSale => "the customer’s first sale only".to_owned(),
        Duration::Payments(1) => "the customer’s first payment".to_owned(),
        Duration::Payments(count) => format!("the customer’s first {count} payments"),
        Duration::Months(1) => "payments in the customer’s first month".to_owned(),
        Duration::Months(count) => format!("payments in the customer’s first {count} months"),
        Duration::Lifetime => "every payment of the customer".to_owned(),
    }
}

/// How long it is held.
#[must_use]
pub fn hold(days: u16) -> String {
    match days {
        0 => "no hold".to_owned(),
        1 => "held for 1 day".to_owned(),
        days => format!("held for {days} days"),
    }
}

/// Who approves it.
#[must_use]
pub const fn approval(approval: Approval) -> &'static str {
    match approval {
        Approval::ByHand => "approved by hand",
        Approval::Automatic => "approved automatically",
    }
}

/// Everything but how much, on one line.
#[must_use]
pub fn small_print(terms: &Terms) -> String {
    format!("{} · {} · {}", duration(terms.duration), hold(terms.hold_days), approval(terms.approval))
}

/// Everything that a version says, label by label, so that two of them can be compared.
#[must_use]
pub fn all_of(catalogue: &Catalogue, program: ProgramId, rule: &Rule) -> Vec<Said> {
    let applies: Vec<String> = conditions(catalogue, program, &rule.conditions)
        .into_iter()
        .map(|said| format!("{} {}", said.label.to_lowercase(), said.text))
        .collect();
    vec![
        said("Name", rule.name.clone()),
        said("Applies to", if rule.number == 0 { DEFAULT.to_lowercase() } else { applies.join(", ") }),
        said("Pays", basis(rule.terms.basis)),
        said("Pays for", duration(rule.terms.duration)),
        said("Hold", hold(rule.terms.hold_days)),
        said("Approval", approval(rule.terms.approval)),
    ]
}

#[cfg(test)]
mod tests {
    use super::{basis, duration, hold};
    use crate::domain::currency::Currency;
    use crate::domain::money::Money;
    use crate::domain::rate::Rate;
    use crate::domain::rule::{Basis, Duration};

    #[test]
    fn what_a_rule_pays_is_said_in_few_words() {
        let (rate, flat) = (Rate::parse_percent("7.25").unwrap(), Money::new(150, Currency::USD));
        for (given, said) in [
            (Basis::Percent(rate), "7.25 % of the sale"),
            (Basis::Flat(flat), "1.50 USD for each"),
            (Basis::PercentPlusFlat(rate, flat), "7.25 % of the sale + 1.50 USD"),
        ] {
            assert_eq!(basis(given), said);
        }
        for (given, said) in [
            (Duration::FirstSale, "the customer’s first sale only"),
            (Duration::Payments(1), "the customer’s first payment"),
            (Duration::Payments(3), "the customer’s first 3 payments"),
            (Duration::Months(12), "payments in the customer’s first 12 months"),
            (Duration::Lifetime, "every payment of the customer"),
        ] {
            assert_eq!(duration(given), said);
        }
        for (days, said) in [(0, "no hold"), (1, "held for 1 day"), (30, "held for 30 days")] {
            assert_eq!(hold(days), said);
        }
    }
}
