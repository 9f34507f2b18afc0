//! Affiliates: found by what people remember of them, decided on by one person at a time, and never confused.

use accrue::domain::affiliate::{AffiliateRef, AffiliateStatus};
use accrue::domain::currency::Currency;
use accrue::domain::handle::{AffiliateCode, EmailAddress};
use accrue::domain::id::{AffiliateId, ProgramId};
use accrue::domain::name::Name;
use accrue::operations::change_affiliate::{AffiliateFacts, change_affiliate};
use accrue::operations::create_affiliate::{NewAffiliate, create_affiliate};
use accrue::operations::review_affiliate::{Decision, Reviewed, review_affiliate};
use accrue::recorder::WriteError;
use accrue::storage::affiliates::{self, AffiliateRow, Wanted};
use accrue::storage::error::{StorageError, Unique};
use accrue::storage::roll_ups::{self, Brought};

use crate::support::engine::on_each_engine;
use crate::support::house::{House, affiliate_id, plan};
use crate::support::personas::Sale;

type Refused = WriteError<StorageError>;

fn code(text: &str) -> AffiliateCode {
    AffiliateCode::parse(text).expect("a code")
}

fn take_in(house: &House, program: ProgramId, name: &str, chosen: Option<&str>) -> Result<AffiliateRow, Refused> {
    let new = NewAffiliate {
        code: chosen.map(code),
        name: Name::parse(name).expect("a name"),
        email: EmailAddress::parse("post@mail.example").ok(),
        status: AffiliateStatus::Active,
    };
    house.try_write(move |write, env| {
        let id = create_affiliate(write, env, program, new)?;
        Ok(affiliates::find(write.conn(), program, id)?.expect("it was made a moment ago"))
    })
}

fn rename(
    house: &House,
    program: ProgramId,
    affiliate: AffiliateId,
    (name, chosen): (&str, &str),
) -> Result<bool, Refused> {
    let facts = AffiliateFacts { code: code(chosen), name: Name::parse(name).expect("a name"), email: None };
    house.try_write(move |write, _| change_affiliate(write, program, affiliate, facts))
}

fn names(house: &House, program: ProgramId, wanted: &Wanted) -> Vec<String> {
    let found = house.read(|conn| affiliates::newest(conn, program, wanted, (0, 20)));
    let counted = house.read(|conn| affiliates::count(conn, program, wanted));
    assert_eq!(usize::try_from(counted).ok(), Some(found.len()));
    found.into_iter().map(|row| row.name).collect()
}

fn text(text: &str) -> Wanted {
    Wanted { text: Some(text.to_owned()), ..Wanted::default() }
}

fn is_taken<T: std::fmt::Debug>(answer: Result<T, Refused>) {
    assert!(
        matches!(answer, Err(WriteError::Refused(StorageError::Taken(Unique::AffiliateCode)))),
        "{:?}",
        answer.map_err(|why| why.to_string())
    );
}

