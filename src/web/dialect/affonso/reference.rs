//! The fields of this dialect, and what the reference says of its calls.

use super::answer::ErrorBody;
use super::click::Registered;
use super::list::HIGHEST_LIMIT;
use super::object::{Listed, One};
use super::refund::{AMOUNT, CURRENCY};
use super::signup::One as SignedUp;
use crate::web::dialect::referenced;
use crate::web::dialect::walked::LAST_PAGE;
use crate::web::intake::field::{Field, Kind};
use crate::web::openapi::Group;
use crate::web::openapi::operation::{Answers, Asks, Operation, Sent};
use crate::web::routes::{V1_CLICKS, V1_CONVERSION, V1_CONVERSIONS, V1_REFUND, V1_SIGNUPS};

const NAME: &str = "Affonso";

/// The calls of this dialect.
pub const REFERENCE: Group = Group {
    name: NAME,
    says: "Server-side clicks, sign-ups and conversions under /v1. A Bearer token of the program says who asks. Amounts are \
           JSON numbers, written from exact decimals. An error has a code for programs, which stays, and a sentence for \
           people, which may change.",
    operations: &[
        Operation {
            method: "post",
            path: V1_CLICKS,
            tag: NAME,
            summary: "Register a click of a visitor",
            describes: "For visitors whose browser runs no script of ours. Keep the id that it answers with: a sign-up or a \
                        conversion names it as click_id.",
            asks: Asks::Token("track"),
            sent: Sent::Body,
            fields: CLICK_FIELDS,
            answers: to_a_click,
        },
        Operation {
            method: "post",
            path: V1_SIGNUPS,
            tag: NAME,
            summary: "Report that a visitor signed up",
            describes: "Makes the referral, by which later conversions are credited without a click. Names tell customers \
                        apart: any number of people may sign up through one click. Whoever goes by one of the names \
                        already is answered 200 with the referral that is there, for which names that nobody goes by yet \
                        are kept; it stays with the affiliate who brought the customer first.",
            asks: Asks::Token("track"),
            sent: Sent::Body,
            fields: SIGN_UP_FIELDS,
            answers: to_a_sign_up,
        },
        Operation {
            method: "post",
            path: V1_CONVERSIONS,
            tag: NAME,
            summary: "Report a conversion, or a payment of a subscription",
            describes: "Needs at least one of referral_id, customer_id, external_user_id and click_id; those that lead to \
                        somebody must lead to the same affiliate. The names among them that nobody goes by yet are kept \
                        for that customer. An external_event_id is recorded once, for ever: reporting it again answers \
                        200 with the conversion that is there.",
            asks: Asks::Token("track"),
            sent: Sent::Body,
            fields: REPORT_FIELDS,
            answers: to_a_report,
        },
        Operation {
            method: "get",
            path: V1_CONVERSIONS,
            tag: NAME,
            summary: "List conversions with where their commissions stand",
            describes: "The newest first. Pages stay what they are while new conversions arrive: within 15 minutes the next \
                        page goes on where the last one ended. An affiliate's token sees its own.",
            asks: Asks::Token("read"),
            sent: Sent::Query,
            fields: LIST_FIELDS,
            answers: to_a_list,
        },
        Operation {
            method: "get",
            path: V1_CONVERSION,
            tag: NAME,
            summary: "Show a conversion",
            describes: "As it is now. An affiliate's token sees its own.",
            asks: Asks::Token("read"),
            sent: Sent::Query,
            fields: &[ID],
            answers: to_one,
        },
        Operation {
            method: "patch",
            path: V1_CONVERSION,
            tag: NAME,
            summary: "State where a purchase and its commission stand",
            describes: "All that is sent is changed, or nothing. A status is brought about by the steps that lead there: paid \
                        and processing_payout book a payout made outside, refunded gives everything back. The same again \
                        changes nothing. What the rules forbid from where the conversion stands is 409, and says where \
                        that is.",
            asks: Asks::Token("manage"),
            sent: Sent::Body,
            fields: UPDATE_FIELDS,
            answers: to_an_update,
        },
        Operation {
            method: "post",
            path: V1_REFUND,
            tag: NAME,
            summary: "Report that a customer got money back",
            describes: "At any time, in any number of parts, never more than is left of the sale. The commission follows what \
                        remains; what was paid already is taken off the next payout. An external_event_id is counted once for its \
                        conversion: reporting it again answers 200 with the conversion as it is.",
            asks: Asks::Token("manage"),
            sent: Sent::Body,
            fields: REFUND_FIELDS,
            answers: to_a_refund,
        },
    ],
};

const ID: Field = Field::required("id", Kind::Id("conv"), "The conversion.");

/// Where a commission stands.
pub(super) const STATUSES: &[&str] = &[
    "pending",
    "pending_manual_approval",
    "ready_for_payment",
    "processing_payout",
    "paid",
    "declined",
    "refunded",
    "dispute",
];

/// Where a purchase stands.
pub(super) const SALES_STATUSES: &[&str] = &["open", "complete", "trialing", "failed", "refunded", "partial_refunded"];

