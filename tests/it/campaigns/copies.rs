//! Duplicating a campaign.

use accrue::domain::campaign::{CampaignStatus, IntegrationMethod};
use accrue::domain::currency::Currency;
use accrue::domain::line::Line;
use accrue::operations::campaign_media::add_media;
use accrue::operations::campaign_settings::CampaignSettings;
use accrue::operations::create_campaign::NewCampaign;
use accrue::operations::duplicate_campaign::duplicate_campaign;
use accrue::storage::{campaign_media, links};

use super::media::png;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id, percent, plan};

on_each_engine! {
    fn a_copy_is_a_draft_with_the_same_settings_and_a_key_of_its_own(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let program = shop.program;
        let mut new = NewCampaign { method: IntegrationMethod::Postback, direct_mode: Some(true), basis: percent("7.25"), ..plan() };
        new.profile.plugin_name = Line::parse("Shopify").unwrap();
        let original = house.admin().campaign(program, new, &[&shop.anna]);
        house.visit(&original, &shop.anna);
        let id = campaign_id(&original);
        house.attempt(move |write, env| add_media(write, env, program, id, vec![png("a.png", 1, 2), png("b.png", 3, 4)])).unwrap();
        let links_before = house.read(links::all).len();
        let copy = house.write(move |write, env| duplicate_campaign(write, env, program, id, None)).expect("it is there");
        let now = house.now();
        let stands = house.read(move |conn| CampaignSettings::load(conn, program, copy, now)).expect("it was made");
        let row = &stands.campaign;
        assert_eq!((row.name.as_str(), row.status), ("Alderfinch shop (copy)", CampaignStatus::Draft));
        assert_eq!((row.method, row.direct_mode), (IntegrationMethod::Postback, true));
        assert_eq!(stands.rule.map(|rule| (rule.version, rule.terms.basis)), Some((1, percent("7.25"))));
        assert_eq!(stands.profile.map(|profile| profile.plugin_name).as_deref(), Some("Shopify"));
        let images = house.read(move |conn| campaign_media::of_campaign(conn, program, copy));
        let names: Vec<_> = images.iter().map(|image| (image.file_name.as_str(), image.width)).collect();
        assert_eq!(names, [("a.png", 1), ("b.png", 3)]);
        assert_eq!(house.read(links::all).len(), links_before, "links stay with the original");
        let env = house.environment();
        let keys = house.read(move |conn| accrue::operations::campaign_keys::campaign_keys(conn, &env, program, copy));
        assert_ne!(keys.current.expect("a key").as_str(), original.api_key);
    }

    fn a_foreign_campaign_cannot_be_copied(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().program("Somebody else", Currency::USD);
        let id = campaign_id(&shop.campaign);
        assert_eq!(house.write(move |write, env| duplicate_campaign(write, env, other, id, None)), None);
    }
}
