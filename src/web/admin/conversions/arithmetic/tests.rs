use super::{Line, tell, told_sum};
use crate::domain::click_token::Mode;
use crate::domain::commission::CommissionState;
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::currency::Currency;
use crate::domain::event::{Channel, EventType};
use crate::domain::exchange::ExchangeRate;
use crate::domain::flag::Flags;
use crate::domain::handle::OrderId;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::rate::Rate;
use crate::domain::rule::{Basis, Conditions, Duration, Payment, Rule, Terms};
use crate::domain::time::{Timestamp, Zone};
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::ConversionRow;

const AT: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const EUR: Currency = Currency::EUR;

fn conversion(minor: i64, currency: Currency) -> ConversionRow {
    ConversionRow {
        id: Id::at(AT, [1; 10]),
        program_id: Id::at(AT, [2; 10]),
        order_id: OrderId::parse("AF-20418").unwrap(),
        action: String::new(),
        mode: Mode::Live,
        campaign_id: Id::at(AT, [3; 10]),
        affiliate_id: Id::at(AT, [4; 10]),
        link_id: None,
        click_id: None,
        token_id: Id::at(AT, [5; 10]),
        channel: Channel::Server,
        trust: 3,
        event_type: EventType::Sale,
        event_name: None,
        amount_minor: minor,
        currency,
        base_minor: (currency == EUR).then_some(minor),
        base_currency: EUR,
        status: ConversionStatus::Pending,
        sale_status: SaleStatus::Complete,
        repeats: 0,
        received_at: AT,
        updated_at: AT,
        adjusted_minor: minor,
        refunded_minor: 0,
        fx_rate: None,
        fx_day: None,
        referral_id: None,
        flags: Flags::default(),
        edition: 0,
        said: None,
    }
}

fn commission(minor: Option<i64>, payment: Option<Payment>) -> CommissionRow {
    CommissionRow {
        id: Id::at(AT, [6; 10]),
        program_id: Id::at(AT, [2; 10]),
        conversion_id: Id::at(AT, [1; 10]),
        affiliate_id: Id::at(AT, [4; 10]),
        rule_id: Some(Id::at(AT, [7; 10])),
        amount_minor: minor,
        currency: EUR,
        state: CommissionState::Held,
        hold_reason: None,
        created_at: AT,
        updated_at: AT,
        booked_minor: minor.unwrap_or_default(),
        hold_until: None,
        release_at: None,
        payment_number: payment.map(|payment| i32::try_from(payment.number).unwrap()),
        first_paid_at: payment.map(|payment| payment.first_at),
        compensated_minor: 0,
        entitled_id: None,
        payout_id: None,
        payment_made_at: None,
    }
}

fn rule(basis: Basis, duration: Duration) -> Rule {
    Rule {
        id: Id::at(AT, [7; 10]),
        campaign_id: Id::at(AT, [3; 10]),
        number: 0,
        version: 3,
        name: String::new(),
        conditions: Conditions::default(),
        terms: Terms { duration, ..Terms::plain(basis) },
        since: AT,
        ended: false,
    }
}

fn percent(text: &str) -> Rate {
    Rate::parse_percent(text).unwrap()
}

/// The lines as `name [(note)] number`.
fn told(conversion: &ConversionRow, commission: &CommissionRow, rule: Option<&Rule>) -> Vec<String> {
    let line = |line: Line| match line.note.as_str() {
        "" => format!("{} {}", line.name, line.number),
        note => format!("{} ({note}) {}", line.name, line.number),
    };
    tell(conversion, Some(commission), rule, &Zone::utc()).into_iter().map(line).collect()
}

