//! What people do about a referral: confirm it, give it to somebody else, make two of them one.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::campaign::CampaignStatus;
use accrue::domain::event::Channel;
use accrue::domain::user::Role;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id, plan};
use crate::support::person::{Person, Screen};
use crate::support::personas::Sale;
use crate::support::sql::Sql;

const LIST: &str = "/admin/alderfinch/referrals";

/// A customer of Ben's, known by this id; the address of their page.
fn customer(house: &House, shop: &Shop, id: &str) -> String {
    let token = house.visit(&shop.campaign, &shop.ben);
    let mut merchant = house.merchant(&shop.campaign);
    let sale = Sale::of(&token).order_id(&format!("first-of-{id}")).order_total("10").with("customer_id", id);
    assert_eq!(merchant.report(sale).word, "success");
    let referral = house.conversion(&format!("first-of-{id}")).referral_id.expect("the customer is known");
    format!("{LIST}/{referral}")
}

/// The same, vouched for by nobody but a browser.
fn claimed(house: &House, db: &crate::support::engine::TestDatabase, shop: &Shop, id: &str) -> String {
    let page = customer(house, shop, id);
    Sql::open(&db.url).run("UPDATE referrals SET trust = 1");
    page
}

/// Opens a dialog and sends it.
fn decide(person: &mut Person, page: &str, (word, path): (&str, &str), fields: &[(&str, &str)]) -> Screen {
    let asked = person.open(&format!("{page}?do={word}"));
    let seen = asked.value_of("seen").unwrap_or_else(|| panic!("{word} is asked for: {}", asked.words()));
    person.post(&format!("{page}/{path}"), &[&[("seen", seen.as_str())], fields].concat())
}

const REASSIGN: (&str, &str) = ("reassign", "reassignment");
const CONFIRM: (&str, &str) = ("confirm", "confirmation");
const MERGE: (&str, &str) = ("merge", "merger");

fn later(house: &House, shop: &Shop, order: &str, customer: &str) {
    let sale = Sale::direct(&shop.campaign, &shop.anna).order_id(order).order_total("10");
    assert_eq!(house.merchant(&shop.campaign).report(sale.with("customer_id", customer)).word, "success", "{order}");
}

