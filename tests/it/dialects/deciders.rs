//! Who decides about a conversion, and the shape in which each is answered.

use accrue::domain::change::Actor;
use accrue::domain::conversion::ConversionStatus;
use accrue::domain::id::ConversionId;
use accrue::domain::money::Money;
use accrue::operations::adjust_conversion::{Adjusted, Adjustment, adjust_conversion};
use accrue::operations::review_conversion::{Decision, Reviewed, review_conversion};
use serde_json::{Value, json};

use super::scene::Scene;
use crate::support::wire::{Request, Response};

/// What is decided about the shop's only order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deciding {
    Approve,
    Reject,
    /// Lower its amount to this, in cents.
    Adjust(i64),
}

/// What whoever decides is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Done,
    Conflict,
    Invalid,
}

/// One who decides.
pub struct Decider {
    pub name: &'static str,
    /// Decides; nothing where that cannot be said here.
    pub decide: fn(&Scene<'_>, Deciding) -> Option<Heard>,
}

/// Everybody who decides.
pub const DECIDERS: &[Decider] = &[
    Decider { name: "the admin", decide: admin },
    Decider { name: "Affilync", decide: affilync },
    Decider { name: "Affilae", decide: affilae },
    Decider { name: "Affonso", decide: affonso },
];

const REASON: &str = "returned";

fn id(scene: &Scene<'_>) -> ConversionId {
    scene.rows()[0].id
}

fn admin(scene: &Scene<'_>, deciding: Deciding) -> Option<Heard> {
    Some(match deciding {
        Deciding::Approve => admin_decides(scene, ConversionStatus::Approved),
        Deciding::Reject => admin_decides(scene, ConversionStatus::Rejected),
        Deciding::Adjust(cents) => admin_adjusts(scene, cents),
    })
}

fn admin_decides(scene: &Scene<'_>, wanted: ConversionStatus) -> Heard {
    let (program, id) = (scene.program, id(scene));
    let decision = Decision { wanted, seen: None, reason: REASON.to_owned() };
    match scene.house.write(move |write, env| review_conversion(write, env, program, id, Actor::Clock, &decision)) {
        Reviewed::Changed | Reviewed::AlreadySo => Heard::Done,
        _ => Heard::Conflict,
    }
}

fn admin_adjusts(scene: &Scene<'_>, cents: i64) -> Heard {
    let (program, id) = (scene.program, id(scene));
    let amount = Money::new(cents, scene.rows()[0].currency);
    let adjustment = Adjustment { amount, reason: REASON.to_owned(), seen: None };
    match scene.house.write(move |write, env| adjust_conversion(write, env, program, id, Actor::Clock, &adjustment)) {
        Adjusted::Changed | Adjusted::AlreadySo => Heard::Done,
        Adjusted::NotPending(_) => Heard::Conflict,
        _ => Heard::Invalid,
    }
}

fn affilync(scene: &Scene<'_>, deciding: Deciding) -> Option<Heard> {
    let status = match deciding {
        Deciding::Approve => "approved",
        Deciding::Reject => "rejected",
        Deciding::Adjust(_) => return None,
    };
    let request = Request::new("PATCH", &format!("/api/conversions/{}", id(scene)));
    let answer = send(scene, request, &json!({"status": status, "note": REASON}));
    Some(heard(&answer, |body| body["data"]["status"] == status, |body| body["error_code"].is_string()))
}

fn affilae(scene: &Scene<'_>, deciding: Deciding) -> Option<Heard> {
    let (program, id) = (scene.program.to_string(), id(scene).to_string());
    let (path, body) = match deciding {
        Deciding::Approve => ("accept", json!({"program": program, "id": id})),
        Deciding::Reject => ("refuse", json!({"program": program, "id": id, "reason": REASON})),
        Deciding::Adjust(cents) => ("update", json!({"id": id, "amount": cents, "reason": REASON})),
    };
    let answer = send(scene, Request::post(&format!("/advertiser/conversions.{path}")), &body);
    let is_problem = |body: &Value| body["statusCode"] == answer.status && body["message"].is_string();
    Some(heard(&answer, |body| body["statusCode"] == 200, is_problem))
}

fn affonso(scene: &Scene<'_>, deciding: Deciding) -> Option<Heard> {
    let status = match deciding {
        Deciding::Approve => "ready_for_payment",
        Deciding::Reject => "declined",
        Deciding::Adjust(_) => return None,
    };
    let request = Request::new("PATCH", &format!("/v1/conversions/{}", id(scene)));
    let answer = send(scene, request, &json!({"status": status}));
    Some(heard(&answer, |body| body["data"]["status"] == status, |body| body["error"]["code"].is_string()))
}

fn send(scene: &Scene<'_>, request: Request, body: &Value) -> Response {
    scene.send(&request.json(&body.to_string()).bearer(&scene.token))
}

/// What an answer says, which must be in its dialect's own shape.
fn heard(answer: &Response, is_done: impl Fn(&Value) -> bool, is_problem: impl Fn(&Value) -> bool) -> Heard {
    let body = answer.json();
    let (heard, is_shaped) = match answer.status {
        200 => (Heard::Done, is_done(&body)),
        409 => (Heard::Conflict, is_problem(&body)),
        400 | 422 => (Heard::Invalid, is_problem(&body)),
        status => panic!("{status}: {body}"),
    };
    assert!(is_shaped, "{}: {body}", answer.status);
    heard
}
