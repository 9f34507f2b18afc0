//! A server inside the test's own process, whose clock the test moves and whose books it reads.
//!
//! Everything else in the harness speaks to the product the way the world does. This part knows its code, because what
//! a story needs besides the wire has no URL: a moved clock, an admin's hand on campaigns and keys, and the rows. What
//! is reported to a house still goes over a socket, through the same server that `accrue serve` runs.

mod admin;
mod books;
mod race;

use std::net::SocketAddr;
use std::time::Duration;

use accrue::app::App;
use accrue::config::Config;
use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::currency::Currency;
use accrue::domain::id::ProgramId;
use accrue::domain::time::Timestamp;
use accrue::domain::user::Role;
use accrue::environment::Environment;
use accrue::environment::clock::Clock;
use accrue::jobs::key_uses::write_down;
use accrue::recorder::WriteError;
use accrue::storage::conn::{Conn, DatabaseUrl, Purpose};
use accrue::storage::error::{StorageError, Stored};
use accrue::storage::write::Write;

use super::engine::TestDatabase;
use super::in_process::{InProcess, config, wait_for};
use super::person::Person;
use super::personas::{MerchantServer, Visitor};
use super::world::{Affiliate, Campaign};

pub use admin::{Admin, PASSWORD, affiliate_id, campaign_id, percent, plan};
pub use books::Details;
pub use race::{beside, race};

/// When a house opens unless a story needs another day: the twentieth of March 2026, at noon.
const OPENING: &str = "2026-03-20T12:00:00Z";

/// A running server with a standing clock. It stops on drop.
pub struct House {
    server: InProcess,
    clock: Clock,
    url: DatabaseUrl,
}

/// The usual scene: a program in US dollars, a campaign that pays 10 % of what the shop's server reports, two active
/// affiliates with a link each.
pub struct Shop {
    /// The merchant's program.
    pub program: ProgramId,
    /// What is promoted: `https://shop.example/start`.
    pub campaign: Campaign,
    /// Who is credited in most stories.
    pub anna: Affiliate,
    /// Who is not.
    pub ben: Affiliate,
}

impl House {
    /// Opens a house on an empty database.
    pub fn open(database: &TestDatabase) -> House {
        House::open_at(database, OPENING)
    }

    /// Opens a house at this moment.
    pub fn open_at(database: &TestDatabase, now: &str) -> House {
        House::open_with(database, now, |_| {})
    }

    /// Opens a house at this moment, with other settings.
    pub fn open_with(database: &TestDatabase, now: &str, change: impl FnOnce(&mut Config)) -> House {
        let mut config = config(database);
        change(&mut config);
        let clock = Clock::standing_at(moment(now));
        let server = InProcess::start_with(&config, clock.clone());
        House { server, clock, url: config.database_url }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// The installation it serves.
    pub fn app(&self) -> &App {
        self.server.app()
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Time, chance and secrets, as the server has them.
    pub fn environment(&self) -> Environment {
        self.app().environment.clone()
    }

    /// The time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets so many whole days pass.
    pub fn pass_days(&self, days: u64) {
        self.clock.advance(Duration::from_secs(days * 86_400));
    }

    /// Makes the usual scene.
    pub fn shop(&self) -> Shop {
        let admin = self.admin();
        let program = admin.program("Alderfinch", Currency::USD);
        let anna = admin.affiliate(program, "anna", AffiliateStatus::Active);
        let ben = admin.affiliate(program, "ben", AffiliateStatus::Active);
        let campaign = admin.campaign(program, plan(), &[&anna, &ben]);
        Shop { program, campaign, anna, ben }
    }

    /// A visitor of this house.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.addr())
    }

    /// Somebody follows the affiliate's link; the token they land with.
    pub fn visit(&self, campaign: &Campaign, affiliate: &Affiliate) -> String {
        self.visitor().follow(&campaign.link_of(affiliate).code).token().to_owned()
    }

    /// The server of the shop that holds the campaign's key.
    pub fn merchant(&self, campaign: &Campaign) -> MerchantServer {
        MerchantServer::new(self.addr(), &campaign.api_key)
    }

    /// Somebody who works in the program, signed in. Their address is their name at `people.example`.
    pub fn member(&self, name: &str, program: ProgramId, role: Role) -> Person {
        let email = self.admin().person(name, program, role);
        Person::at(self.addr()).sign_in(&email, PASSWORD)
    }

    /// Somebody at a browser who is not signed in.
    pub fn person(&self) -> Person {
        Person::at(self.addr())
    }

    /// Whoever runs the program.
    pub fn admin(&self) -> Admin<'_> {
        Admin::of(self)
    }

    /// Writes through the recorder, as an admin's request does. Panics where it is refused.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Write<'_>, &Environment) -> Stored<T> + Send + 'static,
    ) -> T {
        self.try_write(work).unwrap_or_else(|why| panic!("the write is refused: {why}"))
    }

    /// Writes through the recorder; a refusal is a value.
    pub fn try_write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Write<'_>, &Environment) -> Stored<T> + Send + 'static,
    ) -> Result<T, WriteError<StorageError>> {
        let environment = self.environment();
        self.server.write(move |write| work(write, &environment))
    }

    /// Writes through the recorder what may refuse with an error of its own. Panics where the recorder itself refuses.
    pub fn attempt<T: Send + 'static, E: From<StorageError> + std::fmt::Debug + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Write<'_>, &Environment) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let environment = self.environment();
        let done = wait_for(self.app().recorder.write(move |write| work(write, &environment)));
        done.map_err(|error| match error {
            WriteError::Refused(why) => why,
            WriteError::NotRecorded(why) => panic!("nothing is written: {why}"),
        })
    }

    /// Returns once everything that was only noted so far (screened visits, reports without a key, uses of keys) is written.
    pub fn settle(&self) {
        self.write(|_, _| Ok(()));
        wait_for(write_down(self.app())).unwrap_or_else(|why| panic!("uses of keys are not written down: {why}"));
    }

    /// Reads on a connection of its own, after everything that was noted is written.
    pub fn read<T>(&self, read: impl FnOnce(&mut Conn) -> Stored<T>) -> T {
        self.settle();
        let mut conn = self.url.connect(Purpose::Reading).expect("the database can be read");
        read(&mut conn).unwrap_or_else(|why| panic!("the database does not answer: {why}"))
    }
}

/// A moment written down as RFC 3339.
pub fn moment(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap_or_else(|why| panic!("{text} {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::engine::on_each_engine;
    use crate::support::personas::Sale;

    on_each_engine! {
        fn a_house_serves_at_the_time_the_test_says(db: TestDatabase) {
            let house = House::open(&db);
            let shop = house.shop();
            let token = house.visit(&shop.campaign, &shop.anna);
            house.pass_days(3);
            let answer = house.merchant(&shop.campaign).report(Sale::of(&token).order_id("1001"));
            assert_eq!((answer.status, answer.word.as_str()), (200, "success"), "{}", answer.body);
            let stored = house.conversion("1001");
            assert_eq!(stored.received_at, moment("2026-03-23T12:00:00Z"));
            assert_eq!(house.click(&token).id.time(), moment(OPENING));
            house.assert_books_balance();
        }
    }
}
