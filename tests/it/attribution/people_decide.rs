//! People decide about referrals while others do, and while reports come.

use accrue::domain::event::Channel;
use accrue::domain::id::{ReferralId, UserId};
use accrue::domain::referral::{Claim, Decided};
use accrue::domain::rule::{Duration, Terms};
use accrue::environment::Environment;
use accrue::operations::merge_referrals::{Merged, merge_referrals};
use accrue::operations::reassign_referral::{Reassigned, Reassignment, confirm_referral, reassign_referral};
use accrue::operations::record_conversions::Outcome;
use accrue::storage::error::{StorageError, Stored};
use accrue::storage::referral_changes;
use accrue::storage::referrals::{self, ReferralRow};
use accrue::storage::write::Write;

use super::{Told, agree_on, belongs_to};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id, campaign_id, race};
use crate::support::in_process::wait_for;
use crate::support::world::Affiliate;

/// Somebody who decides.
struct Desk {
    env: Environment,
    shop: Shop,
    user: UserId,
}

impl Desk {
    fn of(house: &House, shop: Shop) -> Desk {
        Desk { env: house.environment(), user: house.environment().mint.id(house.now()), shop }
    }

    fn confirm(&self, write: &mut Write<'_>, row: &ReferralRow) -> Stored<Reassigned> {
        confirm_referral(write, &self.env, self.shop.program, (row.id, self.user), row.claim())
    }

    fn reassign(&self, write: &mut Write<'_>, row: &ReferralRow, affiliate: &Affiliate) -> Stored<Reassigned> {
        let asked = Reassignment {
            seen: row.claim(),
            affiliate: affiliate_id(affiliate),
            campaign: campaign_id(&self.shop.campaign),
            reason: "they called".to_owned(),
        };
        reassign_referral(write, &self.env, self.shop.program, (row.id, self.user), &asked)
    }

    fn merge(&self, write: &mut Write<'_>, gone: &ReferralRow, left: ReferralId) -> Stored<Merged> {
        merge_referrals(write, &self.env, self.shop.program, (gone.id, left, self.user), gone.claim())
    }
}

fn referral(house: &House, order: &str) -> ReferralRow {
    let id = house.conversion(order).referral_id.expect("its customer is known");
    house.read(|conn| referrals::find_all(conn, &[id])).remove(0)
}

fn recorded(house: &House, shop: &Shop, told: Told) {
    assert!(matches!(told.report(house, shop), Outcome::Recorded(_)));
}

/// A customer of Ben's, of whom a browser told.
fn claimed(house: &House, shop: &Shop, customer: &str) -> ReferralRow {
    let bens = house.visit(&shop.campaign, &shop.ben);
    recorded(house, shop, Told::order(customer).clicked(house, &bens).customer(customer).by(Channel::Pixel));
    referral(house, customer)
}

const MADE: Reassigned = Reassigned::Decided(Decided::Made);
const SO: Reassigned = Reassigned::Decided(Decided::AlreadySo);
const OVERTAKEN: Reassigned = Reassigned::Decided(Decided::Overtaken);

