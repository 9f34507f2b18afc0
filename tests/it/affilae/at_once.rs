//! Many at once through these routes (QUALITY IDM-4): one end state, and whoever lost is told what it lost to.

use std::collections::BTreeMap;
use std::thread;

use accrue::storage::conversion_changes;
use serde_json::{Value, json};

use super::{ACCEPT, INFO, REFUSE, Reviewer, UPDATE, one};
use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::{Request, Response};

/// Sends all of these at once, and answers with what came back to each.
fn at_once(house: &House, requests: &[Request]) -> Vec<Response> {
    let address = house.addr();
    thread::scope(|scope| {
        let sent: Vec<_> = requests
            .iter()
            .map(|request| scope.spawn(move || Connection::open(address).unwrap().send(request).unwrap()))
            .collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    })
}

/// How often each answer came: its status, and its sentence where it has one.
fn counted(answers: &[Response]) -> BTreeMap<(u16, String), usize> {
    let mut counted = BTreeMap::new();
    for answer in answers {
        let message = answer.json()["message"].as_str().unwrap_or_default().to_owned();
        *counted.entry((answer.status, message)).or_default() += 1;
    }
    counted
}

on_each_engine! {
    fn of_two_decisions_at_once_one_wins_and_the_other_is_told(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        for round in 0..5 {
            let order = format!("order-{round}");
            let id = reviewer.sells(reviewer.sale(&order, "99.99"));
            house.clock().advance(std::time::Duration::from_secs(2));
            let body = json!({"program": reviewer.program(), "id": id, "reason": "test"});
            let targets = (0..32).map(|number| if number % 2 == 0 { ACCEPT } else { REFUSE });
            let answers = at_once(&house, &targets.map(|target| reviewer.post(target, &body)).collect::<Vec<_>>());
            let status = one(&reviewer.asks(INFO, &[("id", &id)]))["status"].as_str().unwrap().to_owned();
            let lost = format!("The conversion must be in pending status; it is {status}");
            assert_eq!(counted(&answers), BTreeMap::from([((200, String::new()), 16), ((409, lost), 16)]));
            let conversion = house.conversion(&order).id;
            assert_eq!(house.read(|conn| conversion_changes::of_conversion(conn, conversion)).len(), 1, "one decision, one row");
            assert_eq!(house.commission(&order).booked_minor, if status == "accepted" { 1_000 } else { 0 });
        }
        house.assert_books_balance();
    }

    /// Updates, some of them of more than there is, and at last an acceptance among them.
    fn updates_at_once_never_leave_more_than_there_was_nor_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let amounts: Vec<i64> = (0..24).map(|number| [6_000, 1, 9_999, 0, 12_000, 9_998][number % 6]).collect();
        for round in 0..5 {
            let order = format!("order-{round}");
            let id = reviewer.sells(reviewer.sale(&order, "99.99"));
            house.clock().advance(std::time::Duration::from_secs(2));
            let update = |amount: &i64| reviewer.post(UPDATE, &json!({"id": id, "amount": amount, "reason": "r"}));
            let answers = at_once(&house, &amounts.iter().map(update).collect::<Vec<_>>());
            for (amount, answer) in amounts.iter().zip(&answers) {
                let is_possible = (1..9_999).contains(amount);
                assert_eq!(answer.status, if is_possible { 200 } else { 422 }, "{amount}: {}", answer.text());
            }
            let stored = house.conversion(&order);
            assert!([6_000, 1, 9_998].contains(&stored.adjusted_minor), "{}", stored.adjusted_minor);
            assert_eq!(house.commission(&order).booked_minor, (stored.adjusted_minor + 5) / 10);
            house.clock().advance(std::time::Duration::from_secs(2));
            let accept = reviewer.post(ACCEPT, &json!({"program": reviewer.program(), "id": id}));
            let mut requests: Vec<Request> = (0..20).map(|number| update(&(2_000 + number))).collect();
            requests.insert(10, accept);
            let answers = at_once(&house, &requests);
            assert_eq!(answers[10].status, 200, "{}", answers[10].text());
            let late = Value::from("The conversion must be in pending status; it is accepted");
            for answer in answers.iter().filter(|answer| answer.status != 200) {
                assert_eq!((answer.status, &answer.json()["message"]), (409, &late));
            }
            let told = one(&reviewer.asks(INFO, &[("id", &id)]));
            assert_eq!(told["status"], json!("accepted"));
            assert_eq!(told["amount"], json!(house.conversion(&order).adjusted_minor));
        }
        house.assert_books_balance();
    }
}
