//! The same steps through the real operations, on a real database.

mod seen;

use std::sync::Arc;
use std::time::Duration;

use accrue::config::Config;
use accrue::domain::affiliate::{AffiliateRef, AffiliateStatus};
use accrue::domain::attempt::Payload;
use accrue::domain::change::Actor;
use accrue::domain::click::{Click, Visit};
use accrue::domain::click_token::{Claims, Mode, Origin};
use accrue::domain::conversion::{ConversionStatus, CustomerFacts, Purchase, Report, SaleStatus};
use accrue::domain::currency::Currency;
use accrue::domain::dispute::DisputeStep;
use accrue::domain::event::{Channel, Event};
use accrue::domain::exchange::ExchangeRate;
use accrue::domain::handle::{ExternalId, OrderId};
use accrue::domain::id::{AffiliateId, CampaignId, ConversionId, PayoutId, ProgramId};
use accrue::domain::link::Link;
use accrue::domain::money::Money;
use accrue::domain::name::Name;
use accrue::domain::payout::RefundKind;
use accrue::domain::rate::Rate;
use accrue::domain::rule::{Approval, Basis, Rule, Terms};
use accrue::domain::time::{LocalDay, Timestamp, Window, Zone};
use accrue::environment::Environment;
use accrue::environment::clock::Clock;
use accrue::opening::{WhenInUse, WritingRight, open};
use accrue::operations::adjust_conversion::{Adjusted, Adjustment, adjust_conversion};
use accrue::operations::apply_rates::apply_rates;
use accrue::operations::change_sale::{SaleChange, SaleChanged, change_sale};
use accrue::operations::create_affiliate::{NewAffiliate, create_affiliate};
use accrue::operations::create_campaign::{NewCampaign, create_campaign};
use accrue::operations::create_link::create_link;
use accrue::operations::dispute_conversion::{Disputed, dispute_conversion};
use accrue::operations::give_bonus::{Bonus, Given, give_bonus};
use accrue::operations::issue_key::regenerate_campaign_key;
use accrue::operations::payouts::{Begun, Ended, begin_payout, call_off_payout, finish_payout};
use accrue::operations::record_clicks::{Visitors, record_clicks};
use accrue::operations::record_conversions::{Evidence, Incoming, Outcome};
use accrue::operations::refund_conversion::{Refund, Refunded, refund_conversion};
use accrue::operations::release_held::release_held;
use accrue::operations::review_conversion::{Decision, Reviewed, review_conversion};
use accrue::operations::set_up::{NewProgram, found_program};
use accrue::storage::catalogue::Catalogue;
use accrue::storage::conn::Conn;
use accrue::storage::error::{StorageError, Stored};
use accrue::storage::exchange_rates::{self, ExchangeRateRow};
use accrue::storage::new_rows::NewRows;
use accrue::storage::write::{Write, transaction};
use accrue::storage::{commission_rules, conversions};

