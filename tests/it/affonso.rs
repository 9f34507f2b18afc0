//! `/v1`: the Affonso dialect, field for field (CONTRACT, section 3.4).

mod bodies;
mod changing;
mod clicks;
mod client;
mod fields;
mod identifiers;
mod listing;
mod refunds;
mod retelling;
mod scopes;
mod shapes;
mod shared_clicks;
mod sign_ups;
mod statuses;
mod subscriptions;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use accrue::domain::click_token::Mode;
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::rule::{Conditions, Terms};
use accrue::domain::user::Role;
use accrue::operations::issue_key::Holder;
use accrue::operations::save_rule::{RuleName, SeenRule, WantedRule, create_rule, save_rule};
use accrue::storage::commission_rules;
use serde_json::{Value, json};

use crate::support::connection::Connection;
use crate::support::house::{House, Shop, campaign_id};
use crate::support::wire::{Request, Response};

const CLICKS: &str = "/v1/clicks";
const SIGN_UPS: &str = "/v1/signups";
const CONVERSIONS: &str = "/v1/conversions";

/// The merchant's server, which holds one token of its program.
struct Server<'house> {
    house: &'house House,
    token: String,
}

impl<'house> Server<'house> {
    /// A server whose token may do this.
    fn may(house: &'house House, shop: &Shop, scopes: &[Scope]) -> Server<'house> {
        let holder = Holder::Program(Scopes::new(scopes));
        Server { house, token: house.admin().issue_key(shop.program, Mode::Live, holder) }
    }

    /// A server that may report.
    fn tracking(house: &'house House, shop: &Shop) -> Server<'house> {
        Server::may(house, shop, &[Scope::Track])
    }

    /// The same with another token.
    fn with(house: &'house House, token: &str) -> Server<'house> {
        Server { house, token: token.to_owned() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "a story reads better without ampersands")]
    fn post(&self, path: &str, body: Value) -> Response {
        self.send(Request::post(path).json(&body.to_string()))
    }

    fn get(&self, path: &str) -> Response {
        self.send(Request::get(path))
    }

    /// What is on record under an id.
    fn shows(&self, id: &Value) -> Value {
        data(&self.get(&format!("{CONVERSIONS}/{}", id.as_str().unwrap())), 200)
    }

    /// Reports a conversion: 99.00 under an id of its own, and whatever else is said.
    fn report(&self, said: Value) -> Response {
        self.post(CONVERSIONS, order(said))
    }

    /// Reports a conversion that is recorded now.
    fn sells(&self, said: Value) -> Value {
        data(&self.report(said), 201)
    }

    /// Sends a request as a server does: without cookies.
    fn send(&self, request: Request) -> Response {
        Connection::open(self.house.addr()).unwrap().send(&request.bearer(&self.token)).unwrap()
    }
}

/// Somebody follows Anna's link, and looks around for a minute: an order at once would want a look.
fn a_visit(house: &House, shop: &Shop) -> String {
    let click = house.visit(&shop.campaign, &shop.anna);
    house.clock().advance(Duration::from_secs(60));
    click
}

/// A conversion of 99.00 under an id of its own, and whatever else is said; a null takes away what was there.
fn order(said: Value) -> Value {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let event = format!("inv-{}", COUNTER.fetch_add(1, Ordering::Relaxed));
    let mut order = json!({"sale_amount": 99.00, "external_event_id": event});
    let Value::Object(said) = said else { panic!("not an object: {said}") };
    order.as_object_mut().unwrap().extend(said);
    order
}

/// The object in an answer; panics unless it has this status.
fn data(answer: &Response, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["success"], json!(true), "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    body["data"].clone()
}

/// Panics unless the answer is this error, to the byte.
fn assert_problem(name: &str, answer: &Response, (status, code, field): (u16, &str, Option<&str>), message: &str) {
    let details = field.map_or(json!([]), |field| json!([{"field": field, "message": message}]));
    let error = json!({"code": code, "message": message, "field": field, "details": details});
    assert_eq!((answer.status, answer.json()), (status, json!({"success": false, "error": error})), "{name}");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"), "{name}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
}

/// Panics unless the answer is a validation error about this field that says this.
fn assert_invalid(name: &str, answer: &Response, field: &str, message: &str) {
    assert_problem(name, answer, (400, "VALIDATION_ERROR", Some(field)), message);
}

/// Somebody decides about a customer, by the form of a dialog on the referral's page.
fn decided(house: &House, shop: &Shop, referral: &Value, (word, path): (&str, &str), fields: &[(&str, &str)]) {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let name = format!("Mara{}", COUNTER.fetch_add(1, Ordering::Relaxed));
    let mut mara = house.member(&name, shop.program, Role::Manager);
    let page = format!("/admin/alderfinch/referrals/{}", referral.as_str().unwrap());
    let seen = mara.open(&format!("{page}?do={word}")).value_of("seen").expect("the form carries it");
    let done = mara.post(&format!("{page}/{path}"), &[&[("seen", seen.as_str())], fields].concat());
    assert_eq!(done.status, 303, "{}", done.words());
}

/// What the shop's campaign pays where no rule says more, from now on.
fn pays(house: &House, shop: &Shop, terms: Terms) {
    let campaign = campaign_id(&shop.campaign);
    let now = house.read(move |conn| commission_rules::newest(conn, campaign, 0)).expect("a campaign has a rule");
    let (place, seen) = ((shop.program, campaign), SeenRule { number: 0, version: now.version });
    let wanted = WantedRule::of_default(terms);
    house.attempt(move |write, env| save_rule(write, env, place, seen, wanted)).expect("the rule is saved");
}

/// What it pays for orders that these conditions hold for; the id of the rule.
fn pays_for(house: &House, shop: &Shop, conditions: Conditions, terms: Terms) -> String {
    let place = (shop.program, campaign_id(&shop.campaign));
    let wanted = WantedRule { name: RuleName::default(), conditions, terms };
    let rule = house.attempt(move |write, env| create_rule(write, env, place, wanted));
    rule.expect("the rule is made").id.to_string()
}
