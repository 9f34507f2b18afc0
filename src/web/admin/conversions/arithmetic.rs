//! A commission's arithmetic, line by line, so that a number that pays somebody can be checked by hand.

use crate::domain::commission::{CommissionState, HoldReason};
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::exchange::exact_in_base;
use crate::domain::money::Money;
use crate::domain::rate::Rate;
use crate::domain::rule::{Basis, Duration, Rule};
use crate::domain::time::{Timestamp, Zone};
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::ConversionRow;
use crate::web::admin::badges;
use crate::web::filters::{day, with_currency};

/// One line of the sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// How it was rounded, or why it is so.
    pub note: String,
    /// The number, with its sign or operator.
    pub number: String,
    /// Whether it is the result.
    pub is_result: bool,
}

impl Line {
    fn new(name: impl Into<String>, number: impl Into<String>) -> Self {
        Self { name: name.into(), number: number.into(), ..Self::default() }
    }

    fn with(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

/// What a sum is told of.
struct Case<'a> {
    conversion: &'a ConversionRow,
    commission: Option<&'a CommissionRow>,
    rule: Option<&'a Rule>,
    zone: &'a Zone,
}

/// Tells the sum of a conversion with its commission, if there is one, and the rule version that was used.
#[must_use]
pub fn tell(
    conversion: &ConversionRow,
    commission: Option<&CommissionRow>,
    rule: Option<&Rule>,
    zone: &Zone,
) -> Vec<Line> {
    let case = Case { conversion, commission, rule, zone };
    let mut lines = case.order();
    lines.extend(case.exchange());
    lines.extend(case.share());
    lines
}

impl Case<'_> {
    /// What of the order remains.
    fn order(&self) -> Vec<Line> {
        let row = self.conversion;
        let mut lines = vec![Line::new("Order total", with_currency(row.amount()))];
        if row.adjusted_minor != row.amount_minor {
            let adjusted = Money::new(row.adjusted_minor, row.currency);
            lines.push(Line::new("Adjusted", with_currency(adjusted)).with("after a partial return"));
        }
        if row.refunded_minor != 0 {
            let refunded = Money::new(row.refunded_minor, row.currency);
            lines.push(Line::new("Given back to the customer", format!("− {}", with_currency(refunded))));
        }
        if lines.len() > 1 {
            lines.push(Line::new("What remains", with_currency(row.remaining())));
        }
        lines
    }

    /// What that is in the program's currency.
    fn exchange(&self) -> Vec<Line> {
        let row = self.conversion;
        if row.currency == row.base_currency {
            return Vec::new();
        }
        let Some(quote) = row.quote() else {
            let none = format!("not known in {}", row.base_currency);
            return vec![Line::new("Exchange rate", none).with("none of the last 7 days before the order")];
        };
        let at = self.zone.day_start(quote.day);
        let name = format!("Exchange rate of {}, European Central Bank", day(at, self.zone));
        let rate = Line::new(name, format!("× {}", quote.rate.normalize()));
        let base = row.base().map(|base| {
            let exact =
                exact_in_base(row.remaining(), &quote).filter(|exact| Money::parse(exact, base.currency()) != Ok(base));
            let line = Line::new("In the program’s currency", with_currency(base));
            exact.map_or_else(|| line.clone(), |exact| line.clone().with(format!("{exact}, rounded")))
        });
        std::iter::once(rate).chain(base).collect()
    }

    /// What the rule pays of it.
    fn share(&self) -> Vec<Line> {
        let earned = self.commission.and_then(CommissionRow::amount);
        let Some(rule) = self.rule else {
            return vec![self.result("Commission", earned).with("without a rule there is nothing to earn")];
        };
        let payment = self.commission.and_then(CommissionRow::payment);
        let received_at = self.conversion.received_at;
        let made_at = self.commission.map_or(received_at, |commission| commission.made_at(received_at));
        let Some(basis) = rule.basis_for(payment, made_at, self.zone) else {
            let number = payment.map_or(0, |payment| payment.number);
            return vec![self.result("Commission", earned).with(not_covered(rule.terms.duration, number))];
        };
        if self.conversion.remaining().is_zero() && !self.conversion.amount().is_zero() {
            return vec![self.result("Commission", earned).with("nothing of the order remains")];
        }
        self.of_basis(rule, basis, earned)
    }

    fn of_basis(&self, rule: &Rule, basis: Basis, earned: Option<Money>) -> Vec<Line> {
        let percent = |rate| Line::new(format!("Rate of rule version {}", rule.version), format!("× {rate}"));
        let flat = |flat| {
            Line::new(format!("Fixed part of rule version {}", rule.version), format!("+ {}", with_currency(flat)))
        };
        let base = self.conversion.base();
        match basis {
            Basis::Flat(_) => vec![self.result("Commission", earned).with("the same for every conversion")],
            Basis::Percent(rate) => {
                let note = base.map(|base| rounding(&base.exact_share(rate), earned));
                vec![percent(rate), self.result("Commission", earned).with(note.unwrap_or_default())]
            }
            Basis::PercentPlusFlat(rate, plus) => {
                let share = base.map(|base| {
                    let share = base.times(rate);
                    Line::new("Share of the sale", with_currency(share))
                        .with(rounding(&base.exact_share(rate), Some(share)))
                });
                let lines = std::iter::once(percent(rate)).chain(share);
                lines.chain([flat(plus), self.result("Commission", earned)]).collect()
            }
        }
    }

