//! The reference model (IDM-6): random histories against a plain model of what the rules say.
//!
//! The model ([`reference`]) was written from the contract alone and shares no arithmetic and no decision with the product:
//! it keeps a handful of orders in a map. The same steps go through the real operations on a real database ([`desk`]),
//! and after every one the answers, every order with its commission and ledger, and the money of both affiliates are
//! compared; at the end the books are verified.

mod desk;
mod reference;

use std::time::Instant;

use accrue::domain::conversion::SaleStatus::{self, Complete, Failed, Open, Trialing};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};

use crate::support::engine::{TestDatabase, on_each_engine};
use desk::Installation;
use reference::Model;

/// An order as it is reported: by its number, for a customer by number, in cents, by a 'b'rowser, a 'm'obile app, 'd'irectly
/// or by a 's'erver.
#[derive(Clone, Debug)]
pub struct Told {
    order: u8,
    channel: char,
    /// Through whose last click; directly, for whom.
    who: usize,
    amount: i64,
    currency: &'static str,
    /// Where its purchase is said to stand, if anything is said of it.
    sale: Option<SaleStatus>,
    customer: Option<u8>,
    /// Amount, currency and affiliate are those of the order that is on record, if there is one.
    as_before: bool,
}

/// What may happen. Of the two affiliates each goes by a place, an order by its number, and an amount is in cents.
#[derive(Clone, Debug)]
pub enum Step {
    /// Somebody follows a link.
    Click { who: usize },
    /// An order is reported, or reported again.
    Convert(Told),
    /// A decision: 'a'pprove, 'r'eject, 'p'ending; by somebody who saw another edition, or none; with a reason or without.
    Decide { order: u8, wanted: char, stale: bool, reason: bool },
    /// Another amount.
    Adjust { order: u8, percent: i64 },
    /// Money given back: so much of a hundred of the first amount, or all that remains.
    Refund { order: u8, event: u8, percent: Option<i64>, chargeback: bool },
    /// A dispute: 'o'pened, 'w'on, 'l'ost.
    Dispute { order: u8, step: char },
    /// The purchase: 'o'pen, 'c'omplete, 't'rialing, 'f'ailed.
    Purchase { order: u8, wanted: char },
    /// A system states where the commission stands, in one of the eight words.
    State { order: u8, word: usize },
    /// Hours pass.
    Pass { hours: i64 },
    /// The job looks at holds.
    Release,
    /// A rate of so many ten thousandths for one euro is published for a day so long ago, and applied.
    Rate { currency: &'static str, ten_thousandths: i64, days_ago: i32 },
    /// What the campaign pays changes: how much, held for how long, approved by whom, and for which of a customer's payments:
    /// the 'f'irst, so many 'p'ayments, so many 'm'onths, or all of a 'l'ifetime.
    Rule { ppm: u32, flat: i64, kind: char, hold_days: u16, automatic: bool, duration: (char, u32) },
    /// A payout: 'b'egun, 'f'inished, 'c'alled off.
    Payout { who: usize, step: char },
    /// Something extra.
    Bonus { who: usize, amount: i64 },
    /// The campaign's key is made anew.
    RotateKey,
    /// The process ends and starts again.
    Restart,
}

const ORDERS: u8 = 4;

fn order() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(0_u8), 2 => Just(1), 1 => 2..ORDERS]
}

fn who() -> impl Strategy<Value = usize> {
    prop::bool::weighted(0.35).prop_map(usize::from)
}

fn told() -> impl Strategy<Value = Told> {
    let amount = prop_oneof![
        2 => 1_i64..=10,
        4 => 1_i64..=99_999,
        2 => Just(10_000),
        1 => Just(1_000_000_000_000),
    ];
    let currency = select(vec!["USD", "USD", "USD", "EUR", "GBP"]);
    let channel = select(vec!['b', 'b', 'm', 'm', 'd', 's', 's', 's']);
    let customer = prop::option::weighted(0.4, 0_u8..2);
    let sale = prop::option::weighted(0.3, select(vec![Complete, Failed, Open, Trialing, Trialing]));
    let said = (sale, customer, prop::bool::weighted(0.4));
    (order(), channel, who(), amount, currency, said).prop_map(
        |(order, channel, who, amount, currency, (sale, customer, as_before))| Told {
            order,
            channel,
            who,
            amount,
            currency,
            sale,
            customer,
            as_before,
        },
    )
}

