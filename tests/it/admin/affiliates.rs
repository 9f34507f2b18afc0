//! Marketing → Affiliates, as the people who work there see it.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::currency::Currency;
use accrue::domain::user::Role;

use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Sale;

const LIST: &str = "/admin/alderfinch/affiliates";

/// What would be a program of its own if a page took it for markup.
pub const MARKUP: &str = "\"><img src=x onerror=alert(1)>'&lt;";

on_each_engine! {
    fn an_empty_list_leads_to_the_first_affiliate_and_on_to_a_link(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut marta = house.member("Marta", program, Role::Manager);
        let empty = marta.open(LIST);
        assert!(empty.says("No affiliates yet") && empty.says("Create an affiliate"), "{}", empty.words());
        let form = marta.open(&format!("{LIST}/new"));
        assert!(form.says("Leave it empty to have one made of the name."));
        let fields = [("name", "Trailhead Weekly"), ("code", ""), ("email", " Post@Trailhead.example "), ("status", "active")];
        let made = marta.submit(LIST, &fields);
        assert!(made.says("The affiliate is created. Next, make a link for them."), "{}", made.words());
        assert!(made.says("Trailhead Weekly Active") && made.says("Create a link"), "{}", made.words());
        assert_eq!(made.value_of("code").as_deref(), Some("trailhead-weekly"));
        assert_eq!(made.value_of("email").as_deref(), Some("post@trailhead.example"));
        let list = marta.open(LIST);
        assert!(list.says("Trailhead Weekly Code: trailhead-weekly post@trailhead.example Active 0 0 0.00"), "{}", list.words());
        assert!(list.says("1 affiliate"));
    }

    fn what_is_wrong_is_said_at_its_field_and_everything_typed_is_kept(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        marta.open(&format!("{LIST}/new"));
        let refused = marta.post(LIST, &[("name", " "), ("code", "a b"), ("email", "nobody"), ("status", "rejected")]);
        assert_eq!(refused.status, 422);
        let said = ["name", "code", "email", "status"].map(|field| refused.error_at(field).unwrap_or_default());
        let expected = [
            "Name must not be blank.",
            "Code must consist of letters A to Z, digits, underscores and hyphens.",
            "E-mail must be an e-mail address, such as name@example.com.",
            "Status must be Active or Pending for a new affiliate.",
        ];
        assert_eq!(said, expected);
        assert!(refused.says("4 fields need another look. Nothing was saved."));
        assert_eq!(refused.value_of("code").as_deref(), Some("a b"));
        assert_eq!(refused.value_of("email").as_deref(), Some("nobody"));
        let taken = marta.post(LIST, &[("name", "Anna"), ("code", "ANNA"), ("status", "active")]);
        let sentence = "Code is or was another affiliate’s, and links with it still name them. Choose another one.";
        assert_eq!((taken.status, taken.error_at("code").as_deref()), (422, Some(sentence)));
        let page = format!("{LIST}/{}", shop.anna.id);
        let changed = marta.post(&page, &[("name", "Anna"), ("code", "ben"), ("email", "")]);
        assert_eq!((changed.status, changed.error_at("code").as_deref()), (422, Some(sentence)));
        assert_eq!(changed.value_of("code").as_deref(), Some("ben"), "what was typed is kept");
        let nothing = marta.post(&page, &[("name", ""), ("code", "")]);
        assert_eq!((nothing.status, nothing.error_at("code").as_deref()), (422, Some("Code must not be blank.")));
    }

    fn a_changed_code_keeps_the_earlier_one_in_sight(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let page = format!("{LIST}/{}", shop.anna.id);
        marta.open(&page);
        let saved = marta.submit(&page, &[("name", "Anna Karlsson"), ("code", "Karlsson"), ("email", "anna@mail.example")]);
        assert!(saved.says("The affiliate is saved.") && saved.says("Earlier codes anna"), "{}", saved.words());
        assert_eq!(saved.value_of("code").as_deref(), Some("karlsson"));
    }

    fn the_list_finds_and_filters_and_says_when_nothing_matches(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        for number in 0..25 {
            house.admin().affiliate(shop.program, &format!("extra-{number}"), AffiliateStatus::Pending);
        }
        let token = house.visit(&shop.campaign, &shop.anna);
        house.merchant(&shop.campaign).report(Sale::of(&token).order_total("12345.00"));
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let found = vera.open(&format!("{LIST}?q=ANN"));
        assert!(found.says("anna Code: anna Active 1 1 1,234.50"), "{}", found.words());
        assert!(!found.says("extra-1"));
        assert_eq!(found.value_of("q").as_deref(), Some("ANN"));
        let pending = vera.open(&format!("{LIST}?status=pending&page=2"));
        assert!(pending.says("21–25 of 25 affiliates") && !pending.says("anna Code"), "{}", pending.words());
        assert!(pending.html.contains("status=pending&#38;page=1"), "the filter stays: {}", pending.html);
        let nothing = vera.open(&format!("{LIST}?q=%25&status=active"));
        assert!(nothing.says("No affiliate matches. Clear the filters") && !nothing.says("No affiliates yet"));
        for odd in ["?page=x", "?page=-1", "?page=99999999999", "?status=nonsense", "?q=%00%FF", "?q=a&q=b", "?&&="] {
            assert_eq!(vera.get(&format!("{LIST}{odd}")).status, 200, "{odd}");
        }
    }

    fn a_decision_is_made_once_and_whoever_is_late_hears_of_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let page = format!("{LIST}/{}", shop.anna.id);
        let status = format!("{page}/status");
        let shown = marta.open(&page);
        assert!(shown.says("Pause") && shown.says("Reject") && !shown.says("Activate"), "{}", shown.words());
        let paused = marta.submit(&status, &[("seen", "active"), ("status", "paused")]);
        assert!(paused.says("The affiliate is paused: new clicks credit nobody, earlier ones still count."));
        let again = marta.submit(&status, &[("seen", "active"), ("status", "paused")]);
        assert!(again.says("The affiliate is paused"), "the same decision twice is fine");
        let late = marta.post(&status, &[("seen", "active"), ("status", "rejected")]);
        assert_eq!(late.status, 409);
        assert!(late.says("Somebody was faster: this affiliate is Paused by now. Nothing was changed."), "{}", late.words());
        let back = marta.post(&status, &[("seen", "paused"), ("status", "pending")]);
        assert_eq!(back.status, 409);
        assert!(back.says("An affiliate who is Paused cannot become Pending. Nothing was changed."));
        let asked = marta.open(&format!("{page}?do=reject"));
        assert!(asked.says("clicks they sent before are no longer credited either"), "{}", asked.words());
        let rejected = marta.submit(&status, &[("seen", "paused"), ("status", "rejected")]);
        assert!(rejected.says("Rejected") && rejected.says("Activate") && !rejected.says("Pause "), "{}", rejected.words());
        assert!(!marta.open(&format!("{page}?do=reject")).says("Keep as it is"), "there is nothing left to reject");
        for fields in [vec![("seen", "rejected")], vec![("seen", "x"), ("status", "active")], vec![]] {
            assert_eq!(marta.post(&status, &fields).status, 400, "{fields:?}");
        }
    }

    fn a_viewer_sees_everything_and_changes_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let page = format!("{LIST}/{}", shop.anna.id);
        let list = vera.open(LIST);
        assert!(!list.says("Create an affiliate") && !list.says("Edit") && list.says("View"), "{}", list.words());
        let shown = vera.open(&page);
        assert!(shown.says("anna Active") && !shown.says("Save") && !shown.says("Pause"), "{}", shown.words());
        assert!(!shown.html.contains("name=\"code\"") && !vera.open(&format!("{page}?do=reject")).says("Reject"));
        assert_eq!(vera.get(&format!("{LIST}/new")).status, 403);
        let new = [("name", "x"), ("code", "xx"), ("status", "active")];
        for (target, fields) in [(LIST, &new[..]), (&page, &new), (&format!("{page}/status"), &[("seen", "active"), ("status", "paused")])] {
            assert_eq!(vera.post(target, fields).status, 403, "{target}");
        }
        assert!(vera.open(&page).says("anna Active"), "nothing has changed");
    }

    fn another_programs_affiliate_is_not_there(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let mut otto = house.member("Otto", elsewhere, Role::Owner);
        let here = "/admin/elsewhere/affiliates";
        otto.open(here);
        let page = format!("{here}/{}", shop.anna.id);
        let unknown = format!("{here}/aff_01kahq7v4xe8mt3s9w2yfn5c6d");
        for page in [&page, &unknown, &format!("{here}/nonsense")] {
            assert_eq!(otto.get(page).status, 404, "{page}");
            assert_eq!(otto.post(page, &[("name", "x"), ("code", "xx")]).status, 404, "{page}");
            assert_eq!(otto.post(&format!("{page}/status"), &[("seen", "active"), ("status", "paused")]).status, 404);
        }
        assert!(!otto.open(here).says("anna"));
        assert_eq!(otto.get(LIST).status, 404);
    }

    fn a_name_is_shown_as_text_whatever_it_holds(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut marta = house.member("Marta", program, Role::Manager);
        marta.open(&format!("{LIST}/new"));
        let made = marta.submit(LIST, &[("name", MARKUP), ("code", ""), ("status", "active")]);
        let found = marta.open(&format!("{LIST}?q={}", crate::support::wire::percent_encode(MARKUP)));
        for screen in [made, found] {
            assert!(!screen.html.contains("<img src=x"), "{}", screen.html);
            assert!(screen.says(MARKUP), "{}", screen.words());
        }
    }
}
