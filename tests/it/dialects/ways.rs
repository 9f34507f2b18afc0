//! The ways in which a report comes, and the shape in which each answers.

use serde_json::{Value, json};

use super::scene::Scene;
use crate::support::personas::Wire;
use crate::support::wire::{Request, Response};

/// What is reported.
#[derive(Clone, Debug)]
pub struct Facts {
    pub click: Option<String>,
    pub order: &'static str,
    pub amount: Option<&'static str>,
    pub currency: &'static str,
    pub customer: Option<&'static str>,
    /// Whether it names the affiliate itself, by whichever way can say so.
    pub names_anna: bool,
    pub has_key: bool,
}

/// What whoever reports is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Recorded,
    Repeat,
    NoAmount,
    BadAmount,
    NoKey,
    UnknownClick,
    Expired,
    Archived,
    Rejected,
    UnknownCustomer,
}

/// How far a way is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trusted {
    Fully,
    Keyed,
    AsABrowser,
}

/// One way in.
pub struct Way {
    pub name: &'static str,
    pub trusted: Trusted,
    pub needs_click: bool,
    /// Whether it may name an affiliate itself.
    pub names_affiliates: bool,
    request: fn(&Scene<'_>, &Facts) -> Request,
    shape: fn(Told) -> (u16, &'static str, Value),
}

impl Way {
    /// Reports this way.
    pub fn report(&self, scene: &Scene<'_>, facts: &Facts) -> Response {
        scene.send(&(self.request)(scene, facts))
    }

    /// Panics unless this is how it tells that.
    pub fn assert_tells(&self, told: Told, answer: &Response, case: &str) {
        let (status, place, expected) = (self.shape)(told);
        assert_eq!(answer.status, status, "{case} by {}: {}", self.name, answer.text());
        if self.trusted == Trusted::AsABrowser {
            return;
        }
        let body = answer.json();
        assert_eq!(body.pointer(place), Some(&expected), "{case} by {}: {body}", self.name);
    }
}

/// Every way in.
pub const WAYS: &[Way] = &[
    Way {
        name: "s2sConvert, JSON",
        trusted: Trusted::Fully,
        needs_click: true,
        names_affiliates: true,
        request: |scene, facts| s2s(Wire::Json, scene, facts),
        shape: affiliatepro,
    },
    Way {
        name: "s2sConvert, form",
        trusted: Trusted::Fully,
        needs_click: true,
        names_affiliates: true,
        request: |scene, facts| s2s(Wire::Form, scene, facts),
        shape: affiliatepro,
    },
    Way {
        name: "s2sConvert, query",
        trusted: Trusted::Fully,
        needs_click: true,
        names_affiliates: true,
        request: |scene, facts| s2s(Wire::Query, scene, facts),
        shape: affiliatepro,
    },
    Way {
        name: "track, JSON",
        trusted: Trusted::Fully,
        needs_click: false,
        names_affiliates: false,
        request: |scene, facts| track(Wire::Json, scene, facts),
        shape: affilync,
    },
    Way {
        name: "track, form",
        trusted: Trusted::Fully,
        needs_click: false,
        names_affiliates: false,
        request: |scene, facts| track(Wire::Form, scene, facts),
        shape: affilync,
    },
    Way {
        name: "postback, GET",
        trusted: Trusted::Keyed,
        needs_click: false,
        names_affiliates: false,
        request: postback_url,
        shape: affilync,
    },
    Way {
        name: "postback, POST",
        trusted: Trusted::Keyed,
        needs_click: false,
        names_affiliates: false,
        request: postback,
        shape: affilync,
    },
    Way {
        name: "/v1, JSON",
        trusted: Trusted::Fully,
        needs_click: false,
        names_affiliates: false,
        request: |scene, facts| v1(Wire::Json, scene, facts),
        shape: affonso,
    },
    Way {
        name: "/v1, form",
        trusted: Trusted::Fully,
        needs_click: false,
        names_affiliates: false,
        request: |scene, facts| v1(Wire::Form, scene, facts),
        shape: affonso,
    },
    Way {
        name: "the pixel",
        trusted: Trusted::AsABrowser,
        needs_click: false,
        names_affiliates: false,
        request: page,
        shape: |_| (204, "", Value::Null),
    },
];

/// The facts under a dialect's own names, in the order click, order, amount, currency, customer.
fn named<'a>(facts: &'a Facts, names: [&'a str; 5]) -> Vec<(&'a str, &'a str)> {
    let values = [facts.click.as_deref(), Some(facts.order), facts.amount, Some(facts.currency), facts.customer];
    names.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect()
}

fn with_token(request: Request, token: &str, facts: &Facts) -> Request {
    request.bearer(if facts.has_key { token } else { "sk_live_guessed" })
}

fn s2s(wire: Wire, scene: &Scene<'_>, facts: &Facts) -> Request {
    let mut fields = named(facts, ["click_token", "order_id", "order_total", "order_currency", "customer_id"]);
    fields.push(("api_key", if facts.has_key { &scene.campaign.api_key } else { "ak_live_guessed" }));
    if facts.names_anna {
        fields.extend([("affiliate_id", scene.anna.id.as_str()), ("campaign_id", scene.campaign.id.as_str())]);
    }
    wire.write("/integration/s2sConvert", &fields)
}

const AFFILYNC: [&str; 5] = ["click_id", "order_id", "amount", "currency", "customer_id"];

fn track(wire: Wire, scene: &Scene<'_>, facts: &Facts) -> Request {
    with_token(wire.write("/api/conversions/track", &named(facts, AFFILYNC)), &scene.token, facts)
}

fn postback_url(scene: &Scene<'_>, facts: &Facts) -> Request {
    let token = if facts.has_key { &scene.postback } else { "sk_live_guessed" };
    Request::get("/api/conversions/postback").query(&named(facts, AFFILYNC)).query(&[("api_key", token)])
}

fn postback(scene: &Scene<'_>, facts: &Facts) -> Request {
    let request = Wire::Form.write("/api/conversions/postback", &named(facts, AFFILYNC));
    with_token(request, &scene.postback, facts)
}

fn v1(wire: Wire, scene: &Scene<'_>, facts: &Facts) -> Request {
    let names = ["click_id", "external_event_id", "sale_amount", "sale_amount_currency", "customer_id"];
    with_token(wire.write("/v1/conversions", &named(facts, names)), &scene.token, facts)
}

fn page(scene: &Scene<'_>, facts: &Facts) -> Request {
    let fields = named(facts, ["click", "order_id", "amount", "currency", "customer_id"]);
    let mut message: serde_json::Map<String, Value> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    message.insert("event".to_owned(), json!("conversion"));
    message.insert("campaign".to_owned(), json!(scene.campaign.id));
    let request = Request::post("/e").header("Origin", "https://shop.example");
    request.body("text/plain", Value::Object(message).to_string())
}

fn affiliatepro(told: Told) -> (u16, &'static str, Value) {
    let message = |status, text: &str| (status, "/message", json!(text));
    match told {
        Told::Recorded => (200, "/status", json!("success")),
        Told::Repeat => (200, "/status", json!("duplicate")),
        Told::NoAmount => message(422, "Missing required parameter: order_total"),
        Told::BadAmount => (422, "/status", json!("error")),
        Told::NoKey => message(401, "Invalid API key"),
        Told::UnknownClick => message(404, "Unknown click token"),
        Told::Expired => message(410, "Click token expired"),
        Told::Archived => message(409, "Campaign is archived"),
        Told::Rejected => message(409, "Affiliate is rejected"),
        Told::UnknownCustomer => message(404, "No click, coupon or customer leads to an affiliate"),
    }
}

fn affilync(told: Told) -> (u16, &'static str, Value) {
    let code = |status, code: &str| (status, "/error_code", json!(code));
    match told {
        Told::Recorded => (201, "/data/status", json!("pending")),
        Told::Repeat => (200, "/data/status", json!("pending")),
        Told::NoAmount | Told::BadAmount => code(422, "invalid_request"),
        Told::NoKey => code(401, "invalid_token"),
        Told::UnknownClick => code(404, "unknown_click_token"),
        Told::Expired => code(410, "click_token_expired"),
        Told::Archived => code(409, "campaign_archived"),
        Told::Rejected => code(409, "affiliate_rejected"),
        Told::UnknownCustomer => code(404, "nothing_matches"),
    }
}

fn affonso(told: Told) -> (u16, &'static str, Value) {
    let code = |status, code: &str| (status, "/error/code", json!(code));
    match told {
        Told::Recorded => (201, "/success", json!(true)),
        Told::Repeat => (200, "/success", json!(true)),
        Told::NoAmount | Told::BadAmount => code(400, "VALIDATION_ERROR"),
        Told::NoKey => code(401, "UNAUTHORIZED"),
        Told::UnknownClick | Told::Expired | Told::UnknownCustomer => code(404, "NOT_FOUND"),
        Told::Archived | Told::Rejected => code(409, "CONFLICT"),
    }
}
