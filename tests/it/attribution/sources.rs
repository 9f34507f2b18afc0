//! Click token, cookie, coupon, known customer, the report itself: the first that may be credited is.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::attribution::{Agreement, Refusal};
use accrue::domain::campaign::CampaignStatus;
use accrue::domain::coupon::CouponCode;
use accrue::domain::event::Event;
use accrue::domain::flag::Flag;
use accrue::domain::handle::ActionCode;
use accrue::operations::create_coupon::create_coupon;
use accrue::operations::end_coupon::end_coupon;
use accrue::operations::record_conversions::Outcome;
use accrue::storage::affiliates;
use accrue::storage::traces;

use super::{Told, belongs_to, trace};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id, campaign_id};
use crate::support::personas::Sale;
use crate::support::world::Affiliate;

/// Gives an affiliate a coupon.
fn hand_out(house: &House, shop: &Shop, affiliate: &Affiliate, code: &str) -> accrue::domain::coupon::Coupon {
    let (program, place) = (shop.program, (campaign_id(&shop.campaign), affiliate_id(affiliate)));
    let code = CouponCode::parse(code).unwrap();
    house.attempt(move |write, env| create_coupon(write, env, program, place, code)).unwrap()
}

fn is_recorded(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Recorded(_))
}

on_each_engine! {
    fn what_is_believed_more_comes_first_and_everybody_named_is_remembered(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        hand_out(&house, &shop, &shop.ben, "Autumn10");
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);

        let mut both = Told::order("token-and-cookie").clicked(&house, &annas).coupon("AUTUMN10").customer("new");
        both.evidence.cookie = Told::order("x").clicked(&house, &bens).evidence.token;
        assert!(is_recorded(both.report(&house, &shop)));
        assert!(belongs_to(&house, "token-and-cookie", &shop.anna));
        assert_eq!(
            trace(&house, "token-and-cookie"),
            ["click_token credited", "cookie outranked", "coupon_code outranked", "customer_id unknown_customer"]
        );

        let mut cookie = Told::order("cookie").coupon("autumn10");
        cookie.evidence.cookie = Told::order("x").clicked(&house, &annas).evidence.token;
        assert!(is_recorded(cookie.report(&house, &shop)));
        assert!(belongs_to(&house, "cookie", &shop.anna), "a cookie is believed more than a coupon");

        assert!(is_recorded(Told::order("coupon").coupon(" autumn10 ").customer("new").report(&house, &shop)));
        assert!(belongs_to(&house, "coupon", &shop.ben), "a coupon is believed more than what is known of the customer");
        assert_eq!(trace(&house, "coupon"), ["coupon_code credited", "customer_id outranked"]);

        assert!(is_recorded(Told::order("customer").customer("new").report(&house, &shop)));
        assert!(belongs_to(&house, "customer", &shop.anna), "who brought the customer first");
        house.assert_books_balance();
    }

    fn a_report_over_the_wire_may_name_a_coupon_besides_the_affiliate(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        hand_out(&house, &shop, &shop.ben, "Autumn10");
        house.admin().set_direct_mode(&shop.campaign, true);
        let mut merchant = house.merchant(&shop.campaign);
        let sale = || Sale::direct(&shop.campaign, &shop.anna).with("coupon_code", "autumn10");
        assert_eq!(merchant.report(sale().order_id("1001")).word, "success");
        assert!(belongs_to(&house, "1001", &shop.ben));
        assert_eq!(trace(&house, "1001"), ["coupon_code credited", "direct outranked"]);
        assert_eq!(merchant.report(sale().order_id("1001")).word, "duplicate");
        assert!(house.attempts(shop.program).is_empty(), "the same report again tells the same story");
    }

    fn an_expired_click_gives_way_and_is_the_answer_only_if_nothing_else_matches(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        hand_out(&house, &shop, &shop.ben, "Autumn10");
        house.pass_days(31);
        let mut merchant = house.merchant(&shop.campaign);
        let late = |order: &str| Sale::of(&token).order_id(order);
        assert_eq!(merchant.report(late("1001")).status, 410);
        assert_eq!(merchant.report(late("1002").with("coupon_code", "nobody's")).status, 410);
        assert_eq!(merchant.report(late("1003").with("coupon_code", "autumn10")).word, "success");
        assert!(belongs_to(&house, "1003", &shop.ben));
        assert_eq!(trace(&house, "1003"), ["click_token click_token_expired", "coupon_code credited"]);
        let attempts = house.attempts(shop.program);
        let kept = attempts.iter().find(|row| row.order_id.as_deref() == Some("1002")).expect("it is kept");
        let traced = traces::read(&kept.trace).expect("with everybody it named");
        let told: Vec<String> = traced.0.iter().map(|it| format!("{} {}", it.source, it.finding.as_str())).collect();
        assert_eq!(told, ["click_token click_token_expired", "coupon_code unknown_coupon"]);
        assert_eq!(traced.likeliest().and_then(|it| it.affiliate), Some(affiliate_id(&shop.anna)));
    }

    fn coupons_and_customers_are_judged_when_the_order_is_reported(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let coupon = hand_out(&house, &shop, &shop.ben, "Autumn10");
        let token = house.visit(&shop.campaign, &shop.ben);
        assert!(is_recorded(Told::order("first").clicked(&house, &token).customer("c-1").report(&house, &shop)));
        let refused = |told: Told| match told.report(&house, &shop) {
            Outcome::Refused(why) => why,
            other => panic!("{other:?}"),
        };

        house.admin().set_status(&shop.ben, AffiliateStatus::Paused);
        assert_eq!(refused(Told::order("paused").coupon("Autumn10")), Refusal::AffiliateNotActive);
        assert_eq!(refused(Told::order("paused").customer("c-1")), Refusal::AffiliateNotActive);
        house.admin().set_status(&shop.ben, AffiliateStatus::Active);
        house.admin().change(&shop.campaign, |row| row.status = CampaignStatus::Draft);
        assert_eq!(refused(Told::order("draft").customer("c-1")), Refusal::CampaignNotPublic);
        assert!(is_recorded(Told::order("click").clicked(&house, &token).report(&house, &shop)), "a click keeps its promise");
        house.admin().change(&shop.campaign, |row| row.status = CampaignStatus::Public);

        let (program, id) = (shop.program, coupon.id);
        house.attempt(move |write, env| end_coupon(write, env, program, id)).unwrap();
        house.pass_days(1);
        assert_eq!(refused(Told::order("ended").coupon("Autumn10")), Refusal::NothingMatches);
        assert_eq!(refused(Told::order("nobody")), Refusal::NothingMatches);
        assert_eq!(house.attempts(shop.program).len(), 5, "nothing that was refused is lost");
    }

    fn who_asks_for_agreement_is_refused_where_two_affiliates_are_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        hand_out(&house, &shop, &shop.ben, "Autumn10");
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut told = Told::order("1001").clicked(&house, &token).coupon("Autumn10");
        told.evidence.agreement = Agreement::Asked;
        assert_eq!(told.report(&house, &shop), Outcome::Refused(Refusal::IdentifiersDisagree));
        let mut told = Told::order("1002").clicked(&house, &token).coupon("unknown");
        told.evidence.agreement = Agreement::Asked;
        assert!(is_recorded(told.report(&house, &shop)), "what leads nowhere disagrees with nothing");
    }

    fn an_order_for_oneself_and_one_that_came_too_fast_are_flagged_and_recorded(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let anna = affiliate_id(&shop.anna);
        let program = shop.program;
        house.write(move |write, _| {
            let row = affiliates::find(write.conn(), program, anna)?.expect("she was taken in");
            let row = affiliates::AffiliateRow { email: Some("anna@wander.example".to_owned()), ..row };
            affiliates::update(write, &row).map(drop)
        });
        let token = house.visit(&shop.campaign, &shop.anna);
        assert!(is_recorded(Told::order("fast").clicked(&house, &token).report(&house, &shop)));
        house.clock().advance(std::time::Duration::from_secs(3));
        let own = Told::order("own").clicked(&house, &token).email(&house, "Anna@Wander.example ");
        assert!(is_recorded(own.report(&house, &shop)));
        let other = Told::order("other").clicked(&house, &token).email(&house, "marta@people.example");
        assert!(is_recorded(other.report(&house, &shop)));
        let flags = |order: &str| house.conversion(order).flags.iter().collect::<Vec<_>>();
        assert_eq!(flags("fast"), [Flag::TooFast]);
        assert_eq!(flags("own"), [Flag::OwnEmail]);
        assert_eq!(flags("other"), []);
        let mut lead = Told::order("lead").clicked(&house, &house.visit(&shop.campaign, &shop.anna));
        lead.event = Event::from_action(ActionCode::parse("lead").unwrap());
        assert!(is_recorded(lead.report(&house, &shop)));
        assert_eq!(flags("lead"), [], "a form is filled in faster than a basket");
    }
}
