//! The list of campaigns, with its modals and its buttons.

use std::time::Duration;

use accrue::domain::campaign::{CampaignKind, IntegrationMethod};
use accrue::domain::user::Role;
use accrue::operations::create_campaign::NewCampaign;

use super::campaign_desk::{Filled, LIST, create, somebody};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};

on_each_engine! {
    fn a_fresh_program_is_told_what_to_do_and_a_viewer_whom_to_ask(db: TestDatabase) {
        let house = House::open(&db);
        let (program, mut marta) = somebody(&house, Role::Manager);
        let page = marta.open(LIST);
        assert!(page.says("No campaigns yet") && page.says("Create a link campaign"), "{}", page.words());
        for card in ["Banner Campaign", "Text Campaign", "Link Campaign", "Video Campaign"] {
            assert!(page.says(&format!("Create New {card}")), "{card}: {}", page.words());
        }
        assert!(marta.open(&format!("{LIST}?q=x")).says("No campaign matches. Clear the filters"));
        assert!(marta.open(&format!("{LIST}?status=archived")).says("Nothing is archived"));
        let mut vera = house.member("Vera", program, Role::Viewer);
        let page = vera.open(LIST);
        assert!(page.says("A manager or owner of the program can create one.") && !page.says("Create New"), "{}", page.words());
    }

    fn the_table_has_the_contracts_columns_and_facts(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        create(&mut marta, &Filled::new("link"));
        house.visit(&shop.campaign, &shop.anna);
        house.settle();
        let page = marta.open(LIST);
        let words = page.words();
        let columns = "Image Campaign Name Integration Plugin Name View Ratio Integration Status Campaign Status Actions";
        assert!(words.contains(columns), "{words}");
        let made = "Autumn Brew Sale created 20 Mar 2026 Link Owner: Marta Category: Coffee Shopify 0 – S2S API No report yet Public Lifetime";
        assert!(words.contains(made), "{words}");
        assert!(words.contains("1 0.00 % S2S API No report yet Public Lifetime Edit Alderfinch shop"), "{words}");
        assert!(words.contains("2 campaigns"), "{words}");
    }

    fn filters_and_pages_are_the_urls(db: TestDatabase) {
        let house = House::open(&db);
        let (program, mut marta) = somebody(&house, Role::Manager);
        for number in 1..=23 {
            house.clock().advance(Duration::from_millis(1));
            let kind = if number % 2 == 0 { CampaignKind::Banner } else { CampaignKind::Text };
            house.admin().campaign(program, NewCampaign { name: format!("Number {number:02}"), kind, ..plan() }, &[]);
        }
        let first = marta.open(LIST);
        assert!(first.says("1–20 of 23 campaigns") && first.says("Number 23") && !first.says("Number 03"), "{}", first.words());
        let second = marta.open(&format!("{LIST}?page=2"));
        assert!(second.says("21–23 of 23 campaigns") && second.says("Number 03") && !second.says("Number 04"));
        let banners = marta.open(&format!("{LIST}?kind=banner&q=number"));
        assert!(banners.says("11 campaigns") && !banners.says("Number 23"));
        assert!(banners.html.contains("<option value=\"banner\" selected>") && banners.value_of("q").as_deref() == Some("number"));
        assert!(banners.html.contains("?q=number&#38;kind=banner&#38;setup=camp_"), "quick access keeps the filters");
    }

    /// The page at ?setup= holds that one campaign's key, and no other page of the list holds any.
    fn quick_access_shows_one_campaigns_key_and_endpoints(db: TestDatabase) {
        let house = House::open(&db);
        let (program, mut marta) = somebody(&house, Role::Manager);
        let url = |path: &str| house.app().public_url.join(path);
        let make = |method| house.admin().campaign(program, NewCampaign { method, name: format!("by {method}"), ..plan() }, &[]);
        let campaigns: Vec<_> = IntegrationMethod::ALL.iter().map(|method| (*method, make(*method))).collect();
        let list = marta.open(LIST);
        assert!(!list.html.contains("ak_live_"), "no key in the list");
        for (method, campaign) in &campaigns {
            let link = format!("?setup={}", campaign.id);
            let page = marta.open(&format!("{LIST}{link}"));
            let others = campaigns.iter().filter(|(_, other)| other.id != campaign.id);
            assert!(others.into_iter().all(|(_, other)| !page.html.contains(&other.api_key)), "{method}");
            let (title, icon, endpoints): (&str, &str, &[&str]) = match method {
                IntegrationMethod::S2sApi => ("S2S API setup", "server", &["/integration/s2sConvert"]),
                IntegrationMethod::Mobile => ("Mobile setup", "device-mobile", &["/integration/s2sConvert", "/integration/s2sRegisterClick"]),
                IntegrationMethod::ConversionApi => ("Conversion API setup", "braces", &["/integration/addClick", "/integration/s2sConvert"]),
                IntegrationMethod::JsPixel => ("JS Pixel setup", "code", &["/pixel.js", "/integration/general_integration"]),
                IntegrationMethod::Postback => {
                    assert!(!list.html.contains(&link) && !page.html.contains(&campaign.api_key), "{method}");
                    continue;
                }
            };
            let button = format!("href=\"{link}\" data-modal=\"#setup-{}\" aria-label=\"{title} of by {method}\"", campaign.id);
            let start = list.html.find(&button).unwrap_or_else(|| panic!("{button}"));
            assert!(list.html[start..start + 400].contains(&format!("#{icon}\"")), "{method}");
            assert!(page.says(&format!("{title} · by {method}")), "{method}");
            let has_key = *method != IntegrationMethod::JsPixel;
            assert_eq!(page.html.contains(&campaign.api_key), has_key, "{method}: a page of the shop has no key");
            for endpoint in endpoints {
                assert!(page.says(&url(endpoint)), "{method}: {endpoint}");
            }
            assert!(page.html.contains(&format!("href=\"{LIST}/{}?tab=integration\"", campaign.id)));
        }
    }

    fn a_campaign_is_archived_and_restored_from_the_list(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let form = format!("{LIST}/{}", shop.campaign.id);
        marta.open(LIST);
        let after = marta.submit(&format!("{form}/archival"), &[]);
        assert!(after.says("The campaign is archived") && after.says("No campaigns yet"), "{}", after.words());
        let archived = marta.open(&format!("{LIST}?status=archived"));
        assert!(archived.says("Alderfinch shop") && archived.says("Restore Alderfinch shop"), "{}", archived.words());
        assert!(marta.open(&form).says("Archived on 20 Mar 2026: nothing more is credited to this campaign."));
        let back = marta.submit(&format!("{form}/restoration"), &[]);
        assert!(back.says("The campaign is restored.") && back.says("Alderfinch shop"), "{}", back.words());
    }

    fn a_duplicate_opens_as_a_draft_of_whoever_made_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        marta.open(LIST);
        let copy = marta.submit(&format!("{LIST}/{}/copies", shop.campaign.id), &[]);
        assert!(copy.says("This is the copy, a Draft"), "{}", copy.words());
        assert_eq!(copy.value_of("name").as_deref(), Some("Alderfinch shop (copy)"));
        assert!(copy.html.contains("value=\"draft\" checked") && copy.says("Owner: Marta"), "{}", copy.words());
        assert!(!copy.html.contains(&shop.campaign.api_key));
    }
}