fn rule() -> impl Strategy<Value = Step> {
    let duration = prop_oneof![
        2 => Just(('l', 0)),
        1 => Just(('f', 0)),
        1 => (1_u32..=3).prop_map(|payments| ('p', payments)),
        1 => (1_u32..=3).prop_map(|months| ('m', months)),
    ];
    let kind = select(vec!['p', 'f', 'b']);
    (0_u32..=1_000_000, 1_i64..=5_000, kind, 0_u16..=20, any::<bool>(), duration).prop_map(
        |(ppm, flat, kind, hold_days, automatic, duration)| Step::Rule {
            ppm,
            flat,
            kind,
            hold_days,
            automatic,
            duration,
        },
    )
}

/// A history. It often begins with what chance alone leads to rarely: an order that was paid for on a lesser report, a
/// customer who buys again, whose first order is paid for late or never, one who was claimed, or a payout made elsewhere.
fn history() -> impl Strategy<Value = Vec<Step>> {
    let by_customers = prop_oneof![bought_twice(), paid_for_late(), claimed_by_a_browser()];
    let moved = moved_while_in_a_payout();
    let opening = prop_oneof![
        2 => paid_and_told_otherwise(),
        1 => moved,
        3 => by_customers,
        2 => never_paid_for(),
        1 => paid_elsewhere()
    ];
    (opening, 0_usize..=9, prop::collection::vec(step(), 1..40)).prop_map(|(mut steps, opening, more)| {
        steps.truncate(opening);
        steps.extend(more);
        steps
    })
}

fn paid_and_told_otherwise() -> impl Strategy<Value = Vec<Step>> {
    let refund = (1_i64..100).prop_map(Some);
    (told(), told(), refund).prop_map(|(first, better, percent)| {
        let who = first.who;
        let channel = if first.sale.is_some() { 'm' } else { 'b' };
        let first = Told { order: 0, channel, sale: None, ..first };
        vec![
            Step::Click { who: 0 },
            Step::Click { who: 1 },
            Step::Convert(first),
            Step::Decide { order: 0, wanted: 'a', stale: false, reason: true },
            Step::Payout { who, step: 'b' },
            Step::Payout { who, step: 'f' },
            Step::Convert(Told { order: 0, channel: 's', ..better }),
            Step::Refund { order: 0, event: 0, percent, chargeback: false },
        ]
    })
}

/// An order in an affiliate's payout of which a better report says that it is the other one's, whose payout has its money.
fn moved_while_in_a_payout() -> impl Strategy<Value = Vec<Step>> {
    let ending = || select(vec!['f', 'f', 'c']);
    (told(), told(), (ending(), ending()), any::<bool>()).prop_map(|(first, better, ended, theirs_first)| {
        let (who, other) = (first.who, 1 - first.who);
        let said = |channel, who, told| {
            Step::Convert(Told { order: 0, channel, who, currency: "USD", sale: None, as_before: false, ..told })
        };
        let [first_end, other_end] = [(who, ended.0), (other, ended.1)].map(|(who, step)| Step::Payout { who, step });
        let ends = if theirs_first { [other_end, first_end] } else { [first_end, other_end] };
        let steps = [
            Step::Click { who },
            Step::Click { who: other },
            said('b', who, first),
            Step::Decide { order: 0, wanted: 'a', stale: false, reason: true },
            Step::Payout { who, step: 'b' },
            said('s', other, better),
            Step::Payout { who: other, step: 'b' },
        ];
        steps.into_iter().chain(ends).collect()
    })
}

