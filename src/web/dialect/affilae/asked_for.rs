//! The fields that several calls of this dialect have, each into its own type.

use super::answer::Problem;
use crate::domain::handle::{ExternalId, OrderId};
use crate::domain::id::{ConversionId, ProgramId};
use crate::storage::catalogue::Key;
use crate::web::intake::{FieldError, Fields, shared};

/// Whose token it is, if `program` says so too, or says nothing. Nobody learns that another program exists.
pub(super) fn own_program(fields: &Fields, key: &Key) -> Result<(), Problem> {
    const FIELD: &str = "program";
    if fields.get(FIELD).is_none() {
        return Ok(());
    }
    let named: ProgramId = shared::text(fields, FIELD)?.parse().map_err(|error| FieldError::malformed(FIELD, error))?;
    if named == key.program_id { Ok(()) } else { Err(Problem::unknown_program()) }
}

/// `id`, which is required.
pub(super) fn conversion(fields: &Fields) -> Result<ConversionId, FieldError> {
    shared::text(fields, "id")?.parse().map_err(|error| FieldError::malformed("id", error))
}

/// `externalId`, the merchant's order, if it is there.
pub(super) fn order(fields: &Fields) -> Result<Option<OrderId>, FieldError> {
    const FIELD: &str = "externalId";
    let Some(value) = fields.get(FIELD) else { return Ok(None) };
    let order = OrderId::sought(shared::text_or_integer(value, FIELD)?);
    order.map(Some).map_err(|error| FieldError::malformed(FIELD, error))
}

/// `customerId`, the merchant's customer, if it is there.
pub(super) fn customer(fields: &Fields) -> Result<Option<ExternalId>, FieldError> {
    const FIELD: &str = "customerId";
    let Some(value) = fields.get(FIELD) else { return Ok(None) };
    let customer = ExternalId::sought(shared::text_or_integer(value, FIELD)?);
    customer.map(Some).map_err(|error| FieldError::malformed(FIELD, error))
}
