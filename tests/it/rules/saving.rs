//! Rules: added, changed by new versions, ended, and never by two at once.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::currency::Currency;
use accrue::domain::event::EventType;
use accrue::domain::handle::ActionCode;
use accrue::domain::id::{CampaignId, ProgramId};
use accrue::domain::money::Money;
use accrue::domain::rate::Rate;
use accrue::domain::rule::{Approval, Basis, Conditions, Duration, Rule, SubscriptionCondition, Terms};
use accrue::operations::duplicate_campaign::duplicate_campaign;
use accrue::operations::end_rule::end_rule;
use accrue::operations::save_rule::{RuleName, RuleRefused, SeenRule, WantedRule, create_rule, save_rule};
use accrue::storage::commission_rules;
use accrue::storage::error::{StorageError, Unique};

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id, campaign_id, percent, race};

/// Everything that a rule can say.
fn elaborate(shop: &Shop) -> WantedRule {
    let dollars = Money::parse("1.50", Currency::USD).unwrap();
    WantedRule {
        name: RuleName::parse("Tents, first year").unwrap(),
        conditions: Conditions {
            product: Some("TENT-2".into()),
            price: Some("price_44".into()),
            subscription: Some(SubscriptionCondition::Monthly),
            affiliate: Some(affiliate_id(&shop.anna)),
            event: Some((EventType::Action, Some(ActionCode::parse("newsletter").unwrap()))),
        },
        terms: Terms {
            basis: Basis::PercentPlusFlat(Rate::parse_percent("7.25").unwrap(), dollars),
            duration: Duration::Months(12),
            hold_days: 45,
            approval: Approval::Automatic,
        },
    }
}

fn for_product(product: &str, basis: Basis) -> WantedRule {
    let conditions = Conditions { product: Some(product.into()), ..Conditions::default() };
    WantedRule { name: RuleName::default(), conditions, terms: Terms::plain(basis) }
}

fn create(house: &House, shop: &Shop, wanted: WantedRule) -> Result<Rule, RuleRefused> {
    let place = (shop.program, campaign_id(&shop.campaign));
    house.attempt(move |write, env| create_rule(write, env, place, wanted))
}

fn save(
    house: &House,
    shop: &Shop,
    (number, version): (u32, u32),
    wanted: WantedRule,
) -> Result<Option<Rule>, RuleRefused> {
    let place = (shop.program, campaign_id(&shop.campaign));
    house.attempt(move |write, env| save_rule(write, env, place, SeenRule { number, version }, wanted))
}

fn end(house: &House, shop: &Shop, (number, version): (u32, u32)) -> Result<Option<Rule>, RuleRefused> {
    let place = (shop.program, campaign_id(&shop.campaign));
    house.attempt(move |write, env| end_rule(write, env, place, SeenRule { number, version }))
}

/// Number, version and whether it has ended.
fn versions(house: &House, shop: &Shop) -> Vec<(u32, u32, bool)> {
    let rules = house.read(|conn| commission_rules::of_campaign(conn, campaign_id(&shop.campaign)));
    rules.iter().map(|rule| (rule.number, rule.version, rule.ended)).collect()
}

