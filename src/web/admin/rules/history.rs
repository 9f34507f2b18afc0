//! How a rule came to be what it is: its versions, what each of them changed, and by whom.

use std::collections::HashMap;

use super::words;
use crate::domain::id::{ProgramId, UserId};
use crate::domain::program::Program;
use crate::domain::rule::Rule;
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::{audit_log, users};
use crate::web::filters::second;

/// What one version changed: what about, what is said since, and what was said before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What about.
    pub label: &'static str,
    /// What is said since.
    pub now: String,
    /// What was said before; none for a first version.
    pub before: Option<String>,
}

/// One version of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub version: u32,
    /// Since when it holds.
    pub since: String,
    /// Until when it did, for all but the last.
    pub until: Option<String>,
    /// Who made it, if the audit log knows.
    pub by: Option<String>,
    /// Whether it ended the rule.
    pub ended: bool,
    /// What it changed.
    pub changes: Vec<Changed>,
}

impl Version {
    /// The icon of what was done.
    #[must_use]
    pub const fn icon(&self) -> &'static str {
        match self.version {
            _ if self.ended => "circle-x",
            1 => "plus",
            _ => "pencil",
        }
    }
}

/// Who made these versions, by name, as far as the audit log knows.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn makers(conn: &mut Conn, program: ProgramId, versions: &[Rule]) -> Stored<HashMap<String, String>> {
    let ids: Vec<String> = versions.iter().map(|rule| rule.id.to_string()).collect();
    let made = audit_log::users_by_subject(conn, program, ids)?;
    let mut names: HashMap<UserId, String> = HashMap::new();
    let mut makers = HashMap::new();
    for (rule, user) in made {
        if !names.contains_key(&user)
            && let Some(person) = users::find(conn, user)?
        {
            names.insert(user, person.name);
        }
        if let Some(name) = names.get(&user) {
            makers.insert(rule, name.clone());
        }
    }
    Ok(makers)
}

/// The versions of one rule, the newest first. `versions` are in their order.
#[must_use]
pub fn told(
    catalogue: &Catalogue,
    program: &Program,
    versions: &[Rule],
    makers: &HashMap<String, String>,
) -> Vec<Version> {
    let mut told: Vec<Version> = Vec::new();
    let mut before: Option<&Rule> = None;
    for (place, rule) in versions.iter().enumerate() {
        told.push(Version {
            version: rule.version,
            since: second(rule.since, &program.zone),
            until: versions.get(place + 1).map(|next| second(next.since, &program.zone)),
            by: makers.get(&rule.id.to_string()).cloned(),
            ended: rule.ended,
            changes: changes(catalogue, program.id, before, rule),
        });
        before = Some(rule);
    }
    told.reverse();
    told
}

/// What a version says otherwise than the one before; of the first, everything.
#[must_use]
pub fn changes(catalogue: &Catalogue, program: ProgramId, before: Option<&Rule>, rule: &Rule) -> Vec<Changed> {
    let now = words::all_of(catalogue, program, rule);
    let Some(before) = before else {
        let said = now.into_iter().filter(|said| !said.text.is_empty());
        return said.map(|said| Changed { label: said.label, now: said.text, before: None }).collect();
    };
    let was = words::all_of(catalogue, program, before);
    let pairs = now.into_iter().zip(was).filter(|(now, was)| now != was);
    pairs.map(|(now, was)| Changed { label: now.label, now: now.text, before: Some(was.text) }).collect()
}
