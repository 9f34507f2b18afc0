//! Every rule's part in a decision, so that people can see why one decides and each of the others does not.

use super::{Conditions, Order, Rule, Specificity, deciding, in_force};
use crate::domain::time::Timestamp;

/// One of the conditions that a rule may have, in the order in which they tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// [`Conditions::product`].
    Product,
    /// [`Conditions::price`].
    Price,
    /// [`Conditions::subscription`].
    Subscription,
    /// [`Conditions::affiliate`].
    Affiliate,
    /// [`Conditions::event`].
    Event,
}

/// A rule's part in the decision about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// It decides.
    Decides,
    /// It would apply, but another is more specific.
    LessSpecific,
    /// It would apply and is as specific, but the order names the other one's product first.
    ProductNamedLater,
    /// It would apply and is as specific, but the other one has the lower number.
    HigherNumber,
    /// It does not apply: these of its conditions do not hold.
    DoesNotApply(Vec<Condition>),
}

impl Conditions {
    /// Those that do not hold for an order. None: it applies.
    #[must_use]
    pub fn failing(&self, order: &Order<'_>) -> Vec<Condition> {
        let each = [
            (Condition::Product, Self { product: self.product.clone(), ..Self::default() }),
            (Condition::Price, Self { price: self.price.clone(), ..Self::default() }),
            (Condition::Subscription, Self { subscription: self.subscription, ..Self::default() }),
            (Condition::Affiliate, Self { affiliate: self.affiliate, ..Self::default() }),
            (Condition::Event, Self { event: self.event.clone(), ..Self::default() }),
        ];
        each.into_iter().filter(|(_, alone)| !alone.hold(order)).map(|(condition, _)| condition).collect()
    }
}

/// How a list of rules is ordered so that of those that apply the first one decides, but for orders that name several
/// products with a rule each.
fn precedence(rule: &Rule) -> (std::cmp::Reverse<Specificity>, u32) {
    (std::cmp::Reverse(rule.conditions.specificity()), rule.number)
}

/// Puts rules into the order in which they decide: the most specific first, the default last.
pub fn sort_by_precedence(rules: &mut [&Rule]) {
    rules.sort_by_key(|rule| precedence(rule));
}

/// The part of each rule that is in force at `at`, in the order in which they decide.
#[must_use]
pub fn judge_all<'a>(versions: &'a [Rule], order: &Order<'_>, at: Timestamp) -> Vec<(&'a Rule, Part)> {
    let mut rules: Vec<&Rule> = in_force(versions, at).collect();
    sort_by_precedence(&mut rules);
    let decides = deciding(versions, order, at);
    rules.into_iter().map(|rule| (rule, part(rule, decides, order))).collect()
}

fn part(rule: &Rule, decides: Option<&Rule>, order: &Order<'_>) -> Part {
    let failing = rule.conditions.failing(order);
    if !failing.is_empty() {
        return Part::DoesNotApply(failing);
    }
    let Some(winner) = decides.filter(|winner| winner.id != rule.id) else {
        return Part::Decides;
    };
    let conditions = &rule.conditions;
    if conditions.specificity() < winner.conditions.specificity() {
        Part::LessSpecific
    } else if conditions.place_of_product(order) > winner.conditions.place_of_product(order) {
        Part::ProductNamedLater
    } else {
        Part::HigherNumber
    }
}
