//! `/api/conversions`: the Affilync dialect, field for field (CONTRACT, section 3.2).

mod bodies;
mod channels;
mod customers;
mod fields;
mod listing;
mod metadata;
mod postback;
mod refusals;
mod reviewing;
mod scopes;

use std::sync::atomic::{AtomicU64, Ordering};

use accrue::domain::click_token::Mode;
use accrue::domain::permission::{Scope, Scopes};
use accrue::operations::issue_key::Holder;
use serde_json::{Value, json};

use crate::support::house::{House, Shop};
use crate::support::personas::Wire;
use crate::support::wire::{Request, Response};

const TRACK: &str = "/api/conversions/track";
const POSTBACK: &str = "/api/conversions/postback";
const CONVERSIONS: &str = "/api/conversions";

/// Every way a report can be written.
const WIRES: [Wire; 3] = [Wire::Json, Wire::Form, Wire::Query];

/// A report: 99.99 under an order id of its own, unless said otherwise.
#[derive(Clone, Debug)]
struct Order {
    fields: Vec<(String, String)>,
    wire: Wire,
}

impl Order {
    /// The order a click led to.
    fn of(click: &str) -> Order {
        Order::without_click().with("click_id", click)
    }

    /// An order that says nothing of a click.
    fn without_click() -> Order {
        static COUNTER: AtomicU64 = AtomicU64::new(1);
        let order_id = format!("api-{}", COUNTER.fetch_add(1, Ordering::Relaxed));
        Order { fields: Vec::new(), wire: Wire::Json }.with("order_id", &order_id).with("amount", "99.99")
    }

    fn order_id(self, order_id: &str) -> Order {
        self.with("order_id", order_id)
    }

    fn with(mut self, name: &str, value: &str) -> Order {
        self = self.without(name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Order {
        self.fields.retain(|(given, _)| given != name);
        self
    }

    fn written(self, wire: Wire) -> Order {
        Order { wire, ..self }
    }

    fn fields(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Reported by the merchant's server, with this token.
    fn track(&self, house: &House, token: &str) -> Response {
        send(house, self.wire.write(TRACK, &self.fields()).bearer(token))
    }

    /// Reported by a network that asks the URL, with this token in it.
    fn postback(&self, house: &House, token: &str) -> Response {
        send(house, Request::get(POSTBACK).query(&self.fields()).query(&[("api_key", token)]))
    }
}

/// Sends a request as a server does: without cookies.
#[expect(clippy::needless_pass_by_value, reason = "a story reads better without ampersands")]
fn send(house: &House, request: Request) -> Response {
    crate::support::connection::Connection::open(house.addr()).unwrap().send(&request).unwrap()
}

/// A decision about a conversion, with this token.
fn review_request(token: &str, id: &str, body: &str) -> Request {
    Request::new("PATCH", &format!("{CONVERSIONS}/{id}")).json(body).bearer(token)
}

/// The answer to it.
fn review(house: &House, token: &str, id: &str, body: &str) -> Response {
    send(house, review_request(token, id, body))
}

/// A token of the shop's program that may do this.
fn token(house: &House, shop: &Shop, scopes: &[Scope]) -> String {
    house.admin().issue_key(shop.program, Mode::Live, Holder::Program(Scopes::new(scopes)))
}

/// A token of the shop's program that may report.
fn track_token(house: &House, shop: &Shop) -> String {
    token(house, shop, &[Scope::Track])
}

/// The object in an answer; panics unless it has this status.
fn data(answer: &Response, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    answer.json()["data"].clone()
}

/// Panics unless the answer is this error, to the byte.
fn assert_problem(name: &str, answer: &Response, (status, code): (u16, &str), detail: &str) {
    let body = json!({"detail": detail, "error_code": code});
    assert_eq!((answer.status, answer.json()), (status, body), "{name}");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"), "{name}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
}
