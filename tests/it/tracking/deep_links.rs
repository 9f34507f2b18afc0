//! `?url=`: to another page of the shop, and nowhere else.

use accrue::domain::landing::AllowedHosts;
use accrue::operations::create_campaign::NewCampaign;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};

on_each_engine! {
    fn a_deep_link_leads_to_the_shop_and_the_hosts_it_allows(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let allowed_hosts = AllowedHosts::parse_lines("blog.example\n*.shop.example").unwrap();
        let campaign = house.admin().campaign(shop.program, NewCampaign { allowed_hosts, ..plan() }, &[&shop.anna]);
        let code = &campaign.link_of(&shop.anna).code;
        let cases = [
            (
                "a page of the shop",
                "https://shop.example/p/1?x=1#y",
                "https://shop.example/p/1?x=1&click_token=T&afk_cid=T#y",
            ),
            ("a listed host", "https://blog.example/post", "https://blog.example/post?click_token=T&afk_cid=T"),
            ("a host below", "https://de.shop.example/", "https://de.shop.example/?click_token=T&afk_cid=T"),
            ("a foreign host", "https://evil.example/", "https://shop.example/start?click_token=T&afk_cid=T"),
            (
                "a host that ends like it",
                "https://evilshop.example/",
                "https://shop.example/start?click_token=T&afk_cid=T",
            ),
            ("no address", "p/1", "https://shop.example/start?click_token=T&afk_cid=T"),
            ("nothing", "", "https://shop.example/start?click_token=T&afk_cid=T"),
        ];
        for (name, url, location) in cases {
            let landing = house.visitor().follow_with(code, &[("url", url)]);
            let expected = location.replace('T', landing.token());
            assert_eq!((landing.response.status, landing.location), (302, Some(expected)), "{name}");
        }
        let landing =
            house.visitor().follow_with(code, &[("url", "https://blog.example/1"), ("url", "https://blog.example/2")]);
        assert!(landing.location.is_some_and(|to| to.starts_with("https://blog.example/1?")), "the first of two");
    }
}
