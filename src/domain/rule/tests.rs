use super::*;
use crate::domain::currency::Currency;
use crate::domain::id::Id;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn affiliate(byte: u8) -> AffiliateId {
    Id::at(at(0), [byte; 10])
}

fn percent(text: &str) -> Basis {
    Basis::Percent(Rate::parse_percent(text).unwrap())
}

fn rule(number: u32, version: u32, since: i64, conditions: Conditions) -> Rule {
    Rule {
        id: Id::at(at(since), [u8::try_from(number * 10 + version).unwrap(); 10]),
        campaign_id: Id::at(at(0), [0; 10]),
        number,
        version,
        name: String::new(),
        conditions,
        terms: Terms::plain(percent("10")),
        since: at(since),
        ended: false,
    }
}

const SALE: &Event = &Event::SALE;

fn order<'a>(products: &'a [String], prices: &'a [String]) -> Order<'a> {
    Order { products, prices, subscription: Some(Subscription::Monthly), affiliate: affiliate(1), event: SALE }
}

fn product(name: &str) -> Conditions {
    Conditions { product: Some(name.into()), ..Conditions::default() }
}

#[test]
fn a_changed_rule_holds_from_its_own_moment_on() {
    let versions = [rule(0, 1, 100, Conditions::default()), rule(0, 2, 200, Conditions::default())];
    let cases = [("before any", 99, 1), ("first", 100, 1), ("the eve", 199, 1), ("new", 200, 2)];
    for (name, now, version) in cases {
        let deciding = deciding(&versions, &order(&[], &[]), at(now));
        assert_eq!(deciding.map(|rule| rule.version), Some(version), "{name}");
    }
}

#[test]
fn a_special_rule_counts_only_from_its_beginning_to_its_end() {
    let end = Rule { ended: true, ..rule(1, 2, 300, product("tent")) };
    let versions = [rule(0, 1, 100, Conditions::default()), rule(1, 1, 200, product("tent")), end];
    let products = ["tent".to_owned()];
    for (name, now, number) in [("before", 199, 0), ("from", 200, 1), ("until", 299, 1), ("after", 300, 0)] {
        let deciding = deciding(&versions, &order(&products, &[]), at(now));
        assert_eq!(deciding.map(|rule| rule.number), Some(number), "{name}");
    }
}

#[test]
fn the_most_specific_rule_wins_in_the_written_order() {
    use SubscriptionCondition::{Any, Monthly};
    let none = Conditions::default;
    let special = [
        ("product", Conditions { product: Some("tent".into()), ..none() }),
        ("price", Conditions { price: Some("price_1".into()), ..none() }),
        ("interval", Conditions { subscription: Some(Monthly), ..none() }),
        ("subscription", Conditions { subscription: Some(Any), ..none() }),
        ("affiliate", Conditions { affiliate: Some(affiliate(1)), ..none() }),
        ("event type", Conditions { event: Some((EventType::Sale, None)), ..none() }),
        ("the default", none()),
    ];
    let (products, prices) = (["tent".to_owned()], ["price_1".to_owned()]);
    for first in 0..special.len() {
        // Numbered against the order, so that no number could decide in its place.
        let left: Vec<Rule> = (first..special.len())
            .map(|place| rule(u32::try_from(6 - place).unwrap(), 1, 0, special[place].1.clone()))
            .rev()
            .collect();
        let won = deciding(&left, &order(&products, &prices), at(1)).unwrap();
        assert_eq!(won.conditions, special[first].1, "{} wins over what follows it", special[first].0);
    }
    let everything_below = Conditions {
        price: Some("price_1".into()),
        subscription: Some(Monthly),
        affiliate: Some(affiliate(1)),
        event: Some((EventType::Sale, None)),
        product: None,
    };
    let rules = [rule(1, 1, 0, everything_below), rule(2, 1, 0, special[0].1.clone())];
    assert_eq!(
        deciding(&rules, &order(&products, &prices), at(1)).unwrap().number,
        2,
        "one product outweighs the rest"
    );
}

#[test]
fn equally_specific_rules_go_by_the_order_of_products_and_then_by_number() {
    let rules = [rule(1, 1, 0, product("stove")), rule(2, 1, 0, product("tent")), rule(3, 1, 0, product("tent"))];
    let both = ["tent".to_owned(), "stove".to_owned()];
    assert_eq!(deciding(&rules, &order(&both, &[]), at(1)).unwrap().number, 2);
}

#[test]
fn conditions_hold_only_together() {
    let lead = Event { kind: EventType::Lead, name: None };
    let newsletter = Some(ActionCode::parse("newsletter").unwrap());
    let named = Event { kind: EventType::Action, name: newsletter.clone() };
    let products = ["tent".to_owned()];
    let base = order(&products, &[]);
    let none = Conditions::default;
    let cases = [
        ("the product is there", product("tent"), base, true),
        ("letters count", product("Tent"), base, false),
        ("no price is named", Conditions { price: Some("p".into()), ..none() }, base, false),
        ("both must hold", Conditions { affiliate: Some(affiliate(2)), ..product("tent") }, base, false),
        ("another interval", Conditions { subscription: Some(SubscriptionCondition::Yearly), ..none() }, base, false),
        ("any interval", Conditions { subscription: Some(SubscriptionCondition::Any), ..none() }, base, true),
        (
            "a subscription is not none",
            Conditions { subscription: Some(SubscriptionCondition::None), ..none() },
            base,
            false,
        ),
        (
            "none is none",
            Conditions { subscription: Some(SubscriptionCondition::None), ..none() },
            Order { subscription: None, ..base },
            true,
        ),
        (
            "a lead is no sale",
            Conditions { event: Some((EventType::Sale, None)), ..none() },
            Order { event: &lead, ..base },
            false,
        ),
        (
            "a named action",
            Conditions { event: Some((EventType::Action, newsletter)), ..none() },
            Order { event: &named, ..base },
            true,
        ),
    ];
    for (name, conditions, order, expected) in cases {
        assert_eq!(conditions.hold(&order), expected, "{name}");
    }
}

