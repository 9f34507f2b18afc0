//! The fields of a rule's form: as typed, as stored, and read into what is to be saved.

use std::str::FromStr;

use crate::domain::currency::Currency;
use crate::domain::event::EventType;
use crate::domain::handle::{ActionCode, ExternalId};
use crate::domain::id::ProgramId;
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::domain::rate::Rate;
use crate::domain::rule::{
    Approval, Basis, Conditions, Duration, LONGEST_HOLD_DAYS, Rule, SubscriptionCondition, Terms,
};
use crate::operations::save_rule::{RuleName, WantedRule};
use crate::storage::catalogue::Catalogue;
use crate::web::admin::choices::TypedAffiliate;
use crate::web::form::{Errors, Posted};

/// The most payments or months that a rule may be said to pay for; more is for ever.
const MOST_PAID: u32 = 999;

/// What stands in the form, whether it can be read or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFields {
    /// Name.
    pub name: String,
    /// Product id.
    pub product: String,
    /// Price id.
    pub price: String,
    /// Which subscriptions, by its word; empty for whatever.
    pub subscription: String,
    /// The affiliate, by code or id; empty for all.
    pub affiliate: String,
    /// What happened, by its word; empty for whatever.
    pub event: String,
    /// The merchant's own name for it.
    pub action: String,
    /// `percent`, `flat` or `both`.
    pub basis: String,
    /// The percentage.
    pub rate: String,
    /// The amount.
    pub flat: String,
    /// `lifetime`, `first_sale`, `payments` or `months`.
    pub duration: String,
    /// How many payments.
    pub payments: String,
    /// How many months.
    pub months: String,
    /// Days of hold.
    pub hold: String,
    /// Who approves, by its word.
    pub approval: String,
}

impl RuleFields {
    /// What a new rule starts with: the terms of the rule that it would be the exception of.
    #[must_use]
    pub fn of_new(default: Option<&Rule>) -> Self {
        let terms = default.map_or(Terms::plain(Basis::Percent(Rate::ZERO)), |rule| rule.terms);
        Self { rate: String::new(), flat: String::new(), basis: "percent".to_owned(), ..Self::of_terms(&terms) }
    }

    fn of_terms(terms: &Terms) -> Self {
        let (basis, rate) = match terms.basis {
            Basis::Percent(rate) => ("percent", Some(rate)),
            Basis::Flat(_) => ("flat", None),
            Basis::PercentPlusFlat(rate, _) => ("both", Some(rate)),
        };
        let (duration, payments, months) = match terms.duration {
            Duration::Lifetime => ("lifetime", None, None),
            Duration::FirstSale => ("first_sale", None, None),
            Duration::Payments(count) => ("payments", Some(count), None),
            Duration::Months(count) => ("months", None, Some(count)),
        };
        let written = |count: Option<u32>| count.map_or_else(String::new, |count| count.to_string());
        Self {
            basis: basis.to_owned(),
            rate: rate.map_or_else(String::new, Rate::percent),
            flat: terms.basis.flat().map_or_else(String::new, |flat| flat.to_string()),
            duration: duration.to_owned(),
            payments: written(payments),
            months: written(months),
            hold: terms.hold_days.to_string(),
            approval: terms.approval.as_str().to_owned(),
            ..Self::default()
        }
    }

    /// What is stored.
    #[must_use]
    pub fn of_stored(catalogue: &Catalogue, program: ProgramId, rule: &Rule) -> Self {
        let conditions = &rule.conditions;
        let affiliate = conditions.affiliate.map(|id| {
            let known = catalogue.affiliate(program, id);
            known.map_or_else(|| id.to_string(), |affiliate| affiliate.code.to_string())
        });
        let event = conditions.event.as_ref();
        Self {
            name: rule.name.clone(),
            product: conditions.product.clone().unwrap_or_default(),
            price: conditions.price.clone().unwrap_or_default(),
            subscription: conditions.subscription.map_or("", SubscriptionCondition::as_str).to_owned(),
            affiliate: affiliate.unwrap_or_default(),
            event: event.map_or("", |(kind, _)| kind.as_str()).to_owned(),
            action: event.and_then(|(_, name)| name.as_ref()).map(ToString::to_string).unwrap_or_default(),
            ..Self::of_terms(&rule.terms)
        }
    }