fn bought_twice() -> impl Strategy<Value = Vec<Step>> {
    (rule(), told(), told()).prop_map(|(rule, first, second)| {
        let who = first.who;
        let order = |order, channel, told| Told { order, channel, who, customer: Some(0), ..told };
        vec![
            Step::Click { who },
            rule,
            Step::Convert(order(0, 'b', first.clone())),
            Step::Convert(order(1, 'b', second.clone())),
            Step::Convert(order(0, 's', first)),
            Step::Decide { order: 0, wanted: 'r', stale: false, reason: true },
            Step::Convert(order(1, 's', second)),
        ]
    })
}

/// An order that does not count, another one of the same customer, and then the first one counts after all.
fn paid_for_late() -> impl Strategy<Value = Vec<Step>> {
    let hours = || (0_i64..=900).prop_map(|hours| Step::Pass { hours });
    (rule(), (told(), told()), any::<bool>(), (hours(), hours())).prop_map(
        |(rule, (first, second), was_rejected, (before, between))| {
            let who = first.who;
            let order = |order, told| {
                Step::Convert(Told {
                    order,
                    channel: 's',
                    who,
                    customer: Some(0),
                    sale: None,
                    as_before: false,
                    ..told
                })
            };
            let decide = |wanted| Step::Decide { order: 0, wanted, stale: false, reason: true };
            let (off, on) = match was_rejected {
                true => (decide('r'), decide('p')),
                false => (Step::Purchase { order: 0, wanted: 'f' }, Step::Purchase { order: 0, wanted: 'c' }),
            };
            let mut steps = vec![Step::Click { who }, rule, order(0, first)];
            steps.extend([before, off, order(1, second), between, on, decide('a')]);
            steps
        },
    )
}

/// An order that was approved on a lesser report, until the server says where its purchase stands; then a part of it is given
/// back, and it is paid for after all.
fn never_paid_for() -> impl Strategy<Value = Vec<Step>> {
    let sale = select(vec![Failed, Open, Trialing]).prop_map(Some);
    (told(), told(), sale, any::<bool>(), 1_i64..100).prop_map(|(first, better, sale, as_before, percent)| {
        let approve = Step::Decide { order: 0, wanted: 'a', stale: false, reason: true };
        vec![
            Step::Click { who: first.who },
            Step::Convert(Told { order: 0, channel: 'b', sale: None, ..first }),
            approve.clone(),
            Step::Convert(Told { order: 0, channel: 's', sale, as_before, ..better }),
            approve,
            Step::Refund { order: 0, event: 0, percent: Some(percent), chargeback: false },
            Step::Purchase { order: 0, wanted: 'c' },
            Step::Purchase { order: 0, wanted: 'c' },
        ]
    })
}

/// A commission that is stated to be paid elsewhere, of whose purchase something becomes meanwhile.
fn paid_elsewhere() -> impl Strategy<Value = Vec<Step>> {
    let given_back = prop_oneof![Just(None), (1_i64..=100).prop_map(Some)];
    let meanwhile = prop_oneof![
        given_back.prop_map(|percent| Step::Refund { order: 0, event: 0, percent, chargeback: false }),
        Just(Step::Purchase { order: 0, wanted: 'f' }),
        told().prop_map(|better| Step::Convert(Told { order: 0, channel: 's', ..better })),
    ];
    (rule(), told(), meanwhile, (2_usize..5, 0_usize..8)).prop_map(|(rule, first, meanwhile, (then, at_last))| {
        let state = |word| Step::State { order: 0, word };
        let who = first.who;
        let first = Told { order: 0, channel: 'm', currency: "USD", sale: None, ..first };
        vec![Step::Click { who }, rule, Step::Convert(first), state(3), meanwhile, state(then), state(at_last)]
    })
}

/// A customer whom only a browser's word gave to the first affiliate, until a click of the second one's says otherwise.
fn claimed_by_a_browser() -> impl Strategy<Value = Vec<Step>> {
    (rule(), told(), told(), told(), told()).prop_map(|(rule, first, second, third, fourth)| {
        let order = |order, channel, who, told| {
            Step::Convert(Told { order, channel, who, customer: Some(0), as_before: false, ..told })
        };
        vec![
            Step::Click { who: 0 },
            rule,
            order(0, 'b', 0, first),
            order(1, 'd', 1, second),
            order(2, 's', 1, third),
            Step::Click { who: 1 },
            order(3, 's', 1, fourth.clone()),
            order(1, 's', 1, fourth),
        ]
    })
}

