//! Settings → Program, Programs and Users.

use accrue::domain::currency::Currency;
use accrue::domain::user::Role;

use crate::support::engine::on_each_engine;
use crate::support::house::House;

const USERS: &str = "/admin/alderfinch/settings/users";
const PROGRAM: &str = "/admin/alderfinch/settings/program";
const PROGRAMS: &str = "/admin/alderfinch/settings/programs";

/// The settings as the form sends them.
const SETTINGS: [(&str, &str); 6] = [
    ("name", "Alderfinch"),
    ("base_currency", "USD"),
    ("time_zone", "UTC"),
    ("click_parameter", "click_token"),
    ("fallback", ""),
    ("default_campaign", ""),
];

fn with(changed: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let kept = SETTINGS.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    kept.chain(changed).copied().collect()
}

on_each_engine! {
    fn an_owner_changes_the_program_and_finds_everything_kept(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        marta.open(PROGRAM);
        let changed = with(&[
            ("name", "Alder & <Finch>"),
            ("base_currency", "EUR"),
            ("time_zone", "europe/berlin"),
            ("click_parameter", "af_click"),
            ("fallback", "https://shop.example/gone"),
        ]);
        let changed = [changed.as_slice(), &[("default_campaign", &*shop.campaign.id)]].concat();
        let screen = marta.submit(PROGRAM, &changed);
        assert!(screen.says("The program's settings are saved."), "{}", screen.words());
        assert_eq!(screen.value_of("name").as_deref(), Some("Alder & <Finch>"));
        assert_eq!(screen.value_of("time_zone").as_deref(), Some("Europe/Berlin"));
        assert!(screen.says("EUR · Europe/Berlin"), "{}", screen.words());
        let landing = house.visitor().follow(&shop.campaign.link_of(&shop.anna).code);
        assert!(landing.location.unwrap().contains("af_click=clk_"), "the next link carries the new name");
    }

    fn what_is_wrong_is_said_at_its_field_and_nothing_is_lost(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        marta.open(PROGRAM);
        let wrong = [
            ("name", "  ", "The name must not be blank."),
            ("base_currency", "XAU", "The currency must"),
            ("time_zone", "Middle/Earth", "The time zone must"),
            ("click_parameter", "click token", "The click parameter must"),
            ("fallback", "javascript:alert(1)", "The fallback page must"),
            ("default_campaign", "camp_00000000000000000000000000", "The campaign must be a campaign of this program."),
            ("default_campaign", "anything", "The default campaign must"),
        ];
        for (field, value, sentence) in wrong {
            let screen = marta.post(PROGRAM, &with(&[(field, value)]));
            let said = screen.error_at(field).unwrap_or_default();
            assert_eq!(screen.status, 422, "{field}={value}");
            assert!(said.starts_with(sentence), "{field}={value}: {said}");
        }
        assert_eq!(marta.open(PROGRAM).value_of("click_parameter").as_deref(), Some("click_token"));
    }

    fn a_default_campaign_that_was_archived_is_not_lost_by_saving_something_else(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        marta.open(PROGRAM);
        let chosen: Vec<_> = with(&[]).into_iter().filter(|(name, _)| *name != "default_campaign").collect();
        let chosen = [chosen.as_slice(), &[("default_campaign", &*shop.campaign.id)]].concat();
        marta.submit(PROGRAM, &chosen);
        house.admin().archive(&shop.campaign);
        let form = marta.open(PROGRAM);
        let option = format!("<option value=\"{}\" selected>Alderfinch shop (archived)", shop.campaign.id);
        assert!(form.html.contains(&option), "{}", form.html);
    }

    fn the_currency_is_fixed_once_a_sale_is_recorded(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        house.merchant(&shop.campaign).report(crate::support::personas::Sale::of(&token));
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        marta.open(PROGRAM);
        let screen = marta.post(PROGRAM, &with(&[("base_currency", "EUR")]));
        assert_eq!(screen.status, 422);
        let said = screen.error_at("base_currency").unwrap_or_default();
        assert_eq!(said, "The currency must stay USD, because conversions are recorded in it.");
    }

    fn a_person_founds_a_second_program_and_switches_between_the_two(db: TestDatabase) {
        let house = House::open(&db);
        let first = house.admin().program("Alderfinch", Currency::USD);
        let mut vera = house.member("Vera", first, Role::Viewer);
        assert!(!vera.open(PROGRAMS).says("New program"), "only who owns one founds another");
        let mut marta = house.member("Marta", first, Role::Owner);
        marta.open(PROGRAMS);
        let new = [("name", "Second shop"), ("base_currency", "JPY"), ("time_zone", "Asia/Tokyo")];
        let there = marta.submit(PROGRAMS, &new);
        assert!(there.says("Second shop JPY · Asia/Tokyo"), "{}", there.words());
        assert_eq!(marta.get("/").location.as_deref(), Some("/admin/second-shop/dashboard"));
        assert_eq!(marta.open("/admin/second-shop/settings/users").status, 200, "its founder owns it");
        marta.submit("/admin/alderfinch/current", &[]);
        assert_eq!(marta.get("/").location.as_deref(), Some("/admin/alderfinch/dashboard"));
        let list = marta.open(PROGRAMS);
        assert!(list.says("Alderfinch Shown now"), "{}", list.words());
    }

    fn an_owner_invites_changes_roles_and_lets_people_go(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut marta = house.member("Marta", program, Role::Owner);
        let mut vera = house.member("Vera", program, Role::Viewer);
        marta.open(USERS);
        let invitations = "/admin/alderfinch/settings/invitations";
        let wrong = marta.post(invitations, &[("email", "no address"), ("role", "viewer")]);
        assert!(wrong.error_at("email").unwrap_or_default().starts_with("The e-mail address must"), "{}", wrong.words());
        let known = marta.post(invitations, &[("email", "vera@people.example"), ("role", "viewer")]);
        assert!(known.error_at("email").unwrap_or_default().contains("works in this program already"));
        let invited = marta.submit(invitations, &[("email", "Ines@people.example"), ("role", "manager")]);
        assert!(invited.says("ines@people.example As Manager, until"), "{}", invited.words());
        assert!(invited.html.contains(&house.app().public_url.join("/invitations/")), "the link can be copied");

        let id = id_of("Vera", &marta.open(USERS).html);
        assert_eq!(vera.get("/admin/alderfinch/settings/users").status, 403);
        let changed = marta.submit(&format!("{USERS}/{id}/role"), &[("role", "owner")]);
        assert!(changed.says("The role is changed."), "{}", changed.words());
        assert_eq!(vera.get(USERS).status, 200, "it holds from the next page on");
        let asked = marta.open(&format!("{USERS}?remove={id}"));
        assert!(asked.says("Remove Vera from Alderfinch Vera (vera@people.example) no longer sees this program"), "{}", asked.words());
        assert!(asked.says("Keep as it is") && vera.get(USERS).status == 200, "asking removes nobody");
        assert!(!marta.open(&format!("{USERS}?remove=usr_nobody")).says("Keep as it is"));
        marta.submit(&format!("{USERS}/{id}/removal"), &[]);
        assert_eq!(vera.get("/admin/alderfinch/campaigns").status, 404);
        assert!(vera.get("/").words().contains("You work in no program"));
    }

    fn a_program_keeps_its_last_owner(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut marta = house.member("Marta", program, Role::Owner);
        let page = marta.open(USERS);
        let id = id_of("Marta", &page.html);
        let kept = marta.post(&format!("{USERS}/{id}/removal"), &[]);
        assert_eq!(kept.status, 409);
        assert!(kept.says("A program keeps at least one owner"), "{}", kept.words());
        assert_eq!(marta.post(&format!("{USERS}/{id}/role"), &[("role", "viewer")]).status, 409);
        assert_eq!(marta.post(&format!("{USERS}/{id}/role"), &[("role", "emperor")]).status, 400);
        assert_eq!(marta.post(&format!("{USERS}/usr_nobody/role"), &[("role", "viewer")]).status, 404);
    }
}

/// The id of the person of this name, as the list's form names it.
pub(super) fn id_of(name: &str, html: &str) -> String {
    let before = html.split(&format!("Role of {name}")).next().unwrap_or_default();
    let id = before.rsplit("/settings/users/").next().and_then(|rest| rest.split('/').next());
    id.unwrap_or_default().to_owned()
}
