//! Attempts, as the people who look for a lost sale see them.

use accrue::domain::currency::Currency;
use accrue::domain::user::Role;
use accrue::storage::attempts::AttemptDayRow;
use accrue::storage::new_rows::NewRows;

use super::affiliates::MARKUP;
use super::conversions::link;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::personas::{MerchantServer, Sale};
use crate::support::wire::percent_encode;

const LIST: &str = "/admin/alderfinch/attempts";

on_each_engine! {
    fn an_empty_list_is_good_news(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut vera = house.member("Vera", program, Role::Viewer);
        let empty = vera.open(LIST);
        assert!(empty.says("Nothing went astray") && empty.says("See what was recorded"), "{}", empty.words());
        assert!(!empty.says("Rejected before a key"), "a viewer is not shown what is nobody's");
        assert!(vera.open(&format!("{LIST}?q=1001")).says("No attempt matches. Clear the filters"));
    }

    fn every_reason_is_said_in_words_with_what_to_do_next(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let archived = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        let (token, lost) = (house.visit(&shop.campaign, &shop.anna), house.visit(&archived, &shop.anna));
        house.admin().archive(&archived);
        let mut merchant = house.merchant(&shop.campaign);
        merchant.report(Sale::of("clk_forged").order_id("forged"));
        merchant.report(Sale::of(&token).order_id("unread").order_total("1,5"));
        house.merchant(&archived).report(Sale::of(&lost).order_id("archived"));
        merchant.report(Sale::of(&token).order_id("told"));
        merchant.report(Sale::of(&token).order_id("told").order_total("1.00").order_currency("EUR"));
        merchant.add_click(&archived, &shop.anna);
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let list = vera.open(LIST);
        for words in [
            "Unknown click token just now forged Alderfinch shop Conversion report",
            "Could not be read Invalid parameter: order_total must not have a comma or separators: write 1234.50 just now unread",
            "Campaign archived just now archived",
            "Order known with other facts Another amount and currency just now told",
            "Unknown campaign just now – Alderfinch shop Click registration",
        ] {
            assert!(list.says(words), "{words}: {}", list.words());
        }
        let mut rows_of = |query: &str| {
            let screen = vera.open(&format!("{LIST}{query}"));
            let rows = screen.html.split("<tbody>").nth(1).expect("there are rows");
            ["forged", "unread", "archived", "told", "–"].map(|order| rows.contains(&format!(">{order}</td>")))
        };
        assert_eq!(rows_of(""), [true; 5]);
        assert_eq!(rows_of("?reason=campaign_archived"), [false, false, true, false, false]);
        assert_eq!(rows_of("?call=register_click"), [false, false, false, false, true]);
        assert_eq!(rows_of("?q=told"), [false, false, false, true, false]);
        assert_eq!(rows_of(&format!("?campaign={}", archived.id)), [false, false, true, false, false]);
        for odd in ["?reason=x", "?campaign=x", "?call=x", "?before=x", "?after=att_", "?q=%00%FF", "?view=x"] {
            assert_eq!(vera.get(&format!("{LIST}{odd}")).status, 200, "{odd}");
        }
    }

    fn one_attempt_tells_what_came_why_and_what_next(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        merchant.report(Sale::of("clk_forged").order_id("forged").with("note", MARKUP).with("customer_email", "a@b.example"));
        merchant.report(Sale::of(&token).order_id("told"));
        merchant.report(Sale::of(&token).order_id("told").order_total("1.00"));
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let open = |person: &mut crate::support::person::Person, order: &str| {
            let list = person.open(&format!("{LIST}?q={order}"));
            let path = list.html.split("href=\"").find(|rest| rest.starts_with(&format!("{LIST}/att_"))).expect("it is listed");
            person.open(path.split('"').next().expect("it ends"))
        };
        let forged = open(&mut vera, "forged");
        for words in [
            "The click token was cut off, altered, or belongs to another campaign or to the other mode. Nothing was recorded, and nobody was credited.",
            "It was answered: Unknown click token",
            "What to do next Have your shop keep the token exactly as it arrives",
            "Open its Integration Setup",
            "click_token clk_forged",
            "order_total 99.99",
            "customer_email [removed]",
        ] {
            assert!(forged.says(words), "{words}: {}", forged.words());
        }
        assert!(forged.says(MARKUP) && !forged.html.contains("<img src=x"), "{}", forged.html);
        assert!(!forged.html.contains(&shop.campaign.api_key), "the key is not kept");
        let told = open(&mut vera, "told");
        assert!(told.says("What differs On record This report Amount 99.99 USD 1.00 USD"), "{}", told.words());
        assert!(told.says("Open what is on record") && told.says("order_total 1.00"));
        let conversion = house.conversion("told").id;
        assert!(told.html.contains(&format!("/admin/alderfinch/conversions/{conversion}")));
        let on_record = vera.open(&format!("/admin/alderfinch/conversions/{conversion}"));
        assert!(on_record.says("Another amount") && on_record.html.contains("/admin/alderfinch/attempts/att_"));
    }

    fn a_day_on_which_more_came_than_is_kept_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.merchant(&shop.campaign).report(Sale::of("clk_forged").order_id("first"));
        let first = house.attempts(shop.program).remove(0);
        let more = AttemptDayRow { kept: 999, seen: 3_411, ..house.attempts_today(&first) };
        let more = NewRows { attempt_days: vec![more], ..NewRows::default() };
        house.write(|write, _| more.write(write));
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let list = vera.open(LIST);
        assert!(list.says("20 Mar 2026, Alderfinch shop: 1,000 kept, 3,412 came. The rest was only counted."), "{}", list.words());
    }

    fn pages_lead_back_and_forth(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        for number in 1..=25 {
            house.clock().advance(std::time::Duration::from_secs(1));
            merchant.report(Sale::of("clk_forged").order_id(&format!("order-{number:02}")));
        }
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let first = vera.open(&format!("{LIST}?reason=unknown_click_token"));
        assert!(first.says("order-25") && first.says("order-06") && !first.says("order-05") && !first.says("Newer"));
        let second = vera.open(&link(&first.html, "next"));
        assert!(second.says("order-05") && second.says("order-01") && !second.says("Older"), "{}", second.words());
        assert!(vera.open(&link(&second.html, "prev")).says("order-25"));
    }

    fn what_came_without_a_key_is_shown_to_owners_only(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut olga = house.member("Olga", shop.program, Role::Owner);
        let empty = olga.open(&format!("{LIST}?view=keyless"));
        assert!(empty.says("Nobody came without a key"), "{}", empty.words());
        let replaced = house.admin().regenerate_key(&shop.campaign, std::time::Duration::ZERO);
        let token = house.visit(&shop.campaign, &shop.anna);
        house.merchant(&shop.campaign).report(Sale::of(&token).order_id(MARKUP));
        MerchantServer::new(house.addr(), "mistyped").report(Sale::of(&token).order_id("second"));
        house.settle();
        let shown = olga.open(&format!("{LIST}?view=keyless"));
        let key = &shop.campaign.api_key;
        let masked = format!("ak_live_…{}", &key[key.len() - 4..]);
        assert!(shown.says(&masked) && shown.says("127.0.0.0/24 Conversion report Invalid API key"), "{}", shown.words());
        assert!(shown.says("belong to no program, because nobody can tell whose they are"), "{}", shown.words());
        assert!(shown.says("Day (UTC) Came Kept 20 Mar 2026 2 2"), "{}", shown.words());
        assert!(!shown.html.contains(key.as_str()) && !shown.html.contains(&replaced));
        let path = shown.html.split("href=\"").filter(|rest| rest.starts_with(&format!("{LIST}/att_")));
        let paths: Vec<String> = path.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect();
        assert_eq!(paths.len(), 2);
        for path in &paths {
            let one = olga.open(path);
            assert!(one.says("Rejected before a key") && one.says("Invalid API key") && !one.html.contains("<img src=x"), "{}", one.words());
        }
        for role in [Role::Manager, Role::Viewer] {
            let mut other = house.member(role.as_str(), shop.program, role);
            assert!(!other.open(LIST).says("Rejected before a key"));
            assert_eq!(other.get(&format!("{LIST}?view=keyless")).status, 403, "{role}");
            assert_eq!(other.get(&paths[0]).status, 404, "{role}");
        }
        assert!(!olga.open(LIST).says("Invalid API key"), "the program's own list does not have them");
    }

    fn another_programs_attempt_is_not_there(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.merchant(&shop.campaign).report(Sale::of("clk_forged").order_id("ours"));
        let id = house.attempts(shop.program).remove(0).id;
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let mut otto = house.member("Otto", elsewhere, Role::Owner);
        for id in [id.to_string(), "att_01kahq7v4xe8mt3s9w2yfn5c6d".to_owned(), "nonsense".to_owned()] {
            assert_eq!(otto.get(&format!("/admin/elsewhere/attempts/{id}")).status, 404, "{id}");
        }
        assert!(!otto.open("/admin/elsewhere/attempts").says("ours"));
        assert_eq!(otto.get(&format!("{LIST}?q={}", percent_encode("ours"))).status, 404);
    }

    fn a_lost_order_is_credited_by_hand_and_only_once(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(31);
        assert_eq!(house.merchant(&shop.campaign).report(Sale::of(&token).order_id("late")).status, 410);
        let page = format!("{LIST}/{}", house.attempts(shop.program).remove(0).id);
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        assert!(!vera.open(&page).says("Credit it by hand"), "a viewer is not asked");
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let shown = mara.open(&page);
        assert!(shown.says("anna 20 Mar 2026, 12:00 Click token Not credited The window of 30 days ended 19 Apr 2026, 12:00."), "{}", shown.words());
        assert!(shown.says("The report carried the token of their click: anna."), "{}", shown.words());
        for (field, value) in [("affiliate", "anna"), ("order_id", "late"), ("event", "sale"), ("amount", "99.99"), ("currency", "USD")] {
            assert_eq!(shown.value_of(field).as_deref(), Some(value), "{field}");
        }
        let campaign = shop.campaign.id.as_str();
        let fields = [("affiliate", "anna"), ("campaign", campaign), ("order_id", "late"), ("event", "sale"), ("amount", "99.99"), ("currency", "USD")];
        let blank = mara.post(&format!("{page}/credit"), &fields);
        assert_eq!((blank.status, blank.error_at("note").as_deref()), (422, Some("Note must not be blank.")));
        let wrong = [("affiliate", "nobody"), ("campaign", "x"), ("order_id", ""), ("event", "sale"), ("amount", "0.00"), ("currency", "USD"), ("note", MARKUP)];
        let wrong = mara.post(&format!("{page}/credit"), &wrong);
        assert!(wrong.status == 422 && wrong.error_at("order_id").is_some() && wrong.error_at("campaign").is_some(), "{}", wrong.words());
        assert_eq!(wrong.error_at("amount").as_deref(), Some("Amount must be more than 0 for a sale."));
        assert!(wrong.says(MARKUP) && !wrong.html.contains("<img src=x"), "what was typed is kept, as text");
        assert!(house.conversions().is_empty());
        let fields = [&fields[..], &[("note", "she wrote us that she was away")]].concat();
        let credited = mara.post(&format!("{page}/credit"), &fields);
        let conversion = house.conversion("late");
        assert_eq!(credited.location, Some(format!("/admin/alderfinch/conversions/{}", conversion.id)));
        let became = mara.open(&credited.location.expect("it leads on"));
        for words in [
            "The order is credited. This is the conversion it became.",
            "Credited to anna : somebody here credited it by hand",
            "Credited by hand “she wrote us that she was away” by Mara",
            "Order late Pending",
        ] {
            assert!(became.says(words), "{words}: {}", became.words());
        }
        let again = mara.post(&format!("{page}/credit"), &[&[("affiliate", "ben")], &fields[1..]].concat());
        assert!(again.status == 409 && again.says("This has been credited already. Nothing was changed."), "{}", again.words());
        let shown = mara.open(&page);
        assert!(shown.says("This was credited by hand. See the conversion it became .") && !shown.says("Credit it by hand"), "{}", shown.words());
        assert!(mara.open(LIST).says("Click token expired Credited by hand"), "{}", mara.open(LIST).words());
        assert_eq!(house.conversions().len(), 1);
        house.assert_books_balance();
    }

    fn what_is_on_record_or_was_put_away_is_not_credited_by_hand(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        merchant.report(Sale::of("clk_forged").order_id("1001"));
        let page = format!("{LIST}/{}", house.attempts(shop.program).remove(0).id);
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        assert_eq!(mara.open(&page).value_of("affiliate").as_deref(), Some(""), "nobody is known");
        let credit = |campaign: &str| {
            let known = [("affiliate", "anna"), ("order_id", "1001"), ("event", "sale"), ("amount", "5.00"), ("currency", "USD"), ("note", "hers")];
            let mut fields: Vec<(&'static str, String)> = known.map(|(name, value)| (name, value.to_owned())).to_vec();
            fields.push(("campaign", campaign.to_owned()));
            fields
        };
        let mut post = |campaign: &str| {
            let fields = credit(campaign);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            mara.post(&format!("{page}/credit"), &fields)
        };
        let archived = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        house.admin().archive(&archived);
        let refused = post(&archived.id);
        assert_eq!(refused.error_at("campaign").as_deref(), Some("Campaign is archived. It cannot be credited so."), "{}", refused.words());
        assert!(house.conversions().is_empty());
        merchant.report(Sale::of(&house.visit(&shop.campaign, &shop.ben)).order_id("1001"));
        let late = post(&shop.campaign.id);
        assert!(late.status == 409 && late.says("This order is on record already. Nothing was changed."), "{}", late.words());
        assert_eq!(house.conversions().len(), 1);
        house.assert_books_balance();
    }
}
