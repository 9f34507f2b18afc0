//! Conversions, as the people who decide on them see them.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::currency::Currency;
use accrue::domain::user::Role;

use super::affiliates::MARKUP;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent, plan};
use crate::support::personas::{MerchantServer, Sale};
use crate::support::wire::percent_encode;

const LIST: &str = "/admin/alderfinch/conversions";

on_each_engine! {
    fn an_empty_list_tells_how_the_first_one_comes(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut vera = house.member("Vera", program, Role::Viewer);
        let empty = vera.open(LIST);
        assert!(empty.says("No conversions yet") && empty.says("Report the first one"), "{}", empty.words());
        assert!(empty.html.contains("href=\"/admin/alderfinch/campaigns\""));
        let campaign = house.admin().campaign(program, plan(), &[]);
        let setup = format!("href=\"/admin/alderfinch/campaigns/{}?tab=integration\"", campaign.id);
        assert!(vera.open(LIST).html.contains(&setup), "the only campaign's own set-up");
        assert!(vera.open(&format!("{LIST}?q=1001")).says("No conversion matches. Clear the filters"));
    }

    fn the_list_shows_what_was_reported_and_what_it_comes_to(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        for (order, total, currency) in [("AF-1", "1284.60", "USD"), ("AF-2", "50.00", "EUR"), ("AF-3", "0.10", "USD")] {
            merchant.report(Sale::of(&token).order_id(order).order_total(total).order_currency(currency));
            house.clock().advance(std::time::Duration::from_secs(60));
        }
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let list = vera.open(LIST);
        assert!(list.says("AF-1 Sale Very fast 3 min ago Alderfinch shop anna 1,284.60 USD 128.46 Pending"), "{}", list.words());
        assert!(list.says("AF-2 Sale 2 min ago Alderfinch shop anna 50.00 EUR – Waits for an exchange rate Pending"));
        let sums = "3 conversions · 1,284.70 USD sales · 128.47 USD commission · 1 waits for an exchange rate and is not in the sum of sales";
        assert!(list.says(sums), "{}", list.words());
        let one = vera.open(&format!("{LIST}?q=AF-3"));
        assert!(one.says("1 conversion · 0.10 USD sales · 0.01 USD commission"), "{}", one.words());
        assert!(!one.says("AF-1"));
        let other = vera.open(&format!("{LIST}?affiliate=ben"));
        assert!(other.says("No conversion matches. Clear the filters"), "{}", other.words());
    }

    fn test_conversions_are_shown_apart_and_marked(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let key = house.admin().test_key(shop.program, &shop.campaign);
        let mut tester = MerchantServer::new(house.addr(), &key);
        let click = tester.add_click(&shop.campaign, &shop.anna).click_token.expect("it is registered");
        tester.report(Sale::of(&click).order_id("trial-run"));
        house.merchant(&shop.campaign).report(Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id("real"));
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let live = vera.open(LIST);
        assert!(live.says("real Sale") && !live.says("trial-run") && live.says("1 conversion ·"), "{}", live.words());
        let test = vera.open(&format!("{LIST}?mode=test"));
        assert!(test.says("trial-run Sale Test") && test.says("They are in no statistic and are never paid."), "{}", test.words());
        assert!(!test.says("real Sale"));
    }

    fn pages_lead_back_and_forth_and_keep_the_filters(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        for number in 1..=45 {
            house.clock().advance(std::time::Duration::from_secs(1));
            merchant.report(Sale::of(&token).order_id(&format!("order-{number:02}")));
        }
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let first = vera.open(&format!("{LIST}?affiliate=anna"));
        assert!(first.says("order-45") && first.says("order-26") && !first.says("order-25"), "{}", first.words());
        assert!(first.says("45 conversions") && first.says("Older") && !first.says("Newer"));
        let older = link(&first.html, "next");
        assert!(older.contains("affiliate=anna&before=conv_"), "{older}");
        let second = vera.open(&older);
        assert!(second.says("order-25") && second.says("order-06") && second.says("45 conversions"), "{}", second.words());
        merchant.report(Sale::of(&token).order_id("meanwhile"));
        let third = vera.open(&link(&second.html, "next"));
        assert!(third.says("order-05") && third.says("order-01") && !third.says("Older"), "{}", third.words());
        let back = vera.open(&link(&third.html, "prev"));
        assert!(back.says("order-25") && back.says("order-06"), "the same page as before: {}", back.words());
        let beyond = vera.open(&format!("{LIST}?before=conv_00000000000000000000000000"));
        assert!(beyond.says("Nothing is older than this. Show the newest"), "{}", beyond.words());
    }

    fn days_are_whole_local_days_and_a_wrong_one_is_said_at_its_field(db: TestDatabase) {
        let house = House::open_at(&db, "2026-11-20T22:30:00Z");
        let program = house.admin().program_in("Alderfinch", Currency::USD, "Europe/Berlin");
        let anna = house.admin().affiliate(program, "anna", AffiliateStatus::Active);
        let campaign = house.admin().campaign(program, plan(), &[&anna]);
        let token = house.visit(&campaign, &anna);
        house.merchant(&campaign).report(Sale::of(&token).order_id("evening"));
        house.clock().advance(std::time::Duration::from_secs(3_600));
        house.merchant(&campaign).report(Sale::of(&token).order_id("night"));
        let mut vera = house.member("Vera", program, Role::Viewer);
        let day = vera.open(&format!("{LIST}?from=2026-11-21&to=2026-11-21"));
        assert!(day.says("night Sale") && !day.says("evening Sale") && day.says("1 conversion"), "{}", day.words());
        assert_eq!(day.value_of("from").as_deref(), Some("2026-11-21"));
        assert!(vera.open(&format!("{LIST}?to=2026-11-20")).says("evening Sale"));
        let wrong = vera.get(&format!("{LIST}?from=2026-02-30&affiliate=nobody"));
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.error_at("from").as_deref(), Some("From must be a date that exists, such as 2026-03-31."));
        assert!(wrong.error_at("affiliate").is_some() && wrong.says("The filters cannot be read."), "{}", wrong.words());
        assert_eq!(wrong.value_of("from").as_deref(), Some("2026-02-30"), "what was typed is kept");
        let turned = vera.get(&format!("{LIST}?from=2026-11-21&to=2026-11-20"));
        assert_eq!(turned.error_at("to").as_deref(), Some("To must not be before From."));
        for odd in ["?campaign=x", "?status=x", "?event=x", "?mode=x", "?before=x", "?after=conv_", "?q=%00", "?q=undefined"] {
            assert_eq!(vera.get(&format!("{LIST}{odd}")).status, 200, "{odd}");
        }
    }

    fn what_happened_can_be_followed_from_the_click_to_the_ledger(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        let mut visitor = house.visitor().with_header("Referer", "https://blog.example/tea");
        let token = visitor.follow_with(code, &[("sub1", "newsletter-47")]).token().to_owned();
        house.pass_days(3);
        let mut merchant = house.merchant(&shop.campaign);
        let sale = Sale::of(&token).order_id("AF-20418").with("customer_id", "cus_88213").with("custmer", "typo");
        let sale = sale.with("customer_email", "marta@people.example").with("product_ids", "tea,pot");
        merchant.report(sale.clone());
        merchant.report(sale.clone());
        merchant.report(sale.order_total("1.00"));
        house.admin().pay(&shop.campaign, percent("50"));
        let id = house.conversion("AF-20418").id;
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let shown = vera.open(&format!("{LIST}/{id}"));
        let told = [
            "Order AF-20418 Pending",
            "99.99 USD · received 23 Mar 2026, 12:00",
            "Credited to anna : the order carried the token of their click, 3 days before, inside the 30-day window.",
            "Click token of the click of 20 Mar 2026, 12:00:00 Decides",
            "Customer id cus_88213 Leads to nobody",
            "E-mail kept as a keyed hash Leads to nobody",
            "Coupon code not sent –",
            "anna 20 Mar 2026, 12:00 Click token Credited The token sent with the order is their click’s.",
            "Click 20 Mar 2026, 12:00 Order 23 Mar 2026, 12:00 Ends 19 Apr 2026, 12:00",
            "30 days, frozen on the click. The order came after 3 days, by the time the server received it.",
            "10 % of the sale, version 1 (Default), in force since 20 Mar 2026",
            "Order total 99.99 USD Rate of rule version 1 × 10 % Commission (9.999, rounded once, half away from zero) 10.00 USD",
            "Held It waits for a decision.",
            "Earned 23 Mar 2026, 12:00:00 10.00 USD",
            "Commission 10.00 USD Held",
            "Recorded Your server · 99.99 USD · 23 Mar 2026, 12:00:00",
            "Received 23 Mar 2026, 12:00:00 Reported by Your server, the most trusted of three Key API Key, made 20 Mar 2026, 12:00",
            "Products tea, pot",
            "Reported 1 more time with the same facts.",
            "perhaps by a typo: custmer",
            "Clicked 20 Mar 2026, 12:00:00",
            "Came by The link’s redirect",
            "Referrer https://blog.example/tea",
            "sub1 newsletter-47",
            "Reported again with other facts",
            "Another amount",
        ];
        for words in told {
            assert!(shown.says(words), "{words}: {}", shown.words());
        }
        assert!(!shown.says("marta@people.example") && !shown.says("Approve"), "{}", shown.words());
        assert!(shown.html.contains(&format!("/admin/alderfinch/links?q={code}")));
    }

    fn a_conversion_without_a_click_and_without_a_rate_says_so(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let sale = Sale::direct(&shop.campaign, &shop.anna).order_id("direct").order_total("50.00").order_currency("EUR");
        assert_eq!(house.merchant(&shop.campaign).report(sale).status, 200);
        let id = house.conversion("direct").id;
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let shown = vera.open(&format!("{LIST}/{id}"));
        let told = [
            "the report named them itself, without a click, which this campaign allows.",
            "Your server, without a click, the second most trusted of three",
            "This cannot be approved before there is an exchange rate from EUR to USD. Import rates",
            "Exchange rate (none of the last 7 days before the order) not known in USD",
            "Commission not known yet",
            "The order was in EUR, and no exchange rate to USD of the last 7 days is known. It is never taken one to one",
            "Nothing is booked yet.",
            "In the program’s currency Not known in USD yet",
            "Commission Not known yet Held",
        ];
        for words in told {
            assert!(shown.says(words), "{words}: {}", shown.words());
        }
        assert!(!shown.says("Clicked 20") && !shown.says("Window"));
    }

    fn what_others_wrote_is_shown_as_text_and_another_programs_conversion_not_at_all(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let code = &shop.campaign.link_of(&shop.anna).code;
        let mut visitor = house.visitor().with_header("User-Agent", &format!("Mozilla/5.0 {MARKUP}"));
        let token = visitor.follow_with(code, &[("sub1", MARKUP)]).token().to_owned();
        let sale = Sale::of(&token).order_id(MARKUP).with("coupon_code", MARKUP).with(MARKUP, "x").with("product_ids", MARKUP);
        assert_eq!(house.merchant(&shop.campaign).report(sale).status, 200);
        let id = house.conversions().remove(0).id;
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        for page in [LIST.to_owned(), format!("{LIST}/{id}"), format!("{LIST}?q={}", percent_encode(MARKUP))] {
            let screen = vera.open(&page);
            assert!(!screen.html.contains("<img src=x"), "{page}: {}", screen.html);
            assert!(screen.says(MARKUP), "{page}: {}", screen.words());
        }
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let mut otto = house.member("Otto", elsewhere, Role::Owner);
        for id in [id.to_string(), "conv_01kahq7v4xe8mt3s9w2yfn5c6d".to_owned(), "nonsense".to_owned()] {
            assert_eq!(otto.get(&format!("/admin/elsewhere/conversions/{id}")).status, 404, "{id}");
        }
    }
}

/// Where the link to the neighbouring page leads.
pub fn link(html: &str, relation: &str) -> String {
    let tag = html.split("<a ").find(|tag| tag.contains(&format!("rel=\"{relation}\""))).expect("there is such a link");
    let target = tag.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("it leads somewhere");
    target.replace("&#38;", "&")
}
