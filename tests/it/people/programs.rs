//! Making programs and changing their settings.

use accrue::domain::currency::Currency;
use accrue::domain::handle::ClickParameter;
use accrue::domain::id::ProgramId;
use accrue::domain::landing::TargetUrl;
use accrue::domain::money::Money;
use accrue::domain::name::Name;
use accrue::domain::rule::{Basis, Duration, Terms};
use accrue::domain::time::Zone;
use accrue::domain::user::Role;
use accrue::operations::change_program::{ProgramSettings, SettingsRefused, change_program};
use accrue::operations::change_rule::change_rule;
use accrue::operations::save_rule::{SeenRule, WantedRule, save_rule};
use accrue::operations::set_up::{NewProgram, found_own_program};
use accrue::recorder::WriteError;
use accrue::storage::clicks::ClickRow;
use accrue::storage::error::{StorageError, Unique};
use accrue::storage::new_rows::NewRows;
use accrue::storage::write::Write;
use accrue::storage::{commission_rules, memberships, roll_ups};

use super::{refused, user};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, campaign_id, percent, plan};
use crate::support::in_process::wait_for;
use crate::support::personas::{Sale, Visitor};

/// The settings as they are.
fn settings(house: &House, program: ProgramId) -> ProgramSettings {
    let catalogue = house.app().catalogue();
    let program = catalogue.program(program).expect("it is there");
    ProgramSettings {
        name: Name::parse(&program.name).expect("a name"),
        base_currency: program.base_currency,
        zone: program.zone.clone(),
        click_parameter: program.click_parameter.clone(),
        fallback: program.fallback.clone(),
        default_campaign: program.default_campaign,
    }
}

fn save(house: &House, program: ProgramId, settings: ProgramSettings) -> Result<(), SettingsRefused> {
    let work = move |write: &mut Write<'_>| change_program(write, program, &settings);
    refused(wait_for(house.app().recorder.write(work)))
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).expect("a zone")
}

/// Somebody buys.
fn buy(house: &House, shop: &Shop, order: &str) {
    let token = house.visit(&shop.campaign, &shop.anna);
    let answer = house.merchant(&shop.campaign).report(Sale::of(&token).order_id(order));
    assert_eq!(answer.status, 200, "{}", answer.body);
}

