//! Changing a campaign: what a save does, what it leaves alone, and two people saving at once.

use std::time::Duration;

use accrue::domain::campaign::{CampaignStatus, IntegrationMethod};
use accrue::domain::click_token::Mode;
use accrue::domain::id::{CampaignId, ProgramId};
use accrue::domain::landing::TargetUrl;
use accrue::domain::line::Line;
use accrue::operations::archive_campaign::{archive_campaign, restore_campaign};
use accrue::operations::campaign_keys::campaign_keys;
use accrue::operations::campaign_settings::{CampaignSettings, Edition};
use accrue::operations::create_campaign::NewCampaign;
use accrue::operations::update_campaign::{NotUpdated, Saving, update_campaign};
use accrue::storage::installation;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, campaign_id, percent, plan};
use crate::support::personas::{MerchantServer, Sale};

fn settings(house: &House, program: ProgramId, id: CampaignId) -> CampaignSettings {
    let now = house.now();
    house.read(move |conn| CampaignSettings::load(conn, program, id, now)).expect("it is there")
}

/// Saves, as somebody who has seen `seen`; what was said to it.
fn save(house: &House, shop: &Shop, wanted: NewCampaign, seen: &Edition, new_key: Option<Duration>) -> &'static str {
    let (program, id) = (shop.program, campaign_id(&shop.campaign));
    let saving = Saving { seen: seen.clone(), new_key };
    let done = house.attempt(move |write, env| update_campaign(write, env, (program, id), &wanted, &saving));
    match done {
        Ok(()) => "saved",
        Err(NotUpdated::ChangedMeanwhile) => "changed meanwhile",
        Err(NotUpdated::NotFound) => "not found",
        Err(NotUpdated::Storage(why)) => panic!("{why}"),
    }
}

fn seen(house: &House, shop: &Shop) -> Edition {
    settings(house, shop.program, campaign_id(&shop.campaign)).edition().clone()
}

