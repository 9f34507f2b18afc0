//! The reference model (IDM-6): random histories against a plain model of what the rules say.
//!
//! The model ([`reference`]) was written from the contract alone and shares no arithmetic and no decision with the product:
//! it keeps a handful of orders in a map. The same steps go through the real operations on a real database ([`desk`]),
//! and after every one the answers, every order with its commission and ledger, and the affiliate's money are compared;
//! at the end the books are verified.
//!
//! What the model leaves out: reports of different trust about one order, which have tables and stories of their own.

mod desk;
mod reference;

use std::time::Instant;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};

use crate::support::engine::{TestDatabase, on_each_engine};
use desk::Installation;
use reference::Model;

/// What may happen. An order goes by its number, an amount is in cents.
#[derive(Clone, Debug)]
pub enum Step {
    /// Somebody follows a link.
    Click,
    /// An order is reported, or reported again: with its number, amount, currency, whether it is on trial, and whether
    /// through the last click.
    Convert { order: u8, amount: i64, currency: &'static str, trial: bool, by_click: bool },
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
    /// Hours pass.
    Pass { hours: i64 },
    /// The job looks at holds.
    Release,
    /// A rate of so many ten thousandths for one euro is published for a day so long ago, and applied.
    Rate { currency: &'static str, ten_thousandths: i64, days_ago: i32 },
    /// What the campaign pays changes.
    Rule { ppm: u32, flat: i64, kind: char, hold_days: u16, automatic: bool },
    /// A payout: 'b'egun, 'f'inished, 'c'alled off.
    Payout { step: char },
    /// Something extra.
    Bonus { amount: i64 },
    /// The campaign's key is made anew.
    RotateKey,
    /// The process ends and starts again.
    Restart,
}

const ORDERS: u8 = 4;

fn step() -> impl Strategy<Value = Step> {
    let order = || 0..ORDERS;
    let amount = prop_oneof![1_i64..=10, 1_i64..=99_999, Just(10_000), Just(1_000_000_000_000)];
    let currency = || select(vec!["USD", "USD", "EUR", "GBP"]);
    let convert = (order(), amount, currency(), prop::bool::weighted(0.15), any::<bool>());
    let percent = prop_oneof![Just(None), (0_i64..=110).prop_map(Some)];
    prop_oneof![
        2 => Just(Step::Click),
        10 => convert.prop_map(|(order, amount, currency, trial, by_click)| {
            Step::Convert { order, amount, currency, trial, by_click }
        }),
        12 => (order(), select(vec!['a', 'a', 'r', 'p']), prop::bool::weighted(0.1), prop::bool::weighted(0.9))
            .prop_map(|(order, wanted, stale, reason)| Step::Decide { order, wanted, stale, reason }),
        6 => (order(), 0_i64..=110).prop_map(|(order, percent)| Step::Adjust { order, percent }),
        8 => (order(), 0_u8..4, percent, any::<bool>())
            .prop_map(|(order, event, percent, chargeback)| Step::Refund { order, event, percent, chargeback }),
        5 => (order(), select(vec!['o', 'w', 'l'])).prop_map(|(order, step)| Step::Dispute { order, step }),
        4 => (order(), select(vec!['o', 'c', 'c', 't', 'f'])).prop_map(|(order, wanted)| Step::Purchase { order, wanted }),
        5 => prop_oneof![0_i64..=30, 24_i64..=900].prop_map(|hours| Step::Pass { hours }),
        4 => Just(Step::Release),
        4 => (select(vec!["USD", "GBP"]), 5_000_i64..=20_000, 0_i32..=9).prop_map(
            |(currency, ten_thousandths, days_ago)| Step::Rate { currency, ten_thousandths, days_ago }
        ),
        2 => (0_u32..=1_000_000, 1_i64..=5_000, select(vec!['p', 'f', 'b']), 0_u16..=20, any::<bool>()).prop_map(
            |(ppm, flat, kind, hold_days, automatic)| Step::Rule { ppm, flat, kind, hold_days, automatic }
        ),
        7 => select(vec!['b', 'b', 'f', 'c']).prop_map(|step| Step::Payout { step }),
        1 => (0_i64..=500).prop_map(|amount| Step::Bonus { amount }),
        1 => Just(Step::RotateKey),
        1 => Just(Step::Restart),
    ]
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
    let lived = runner.run(&prop::collection::vec(step(), 1..40), |steps| {
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
        live(&db, 60, 7);
    }

    /// The long form.
    #[ignore = "tier 2"]
    fn ten_thousand_histories_are_what_the_rules_say(db: TestDatabase) {
        live(&db, 10_000, 11);
    }
}
