//! The fields of what browsers send, and what the reference says of it.

use crate::web::intake::field::{Field, Kind};
use crate::web::openapi::Group;
use crate::web::openapi::operation::{Answers, Asks, Operation, Sent};
use crate::web::routes::{EVENTS, EVENTS_IMAGE};

const NAME: &str = "Browser events";

/// What browsers send.
pub const REFERENCE: Group = Group {
    name: NAME,
    says: "What /pixel.js sends; a page of your own may send the same. It takes no key: what it says is held against the \
           host of the page, which must be the target URL's or one the campaign allows, and against the click. It is \
           never approved automatically, and a report of the same order with a key takes it over.",
    operations: &[
        Operation {
            method: "post",
            path: EVENTS,
            tag: NAME,
            summary: "Tell an event, or a landing",
            describes: "A sale (conversion) has an order_id and an amount; anything else counts once per click without \
                        an order_id. The answer to an event is the same whether it was new, known or wrong; what was \
                        wrong is under Attempts. A landing is told with event landing, campaign, affiliate, url and \
                        referrer, and registers a click: its answer carries the token in the header X-Click-Token, \
                        readable by the campaign's pages.",
            asks: Asks::Nothing,
            sent: Sent::PlainText,
            fields: &MESSAGE_FIELDS,
            answers: to_an_event,
        },
        Operation {
            method: "get",
            path: EVENTS_IMAGE,
            tag: NAME,
            summary: "Tell an event by an image",
            describes: "The same, for browsers without a script that can send. The answer is always the same dot.",
            asks: Asks::Nothing,
            sent: Sent::Query,
            fields: &EVENT_FIELDS,
            answers: to_an_image,
        },
    ],
};

/// What an event may say.
pub(super) const EVENT_FIELDS: [Field; 14] = [
    Field::required("event", Kind::Action, "conversion or sale, lead, signup, trial, or an action of your own."),
    Field::optional("campaign", Kind::Id("camp"), "The campaign, for visitors whose click is not known."),
    Field::optional("click", Kind::ClickToken, "The click token that the shop's own cookie holds."),
    Field::optional("click_id", Kind::ClickToken, "A click token that is believed more than any cookie."),
    Field::optional("event_type", Kind::Action, "Where event is conversion: what it was, if no sale."),
    Field::optional("order_id", Kind::ExternalId, "Your order. A sale must have one; it is recorded once, for ever."),
    Field::optional("amount", Kind::Amount, "What it was worth. A sale must have one above 0."),
    Field::optional("currency", Kind::Currency, "The amount's currency; USD if none is named."),
    Field::optional("customer_id", Kind::ExternalId, "Your id of the customer."),
    Field::optional("external_user_id", Kind::ExternalId, "Your id of the customer's account."),
    Field::optional(
        "customer_email",
        Kind::Email,
        "The customer's address, kept as a keyed hash only. Later orders of the customer are credited to the affiliate, \
         and wait for approval while only a browser has said who brought them.",
    ),
    Field::optional("coupon_code", Kind::ExternalId, "The coupon used."),
    Field::optional("product_ids", Kind::Ids, "What was bought."),
    Field::optional("metadata", Kind::Metadata, "What you want to find again. Addresses in it are not kept."),
];

/// What a landing may say besides.
const LANDING_FIELDS: [Field; 3] = [
    Field::optional("affiliate", Kind::Affiliate, "For a landing: whose code stood in ?aff=."),
    Field::optional("url", Kind::Text, "For a landing: the page's address, with sub1 to sub5."),
    Field::optional("referrer", Kind::Text, "For a landing: where the visitor came from."),
];

const MESSAGE_FIELDS: [Field; 17] = {
    let mut all = [EVENT_FIELDS[0]; 17];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < EVENT_FIELDS.len() { EVENT_FIELDS[at] } else { LANDING_FIELDS[at - EVENT_FIELDS.len()] };
        at += 1;
    }
    all
};

fn to_an_event(answers: Answers) -> Answers {
    answers
        .empty(204, "Heard.")
        .empty(429, "Too many events from this address; come back after Retry-After.")
        .empty(503, "Nothing can be recorded now; come back after Retry-After.")
}

fn to_an_image(answers: Answers) -> Answers {
    answers
        .file(200, "Heard: a transparent dot.", "image/gif")
        .empty(429, "Too many events from this address; come back after Retry-After.")
        .empty(503, "Nothing can be recorded now; come back after Retry-After.")
}
