//! Coupon codes: one affiliate each, for good.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::coupon::{Coupon, CouponCode, folded};
use accrue::domain::currency::Currency;
use accrue::operations::create_coupon::{CouponRefused, create_coupon};
use accrue::operations::end_coupon::{CouponNotEnded, end_coupon};
use accrue::storage::coupons::{self, Wanted};
use accrue::storage::error::{StorageError, Unique};

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id, campaign_id, plan, race};
use crate::support::world::{Affiliate, Campaign};

fn code(text: &str) -> CouponCode {
    CouponCode::parse(text).unwrap()
}

fn give(
    house: &House,
    shop: &Shop,
    (campaign, affiliate): (&Campaign, &Affiliate),
    text: &str,
) -> Result<Coupon, CouponRefused> {
    let (program, pair, code) = (shop.program, (campaign_id(campaign), affiliate_id(affiliate)), code(text));
    house.attempt(move |write, env| create_coupon(write, env, program, pair, code))
}

fn found(house: &House, shop: &Shop, wanted: &Wanted) -> Vec<String> {
    let found = house.read(|conn| coupons::newest(conn, shop.program, wanted, (0, 20)));
    let counted = house.read(|conn| coupons::count(conn, shop.program, wanted));
    assert_eq!(usize::try_from(counted).ok(), Some(found.len()));
    found.iter().map(|coupon| coupon.code.as_str().to_owned()).collect()
}

on_each_engine! {
    fn a_code_is_found_without_case_and_keeps_its_spelling(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        give(&house, &shop, (&shop.campaign, &shop.anna), "Autumn-10 %").unwrap();
        let catalogue = house.app().catalogue();
        let coupon = catalogue.coupon(shop.program, &folded(" aUTUMN-10 % ")).expect("it is in the catalogue at once");
        assert_eq!((coupon.code.as_str(), coupon.affiliate_id), ("Autumn-10 %", affiliate_id(&shop.anna)));
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        assert!(house.app().catalogue().coupon(elsewhere, "autumn-10 %").is_none(), "codes are a program's own");
    }

    fn a_code_goes_to_nobody_else_even_after_its_end(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let made = give(&house, &shop, (&shop.campaign, &shop.anna), "AUTUMN").unwrap();
        let again = |text| give(&house, &shop, (&shop.campaign, &shop.ben), text);
        for text in ["AUTUMN", "autumn"] {
            assert!(matches!(again(text), Err(CouponRefused::CodeTaken)), "{text}");
        }
        house.pass_days(1);
        let (program, id) = (shop.program, made.id);
        assert!(house.attempt(move |write, env| end_coupon(write, env, program, id)).unwrap());
        let end = house.now();
        house.pass_days(1);
        assert!(!house.attempt(move |write, env| end_coupon(write, env, program, id)).unwrap(), "it ended once");
        let ended = house.read(move |conn| coupons::find(conn, program, id)).expect("it is there");
        assert_eq!(ended.ended_at, Some(end));
        assert!(matches!(again("Autumn"), Err(CouponRefused::CodeTaken)), "it still stands on the flyers");
        let kept = house.app().catalogue().coupon(program, "autumn").cloned().expect("it is known");
        assert!(!kept.counts_at(house.now()));
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let foreign = house.attempt(move |write, env| end_coupon(write, env, elsewhere, id));
        assert!(matches!(foreign, Err(CouponNotEnded::NotFound)), "{foreign:?}");
    }

    fn a_coupon_is_for_somebody_and_something_of_the_program(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let rejected = house.admin().affiliate(shop.program, "rejected", AffiliateStatus::Rejected);
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let stranger = house.admin().affiliate(elsewhere, "stranger", AffiliateStatus::Active);
        let foreign = house.admin().campaign(elsewhere, plan(), &[]);
        let archived = house.admin().campaign(shop.program, plan(), &[]);
        house.admin().archive(&archived);
        let refused = |pair, text| give(&house, &shop, pair, text).unwrap_err().to_string();
        let cases = [
            ((&foreign, &shop.anna), CouponRefused::UnknownCampaign),
            ((&archived, &shop.anna), CouponRefused::CampaignArchived),
            ((&shop.campaign, &stranger), CouponRefused::UnknownAffiliate),
            ((&shop.campaign, &rejected), CouponRefused::AffiliateRejected),
        ];
        for (pair, why) in cases {
            assert_eq!(refused(pair, "SPRING"), why.to_string());
        }
        assert!(house.read(coupons::all).is_empty());
    }

    fn coupons_are_found_by_what_they_join_and_whether_they_count(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let second = house.admin().campaign(shop.program, plan(), &[]);
        give(&house, &shop, (&shop.campaign, &shop.anna), "FIRST").unwrap();
        house.pass_days(1);
        give(&house, &shop, (&second, &shop.anna), "SECOND_1").unwrap();
        house.pass_days(1);
        let third = give(&house, &shop, (&second, &shop.ben), "third").unwrap().id;
        let program = shop.program;
        house.attempt(move |write, env| end_coupon(write, env, program, third)).unwrap();
        let all = Wanted::default;
        let cases = [
            ("all, the newest first", all(), vec!["third", "SECOND_1", "FIRST"]),
            ("hers", Wanted { affiliate: Some(affiliate_id(&shop.anna)), ..all() }, vec!["SECOND_1", "FIRST"]),
            ("of a campaign", Wanted { campaign: Some(campaign_id(&second)), ..all() }, vec!["third", "SECOND_1"]),
            ("those that count", Wanted { ended: Some(false), ..all() }, vec!["SECOND_1", "FIRST"]),
            ("those that ended", Wanted { ended: Some(true), ..all() }, vec!["third"]),
            ("by a part of the code", Wanted { code: Some("IR".into()), ..all() }, vec!["third", "FIRST"]),
            ("an underscore is itself", Wanted { code: Some("_".into()), ..all() }, vec!["SECOND_1"]),
        ];
        for (name, wanted, expected) in cases {
            assert_eq!(found(&house, &shop, &wanted), expected, "{name}");
        }
    }

    fn of_two_who_take_a_code_at_once_one_gets_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let (program, campaign, env) = (shop.program, campaign_id(&shop.campaign), house.environment());
        let (anna, ben) = (affiliate_id(&shop.anna), affiliate_id(&shop.ben));
        drop(house);
        let (first, second) = race(
            &db,
            |write| create_coupon(write, &env, program, (campaign, anna), code("RUSH")),
            |write| create_coupon(write, &env, program, (campaign, ben), code("rush")),
        );
        assert_eq!(first.unwrap().affiliate_id, anna);
        assert!(matches!(second, Err(CouponRefused::CodeTaken)), "{second:?}");
    }

    /// The look-up before it is only politeness: the index is what keeps the promise.
    fn the_database_itself_refuses_a_code_twice(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let made = give(&house, &shop, (&shop.campaign, &shop.anna), "ONCE").unwrap();
        let (now, ben) = (house.now(), affiliate_id(&shop.ben));
        let twice = house.try_write(move |write, env| {
            let coupon = Coupon { id: env.mint.id(now), code: code("once"), affiliate_id: ben, ..made };
            coupons::insert(write, &coupon)
        });
        let why = twice.expect_err("the index refuses it");
        let accrue::recorder::WriteError::Refused(StorageError::Taken(Unique::CouponCode)) = why else {
            panic!("refused otherwise: {why}");
        };
    }
}
