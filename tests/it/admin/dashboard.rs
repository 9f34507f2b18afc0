//! The dashboard: what it says is what was recorded, and every figure leads to what it is made of.

use accrue::domain::currency::Currency;
use accrue::domain::user::Role;

use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::person::{Person, Screen};
use crate::support::personas::Sale;

const DASHBOARD: &str = "/admin/alderfinch/dashboard";

fn asked(person: &mut Person, query: &str) -> Screen {
    person.open(&format!("{DASHBOARD}?{query}"))
}

/// The addresses of this program that stand on a page.
fn links_of(screen: &Screen) -> Vec<String> {
    let found = screen.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let plain = found.map(|address| address.replace("&amp;", "&").replace("&#38;", "&"));
    plain.filter(|address| address.starts_with("/admin/")).collect()
}

on_each_engine! {
    /// A program in which nothing has happened says what is next, until something has.
    fn a_fresh_program_shows_the_way_to_its_first_conversion(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut marta = house.member("Marta", program, Role::Owner);
        assert_eq!(marta.get("/").location.as_deref(), Some(DASHBOARD));
        assert_eq!(marta.get("/admin/alderfinch").location.as_deref(), Some(DASHBOARD));
        let empty = marta.open(DASHBOARD);
        assert!(empty.says("Nothing has happened yet") && empty.says("Create a campaign"), "{}", empty.words());
        let affiliate = house.admin().affiliate(program, "anna", accrue::domain::affiliate::AffiliateStatus::Active);
        let campaign = house.admin().campaign(program, crate::support::house::plan(), &[&affiliate]);
        let ready = marta.open(DASHBOARD);
        assert!(ready.says("Open the integration setup") && !ready.says("Add an affiliate "), "{}", ready.words());
        let mut vera = house.member("Vera", program, Role::Viewer);
        assert!(!vera.open(DASHBOARD).says("Open the integration setup"), "whoever only looks is not sent to change");
        house.visit(&campaign, &affiliate);
        let begun = marta.open(DASHBOARD);
        assert!(begun.says("Clicks 1 none in the 30 days before"), "{}", begun.words());
        assert!(begun.says("No sales in these days"), "{}", begun.words());
    }

    /// Clicks and sales of three days, two affiliates and another program; each range says what is in it.
    fn figures_are_those_of_the_days_that_are_asked_for(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().program("Other", Currency::USD);
        let bob = house.admin().affiliate(other, "bob", accrue::domain::affiliate::AffiliateStatus::Active);
        let theirs = house.admin().campaign(other, crate::support::house::plan(), &[&bob]);
        let sell = |campaign, affiliate, order: &str, total: &str| {
            let token = house.visit(campaign, affiliate);
            let sale = Sale::of(&token).order_id(order).order_total(total);
            assert_eq!(house.merchant(campaign).report(sale).word, "success");
        };
        sell(&shop.campaign, &shop.anna, "1001", "100.00");
        house.pass_days(5);
        sell(&shop.campaign, &shop.anna, "1002", "200.00");
        sell(&shop.campaign, &shop.ben, "1003", "50.00");
        sell(&theirs, &bob, "9001", "777.00");
        house.visit(&shop.campaign, &shop.anna);
        let mut marta = house.member("Marta", shop.program, Role::Viewer);
        let today = asked(&mut marta, "range=today");
        assert!(today.says("Alderfinch · 25 Mar 2026"), "{}", today.words());
        assert!(today.says("Clicks 3 none in the day before Conversions 2 66.67 % of clicks"), "{}", today.words());
        assert!(today.says("Sales 250.00 USD none in the day before Commission 25.00 USD"), "{}", today.words());
        assert!(today.says("Sales per hour") && today.says("12:00 250.00 0.00"), "{}", today.words());
        let days = asked(&mut marta, "from=2026-03-21&to=2026-03-25");
        assert!(days.says("Clicks 3 +200.0 % from 1"), "{}", days.words());
        assert!(days.says("Sales 250.00 USD +150.0 % from 100.00"), "{}", days.words());
        assert!(days.says("25 Mar 250.00 100.00"), "the day, and the fifth day before it: {}", days.words());
        let month = marta.open(DASHBOARD);
        assert!(month.says("24 Feb – 25 Mar 2026") && month.says("Sales 350.00 USD"), "{}", month.words());
        assert!(month.says("20 Mar 100.00 0.00") && month.says("anna 3 2 30.00"), "{}", month.words());
        assert!(!month.says("777") && !month.says("bob"), "another program's");
        assert!(asked(&mut marta, "range=last-month").says("1 Feb – 28 Feb 2026"));
        assert!(asked(&mut marta, "range=nonsense").says("24 Feb – 25 Mar 2026"), "what is no range is the usual one");
    }

    /// Money in each pot, in total and by affiliate, and what waits, each with its page; everything it leads to is there.
    fn money_and_what_waits_lead_to_their_lists(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for (order, who, total) in [("1001", &shop.anna, "100.00"), ("1002", &shop.ben, "30.00")] {
            let token = house.visit(&shop.campaign, who);
            let sale = Sale::of(&token).order_id(order).order_total(total);
            assert_eq!(house.merchant(&shop.campaign).report(sale).word, "success");
        }
        let token = house.visit(&shop.campaign, &shop.anna);
        let refused = house.merchant(&shop.campaign).report(Sale::of(&token).order_id("x").without("order_total"));
        assert_eq!(refused.status, 422);
        house.settle();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let shown = marta.open(DASHBOARD);
        assert!(shown.says("All affiliates 13.00 0.00 0.00 0.00 0.00"), "{}", shown.words());
        assert!(shown.says("anna 10.00 0.00 0.00 0.00 0.00 ben 3.00 0.00 0.00 0.00 0.00"), "{}", shown.words());
        assert!(shown.says("2 conversions to review Oldest 20 Mar 2026 · 13.00 USD"), "{}", shown.words());
        assert!(shown.says("1 report was not recorded In the last 24 hours"), "{}", shown.words());
        assert!(shown.says("Order 1002 recorded for ben 3.00 USD commission"), "{}", shown.words());
        let review = format!("href=\"/admin/alderfinch/conversions?view=review&affiliate={}\"", shop.anna.id);
        assert!(shown.html.replace("&#38;", "&").replace("&amp;", "&").contains(&review), "anna's waiting leads there");
        let links = links_of(&shown);
        assert!(links.len() > 10, "{links:?}");
        for address in links {
            assert!(matches!(marta.get(&address).status, 200 | 303), "{address}");
        }
        let theirs = marta.open(&format!("/admin/alderfinch/conversions?view=review&affiliate={}", shop.anna.id));
        assert!(theirs.says("1001") && !theirs.says("1002"), "{}", theirs.words());
    }

    fn dates_that_cannot_be_are_said_at_their_field(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.visit(&shop.campaign, &shop.anna);
        let mut marta = house.member("Marta", shop.program, Role::Viewer);
        for (query, field, sentence) in [
            ("from=2026-03-20&to=2026-03-19", "to", "To must not be before From."),
            ("from=2024-01-01&to=2026-03-19", "to", "To must be less than 366 days after From."),
            ("from=yesterday&to=2026-03-19", "from", "From must"),
            ("to=2026-03-19", "from", "From must"),
        ] {
            let screen = marta.get(&format!("{DASHBOARD}?{query}"));
            assert_eq!(screen.status, 422, "{query}");
            let said = screen.error_at(field).unwrap_or_default();
            assert!(said.starts_with(sentence), "{query}: {said}");
        }
    }

    /// One click that decided about many orders is one line, whatever it decided.
    fn what_was_done_at_once_is_told_once(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for order in ["1001", "1002", "1003"] {
            let token = house.visit(&shop.campaign, &shop.anna);
            house.merchant(&shop.campaign).report(Sale::of(&token).order_id(order));
        }
        house.pass_days(1);
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        let waiting = marta.open("/admin/alderfinch/conversions?view=review").html;
        let ticks = waiting.split("name=\"conversion\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let ticked = ticks.map(|tick| ("conversion", tick));
        let form: Vec<(&str, &str)> = [("decision", "approve")].into_iter().chain(ticked).collect();
        let reviewed = marta.post("/admin/alderfinch/conversions/reviews", &form);
        assert!(reviewed.says("3 of 3 approved"), "{}", reviewed.words());
        let shown = marta.open(DASHBOARD);
        let told = "and others approved by Marta just now";
        assert_eq!(shown.words().matches("approved by Marta").count(), 1, "{}", shown.words());
        assert!(shown.says(told) && shown.says("Order 1001 recorded for anna"), "{}", shown.words());

        let money = format!("/admin/alderfinch/affiliates/{}/money", shop.anna.id);
        let seen = marta.open(&format!("{money}?do=pay-out")).value_of("seen").expect("the form carries it");
        marta.submit(&money.replace("/money", "/payouts"), &[("seen", &seen)]);
        let shown = marta.open(DASHBOARD);
        assert!(shown.says("and others put into a payout by Marta just now"), "{}", shown.words());
        let log = marta.open("/admin/alderfinch/settings/audit-log");
        assert!(log.says("Marta created the payout of 30.00 USD to anna"), "{}", log.words());
        assert!(log.html.contains(&format!("href=\"{money}\"")), "it leads to the money");
    }
}
