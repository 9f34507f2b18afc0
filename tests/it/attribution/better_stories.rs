//! What a better report of the same facts may know besides: that the purchase failed, what was bought, who the customer is.

use accrue::domain::change::{Actor, ChangeKind};
use accrue::domain::commission::CommissionState;
use accrue::domain::commission_status::CommissionStatus;
use accrue::domain::conversion::ConversionStatus::{self, Approved, Pending, Rejected};
use accrue::domain::conversion::SaleStatus::{self, Complete, Failed, Open, Trialing};
use accrue::domain::event::Channel;
use accrue::domain::flag::Flag;
use accrue::domain::rule::{Conditions, Terms};
use accrue::domain::time::Timestamp;
use accrue::operations::payouts::{Begun, begin_payout, call_off_payout};
use accrue::operations::record_as_stated::record_as_stated;
use accrue::operations::record_conversions::{Incoming, Outcome};
use accrue::operations::review_conversion::{Decision, review_conversion};
use accrue::operations::save_rule::{WantedRule, create_rule};
use accrue::operations::update_conversion::{NewMetadata, Update, update_conversion};
use accrue::storage::catalogue::Catalogue;
use accrue::storage::conversion_details::{self, ConversionDetailsRow};

use super::Told;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id, campaign_id, percent};
use crate::support::in_process::wait_for;

/// An order of which a browser told, and that somebody approved.
fn approved_on_a_browsers_word(house: &House, shop: &Shop, order: &str, token: &str) {
    Told::order(order).clicked(house, token).by(Channel::Pixel).of("100.00").report(house, shop);
    let (program, id) = (shop.program, house.conversion(order).id);
    let decision = Decision { wanted: Approved, seen: None, reason: String::new() };
    house.write(move |write, env| review_conversion(write, env, program, id, Actor::Clock, &decision));
}

/// What the server says of it: the same facts.
fn by_server(house: &House, shop: &Shop, order: &str, token: &str) -> Incoming {
    Told::order(order).clicked(house, token).of("100.00").incoming(house, shop)
}

fn tells(house: &House, incoming: Incoming) -> Outcome {
    wait_for(house.app().recorder.record_conversion(incoming)).expect("it is decided")
}

/// The same by the slow road, of a report that states where its commission stands.
fn states(house: &House, incoming: Incoming) -> Outcome {
    let stated = house.write(move |write, env| {
        let catalogue = Catalogue::load(write.conn(), env.clock.now())?;
        record_as_stated(write, env, &catalogue, &incoming)
    });
    stated.outcome
}

fn stands(house: &House, order: &str) -> (ConversionStatus, CommissionState, SaleStatus) {
    let row = house.conversion(order);
    (row.status, house.commission(order).state, row.sale_status)
}

fn details(house: &House, order: &str) -> ConversionDetailsRow {
    let id = house.conversion(order).id;
    house.read(|conn| conversion_details::find(conn, id)).expect("every conversion has details")
}

/// What the merchant's system says of a conversion.
fn patch(house: &House, shop: &Shop, order: &str, update: Update) {
    let (program, id) = (shop.program, house.conversion(order).id);
    let key = house.environment().mint.id(house.now());
    let patched = house.attempt(move |write, env| update_conversion(write, env, program, id, Actor::Key(key), &update));
    assert!(matches!(patched, Ok(true)), "{patched:?}");
}

