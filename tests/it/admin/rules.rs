//! Marketing → Rules, as the people who decide what is paid see it.

use accrue::domain::currency::Currency;
use accrue::domain::user::Role;

use super::affiliates::MARKUP;
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, Shop, campaign_id, plan};
use crate::support::person::{Person, Screen};
use crate::support::personas::Sale;

const LIST: &str = "/admin/alderfinch/rules";

/// What a form sends that leaves everything else as it was.
const PLAIN: [(&str, &str); 4] =
    [("basis", "percent"), ("duration", "lifetime"), ("hold", "0"), ("approval", "by_hand")];

fn of(shop: &Shop) -> String {
    format!("{LIST}/{}", shop.campaign.id)
}

fn add(person: &mut Person, shop: &Shop, fields: &[(&str, &str)]) -> Screen {
    person.open(&format!("{}/new", of(shop)));
    person.submit(&of(shop), &[fields, &PLAIN].concat())
}

fn scene(db: &TestDatabase) -> (House, Shop, Person) {
    let house = House::open(db);
    let shop = house.shop();
    let marta = house.member("Marta", shop.program, Role::Manager);
    (house, shop, marta)
}

on_each_engine! {
    fn a_program_without_campaigns_is_told_where_rules_come_from(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut marta = house.member("Marta", program, Role::Manager);
        let nothing = marta.open(LIST);
        assert!(nothing.says("No rules yet") && nothing.says("Create a link campaign"), "{}", nothing.words());
        let campaign = house.admin().campaign(program, plan(), &[]);
        house.admin().archive(&campaign);
        assert!(marta.open(LIST).says("All campaigns are archived."));
        assert!(marta.open(&format!("{LIST}?campaign={}", campaign.id)).says("Archived"));
    }

    fn rules_stand_in_the_order_in_which_they_decide(db: TestDatabase) {
        let (house, shop, mut marta) = scene(&db);
        add(&mut marta, &shop, &[("affiliate", "ANNA"), ("rate", "15")]);
        add(&mut marta, &shop, &[("event", "lead"), ("rate", "1")]);
        let list = add(&mut marta, &shop, &[("name", "Tents"), ("product", "TENT-2"), ("rate", "20 %")]);
        assert!(list.says("The rule is added. It decides from now on."), "{}", list.words());
        for words in [
            "Rule 3 · Tents Product: TENT-2 20 % of the sale every payment of the customer · no hold · approved by hand 1 since just now",
            "Rule 1 Affiliate: anna (anna) 15 % of the sale",
            "Rule 2 Event: lead 1 % of the sale",
            "Default Everything that no other rule decides 10 % of the sale",
        ] {
            assert!(list.says(words), "{words}: {}", list.words());
        }
        let words = list.words();
        let places = ["Rule 3 ·", "Rule 1 ", "Rule 2 ", "Default "].map(|title| words.find(title).expect("it is listed"));
        assert!(places.is_sorted(), "{words}");
        // What the list says first is what decides.
        let token = house.visit(&shop.campaign, &shop.anna);
        house.merchant(&shop.campaign).report(Sale::of(&token).order_id("1").order_total("10").with("product_ids", "TENT-2"));
        assert_eq!(house.commission("1").amount_minor, Some(200));
    }

    fn a_new_version_holds_from_now_on_and_the_page_tells_how_it_came(db: TestDatabase) {
        let (house, shop, mut marta) = scene(&db);
        let token = house.visit(&shop.campaign, &shop.anna);
        add(&mut marta, &shop, &[("product", "TENT-2"), ("rate", "20")]);
        let mut merchant = house.merchant(&shop.campaign);
        merchant.report(Sale::of(&token).order_id("1").order_total("10").with("product_ids", "TENT-2"));
        let rule = format!("{}/1", of(&shop));
        let form = marta.open(&rule);
        assert_eq!(form.value_of("version").as_deref(), Some("1"));
        let both = [("version", "1"), ("product", "TENT-2"), ("basis", "both"), ("rate", "7.25"), ("flat", "1.50"), ("duration", "months"), ("months", "12"), ("hold", "45"), ("approval", "automatic")];
        let saved = marta.submit(&rule, &both);
        assert!(saved.says("The rule is saved."), "{}", saved.words());
        assert!(saved.says("7.25 % of the sale + 1.50 USD payments in the customer’s first 12 months · held for 45 days · approved automatically 2"));
        merchant.report(Sale::of(&token).order_id("2").order_total("10").with("product_ids", "TENT-2"));
        let earned = ["1", "2"].map(|order| house.commission(order).amount_minor);
        assert_eq!(earned, [Some(200), Some(223)], "what is recorded keeps its version");
        let page = marta.open(&rule);
        for words in [
            "Version 2 20 Mar 2026, 12:00:00 · Marta · in force",
            "Pays 7.25 % of the sale + 1.50 USD , was 20 % of the sale",
            "Hold held for 45 days , was no hold",
            "Approval approved automatically , was approved by hand",
            "Version 1 20 Mar 2026, 12:00:00 · Marta · until 20 Mar 2026, 12:00:00",
        ] {
            assert!(page.says(words), "{words}: {}", page.words());
        }
        let fields = ["basis", "rate", "flat", "months", "hold"].map(|name| page.value_of(name));
        assert_eq!(fields[1..], ["7.25", "1.50", "12", "45"].map(|text| Some(text.to_owned())));
        let log = house.member("Ines", shop.program, Role::Owner).open("/admin/alderfinch/settings/audit-log");
        for words in ["added the commission rule", "changed the commission rule", "Rule 1 of Alderfinch shop"] {
            assert!(log.says(words), "{words}: {}", log.words());
        }
        let same = marta.submit(&rule, &[("version", "1"), both[1], both[2], both[3], both[4], both[5], both[6], both[7], both[8]]);
        assert!(same.says("7.25 % of the sale + 1.50 USD"), "saving it again makes no version: {}", same.words());
        assert!(!marta.open(&rule).says("Version 3"));
    }

    fn who_saves_second_is_shown_what_the_first_changed(db: TestDatabase) {
        let (_house, shop, mut marta) = scene(&db);
        add(&mut marta, &shop, &[("product", "TENT-2"), ("rate", "20")]);
        let rule = format!("{}/1", of(&shop));
        let base = [("product", "TENT-2"), PLAIN[0], PLAIN[1], PLAIN[2], PLAIN[3]];
        marta.open(&rule);
        marta.submit(&rule, &[&base[..], &[("version", "1"), ("rate", "25")]].concat());
        let second = marta.post(&rule, &[&base[..], &[("version", "1"), ("rate", "30")]].concat());
        assert_eq!(second.status, 409);
        assert!(second.says("Somebody else changed this rule while you were editing. Nothing was saved."));
        assert!(second.says("now 25 % of the sale, was 20 % of the sale"), "{}", second.words());
        assert_eq!((second.value_of("rate").as_deref(), second.value_of("version").as_deref()), (Some("30"), Some("2")));
        let third = marta.post(&format!("{rule}/ending"), &[("version", "1")]);
        assert_eq!(third.status, 409, "nor is it ended unseen");
        let now = marta.submit(&rule, &[&base[..], &[("version", "2"), ("rate", "30")]].concat());
        assert!(now.says("30 % of the sale"));
    }

    fn a_rule_ends_once_that_is_confirmed_and_the_default_never(db: TestDatabase) {
        let (house, shop, mut marta) = scene(&db);
        add(&mut marta, &shop, &[("product", "TENT-2"), ("rate", "20")]);
        let rule = format!("{}/1", of(&shop));
        let asked = marta.open(&format!("{rule}?do=end"));
        assert!(asked.says("An ended rule cannot be opened again.") && asked.says("Keep as it is"), "{}", asked.words());
        let list = marta.submit(&format!("{rule}/ending"), &[("version", "1")]);
        assert!(list.says("The rule has ended.") && list.says("1 ended rule"), "{}", list.words());
        let ended = marta.open(&rule);
        assert!(ended.says("This rule ended on 20 Mar 2026, 12:00:00") && ended.says("Version 2: ended"), "{}", ended.words());
        assert!(!ended.says("Save as a new version"));
        let late = marta.post(&rule, &[("product", "TENT-2"), ("rate", "30"), ("version", "2"), PLAIN[0], PLAIN[1], PLAIN[2], PLAIN[3]]);
        assert_eq!(late.status, 409);
        assert!(!marta.open(&format!("{}/0?do=end", of(&shop))).says("Keep as it is"), "the default cannot end");
        assert_eq!(marta.post(&format!("{}/0/ending", of(&shop)), &[("version", "1")]).status, 409);
        let token = house.visit(&shop.campaign, &shop.anna);
        house.merchant(&shop.campaign).report(Sale::of(&token).order_id("1").order_total("10").with("product_ids", "TENT-2"));
        assert_eq!(house.commission("1").amount_minor, Some(100), "the default decides again");
    }

    fn what_cannot_be_a_rule_is_said_at_its_field(db: TestDatabase) {
        let (_house, shop, mut marta) = scene(&db);
        add(&mut marta, &shop, &[("product", "TENT-2"), ("rate", "20")]);
        marta.open(&format!("{}/new", of(&shop)));
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
        let cases: [Case<'_>; 11] = [
            (&[("rate", "5")], "conditions", "The conditions must say when the rule applies: without any, the campaign’s default decides."),
            (&[("rate", "5"), ("product", "TENT-2")], "conditions", "The conditions must differ from those of rule 1, which decides about the same orders: change that one instead."),
            (&[("rate", "101"), ("product", "A")], "rate", "Percentage must be from 0 to 100 percent."),
            (&[("rate", "5"), ("affiliate", "nobody")], "affiliate", "Affiliate must be the code or id of an affiliate of this program."),
            (&[("rate", "5"), ("event", "action")], "action", "Action must be the name that your server reports, such as newsletter."),
            (&[("rate", "5"), ("product", "A"), ("hold", "366")], "hold", "Hold must be a whole number from 0 to 365."),
            (&[("rate", "5"), ("product", "A"), ("duration", "payments"), ("payments", "0")], "payments", "Payments must be a whole number from 1 to 999."),
            (&[("rate", "5"), ("product", "A"), ("duration", "months")], "months", "Months must be a whole number from 1 to 999."),
            (&[("basis", "flat"), ("flat", "10000000000000.01"), ("product", "A")], "flat", "Flat amount must be at most 10000000000000.00."),
            (&[("basis", "both"), ("rate", "5"), ("flat", "92233720368547758.07"), ("product", "A")], "flat", "Flat amount must be at most 10000000000000.00."),
            (&[("basis", "both"), ("rate", "5"), ("flat", "0"), ("product", "A")], "flat", "Flat amount must be above 0: choose a percentage alone to add nothing."),
        ];
        for (fields, at, sentence) in cases {
            let refused = marta.post(&of(&shop), &[fields, &PLAIN].concat());
            assert_eq!((refused.status, refused.error_at(at).as_deref()), (422, Some(sentence)), "{fields:?}: {}", refused.words());
            let kept = fields.iter().filter(|(name, _)| !matches!(*name, "basis" | "duration" | "event"));
            for (name, value) in kept {
                assert_eq!(refused.value_of(name).as_deref(), Some(*value), "{name} is kept");
            }
        }
    }

    fn the_preview_says_what_the_order_then_earns(db: TestDatabase) {
        let (house, shop, mut marta) = scene(&db);
        add(&mut marta, &shop, &[("product", "TENT-2"), ("rate", "7.25"), ("flat", "1.50"), ("basis", "both"), ("hold", "30")]);
        add(&mut marta, &shop, &[("affiliate", "ben"), ("rate", "50")]);
        add(&mut marta, &shop, &[("product", "STOVE"), ("rate", "5"), ("duration", "first_sale")]);
        let preview = format!("{}/preview", of(&shop));
        let plain = marta.open(&preview);
        assert!(plain.says("Commission 10.00 USD by Default"), "{}", plain.words());
        let tents = marta.open(&format!("{preview}?amount=99.99&products=LAMP%2C+TENT-2&affiliate=BEN"));
        for words in [
            "Commission 8.75 USD by Rule 1",
            "Rule 1 Decides 7.25 % of the sale + 1.50 USD It applies, and none that applies is more specific.",
            "Rule 2 Outranked 50 % of the sale It would apply, but Rule 1 is more specific.",
            "Rule 3 Does not apply 5 % of the sale It does not apply: the order does not name the product STOVE.",
            "99.99 USD × 7.25 % = 7.249275, rounded once, half away from zero, to 7.25 USD; plus 1.50 USD = 8.75 USD.",
            "held for 30 × 24 hours, until 19 Apr 2026, 12:00.",
        ] {
            assert!(tents.says(words), "{words}: {}", tents.words());
        }
        let token = house.visit(&shop.campaign, &shop.ben);
        house.merchant(&shop.campaign).report(Sale::of(&token).order_id("1").order_total("99.99").with("product_ids", "LAMP,TENT-2"));
        assert_eq!(house.commission("1").amount_minor, Some(875), "and that is what it earns");
        let second = marta.open(&format!("{preview}?products=STOVE&payment=2"));
        assert!(second.says("Commission 0.00 USD") && second.says("so nothing is earned: no other rule is asked."), "{}", second.words());
        let euros = marta.open(&format!("{preview}?currency=eur"));
        assert!(euros.says("No exchange rate from EUR is known") && euros.says("never taken one to one"), "{}", euros.words());
        for (query, at, sentence) in [
            ("amount=1%2C5", "amount", "Amount must not have a comma or separators: write 1234.50."),
            ("amount=0", "amount", "Amount must be more than 0 for a sale."),
            ("currency=XXX", "currency", ""),
            ("affiliate=nobody", "affiliate", "Affiliate must be the code or id of an affiliate of this program."),
            ("first_day=2027-01-01", "first_day", "First payment must not lie in the future."),
        ] {
            let refused = marta.get(&format!("{preview}?{query}"));
            assert_eq!(refused.status, 422, "{query}");
            let said = refused.error_at(at).unwrap_or_default();
            assert!(!said.is_empty() && said.contains(sentence), "{query}: {said}");
        }
    }

    fn what_is_typed_stays_text_and_viewers_only_look(db: TestDatabase) {
        let (house, shop, mut marta) = scene(&db);
        add(&mut marta, &shop, &[("name", MARKUP), ("product", MARKUP), ("rate", "20")]);
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let query = "preview?products=%3Cscript%3Ealert(1)%3C/script%3E";
        for path in ["", &format!("/{}/1", shop.campaign.id), &format!("/{}/{query}", shop.campaign.id)] {
            let page = vera.open(&format!("{LIST}{path}"));
            assert!(!page.html.contains(MARKUP) && !page.html.contains("<script>alert"), "{path}");
            assert!(!page.says("Save as a new version") && !page.says("End rule"), "{path}");
        }
        let campaign = campaign_id(&shop.campaign);
        assert_eq!(vera.get(&format!("{LIST}/{campaign}")).location.as_deref(), Some(&*format!("{LIST}?campaign={campaign}")));
        for odd in ["/camp_x", "/camp_x/new", &format!("/{campaign}/99"), &format!("/{campaign}/-1"), &format!("/{campaign}/x")] {
            assert_eq!(vera.get(&format!("{LIST}{odd}")).status, if odd.ends_with("new") { 403 } else { 404 }, "{odd}");
        }
        assert_eq!(vera.get(&format!("{LIST}?campaign=x&page=9")).status, 200);
    }

    /// Saving the campaign, or an old form of it, never loses what is paid on top.
    fn the_campaign_form_keeps_a_percentage_plus_a_flat_amount(db: TestDatabase) {
        let (_house, shop, mut marta) = scene(&db);
        let rule = format!("{}/0", of(&shop));
        let form = format!("/admin/alderfinch/campaigns/{}", shop.campaign.id);
        let old = marta.open(&form);
        let terms = [("version", "1"), ("basis", "both"), ("rate", "10"), ("flat", "0.30"), ("duration", "payments"), ("payments", "3"), ("hold", "14"), ("approval", "automatic")];
        marta.open(&rule);
        marta.submit(&rule, &terms);
        let sent = |page: &Screen, more: &[(&str, &str)]| -> Vec<(String, String)> {
            let named = ["edition", "tab", "target_url", "window"].map(|name| (name.to_owned(), page.value_of(name).unwrap_or_default()));
            let fixed = [("name", "Renamed"), ("tool_type", "sale_integration"), ("status", "public"), ("lifetime", "on"), ("method", "s2s_api")];
            let more = fixed.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            named.into_iter().chain(more).collect()
        };
        let post = |person: &mut Person, fields: Vec<(String, String)>| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
            person.post(&form, &fields)
        };
        let page = marta.open(&form);
        assert_eq!((page.value_of("commission").as_deref(), page.value_of("plus").as_deref()), (Some("10"), Some("0.30")));
        assert!(page.html.contains("<option value=\"both\" selected>"), "the kind is chosen");
        assert!(page.says("10 % of the sale + 0.30 USD, the customer’s first 3 payments · held for 14 days · approved automatically."), "{}", page.words());
        let saved = post(&mut marta, sent(&page, &[("basis", "both"), ("commission", "10"), ("plus", "0.30")]));
        assert_eq!(saved.status, 303, "{}", saved.words());
        assert!(!marta.open(&rule).says("Version 3"), "what it pays is as it was");
        let stale = post(&mut marta, sent(&old, &[("basis", "percent"), ("commission", "10")]));
        assert_eq!(stale.status, 409, "a form of before does not take the amount away");
        let now = marta.open(&form);
        let wrong = post(&mut marta, sent(&now, &[("basis", "both"), ("commission", "10"), ("plus", "")]));
        assert_eq!(wrong.status, 422);
        assert!(wrong.error_at("plus").is_some_and(|said| said.starts_with("Flat amount must")), "{}", wrong.words());
        let changed = post(&mut marta, sent(&now, &[("basis", "both"), ("commission", "12"), ("plus", "0.30")]));
        assert_eq!(changed.status, 303, "{}", changed.words());
        let list = marta.open(LIST);
        assert!(list.says("12 % of the sale + 0.30 USD the customer’s first 3 payments · held for 14 days · approved automatically 3"), "its other terms stay: {}", list.words());
    }
}
