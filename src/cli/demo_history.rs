//! Believable clicks and conversions for the demo, made by the same operations that record real ones.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::attempt::Payload;
use crate::domain::campaign::Campaign;
use crate::domain::click::{Click, Visit};
use crate::domain::click_token::{Claims, Mode, Origin};
use crate::domain::conversion::{CustomerFacts, Purchase, Report};
use crate::domain::event::{Channel, Event};
use crate::domain::free_text::FreeText;
use crate::domain::handle::{ExternalId, OrderId};
use crate::domain::id::{CampaignId, ProgramId};
use crate::domain::link::Link;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::environment::Environment;
use crate::operations::record_clicks::{Visitors, record_clicks};
use crate::operations::record_conversions::{Evidence, Incoming, record_conversions};
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::Conn;
use crate::storage::new_rows::NewRows;
use crate::storage::write::{Write, transaction};
use crate::storage::{links, tokens};

const DAY: Duration = Duration::from_secs(86_400);

/// Of a hundred visitors so many buy.
const BUYERS: u64 = 6;

/// Of a hundred buyers so many have an account, by which the shop names them.
const NAMED: u64 = 60;

/// Of a hundred of these so many order again on a day, without another click.
const RETURNING: u64 = 2;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// When a history of so many days up to `now` begins.
pub(super) fn begin(now: Timestamp, days: u16) -> Timestamp {
    now.minus(DAY * u32::from(days))
}

/// Adds clicks and conversions from the environment's time up to `now`, a day at a time.
pub(super) fn add(conn: &mut Conn, env: &Environment, now: Timestamp) -> anyhow::Result<()> {
    let catalogue = Catalogue::load(conn, now)?;
    let links: Vec<Arc<Link>> = links::all(conn)?.into_iter().map(Arc::new).collect();
    let mut history = History {
        env,
        catalogue: &catalogue,
        visitors: Visitors::default(),
        orders: 1_000,
        customers: Vec::new(),
        now,
    };
    let mut day = env.clock.now();
    while day < now {
        transaction(conn, |write| history.add_day(write, &links, day))?;
        day = day.plus(DAY);
    }
    Ok(())
}

struct History<'a> {
    env: &'a Environment,
    catalogue: &'a Catalogue,
    visitors: Visitors,
    orders: u64,
    customers: Vec<Customer>,
    now: Timestamp,
}

/// Somebody with an account, who may come back.
#[derive(Clone)]
struct Customer {
    named: ExternalId,
    ordered_from: (ProgramId, CampaignId),
}

impl History<'_> {
    fn add_day(&mut self, write: &mut Write<'_>, links: &[Arc<Link>], day: Timestamp) -> anyhow::Result<()> {
        let mut clicks = Vec::new();
        let mut incoming = self.orders_of_returning(write, day)?;
        for link in links {
            let campaign = self.catalogue.campaign(link.program_id, link.campaign_id);
            let sends =
                self.catalogue.affiliate(link.program_id, link.affiliate_id).is_some_and(|a| a.may_send().is_ok());
            let Some(campaign) = campaign.filter(|_| sends) else {
                continue;
            };
            for _ in 0..4 + self.draw(22) {
                let click = self.click(link, campaign, day);
                if self.draw(100) < BUYERS {
                    incoming.extend(self.order(write, campaign, &click)?);
                }
                clicks.push(click);
            }
        }
        clicks.retain(|click: &Click| click.claims.clicked_at() < self.now);
        incoming.retain(|order: &Incoming| order.report.received_at < self.now);
        self.record(write, clicks, &incoming)
    }

    fn record(&mut self, write: &mut Write<'_>, clicks: Vec<Click>, incoming: &[Incoming]) -> anyhow::Result<()> {
        let mut rows = NewRows::default();
        let seen = record_clicks(self.catalogue, &self.visitors, clicks, &mut rows);
        record_conversions(write, self.env, self.catalogue, incoming, &mut rows)?;
        rows.write(write)?;
        self.visitors.remember(seen);
        Ok(())
    }

    fn click(&self, link: &Arc<Link>, campaign: &Campaign, day: Timestamp) -> Click {
        let at = day.plus(Duration::from_millis(self.draw(86_400_000)));
        let claims = Claims {
            mode: Mode::Live,
            origin: Origin::Redirect,
            window: campaign.window,
            click: self.env.mint.id(at),
            link: link.id,
        };
        let visit = Visit { user_agent: FreeText::from_untrusted(BROWSER), ..Visit::default() };
        Click { claims, link: Arc::clone(link), visit, mark: None, visitor: self.draw(3_000) }
    }

    /// An order some hours after the click.
    fn order(&mut self, write: &mut Write<'_>, campaign: &Campaign, click: &Click) -> anyhow::Result<Option<Incoming>> {
        let at = click.claims.clicked_at().plus(Duration::from_secs(300 + self.draw(40_000)));
        let named =
            if self.draw(100) < NAMED { Some(ExternalId::parse(&format!("shopper-{}", self.orders))?) } else { None };
        let ordered_from = (campaign.program_id, campaign.id);
        self.customers.extend(named.clone().map(|named| Customer { named, ordered_from }));
        let evidence = Evidence::click(click.claims, Some(Arc::clone(&click.link)));
        self.report(write, campaign, (named, at), evidence)
    }

    /// Orders of customers from before this day, which nothing but their name leads to whoever brought them. They come in the
    /// second half of the day, when the first order of everybody from the day before is in.
    fn orders_of_returning(&mut self, write: &mut Write<'_>, day: Timestamp) -> anyhow::Result<Vec<Incoming>> {
        let mut incoming = Vec::new();
        for Customer { named, ordered_from: (program, campaign) } in self.customers.clone() {
            let Some(campaign) = self.catalogue.campaign(program, campaign).filter(|_| self.draw(100) < RETURNING)
            else {
                continue;
            };
            let at = day.plus(DAY / 2 + Duration::from_secs(self.draw(43_000)));
            incoming.extend(self.report(write, campaign, (Some(named), at), Evidence::default())?);
        }
        Ok(incoming)
    }

    /// What the shop reports, of 12 to 212 in the program's currency.
    fn report(
        &mut self,
        write: &mut Write<'_>,
        campaign: &Campaign,
        (customer_id, received_at): (Option<ExternalId>, Timestamp),
        evidence: Evidence,
    ) -> anyhow::Result<Option<Incoming>> {
        let Some(program) = self.catalogue.program(campaign.program_id) else {
            return Ok(None);
        };
        let Some(token_id) = tokens::newest_of_campaign(write.conn(), campaign.program_id, campaign.id)? else {
            return Ok(None);
        };
        self.orders += 1;
        let minor = 1_200 + i64::try_from(self.draw(20_000))?;
        let report = Report {
            id: self.env.mint.id(received_at),
            program_id: campaign.program_id,
            mode: Mode::Live,
            token_id,
            channel: Channel::of_keyed_report(campaign.method, false),
            received_at,
            order_id: OrderId::parse(&format!("AF-{}", self.orders))?,
            event: Event::SALE,
            amount: Money::new(minor, program.base_currency),
            customer: CustomerFacts { customer_id, ..CustomerFacts::default() },
            purchase: Purchase::default(),
            ignored_fields: Vec::new(),
        };
        Ok(Some(Incoming { report, campaign_id: Some(campaign.id), evidence, payload: Payload::default() }))
    }

    /// A random number below `below`; the slight preference for small ones does not matter here.
    fn draw(&self, below: u64) -> u64 {
        u64::from_le_bytes(self.env.mint.bytes()) % below
    }
}