/// What a sign-up reads.
const SIGN_UP_FIELDS: &[Field] = &[
    Field::required("click_id", Kind::ClickToken, "The click, as it was answered when it was registered."),
    Field::optional(
        "email",
        Kind::Email,
        "Kept only as a keyed hash, to know the customer again. This, or external_user_id.",
    ),
    Field::optional("external_user_id", Kind::ExternalId, "Your own id of the customer's account."),
    Field::optional("name", Kind::Text, "What people call them."),
];

/// What is said of the names that only the SDK has for a referral's id.
const SDK_REFERRAL: &str = "As referral_id; Affonso's SDK knows it by this name, too. An id of Affonso's own is ignored beside another identifier.";

/// What a report reads.
pub(super) const REPORT_FIELDS: &[Field] = &[
    Field::optional(
        "referral_id",
        Kind::ReferralOrClick,
        "The customer, as a sign-up was answered; or a click, which then is the click_id.",
    ),
    Field::optional("customer_id", Kind::ExternalId, "Your own id of the customer."),
    Field::optional("external_user_id", Kind::ExternalId, "Your own id of the customer's account."),
    Field::optional("click_id", Kind::ClickToken, "The click, as it was answered when it was registered."),
    Field::optional("referralId", Kind::Text, SDK_REFERRAL),
    Field::optional("affonso_id", Kind::Text, SDK_REFERRAL),
    Field::optional("affonsoId", Kind::Text, SDK_REFERRAL),
    Field::optional("affonso_referral", Kind::Text, SDK_REFERRAL),
    Field::optional("affonsoReferral", Kind::Text, SDK_REFERRAL),
    Field::optional("clickId", Kind::ClickToken, "As click_id; Affonso's SDK knows it by this name, too."),
    Field::required("sale_amount", Kind::Amount, "What it was worth, with at most the decimals of its currency."),
    Field::filled("sale_amount_currency", Kind::Currency, "ISO 4217; the program's base currency unless said."),
    Field::optional("product_ids", Kind::Ids, "What was bought: rules may pay by product."),
    Field::optional("price_ids", Kind::Ids, "At which prices: rules may pay by price."),
    Field::optional(
        "interval",
        Kind::Word(&["monthly", "yearly"]),
        "Of a subscription; only with is_subscription true.",
    ),
    Field::optional("is_subscription", Kind::Flag, "Whether it is a payment of a subscription; false unless said."),
    Field::filled(
        "external_event_id",
        Kind::ExternalId,
        "Your own id of the event. One event is counted once, for ever.",
    ),
    Field::optional(
        "status",
        Kind::Word(STATUSES),
        "Where its commission stands, for tokens that may manage; unless \
                     said, the rule's approval decides.",
    ),
    Field::optional("sales_status", Kind::Word(SALES_STATUSES), "Where the purchase stands; complete unless said."),
    Field::optional("created_at", Kind::Moment, "When it happened; kept, and nothing goes by it."),
    Field::optional(
        "metadata",
        Kind::Metadata,
        "An object of your own, of up to 50 keys: keys of up to 100, values of up to 500 characters, or of as much JSON where \
         they are lists or objects.",
    ),
    Field::optional("customer_email", Kind::Email, "Kept only as a keyed hash, to know the customer again."),
    Field::optional("coupon_code", Kind::ExternalId, "A coupon that belongs to an affiliate."),
];

/// What a change reads.
pub(super) const UPDATE_FIELDS: &[Field] = &[
    ID,
    Field::optional(
        "sales_status",
        Kind::Word(SALES_STATUSES),
        "Where the purchase stands. refunded gives back all that is left; partial_refunded is kept as the word, and a \
         refund says how much.",
    ),
    Field::optional("status", Kind::Word(STATUSES), "Where the commission stands."),
    Field::optional(
        "metadata",
        Kind::Metadata,
        "Takes the place of what was there, as a whole; an empty one removes it.",
    ),
];

/// What a refund reads.
pub(super) const REFUND_FIELDS: &[Field] = &[
    ID,
    Field::filled(AMOUNT, Kind::Amount, "How much; all that is left of the sale unless said."),
    Field::filled(CURRENCY, Kind::Currency, "That of the sale, and no other."),
    Field::optional("reason", Kind::Text, "Why, in your own words."),
    Field::filled(
        "external_event_id",
        Kind::ExternalId,
        "Your own id of the refund. One refund of a conversion is counted once; without an id every report is another one.",
    ),
    Field::optional("refunded_at", Kind::Moment, "When it happened; kept, and nothing goes by it."),
];

