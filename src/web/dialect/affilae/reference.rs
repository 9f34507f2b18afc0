//! What the reference says of the calls of this dialect.

use super::answer::ErrorBody;
use super::list::{LAST_OFFSET, MOST};
use super::object::Found;
use super::words;
use crate::web::dialect::referenced;
use crate::web::intake::field::{Field, Kind};
use crate::web::openapi::Group;
use crate::web::openapi::operation::{Answers, Asks, Operation, Sent};
use crate::web::routes::{ADVERTISER_ACCEPT, ADVERTISER_INFO, ADVERTISER_LIST, ADVERTISER_REFUSE, ADVERTISER_UPDATE};

const NAME: &str = "Affilae";

/// The calls of this dialect.
pub const REFERENCE: Group = Group {
    name: NAME,
    says: "Conversion automation: a merchant's system lists what is pending, accepts, refuses, and lowers the amount \
           after a partial return. Amounts are whole minor units of their currency (100 is 1.00 EUR, and 100 JPY), days \
           are those of UTC. A Bearer token of the program says who asks; an affiliate's is refused. 100 calls a second \
           are answered, then 429 says how long to wait.",
    operations: &[
        Operation {
            method: "get",
            path: ADVERTISER_LIST,
            tag: NAME,
            summary: "List conversions for review",
            describes: "The newest first. Accepting what you read does not let the next page skip anything: with the same \
                        token, filters and limit, a page goes on right where the one before it ended, for 15 minutes, \
                        whatever arrived or was decided meanwhile, and total stays what it was at offset 0. Later, rows \
                        are counted again. Offset 0 begins anew.",
            asks: Asks::Token("read"),
            sent: Sent::Query,
            fields: LIST_FIELDS,
            answers: to_a_list,
        },
        Operation {
            method: "get",
            path: ADVERTISER_INFO,
            tag: NAME,
            summary: "Look a conversion up",
            describes: "By externalId, customerId or id; where several are given, all of them must hold. Of a customer, or \
                        of an order that was reported as several actions, it is the newest.",
            asks: Asks::Token("read"),
            sent: Sent::Query,
            fields: INFO_FIELDS,
            answers: to_a_look_up,
        },
        Operation {
            method: "post",
            path: ADVERTISER_ACCEPT,
            tag: NAME,
            summary: "Accept a conversion",
            describes: "It must be pending. Accepting it again changes nothing and answers 200; a refused one answers 409.",
            asks: Asks::Token("manage"),
            sent: Sent::Body,
            fields: ACCEPT_FIELDS,
            answers: to_a_decision,
        },
        Operation {
            method: "post",
            path: ADVERTISER_REFUSE,
            tag: NAME,
            summary: "Refuse a conversion",
            describes: "It must be pending. Refusing it again changes nothing and answers 200, whatever the reason; an \
                        accepted one answers 409.",
            asks: Asks::Token("manage"),
            sent: Sent::Body,
            fields: REFUSE_FIELDS,
            answers: to_a_decision,
        },
        Operation {
            method: "post",
            path: ADVERTISER_UPDATE,
            tag: NAME,
            summary: "Lower the amount of a conversion",
            describes: "After a partial return. It must be pending, and the amount above zero and lower than the initial \
                        one, whatever it was lowered to before. The same again changes nothing and answers 200.",
            asks: Asks::Token("manage"),
            sent: Sent::Body,
            fields: UPDATE_FIELDS,
            answers: to_a_decision,
        },
    ],
};

const ANY_PROGRAM: Field = Field::filled("program", Kind::Id("prg"), "The token's own program.");
const PROGRAM: Field = Field::required("program", Kind::Id("prg"), "The token's own program.");
const ID: Field = Field::required("id", Kind::Id("conv"), "The conversion.");
const EXTERNAL_ID: Field = Field::filled("externalId", Kind::ExternalId, "Your own id of the order.");
const CUSTOMER_ID: Field = Field::filled("customerId", Kind::ExternalId, "Your own id of the customer.");
const REASON: Field = Field::required("reason", Kind::Text, "Why; it stays with the decision.");

/// What the list goes by.
pub(super) const LIST_FIELDS: &[Field] = &[
    ANY_PROGRAM,
    Field::filled("status", Kind::Word(&words::STATUSES), "What was decided."),
    Field::filled("from", Kind::DayOrMoment, "From this day in UTC on, or from this moment."),
    Field::filled("to", Kind::DayOrMoment, "To this day in UTC or this moment, both included."),
    CUSTOMER_ID,
    EXTERNAL_ID,
    Field::filled("limit", Kind::Number(1, MOST), "Rows of a page; 20 unless said."),
    Field::filled("offset", Kind::Number(0, LAST_OFFSET), "Rows before the page; 0 unless said."),
];

/// What a look-up goes by.
pub(super) const INFO_FIELDS: &[Field] =
    &[ANY_PROGRAM, EXTERNAL_ID, CUSTOMER_ID, Field::filled("id", Kind::Id("conv"), "The conversion.")];

/// What an acceptance says.
const ACCEPT_FIELDS: &[Field] = &[PROGRAM, ID];

/// What a refusal says.
const REFUSE_FIELDS: &[Field] = &[PROGRAM, ID, REASON];

/// What an update says.
const UPDATE_FIELDS: &[Field] = &[
    Field::optional("program", Kind::Id("prg"), "The token's own program."),
    ID,
    Field::required("amount", Kind::MinorUnits, "What counts of the order, in minor units of its currency."),
    REASON,
];

fn to_a_list(answers: Answers) -> Answers {
    refusals(answers.json::<Found>(200, "A page."))
        .json::<ErrorBody<'static>>(404, "The program is not the token's own.")
}

fn to_a_look_up(answers: Answers) -> Answers {
    refusals(answers.json::<Found>(200, "The conversion."))
        .json::<ErrorBody<'static>>(404, "The program is not the token's own, or has no such conversion.")
}

fn to_a_decision(answers: Answers) -> Answers {
    refusals(answers.json::<Found>(200, "It is so now, or was so already: the conversion as it is."))
        .json::<ErrorBody<'static>>(404, "The program is not the token's own, or has no such conversion.")
        .json::<ErrorBody<'static>>(409, "It is not pending any more, is disputed, or waits for an exchange rate.")
}

fn refusals(answers: Answers) -> Answers {
    let said = ("The token lacks the scope, or is an affiliate's.", "Nothing was changed");
    referenced::refusals_by_field::<ErrorBody<'static>>(answers, said)
}