    fn result(&self, name: &str, earned: Option<Money>) -> Line {
        let number = earned.map_or_else(|| "not known yet".to_owned(), with_currency);
        Line { is_result: true, ..Line::new(name, number) }
    }
}

/// How an exact number became the one that counts. What is exact needs no word on rounding.
fn rounding(exact: &str, rounded: Option<Money>) -> String {
    match rounded {
        Some(rounded) if Money::parse(exact, rounded.currency()) != Ok(rounded) => {
            format!("{exact}, rounded once, half away from zero")
        }
        _ => String::new(),
    }
}

fn not_covered(duration: Duration, payment: u32) -> String {
    match duration {
        Duration::FirstSale => format!("the rule pays for a customer’s first sale, and this is payment {payment}"),
        Duration::Payments(most) => {
            format!("the rule pays for {most} payments of a customer, and this is number {payment}")
        }
        Duration::Months(months) => format!("the rule pays for {months} months from the customer’s first payment"),
        Duration::Lifetime => String::new(),
    }
}

/// Where the money stands, in sentences.
#[must_use]
pub fn standing(conversion: &ConversionRow, commission: &CommissionRow, zone: &Zone, now: Timestamp) -> String {
    match commission.state {
        CommissionState::Held => held(conversion, commission, zone, now),
        CommissionState::Payable => "It is owed, and goes into the affiliate’s next payout.".to_owned(),
        CommissionState::InPayout => "It is in a payout, on its way to the affiliate.".to_owned(),
        CommissionState::Paid => "The affiliate has it.".to_owned(),
        CommissionState::Disputed => {
            "The customer’s bank is asking for the money back. It is kept until that has ended.".to_owned()
        }
        CommissionState::Void if conversion.status == ConversionStatus::Rejected => {
            "Nothing is owed: the conversion is rejected.".to_owned()
        }
        CommissionState::Void => "Nothing is owed: the customer got everything back.".to_owned(),
    }
}

fn held(conversion: &ConversionRow, commission: &CommissionRow, zone: &Zone, now: Timestamp) -> String {
    if let Some(HoldReason::FxRateMissing) = commission.hold_reason {
        return format!(
            "The order was in {}, and no exchange rate to {} of the last 7 days is known. It is never taken one to one: \
             the amount follows when a rate arrives, and until then this cannot be approved.",
            conversion.currency, conversion.base_currency
        );
    }
    let until = commission.hold_until.filter(|end| *end > now).map(|end| day(end, zone));
    match (conversion.status, until) {
        (ConversionStatus::Pending, Some(end)) => {
            format!("It waits for a decision. Once approved, it is held until {end}, as its rule says.")
        }
        (ConversionStatus::Pending, None) => "It waits for a decision.".to_owned(),
        _ if !conversion.sale_status.may_pay() => sale_waits(conversion.sale_status),
        (_, Some(end)) => format!("It is held until {end}, as its rule says, and is owed from then on."),
        (_, None) => "Its hold is over; it is owed within minutes.".to_owned(),
    }
}

fn sale_waits(sale: SaleStatus) -> String {
    format!("The purchase is not paid for: it is {}. Until it is, nothing is owed.", badges::sale(sale).to_lowercase())
}

/// The sum in one sentence, with its rounding.
#[must_use]
pub fn told_sum(base: Option<Money>, basis: Option<Basis>, earned: Option<Money>) -> String {
    match (basis, base, earned) {
        (None, _, _) => "Without a rule there is nothing to earn.".to_owned(),
        (Some(Basis::Flat(flat)), _, _) => format!("{}, whatever the sale.", with_currency(flat)),
        (Some(Basis::Percent(rate)), Some(base), Some(earned)) => format!("{}.", told_share(base, rate, earned)),
        (Some(Basis::PercentPlusFlat(rate, flat)), Some(base), Some(earned)) => {
            let (flat, earned) = (with_currency(flat), with_currency(earned));
            format!("{}; plus {flat} = {earned}.", told_share(base, rate, base.times(rate)))
        }
        (Some(Basis::Percent(rate) | Basis::PercentPlusFlat(rate, _)), _, _) => {
            format!("{rate} of an amount that is not known in the program’s currency yet.")
        }
    }
}

/// A share of a sale. What is exact needs no word on rounding.
fn told_share(sale: Money, rate: Rate, earned: Money) -> String {
    let (exact, rounded) = (sale.exact_share(rate), with_currency(earned));
    let sale = with_currency(sale);
    if Money::parse(&exact, earned.currency()) == Ok(earned) {
        format!("{sale} × {rate} = {rounded}, exactly")
    } else {
        format!("{sale} × {rate} = {exact}, rounded once, half away from zero, to {rounded}")
    }
}

#[cfg(test)]
mod tests;