on_each_engine! {
    fn a_rule_is_kept_with_everything_it_says(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.pass_days(1);
        let wanted = elaborate(&shop);
        let made = create(&house, &shop, wanted.clone()).unwrap();
        assert_eq!((made.number, made.version, made.since), (1, 1, house.now()));
        let kept = house.read(move |conn| commission_rules::find(conn, made.id)).expect("it is there");
        assert_eq!((kept.conditions, kept.terms, &*kept.name), (wanted.conditions, wanted.terms, "Tents, first year"));
        let in_memory = house.app().catalogue().rules(campaign_id(&shop.campaign)).len();
        assert_eq!(in_memory, 2, "the catalogue has it at once");
    }

    fn a_change_is_a_version_and_no_change_is_none(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        create(&house, &shop, for_product("tent", percent("20"))).unwrap();
        house.pass_days(1);
        let changed = save(&house, &shop, (1, 1), for_product("tent", percent("25"))).unwrap().expect("a version");
        assert_eq!((changed.version, changed.since), (2, house.now()));
        let same = save(&house, &shop, (1, 1), for_product("tent", percent("25"))).unwrap();
        assert_eq!(same, None, "saving twice what is so already, however old the form");
        let moved = save(&house, &shop, (1, 2), for_product("stove", percent("25"))).unwrap().expect("a version");
        assert_eq!(moved.version, 3, "a condition counts as much as an amount");
        let second = create(&house, &shop, for_product("tent", percent("1"))).unwrap();
        assert_eq!((second.number, second.version), (2, 1), "the next number");
        assert_eq!(versions(&house, &shop), [(0, 1, false), (1, 1, false), (1, 2, false), (1, 3, false), (2, 1, false)]);
    }

    fn the_defaults_terms_change_and_its_conditions_stay_none(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let wanted = elaborate(&shop);
        let changed = save(&house, &shop, (0, 1), wanted.clone()).unwrap().expect("a version");
        assert_eq!((changed.number, changed.version, changed.terms), (0, 2, wanted.terms));
        assert!(changed.conditions.are_none() && changed.name.is_empty());
    }

    fn who_saves_second_is_told(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        create(&house, &shop, for_product("tent", percent("20"))).unwrap();
        save(&house, &shop, (1, 1), for_product("tent", percent("25"))).unwrap();
        let second = save(&house, &shop, (1, 1), for_product("tent", percent("30")));
        assert!(matches!(second, Err(RuleRefused::ChangedMeanwhile)), "{second:?}");
        assert!(matches!(end(&house, &shop, (1, 1)), Err(RuleRefused::ChangedMeanwhile)), "nor ended unseen");
        assert!(save(&house, &shop, (1, 2), for_product("tent", percent("30"))).is_ok(), "having looked again");
    }

    fn a_rule_ends_once_and_for_good_and_the_default_never(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        create(&house, &shop, for_product("tent", percent("20"))).unwrap();
        let ended = end(&house, &shop, (1, 1)).unwrap().expect("a version");
        assert!(ended.ended && ended.version == 2);
        assert_eq!(end(&house, &shop, (1, 1)).unwrap(), None, "a second time");
        let changed = save(&house, &shop, (1, 2), for_product("tent", percent("25")));
        assert!(matches!(changed, Err(RuleRefused::Ended)), "{changed:?}");
        assert!(matches!(end(&house, &shop, (0, 1)), Err(RuleRefused::DefaultCannotEnd)));
        let next = create(&house, &shop, for_product("tent", percent("25"))).unwrap();
        assert_eq!(next.number, 2, "a number is not used again");
        assert_eq!(versions(&house, &shop), [(0, 1, false), (1, 1, false), (1, 2, true), (2, 1, false)]);
    }

    fn what_could_never_decide_is_not_taken(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let none = WantedRule::of_default(Terms::plain(percent("20")));
        assert!(matches!(create(&house, &shop, none), Err(RuleRefused::WithoutConditions)));
        create(&house, &shop, for_product("tent", percent("20"))).unwrap();
        create(&house, &shop, for_product("stove", percent("20"))).unwrap();
        let twin = create(&house, &shop, for_product("tent", percent("25")));
        assert!(matches!(twin, Err(RuleRefused::SameConditions(1))), "{twin:?}");
        let turned = save(&house, &shop, (2, 1), for_product("tent", percent("25")));
        assert!(matches!(turned, Err(RuleRefused::SameConditions(1))), "{turned:?}");
        assert_eq!(versions(&house, &shop).len(), 3);
    }

    fn a_rule_is_of_the_program_with_its_affiliate_and_its_currency(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let elsewhere = house.admin().program("Elsewhere", Currency::EUR);
        let stranger = house.admin().affiliate(elsewhere, "stranger", AffiliateStatus::Active);
        let mut wanted = elaborate(&shop);
        wanted.conditions.affiliate = Some(affiliate_id(&stranger));
        assert!(matches!(create(&house, &shop, wanted), Err(RuleRefused::UnknownAffiliate)));
        let euros = Money::parse("1.50", Currency::EUR).unwrap();
        for basis in [Basis::Flat(euros), Basis::PercentPlusFlat(Rate::ZERO, euros)] {
            let refused = create(&house, &shop, for_product("tent", basis));
            assert!(matches!(refused, Err(RuleRefused::ChangedMeanwhile)), "{refused:?}");
        }
        let theirs = Shop { program: elsewhere, ..house_shop(&shop) };
        assert!(matches!(create(&house, &theirs, for_product("tent", percent("1"))), Err(RuleRefused::NotFound)));
        assert!(matches!(save(&house, &theirs, (0, 1), for_product("tent", percent("1"))), Err(RuleRefused::NotFound)));
        assert!(matches!(end(&house, &theirs, (1, 1)), Err(RuleRefused::NotFound)));
        assert!(matches!(end(&house, &shop, (7, 1)), Err(RuleRefused::NotFound)), "there is no such number");
        assert_eq!(versions(&house, &shop), [(0, 1, false)]);
    }

    fn a_copy_has_every_rule_with_all_its_terms(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (program, id) = (shop.program, campaign_id(&shop.campaign));
        save(&house, &shop, (0, 1), elaborate(&shop)).unwrap();
        create(&house, &shop, for_product("ended", percent("1"))).unwrap();
        end(&house, &shop, (1, 1)).unwrap();
        create(&house, &shop, elaborate(&shop)).unwrap();
        save(&house, &shop, (2, 1), WantedRule { terms: Terms::plain(percent("3")), ..elaborate(&shop) }).unwrap();
        house.pass_days(1);
        let copy = house.write(move |write, env| duplicate_campaign(write, env, program, id, None)).expect("it is there");
        let copied = house.read(move |conn| commission_rules::of_campaign(conn, copy));
        let numbers: Vec<_> = copied.iter().map(|rule| (rule.number, rule.version, rule.since)).collect();
        assert_eq!(numbers, [(0, 1, house.now()), (2, 1, house.now())], "what has ended is not copied");
        let wanted = elaborate(&shop);
        assert_eq!(copied[0].terms, wanted.terms, "the default's other terms too");
        assert_eq!((&copied[1].conditions, &*copied[1].name), (&wanted.conditions, wanted.name.as_str()));
        assert_eq!(copied[1].terms, Terms::plain(percent("3")), "as it stands now");
    }

    fn of_two_who_change_a_rule_at_once_one_does(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        create(&house, &shop, for_product("tent", percent("20"))).unwrap();
        let (place, env): ((ProgramId, CampaignId), _) = ((shop.program, campaign_id(&shop.campaign)), house.environment());
        drop(house);
        let seen = SeenRule { number: 1, version: 1 };
        let (first, second) = race(
            &db,
            |write| save_rule(write, &env, place, seen, for_product("tent", percent("25"))),
            |write| save_rule(write, &env, place, seen, for_product("tent", percent("30"))),
        );
        assert_eq!(first.unwrap().map(|rule| rule.version), Some(2));
        assert!(matches!(second, Err(RuleRefused::ChangedMeanwhile)), "{second:?}");
    }

    /// The look-up before it is only politeness: the index is what keeps the promise.
    fn the_database_itself_refuses_a_version_twice(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let made = create(&house, &shop, for_product("tent", percent("20"))).unwrap();
        let now = house.now();
        let twice = house.try_write(move |write, env| {
            commission_rules::insert(write, &Rule { id: env.mint.id(now), ..made })
        });
        let why = twice.expect_err("the index refuses it");
        let accrue::recorder::WriteError::Refused(StorageError::Taken(Unique::RuleVersion)) = why else {
            panic!("refused otherwise: {why}");
        };
    }
}

/// The same scene once more.
fn house_shop(shop: &Shop) -> Shop {
    Shop { program: shop.program, campaign: shop.campaign.clone(), anna: shop.anna.clone(), ben: shop.ben.clone() }
}
