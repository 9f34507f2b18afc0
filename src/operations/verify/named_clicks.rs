//! Whether reports find the customers who go by a click: the click's own row must say that there may be one.

use super::{Checking, PAGE, in_chunks};
use crate::domain::id::ClickId;
use crate::storage::clicks;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::referrals;

impl Checking {
    pub(super) fn named_clicks(&mut self, conn: &mut Conn) -> Stored<()> {
        let mut after = None;
        loop {
            let names = referrals::names_by_click(conn, after.as_deref(), PAGE)?;
            let ids: Vec<ClickId> = names.iter().filter_map(|name| name.parse().ok()).collect();
            let rows = in_chunks(&ids, |ids| clicks::find_all(conn, ids))?;
            for click in rows.iter().filter(|click| !click.may_name_customer) {
                self.differs(format!("a customer goes by {}, and its row says that nobody does", click.id));
            }
            let Some(last) = names.into_iter().last() else { return Ok(()) };
            after = Some(last);
        }
    }
}
