//! Who may claim a customer: what only a browser said is provisional, and gives way to better evidence.

use accrue::domain::change::Actor;
use accrue::domain::conversion::ConversionStatus;
use accrue::domain::event::Channel;
use accrue::domain::flag::Flag;
use accrue::domain::referral::ReferralChangeKind;
use accrue::domain::rule::{Approval, Terms};
use accrue::operations::record_conversions::{Outcome, record_conversions};
use accrue::operations::review_conversion::{Decision, review_conversion};
use accrue::storage::catalogue::Catalogue;
use accrue::storage::new_rows::NewRows;
use accrue::storage::referral_changes;
use accrue::storage::referrals::{self, ReferralRow};

use super::{Told, agree_on, belongs_to};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id};
use crate::support::world::Affiliate;

/// A shop whose rule approves by itself, where an affiliate's visitor came a day ago.
fn trusting_shop(house: &House, affiliate: fn(&Shop) -> &Affiliate) -> (Shop, String) {
    let shop = house.shop();
    agree_on(house, &shop, |terms| Terms { approval: Approval::Automatic, ..terms });
    let token = house.visit(&shop.campaign, affiliate(&shop));
    house.pass_days(1);
    (shop, token)
}

fn recorded(house: &House, shop: &Shop, told: Told) {
    let outcome = told.report(house, shop);
    assert!(matches!(outcome, Outcome::Recorded(_)), "{outcome:?}");
}

/// The referral of an order, as it is now.
fn referral(house: &House, order: &str) -> ReferralRow {
    let id = house.conversion(order).referral_id.expect("its customer is known");
    house.read(|conn| referrals::find_all(conn, &[id])).remove(0)
}

/// What became of it: in which way, from whom to whom.
fn changes(house: &House, order: &str) -> Vec<(ReferralChangeKind, bool)> {
    let id = referral(house, order).id;
    let changes = house.read(|conn| referral_changes::of_referral(conn, id));
    assert!(changes.iter().all(|change| matches!(change.by(), Actor::Key(_)) && change.cause_id.is_some()));
    changes.iter().map(|change| (change.kind, change.from_affiliate_id == change.to_affiliate_id)).collect()
}

fn status(house: &House, order: &str) -> (ConversionStatus, Vec<Flag>) {
    let row = house.conversion(order);
    (row.status, row.flags.iter().collect())
}

const WAITS: ConversionStatus = ConversionStatus::Pending;
const COUNTS: ConversionStatus = ConversionStatus::Approved;

