//! Walking the list by offset while orders arrive and are decided about.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use super::{LIST, Reviewer, found, one, orders};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

on_each_engine! {
    fn pages_hold_still_while_orders_arrive(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        reviewer.sells_many("old", 25);
        let mut seen = Vec::new();
        for page in 0..3 {
            let answer = reviewer.asks(LIST, &[("offset", &(page * 10).to_string()), ("limit", "10")]);
            assert_eq!(found(&answer).0, 25, "as it was when the walk began");
            seen.extend(orders(&answer));
            reviewer.sells_many(&format!("new-{page}"), 7);
        }
        let expected: Vec<String> = (0..25).rev().map(|number| format!("old-{number}")).collect();
        assert_eq!(seen, expected, "no repeats and no gaps");
        assert!(orders(&reviewer.asks(LIST, &[("offset", "30"), ("limit", "10")])).is_empty());
        let anew = reviewer.asks(LIST, &[("limit", "10")]);
        assert_eq!((found(&anew).0, orders(&anew)[0].as_str()), (46, "new-2-6"), "offset 0 begins a new walk");
        let again = reviewer.asks(LIST, &[("offset", "10"), ("limit", "10")]);
        assert_eq!(again.json(), reviewer.asks(LIST, &[("offset", "10"), ("limit", "10")]).json(), "a page may be asked for again");
        house.clock().advance(Duration::from_secs(901));
        let late = reviewer.asks(LIST, &[("offset", "43"), ("limit", "10")]);
        assert_eq!(orders(&late), ["old-2", "old-1", "old-0"], "a walk that is forgotten is counted");
        let beyond = reviewer.asks(LIST, &[("offset", "2000000000"), ("limit", "100")]);
        assert_eq!((orders(&beyond).len(), found(&beyond).0), (0, 46));
    }

    /// What a merchant's system does: reads what is pending, decides about it, and asks for the next page.
    fn accepting_what_is_read_lets_the_next_page_skip_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        reviewer.sells_many("order", 23);
        // Every order, every second one, none: the list gets shorter by as many.
        for (every, expected) in [(2, 23), (1, 11)] {
            let mut seen = BTreeSet::new();
            let mut offset = 0;
            loop {
                house.clock().advance(Duration::from_secs(1));
                let query = [("status", "pending"), ("offset", &*offset.to_string()), ("limit", "5")];
                let (total, rows) = found(&reviewer.asks(LIST, &query));
                assert_eq!(total, expected, "how many there were when the walk began");
                for (place, row) in rows.iter().enumerate() {
                    assert!(seen.insert(row["externalId"].to_string()), "none is told twice");
                    if (offset + i64::try_from(place).unwrap()) % every == 0 {
                        assert_eq!(one(&reviewer.accepts(row["id"].as_str().unwrap()))["status"], json!("accepted"));
                    }
                }
                offset += i64::try_from(rows.len()).unwrap();
                if offset >= total || rows.is_empty() {
                    break;
                }
            }
            assert_eq!(seen.len(), usize::try_from(expected).unwrap(), "every {every}");
        }
        assert_eq!(found(&reviewer.asks(LIST, &[("status", "pending")])).0, 0);
        house.assert_books_balance();
    }

    /// Somebody who always asks for the beginning of what is pending sees it shrink to nothing.
    fn asking_for_the_beginning_again_and_again_sees_all_of_it_too(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        reviewer.sells_many("order", 12);
        let mut accepted = 0;
        loop {
            house.clock().advance(Duration::from_secs(1));
            let (total, rows) = found(&reviewer.asks(LIST, &[("status", "pending"), ("limit", "5")]));
            assert_eq!(total, 12 - accepted, "it is what is left");
            if rows.is_empty() {
                break;
            }
            for row in rows {
                one(&reviewer.accepts(row["id"].as_str().unwrap()));
                accepted += 1;
            }
        }
        assert_eq!(accepted, 12);
    }

    /// Two walks of one key through different lists do not disturb each other.
    fn walks_through_other_lists_are_walks_of_their_own(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        reviewer.sells_many("order", 9);
        let first = reviewer.asks(LIST, &[("status", "pending"), ("limit", "3")]);
        for row in found(&first).1 {
            one(&reviewer.accepts(row["id"].as_str().unwrap()));
        }
        assert_eq!(orders(&reviewer.asks(LIST, &[("limit", "3")])), ["order-8", "order-7", "order-6"]);
        assert_eq!(found(&reviewer.asks(LIST, &[("status", "pending"), ("limit", "1")])).0, 6);
        let next = [("status", "pending"), ("limit", "3"), ("offset", "3")];
        assert_eq!(orders(&reviewer.asks(LIST, &next)), ["order-5", "order-4", "order-3"]);
    }
}
