//! What the reference says alike of the calls of several dialects.

use utoipa::ToSchema;

use crate::web::openapi::operation::Answers;

/// The answers to a body that could not be read, each in the shape of an error.
pub fn unread<E: ToSchema>(answers: Answers) -> Answers {
    answers
        .json::<E>(408, "The body did not arrive in time.")
        .json::<E>(413, "The body is too large.")
        .json::<E>(415, "The body is neither JSON nor a form, or compressed.")
}

/// The answers to a call under a token that may not make it, or not now: `forbidden` is what the token lacks, `undone` what
/// did not happen.
pub fn refusals<E: ToSchema>(answers: Answers, (forbidden, undone): (&str, &str)) -> Answers {
    unread::<E>(answers)
        .json::<E>(401, "No token, or one that opens nothing.")
        .json::<E>(403, forbidden)
        .json::<E>(429, "Too many calls.")
        .json::<E>(503, &format!("{undone}; send the same again."))
}

/// The same, of a dialect that tells a body which could not be read from a field that cannot be taken.
pub fn refusals_by_field<E: ToSchema>(answers: Answers, said: (&str, &str)) -> Answers {
    refusals::<E>(answers, said)
        .json::<E>(400, "The body could not be read.")
        .json::<E>(422, "A field is missing or malformed; the sentence names it.")
}
