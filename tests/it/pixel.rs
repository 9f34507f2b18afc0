//! What browsers send: `POST /e`, `GET /e.gif` and landing links (CONTRACT, section 3).

mod answers;
mod at_once;
mod away;
mod events;
mod landings;
mod limits;
mod refused;
mod script;
mod takeovers;

use serde_json::{Value, json};

use crate::support::connection::Connection;
use crate::support::house::House;
use crate::support::wire::{Request, Response};

/// The page of the usual shop.
const SHOP: &str = "https://shop.example";

const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/// A page that a visitor's browser shows, whose script tells what happens there.
#[derive(Clone)]
struct Page<'a> {
    house: &'a House,
    headers: Vec<(&'static str, String)>,
}

impl<'a> Page<'a> {
    /// A page of the usual shop.
    fn open(house: &'a House) -> Page<'a> {
        Page { house, headers: vec![("User-Agent", BROWSER.to_owned()), ("Content-Type", "text/plain".to_owned())] }
            .with("Origin", SHOP)
    }

    /// Sends this header, in place of one of the same name.
    fn with(mut self, name: &'static str, value: &str) -> Page<'a> {
        self = self.without(name);
        self.headers.push((name, value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Page<'a> {
        self.headers.retain(|(given, _)| *given != name);
        self
    }

    /// The browser still has the cookie that the redirect set.
    fn with_cookie(self, token: &str) -> Page<'a> {
        self.with("Cookie", &format!("theme=dark; afk_cid={token}"))
    }

    fn send(&self, mut request: Request) -> Response {
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Connection::open(self.house.addr()).unwrap().send(&request).unwrap()
    }

    /// The script tells something.
    fn says(&self, body: &str) -> Response {
        let request = self.headers.iter().fold(Request::post("/e"), |request, (name, value)| match *name {
            "Content-Type" => request.body(value, body),
            name => request.header(name, value),
        });
        Connection::open(self.house.addr()).unwrap().send(&request).unwrap()
    }

    /// The script tells what it must be heard with.
    fn tells(&self, message: &Value) {
        let answer = self.says(&message.to_string());
        assert_eq!((answer.status, answer.text().as_str()), (204, ""), "{message}");
    }

    /// An image tells the same.
    fn shows(&self, message: &Value) -> Response {
        let members = message.as_object().expect("a message is an object");
        let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
        let pairs: Vec<(String, String)> = members.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.clone().without("Content-Type").send(Request::get("/e.gif").query(&pairs))
    }
}

/// A sale of 99.99 USD, by the click that the script keeps.
fn sale(order_id: &str, click: &str) -> Value {
    json!({"event": "conversion", "click": click, "order_id": order_id, "amount": 99.99, "currency": "USD"})
}

/// The message with another field, or without it.
fn with(message: Value, name: &str, value: Value) -> Value {
    let Value::Object(mut members) = message else { panic!("a message is an object") };
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    Value::Object(members)
}
