//! Marketing → Affiliates: the list, one affiliate, their money, and the decisions on where they stand.

pub mod bonuses;
pub mod fields;
pub mod form;
pub mod list;
pub mod money;
pub mod payouts;
pub mod status;

use crate::domain::id::AffiliateId;
use crate::web::error::WebError;

/// The affiliate that a URL names; what is no id is no affiliate.
fn affiliate_id(text: &str) -> Result<AffiliateId, WebError> {
    text.parse().map_err(|_| WebError::NotFound)
}