on_each_engine! {
    fn a_second_program_of_a_name_gets_a_number_and_belongs_to_whoever_made_it(db: TestDatabase) {
        let house = House::open(&db);
        let first = house.admin().program("Alder & Finch", Currency::EUR);
        let email = house.admin().person("Marta", first, Role::Owner);
        let marta = user(&house, &email).id;
        let mut slugs = Vec::new();
        for _ in 0..2 {
            let new = NewProgram { name: "Alder & Finch".into(), base_currency: Currency::JPY, zone: zone("Asia/Tokyo") };
            let made = house.write(move |write, env| found_own_program(write, env, marta, &new));
            let role = house.read(|conn| memberships::role(conn, made.id, marta));
            assert_eq!((role, user(&house, &email).last_program_id), (Some(Role::Owner), Some(made.id)));
            slugs.push(made.slug.as_str().to_owned());
        }
        assert_eq!(slugs, ["alder-finch-2", "alder-finch-3"]);
        let own = house.read(|conn| memberships::programs_of_user(conn, marta));
        assert_eq!(own.len(), 3);
    }

    fn what_is_set_holds_at_once(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut new = settings(&house, shop.program);
        new.name = Name::parse("Finch & Alder").expect("a name");
        new.click_parameter = ClickParameter::parse("ref").expect("a parameter");
        new.fallback = Some(TargetUrl::parse("https://shop.example/gone").expect("an address"));
        new.default_campaign = Some(campaign_id(&shop.campaign));
        save(&house, shop.program, new).unwrap_or_else(|why| panic!("{why}"));
        let link = shop.campaign.link_of(&shop.anna);
        let landing = Visitor::new(house.addr()).follow(&link.code);
        assert!(landing.location.as_deref().is_some_and(|url| url.contains("?ref=clk_")), "{landing:?}");
        house.admin().archive(&shop.campaign);
        let landing = Visitor::new(house.addr()).follow(&link.code);
        assert_eq!(landing.location.as_deref(), Some("https://shop.example/gone"));
        let kept = settings(&house, shop.program);
        assert_eq!((kept.name.as_str(), kept.default_campaign), ("Finch & Alder", Some(campaign_id(&shop.campaign))));
    }

    fn another_programs_campaign_is_nobodys_default(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().program("Other", Currency::EUR);
        let mut new = settings(&house, other);
        new.default_campaign = Some(campaign_id(&shop.campaign));
        assert!(matches!(save(&house, other, new), Err(SettingsRefused::UnknownCampaign)));
    }

    fn the_currency_is_free_until_something_is_recorded_in_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let in_currency = |currency| ProgramSettings { base_currency: currency, ..settings(&house, shop.program) };
        save(&house, shop.program, in_currency(Currency::EUR)).unwrap_or_else(|why| panic!("{why}"));
        let flat = Money::new(500, Currency::EUR);
        house.admin().pay(&shop.campaign, Basis::Flat(flat));
        let refused = save(&house, shop.program, in_currency(Currency::USD));
        assert!(matches!(refused, Err(SettingsRefused::CurrencyIsPaid(Currency::EUR))), "{refused:?}");
        house.admin().pay(&shop.campaign, percent("10"));
        save(&house, shop.program, in_currency(Currency::USD)).unwrap_or_else(|why| panic!("{why}"));
        buy(&house, &shop, "1001");
        assert_eq!(house.commission("1001").currency, Currency::USD);
        let refused = save(&house, shop.program, in_currency(Currency::EUR)).expect_err("it is recorded");
        assert_eq!(refused.to_string(), "must stay USD, because conversions are recorded in it");
        save(&house, shop.program, settings(&house, shop.program)).expect("the rest can be saved all the same");
        house.assert_books_balance();
    }

    fn a_conversion_of_the_test_mode_fixes_the_currency_too(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let key = house.admin().test_key(shop.program, &shop.campaign);
        let mut merchant = crate::support::personas::MerchantServer::new(house.addr(), &key);
        let click = merchant.add_click(&shop.campaign, &shop.anna);
        let token = click.click_token.expect("a token");
        assert_eq!(merchant.report(Sale::of(&token)).status, 200);
        let new = ProgramSettings { base_currency: Currency::EUR, ..settings(&house, shop.program) };
        assert!(matches!(save(&house, shop.program, new), Err(SettingsRefused::CurrencyIsRecorded(_))));
    }

    /// Whatever the order in which they are written, commission, report and program agree on the currency.
    fn a_conversion_and_another_currency_at_once_agree(db: TestDatabase) {
        let house = House::open(&db);
        for round in 0..20 {
            let program = house.admin().program(&format!("Shop {round}"), Currency::USD);
            let anna = house.admin().affiliate(program, "anna", accrue::domain::affiliate::AffiliateStatus::Active);
            let ben = house.admin().affiliate(program, "ben", accrue::domain::affiliate::AffiliateStatus::Active);
            let campaign = house.admin().campaign(program, plan(), &[&anna, &ben]);
            let shop = Shop { program, campaign, anna, ben };
            let token = house.visit(&shop.campaign, &shop.anna);
            let mut merchant = house.merchant(&shop.campaign);
            let new = ProgramSettings { base_currency: Currency::EUR, ..settings(&house, program) };
            let order = format!("race-{round}");
            let saved = std::thread::scope(|scope| {
                let report = scope.spawn(|| merchant.report(Sale::of(&token).order_id(&order)).status);
                let saved = save(&house, program, new);
                assert_eq!(report.join().expect("nobody panics"), 200);
                saved
            });
            let currency = settings(&house, program).base_currency;
            assert_eq!(currency, if saved.is_ok() { Currency::EUR } else { Currency::USD });
            assert_eq!(house.commission(&order).currency, currency);
        }
        house.assert_books_balance();
    }

    /// A form that was open while the currency changed must not bring the old one back.
    fn a_flat_amount_in_another_currency_than_the_programs_is_not_taken(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let new = ProgramSettings { base_currency: Currency::EUR, ..settings(&house, shop.program) };
        save(&house, shop.program, new).unwrap_or_else(|why| panic!("{why}"));
        let campaign = campaign_id(&shop.campaign);
        let pay = |currency| {
            let flat = Basis::Flat(Money::new(500, currency));
            house.try_write(move |write, env| change_rule(write, env, campaign, flat))
        };
        let refused = pay(Currency::USD);
        assert!(matches!(refused, Err(WriteError::Refused(StorageError::Taken(Unique::RuleVersion)))), "{refused:?}");
        assert!(pay(Currency::EUR).is_ok());
    }

    /// Every click waits while days are counted again, so that is done only while there is little to count.
    fn a_program_that_has_run_for_long_keeps_its_zone(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let click = house.click(&token);
        house.write(move |write, env| {
            let more = (0..2_000).map(|_| ClickRow { id: env.mint.id(env.clock.now()), ..click.clone() });
            NewRows { clicks: more.collect(), ..NewRows::default() }.write(write)
        });
        let before = house.read(roll_ups::all);
        let new = ProgramSettings { zone: zone("Asia/Tokyo"), ..settings(&house, shop.program) };
        let refused = save(&house, shop.program, new).expect_err("it is too much");
        assert_eq!(refused.to_string(), "must stay UTC, because its days have been counted in it for too long");
        assert_eq!(house.read(roll_ups::all), before);
        assert_eq!(settings(&house, shop.program).zone.name(), "UTC");
    }

    /// In other days another order may be the first that comes too late, and what was recorded stays what it is.
    fn a_program_that_has_paid_for_months_keeps_its_zone(db: TestDatabase) {
        let house = House::open_at(&db, "2027-01-31T12:00:00Z");
        let shop = house.shop();
        buy(&house, &shop, "plain");
        let in_zone = |name| ProgramSettings { zone: zone(name), ..settings(&house, shop.program) };
        let campaign = campaign_id(&shop.campaign);
        let now = house.read(move |conn| commission_rules::newest(conn, campaign, 0)).expect("a campaign has a rule");
        let months = WantedRule::of_default(Terms { duration: Duration::Months(1), ..Terms::plain(percent("10")) });
        let (place, seen) = ((shop.program, campaign), SeenRule { number: 0, version: now.version });
        house.attempt(move |write, env| save_rule(write, env, place, seen, months)).expect("the rule is saved");
        save(&house, shop.program, in_zone("Asia/Tokyo")).expect("nobody has paid under that rule");
        buy(&house, &shop, "counted");
        let refused = save(&house, shop.program, in_zone("America/Los_Angeles")).expect_err("its month is running");
        assert_eq!(refused.to_string(), "must stay Asia/Tokyo, because a rule has counted months in its days");
        assert_eq!(settings(&house, shop.program).zone.name(), "Asia/Tokyo");
        house.assert_books_balance();
    }

    fn another_zone_counts_the_days_again(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-20T23:30:00Z");
        let shop = house.shop();
        buy(&house, &shop, "1001");
        let mut crawler = Visitor::new(house.addr()).with_header("User-Agent", "Googlebot/2.1");
        crawler.follow(&shop.campaign.link_of(&shop.ben).code);
        let neighbour = house.admin().program("Neighbour", Currency::USD);
        let days = |house: &House| {
            let days = house.read(roll_ups::all).campaign_days;
            days.keys().map(|(_, day)| day.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(days(&house), ["2026-03-20"]);
        let new = ProgramSettings { zone: zone("Europe/Berlin"), ..settings(&house, shop.program) };
        save(&house, shop.program, new).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(days(&house), ["2026-03-20", "2026-03-21"], "what left no row stays where it was");
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.clicks, tally.unique_clicks, tally.screened, tally.conversions), (1, 1, 1, 1));
        assert!(tally.sales_minor > 0 && tally.commission_minor > 0);
        house.assert_books_balance();
        buy(&house, &shop, "1002");
        house.assert_books_balance();
        let back = ProgramSettings { zone: zone("UTC"), ..settings(&house, shop.program) };
        save(&house, shop.program, back).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(days(&house), ["2026-03-20"], "days in which nothing is counted any more are gone");
        house.assert_books_balance();
        save(&house, neighbour, ProgramSettings { zone: zone("Asia/Tokyo"), ..settings(&house, neighbour) })
            .expect("there is nothing to count");
        house.assert_books_balance();
    }
}