    /// What was sent.
    #[must_use]
    pub fn of_posted(posted: &Posted) -> Self {
        let text = |name: &str| posted.text(name).to_owned();
        Self {
            name: text("name"),
            product: text("product"),
            price: text("price"),
            subscription: text("subscription"),
            affiliate: text("affiliate"),
            event: text("event"),
            action: text("action"),
            basis: text("basis"),
            rate: text("rate"),
            flat: text("flat"),
            duration: text("duration"),
            payments: text("payments"),
            months: text("months"),
            hold: text("hold"),
            approval: text("approval"),
        }
    }

    /// Reads the fields into the rule they describe. A campaign's default has terms only.
    ///
    /// # Errors
    /// A sentence for every field that cannot be taken.
    pub fn read(&self, catalogue: &Catalogue, program: &Program, is_default: bool) -> Result<WantedRule, Errors> {
        let mut errors = Errors::default();
        let terms = self.read_terms(program.base_currency, &mut errors);
        let wanted = if is_default {
            terms.map(WantedRule::of_default)
        } else {
            let name = errors.take("name", "Name", RuleName::parse(&self.name));
            let conditions = self.read_conditions(catalogue, program.id, &mut errors);
            (|| Some(WantedRule { name: name?, conditions: conditions?, terms: terms? }))()
        };
        wanted.filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn read_conditions(&self, catalogue: &Catalogue, program: ProgramId, errors: &mut Errors) -> Option<Conditions> {
        let mut external = |field, label, typed: &str| match typed.trim() {
            "" => Some(None),
            typed => errors.take(field, label, ExternalId::parse(typed)).map(|id| Some(id.as_str().to_owned())),
        };
        let product = external("product", "Product", &self.product);
        let price = external("price", "Price", &self.price);
        let subscription = word("subscription", "Subscription", &self.subscription, errors);
        let affiliate = TypedAffiliate::read(catalogue, program, &self.affiliate);
        if affiliate.is_unknown() {
            errors.add("affiliate", "Affiliate must be the code or id of an affiliate of this program.");
        }
        let event = self.read_event(errors);
        Some(Conditions {
            product: product?,
            price: price?,
            subscription: subscription?,
            affiliate: affiliate.found.map(|found| found.id),
            event: event?,
        })
    }

    #[expect(clippy::option_option, reason = "nothing typed is fine, something wrong is not")]
    fn read_event(&self, errors: &mut Errors) -> Option<Option<(EventType, Option<ActionCode>)>> {
        let kind = word::<EventType>("event", "Event", &self.event, errors)?;
        match (kind, self.action.trim()) {
            (None, "") => Some(None),
            (Some(EventType::Action), "") => {
                errors.add("action", "Action must be the name that your server reports, such as newsletter.");
                None
            }
            (None | Some(EventType::Action), typed) => {
                let code = errors.take("action", "Action", ActionCode::parse(typed))?;
                Some(Some((EventType::Action, Some(code))))
            }
            (Some(kind), _) => Some(Some((kind, None))),
        }
    }

    fn read_terms(&self, currency: Currency, errors: &mut Errors) -> Option<Terms> {
        let typed = (&*self.basis, &*self.rate, &*self.flat);
        let basis = read_basis(typed, (("rate", "Percentage"), ("flat", "Flat amount")), currency, errors);
        let duration = self.read_duration(errors);
        let hold = errors.take("hold", "Hold", whole(&self.hold, 0, u32::from(LONGEST_HOLD_DAYS)));
        let approval = errors.take("approval", "Approval", self.approval.parse::<Approval>());
        Some(Terms { basis: basis?, duration: duration?, hold_days: u16::try_from(hold?).ok()?, approval: approval? })
    }

    fn read_duration(&self, errors: &mut Errors) -> Option<Duration> {
        match self.duration.as_str() {
            "lifetime" => Some(Duration::Lifetime),
            "first_sale" => Some(Duration::FirstSale),
            "payments" => {
                errors.take("payments", "Payments", whole(&self.payments, 1, MOST_PAID)).map(Duration::Payments)
            }
            "months" => errors.take("months", "Months", whole(&self.months, 1, MOST_PAID)).map(Duration::Months),
            _ => {
                errors.add("duration", "Pays for must be one of the choices.");
                None
            }
        }
    }
}

/// A whole number between two others.
fn whole(typed: &str, least: u32, most: u32) -> Result<u32, String> {
    let typed = typed.trim();
    let digits = typed.bytes().all(|byte| byte.is_ascii_digit());
    let number = typed.parse().ok().filter(|number| digits && (least..=most).contains(number));
    number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}

/// A word of a closed set, or nothing.
#[expect(clippy::option_option, reason = "nothing typed is fine, something wrong is not")]
fn word<T: FromStr>(field: &'static str, label: &str, typed: &str, errors: &mut Errors) -> Option<Option<T>> {
    if typed.is_empty() {
        return Some(None);
    }
    let read = typed.parse().map_err(|_| "must be one of the choices");
    errors.take(field, label, read).map(Some)
}

/// A field's name and its label.
type Field = (&'static str, &'static str);

/// Reads what a rule pays from the kind (`percent`, `flat` or `both`), the percentage and the amount, which stand in these
/// fields. A part that the kind does not use is not looked at.
pub fn read_basis(
    (kind, rate, flat): (&str, &str, &str),
    (rate_field, flat_field): (Field, Field),
    currency: Currency,
    errors: &mut Errors,
) -> Option<Basis> {
    let read = read_kind((kind, rate, flat), (rate_field, flat_field), currency, errors)?;
    errors.take(flat_field.0, flat_field.1, read.within_bounds())
}

fn read_kind(
    (kind, rate, flat): (&str, &str, &str),
    (rate_field, flat_field): (Field, Field),
    currency: Currency,
    errors: &mut Errors,
) -> Option<Basis> {
    let percentage = rate.trim().strip_suffix('%').unwrap_or(rate.trim()).trim_end();
    let rate = |errors: &mut Errors| errors.take(rate_field.0, rate_field.1, Rate::parse_percent(percentage));
    let amount = |errors: &mut Errors| errors.take(flat_field.0, flat_field.1, Money::parse(flat.trim(), currency));
    match kind {
        "percent" => rate(errors).map(Basis::Percent),
        "flat" => amount(errors).map(Basis::Flat),
        "both" => {
            let (rate, flat) = (rate(errors), amount(errors));
            if flat.is_some_and(Money::is_zero) {
                let sentence = format!("{} must be above 0: choose a percentage alone to add nothing.", flat_field.1);
                errors.add(flat_field.0, sentence);
                return None;
            }
            Some(Basis::PercentPlusFlat(rate?, flat?))
        }
        _ => {
            errors.add("basis", "Commission rule must be a percentage, a flat amount, or both.");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{read_basis, whole};
    use crate::domain::currency::Currency;
    use crate::web::form::Errors;

    #[test]
    fn what_is_paid_is_read_or_refused_at_its_field() {
        let cases = [
            ("a share", ("percent", " 7.25 % ", "oops"), "Percent(Rate", ""),
            ("an amount", ("flat", "oops", "5"), "Flat(", ""),
            ("both", ("both", "10", "0.30"), "PercentPlusFlat(", ""),
            ("both without the amount", ("both", "10", ""), "", "flat"),
            ("both with an amount of nothing", ("both", "10", "0.00"), "", "flat"),
            ("both without the share", ("both", "", "1"), "", "rate"),
            ("too many decimals", ("flat", "", "1.005"), "", "flat"),
            ("no such kind", ("", "10", "1"), "", "basis"),
        ];
        for (name, typed, read, wrong) in cases {
            let mut errors = Errors::default();
            let fields = (("rate", "Percentage"), ("flat", "Flat amount"));
            let basis = read_basis(typed, fields, Currency::USD, &mut errors);
            assert!(basis.map_or(String::new(), |basis| format!("{basis:?}")).starts_with(read), "{name}: {basis:?}");
            assert_eq!(basis.is_some(), wrong.is_empty(), "{name}");
            assert_eq!(errors.len(), usize::from(!wrong.is_empty()), "{name}: {errors:?}");
            assert!(wrong.is_empty() || !errors.of(wrong).is_empty(), "{name}: {errors:?}");
        }
    }

    #[test]
    fn a_count_is_a_whole_number_in_its_range() {
        for (typed, read) in
            [("0", Some(0)), (" 365 ", Some(365)), ("366", None), ("-1", None), ("+1", None), ("", None)]
        {
            assert_eq!(whole(typed, 0, 365).ok(), read, "{typed:?}");
        }
    }
}
