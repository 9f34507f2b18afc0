//! What was recorded, as every dialect reads it before it puts it into its own shape.

use crate::app::App;
use crate::domain::id::{ConversionId, ProgramId};
use crate::storage::conversions::told::{self, Told};
use crate::storage::error::{StorageError, Stored};

/// A conversion that was recorded, by one read of its id.
///
/// # Errors
/// [`StorageError`].
pub async fn recorded(app: &App, program: ProgramId, id: ConversionId) -> Stored<Told> {
    let told = app.read(move |conn| told::find(conn, program, id)).await?;
    told.ok_or(StorageError::Inconsistent("a recorded conversion that is not there"))
}
