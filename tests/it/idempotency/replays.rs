//! The same order again, days or a year later, with the same facts or with others (IDM-3).

use std::collections::BTreeMap;
use std::thread;

use accrue::storage::conversions::ConversionRow;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop};
use crate::support::personas::{Answer, Sale};

const ORDERS: usize = 250;
const CLIENTS: usize = 16;

/// A way in which a replay tells another story: what changes, and the differing fields in the words of the vocabulary.
type Variant = (&'static str, fn(&House, &Shop, Sale) -> Sale, &'static str);

const VARIANTS: [Variant; 4] = [
    ("another amount", |_, _, sale| sale.order_total("99.98"), "amount"),
    ("another currency", |_, _, sale| sale.order_currency("EUR"), "currency"),
    (
        "another affiliate",
        |house, shop, sale| sale.with("click_token", &house.visit(&shop.campaign, &shop.ben)),
        "affiliate click",
    ),
    ("another click", |house, shop, sale| sale.with("click_token", &house.visit(&shop.campaign, &shop.anna)), "click"),
];

/// A sale under the number's order id, through a click of its own.
fn sales(house: &House, shop: &Shop) -> Vec<Sale> {
    (0..ORDERS).map(|number| Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id(&order_id(number))).collect()
}

fn order_id(number: usize) -> String {
    format!("order {number}")
}

/// Reports all of them, several at a time; the answers in their order.
fn report_all(house: &House, shop: &Shop, sales: &[Sale]) -> Vec<Answer> {
    thread::scope(|scope| {
        let share = |part: &[Sale]| {
            let part = part.to_vec();
            let mut merchant = house.merchant(&shop.campaign);
            scope.spawn(move || part.into_iter().map(|sale| merchant.report(sale)).collect::<Vec<_>>())
        };
        let clients: Vec<_> = sales.chunks(ORDERS.div_ceil(CLIENTS)).map(share).collect();
        clients.into_iter().flat_map(|client| client.join().expect("no client panics")).collect()
    })
}

/// Every row as text, without its counter of repeats.
fn rows(house: &House) -> BTreeMap<String, String> {
    let shown = |row: ConversionRow| (row.order_id.to_string(), format!("{:?}", ConversionRow { repeats: 0, ..row }));
    house.conversions().into_iter().map(shown).collect()
}

/// Panics unless each answer is a duplicate that names the order's first conversion.
fn assert_duplicates(when: &str, answers: &[Answer], first: &[Answer]) {
    assert_eq!(answers.len(), first.len(), "{when}");
    for (answer, first) in answers.iter().zip(first) {
        assert_eq!((answer.status, answer.word.as_str()), (200, "duplicate"), "{when}: {}", answer.body);
        assert_eq!(answer.conversion_id, first.conversion_id, "{when}");
    }
}

on_each_engine! {
    fn a_thousand_replays_are_duplicates_and_a_thousand_with_other_facts_are_flagged(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let sales = sales(&house, &shop);
        let first = report_all(&house, &shop, &sales);
        assert!(first.iter().all(|answer| answer.word == "success"));
        let recorded = rows(&house);
        assert_eq!(recorded.len(), ORDERS);
        let mut flagged = 0;
        for (round, (days, total)) in [(1, 1), (7, 8), (23, 31), (369, 400)].into_iter().enumerate() {
            house.pass_days(days);
            let when = format!("after {total} days");
            assert_duplicates(&when, &report_all(&house, &shop, &sales), &first);
            let variant_of = |number: usize| &VARIANTS[(number + round) % VARIANTS.len()];
            let vary = |(number, sale): (usize, &Sale)| variant_of(number).1(&house, &shop, sale.clone());
            let varied: Vec<Sale> = sales.iter().enumerate().map(vary).collect();
            assert_duplicates(&when, &report_all(&house, &shop, &varied), &first);
            let attempts = house.attempts(shop.program);
            let todays: BTreeMap<_, _> = attempts
                .into_iter()
                .filter(|attempt| attempt.received_at == house.now() && attempt.reason == "payload_mismatch")
                .map(|attempt| (attempt.order_id.clone().unwrap_or_default(), attempt))
                .collect();
            assert_eq!(todays.len(), ORDERS, "{when}: each is flagged");
            for (number, answer) in first.iter().enumerate() {
                let (name, _, differing) = variant_of(number);
                let attempt = &todays[&order_id(number)];
                assert_eq!(attempt.detail, *differing, "{when}: {name}");
                assert_eq!(attempt.conversion_id.map(|id| id.to_string()), answer.conversion_id, "{when}: {name}");
                flagged += 1;
            }
            assert_eq!(rows(&house), recorded, "{when}: nothing has changed");
        }
        assert_eq!(flagged, 1_000);
        assert!(house.conversions().iter().all(|row| row.repeats == 4), "only identical repeats are counted");
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.conversions, tally.commission_minor), (250, 250_000));
        house.assert_books_balance();
    }

    fn a_replay_with_several_other_facts_names_them_all(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        merchant.report(sale.clone());
        let other = Sale::of(&house.visit(&shop.campaign, &shop.ben))
            .order_id("1001")
            .order_total("1")
            .order_currency("JPY")
            .with("action", "lead");
        assert_eq!(merchant.report(other).word, "duplicate");
        let attempt = house.attempts(shop.program).remove(0);
        assert_eq!(attempt.detail, "amount currency event_type affiliate click");
        assert_eq!(attempt.conversion_id, Some(house.conversion("1001").id));
        let same_amount_written_otherwise = sale.order_total("099.99").order_currency("usd");
        assert_eq!(merchant.report(same_amount_written_otherwise).word, "duplicate");
        assert_eq!((house.attempts(shop.program).len(), house.conversion("1001").repeats), (1, 1), "that is the same");
    }
}
