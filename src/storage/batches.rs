//! `batches`: the ids of the recorder's transactions.
//!
//! A batch writes its id first. When the answer to a commit is lost, the batch is run again under the same id: if the
//! id is there already, the first run did commit and there is nothing left to write.

use diesel::prelude::*;

use super::conn::each_backend;
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::batches::dsl;
use super::schema::installation;
use super::write::Write;
use crate::domain::id::BatchId;
use crate::domain::time::Timestamp;

/// Writes the batch's id, and answers with the catalogue's revision as of this transaction; with nothing if the id is there
/// already.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn begin(write: &mut Write<'_>, batch: BatchId) -> Stored<Option<i64>> {
    let revision = installation::table.select(installation::revision).single_value();
    let begun: QueryResult<Option<Option<i64>>> = each_backend!(write.conn(), |conn| {
        diesel::insert_into(dsl::batches)
            .values(dsl::id.eq(batch))
            .on_conflict_do_nothing()
            .returning(revision)
            .get_result(conn)
            .optional()
    });
    Ok(begun.stored()?.map(Option::unwrap_or_default))
}

/// Forgets batches written before `before`, whose answers nobody can be waiting for; at most so many.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn purge(write: &mut Write<'_>, before: Timestamp, at_most: i64) -> Stored<usize> {
    let old =
        dsl::batches.filter(dsl::id.lt(BatchId::at(before, [0; 10]))).order(dsl::id).select(dsl::id).limit(at_most);
    let old: Vec<BatchId> = old.load(write.conn()).stored()?;
    diesel::delete(dsl::batches.filter(dsl::id.eq_any(old))).execute(write.conn()).stored()
}