#[test]
fn where_no_rule_applies_none_decides() {
    assert_eq!(deciding(&[rule(1, 1, 0, product("tent"))], &order(&[], &[]), at(1)), None);
    assert_eq!(deciding(&[], &order(&[], &[]), at(1)), None);
}

#[test]
fn payments_are_paid_for_as_long_as_the_rule_says() {
    let day = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
    let first_at = day("2027-01-31T12:00:00Z");
    let cases = [
        ("first sale only: the first", Duration::FirstSale, 1, "2027-01-31T12:00:00Z", true),
        ("first sale only: the second", Duration::FirstSale, 2, "2027-01-31T12:00:01Z", false),
        ("three payments: the third", Duration::Payments(3), 3, "2029-01-01T00:00:00Z", true),
        ("three payments: the fourth", Duration::Payments(3), 4, "2027-02-01T00:00:00Z", false),
        ("a month from 31 January: the last day", Duration::Months(1), 2, "2027-02-27T23:59:59Z", true),
        ("a month from 31 January: its end", Duration::Months(1), 2, "2027-02-28T00:00:00Z", false),
        ("a year of months: the twelfth renewal day", Duration::Months(12), 13, "2028-01-31T00:00:00Z", false),
        ("a year of months: the eve", Duration::Months(12), 12, "2028-01-30T23:59:59Z", true),
        ("thirteen months end in a leap February", Duration::Months(13), 14, "2028-02-28T12:00:00Z", true),
        ("and not a day later", Duration::Months(13), 14, "2028-02-29T00:00:00Z", false),
        ("for life", Duration::Lifetime, 900, "2099-01-01T00:00:00Z", true),
    ];
    for (name, duration, number, received, expected) in cases {
        let covered = duration.covers(Payment { number, first_at }, day(received), &Zone::utc());
        assert_eq!(covered, expected, "{name}");
    }
}

#[test]
fn months_are_counted_in_the_programs_days() {
    let day = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
    let payment = Payment { number: 2, first_at: day("2027-01-15T23:30:00Z") };
    let (berlin, at) = (Zone::parse("Europe/Berlin").unwrap(), day("2027-02-15T12:00:00Z"));
    assert!(Duration::Months(1).covers(payment, at, &berlin), "in Berlin the first one came on the 16th");
    assert!(!Duration::Months(1).covers(payment, at, &Zone::utc()));
}

#[test]
fn a_hold_is_days_of_24_hours() {
    let terms = Terms { hold_days: 14, ..Terms::plain(Basis::Flat(Money::new(500, Currency::USD))) };
    assert_eq!(terms.hold_until(at(5)), at(5 + 14 * 86_400_000));
    assert_eq!(Terms::plain(percent("10")).hold_until(at(5)), at(5));
}

#[test]
fn every_rule_is_told_its_part_in_the_order_in_which_they_decide() {
    use judging::{Condition, Part, judge_all};
    let both = |event: EventType| Conditions {
        affiliate: Some(affiliate(2)),
        event: Some((event, None)),
        ..Conditions::default()
    };
    let yearly = Conditions { subscription: Some(SubscriptionCondition::Yearly), ..Conditions::default() };
    let priced = Conditions { price: Some("p1".into()), ..Conditions::default() };
    let versions = [
        rule(0, 1, 0, Conditions::default()),
        rule(1, 1, 0, both(EventType::Lead)),
        rule(2, 1, 0, product("stove")),
        rule(3, 1, 0, product("tent")),
        rule(4, 1, 0, yearly),
        rule(5, 1, 0, priced),
        rule(6, 1, 0, product("tent")),
        Rule { ended: true, ..rule(7, 1, 0, product("tent")) },
    ];
    let (products, prices) = (["tent".to_owned(), "stove".to_owned()], ["p1".to_owned()]);
    let judged = judge_all(&versions, &order(&products, &prices), at(1));
    let told: Vec<_> = judged.into_iter().map(|(rule, part)| (rule.number, part)).collect();
    let expected = [
        (2, Part::ProductNamedLater),
        (3, Part::Decides),
        (6, Part::HigherNumber),
        (5, Part::LessSpecific),
        (4, Part::DoesNotApply(vec![Condition::Subscription])),
        (1, Part::DoesNotApply(vec![Condition::Affiliate, Condition::Event])),
        (0, Part::LessSpecific),
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_one_that_is_told_to_decide_is_the_one_that_decides() {
    use judging::{Part, judge_all};
    let versions =
        [rule(0, 1, 0, Conditions::default()), rule(1, 1, 0, product("tent")), rule(2, 1, 0, product("stove"))];
    for products in [vec![], vec!["tent"], vec!["stove", "tent"], vec!["lamp"]] {
        let products: Vec<String> = products.into_iter().map(str::to_owned).collect();
        let order = order(&products, &[]);
        let told: Vec<_> =
            judge_all(&versions, &order, at(1)).into_iter().filter(|(_, part)| *part == Part::Decides).collect();
        assert_eq!(told.len(), 1, "{products:?}");
        assert_eq!(Some(told[0].0), deciding(&versions, &order, at(1)), "{products:?}");
    }
}
