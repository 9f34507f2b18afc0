//! The fields of this dialect, and what the reference says of its calls.

use super::answer::ErrorBody;
use super::list::MOST_PER_PAGE;
use super::object::{Listed, Reported, Reviewed};
use crate::web::dialect::referenced;
use crate::web::dialect::walked::LAST_PAGE;
use crate::web::intake::field::{Field, Kind};
use crate::web::openapi::Group;
use crate::web::openapi::operation::{Answers, Asks, Operation, Sent};
use crate::web::routes::{CONVERSION, CONVERSIONS, POSTBACK, TRACK};

const NAME: &str = "Affilync";

/// The calls of this dialect.
pub const REFERENCE: Group = Group {
    name: NAME,
    says: "The Conversions API. A Bearer token of the program says who asks. An error has a sentence for people, which may \
           change, and a code for programs, which stays.",
    operations: &[
        Operation {
            method: "post",
            path: TRACK,
            tag: NAME,
            summary: "Report a conversion",
            describes: "From your own server, which is trusted most. Needs click_id, or something that the customer is \
                        known by. An order is recorded once, for ever: reporting it again answers 200 with the original.",
            asks: Asks::Token("track"),
            sent: Sent::Body,
            fields: REPORT_FIELDS,
            answers: to_a_report,
        },
        Operation {
            method: "get",
            path: POSTBACK,
            tag: NAME,
            summary: "Report a conversion by a URL",
            describes: "For networks and platforms that ask a URL. Only a token made for postbacks may stand in it.",
            asks: Asks::TokenOrKeyField("postback"),
            sent: Sent::Query,
            fields: POSTBACK_FIELDS,
            answers: to_a_report,
        },
        Operation {
            method: "post",
            path: POSTBACK,
            tag: NAME,
            summary: "Report a conversion by a posted postback",
            describes: "As by GET, with the fields in the body.",
            asks: Asks::TokenOrKeyField("postback"),
            sent: Sent::Body,
            fields: POSTBACK_FIELDS,
            answers: to_a_report,
        },
        Operation {
            method: "get",
            path: CONVERSIONS,
            tag: NAME,
            summary: "List conversions",
            describes: "The newest first. Pages stay what they are while new conversions arrive, and while you review what \
                        you read: within 15 minutes the next page goes on where the last one ended. An affiliate's token \
                        sees its own.",
            asks: Asks::Token("read"),
            sent: Sent::Query,
            fields: LIST_FIELDS,
            answers: to_a_list,
        },
        Operation {
            method: "patch",
            path: CONVERSION,
            tag: NAME,
            summary: "Approve or reject a conversion",
            describes: "The same decision again changes nothing and answers 200; the other one answers 409.",
            asks: Asks::Token("manage"),
            sent: Sent::Body,
            fields: REVIEW_FIELDS,
            answers: to_a_review,
        },
    ],
};

/// What the list goes by.
pub(super) const LIST_FIELDS: &[Field] = &[
    Field::filled("date_from", Kind::DayOrMoment, "From this day of the program on, or from this moment."),
    Field::filled("date_to", Kind::DayOrMoment, "To this day of the program or this moment, both included."),
    Field::filled("campaign_id", Kind::Id("camp"), "Of this campaign."),
    Field::filled("affiliate_id", Kind::Affiliate, "Of this affiliate; for the program's own tokens."),
    Field::filled("status", Kind::Word(&["pending", "approved", "rejected"]), "What was decided."),
    Field::filled("page", Kind::Number(1, LAST_PAGE), "The page, from 1."),
    Field::filled("per_page", Kind::Number(1, MOST_PER_PAGE), "Rows of a page; 20 unless said."),
];

/// What a review says.
const REVIEW_FIELDS: &[Field] = &[
    Field::required("id", Kind::Id("conv"), "The conversion."),
    Field::required("status", Kind::Word(&["approved", "rejected"]), "What you decide."),
    Field::optional("note", Kind::Text, "Why; it stays with the decision."),
];

const CLICK_ID: Field = Field::optional("click_id", Kind::ClickToken, "The afk_cid that came with the visitor.");
const ORDER_ID: Field =
    Field::required("order_id", Kind::ExternalId, "Your own id of the order. One order is counted once, for ever.");
const AMOUNT: Field =
    Field::required("amount", Kind::Amount, "What it was worth, with at most the decimals of its currency.");
const CURRENCY: Field = Field::filled("currency", Kind::Currency, "ISO 4217; USD unless said.");
const EVENT_TYPE: Field =
    Field::optional("event_type", Kind::Word(&["sale", "lead", "signup", "trial"]), "What happened; sale unless said.");
const CUSTOMER_EMAIL: Field = Field::optional(
    "customer_email",
    Kind::Email,
    "Kept only as a keyed hash, to know the customer again on another device.",
);
const CUSTOMER_ID: Field = Field::optional("customer_id", Kind::ExternalId, "Your own id of the customer.");
const EXTERNAL_USER_ID: Field =
    Field::optional("external_user_id", Kind::ExternalId, "Your own id of the customer's account.");
const COUPON_CODE: Field = Field::optional("coupon_code", Kind::ExternalId, "A coupon that belongs to an affiliate.");
const METADATA: Field = Field::optional(
    "metadata",
    Kind::Metadata,
    "Up to 50 pairs of your own: keys of up to 100, values of up to 500 characters.",
);

/// What `track` reads.
pub(super) const REPORT_FIELDS: &[Field] = &[
    CLICK_ID,
    ORDER_ID,
    AMOUNT,
    CURRENCY,
    EVENT_TYPE,
    CUSTOMER_EMAIL,
    CUSTOMER_ID,
    EXTERNAL_USER_ID,
    COUPON_CODE,
    METADATA,
];

/// What `postback` reads.
pub(super) const POSTBACK_FIELDS: &[Field] = &[
    Field::optional("api_key", Kind::Key("sk"), "A token made for postbacks, where no header can be sent."),
    CLICK_ID,
    ORDER_ID,
    AMOUNT,
    CURRENCY,
    EVENT_TYPE,
    CUSTOMER_EMAIL,
    CUSTOMER_ID,
    EXTERNAL_USER_ID,
    COUPON_CODE,
    METADATA,
];

fn to_a_report(answers: Answers) -> Answers {
    refusals(answers.json::<Reported>(200, "It was on record: the original.").json::<Reported>(201, "Recorded."))
        .json::<ErrorBody<'static>>(404, "No click, coupon or customer leads to an affiliate of this program.")
        .json::<ErrorBody<'static>>(
            409,
            "The campaign is archived or not public, or the affiliate may not be credited.",
        )
        .json::<ErrorBody<'static>>(410, "The click is older than its window.")
}

fn to_a_list(answers: Answers) -> Answers {
    refusals(answers.json::<Listed>(200, "A page."))
        .json::<ErrorBody<'static>>(404, "A campaign or affiliate that this program does not have.")
}

fn to_a_review(answers: Answers) -> Answers {
    refusals(answers.json::<Reviewed>(200, "It is so now, or was so already."))
        .json::<ErrorBody<'static>>(404, "A conversion that this program does not have.")
        .json::<ErrorBody<'static>>(409, "It was decided otherwise, is in a payout, is disputed, or waits for a rate.")
}

fn refusals(answers: Answers) -> Answers {
    referenced::refusals_by_field::<ErrorBody<'static>>(answers, ("The token lacks the scope.", "Nothing was recorded"))
}
