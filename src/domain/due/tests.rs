use super::{compensation_in_proportion, compensation_left, due};
use crate::domain::commission::CommissionState;
use crate::domain::currency::Currency;
use crate::domain::money::Money;
use crate::domain::worth::Worth;

#[test]
fn the_ledger_holds_what_is_earned_and_made_up_for_and_nothing_that_is_void() {
    use CommissionState::{Disputed, Held, InPayout, Paid, Payable, Void};
    for state in [Held, Payable, InPayout, Paid, Disputed] {
        assert_eq!(due(state, Some(1_000), 0), 1_000, "{state}");
        assert_eq!(due(state, Some(1_000), -400), 600, "{state}");
        assert_eq!(due(state, None, 0), 0, "{state}: nobody knows yet");
    }
    assert_eq!(due(Void, Some(1_000), 0), 0);
    assert_eq!(due(Void, Some(1_000), -400), 0);
}

#[test]
fn a_compensation_goes_with_the_order_and_never_takes_more_than_there_is() {
    let usd = |minor| Money::new(minor, Currency::USD);
    let worth = |refunded| Worth { initial: usd(10_000), adjusted: usd(10_000), refunded: usd(refunded) };
    let cases = [
        ("nothing to make up for", worth(0), Some(1_000), 0, 0),
        ("less was due", worth(0), Some(1_000), -500, -500),
        ("more was due", worth(4_000), Some(600), 500, 500),
        ("less is left than was made up for", worth(6_000), Some(400), -500, -400),
        ("all given back, less was due", worth(10_000), Some(0), -500, 0),
        ("all given back, more was due", worth(10_000), Some(0), 500, 0),
    ];
    for (name, worth, earned, before, after) in cases {
        assert_eq!(compensation_left(&worth, earned, before), after, "{name}");
    }
}

#[test]
fn a_part_of_the_order_takes_its_part_of_the_compensation_along() {
    let usd = |minor| Money::new(minor, Currency::USD);
    let worth = |refunded| Worth { initial: usd(10_000), adjusted: usd(10_000), refunded: usd(refunded) };
    let cases = [
        ("half of it", 0, 5_000, 1_200, 600),
        ("all but a cent", 0, 9_999, 1_200, 0),
        ("of a debt as well", 0, 5_000, -1_201, -601),
        ("half away from zero", 0, 5_000, 3, 2),
        ("what was refunded before is gone already", 5_000, 7_500, 600, 300),
        ("all of it", 0, 10_000, 1_200, 0),
        ("nothing changed", 2_000, 2_000, 700, 700),
        ("nothing to take along", 0, 5_000, 0, 0),
    ];
    for (name, before, after, compensated, expected) in cases {
        assert_eq!(compensation_in_proportion(&worth(before), &worth(after), compensated), expected, "{name}");
    }
}