on_each_engine! {
    fn ben_claims_martas_address_from_a_browser_and_is_paid_nothing_by_itself(db: TestDatabase) {
        let house = House::open(&db);
        let (shop, bens) = trusting_shop(&house, |shop| &shop.ben);
        let forged = Told::order("lead-1").clicked(&house, &bens).email(&house, "marta@people.example");
        recorded(&house, &shop, forged.by(Channel::Pixel));
        assert_eq!(referral(&house, "lead-1").trust, 1);

        for order in ["order-1", "order-2"] {
            recorded(&house, &shop, Told::order(order).email(&house, "marta@people.example"));
            assert!(belongs_to(&house, order, &shop.ben), "nobody else is known to have brought her");
            assert_eq!(status(&house, order), (WAITS, vec![Flag::UnconfirmedCustomer]), "{order}");
        }
        let id = referral(&house, "order-1").id;
        let mut by_id = Told::order("order-3");
        by_id.evidence.referral = Some(id);
        recorded(&house, &shop, by_id);
        assert_eq!(status(&house, "order-3"), (WAITS, vec![Flag::UnconfirmedCustomer]), "by the referral's own id");
        assert_eq!(referral(&house, "lead-1").trust, 1, "what is credited through it proves nothing");
        assert_eq!(changes(&house, "lead-1"), []);
        house.assert_books_balance();
    }

    fn the_server_s_own_click_confirms_what_the_browser_said(db: TestDatabase) {
        let house = House::open(&db);
        let (shop, annas) = trusting_shop(&house, |shop| &shop.anna);
        let of_marta = |order: &str| Told::order(order).email(&house, "marta@people.example");
        recorded(&house, &shop, of_marta("lead").clicked(&house, &annas).by(Channel::Pixel));
        recorded(&house, &shop, of_marta("with-click").clicked(&house, &annas));
        assert_eq!(status(&house, "with-click"), (COUNTS, vec![]), "its click stands for itself");
        let now = referral(&house, "lead");
        assert_eq!((now.trust, now.affiliate_id), (3, affiliate_id(&shop.anna)));
        assert_eq!(changes(&house, "lead"), [(ReferralChangeKind::Confirmed, true)]);
        recorded(&house, &shop, of_marta("later"));
        assert_eq!(status(&house, "later"), (COUNTS, vec![]));
        recorded(&house, &shop, of_marta("again").clicked(&house, &annas));
        assert_eq!(changes(&house, "lead").len(), 1, "what is believed already is not confirmed again");
        house.assert_books_balance();
    }

    fn a_click_that_the_server_reports_takes_the_provisional_customer_over(db: TestDatabase) {
        let house = House::open(&db);
        let (shop, bens) = trusting_shop(&house, |shop| &shop.ben);
        let annas = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(1);
        let of_marta = |order: &str| Told::order(order).email(&house, "marta@people.example");
        recorded(&house, &shop, of_marta("forged").clicked(&house, &bens).by(Channel::Pixel));
        recorded(&house, &shop, of_marta("true").clicked(&house, &annas).customer("c-1"));
        let now = referral(&house, "forged");
        assert_eq!((now.trust, now.affiliate_id), (3, affiliate_id(&shop.anna)));
        assert_eq!(now.click_id, house.conversion("true").click_id, "and it is known by which click");
        assert_eq!(changes(&house, "forged"), [(ReferralChangeKind::GaveWay, false)]);
        recorded(&house, &shop, Told::order("later").customer("c-1"));
        assert!(belongs_to(&house, "later", &shop.anna));
        assert_eq!(status(&house, "later"), (COUNTS, vec![]));
        assert!(belongs_to(&house, "forged", &shop.ben), "an order on record stays whose it is");
        house.assert_books_balance();
    }

    fn equal_trust_takes_nothing_from_whoever_was_first(db: TestDatabase) {
        let house = House::open(&db);
        let (shop, bens) = trusting_shop(&house, |shop| &shop.ben);
        let annas = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(1);
        for (channel, customer) in [(Channel::Pixel, "c-1"), (Channel::Postback, "c-2"), (Channel::Server, "c-3")] {
            let order = |who: &str| format!("{who}-{customer}");
            let told = |who: &str, token: &str| Told::order(&order(who)).clicked(&house, token).customer(customer);
            recorded(&house, &shop, told("ben", &bens).by(channel));
            recorded(&house, &shop, told("anna", &annas).by(channel));
            recorded(&house, &shop, Told::order(&order("later")).customer(customer));
            assert!(belongs_to(&house, &order("later"), &shop.ben), "{customer}");
            assert_eq!(changes(&house, &order("ben")), [], "{customer}");
            let flags = status(&house, &order("later")).1;
            assert_eq!(flags.is_empty(), channel != Channel::Pixel, "a report with a key is no browser's word: {customer}");
        }
        house.assert_books_balance();
    }

    fn a_better_report_of_the_very_order_says_whose_the_customer_is_whatever_becomes_of_the_order(db: TestDatabase) {
        let house = House::open(&db);
        let (shop, bens) = trusting_shop(&house, |shop| &shop.ben);
        let annas = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(1);
        let told = |order: &str, token: &str| Told::order(order).clicked(&house, token).customer(order);
        let approve = |order: &str| {
            let (program, id) = (shop.program, house.conversion(order).id);
            let by = Actor::User(house.environment().mint.id(house.now()));
            let decision = Decision { wanted: COUNTS, seen: None, reason: String::new() };
            house.write(move |write, env| review_conversion(write, env, program, id, by, &decision));
        };
        // Approved by hand, then reported with the same facts: the row is only confirmed.
        recorded(&house, &shop, told("same", &bens).by(Channel::Pixel));
        approve("same");
        recorded(&house, &shop, told("same", &bens));
        assert_eq!((house.conversion("same").trust, referral(&house, "same").trust), (3, 3));
        // Undecided, then reported for another: row and customer go there.
        recorded(&house, &shop, told("other", &bens).by(Channel::Pixel));
        recorded(&house, &shop, told("other", &annas));
        assert!(belongs_to(&house, "other", &shop.anna));
        assert_eq!(referral(&house, "other").affiliate_id, affiliate_id(&shop.anna));
        // Reported without evidence of its own: the row is believed, and its customer is not.
        recorded(&house, &shop, told("bare", &bens).by(Channel::Pixel));
        recorded(&house, &shop, Told::order("bare").customer("bare"));
        assert_eq!(status(&house, "bare"), (WAITS, vec![Flag::UnconfirmedCustomer]));
        assert_eq!(referral(&house, "bare").trust, 1);
        house.assert_books_balance();
    }

    fn reports_of_one_set_see_what_was_decided_a_moment_ago(db: TestDatabase) {
        let house = House::open(&db);
        let (shop, bens) = trusting_shop(&house, |shop| &shop.ben);
        let annas = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(1);
        recorded(&house, &shop, Told::order("forged").clicked(&house, &bens).customer("c-1").by(Channel::Pixel));
        let set = vec![
            Told::order("true").clicked(&house, &annas).customer("c-1").incoming(&house, &shop),
            Told::order("with-it").customer("c-1").incoming(&house, &shop),
            Told::order("too").clicked(&house, &annas).customer("c-1").incoming(&house, &shop),
        ];
        house.write(move |write, env| {
            let catalogue = Catalogue::load(write.conn(), env.clock.now())?;
            let mut rows = NewRows::default();
            let recorded = record_conversions(write, env, &catalogue, &set, &mut rows)?;
            assert!(recorded.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Recorded(_))));
            rows.write(write)
        });
        assert!(belongs_to(&house, "with-it", &shop.anna));
        assert_eq!(status(&house, "with-it"), (COUNTS, vec![]));
        assert_eq!(changes(&house, "forged"), [(ReferralChangeKind::GaveWay, false)], "once");
        house.assert_books_balance();
    }
}