use super::super::record;
use super::Step;
use super::reference::part;
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
    affiliate: AffiliateId,
    link: Arc<Link>,
    click: Option<Claims>,
    orders: Vec<(u8, ConversionId)>,
    payout: Option<PayoutId>,
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

    /// Founds the program of the next history.
    pub fn found_program(&mut self) {
        let (program, campaign, affiliate, link) = self.write(|write, env| {
            let new = NewProgram { name: "Model".to_owned(), base_currency: Currency::USD, zone: Zone::utc() };
            let program = found_program(write, env, &new)?.id;
            let name = Name::parse("Anna").expect("a name");
            let new = NewAffiliate { code: None, name, email: None, status: AffiliateStatus::Active };
            let affiliate = create_affiliate(write, env, program, new)?;
            let new = NewCampaign { direct_mode: Some(true), ..plan() };
            let (campaign, _) = create_campaign(write, env, program, new)?;
            Ok((program, campaign, affiliate, create_link(write, env, program, campaign, affiliate)?))
        });
        let (click, orders, payout) = (None, Vec::new(), None);
        self.scene = Some(Scene { program, campaign, affiliate, link: Arc::new(link), click, orders, payout });
    }

    /// Takes a step, and says what the product answered.
    pub fn take(&mut self, step: &Step) -> String {
        match step {
            Step::Click => self.click(),
            Step::Convert { order, amount, currency, trial, by_click } => {
                let amount = Money::new(*amount, Currency::parse(currency).expect("a currency"));
                return self.convert(*order, amount, *trial, *by_click).to_owned();
            }
            Step::Decide { order, wanted, stale, reason } => return self.decide(*order, *wanted, *stale, *reason),
            Step::Adjust { order, percent } => return self.adjust(*order, *percent).to_owned(),
            Step::Refund { order, event, percent, chargeback } => {
                return self.refund(*order, *event, *percent, *chargeback);
            }
            Step::Dispute { order, step } => return self.dispute(*order, *step).to_owned(),
            Step::Purchase { order, wanted } => return self.purchase(*order, *wanted).to_owned(),
            Step::Pass { hours } => self.clock.advance(Duration::from_secs(hours.unsigned_abs() * 3_600)),
            Step::Release => drop(self.write(release_held)),
            Step::Rate { currency, ten_thousandths, days_ago } => self.publish(currency, *ten_thousandths, *days_ago),
            Step::Rule { .. } => self.change_rule(step),
            Step::Payout { step } => return self.pay(*step),
            Step::Bonus { amount } => return self.give(*amount).to_owned(),
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

    fn click(&mut self) {
        let link = self.scene().link;
        let claims = self.write(|write, env| {
            let now = env.clock.now();
            let (click, window) = (env.mint.id(now), Window::DEFAULT);
            let claims = Claims { mode: Mode::Live, origin: Origin::Api, window, click, link: link.id };
            let catalogue = Catalogue::load(write.conn(), now)?;
            let mut rows = NewRows::default();
            let visitor = now.millis().unsigned_abs();
            let click = Click { claims, link, visit: Visit::default(), mark: None, visitor };
            record_clicks(&catalogue, &Visitors::default(), vec![click], &mut rows);
            rows.write(write)?;
            Ok(claims)
        });
        self.scene.as_mut().expect("a scene").click = Some(claims);
    }

    #[expect(clippy::fn_params_excessive_bools, reason = "a step of a history is drawn as numbers and coins")]
    fn convert(&mut self, order: u8, amount: Money, trial: bool, by_click: bool) -> &'static str {
        let scene = self.scene();
        let click = scene.click.filter(|_| by_click);
        let evidence = match click {
            Some(claims) => Evidence::click(claims, Some(Arc::clone(&scene.link))),
            None => Evidence::direct(AffiliateRef::Id(scene.affiliate)),
        };
        let known = scene.orders.iter().any(|(known, _)| *known == order);
        // The model knows no report that takes another one's place, so a repeat is not believed more than the first.
        let channel = if click.is_some() && !known { Channel::Server } else { Channel::Direct };
        let sale = if trial { SaleStatus::Trialing } else { SaleStatus::Complete };
        let outcome = self.write(|write, env| {
            let now = env.clock.now();
            let report = Report {
                id: env.mint.id(now),
                program_id: scene.program,
                mode: Mode::Live,
                token_id: env.mint.id(now),
                channel,
                received_at: now,
                order_id: OrderId::parse(&format!("o-{order}")).expect("an order id"),
                event: Event::SALE,
                amount,
                customer: CustomerFacts::default(),
                purchase: Purchase { sale, ..Purchase::default() },
                ignored_fields: Vec::new(),
            };
            let incoming =
                Incoming { report, campaign_id: Some(scene.campaign), evidence, payload: Payload::default() };
            record(write, env, incoming)
        });
        match outcome {
            Outcome::Recorded(id) => {
                self.scene.as_mut().expect("a scene").orders.push((order, id));
                "recorded"
            }
            Outcome::Repeat(_) => "repeat",
            Outcome::Refused(_) => "refused",
        }
    }

    fn id_of(&self, order: u8) -> ConversionId {
        let unknown = || ConversionId::at(Timestamp::from_millis(1), [order; 10]);
        self.scene().orders.iter().find(|(known, _)| *known == order).map_or_else(unknown, |(_, id)| *id)
    }

    fn initial(&mut self, order: u8) -> Money {
        let (program, id) = (self.scene().program, self.id_of(order));
        let row = conversions::find(self.parts().0, program, id).expect("the database answers");
        row.map_or(Money::new(100, Currency::USD), |row| row.amount())
    }

    #[expect(clippy::fn_params_excessive_bools, reason = "a step of a history is drawn as numbers and coins")]
    fn decide(&mut self, order: u8, wanted: char, stale: bool, reason: bool) -> String {
        let (program, id) = (self.scene().program, self.id_of(order));
        let wanted = match wanted {
            'a' => ConversionStatus::Approved,
            'r' => ConversionStatus::Rejected,
            _ => ConversionStatus::Pending,
        };
        let reason = if reason { "as agreed" } else { " " }.to_owned();
        let decision = Decision { wanted, seen: stale.then_some(-1), reason };
        match self.write(|write, env| review_conversion(write, env, program, id, Actor::Clock, &decision)) {
            Reviewed::Changed => "changed".to_owned(),
            Reviewed::AlreadySo => "already so".to_owned(),
            Reviewed::Overtaken(_) => "overtaken".to_owned(),
            Reviewed::NotPossible(_, obstacle) => format!("not possible: {obstacle}"),
            Reviewed::Unknown => "unknown".to_owned(),
        }
    }

    fn adjust(&mut self, order: u8, percent: i64) -> &'static str {
        let (program, id, initial) = (self.scene().program, self.id_of(order), self.initial(order));
        let amount = Money::new(part(initial.minor(), percent), initial.currency());
        let adjustment = Adjustment { amount, reason: "came back".to_owned(), seen: None };
        match self.write(|write, env| adjust_conversion(write, env, program, id, Actor::Clock, &adjustment)) {
            Adjusted::Changed => "changed",
            Adjusted::AlreadySo => "already so",
            Adjusted::NotPending(_) => "not pending",
            Adjusted::Refused(_) => "refused",
            Adjusted::Unknown => "unknown",
            other => panic!("{other:?}"),
        }
    }

    fn refund(&mut self, order: u8, event: u8, percent: Option<i64>, chargeback: bool) -> String {
        let (program, id, initial) = (self.scene().program, self.id_of(order), self.initial(order));
        let refund = Refund {
            event_id: ExternalId::parse(&format!("r-{event}")).expect("an event id"),
            kind: if chargeback { RefundKind::Chargeback } else { RefundKind::Refund },
            amount: percent.map(|percent| Money::new(part(initial.minor(), percent), initial.currency())),
            reason: String::new(),
            claimed_at: None,
        };
        match self.write(|write, env| refund_conversion(write, env, program, id, Actor::Clock, &refund)) {
            Refunded::Recorded(row) => format!("recorded {}", row.amount_minor),
            Refunded::Repeat { differs, .. } => format!("repeat, differs: {differs}"),
            Refunded::Refused(_) => "refused".to_owned(),
            Refunded::Unknown => "unknown".to_owned(),
        }
    }

    fn dispute(&mut self, order: u8, step: char) -> &'static str {
        let (program, id) = (self.scene().program, self.id_of(order));
        let step = match step {
            'o' => DisputeStep::Opened,
            'w' => DisputeStep::Won,
            _ => DisputeStep::Lost,
        };
        match self.write(|write, env| dispute_conversion(write, env, program, id, Actor::Clock, (step, ""))) {
            Disputed::Changed => "changed",
            Disputed::AlreadySo => "already so",
            Disputed::NotPossible(..) => "not possible",
            Disputed::Unknown => "unknown",
        }
    }

    fn purchase(&mut self, order: u8, wanted: char) -> &'static str {
        let (program, id) = (self.scene().program, self.id_of(order));
        let wanted = match wanted {
            'o' => SaleStatus::Open,
            'c' => SaleStatus::Complete,
            't' => SaleStatus::Trialing,
            _ => SaleStatus::Failed,
        };
        let change = SaleChange { wanted, seen: None, reason: String::new() };
        match self.write(|write, env| change_sale(write, env, program, id, Actor::Clock, &change)) {
            SaleChanged::Changed => "changed",
            SaleChanged::AlreadySo => "already so",
            SaleChanged::NotPossible(..) => "not possible",
            SaleChanged::Unknown => "unknown",
            SaleChanged::Overtaken(_) => "overtaken",
        }
    }

    fn publish(&mut self, currency: &str, ten_thousandths: i64, days_ago: i32) {
        let program_id = self.scene().program;
        let currency = Currency::parse(currency).expect("a currency");
        let rate = format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000);
        let rate = ExchangeRate::parse(&rate).expect("a rate");
        self.write(|write, env| {
            let now = env.clock.now();
            let day = LocalDay::from_number(Zone::utc().local_day(now).number() - days_ago);
            exchange_rates::put(write, &[ExchangeRateRow { program_id, currency, day, rate, imported_at: now }])?;
            apply_rates(write, env, program_id, None).map(drop)
        });
    }

    fn change_rule(&mut self, step: &Step) {
        let Step::Rule { ppm, flat, kind, hold_days, automatic } = *step else { return };
        let campaign = self.scene().campaign;
        let (rate, flat) = (Rate::from_ppm(ppm).expect("a rate"), Money::new(flat, Currency::USD));
        let basis = match kind {
            'p' => Basis::Percent(rate),
            'f' => Basis::Flat(flat),
            _ => Basis::PercentPlusFlat(rate, flat),
        };
        let approval = if automatic { Approval::Automatic } else { Approval::ByHand };
        let terms = Terms { hold_days, approval, ..Terms::plain(basis) };
        self.write(|write, env| {
            let newest = commission_rules::newest(write.conn(), campaign, 0)?.expect("a campaign has a rule");
            let (since, version) = (env.clock.now(), newest.version + 1);
            commission_rules::insert(write, &Rule { id: env.mint.id(since), version, terms, since, ..newest })
        });
    }

    fn pay(&mut self, step: char) -> String {
        let Scene { program, affiliate, payout, .. } = self.scene();
        if step == 'b' {
            let begun = self.write(|write, env| begin_payout(write, env, program, affiliate, Actor::Clock, ""));
            return match begun {
                Begun::Begun(row) => {
                    self.scene.as_mut().expect("a scene").payout = Some(row.id);
                    format!("b {}", row.amount_minor)
                }
                Begun::AlreadyOpen(_) => "already open".to_owned(),
                Begun::NothingPayable(amount) => format!("nothing payable: {}", amount.minor()),
                Begun::Unknown => "unknown".to_owned(),
            };
        }
        let Some(payout) = payout else { return "no payout".to_owned() };
        let ended = self.write(|write, env| match step {
            'f' => finish_payout(write, env, program, payout, Actor::Clock),
            _ => call_off_payout(write, env, program, payout, Actor::Clock),
        });
        let Ended::Changed(row) = ended else { panic!("{ended:?}") };
        self.scene.as_mut().expect("a scene").payout = None;
        format!("{step} {}", row.amount_minor)
    }

    fn give(&mut self, amount: i64) -> &'static str {
        let Scene { program, affiliate, .. } = self.scene();
        let given = self.write(|write, env| {
            let id = env.mint.id(env.clock.now());
            let bonus = Bonus { id, amount: Money::new(amount, Currency::USD), reason: "spring".to_owned() };
            give_bonus(write, env, program, affiliate, Actor::Clock, &bonus)
        });
        match given {
            Given::Given => "done",
            Given::Refused(_) => "refused",
            other => panic!("{other:?}"),
        }
    }
}
