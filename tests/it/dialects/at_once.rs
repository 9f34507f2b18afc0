//! Decisions, adjustments and refunds through every dialect at once: one end state each, and the ledger exact (QUALITY
//! IDM-4, MON-3).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use accrue::domain::conversion::{ConversionStatus, SaleStatus};
use accrue::domain::id::ConversionId;
use serde_json::{Value, json};

use super::scene::Scene;
use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Sale;
use crate::support::wire::Request;

/// Orders that are fought over.
const ORDERS: usize = 100;

/// Who fights at once.
const CLIENTS: usize = 10;

/// Everything that is said of one order: ten requests, a thousand for all orders.
fn requests(scene: &Scene<'_>, id: ConversionId) -> Vec<Request> {
    let (program, id) = (scene.program.to_string(), id.to_string());
    let patch = |path: String, body: Value| Request::new("PATCH", &path).json(&body.to_string());
    let post = |path: String, body: Value| Request::post(&path).json(&body.to_string());
    let refund = |event: &str| {
        let body = json!({"amount": "60.00", "external_event_id": event, "reason": "sent back"});
        post(format!("/v1/conversions/{id}/refund"), body)
    };
    let decided = [
        patch(format!("/api/conversions/{id}"), json!({"status": "approved"})),
        patch(format!("/api/conversions/{id}"), json!({"status": "rejected", "note": "a test"})),
        post("/advertiser/conversions.accept".to_owned(), json!({"program": program, "id": id})),
        post("/advertiser/conversions.refuse".to_owned(), json!({"program": program, "id": id, "reason": "a test"})),
        post("/advertiser/conversions.update".to_owned(), json!({"id": id, "amount": 7_500, "reason": "a return"})),
        post("/advertiser/conversions.update".to_owned(), json!({"id": id, "amount": 5_000, "reason": "a return"})),
        patch(format!("/v1/conversions/{id}"), json!({"status": "ready_for_payment"})),
        patch(format!("/v1/conversions/{id}"), json!({"status": "declined"})),
        refund("refund-1"),
        refund("refund-2"),
    ];
    decided.map(|request| request.bearer(&scene.token)).to_vec()
}

on_each_engine! {
    fn a_thousand_at_once_through_every_dialect_end_in_one_state_each(db: TestDatabase) {
        let house = House::open(&db);
        let scene = Scene::open(&house, "Alderfinch");
        for number in 0..ORDERS {
            let order = format!("order-{number:03}");
            assert_eq!(house.merchant(&scene.campaign).report(Sale::of(&scene.click).order_id(&order)).status, 200);
        }
        let rows = scene.rows();
        let each: Vec<Vec<Request>> = rows.iter().map(|row| requests(&scene, row.id)).collect();
        let (next, address) = (AtomicUsize::new(0), house.addr());
        let answers: Vec<u16> = thread::scope(|scope| {
            let fight = || {
                let mut heard = Vec::new();
                // All of one order are sent before the next, so that they meet.
                while let number @ 0..1_000 = next.fetch_add(1, Ordering::Relaxed) {
                    let request = &each[number / 10][number % 10];
                    heard.push(send(&house, address, request));
                }
                heard
            };
            let fighters: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(fight)).collect();
            fighters.into_iter().flat_map(|fighter| fighter.join().unwrap()).collect()
        });
        assert_eq!(answers.len(), ORDERS * 10);
        assert!(answers.iter().all(|status| matches!(status, 200 | 400 | 409 | 422)), "{answers:?}");
        for row in scene.rows() {
            assert_ne!(row.status, ConversionStatus::Pending, "{}", row.order_id);
            assert!(row.adjusted_minor <= row.amount_minor, "{}", row.order_id);
            assert!((0..=row.adjusted_minor).contains(&row.refunded_minor), "{}", row.order_id);
            let all_is_back = row.refunded_minor == row.adjusted_minor;
            assert_eq!(row.sale_status == SaleStatus::Refunded, all_is_back, "{}", row.order_id);
        }
        house.assert_books_balance();
    }
}

/// Sends a request, again when the limit of the key says to wait: it is a second's, and the clock is ours.
fn send(house: &House, address: std::net::SocketAddr, request: &Request) -> u16 {
    loop {
        let answer = Connection::open(address).unwrap().send(request).unwrap();
        if answer.status != 429 {
            return answer.status;
        }
        house.clock().advance(std::time::Duration::from_secs(1));
    }
}
