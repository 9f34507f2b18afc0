//! Marketing → Links, as the people who work there see it.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::campaign::CampaignStatus;
use accrue::domain::currency::Currency;
use accrue::domain::landing::TargetUrl;
use accrue::domain::user::Role;
use accrue::operations::create_campaign::NewCampaign;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};

const LIST: &str = "/admin/alderfinch/links";

on_each_engine! {
    fn an_empty_list_asks_for_what_is_missing_first(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut marta = house.member("Marta", program, Role::Manager);
        let nothing = marta.open(LIST);
        assert!(nothing.says("No links yet") && nothing.says("Create a link campaign"), "{}", nothing.words());
        assert!(marta.open(&format!("{LIST}/new")).says("It needs a campaign first."));
        let campaign = house.admin().campaign(program, plan(), &[]);
        let no_affiliate = marta.open(LIST);
        assert!(no_affiliate.says("It needs an affiliate first. Create an affiliate"), "{}", no_affiliate.words());
        house.admin().affiliate(program, "anna", AffiliateStatus::Active);
        assert!(marta.open(LIST).says("Create a link"));
        marta.open(&format!("{LIST}/new"));
        let made = marta.submit(LIST, &[("campaign", &campaign.id), ("affiliate", "ANNA")]);
        assert!(made.says("The link is created. Copy it and pass it on."), "{}", made.words());
        assert!(made.says("Alderfinch shop anna Credits"), "{}", made.words());
        let url = format!("{}/c/", house.app().public_url.as_str());
        assert!(made.says(&url), "{}", made.words());
        assert!(made.html.contains("<details class=\"mt-2\" open>"), "the new link's ways are open");
    }

    fn the_copied_link_works_and_the_direct_one_keeps_the_targets_query_and_fragment(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let anna = house.admin().affiliate(program, "anna", AffiliateStatus::Active);
        let target = TargetUrl::parse("https://shop.example/tea?currency=EUR&aff=old#top").expect("an address");
        let campaign = house.admin().campaign(program, NewCampaign { target, ..plan() }, &[&anna]);
        let mut vera = house.member("Vera", program, Role::Viewer);
        let list = vera.open(LIST);
        let code = &campaign.link_of(&anna).code;
        assert!(list.html.contains(&format!("id=\"link-{code}\">{}/c/{code}<", house.app().public_url.as_str())));
        house.visitor().follow(code).token();
        assert!(list.says("https://shop.example/tea?currency=EUR&aff=anna#top"), "{}", list.words());
        assert!(list.says("It leads straight to your page and records nothing by itself"), "{}", list.words());
        assert!(!list.html.contains("&currency") && !list.html.contains("&aff"), "it is escaped where it stands");
    }

    fn a_link_that_does_not_credit_says_why_and_what_to_do(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        house.admin().set_status(&shop.anna, AffiliateStatus::Paused);
        let list = marta.open(LIST);
        assert!(list.says("Not credited The affiliate is Paused. Activate them"), "{}", list.words());
        assert!(list.says("ben Credits"), "the other link does: {}", list.words());
        house.admin().change(&shop.campaign, |row| row.status = CampaignStatus::Draft);
        let list = marta.open(LIST);
        assert!(list.says("Not credited The campaign is a Draft. Make it Public The affiliate is Paused. Activate them"), "{}", list.words());
        let now = house.now();
        house.admin().change(&shop.campaign, move |row| {
            row.status = CampaignStatus::Public;
            row.ends_at = Some(now);
        });
        assert!(marta.open(LIST).says("The campaign ended on 20 Mar 2026, 12:00. Change its period"));
        house.admin().archive(&shop.campaign);
        assert!(marta.open(LIST).says("The campaign is archived. Restore it"));
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let seen = vera.open(LIST);
        assert!(seen.says("The campaign is archived.") && !seen.says("Restore it"), "{}", seen.words());
    }

    fn links_are_filtered_by_campaign_affiliate_and_pasted_address(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let second = house.admin().campaign(shop.program, NewCampaign { name: "Second".into(), ..plan() }, &[&shop.anna]);
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        assert!(vera.open(LIST).says("3 links"));
        assert!(vera.open(&format!("{LIST}?campaign={}", second.id)).says("1 link"));
        assert!(vera.open(&format!("{LIST}?affiliate=anna")).says("2 links"));
        assert!(vera.open(&format!("{LIST}?affiliate={}", shop.ben.id)).says("1 link"));
        let url = format!("{}/c/{}", house.app().public_url.as_str(), second.link_of(&shop.anna).code);
        let pasted = vera.open(&format!("{LIST}?q={}", crate::support::wire::percent_encode(&url)));
        assert!(pasted.says("1 link") && pasted.says("Second anna Credits"), "{}", pasted.words());
        let unknown = vera.open(&format!("{LIST}?affiliate=nobody"));
        assert!(unknown.says("No affiliate goes by “nobody”.") && unknown.says("Clear the filters"), "{}", unknown.words());
        assert!(vera.open(&format!("{LIST}?q=zzzzzz")).says("No link matches. Clear the filters"));
        for odd in ["?campaign=x", "?page=x", "?q=%00", "?show=%22%3E", "?affiliate=%27--"] {
            assert_eq!(vera.get(&format!("{LIST}{odd}")).status, 200, "{odd}");
        }
    }

    fn a_link_is_refused_at_the_field_that_stands_in_its_way(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let archived = house.admin().campaign(shop.program, plan(), &[]);
        house.admin().archive(&archived);
        house.admin().affiliate(shop.program, "rejected", AffiliateStatus::Rejected);
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let stranger = house.admin().affiliate(elsewhere, "stranger", AffiliateStatus::Active);
        let foreign = house.admin().campaign(elsewhere, plan(), &[]);
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let form = marta.open(&format!("{LIST}/new?affiliate={}", shop.anna.id));
        assert_eq!(form.value_of("affiliate").as_deref(), Some("anna"), "it begins with whom it is for");
        assert!(!form.html.contains(&archived.id));
        let unknown = "Affiliate must be the code or id of an affiliate of this program.";
        let here = &shop.campaign.id;
        let cases = [
            (here.as_str(), "", "affiliate", unknown),
            (here, "nobody", "affiliate", unknown),
            (here, &stranger.id, "affiliate", unknown),
            (here, "rejected", "affiliate", "Affiliate must not be rejected; let it in first."),
            ("", "anna", "campaign", "Campaign must be chosen from the list."),
            (&foreign.id, "anna", "campaign", "Campaign must be a campaign of this program."),
            (&archived.id, "anna", "campaign", "Campaign must not be archived; restore it first."),
        ];
        for (campaign, affiliate, field, sentence) in cases {
            let refused = marta.post(LIST, &[("campaign", campaign), ("affiliate", affiliate)]);
            assert_eq!((refused.status, refused.error_at(field).as_deref()), (422, Some(sentence)), "{affiliate}");
        }
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        assert!(!vera.open(LIST).says("Create a link"));
        assert_eq!(vera.get(&format!("{LIST}/new")).status, 403);
        assert_eq!(vera.post(LIST, &[("campaign", here), ("affiliate", "anna")]).status, 403);
    }
}