fn step() -> impl Strategy<Value = Step> {
    let percent = prop_oneof![Just(None), (0_i64..=110).prop_map(Some)];
    prop_oneof![
        4 => who().prop_map(|who| Step::Click { who }),
        15 => told().prop_map(Step::Convert),
        12 => (order(), select(vec!['a', 'a', 'a', 'r', 'p']), prop::bool::weighted(0.1), prop::bool::weighted(0.9))
            .prop_map(|(order, wanted, stale, reason)| Step::Decide { order, wanted, stale, reason }),
        4 => (order(), 0_i64..=110).prop_map(|(order, percent)| Step::Adjust { order, percent }),
        7 => (order(), 0_u8..4, percent, any::<bool>())
            .prop_map(|(order, event, percent, chargeback)| Step::Refund { order, event, percent, chargeback }),
        4 => (order(), select(vec!['o', 'w', 'l'])).prop_map(|(order, step)| Step::Dispute { order, step }),
        4 => (order(), select(vec!['o', 'c', 'c', 't', 'f'])).prop_map(|(order, wanted)| Step::Purchase { order, wanted }),
        8 => (order(), 0_usize..8).prop_map(|(order, word)| Step::State { order, word }),
        5 => prop_oneof![0_i64..=30, 24_i64..=900].prop_map(|hours| Step::Pass { hours }),
        4 => Just(Step::Release),
        4 => (select(vec!["USD", "GBP"]), 5_000_i64..=20_000, 0_i32..=9).prop_map(
            |(currency, ten_thousandths, days_ago)| Step::Rate { currency, ten_thousandths, days_ago }
        ),
        3 => rule(),
        8 => (who(), select(vec!['b', 'b', 'f', 'c'])).prop_map(|(who, step)| Step::Payout { who, step }),
        1 => (who(), 0_i64..=500).prop_map(|(who, amount)| Step::Bonus { who, amount }),
        1 => Just(Step::RotateKey),
        1 => Just(Step::Restart),
    ]
}

/// Runs with a stack that holds a tree of strategies as deep as a history's.
fn with_room(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let roomy = std::thread::Builder::new().stack_size(32 << 20).spawn_scoped(scope, work).expect("a thread");
        roomy.join().unwrap_or_else(|why| std::panic::resume_unwind(why));
    });
}

/// Runs so many histories of a seed, each in a program of its own.
fn live(db: &TestDatabase, histories: u32, seed: u8) {
    let installation = std::cell::RefCell::new(Installation::open(db));
    let config = Config {
        cases: histories,
        max_shrink_iters: 400,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let begun = Instant::now();
    let lived = runner.run(&history(), |steps| {
        let mut installation = installation.borrow_mut();
        let mut model = Model::new(installation.now());
        installation.found_program();
        for (place, step) in steps.iter().enumerate() {
            let (expected, answered) = (model.take(step), installation.take(step));
            prop_assert_eq!(&answered, &expected, "the answer to step {}, {:?}", place, step);
            prop_assert_eq!(installation.seen(), model.seen(), "after step {}, {:?}", place, step);
        }
        Ok(())
    });
    if let Err(why) = lived {
        panic!("{why}");
    }
    installation.borrow_mut().verify();
    println!("{histories} histories on {:?} in {:?}", db.engine, begun.elapsed());
}

on_each_engine! {
    fn what_happens_is_what_the_rules_say(db: TestDatabase) {
        with_room(|| live(&db, 90, 7));
    }

    /// The long form.
    #[ignore = "tier 2"]
    fn ten_thousand_histories_are_what_the_rules_say(db: TestDatabase) {
        for seed in 0..50 {
            // A new installation now and then: each history has a program of its own, and what is in force is read whole.
            let fresh = db.engine.fresh_database().expect("there was one a moment ago");
            with_room(|| live(&fresh, 200, 100 + seed));
        }
    }
}