on_each_engine! {
    fn a_save_changes_everything_in_one_go(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let id = campaign_id(&shop.campaign);
        let mut wanted = NewCampaign {
            name: "Winter".into(),
            status: CampaignStatus::InReview,
            method: IntegrationMethod::Mobile,
            target: TargetUrl::parse("https://shop.example/winter").unwrap(),
            basis: percent("12.5"),
            direct_mode: Some(true),
            ..plan()
        };
        wanted.profile.category = Line::parse("Seasonal").unwrap();
        assert_eq!(save(&house, &shop, wanted, &seen(&house, &shop), Some(Duration::ZERO)), "saved");
        let stands = settings(&house, shop.program, id);
        let row = &stands.campaign;
        assert_eq!((row.name.as_str(), row.status, row.method), ("Winter", CampaignStatus::InReview, IntegrationMethod::Mobile));
        assert_eq!((row.target_url.as_str(), row.direct_mode), ("https://shop.example/winter", true));
        assert_eq!(stands.profile.as_ref().map(|profile| profile.category.as_str()), Some("Seasonal"));
        assert_eq!(stands.rule.map(|rule| (rule.version, rule.terms.basis)), Some((2, percent("12.5"))));
        // Everybody else knows it at once.
        let catalogue = house.app().catalogue();
        assert_eq!(catalogue.campaign(shop.program, id).map(|campaign| campaign.name.as_str()), Some("Winter"));
        let old = MerchantServer::new(house.addr(), &shop.campaign.api_key).add_click(&shop.campaign, &shop.anna);
        assert_eq!(old.status, 401);
    }

    /// Neither a new version of the rule nor a new catalogue, and the direct mode stays where nothing is said about it.
    fn saving_what_is_saved_changes_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let before = house.read(installation::revision);
        let old_form = Edition::from_form("of last year");
        for seen in [seen(&house, &shop), old_form] {
            assert_eq!(save(&house, &shop, plan(), &seen, None), "saved");
        }
        let stands = settings(&house, shop.program, campaign_id(&shop.campaign));
        assert_eq!((stands.rule.map(|rule| rule.version), stands.campaign.direct_mode), (Some(1), true));
        assert_eq!(house.read(installation::revision), before);
    }

    /// Neither what the other changed nor the key they made is undone.
    fn who_saves_second_is_told_whatever_the_first_changed(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let base = plan;
        let mut described = base();
        described.profile.plugin_name = Line::parse("Shopify").unwrap();
        let firsts = [
            ("the name", NewCampaign { name: "First".into(), ..base() }, None),
            ("the rule", NewCampaign { basis: percent("20"), ..base() }, None),
            ("the profile", described, None),
            ("the key", base(), Some(Duration::from_secs(3_600))),
        ];
        for (case, first, new_key) in firsts {
            assert_eq!(save(&house, &shop, base(), &seen(&house, &shop), None), "saved", "{case}: back to the start");
            let both_saw = seen(&house, &shop);
            assert_eq!(save(&house, &shop, first, &both_saw, new_key), "saved", "{case}");
            let second = NewCampaign { name: "Second".into(), ..base() };
            assert_eq!(save(&house, &shop, second.clone(), &both_saw, None), "changed meanwhile", "{case}");
            let stands = settings(&house, shop.program, campaign_id(&shop.campaign));
            assert_ne!(stands.campaign.name, "Second", "{case}");
            assert_eq!(save(&house, &shop, second, stands.edition(), None), "saved", "{case}: having looked again");
        }
    }

    /// A second click on Save must not end the key that the first one made.
    fn a_key_is_not_regenerated_twice_from_one_form(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let form = seen(&house, &shop);
        assert_eq!(save(&house, &shop, plan(), &form, Some(Duration::ZERO)), "saved");
        assert_eq!(save(&house, &shop, plan(), &form, Some(Duration::ZERO)), "changed meanwhile");
    }

    fn the_newest_key_is_shown_again_and_the_old_ones_by_their_end(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (program, id, env) = (shop.program, campaign_id(&shop.campaign), house.environment());
        let keys = |env: &accrue::environment::Environment| {
            let env = env.clone();
            house.read(move |conn| campaign_keys(conn, &env, program, id))
        };
        house.admin().issue_key(program, Mode::Test, accrue::operations::issue_key::Holder::Campaign(id));
        let shown = keys(&env);
        assert_eq!(shown.current.as_ref().map(accrue::domain::key::SecretKey::as_str), Some(&*shop.campaign.api_key));
        assert!(shown.ending.is_empty(), "{shown:?}");
        let new = house.admin().regenerate_key(&shop.campaign, Duration::from_secs(86_400));
        let shown = keys(&env);
        assert_eq!(shown.current.as_ref().map(accrue::domain::key::SecretKey::as_str), Some(&*new));
        let (masked, end) = &shown.ending[0];
        assert_eq!((masked, *end), (&accrue::domain::key::masked(&shop.campaign.api_key), house.now().plus(Duration::from_secs(86_400))));
        house.pass_days(1);
        assert!(keys(&env).ending.is_empty());
        let other = house.admin().program("Somebody else", accrue::domain::currency::Currency::USD);
        let foreign = house.read(move |conn| campaign_keys(conn, &env, other, id));
        assert_eq!(foreign, accrue::operations::campaign_keys::CampaignKeys::default());
    }

    fn an_archived_campaign_credits_nothing_until_it_is_restored(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (program, id) = (shop.program, campaign_id(&shop.campaign));
        let token = house.visit(&shop.campaign, &shop.anna);
        assert!(house.write(move |write, env| archive_campaign(write, env, program, id)));
        let since = settings(&house, program, id).campaign.archived_at;
        house.pass_days(1);
        assert!(house.write(move |write, env| archive_campaign(write, env, program, id)), "a second time");
        assert_eq!(settings(&house, program, id).campaign.archived_at, since);
        assert_eq!(house.merchant(&shop.campaign).report(Sale::of(&token)).status, 409);
        assert!(house.write(move |write, _| restore_campaign(write, program, id)));
        assert_eq!(house.merchant(&shop.campaign).report(Sale::of(&token)).status, 200);
        let other = house.admin().program("Somebody else", accrue::domain::currency::Currency::USD);
        assert!(!house.write(move |write, env| archive_campaign(write, env, other, id)), "a foreign one");
        assert!(!house.write(move |write, _| restore_campaign(write, other, id)), "a foreign one");
    }

    fn a_foreign_campaign_cannot_be_changed(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().program("Somebody else", accrue::domain::currency::Currency::USD);
        let seen = seen(&house, &shop);
        let stranger = Shop { program: other, ..shop };
        assert_eq!(save(&house, &stranger, plan(), &seen, None), "not found");
    }
}
