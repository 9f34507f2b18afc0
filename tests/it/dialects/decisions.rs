//! Decisions: what becomes of a conversion, whoever decides about it.

use std::collections::BTreeMap;

use super::deciders::{DECIDERS, Decider, Deciding, Heard};
use super::scene::Scene;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Sale;

use Deciding::{Adjust, Approve, Reject};
use Heard::{Conflict, Done, Invalid};

/// One row of the table: what is decided, one after the other, and what is heard.
type Case = (&'static str, &'static [(Deciding, Heard)]);

const TABLE: &[Case] = &[
    ("approved", &[(Approve, Done)]),
    ("approved twice", &[(Approve, Done), (Approve, Done)]),
    ("rejected", &[(Reject, Done)]),
    ("rejected twice", &[(Reject, Done), (Reject, Done)]),
    ("approved, then rejected", &[(Approve, Done), (Reject, Conflict)]),
    ("rejected, then approved", &[(Reject, Done), (Approve, Conflict)]),
    ("lowered", &[(Adjust(5_000), Done)]),
    ("lowered twice", &[(Adjust(5_000), Done), (Adjust(2_500), Done)]),
    ("lowered, then approved", &[(Adjust(5_000), Done), (Approve, Done)]),
    ("lowered after it was approved", &[(Approve, Done), (Adjust(5_000), Conflict)]),
    ("raised", &[(Adjust(10_000), Invalid)]),
    ("lowered to nothing", &[(Adjust(0), Invalid)]),
];

on_each_engine! {
    fn whoever_decides_the_same_stands_on_record(db: TestDatabase) {
        let house = House::open(&db);
        for (number, case) in TABLE.iter().enumerate() {
            let played = DECIDERS.iter().enumerate();
            let played = played.filter_map(|(place, decider)| play(&house, case, decider, &format!("{number}-{place}")));
            let stored: BTreeMap<&str, Vec<String>> = played.collect();
            let first = &stored["the admin"];
            assert!(stored.len() > 1, "{}: nobody else can say that", case.0);
            for (decider, lines) in &stored {
                assert_eq!(lines, first, "{}: by {decider}, and by the admin", case.0);
            }
        }
        house.assert_books_balance();
    }
}

/// Plays a row about an order of a shop of its own, and answers with what is stored; nothing for who cannot say all of it.
fn play(house: &House, (name, steps): &Case, decider: &Decider, shop: &str) -> Option<(&'static str, Vec<String>)> {
    let scene = Scene::open(house, shop);
    assert_eq!(house.merchant(&scene.campaign).report(Sale::of(&scene.click).order_id("1001")).status, 200);
    for (deciding, heard) in *steps {
        assert_eq!((decider.decide)(&scene, *deciding)?, *heard, "{name}, by {}: {deciding:?}", decider.name);
    }
    Some((decider.name, scene.stored()))
}
