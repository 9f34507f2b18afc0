//! The same steps through the real operations, on a real database.

mod deciding;
mod paying;
mod reporting;
mod seen;

use std::sync::Arc;
use std::time::Duration;

use accrue::config::Config;
use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::click_token::{Claims, Mode};
use accrue::domain::currency::Currency;
use accrue::domain::id::{AffiliateId, CampaignId, ConversionId, PayoutId, ProgramId};
use accrue::domain::link::Link;
use accrue::domain::name::Name;
use accrue::domain::time::{Timestamp, Zone};
use accrue::environment::Environment;
use accrue::environment::clock::Clock;
use accrue::opening::{WhenInUse, WritingRight, open};
use accrue::operations::create_affiliate::{NewAffiliate, create_affiliate};
use accrue::operations::create_campaign::{NewCampaign, create_campaign};
use accrue::operations::create_link::create_link;
use accrue::operations::issue_key::regenerate_campaign_key;
use accrue::operations::release_held::release_held;
use accrue::operations::set_up::{NewProgram, found_program};
use accrue::storage::conn::Conn;
use accrue::storage::error::{StorageError, Stored};
use accrue::storage::write::{Write, transaction};

use super::Step;
use crate::support::engine::TestDatabase;
use crate::support::house::plan;
use crate::support::in_process::config;

/// An installation that one process at a time has open.
pub struct Installation {
    config: Config,
    clock: Clock,
    open: Option<(Conn, Environment, WritingRight)>,
    scene: Option<Scene>,
}

/// The program of one history.
#[derive(Clone)]
struct Scene {
    program: ProgramId,
    campaign: CampaignId,
    affiliates: [AffiliateId; 2],
    links: [Arc<Link>; 2],
    /// The last click through each link.
    clicks: [Option<Claims>; 2],
    orders: Vec<(u8, ConversionId)>,
    /// The open payout of each affiliate.
    payouts: [Option<PayoutId>; 2],
}

impl Installation {
    pub fn open(db: &TestDatabase) -> Installation {
        let clock = Clock::standing_at(Timestamp::parse_rfc3339("2026-03-20T12:00:00Z").expect("a moment"));
        let mut installation = Installation { config: config(db), clock, open: None, scene: None };
        installation.restart();
        installation
    }

    pub fn now(&self) -> i64 {
        self.clock.now().millis()
    }

    fn restart(&mut self) {
        // The lock of a file is given back only with the process's last hold on it.
        self.open = None;
        let opened = open(&self.config, self.clock.clone(), WhenInUse::Refuse).expect("the installation opens");
        let (_, conn, environment, right) = opened.into_parts();
        self.open = Some((conn, environment, right));
    }

    fn parts(&mut self) -> (&mut Conn, &Environment) {
        let (conn, environment, _) = self.open.as_mut().expect("it is open");
        (conn, environment)
    }

    fn write<T>(&mut self, work: impl FnOnce(&mut Write<'_>, &Environment) -> Stored<T>) -> T {
        let (conn, environment) = self.parts();
        let done: Result<T, StorageError> = transaction(conn, |write| work(write, environment));
        done.unwrap_or_else(|why| panic!("{why}"))
    }

    fn scene(&self) -> Scene {
        self.scene.clone().expect("a program was founded")
    }

    fn scene_mut(&mut self) -> &mut Scene {
        self.scene.as_mut().expect("a program was founded")
    }

    /// Founds the program of the next history: two affiliates with a link each.
    pub fn found_program(&mut self) {
        let scene = self.write(|write, env| {
            let new = NewProgram { name: "Model".to_owned(), base_currency: Currency::USD, zone: Zone::utc() };
            let program = found_program(write, env, &new)?.id;
            let (campaign, _) =
                create_campaign(write, env, program, NewCampaign { direct_mode: Some(true), ..plan() })?;
            let mut join = |name: &str| -> Stored<(AffiliateId, Link)> {
                let name = Name::parse(name).expect("a name");
                let new = NewAffiliate { code: None, name, email: None, status: AffiliateStatus::Active };
                let affiliate = create_affiliate(write, env, program, new)?;
                Ok((affiliate, create_link(write, env, program, campaign, affiliate)?))
            };
            let ((anna, annas), (ben, bens)) = (join("Anna")?, join("Ben")?);
            let (affiliates, links) = ([anna, ben], [Arc::new(annas), Arc::new(bens)]);
            let (clicks, payouts) = ([None; 2], [None; 2]);
            Ok(Scene { program, campaign, affiliates, links, clicks, orders: Vec::new(), payouts })
        });
        self.scene = Some(scene);
    }

    /// Takes a step, and says what the product answered.
    pub fn take(&mut self, step: &Step) -> String {
        match step {
            Step::Click { who } => self.click(*who),
            Step::Convert(told) => return self.convert(told).to_owned(),
            Step::Decide { order, wanted, stale, reason } => return self.decide(*order, *wanted, *stale, *reason),
            Step::Adjust { order, percent } => return self.adjust(*order, *percent).to_owned(),
            Step::Refund { order, event, percent, chargeback } => {
                return self.refund(*order, *event, *percent, *chargeback);
            }
            Step::Dispute { order, step } => return self.dispute(*order, *step).to_owned(),
            Step::Purchase { order, wanted } => return self.purchase(*order, *wanted).to_owned(),
            Step::State { order, word } => return self.state(*order, *word).to_owned(),
            Step::Pass { hours } => self.clock.advance(Duration::from_secs(hours.unsigned_abs() * 3_600)),
            Step::Release => drop(self.write(release_held)),
            Step::Rate { currency, ten_thousandths, days_ago } => self.publish(currency, *ten_thousandths, *days_ago),
            Step::Rule { .. } => self.change_rule(step),
            Step::Payout { who, step } => return self.pay(*who, *step),
            Step::Bonus { who, amount } => return self.give(*who, *amount).to_owned(),
            Step::RotateKey => {
                let Scene { program, campaign, .. } = self.scene();
                self.write(|write, env| {
                    regenerate_campaign_key(write, env, program, campaign, Mode::Live, Duration::ZERO).map(drop)
                });
            }
            Step::Restart => self.restart(),
        }
        "done".to_owned()
    }
}