on_each_engine! {
    fn mara_confirms_whom_a_browser_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let page = claimed(&house, &db, &shop, "cus_1");
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        assert!(vera.open(&page).says("Only a browser said that ben brought this customer"));
        assert!(vera.open(&format!("{page}?do=confirm")).value_of("seen").is_none(), "a viewer is asked nothing");
        assert!(vera.open(LIST).says("cus_1 Provisional"));
        assert!(mara.open(&format!("{LIST}?standing=provisional")).says("cus_1"));
        let done = decide(&mut mara, &page, CONFIRM, &[]);
        assert_eq!(done.status, 303);
        let shown = mara.open(&page);
        for words in ["The referral is confirmed.", "Confirmed as ben’s by Mara ·", "Said by Your server’s report, or a person here"] {
            assert!(shown.says(words), "{words}: {}", shown.words());
        }
        assert!(!shown.says("Provisional") && !shown.says("Only a browser"));
        assert!(mara.open(&format!("{LIST}?standing=provisional")).says("No referral matches."));
        // The same again, by somebody whose page is old, is no other decision.
        let seen = seen_at(&mut mara, &page);
        let again = mara.post(&format!("{page}/confirmation"), &[("seen", &seen)]);
        assert_eq!(again.status, 303);
        assert_eq!(Sql::open(&db.url).count("referral_changes"), 1);
    }

    fn a_customer_is_given_to_anna_with_a_reason_and_orders_on_record_stay(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let page = claimed(&house, &db, &shop, "cus_1");
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let theirs = [("affiliate", "anna"), ("campaign", shop.campaign.id.as_str())];
        let blank = decide(&mut mara, &page, REASSIGN, &[&theirs[..], &[("reason", " ")]].concat());
        assert_eq!(blank.status, 422);
        assert_eq!(blank.error_at("reason").as_deref(), Some("Reason must not be blank."));
        assert_eq!(blank.value_of("affiliate").as_deref(), Some("anna"), "what was typed is kept");
        let nobody = decide(&mut mara, &page, REASSIGN, &[("affiliate", "nobody"), ("reason", "they called")]);
        assert_eq!(nobody.status, 422);
        assert!(nobody.error_at("affiliate").is_some() && nobody.error_at("campaign").is_some(), "{}", nobody.words());

        let fields = [&theirs[..], &[("reason", "they called, and named Anna")]].concat();
        assert_eq!(decide(&mut mara, &page, REASSIGN, &fields).status, 303);
        let shown = mara.open(&page);
        for words in ["Affiliate anna", "Reassigned to anna, was ben’s “they called, and named Anna” by Mara ·", "None: a coupon"] {
            assert!(shown.says(words), "{words}: {}", shown.words());
        }
        later(&house, &shop, "later", "cus_1");
        assert_eq!(house.conversion("later").affiliate_id, affiliate_id(&shop.anna));
        assert!(house.conversion("later").flags.are_none(), "a person vouches for it now");
        assert_eq!(house.conversion("first-of-cus_1").affiliate_id, affiliate_id(&shop.ben));
        house.assert_books_balance();

        house.admin().set_status(&shop.ben, AffiliateStatus::Rejected);
        let out = decide(&mut mara, &page, REASSIGN, &[("affiliate", "ben"), theirs[1], ("reason", "back")]);
        assert_eq!(out.error_at("affiliate").as_deref(), Some("Affiliate must not be rejected; let it in first."));
    }

    /// To whom no order of the customer could go, the customer is not given either.
    fn a_customer_is_given_only_to_whom_their_orders_can_go(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let page = customer(&house, &shop, "cus_1");
        let admin = house.admin();
        let [paused, applying] = [("paula", AffiliateStatus::Paused), ("appia", AffiliateStatus::Pending)]
            .map(|(code, status)| admin.affiliate(shop.program, code, status));
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let own = shop.campaign.id.as_str();
        let inactive = "Affiliate must be active, or the customer’s orders would be refused; activate it first.";
        for affiliate in [&paused, &applying] {
            let fields = [("affiliate", affiliate.id.as_str()), ("campaign", own), ("reason", "they called")];
            let refused = decide(&mut mara, &page, REASSIGN, &fields);
            assert_eq!((refused.status, refused.error_at("affiliate").as_deref()), (422, Some(inactive)));
            assert_eq!(refused.value_of("affiliate").as_deref(), Some(affiliate.id.as_str()), "what was typed is kept");
        }
        let now = house.now();
        let [draft, over, put_away] = [0, 1, 2].map(|_| admin.campaign(shop.program, plan(), &[&shop.anna]));
        admin.change(&draft, |row| row.status = CampaignStatus::Draft);
        admin.change(&over, move |row| row.ends_at = Some(now));
        admin.archive(&put_away);
        for (campaign, sentence) in [
            (&draft, "Campaign must be public, or the customer’s orders would be refused; make it public first."),
            (&over, "Campaign must run now, or the customer’s orders would be refused; change its period first."),
            (&put_away, "Campaign must not be archived; restore it first."),
        ] {
            let fields = [("affiliate", "anna"), ("campaign", campaign.id.as_str()), ("reason", "they called")];
            let refused = decide(&mut mara, &page, REASSIGN, &fields);
            assert_eq!((refused.status, refused.error_at("campaign").as_deref()), (422, Some(sentence)));
        }
        assert!(mara.open(&page).says("Affiliate ben"), "nothing was changed");
        admin.set_status(&paused, AffiliateStatus::Active);
        let fields = [("affiliate", "paula"), ("campaign", own), ("reason", "they called")];
        assert_eq!(decide(&mut mara, &page, REASSIGN, &fields).status, 303, "the way out that the sentence names");
    }

    fn who_decides_about_something_else_than_they_saw_is_told_and_changes_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let page = claimed(&house, &db, &shop, "cus_1");
        let (mut mara, mut omar) = (house.member("Mara", shop.program, Role::Manager), house.member("Omar", shop.program, Role::Owner));
        let old = seen_at(&mut omar, &page);
        let fields = [("affiliate", "anna"), ("campaign", shop.campaign.id.as_str()), ("reason", "they called")];
        assert_eq!(decide(&mut mara, &page, REASSIGN, &fields).status, 303);
        let late = omar.post(&format!("{page}/confirmation"), &[("seen", &old)]);
        assert_eq!(late.status, 409);
        assert!(late.says("Mara changed this meanwhile. Nothing was changed."), "{}", late.words());
        assert!(late.says("Affiliate anna"));
        let same = omar.post(&format!("{page}/reassignment"), &[&[("seen", old.as_str())], &fields[..]].concat());
        assert_eq!(same.status, 303, "the same decision is no conflict");
        assert_eq!(Sql::open(&db.url).count("referral_changes"), 1);
        for odd in ["", "x", "aff_1 camp_1 3"] {
            assert_eq!(omar.post(&format!("{page}/confirmation"), &[("seen", odd)]).status, 400, "{odd}");
        }
        let unknown = format!("{LIST}/ref_00000000000000000000000000/confirmation");
        assert_eq!(omar.post(&unknown, &[("seen", &old)]).status, 404);
    }

    fn two_referrals_of_one_customer_are_made_one(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let old = customer(&house, &shop, "cus_old");
        house.pass_days(1);
        let new = customer(&house, &shop, "cus_new");
        house.pass_days(1);
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let gone = new.rsplit('/').next().expect("an id").to_owned();
        for (into, sentence) in [
            ("nobody", "Referral that stays must be known here, by its id or one of the customer’s names."),
            ("cus_new", "Referral that stays must be another one."),
            ("ref_00000000000000000000000000", "Referral that stays must be known here, by its id or one of the customer’s names."),
        ] {
            let refused = decide(&mut mara, &new, MERGE, &[("into", into)]);
            assert_eq!((refused.status, refused.error_at("into").as_deref()), (422, Some(sentence)), "{into}");
            assert_eq!(refused.value_of("into").as_deref(), Some(into));
        }
        assert_eq!(decide(&mut mara, &new, MERGE, &[("into", "cus_old")]).status, 303);
        let shown = mara.open(&old);
        for words in ["2 payments", "Customer id cus_old", "Customer id cus_new", "first-of-cus_new", "Another referral was merged into this by Mara ·"] {
            assert!(shown.says(words), "{words}: {}", shown.words());
        }
        assert_eq!(mara.get(&new).status, 303, "its old address leads there");
        assert!(mara.open(LIST).html.matches("/referrals/ref_").count() == 1, "{}", mara.open(LIST).words());
        let seen = seen_at(&mut mara, &old);
        let again = mara.post(&format!("{new}/merger"), &[("seen", &seen), ("into", "cus_old")]);
        assert_eq!(again.status, 422, "it is that one");
        later(&house, &shop, "later", "cus_new");
        let row = house.conversion("later");
        assert_eq!(row.referral_id, house.conversion("first-of-cus_old").referral_id);
        assert_ne!(row.referral_id.map(|id| id.to_string()), Some(gone));
        assert_eq!(row.channel, Channel::Direct);
        house.assert_books_balance();
    }

    fn a_long_history_of_orders_goes_on_by_id(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let page = customer(&house, &shop, "cus_1");
        for number in 1..=25 {
            house.clock().advance(std::time::Duration::from_millis(5));
            later(&house, &shop, &format!("o-{number:02}"), "cus_1");
        }
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let newest = vera.open(&page);
        assert!(newest.says("26 payments") && newest.says("o-25") && !newest.says("first-of-cus_1"));
        let older = newest.html.split("href=\"").find(|rest| rest.contains("before=conv_")).expect("there are older ones");
        let older = vera.open(older.split('"').next().expect("it ends"));
        assert!(older.says("first-of-cus_1") && !older.says("o-25"), "{}", older.words());
    }
}

/// The claim as this person's page carries it.
fn seen_at(person: &mut Person, page: &str) -> String {
    person.open(&format!("{page}?do=merge")).value_of("seen").expect("the form carries it")
}
