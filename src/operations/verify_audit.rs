//! Holding the audit log against its own chain: every link is made again, in order, and the end is held against its seal.
//!
//! What was changed breaks its own link. What was taken out, put in or swapped leaves a number that does not follow. What
//! was taken off the end leaves a seal that fits nothing, because without the master key nobody can make another.

use crate::domain::audit::AuditKey;
use crate::storage::audit_log::{self, AuditRow, End};
use crate::storage::conn::Conn;
use crate::storage::error::Stored;

/// How many rows there are, and what is wrong with them, a sentence each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct AuditVerified {
    /// Rows looked at.
    pub rows: u64,
    /// What differs.
    pub differences: Vec<String>,
}

const PAGE: i64 = 5_000;

/// Verifies the whole log. Run it in a snapshot.
///
/// # Errors
/// [`crate::storage::error::StorageError`] when the database does not answer; differences are the value.
pub fn verify_audit(conn: &mut Conn, key: &AuditKey) -> Stored<AuditVerified> {
    let mut chain = Chain { key, expected: 1, last: String::new(), verified: AuditVerified::default() };
    let mut after = None;
    loop {
        let page = audit_log::page(conn, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.sequence);
        page.iter().for_each(|row| chain.take(row));
    }
    let end = audit_log::end(conn)?;
    chain.finish(&end);
    Ok(chain.verified)
}

struct Chain<'a> {
    key: &'a AuditKey,
    /// The number that the next row must have.
    expected: i64,
    /// The link of the row before it.
    last: String,
    verified: AuditVerified,
}

impl Chain<'_> {
    fn differs(&mut self, sentence: String) {
        self.verified.differences.push(sentence);
    }

    /// Each break is told once: the chain goes on from what the row says of itself.
    fn take(&mut self, row: &AuditRow) {
        self.verified.rows += 1;
        if row.sequence == self.expected {
            if !AuditKey::is_same(&row.link, &self.key.link(&self.last, &row.entry())) {
                self.differs(format!("row {} of the audit log, or its place, is not what was written", row.sequence));
            }
        } else {
            let (expected, found) = (self.expected, row.sequence);
            self.differs(format!("row {expected} of the audit log is not there: the next one is {found}"));
        }
        self.expected = row.sequence.saturating_add(1);
        self.last.clone_from(&row.link);
    }

    fn finish(&mut self, end: &End) {
        let found = self.expected - 1;
        if found != end.count {
            self.differs(format!("the audit log ends with row {found}, and row {} was the last written", end.count));
        }
        let is_fresh = found == 0 && end.count == 0 && end.seal.is_empty();
        if !is_fresh && !AuditKey::is_same(&end.seal, &self.key.seal(found, &self.last)) {
            self.differs(format!("the end of the audit log, behind row {found}, is not what was written"));
        }
    }
}
