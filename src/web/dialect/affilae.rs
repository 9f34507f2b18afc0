//! The Affilae dialect: a merchant's system reviews conversions (CONTRACT, section 3.3).
//!
//! Amounts are whole minor units of their currency ("cents"), days are those of UTC, and every answer has its status in the
//! body as well. A Bearer token of the program says who asks; affiliates have no business here.
//!
//! ```text
//! GET  /advertiser/conversions.list    what there is to decide about, the newest first
//! GET  /advertiser/conversions.info    one conversion by the merchant's own ids
//! POST /advertiser/conversions.accept  it counts
//! POST /advertiser/conversions.refuse  it does not, and why
//! POST /advertiser/conversions.update  a part of the order came back
//! ```
//!
//! `offset` counts the rows of the list. A reviewer that accepts what it reads makes the list shorter while it walks, so
//! that counting alone would lead it past as many rows as it accepted. Here the list is remembered as it was when `offset`
//! was 0: with the same token, filters and `limit`, a page goes on right where the one before it ended, whatever arrived or
//! was decided meanwhile, and `total` stays what it was ([`crate::app::walks`]). After fifteen minutes without a page, or
//! a restart, rows are counted again; whoever must not miss any begins again at 0 until nothing is left.
//!
//! An error is `{"statusCode", "message"}`: 400 and 408 for a body that did not arrive, 401 for a token, 403 for its scope,
//! 404 for what the program does not have, 405, 409 for a decision that cannot be made as things stand (the sentence says
//! how they stand), 413, 415, 422 for a field, 429, 500, 503.

mod answer;
mod asked_for;
mod info;
mod list;
mod object;
mod reference;
mod review;
mod update;
mod words;

pub use answer::{other_method, unknown, url_too_long};
pub use info::info;
pub use list::list;
pub use reference::REFERENCE;
pub use review::{accept, refuse};
pub use update::update;