#[test]
fn a_foreign_order_is_followed_through_its_rate_and_both_roundings() {
    let mut row = conversion(24_890, Currency::USD);
    row.fx_rate = Some(ExchangeRate::parse("0.9213").unwrap());
    row.fx_day = Some(Zone::utc().local_day(AT));
    row.base_minor = Some(22_931);
    let rule = rule(Basis::Percent(percent("10")), Duration::Lifetime);
    let expected = [
        "Order total 248.90 USD",
        "Exchange rate of 21 Sep 2026, European Central Bank × 0.9213",
        "In the program’s currency (229.31157, rounded) 229.31 EUR",
        "Rate of rule version 3 × 10 %",
        "Commission (22.931, rounded once, half away from zero) 22.93 EUR",
    ];
    assert_eq!(told(&row, &commission(Some(2_293), None), Some(&rule)), expected);
    (row.fx_rate, row.fx_day, row.base_minor) = (None, None, None);
    let expected = [
        "Order total 248.90 USD",
        "Exchange rate (none of the last 7 days before the order) not known in EUR",
        "Rate of rule version 3 × 10 %",
        "Commission not known yet",
    ];
    assert_eq!(told(&row, &commission(None, None), Some(&rule)), expected);
}

#[test]
fn what_remains_is_what_earns() {
    let mut row = conversion(10_000, EUR);
    (row.adjusted_minor, row.refunded_minor, row.base_minor) = (8_000, 3_000, Some(5_000));
    let rule = rule(Basis::PercentPlusFlat(percent("7.25"), Money::new(35, EUR)), Duration::Lifetime);
    let expected = [
        "Order total 100.00 EUR",
        "Adjusted (after a partial return) 80.00 EUR",
        "Given back to the customer − 30.00 EUR",
        "What remains 50.00 EUR",
        "Rate of rule version 3 × 7.25 %",
        "Share of the sale (3.625, rounded once, half away from zero) 3.63 EUR",
        "Fixed part of rule version 3 + 0.35 EUR",
        "Commission 3.98 EUR",
    ];
    assert_eq!(told(&row, &commission(Some(398), None), Some(&rule)), expected);
    (row.refunded_minor, row.base_minor) = (8_000, Some(0));
    let last = told(&row, &commission(Some(0), None), Some(&rule)).pop();
    assert_eq!(last.as_deref(), Some("Commission (nothing of the order remains) 0.00 EUR"));
}

#[test]
fn what_earns_nothing_says_why() {
    let row = conversion(10_000, EUR);
    let nothing = commission(Some(0), Some(Payment { number: 4, first_at: AT }));
    let ten = |duration| rule(Basis::Percent(percent("10")), duration);
    let first = "Commission (the rule pays for a customer’s first sale, and this is payment 4) 0.00 EUR";
    let three = "Commission (the rule pays for 3 payments of a customer, and this is number 4) 0.00 EUR";
    let cases = [
        (None, "Commission (without a rule there is nothing to earn) 0.00 EUR"),
        (Some(ten(Duration::FirstSale)), first),
        (Some(ten(Duration::Payments(3))), three),
    ];
    for (rule, expected) in cases {
        assert_eq!(told(&row, &nothing, rule.as_ref()).pop().as_deref(), Some(expected));
    }
    let flat = rule(Basis::Flat(Money::new(500, EUR)), Duration::Lifetime);
    let last = told(&row, &commission(Some(500), None), Some(&flat)).pop();
    assert_eq!(last.as_deref(), Some("Commission (the same for every conversion) 5.00 EUR"));
}

#[test]
fn the_arithmetic_can_be_followed_by_hand() {
    let usd = |minor| Some(Money::new(minor, Currency::USD));
    let ten = Some(Basis::Percent(percent("10")));
    let rounded = "99.99 USD × 10 % = 9.999, rounded once, half away from zero, to 10.00 USD.";
    let cases = [
        (usd(9_999), ten, usd(1_000), rounded),
        (usd(123_400), ten, usd(12_340), "1,234.00 USD × 10 % = 123.40 USD, exactly."),
        (usd(10_000), ten, usd(1_000), "100.00 USD × 10 % = 10.00 USD, exactly."),
        (None, ten, None, "10 % of an amount that is not known in the program’s currency yet."),
        (None, Some(Basis::Flat(Money::new(500, Currency::USD))), usd(500), "5.00 USD, whatever the sale."),
        (usd(1), None, usd(0), "Without a rule there is nothing to earn."),
    ];
    for (base, basis, earned, told) in cases {
        assert_eq!(told_sum(base, basis, earned), told);
    }
}
