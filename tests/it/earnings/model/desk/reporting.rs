//! Clicks, reports, and what a campaign pays for them.

use std::sync::Arc;

use accrue::domain::affiliate::AffiliateRef;
use accrue::domain::attempt::Payload;
use accrue::domain::click::{Click, Visit};
use accrue::domain::click_token::{Claims, Mode, Origin};
use accrue::domain::conversion::{CustomerFacts, Purchase, Report};
use accrue::domain::currency::Currency;
use accrue::domain::event::{Channel, Event};
use accrue::domain::exchange::ExchangeRate;
use accrue::domain::handle::{ExternalId, OrderId};
use accrue::domain::money::Money;
use accrue::domain::rate::Rate;
use accrue::domain::rule::{Approval, Basis, Duration, Rule, Terms};
use accrue::domain::time::{LocalDay, Window, Zone};
use accrue::operations::apply_rates::apply_rates;
use accrue::operations::record_clicks::{Visitors, record_clicks};
use accrue::operations::record_conversions::{Evidence, Incoming, Outcome};
use accrue::storage::catalogue::Catalogue;
use accrue::storage::exchange_rates::{self, ExchangeRateRow};
use accrue::storage::new_rows::NewRows;
use accrue::storage::{commission_rules, conversions};

use super::super::super::record;
use super::super::{Step, Told};
use super::Installation;

impl Installation {
    pub(super) fn click(&mut self, who: usize) {
        let link = Arc::clone(&self.scene().links[who]);
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
        self.scene_mut().clicks[who] = Some(claims);
    }

    /// Reports an order, and passes the millisecond that it takes.
    pub(super) fn convert(&mut self, told: &Told) -> &'static str {
        let scene = self.scene();
        let known = scene.orders.iter().find(|(known, _)| *known == told.order).map(|(_, id)| *id);
        let first = known.filter(|_| told.as_before).map(|id| {
            let row = conversions::find(self.parts().0, scene.program, id).expect("the database answers");
            row.expect("it is on record")
        });
        let place = |affiliate| scene.affiliates.iter().position(|it| *it == affiliate);
        let who = first.as_ref().and_then(|row| place(row.affiliate_id)).unwrap_or(told.who);
        let amount = Money::new(told.amount, Currency::parse(told.currency).expect("a currency"));
        let amount = first.map_or(amount, |row| row.amount());
        let evidence = match (told.channel, scene.clicks[who]) {
            ('d', _) => Evidence::direct(AffiliateRef::Id(scene.affiliates[who])),
            (_, Some(claims)) => Evidence::click(claims, Some(Arc::clone(&scene.links[who]))),
            (_, None) => Evidence::default(),
        };
        let outcome = self.write(|write, env| {
            let now = env.clock.now();
            let report = Report {
                id: env.mint.id(now),
                program_id: scene.program,
                mode: Mode::Live,
                token_id: env.mint.id(now),
                channel: channel(told.channel),
                received_at: now,
                order_id: OrderId::parse(&format!("o-{}", told.order)).expect("an order id"),
                event: Event::SALE,
                amount,
                customer: customer(told),
                purchase: Purchase { sale: told.sale, ..Purchase::default() },
                ignored_fields: Vec::new(),
            };
            let campaign_id = Some(scene.campaign);
            record(write, env, Incoming { report, campaign_id, evidence, payload: Payload::default() })
        });
        self.clock.advance(std::time::Duration::from_millis(1));
        match (outcome, known) {
            (Outcome::Recorded(id), None) => {
                self.scene_mut().orders.push((told.order, id));
                "recorded"
            }
            (Outcome::Recorded(id), Some(known)) if id == known => "taken over",
            (Outcome::Repeat(id), Some(known)) if id == known => "repeat",
            (Outcome::Refused(_), _) => "refused",
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn publish(&mut self, currency: &str, ten_thousandths: i64, days_ago: i32) {
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

    pub(super) fn change_rule(&mut self, step: &Step) {
        let Step::Rule { ppm, flat, kind, hold_days, automatic, duration } = *step else { return };
        let campaign = self.scene().campaign;
        let (rate, flat) = (Rate::from_ppm(ppm).expect("a rate"), Money::new(flat, Currency::USD));
        let basis = match kind {
            'p' => Basis::Percent(rate),
            'f' => Basis::Flat(flat),
            _ => Basis::PercentPlusFlat(rate, flat),
        };
        let duration = match duration {
            ('f', _) => Duration::FirstSale,
            ('p', most) => Duration::Payments(most),
            ('m', months) => Duration::Months(months),
            _ => Duration::Lifetime,
        };
        let approval = if automatic { Approval::Automatic } else { Approval::ByHand };
        let terms = Terms { duration, hold_days, approval, basis };
        self.write(|write, env| {
            let newest = commission_rules::newest(write.conn(), campaign, 0)?.expect("a campaign has a rule");
            let (since, version) = (env.clock.now(), newest.version + 1);
            commission_rules::insert(write, &Rule { id: env.mint.id(since), version, terms, since, ..newest })
        });
    }
}

fn channel(told: char) -> Channel {
    match told {
        'b' => Channel::Pixel,
        'm' => Channel::Mobile,
        'd' => Channel::Direct,
        _ => Channel::Server,
    }
}

fn customer(told: &Told) -> CustomerFacts {
    let name = told.customer.map(|number| ExternalId::parse(&format!("u-{number}")).expect("an id"));
    CustomerFacts { external_user_id: name, ..CustomerFacts::default() }
}
