//! The fields of this dialect, and what the reference says of its calls.

use super::answer::Body;
use crate::web::dialect::referenced;
use crate::web::intake::field::{Field, Kind};
use crate::web::openapi::Group;
use crate::web::openapi::operation::{Answers, Asks, Operation, Sent};
use crate::web::routes::{ADD_CLICK, CONVERT, REGISTER_CLICK};

const NAME: &str = "AffiliatePro";

/// The calls of this dialect.
pub const REFERENCE: Group = Group {
    name: NAME,
    says: "The Conversion API and the S2S API. The campaign's API key is a field like any other; JSON, forms and query \
           strings mean the same.",
    operations: &[
        Operation {
            method: "post",
            path: ADD_CLICK,
            tag: NAME,
            summary: "Register a click",
            describes: "For visitors who came by a direct landing link, such as ?aff=anna. Keep the click token that it \
                        answers with, and send it with the order.",
            asks: Asks::KeyField,
            sent: Sent::Body,
            fields: CLICK_FIELDS,
            answers: to_a_click,
        },
        Operation {
            method: "post",
            path: REGISTER_CLICK,
            tag: NAME,
            summary: "Register a click from an app",
            describes: "The same call under the name that the S2S API for apps has for it.",
            asks: Asks::KeyField,
            sent: Sent::Body,
            fields: CLICK_FIELDS,
            answers: to_a_click,
        },
        Operation {
            method: "post",
            path: CONVERT,
            tag: NAME,
            summary: "Report a conversion",
            describes: "Needs click_token, or, where the campaign allows conversions without a click, affiliate_id and \
                        campaign_id in its place, or beside it for a token that has expired. An order is recorded once, for ever: reporting it again answers \
                        \"duplicate\" with the same conversion_id.",
            asks: Asks::KeyField,
            sent: Sent::Body,
            fields: CONVERSION_FIELDS,
            answers: to_a_conversion,
        },
    ],
};

/// What `addClick` reads.
pub(super) const CLICK_FIELDS: &[Field] = &[
    Field::required("api_key", Kind::Key("ak"), "The campaign's API key."),
    Field::required("campaign_id", Kind::Id("camp"), "The campaign of that key."),
    Field::required("affiliate_id", Kind::Affiliate, "Who sent the visitor: the affiliate's code or id."),
    Field::optional("page_url", Kind::Text, "The page the visitor came to."),
    Field::optional("referrer", Kind::Text, "The page the visitor came from."),
    Field::optional("ip", Kind::Address, "The visitor's address. Only its network is kept."),
    Field::optional("user_agent", Kind::Text, "The visitor's browser, in its own words."),
    Field::optional("visitor_id", Kind::Text, "Your own id of the visitor."),
    Field::optional("sub1", Kind::Text, "What the affiliate wants to tell apart."),
    Field::optional("sub2", Kind::Text, "As sub1."),
    Field::optional("sub3", Kind::Text, "As sub1."),
    Field::optional("sub4", Kind::Text, "As sub1."),
    Field::optional("sub5", Kind::Text, "As sub1."),
];

/// What `s2sConvert` reads.
pub(super) const CONVERSION_FIELDS: &[Field] = &[
    Field::required("api_key", Kind::Key("ak"), "The campaign's API key."),
    Field::optional("click_token", Kind::ClickToken, "The token that came with the visitor."),
    Field::optional(
        "affiliate_id",
        Kind::Affiliate,
        "Without a click, or with an old one: the affiliate's code or id.",
    ),
    Field::optional("campaign_id", Kind::Id("camp"), "Without a click, or with an old one: the campaign of that key."),
    Field::required("order_id", Kind::ExternalId, "Your own id of the order. One order is counted once, for ever."),
    Field::required("order_total", Kind::Amount, "What the order came to, with at most the decimals of its currency."),
    Field::required("order_currency", Kind::Currency, "ISO 4217."),
    Field::optional("product_ids", Kind::Ids, "What was bought: a list, a repeated field or one text with commas."),
    Field::optional("action", Kind::Action, "sale, lead, signup, trial, or the code of an action of your own."),
    Field::optional("customer_id", Kind::ExternalId, "Your own id of the customer."),
    Field::optional("external_user_id", Kind::ExternalId, "Your own id of the customer's account."),
    Field::optional("customer_email", Kind::Email, "Kept only as a keyed hash, to know the customer again."),
    Field::optional("coupon_code", Kind::ExternalId, "A coupon that belongs to an affiliate."),
];

fn to_a_click(answers: Answers) -> Answers {
    refusals(answers.json::<Body<'static>>(200, "Registered; with its click token.")).json::<Body<'static>>(
        409,
        "The affiliate is not active, or the campaign not public, outside its period or archived.",
    )
}

fn to_a_conversion(answers: Answers) -> Answers {
    refusals(answers.json::<Body<'static>>(200, "On record: \"success\" the first time, \"duplicate\" after that."))
        .json::<Body<'static>>(
            409,
            "The campaign is archived or takes no conversion without a click, or the affiliate is rejected.",
        )
        .json::<Body<'static>>(410, "The click is older than its window.")
}

fn refusals(answers: Answers) -> Answers {
    referenced::unread::<Body<'static>>(answers)
        .json::<Body<'static>>(400, "The body could not be read.")
        .json::<Body<'static>>(401, "No campaign has this API key.")
        .json::<Body<'static>>(404, "A click token, campaign or affiliate that this key's campaign does not know.")
        .json::<Body<'static>>(422, "A field is missing or malformed; the message names it.")
        .json::<Body<'static>>(429, "Too many calls with keys that are none.")
        .json::<Body<'static>>(503, "Nothing was recorded; send the same again.")
}
