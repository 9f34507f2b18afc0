//! Noting who did what, in the transaction that does it: either both are kept, or neither.

use crate::domain::audit::Act;
use crate::environment::Environment;
use crate::storage::audit_log::{self, AuditRow};
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// Adds an act to the audit log.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn note(write: &mut Write<'_>, env: &Environment, act: &Act) -> Stored<()> {
    let count = audit_log::end(write.conn())?.count;
    let previous = audit_log::link_of(write.conn(), count)?.unwrap_or_default();
    let mut row = AuditRow {
        sequence: count + 1,
        program_id: act.program,
        actor: act.actor.as_str().to_owned(),
        user_id: act.actor.user(),
        action: act.action.as_str().to_owned(),
        subject: act.subject.clone(),
        noted_at: env.clock.now(),
        link: String::new(),
    };
    row.link = env.keys.audit().link(&previous, &row.entry());
    let seal = env.keys.audit().seal(row.sequence, &row.link);
    audit_log::append(write, &row, &seal)
}
