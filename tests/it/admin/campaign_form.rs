//! The campaign form: the walk of the documents, both ways of saving, keys, and who may do what.

use std::process::{Command, Stdio};

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::campaign::IntegrationMethod;
use accrue::domain::currency::Currency;
use accrue::domain::user::Role;
use accrue::operations::create_campaign::NewCampaign;

use super::campaign_desk::{Filled, LIST, copied, create, somebody};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id, plan};
use crate::support::personas::{MerchantServer, Sale};
use crate::support::requirement::{Requirement, find_program, skip};
use crate::support::wire::readable;
use crate::support::world::Campaign;

const SAVE_FIRST: &str =
    "Save this campaign first. Your API key and endpoint documentation will appear here after saving.";

/// The key that the form's page holds.
fn shown_key(screen: &crate::support::person::Screen) -> String {
    copied(screen, "id=\"key-s2s_api\"")
}

on_each_engine! {
    /// Create, save first, copy, report: the S2S document in one go.
    fn the_copied_curl_example_records_a_conversion(db: TestDatabase) {
        let house = House::open(&db);
        let (program, mut marta) = somebody(&house, Role::Manager);
        let anna = house.admin().affiliate(program, "anna", AffiliateStatus::Active);
        let new = marta.open(&format!("{LIST}/new?kind=link&tab=integration"));
        assert!(new.says("New Link Campaign") && new.says(SAVE_FIRST), "{}", new.words());
        assert!(new.html.contains("name=\"status\" value=\"public\" checked"));
        assert!(!new.html.contains("ak_live_"));
        let (location, saved) = Filled::new("link").with("tab", "integration").save(&mut marta, LIST);
        assert!(location.ends_with("?tab=integration"), "{location}");
        assert!(saved.says("The campaign is created."), "{}", saved.words());
        // The Mobile panel of a saved campaign needs no saving either.
        assert!(!saved.says(SAVE_FIRST));
        let id = location.split(['/', '?']).find(|part| part.starts_with("camp_")).expect("an id");
        let api_key = shown_key(&saved);
        let campaign = Campaign {
            id: id.to_owned(), name: String::new(), kind: String::new(), tool_type: String::new(), method: String::new(),
            api_key: api_key.clone(), direct_mode: false, links: Vec::new(),
        };
        let click = MerchantServer::new(house.addr(), &api_key).add_click(&campaign, &anna);
        let token = click.click_token.expect("a token");
        let example = copied(&saved, "<pre data-code=\"curl\" tabindex=\"0\" role=\"region\" aria-label=\"Example in cURL\"");
        let example = example.replace("CLICK_TOKEN", &token).replace("ORDER-1001", "AF-20418");
        if find_program("curl").is_none() || find_program("bash").is_none() {
            return skip(Requirement::Languages, "no bash with curl");
        }
        let mut shell = Command::new("bash");
        let output = shell.args(["-c", &example]).env("no_proxy", "127.0.0.1").stdin(Stdio::null()).output().unwrap();
        let printed = readable(&output.stdout);
        assert!(printed.starts_with("{\"status\":\"success\",\"message\":\"S2S conversion recorded successfully\""), "{example}\n{printed}");
        assert_eq!(house.conversion("AF-20418").amount_minor, 12_990);
    }

    fn the_response_examples_are_what_is_answered(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Viewer);
        let page = marta.open(&format!("{LIST}/{}?tab=integration", shop.campaign.id));
        // Shown one field per line; answered without the blanks.
        let compact = |shown: &str| shown.lines().map(str::trim).collect::<String>().replace("\": \"", "\":\"");
        let example = |word: &str| compact(&copied(&page, &format!("id=\"answer-{word}\"")));
        assert_eq!(example("success"), r#"{"status":"success","message":"S2S conversion recorded successfully"}"#);
        assert_eq!(example("duplicate"), r#"{"status":"duplicate","message":"Order already recorded"}"#);
        assert_eq!(example("error"), r#"{"status":"error","message":"Invalid API key"}"#);
        let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        let mut merchant = house.merchant(&shop.campaign);
        let whole = |answer: crate::support::personas::Answer| answer.body;
        assert!(whole(merchant.report(sale.clone())).starts_with(example("success").trim_end_matches('}')));
        assert!(whole(merchant.report(sale.clone())).starts_with(example("duplicate").trim_end_matches('}')));
        assert_eq!(whole(MerchantServer::new(house.addr(), "ak_live_no").report(sale)), example("error"));
    }

    fn save_stays_on_the_form_and_its_tab_and_save_and_close_returns_to_the_list(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        let form = create(&mut marta, &Filled::new("link"));
        for (tab, then, leads_to) in [
            ("general", "stay", format!("{form}?tab=general")),
            ("integration", "stay", format!("{form}?tab=integration")),
            ("integration", "close", LIST.to_owned()),
            ("general", "close", LIST.to_owned()),
        ] {
            let shown = marta.open(&form);
            let (location, next) = Filled::of(&shown).with("tab", tab).with("then", then).save(&mut marta, &form);
            assert_eq!(location, leads_to);
            assert!(next.says("The campaign is saved."), "{}", next.words());
        }
    }

    fn every_setting_is_kept_and_shown_again(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        let filled = Filled::new("text")
            .with("tool_type", "multi_action_integration")
            .with("window", "45")
            .with("basis", "flat")
            .with("commission", "5.5")
            .with("hosts", "shop.example\r\n*.shop.example")
            .with("status", "draft")
            .without("lifetime")
            .with("first_day", "2026-10-01")
            .with("last_day", "2026-11-30")
            .with("headline", "Coffee & more")
            .with("ad_text", "One\r\nTwo")
            .with("direct_mode", "on")
            .with("method", "conversion_api");
        let form = create(&mut marta, &filled);
        let page = marta.open(&form);
        for (field, value) in [
            ("name", "Autumn Brew Sale"),
            ("category", "Coffee"),
            ("target_url", "https://shop.example/autumn"),
            ("plugin_name", "Shopify"),
            ("window", "45"),
            ("commission", "5.50"),
            ("first_day", "2026-10-01"),
            ("last_day", "2026-11-30"),
            ("headline", "Coffee & more"),
        ] {
            assert_eq!(page.value_of(field).as_deref(), Some(value), "{field}");
        }
        for part in [
            "<option value=\"multi_action_integration\" selected>",
            "<option value=\"flat\" selected>",
            "value=\"draft\" checked",
            "value=\"conversion_api\" checked",
            ">shop.example\n*.shop.example</textarea>",
            ">One\nTwo</textarea>",
        ] {
            assert!(page.html.contains(part), "{part}");
        }
        assert!(page.says("Version 1 is in force since 20 Mar 2026, 12:00: 5.50 USD for each, every payment of the customer · no hold · approved by hand."), "{}", page.words());
        assert!(!page.html.contains("name=\"lifetime\" value=\"on\" checked"));
        // What was shown, sent back, changes nothing.
        let list = marta.open(LIST);
        assert!(list.says("1 Oct – 30 Nov 2026") && list.says("Draft"), "{}", list.words());
    }

    fn a_changed_rule_makes_a_new_version_and_an_unchanged_one_does_not(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        let form = create(&mut marta, &Filled::new("link"));
        for (commission, says) in [("10", "Version 1"), ("12.5", "Version 2"), ("12.50", "Version 2"), (" 3.5 % ", "Version 3")] {
            let shown = marta.open(&form);
            let (_, saved) = Filled::of(&shown).with("commission", commission).save(&mut marta, &form);
            assert!(saved.says(&format!("{says} is in force")), "{commission}: {}", saved.words());
        }
    }

    fn a_key_is_regenerated_at_once_or_with_an_overlap(db: TestDatabase) {
        let house = House::open(&db);
        let (program, mut marta) = somebody(&house, Role::Manager);
        let anna = house.admin().affiliate(program, "anna", AffiliateStatus::Active);
        let form = create(&mut marta, &Filled::new("link"));
        let id = form.rsplit('/').next().expect("an id").to_owned();
        for (overlap, hours, says) in [
            ("none", 0, "The old key no longer works."),
            ("day", 24, "The old key works for the time you chose."),
            ("week", 7 * 24, "The old key works for the time you chose."),
        ] {
            let shown = marta.open(&format!("{form}?tab=integration"));
            let old = shown_key(&shown);
            let filled = Filled::of(&shown).with("regenerate", "s2s_api").with("overlap_s2s_api", overlap);
            let (_, saved) = filled.save(&mut marta, &form);
            assert!(saved.says(says), "{overlap}: {}", saved.words());
            let new = shown_key(&saved);
            assert_ne!(old, new);
            let campaign = Campaign {
                id: id.clone(), name: String::new(), kind: String::new(), tool_type: String::new(), method: String::new(),
                api_key: new.clone(), direct_mode: false, links: Vec::new(),
            };
            let asks = |key: &str| MerchantServer::new(house.addr(), key).add_click(&campaign, &anna).status;
            assert_eq!(asks(&new), 200);
            if hours > 0 {
                assert_eq!(asks(&old), 200, "{overlap}");
                assert!(saved.says("still works until"), "{}", saved.words());
                house.clock().advance(std::time::Duration::from_secs(hours * 3_600 - 1));
                assert_eq!(asks(&old), 200, "{overlap}: the last second");
                house.clock().advance(std::time::Duration::from_secs(1));
                marta = house.person().sign_in("marta@people.example", crate::support::house::PASSWORD);
            }
            assert_eq!(asks(&old), 401, "{overlap}: afterwards");
        }
    }

    /// The other panels' boxes stand in the same form and mean nothing.
    fn only_the_chosen_methods_box_makes_a_new_key(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        let form = create(&mut marta, &Filled::new("link"));
        let shown = marta.open(&form);
        let (_, saved) = Filled::of(&shown).with("regenerate", "mobile").with("overlap_mobile", "none").save(&mut marta, &form);
        assert_eq!(shown_key(&shown), shown_key(&saved));
    }

    fn an_overlap_that_is_not_offered_is_refused_and_makes_no_key(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        let form = create(&mut marta, &Filled::new("link"));
        let shown = marta.open(&form);
        let forged = Filled::of(&shown).with("regenerate", "s2s_api").with("overlap_s2s_api", "year");
        let refused = forged.send(&mut marta, &form);
        let sentence = "Old key stops working must be one of the times offered.";
        assert_eq!((refused.status, refused.error_at("overlap_s2s_api").as_deref()), (422, Some(sentence)));
        assert!(refused.says("Integration Setup 1 field to correct"), "{}", refused.words());
        assert!(refused.html.contains(r#"name="tab" value="integration""#), "the tab with the error is in front");
        let unnamed = Filled::of(&shown).with("tab", "integration").with("name", "").send(&mut marta, &form);
        assert!(unnamed.html.contains(r#"name="tab" value="general""#), "the tab with the error is in front");
        assert_eq!(shown_key(&shown), shown_key(&marta.open(&form)));
    }

    fn a_new_mobile_campaign_starts_with_direct_mode_on_unless_somebody_says_otherwise(db: TestDatabase) {
        let house = House::open(&db);
        let (_, mut marta) = somebody(&house, Role::Owner);
        let mobile = || Filled::new("link").with("method", "mobile");
        for (name, filled, on) in [
            ("another method", Filled::new("link"), false),
            ("another method, switched on", Filled::new("link").with("direct_mode", "on"), true),
            ("mobile without script", mobile().with("direct_mode_said", ""), true),
            ("mobile, switched off by script and hand", mobile().with("direct_mode_said", "yes"), false),
            ("mobile, switched on", mobile().with("direct_mode_said", "yes").with("direct_mode", "on"), true),
        ] {
            let form = create(&mut marta, &filled);
            let page = marta.open(&form);
            let checked = page.html.contains("aria-describedby=\"direct_mode-hint\" checked");
            assert_eq!(checked, on, "{name}");
            let warns = page.says("Conversions without a click are off, so direct reports are refused.");
            assert_eq!(warns, !on, "{name}");
        }
        // Once it is stored, an unticked box is an answer.
        let form = create(&mut marta, &mobile());
        let shown = marta.open(&form);
        let (_, saved) = Filled::of(&shown).with("method", "mobile").save(&mut marta, &form);
        assert!(!saved.html.contains("aria-describedby=\"direct_mode-hint\" checked"));
    }

    fn a_method_that_is_not_offered_is_kept_by_the_campaign_that_has_it_and_taken_by_no_other(db: TestDatabase) {
        let house = House::open(&db);
        let (program, mut marta) = somebody(&house, Role::Owner);
        let new = marta.open(&format!("{LIST}/new?kind=link"));
        for (word, offered) in
            [("s2s_api", true), ("mobile", true), ("conversion_api", true), ("js_pixel", true), ("postback", false)]
        {
            assert_eq!(new.html.contains(&format!("name=\"method\" value=\"{word}\"")), offered, "{word}");
        }
        let refused = Filled::new("link").with("method", "postback").send(&mut marta, LIST);
        assert_eq!((refused.status, refused.error_at("method").as_deref()), (422, Some("Integration method must be one of the cards.")));
        let old = house.admin().campaign(program, NewCampaign { method: IntegrationMethod::Postback, ..plan() }, &[]);
        let form = format!("{LIST}/{}", old.id);
        let shown = marta.open(&form);
        assert!(shown.html.contains("name=\"method\" value=\"postback\" checked"), "{}", shown.words());
        let (_, saved) = Filled::of(&shown).with("method", "postback").save(&mut marta, &form);
        assert!(saved.html.contains("name=\"method\" value=\"postback\" checked"));
    }

    fn two_people_at_one_form_do_not_undo_each_other(db: TestDatabase) {
        let house = House::open(&db);
        let (program, mut marta) = somebody(&house, Role::Manager);
        let mut ines = house.member("Ines", program, Role::Manager);
        let form = create(&mut marta, &Filled::new("link"));
        let (martas, iness) = (marta.open(&form), ines.open(&form));
        let (_, _) = Filled::of(&martas).with("name", "Autumn by Marta").save(&mut marta, &form);
        let told = Filled::of(&iness).with("category", "Tea").with("tab", "general").send(&mut ines, &form);
        assert_eq!(told.status, 409);
        assert!(told.says("Somebody else changed this campaign"), "{}", told.words());
        assert!(told.says("Campaign Name now saved: Autumn by Marta"), "{}", told.words());
        assert_eq!(told.value_of("category").as_deref(), Some("Tea"), "what she typed is kept");
        assert_eq!(told.value_of("name").as_deref(), Some("Autumn Brew Sale"), "what she typed is kept");
        assert_eq!(marta.open(&form).value_of("category").as_deref(), Some("Coffee"), "nothing was saved");
        // Now she has seen it, and decides.
        let (_, saved) = Filled::of(&told).with("name", "Autumn by Marta").with("category", "Tea").save(&mut ines, &form);
        assert_eq!(saved.value_of("name").as_deref(), Some("Autumn by Marta"));
    }

    /// A form that was refused keeps the mark it came with: mending a field is not having seen the other's change.
    fn a_refused_form_does_not_forget_what_it_was_filled_with(db: TestDatabase) {
        let house = House::open(&db);
        let (program, mut marta) = somebody(&house, Role::Manager);
        let mut ines = house.member("Ines", program, Role::Manager);
        let form = create(&mut marta, &Filled::new("link"));
        let (martas, iness) = (marta.open(&form), ines.open(&form));
        Filled::of(&martas).with("name", "Autumn by Marta").save(&mut marta, &form);
        let refused = Filled::of(&iness).with("window", "0").send(&mut ines, &form);
        assert_eq!(refused.status, 422);
        assert_eq!(Filled::of(&refused).send(&mut ines, &form).status, 409);
    }

    fn a_viewer_sees_everything_but_the_key_and_can_save_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Viewer);
        let form = format!("{LIST}/{}", shop.campaign.id);
        for target in [format!("{form}?tab=integration"), format!("{LIST}?setup={}", shop.campaign.id)] {
            let page = marta.open(&target);
            assert!(!page.html.contains(&shop.campaign.api_key), "{target}");
            let end = &shop.campaign.api_key[shop.campaign.api_key.len() - 4..];
            assert!(page.says(&format!("ak_live_{}{end}", "•".repeat(20))), "{target}: {}", page.words());
            assert!(!page.says("Reveal") && !page.html.contains("data-copy=\"#key-"), "{target}");
        }
        let page = marta.open(&form);
        assert!(page.html.contains("<fieldset disabled>") && !page.html.contains("Save &"), "{}", page.words());
        assert!(!page.says("Regenerate API Key"));
        assert_eq!(marta.get(&format!("{LIST}/new?kind=link")).status, 403);
        marta.open(LIST);
        for target in [
            LIST.to_owned(),
            form.clone(),
            format!("{form}/archival"),
            format!("{form}/restoration"),
            format!("{form}/copies"),
            format!("{form}/media/media_01h455vb4pex5vsknk084sn02q/removal"),
        ] {
            assert_eq!(Filled::new("link").send(&mut marta, &target).status, 403, "{target}");
        }
        let id = campaign_id(&shop.campaign);
        let catalogue = house.app().catalogue();
        assert_eq!(catalogue.campaign(shop.program, id).map(|campaign| campaign.name.as_str()), Some("Alderfinch shop"));
    }

    fn a_foreign_campaign_is_not_there(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().program("Other", Currency::USD);
        let mut eve = house.member("Eve", other, Role::Owner);
        eve.open("/admin/other/campaigns");
        for id in [shop.campaign.id.as_str(), "camp_01h455vb4pex5vsknk084sn02q", "aff_01h455vb4pex5vsknk084sn02q", "x"] {
            let form = format!("/admin/other/campaigns/{id}");
            assert_eq!(eve.get(&form).status, 404, "{id}");
            assert_eq!(eve.get(&format!("/admin/other/campaigns?setup={id}")).status, 404, "{id}");
            for target in ["", "/archival", "/restoration", "/copies", "/media/media_01h455vb4pex5vsknk084sn02q/removal"] {
                let sent = Filled::new("link").send(&mut eve, &format!("{form}{target}"));
                assert_eq!(sent.status, 404, "{id}{target}");
            }
        }
        assert_eq!(eve.get("/admin/other/campaigns/new?kind=poster").status, 404);
        assert_eq!(Filled::new("poster").send(&mut eve, "/admin/other/campaigns").status, 400);
    }
}
