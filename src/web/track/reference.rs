//! What the reference says of links.

use crate::web::intake::field::{Field, Kind};
use crate::web::openapi::Group;
use crate::web::openapi::operation::{Answers, Asks, Operation, Sent};
use crate::web::routes::FOLLOW;

const NAME: &str = "Links";

/// What visitors meet.
pub const REFERENCE: Group = Group {
    name: NAME,
    says: "What an affiliate sends visitors through.",
    operations: &[Operation {
        method: "get",
        path: FOLLOW,
        tag: NAME,
        summary: "Follow a link",
        describes: "Records the click and sends the visitor on with its token: in the URL under the program's own name \
                    for it and as afk_cid, and in the afk_cid cookie.",
        asks: Asks::Nothing,
        sent: Sent::Query,
        fields: &[
            Field::required("code", Kind::LinkCode, "The link's code."),
            Field::optional("url", Kind::Text, "Where to, on a host that the campaign allows."),
            Field::optional("sub1", Kind::Text, "What the affiliate wants to tell apart."),
            Field::optional("sub2", Kind::Text, "As sub1."),
            Field::optional("sub3", Kind::Text, "As sub1."),
            Field::optional("sub4", Kind::Text, "As sub1."),
            Field::optional("sub5", Kind::Text, "As sub1."),
        ],
        answers: to_a_visitor,
    }],
};

fn to_a_visitor(answers: Answers) -> Answers {
    answers
        .empty(302, "On to the campaign's target, or to the program's fallback page.")
        .file(404, "No such link, or it is closed and the program has no fallback page.", "text/html")
        .file(503, "The link cannot be looked up now.", "text/plain")
}
