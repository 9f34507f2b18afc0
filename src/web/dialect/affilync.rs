//! The Affilync dialect: `track`, `postback`, and conversions to list and review (CONTRACT, section 3.2).
//!
//! JSON, form or query string alike, under a Bearer token of the program. Judged in the order of every dialect: the token,
//! the fields, the click token's signature, and then, with everything else at hand, by the recorder. A report under a token
//! that may not report is kept like any other that is not recorded, so that a shop with the wrong token loses no sale.
//!
//! An error is `{"detail", "error_code"}`. The sentence is for people and may change; the code is for programs and stays:
//!
//! | status | codes |
//! |---|---|
//! | 401 | `missing_token`, `invalid_token` |
//! | 403 | `insufficient_scope`, `merchants_only` |
//! | 404 | `unknown_click_token`, `nothing_matches`, `unknown_campaign`, `unknown_affiliate`, `unknown_conversion`, `not_found` |
//! | 405 | `method_not_allowed` |
//! | 409 | `click_after_order`, `campaign_archived`, `campaign_not_public`, `campaign_outside_period`, `affiliate_rejected`, `affiliate_not_active`; for a review `already_decided`, `in_payout`, `disputed`, `fx_rate_missing` |
//! | 410 | `click_token_expired` |
//! | 400, 408, 413, 415, 422 | `invalid_request` |
//! | 429 | `rate_limited` |
//! | 500, 503 | `internal_error`, `unavailable` |

mod answer;
mod fields;
mod list;
mod object;
mod reference;
mod report;
mod review;

pub use answer::{other_method, unknown, url_too_long};
pub use list::list;
pub use reference::REFERENCE;
pub use report::{postback, track};
pub use review::review;
