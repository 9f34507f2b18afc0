//! The Affonso dialect: clicks, sign-ups and conversions under `/v1` (CONTRACT, section 3.4).
//!
//! JSON or form, under a Bearer token of the program. Judged in the order of every dialect: the token, the fields, the click
//! token's signature, and then, with everything else at hand, by the recorder. A report under a token that may not report is
//! kept like any other that is not recorded.
//!
//! Identifiers are held against each other: those that lead to somebody must lead to the same affiliate.
//!
//! An answer is `{"success":true,"data":…}`, a list has `pagination` beside it, and an error is
//! `{"success":false,"error":{"code","message","field","details"}}`. The sentence is for people and may change; the code is
//! for programs and stays:
//!
//! | status | code |
//! |---|---|
//! | 400, 408, 413, 414, 415 | `VALIDATION_ERROR` |
//! | 401 | `MISSING_API_KEY`, and `UNAUTHORIZED` for one that opens nothing: clients know that one |
//! | 403 | `INSUFFICIENT_PERMISSIONS` |
//! | 404 | `NOT_FOUND`: an object that the program does not have, or identifiers that lead to nobody; also a click that is older than its window, for which other dialects have 410 |
//! | 405 | `METHOD_NOT_ALLOWED` |
//! | 409 | `CONFLICT`: the campaign or the affiliate takes no orders, or the conversion cannot stand where it is stated to. `DUPLICATE_ERROR` is a word of the document that is never answered: a repeat is 200 with what is there |
//! | 429 | `RATE_LIMIT_EXCEEDED` |
//! | 500, 503 | `INTERNAL_ERROR`, `SERVICE_UNAVAILABLE` |

mod answer;
mod click;
mod fields;
mod keyed;
mod list;
mod number;
mod object;
mod reference;
mod refund;
mod report;
mod signup;
mod update;

pub use answer::{other_method, unknown, url_too_long};
pub use click::register_click;
pub use list::{list, show};
pub use reference::REFERENCE;
pub use refund::refund;
pub use report::report;
pub use signup::sign_up;
pub use update::update;
