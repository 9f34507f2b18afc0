//! Two hundred identical reports of one order, all at once (IDM-1).

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use accrue::domain::click_token::Mode;
use accrue::domain::permission::{Scope, Scopes};
use accrue::operations::issue_key::Holder;

use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::{Answer, Sale};
use crate::support::wire::{Request, Response};

const CLIENTS: usize = 200;
const ORDERS: usize = 100;

/// Sends each request once over every client's own connection, all clients at the same moment; the answers per request.
fn all_at_once(house: &House, requests: &[Request]) -> Vec<Vec<Answer>> {
    read_at_once(house, requests, Answer::read)
}

fn read_at_once<T: Clone + Send>(house: &House, requests: &[Request], read: fn(&Response) -> T) -> Vec<Vec<T>> {
    let start = Barrier::new(CLIENTS);
    let client = || {
        let mut connection = Connection::open(house.addr()).expect("the house listens");
        let one = |request: &Request| {
            start.wait();
            read(&connection.send(request).expect("the house answers"))
        };
        requests.iter().map(one).collect::<Vec<T>>()
    };
    let answers: Vec<Vec<T>> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        clients.into_iter().map(|client| client.join().expect("no client panics")).collect()
    });
    (0..requests.len()).map(|place| answers.iter().map(|answers| answers[place].clone()).collect()).collect()
}

/// How many answers have this word, and the conversions they name.
fn counted<'a>(answers: &'a [Answer], word: &str) -> (usize, BTreeSet<&'a str>) {
    let with_word = answers.iter().filter(|answer| answer.status == 200 && answer.word == word);
    (with_word.clone().count(), with_word.filter_map(|answer| answer.conversion_id.as_deref()).collect())
}

on_each_engine! {
    fn of_two_hundred_identical_reports_one_is_recorded_and_the_others_name_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let sales = (0..ORDERS).map(|number| Sale::of(&token).order_id(&format!("order {number}")));
        let requests: Vec<Request> = sales.map(|sale| sale.request(&shop.campaign.api_key)).collect();
        for (number, answers) in all_at_once(&house, &requests).iter().enumerate() {
            let (created, first) = counted(answers, "success");
            let (repeats, named) = counted(answers, "duplicate");
            assert_eq!((created, repeats), (1, CLIENTS - 1), "order {number}: {answers:?}");
            assert_eq!((named.len(), named), (1, first), "order {number}: they name the same");
        }
        let rows = house.conversions();
        assert_eq!(rows.len(), ORDERS);
        assert!(rows.iter().all(|row| usize::try_from(row.repeats) == Ok(CLIENTS - 1)), "each repeat is counted");
        assert_eq!(house.tally(&shop.campaign).conversions, 100);
        assert!(house.attempts(shop.program).is_empty());
        house.assert_books_balance();
    }

    /// The same under /v1, where all are told what is on record.
    fn of_two_hundred_identical_v1_reports_one_is_201_and_the_others_are_200(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let click = house.visit(&shop.campaign, &shop.anna);
        let holder = Holder::Program(Scopes::new(&[Scope::Track]));
        let token = house.admin().issue_key(shop.program, Mode::Live, holder);
        let request = |number: usize| {
            let body = format!(r#"{{"click_id":"{click}","external_event_id":"event {number}","sale_amount":99.99}}"#);
            Request::post("/v1/conversions").json(&body).bearer(&token)
        };
        let requests: Vec<Request> = (0..ORDERS).map(request).collect();
        let told = |answer: &Response| (answer.status, answer.json()["data"].to_string());
        for (number, answers) in read_at_once(&house, &requests, told).iter().enumerate() {
            let created = answers.iter().filter(|(status, _)| *status == 201).count();
            let repeats = answers.iter().filter(|(status, _)| *status == 200).count();
            assert_eq!((created, repeats), (1, CLIENTS - 1), "event {number}: {answers:?}");
            assert_eq!(answers.iter().map(|(_, told)| told).collect::<BTreeSet<_>>().len(), 1, "event {number}: all are told the same");
        }
        let rows = house.conversions();
        assert_eq!((rows.len(), house.tally(&shop.campaign).conversions), (ORDERS, 100));
        assert!(rows.iter().all(|row| usize::try_from(row.repeats) == Ok(CLIENTS - 1)), "each repeat is counted");
        house.assert_books_balance();
    }

    fn of_two_hundred_first_clicks_of_a_pair_all_go_through_one_link(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let fields =
            [("api_key", &*shop.campaign.api_key), ("campaign_id", &shop.campaign.id), ("affiliate_id", &shop.anna.id)];
        let answers = all_at_once(&house, &[Request::post("/integration/addClick").form(&fields)]).remove(0);
        let tokens: BTreeSet<&str> = answers.iter().filter_map(|answer| answer.click_token.as_deref()).collect();
        assert_eq!(tokens.len(), CLIENTS, "each click is a click of its own");
        let open = |token: &&str| house.app().environment.keys.click_tokens().open(token).unwrap().link;
        assert_eq!(tokens.iter().map(open).collect::<std::collections::HashSet<_>>().len(), 1);
    }
}
