//! `clicks`: visits. A click's time is its id's; there is no index but the key, and no foreign key, for clicks are many
//! and are purged.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend, each_backend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::clicks::{self, dsl};
use super::write::Write;
use crate::domain::click::Click;
use crate::domain::click_token::{Mode, Origin};
use crate::domain::free_text::FreeText;
use crate::domain::id::{AffiliateId, CampaignId, ClickId, LinkId, ProgramId};

/// One click.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = clicks, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns; domain::click says what they mean")]
pub struct ClickRow {
    pub id: ClickId,
    pub program_id: ProgramId,
    pub campaign_id: CampaignId,
    pub affiliate_id: AffiliateId,
    pub link_id: LinkId,
    pub mode: Mode,
    pub origin: Origin,
    pub first_of_day: bool,
    pub mark: Option<String>,
    pub network: Option<String>,
    pub user_agent: Option<String>,
    pub referrer: Option<String>,
    pub page_url: Option<String>,
    pub visitor_id: Option<String>,
    pub ignored_fields: Option<String>,
    pub sub1: Option<String>,
    pub sub2: Option<String>,
    pub sub3: Option<String>,
    pub sub4: Option<String>,
    pub sub5: Option<String>,
    /// Whether a customer may go by it ([`crate::domain::referral::by_click`]); where not, nobody does.
    pub may_name_customer: bool,
}

impl ClickRow {
    /// The row of a click, with the flag that says whether its visitor is new that day.
    #[must_use]
    pub fn new(click: Click, first_of_day: bool) -> Self {
        let text = |text: Option<FreeText>| text.map(FreeText::into_string);
        let ignored = click.visit.ignored_fields;
        let [sub1, sub2, sub3, sub4, sub5] = click.visit.subs.map(text);
        Self {
            id: click.claims.click,
            program_id: click.link.program_id,
            campaign_id: click.link.campaign_id,
            affiliate_id: click.link.affiliate_id,
            link_id: click.link.id,
            mode: click.claims.mode,
            origin: click.claims.origin,
            first_of_day,
            mark: click.mark.map(|mark| mark.as_str().to_owned()),
            network: click.visit.network.map(|network| network.as_str().to_owned()),
            user_agent: text(click.visit.user_agent),
            referrer: text(click.visit.referrer),
            page_url: text(click.visit.page_url),
            visitor_id: text(click.visit.visitor_id),
            ignored_fields: (!ignored.is_empty()).then(|| serde_json::Value::from(ignored).to_string()),
            sub1,
            sub2,
            sub3,
            sub4,
            sub5,
            may_name_customer: false,
        }
    }
}

/// The clicks with these ids, those that are still there.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_all(conn: &mut Conn, ids: &[ClickId]) -> Stored<Vec<ClickRow>> {
    each_backend!(conn, |c| dsl::clicks.filter(dsl::id.eq_any(ids)).select(ClickRow::as_select()).load(c)).stored()
}

/// Says of these clicks, those that are still there, that a customer may go by them.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn name_customers(write: &mut Write<'_>, ids: &[ClickId]) -> Stored<()> {
    each_backend!(write.conn(), |c| {
        let unmarked = dsl::clicks.filter(dsl::id.eq_any(ids).and(dsl::may_name_customer.eq(false)));
        diesel::update(unmarked).set(dsl::may_name_customer.eq(true)).execute(c)
    })
    .stored()?;
    Ok(())
}

/// What a roll-up needs of a click.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = clicks, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns")]
pub struct CountedClick {
    pub id: ClickId,
    pub program_id: ProgramId,
    pub campaign_id: CampaignId,
    pub affiliate_id: AffiliateId,
    pub first_of_day: bool,
}

/// At most `limit` live clicks after `after`, in the order of their ids, for counting everything again.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn page_of_counted(conn: &mut Conn, after: Option<ClickId>, limit: i64) -> Stored<Vec<CountedClick>> {
    let mut page = dsl::clicks.filter(dsl::mode.eq(Mode::Live)).into_boxed();
    if let Some(after) = after {
        page = page.filter(dsl::id.gt(after));
    }
    page.order(dsl::id).limit(limit).select(CountedClick::as_select()).load(conn).stored()
}
