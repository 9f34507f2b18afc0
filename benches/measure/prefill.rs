//! A table that is not empty: rows written by the same operations that record real ones, before anything is measured.

use std::sync::Arc;
use std::time::Duration;

use accrue::config::Config;
use accrue::domain::attempt::Payload;
use accrue::domain::click::{Click, Visit};
use accrue::domain::click_token::{Claims, Mode, Origin};
use accrue::domain::conversion::{CustomerFacts, Purchase, Report};
use accrue::domain::event::{Channel, Event};
use accrue::domain::free_text::FreeText;
use accrue::domain::handle::OrderId;
use accrue::domain::id::TokenId;
use accrue::domain::link::Link;
use accrue::domain::money::Money;
use accrue::domain::time::{Timestamp, Window};
use accrue::environment::Environment;
use accrue::environment::clock::Clock;
use accrue::opening::{Opened, WhenInUse, open};
use accrue::operations::record_clicks::{Visitors, record_clicks};
use accrue::operations::record_conversions::{Evidence, Incoming, record_conversions};
use accrue::storage::catalogue::Catalogue;
use accrue::storage::error::StorageError;
use accrue::storage::new_rows::NewRows;
use accrue::storage::write::transaction;
use accrue::storage::{links, tokens};
use clap::Parser;

use crate::support::engine::TestDatabase;

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

/// Rows per transaction.
const SET: usize = 2_000;

fn open_database(database: &TestDatabase) -> Opened {
    let key = database.master_key_file();
    let key = key.to_str().expect("the path is text");
    let settings = Settings::parse_from(["bench", "--database-url", &database.url, "--master-key-file", key]);
    open(&settings.config, Clock::system(), WhenInUse::Refuse).expect("the database opens")
}

/// Writes so many clicks, spread over the day before, through the demo's links in turn.
pub fn clicks(database: &TestDatabase, count: usize) {
    fill(database, count, |opened, links, sequence| {
        let catalogue = Catalogue::load(&mut opened.conn, opened.environment.clock.now())?;
        let clicks = sequence.map(|(at, place)| click(opened, &links[place % links.len()], at)).collect();
        transaction(&mut opened.conn, |write| {
            let mut rows = NewRows::default();
            record_clicks(&catalogue, &Visitors::default(), clicks, &mut rows);
            rows.write(write).map(drop)
        })
    });
}

/// Writes so many conversions, each on a click that has no row.
pub fn conversions(database: &TestDatabase, count: usize) {
    fill(database, count, |opened, links, sequence| {
        let catalogue = Catalogue::load(&mut opened.conn, opened.environment.clock.now())?;
        let env = opened.environment.clone();
        let incoming = sequence.map(|(at, place)| {
            let link = &links[place % links.len()];
            let token_id = tokens::newest_of_campaign(&mut opened.conn, link.program_id, link.campaign_id);
            let token_id = token_id.expect("the tokens are read").expect("the campaign has a key");
            order(&env, token_id, link, (at, at), place)
        });
        let incoming: Vec<Incoming> = incoming.collect();
        transaction(&mut opened.conn, |write| {
            let mut rows = NewRows::default();
            record_conversions(write, &env, &catalogue, &incoming, &mut rows)?;
            rows.write(write).map(drop)
        })
    });
}

type Sequence<'a> = Box<dyn Iterator<Item = (Timestamp, usize)> + 'a>;

fn fill(
    database: &TestDatabase,
    count: usize,
    mut write_set: impl FnMut(&mut Opened, &[Arc<Link>], Sequence<'_>) -> Result<(), StorageError>,
) {
    if count == 0 {
        return;
    }
    let mut opened = open_database(database);
    let links: Vec<Arc<Link>> =
        links::all(&mut opened.conn).expect("the links are read").into_iter().map(Arc::new).collect();
    let now = opened.environment.clock.now();
    for begin in (0..count).step_by(SET) {
        let places = begin..count.min(begin + SET);
        let at = move |place: usize| now.minus(Duration::from_millis((count - place) as u64 * 60));
        let sequence = Box::new(places.map(move |place| (at(place), place)));
        write_set(&mut opened, &links, sequence).expect("the rows are written");
    }
}

fn claims(env: &Environment, link: &Link, at: Timestamp) -> Claims {
    Claims {
        mode: Mode::Live,
        origin: Origin::Redirect,
        window: Window::DEFAULT,
        click: env.mint.id(at),
        link: link.id,
    }
}

fn click(opened: &Opened, link: &Arc<Link>, at: Timestamp) -> Click {
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let visit = Visit { user_agent: FreeText::from_untrusted(browser), ..Visit::default() };
    let visitor = u64::from_le_bytes(opened.environment.mint.bytes());
    Click { claims: claims(&opened.environment, link, at), link: Arc::clone(link), visit, mark: None, visitor }
}

/// The report of a sale by way of a link: when it was followed, and when the sale is reported.
pub fn order(
    env: &Environment,
    token_id: TokenId,
    link: &Arc<Link>,
    (clicked, at): (Timestamp, Timestamp),
    place: usize,
) -> Incoming {
    let currency = accrue::domain::currency::Currency::parse("USD").expect("a currency");
    let report = Report {
        id: env.mint.id(at),
        program_id: link.program_id,
        mode: Mode::Live,
        token_id,
        channel: Channel::Server,
        received_at: at,
        order_id: OrderId::parse(&format!("before-{place}")).expect("an order id"),
        event: Event::SALE,
        amount: Money::new(9_999, currency),
        customer: CustomerFacts::default(),
        purchase: Purchase::default(),
        ignored_fields: Vec::new(),
    };
    let evidence = Evidence::click(claims(env, link, clicked), Some(Arc::clone(link)));
    Incoming { report, campaign_id: Some(link.campaign_id), evidence, payload: Payload::default() }
}