/// What the list goes by.
pub(super) const LIST_FIELDS: &[Field] = &[
    Field::filled("affiliate_id", Kind::Affiliate, "Of this affiliate; for the program's own tokens."),
    Field::filled(
        "referral_id",
        Kind::Id("ref"),
        "Of this customer, also by the id of a referral that was merged away.",
    ),
    Field::filled("status", Kind::Word(STATUSES), "Where the commission stands."),
    Field::filled("sales_status", Kind::Word(SALES_STATUSES), "Where the purchase stands."),
    Field::filled("created_gte", Kind::DayOrMoment, "From this day of the program on, or from this moment."),
    Field::filled("created_lte", Kind::DayOrMoment, "To this day of the program or this moment, both included."),
    Field::filled("page", Kind::Number(1, LAST_PAGE), "The page, from 1."),
    Field::filled("limit", Kind::Number(1, HIGHEST_LIMIT), "Rows of a page; 50 unless said."),
];

/// What a click reads. What stands behind [`CLICK_FIELDS_KEPT`] is taken and not kept.
pub(super) const CLICK_FIELDS: &[Field] = &[
    Field::filled("programId", Kind::Id("prg"), "The program of the token, and no other."),
    Field::required(
        "trackingId",
        Kind::Tracking,
        "The code of a link; or the code of an affiliate, for the program's default campaign.",
    ),
    Field::optional("sub1", Kind::Text, "What the affiliate wants to tell apart."),
    Field::optional("sub2", Kind::Text, "As sub1."),
    Field::optional("sub3", Kind::Text, "As sub1."),
    Field::optional("sub4", Kind::Text, "As sub1."),
    Field::optional("sub5", Kind::Text, "As sub1."),
    Field::optional("referrer", Kind::Text, "The page the visitor came from."),
    Field::optional("userAgent", Kind::Text, "The visitor's browser, in its own words."),
    Field::optional("ip", Kind::Address, "The visitor's address. Only its network is kept."),
    Field::optional("createdAt", Kind::Moment, "Read and not kept: a click counts from when it is registered."),
    Field::optional("utmSource", Kind::Text, "Taken and not kept; what is to be told apart goes into sub1 to sub5."),
    Field::optional("utmMedium", Kind::Text, "As utmSource."),
    Field::optional("utmCampaign", Kind::Text, "As utmSource."),
    Field::optional("utmTerm", Kind::Text, "As utmSource."),
    Field::optional("utmContent", Kind::Text, "As utmSource."),
    Field::optional("gclid", Kind::Text, "As utmSource."),
    Field::optional("fbclid", Kind::Text, "As utmSource."),
    Field::optional("msclkid", Kind::Text, "As utmSource."),
    Field::optional("ttclid", Kind::Text, "As utmSource."),
];

/// What of it is kept. Clicks are many, and have no column for what nothing here goes by; the names of the others are listed
/// among the click's ignored fields where they are sent, so that nobody looks for them in vain.
pub(super) const CLICK_FIELDS_KEPT: &[Field] = CLICK_FIELDS.split_at(10).0;

fn to_a_click(answers: Answers) -> Answers {
    refusals(answers.json::<Registered>(201, "Registered."))
        .json::<ErrorBody<'static>>(404, "A program that is not the token's, or no link or affiliate of this code.")
        .json::<ErrorBody<'static>>(
            409,
            "The affiliate is not active, or the campaign not public, outside its period or archived.",
        )
}

fn to_a_sign_up(answers: Answers) -> Answers {
    refusals(answers.json::<SignedUp>(200, "The customer was known.").json::<SignedUp>(201, "The referral is made."))
        .json::<ErrorBody<'static>>(
            404,
            "A click that the token's program does not know, or, of a customer whom nobody knows, one that is older than its window.",
        )
        .json::<ErrorBody<'static>>(409, "The campaign is archived, or the affiliate may not be credited.")
}

fn to_a_report(answers: Answers) -> Answers {
    refusals(
        answers
            .json::<One<'_>>(200, "It was on record: the conversion as it is now.")
            .json::<One<'_>>(201, "Recorded."),
    )
    .json::<ErrorBody<'static>>(404, "No click, coupon or customer leads to an affiliate of this program.")
    .json::<ErrorBody<'static>>(409, "The campaign is archived or not public, or the affiliate may not be credited.")
}

fn to_a_list(answers: Answers) -> Answers {
    refusals(answers.json::<Listed<'_>>(200, "A page."))
        .json::<ErrorBody<'static>>(404, "An affiliate that this program does not have.")
}

fn to_one(answers: Answers) -> Answers {
    refusals(answers.json::<One<'_>>(200, "The conversion."))
        .json::<ErrorBody<'static>>(404, "A conversion that this program does not have.")
}

fn to_an_update(answers: Answers) -> Answers {
    to_one(answers).json::<ErrorBody<'static>>(409, "It cannot stand there, from where it stands.")
}

fn to_a_refund(answers: Answers) -> Answers {
    refusals(answers.json::<One<'_>>(200, "The conversion as it is now, this refund counted once."))
        .json::<ErrorBody<'static>>(404, "A conversion that this program does not have.")
}

fn refusals(answers: Answers) -> Answers {
    let said = ("The token lacks the scope.", "Nothing was recorded");
    referenced::refusals::<ErrorBody<'static>>(answers, said)
        .json::<ErrorBody<'static>>(400, "A field is missing or malformed, or the body could not be read.")
}
