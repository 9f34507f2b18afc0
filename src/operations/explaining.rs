//! What the explanations of conversions and of referrals have in common: the click behind them, and who changed them.

use std::collections::HashMap;

use crate::domain::change::Actor;
use crate::domain::id::{ClickId, LinkId, ProgramId};
use crate::domain::link::Link;
use crate::storage::clicks::{self, ClickRow};
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::{links, tokens, users};

/// A change, with the name of whoever made it.
pub struct Noted<C> {
    /// What was changed, when and why.
    pub change: C,
    /// The person's name or the key's; none for the clock, and for who is not known any more.
    pub name: Option<String>,
}

/// These changes in their order, with the names of whoever made them, each looked up once.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub(super) fn noted<C>(
    conn: &mut Conn,
    program: ProgramId,
    changes: Vec<C>,
    by: impl Fn(&C) -> Actor,
) -> Stored<Vec<Noted<C>>> {
    let mut names: HashMap<Actor, Option<String>> = HashMap::new();
    for actor in changes.iter().map(&by) {
        if names.contains_key(&actor) {
            continue;
        }
        let name = match actor {
            Actor::User(user) => users::find(conn, user)?.map(|user| user.name),
            Actor::Key(key) => tokens::find(conn, program, key)?.map(|key| key.name),
            Actor::Clock => None,
        };
        names.insert(actor, name);
    }
    let noted = |change: C| Noted { name: names.get(&by(&change)).cloned().flatten(), change };
    Ok(changes.into_iter().map(noted).collect())
}

/// The click, while its row is there.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub(super) fn click(conn: &mut Conn, click: Option<ClickId>) -> Stored<Option<ClickRow>> {
    let Some(click) = click else { return Ok(None) };
    Ok(clicks::find_all(conn, &[click])?.into_iter().next())
}

/// The link that a visitor followed; none for a click registered by API.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub(super) fn link(conn: &mut Conn, program: ProgramId, link: Option<LinkId>) -> Stored<Option<Link>> {
    Ok(link.map(|link| links::find_followed(conn, program, link)).transpose()?.flatten())
}