on_each_engine! {
    fn of_two_decisions_at_once_one_holds_and_the_same_twice_is_one(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house, house.shop());
        let row = claimed(&house, &desk.shop, "c-1");
        let to_anna = |write: &mut Write<'_>| desk.reassign(write, &row, &desk.shop.anna);
        let to_ben = |write: &mut Write<'_>| desk.confirm(write, &row);
        let (first, second) = race::<Reassigned, StorageError>(&db, to_anna, to_ben);
        assert_eq!((first.unwrap(), second.unwrap()), (MADE, OVERTAKEN));
        let now = referral(&house, "c-1");
        assert_eq!(now.claim(), Claim { affiliate: affiliate_id(&desk.shop.anna), campaign: row.campaign_id, trust: 3 });
        assert_eq!(house.read(|conn| referral_changes::of_referral(conn, row.id)).len(), 1);

        let row = claimed(&house, &desk.shop, "c-2");
        let (first, second) =
            race::<_, StorageError>(&db, |write| desk.confirm(write, &row), |write| desk.confirm(write, &row));
        assert_eq!((first.unwrap(), second.unwrap()), (MADE, SO));
        assert_eq!(house.read(|conn| referral_changes::of_referral(conn, row.id)).len(), 1);
    }

    fn two_that_are_merged_into_each_other_at_once_leave_one(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house, house.shop());
        let (one, other) = (claimed(&house, &desk.shop, "c-1"), claimed(&house, &desk.shop, "c-2"));
        let (first, second) = race::<_, StorageError>(
            &db,
            |write| desk.merge(write, &one, other.id),
            |write| desk.merge(write, &other, one.id),
        );
        assert_eq!(first.unwrap(), Merged::Made);
        let second = second.unwrap();
        assert!(matches!(second, Merged::Overtaken | Merged::NotPossible), "{second:?}");
        for order in ["c-1", "c-2"] {
            assert_eq!(house.conversion(order).referral_id, Some(other.id), "{order}");
        }
        assert_eq!(house.write(move |write, _| referrals::find_all(write.conn(), &[other.id])).remove(0).merged_into_id, None);
    }

    fn reports_that_come_while_customers_are_merged_lose_nobody(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { duration: Duration::Payments(30), ..terms });
        let (old, new) = (claimed(&house, &shop, "c-old"), claimed(&house, &shop, "c-new"));
        let desk = Desk::of(&house, shop);
        let shop = &desk.shop;
        let orders: Vec<_> = (0..40)
            .map(|number| {
                let customer = if number % 2 == 0 { "c-old" } else { "c-new" };
                let mut told = Told::order(&format!("o-{number}")).customer(customer);
                if number % 4 == 1 {
                    told = Told::order(&format!("o-{number}"));
                    told.evidence.referral = Some(new.id);
                }
                told.incoming(&house, shop)
            })
            .collect();
        let recorder = &house.app().recorder;
        let (env, program, user) = (house.environment(), shop.program, desk.user);
        let merged = recorder.write(move |write| {
            merge_referrals(write, &env, program, (new.id, old.id, user), new.claim())
        });
        let mut orders = orders.into_iter();
        let before: Vec<_> = orders.by_ref().take(20).map(|order| recorder.record_conversion(order)).collect();
        let after = orders.map(|order| recorder.record_conversion(order));
        let all = async {
            let (before, merged, after) = futures_util::future::join3(
                futures_util::future::join_all(before),
                merged,
                futures_util::future::join_all(after),
            )
            .await;
            assert_eq!(merged.expect("it is decided"), Merged::Made);
            before.into_iter().chain(after)
        };
        for outcome in wait_for(all) {
            assert!(matches!(outcome.expect("it is decided"), Outcome::Recorded(_)));
        }
        for number in 0..40 {
            let order = format!("o-{number}");
            assert_eq!(house.conversion(&order).referral_id, Some(old.id), "{order}");
        }
        let later = Told::order("later").customer("c-new");
        recorded(&house, shop, later);
        assert_eq!(house.commission("later").payment_number, Some(43), "all are counted together");
        house.assert_books_balance();
    }

    fn who_kept_the_id_that_was_merged_away_finds_the_customer(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house, house.shop());
        let shop = &desk.shop;
        let [a, b, c] = ["c-a", "c-b", "c-c"].map(|customer| claimed(&house, shop, customer));
        let annas = house.visit(&shop.campaign, &shop.anna);
        recorded(&house, shop, Told::order("annas").clicked(&house, &annas).customer("c-c"));
        for (gone, left) in [(&a, &b), (&b, &c)] {
            let (env, program, user, gone, left) = (house.environment(), shop.program, desk.user, gone.clone(), left.id);
            let merged = house.write(move |write, _| merge_referrals(write, &env, program, (gone.id, left, user), gone.claim()));
            assert_eq!(merged, Merged::Made);
        }
        for (order, gone) in [("by-a", a.id), ("by-b", b.id)] {
            let mut told = Told::order(order);
            told.evidence.referral = Some(gone);
            recorded(&house, shop, told);
            assert_eq!(house.conversion(order).referral_id, Some(c.id), "{order}");
            assert!(belongs_to(&house, order, &shop.anna), "the better claim holds: {order}");
        }
        recorded(&house, shop, Told::order("by-name").customer("c-a"));
        assert!(belongs_to(&house, "by-name", &shop.anna));
        house.assert_books_balance();
    }
}
