//! How what an order would earn comes about, sentence by sentence.

use super::words;
use crate::domain::exchange::{OLDEST_QUOTE_DAYS, Quote, exact_in_base};
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::domain::rule::judging::{Condition, Part};
use crate::domain::rule::{Approval, Conditions, Duration, Payment, Rule, Terms};
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::web::filters::{day, minute, with_currency};

/// How an amount became one in the base currency, with the rate and its rounding.
#[must_use]
pub fn exchange(original: Money, base: Option<Money>, quote: Option<&Quote>) -> String {
    match (base, quote) {
        (Some(base), _) if base.currency() == original.currency() => {
            format!("{} is in the program’s own currency; nothing is converted.", with_currency(original))
        }
        (Some(base), Some(quote)) => {
            let rounded = with_currency(base);
            let product = match exact_in_base(original, quote) {
                Some(exact) if Money::parse(&exact, base.currency()) == Ok(base) => format!("{rounded}, exactly"),
                Some(exact) => format!("{exact}, rounded half away from zero to {rounded}"),
                None => rounded,
            };
            let rate = quote.rate.normalize();
            format!("{} × {rate} = {product}. The rate is that of {}.", with_currency(original), quote.day)
        }
        _ => format!(
            "No exchange rate from {} is known for today or the {OLDEST_QUOTE_DAYS} days before. The order is recorded all \
             the same and waits for one; it is never taken one to one.",
            original.currency()
        ),
    }
}

/// What a rule's part in the decision is. `winner` is the one that decides.
#[must_use]
pub fn part(part: &Part, conditions: &Conditions, winner: Option<&str>, names: (&Catalogue, &Program)) -> String {
    let winner = winner.unwrap_or("another rule");
    match part {
        Part::Decides => "It applies, and none that applies is more specific.".to_owned(),
        Part::LessSpecific => format!("It would apply, but {winner} is more specific."),
        Part::ProductNamedLater => {
            format!("It would apply and is as specific, but the order names the product of {winner} first.")
        }
        Part::HigherNumber => format!("It would apply and is as specific, but {winner} has the lower number."),
        Part::DoesNotApply(failing) => {
            let said = words::conditions(names.0, names.1.id, conditions);
            let failing: Vec<String> = failing.iter().map(|condition| fails(*condition, &said)).collect();
            format!("It does not apply: {}.", failing.join("; "))
        }
    }
}

fn fails(condition: Condition, said: &[words::Said]) -> String {
    let wanted = |label: &str| said.iter().find(|said| said.label == label).map_or("", |said| said.text.as_str());
    match condition {
        Condition::Product => format!("the order does not name the product {}", wanted("Product")),
        Condition::Price => format!("the order does not name the price {}", wanted("Price")),
        Condition::Subscription => format!("the payment is not what it asks for ({})", wanted("Subscription")),
        Condition::Affiliate => format!("it is for {} alone", wanted("Affiliate")),
        Condition::Event => format!("the event is not “{}”", wanted("Event")),
    }
}

/// Whether a payment is paid for, and why.
#[must_use]
pub fn coverage(rule: &Rule, payment: Payment, is_covered: bool, program: &Program) -> String {
    let what = match payment.number {
        1 => "This is the customer’s first payment".to_owned(),
        number => format!(
            "This is the customer’s payment number {number}, the first one being of {}",
            day(payment.first_at, &program.zone)
        ),
    };
    let pays = words::duration(rule.terms.duration);
    match (is_covered, rule.terms.duration) {
        (true, Duration::Lifetime) => "The rule pays for every payment of the customer, this one included.".to_owned(),
        (true, _) => format!("{what}. The rule pays for {pays}, this one included."),
        (false, _) => format!("{what}. The rule pays for {pays}, so nothing is earned: no other rule is asked."),
    }
}

/// How long it is held, and who approves it.
#[must_use]
pub fn hold(terms: &Terms, at: Timestamp, program: &Program) -> [String; 2] {
    let held = match terms.hold_days {
        0 => "There is no hold: once approved, it is payable.".to_owned(),
        days => {
            let end = minute(terms.hold_until(at), &program.zone);
            format!(
                "An order reported now is held for {days} × 24 hours, until {end}. Until then it is not payable, approved or not."
            )
        }
    };
    [held, approval(terms.approval).to_owned()]
}

/// What a way of approving means.
#[must_use]
pub const fn approval(approval: Approval) -> &'static str {
    match approval {
        Approval::ByHand => "Approved by hand: it waits under Conversions until somebody has looked at it.",
        Approval::Automatic => {
            "Approved automatically, when your server reports it with its key. A report of trust below 3 (an app, a postback, \
             a browser, or without a click) and one that is flagged still wait for somebody."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::exchange;
    use crate::domain::currency::Currency;
    use crate::domain::exchange::{Quote, in_base};
    use crate::domain::money::Money;
    use crate::domain::time::LocalDay;

    #[test]
    fn the_exchange_can_be_followed_by_hand() {
        let (usd, eur) = (Currency::USD, Currency::EUR);
        let quote = |rate: &str| Quote { rate: rate.parse().unwrap(), day: LocalDay::parse("2026-11-19").unwrap() };
        let cases = [
            (
                9_999,
                Some("1.0837"),
                "99.99 EUR × 1.0837 = 108.359163, rounded half away from zero to 108.36 USD. The rate is that of 2026-11-19.",
            ),
            (10_000, Some("1.5"), "100.00 EUR × 1.5 = 150.00 USD, exactly. The rate is that of 2026-11-19."),
            (
                10_000,
                None,
                "No exchange rate from EUR is known for today or the 7 days before. The order is recorded all the same and waits for one; it is never taken one to one.",
            ),
        ];
        for (minor, rate, told) in cases {
            let (original, quote) = (Money::new(minor, eur), rate.map(quote));
            let base = in_base(original, usd, quote.as_ref()).unwrap();
            assert_eq!(exchange(original, base, quote.as_ref()), told);
        }
        let own = Money::new(500, usd);
        assert!(exchange(own, Some(own), None).starts_with("5.00 USD is in the program’s own currency"));
    }
}