on_each_engine! {
    fn affiliates_are_found_by_name_code_and_address_in_any_case_and_taken_literally(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let other = house.admin().program("Elsewhere", Currency::USD);
        for (name, chosen) in [("Élodie Durand", "elo"), ("100 % Wool", "wool_1"), ("ÅNGSTRÖM", "light"), ("A\\B", "back")] {
            take_in(&house, program, name, Some(chosen)).expect("it is taken in");
        }
        take_in(&house, other, "Élodie Durand", Some("elo")).expect("another program has its own codes");
        let cases: [(&str, &[&str]); 12] = [
            ("elodie", &["Élodie Durand"]),
            ("ÉLODIE d", &["Élodie Durand"]),
            ("angström", &["ÅNGSTRÖM"]),
            ("ELO", &["Élodie Durand"]),
            ("%", &["100 % Wool"]),
            ("_", &["100 % Wool"]),
            ("wool_1", &["100 % Wool"]),
            ("woolx1", &[]),
            ("\\", &["A\\B"]),
            ("POST@mail", &["A\\B", "ÅNGSTRÖM", "100 % Wool", "Élodie Durand"]),
            ("'; DROP TABLE affiliates; --", &[]),
            ("nobody", &[]),
        ];
        for (typed, expected) in cases {
            assert_eq!(sorted(names(&house, program, &text(typed))), sorted_words(expected), "{typed}");
        }
    }

    fn a_list_is_filtered_by_status_and_paged_from_the_newest(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        for number in 0..5 {
            house.pass_days(1);
            let status = if number % 2 == 0 { AffiliateStatus::Active } else { AffiliateStatus::Pending };
            house.admin().affiliate(program, &format!("number-{number}"), status);
        }
        let everybody = Wanted::default();
        assert_eq!(names(&house, program, &everybody), ["number-4", "number-3", "number-2", "number-1", "number-0"]);
        let page = house.read(|conn| affiliates::newest(conn, program, &everybody, (2, 2)));
        assert_eq!(page.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["number-2", "number-1"]);
        let pending =
            Wanted { text: Some("NUMBER".to_owned()), status: Some(AffiliateStatus::Pending), ..Wanted::default() };
        assert_eq!(names(&house, program, &pending), ["number-3", "number-1"]);
    }

    fn a_code_is_made_of_the_name_and_numbered_where_it_is_taken(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::USD);
        let mut made = Vec::new();
        for _ in 0..12 {
            made.push(take_in(&house, program, "Café Norte", None).expect("a code is found").code.to_string());
        }
        assert_eq!(made[..3], ["cafe-norte", "cafe-norte-2", "cafe-norte-3"]);
        assert_eq!(made[9], "cafe-norte-10");
        assert!(made[10].len() > "cafe-norte-10".len() && made[10] != made[11], "{made:?}");
        is_taken(take_in(&house, program, "Somebody else", Some("Cafe-Norte")));
    }

    /// A link with `?aff=anna` in the wild goes on naming Anna, whatever she is called today.
    fn a_code_once_used_stays_its_owners_and_is_never_given_away(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (anna, ben) = (affiliate_id(&shop.anna), affiliate_id(&shop.ben));
        assert!(rename(&house, shop.program, anna, ("Anna Karlsson", "karlsson")).expect("she is renamed"));
        is_taken(rename(&house, shop.program, ben, ("Ben", "anna")));
        is_taken(take_in(&house, shop.program, "Another Anna", Some("anna")));
        let proposed = take_in(&house, shop.program, "Anna", None).expect("a code is found").code;
        assert_eq!(proposed.as_str(), "anna-2");
        for named in ["anna", "ANNA", "karlsson"] {
            let reference = AffiliateRef::parse(named).expect("a reference");
            let found = house.app().catalogue().affiliate_named(shop.program, &reference).map(|found| found.id);
            assert_eq!(found, Some(anna), "{named}");
        }
        assert_eq!(names(&house, shop.program, &text("anna")).len(), 2, "the old code finds her as well");
        let codes = house.read(|conn| affiliates::codes_of(conn, shop.program, anna));
        assert_eq!(codes, [code("anna"), code("karlsson")]);
        assert!(rename(&house, shop.program, anna, ("Anna", "anna")).expect("she may go back to it"));
        assert_eq!(house.app().catalogue().affiliate(shop.program, anna).map(|row| row.code.clone()), Some(code("anna")));
        let mut merchant = house.merchant(&shop.campaign);
        let click = merchant.add_click(&shop.campaign, &crate::support::world::Affiliate { id: "karlsson".into(), ..shop.anna.clone() });
        let token = click.click_token.expect("the code she had for a while names her");
        assert_eq!(house.click(&token).affiliate_id, anna);
    }

    fn a_stranger_to_the_program_is_not_found(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let anna = affiliate_id(&shop.anna);
        let other = house.admin().program("Elsewhere", Currency::USD);
        assert!(house.read(|conn| affiliates::find(conn, other, anna)).is_none());
        assert!(!rename(&house, other, anna, ("Stolen", "stolen")).expect("nothing happens"));
        let decision = Decision { seen: AffiliateStatus::Active, wanted: AffiliateStatus::Rejected };
        assert_eq!(house.write(move |write, _| review_affiliate(write, other, anna, decision)), Reviewed::Unknown);
        assert!(house.read(|conn| roll_ups::of_affiliates(conn, other, &[anna])).is_empty());
    }

    fn of_two_decisions_the_first_stands_and_the_second_hears_of_it(db: TestDatabase) {
        use AffiliateStatus::{Active, Paused, Pending, Rejected};
        let house = House::open(&db);
        let shop = house.shop();
        let (program, anna) = (shop.program, affiliate_id(&shop.anna));
        let decide = |seen, wanted| {
            house.write(move |write, _| review_affiliate(write, program, anna, Decision { seen, wanted }))
        };
        assert_eq!(decide(Active, Paused), Reviewed::Changed);
        assert_eq!(decide(Active, Rejected), Reviewed::Overtaken(Paused));
        assert_eq!(decide(Active, Paused), Reviewed::AlreadySo, "the same decision twice is fine");
        assert_eq!(decide(Paused, Pending), Reviewed::NotPossible(Paused));
        assert_eq!(decide(Paused, Rejected), Reviewed::Changed);
        assert_eq!(house.app().catalogue().affiliate(program, anna).map(|row| row.status), Some(Rejected));
        assert_eq!(decide(Rejected, Active), Reviewed::Changed);
    }

    fn what_an_affiliate_brought_is_summed_over_campaigns_and_days(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let second = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        for (order, campaign) in [("1", &shop.campaign), ("2", &second), ("3", &second)] {
            let token = house.visit(campaign, &shop.anna);
            house.merchant(campaign).report(Sale::of(&token).order_id(order));
            house.pass_days(1);
        }
        house.visit(&shop.campaign, &shop.anna);
        let (anna, ben) = (affiliate_id(&shop.anna), affiliate_id(&shop.ben));
        let brought = house.read(|conn| roll_ups::of_affiliates(conn, shop.program, &[anna, ben]));
        let expected = Brought { clicks: 4, conversions: 3, commission_minor: 3_000 };
        assert_eq!(brought.into_iter().collect::<Vec<_>>(), [(anna, expected)]);
    }
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}

fn sorted_words(words: &[&str]) -> Vec<String> {
    sorted(words.iter().map(|word| (*word).to_owned()).collect())
}
