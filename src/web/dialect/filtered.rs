//! The filters that mean the same in every dialect's list.

use super::refused::Refused;
use crate::domain::affiliate::AffiliateRef;
use crate::domain::attribution::Refusal;
use crate::domain::id::AffiliateId;
use crate::storage::catalogue::Catalogue;
use crate::web::access::tokens::ReadToken;
use crate::web::intake::{FieldError, Fields, shared};

/// The affiliate whose rows are wanted: an affiliate's token sees its own, and cannot ask for anybody, which
/// `merchants_only` says.
///
/// # Errors
/// The dialect's own.
pub fn affiliate<P: From<Refused>>(
    catalogue: &Catalogue,
    token: &ReadToken,
    fields: &Fields,
    merchants_only: impl FnOnce(&'static str) -> P,
) -> Result<Option<AffiliateId>, P> {
    const FIELD: &str = "affiliate_id";
    let asked = fields.get(FIELD).is_some();
    match token.affiliate() {
        Some(_) if asked => {
            Err(merchants_only("Only a program's token may filter by affiliate_id; this one sees its own conversions"))
        }
        Some(own) => Ok(Some(own)),
        None if asked => {
            let named = shared::text(fields, FIELD).map_err(Refused::from)?;
            let named = AffiliateRef::parse(named);
            let named = named.map_err(|error| Refused::from(FieldError::malformed(FIELD, error)))?;
            let own = catalogue.affiliate_named(token.key().program_id, &named);
            Ok(Some(own.ok_or(Refused::from(Refusal::UnknownAffiliate))?.id))
        }
        None => Ok(None),
    }
}