on_each_engine! {
    /// A browser's order was approved; the server tells of the same one, and that nobody paid for it.
    fn what_was_never_paid_for_is_not_left_approved(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        for sale in [Failed, Open, Trialing] {
            approved_on_a_browsers_word(&house, &shop, sale.as_str(), &token);
            assert_eq!(stands(&house, sale.as_str()), (Approved, CommissionState::Payable, Complete));
            let mut told = by_server(&house, &shop, sale.as_str(), &token);
            told.report.purchase.sale = Some(sale);
            assert!(matches!(tells(&house, told), Outcome::Recorded(_)), "{sale}");
            assert_eq!(stands(&house, sale.as_str()), (Pending, CommissionState::Held, sale));
        }
        approved_on_a_browsers_word(&house, &shop, "paid", &token);
        let mut told = by_server(&house, &shop, "paid", &token);
        told.report.purchase.sale = Some(Complete);
        tells(&house, told);
        assert_eq!(stands(&house, "paid"), (Approved, CommissionState::Payable, Complete), "it says nothing else");
        house.assert_books_balance();
    }

    fn a_commission_that_is_declined_with_the_better_report_is_declined(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        approved_on_a_browsers_word(&house, &shop, "1001", &token);
        let mut told = by_server(&house, &shop, "1001", &token);
        told.report.purchase.stated = Some(CommissionStatus::Declined);
        assert!(matches!(states(&house, told), Outcome::Recorded(_)));
        assert_eq!(stands(&house, "1001"), (Rejected, CommissionState::Void, Complete));
        house.assert_books_balance();
    }

    /// The server names a product, for which another rule pays twice as much.
    fn what_another_rule_pays_is_undecided_again(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let place = (shop.program, campaign_id(&shop.campaign));
        let conditions = Conditions { product: Some("gold".to_owned()), ..Conditions::default() };
        let wanted = WantedRule { conditions, ..WantedRule::of_default(Terms::plain(percent("20"))) };
        house.attempt(move |write, env| create_rule(write, env, place, wanted)).expect("it is saved");
        let token = house.visit(&shop.campaign, &shop.anna);
        approved_on_a_browsers_word(&house, &shop, "1001", &token);
        let mut told = by_server(&house, &shop, "1001", &token);
        told.report.purchase.product_ids = vec!["gold".to_owned()];
        tells(&house, told);
        assert_eq!(stands(&house, "1001"), (Pending, CommissionState::Held, Complete));
        assert_eq!(house.commission("1001").booked_minor, 2_000);
        house.assert_books_balance();
    }

    /// The money is on its way when the server says that the purchase failed. The payout is called off.
    fn what_is_in_a_payout_is_flagged_and_not_owed_again_when_that_is_called_off(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        approved_on_a_browsers_word(&house, &shop, "1001", &token);
        let (program, anna) = (shop.program, affiliate_id(&shop.anna));
        let begun = house.write(move |write, env| begin_payout(write, env, program, anna, Actor::Clock, "March"));
        let Begun::Begun(payout) = begun else { panic!("{begun:?}") };
        let mut told = by_server(&house, &shop, "1001", &token);
        told.report.purchase.sale = Some(Failed);
        tells(&house, told);
        assert_eq!(stands(&house, "1001"), (Approved, CommissionState::InPayout, Failed));
        assert!(house.conversion("1001").flags.has(Flag::PaidDiffers));
        assert_eq!(house.commission("1001").booked_minor, 1_000, "what is gone is not rewritten");
        house.write(move |write, env| call_off_payout(write, env, program, payout.id, Actor::Clock));
        assert_eq!(stands(&house, "1001"), (Approved, CommissionState::Held, Failed));
        house.assert_books_balance();
    }

    /// The browser knew an order and nothing else of it.
    fn a_better_report_of_the_same_adds_what_it_knows(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        approved_on_a_browsers_word(&house, &shop, "1001", &token);
        let claimed_at = Timestamp::parse_rfc3339("2026-03-03T00:00:00Z").unwrap();
        let known = Told::order("1001").clicked(&house, &token).of("100.00").customer("c-1").email(&house, "Kim@shop.example");
        let mut told = known.incoming(&house, &shop);
        told.report.purchase.metadata = Some(r#"{"plan":"pro"}"#.to_owned());
        told.report.purchase.claimed_at = Some(claimed_at);
        tells(&house, told);
        assert_eq!(stands(&house, "1001"), (Approved, CommissionState::Payable, Complete), "it is confirmed");
        let kept = details(&house, "1001");
        assert_eq!((kept.customer_id.as_deref(), kept.metadata.as_deref()), (Some("c-1"), Some(r#"{"plan":"pro"}"#)));
        assert!(kept.email_hash.is_some() && kept.claimed_at == Some(claimed_at));
        assert!(house.conversion("1001").referral_id.is_some());

        let next = Told::order("1002").customer("c-1").report(&house, &shop);
        assert!(matches!(next, Outcome::Recorded(_)), "and the next order of that customer is Anna's: {next:?}");
        assert!(super::belongs_to(&house, "1002", &shop.anna));
        assert_eq!(house.conversion("1002").referral_id, house.conversion("1001").referral_id);
        house.assert_books_balance();
    }

    /// Both reports of fifty orders of one new customer come at once.
    fn a_customer_whom_confirmed_orders_name_is_made_once(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let orders: Vec<String> = (0..50).map(|number| format!("o-{number}")).collect();
        orders.iter().for_each(|order| approved_on_a_browsers_word(&house, &shop, order, &token));
        let told = |order: &String| Told::order(order).clicked(&house, &token).of("100.00").customer("c-1");
        let incoming: Vec<Incoming> = orders.iter().map(|order| told(order).incoming(&house, &shop)).collect();
        let recorder = &house.app().recorder;
        let answers = wait_for(futures_util::future::join_all(incoming.into_iter().map(|one| recorder.record_conversion(one))));
        assert!(answers.iter().all(|answer| matches!(answer, Ok(Outcome::Recorded(_)))), "{answers:?}");
        let whose: Vec<_> = house.conversions().iter().map(|row| row.referral_id).collect();
        assert!(whose[0].is_some() && whose.iter().all(|referral| *referral == whose[0]), "{whose:?}");
        house.assert_books_balance();
    }

    /// The merchant's system said where the purchase stands and what to find it by; then the server reports the order.
    fn what_the_better_report_leaves_unsaid_stays_as_it_was_said(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        for order in ["same", "dearer", "paid"] {
            Told::order(order).clicked(&house, &token).by(Channel::Pixel).of("100.00").report(&house, &shop);
            let metadata = NewMetadata::Object(r#"{"k":1}"#.to_owned());
            patch(&house, &shop, order, Update { sale: Some(Failed), metadata, ..Update::default() });
        }
        tells(&house, by_server(&house, &shop, "same", &token));
        Told::order("dearer").clicked(&house, &token).of("150.00").report(&house, &shop);
        let mut told = by_server(&house, &shop, "paid", &token);
        (told.report.purchase.sale, told.report.purchase.metadata) = (Some(Complete), Some(r#"{"k":2}"#.to_owned()));
        tells(&house, told);
        for (order, sale, metadata) in [("same", Failed, 1), ("dearer", Failed, 1), ("paid", Complete, 2)] {
            assert_eq!(stands(&house, order), (Pending, CommissionState::Held, sale), "{order}");
            assert_eq!(details(&house, order).metadata, Some(format!(r#"{{"k":{metadata}}}"#)), "{order}");
            assert_eq!(house.conversion(order).trust, 3, "{order}");
        }
        let kinds: Vec<ChangeKind> = super::takeovers::changes(&house, "dearer").into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [ChangeKind::SaleChanged, ChangeKind::MetadataReplaced, ChangeKind::TakenOver]);
        house.assert_books_balance();
    }
}
