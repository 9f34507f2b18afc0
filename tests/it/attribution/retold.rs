//! A better report that comes again, of an order whose row goes on showing what was told first.

use accrue::domain::commission::CommissionState::{self, Disputed, Held, InPayout, Paid};
use accrue::domain::conversion::ConversionStatus::{self, Approved, Pending};
use accrue::domain::conversion::SaleStatus;
use accrue::domain::event::Channel;
use accrue::operations::record_conversions::{Incoming, Outcome};
use accrue::storage::conversions::ConversionRow;

use super::Told;
use super::takeovers::{changes, put};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop};
use crate::support::in_process::wait_for;

fn tells(house: &House, incoming: Incoming) -> Outcome {
    wait_for(house.app().recorder.record_conversion(incoming)).expect("it is decided")
}

/// Reports an order again; the fields in which it was found to differ, if it was kept for that.
fn differing(house: &House, shop: &Shop, told: Incoming) -> Option<String> {
    let kept = || house.attempts(shop.program);
    let (before, order) = (kept(), told.report.order_id.as_str().to_owned());
    assert_eq!(tells(house, told), Outcome::Repeat(house.conversion(&order).id), "{order}");
    kept().into_iter().find(|attempt| before.iter().all(|known| known.id != attempt.id)).map(|attempt| attempt.detail)
}

/// Of what a browser told first, what became of it: paid out, on its way there, and with a bank.
const GONE: [(&str, ConversionStatus, CommissionState); 3] =
    [("paid", Approved, Paid), ("in a payout", Approved, InPayout), ("disputed", Approved, Disputed)];

on_each_engine! {
    /// The server says that the order was Ben's and came to 150.00, and says so again.
    fn what_the_better_report_said_is_a_plain_repeat_when_it_comes_again(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        for (order, status, state) in GONE {
            Told::order(order).clicked(&house, &annas).by(Channel::Pixel).of("100.00").report(&house, &shop);
            put(&house, order, status, state);
            let better = || Told::order(order).clicked(&house, &bens).of("150.00").customer("c-1").incoming(&house, &shop);
            assert_eq!(tells(&house, better()), Outcome::Recorded(house.conversion(order).id), "{order}");
            let stands = (house.conversion(order), house.commission(order), changes(&house, order));
            let shown = if matches!(state, InPayout | Paid) { 15_000 } else { 10_000 };
            assert_eq!(stands.0.amount_minor, shown, "{order}: what was made up for, or told first");

            for again in 1..=3 {
                assert_eq!(differing(&house, &shop, better()), None, "{order}: the same for the {again}. time");
            }
            assert_eq!(house.conversion(order).repeats, 3, "{order}");
            let mut by_browser = better();
            by_browser.report.channel = Channel::Pixel;
            assert_eq!(differing(&house, &shop, by_browser), None, "{order}: whoever says it");

            let dearer = Told::order(order).clicked(&house, &bens).of("150.01").incoming(&house, &shop);
            assert!(differing(&house, &shop, dearer).is_some_and(|told| told.starts_with("amount")), "{order}: a cent more");
            let elsewhere = house.visit(&shop.campaign, &shop.ben);
            let elsewhere = Told::order(order).clicked(&house, &elsewhere).of("150.00").incoming(&house, &shop);
            assert!(differing(&house, &shop, elsewhere).is_some_and(|told| told.ends_with("click")), "{order}: another click");
            let mut failed = better();
            failed.report.purchase.sale = Some(SaleStatus::Failed);
            assert_eq!(differing(&house, &shop, failed).as_deref(), Some("sales_status"), "{order}");
            let another = Told::order(order).clicked(&house, &bens).of("150.00").customer("c-2").incoming(&house, &shop);
            assert_eq!(differing(&house, &shop, another).as_deref(), Some("customer"), "{order}");

            let row = house.conversion(order);
            let kept = (ConversionRow { repeats: 0, ..row }, house.commission(order), changes(&house, order));
            assert_eq!(kept, stands, "{order}: no repeat changes anything");
        }
    }

    /// An app names Ben's order of 200.00 once Anna's is paid, then the server tells of Ben's and 150.00.
    fn the_last_word_counts_and_what_was_told_between_is_another_story(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        let by_browser = || Told::order("1001").clicked(&house, &annas).by(Channel::Pixel).of("100.00").incoming(&house, &shop);
        let by_app = || Told::order("1001").clicked(&house, &bens).by(Channel::Mobile).of("200.00").incoming(&house, &shop);
        let by_server = |amount| Told::order("1001").clicked(&house, &annas).of(amount).incoming(&house, &shop);
        tells(&house, by_browser());
        put(&house, "1001", Approved, Paid);
        tells(&house, by_app());
        assert_eq!(differing(&house, &shop, by_app()), None);
        tells(&house, by_server("150.00"));
        assert_eq!(differing(&house, &shop, by_server("150.00")), None);
        assert_eq!(differing(&house, &shop, by_app()).as_deref(), Some("amount affiliate click"));
        assert_eq!(differing(&house, &shop, by_browser()).as_deref(), Some("amount"), "what the row shows is the server's");

        // As the server tells it, nothing is made up for any more, and the row shows that and nothing else.
        let again = || Told::order("1002").clicked(&house, &annas);
        tells(&house, again().by(Channel::Pixel).of("100.00").incoming(&house, &shop));
        put(&house, "1002", Pending, Held);
        tells(&house, again().by(Channel::Mobile).of("200.00").incoming(&house, &shop));
        tells(&house, again().of("150.00").incoming(&house, &shop));
        assert_eq!(differing(&house, &shop, again().of("150.00").incoming(&house, &shop)), None);
        assert_eq!(differing(&house, &shop, again().of("200.00").incoming(&house, &shop)).as_deref(), Some("amount"));
    }

    /// A hundred orders that a browser claimed for 100.00 are told by the server, each twice in the same moment.
    fn a_repeat_in_the_same_moment_is_held_against_the_better_report_and_not_against_the_first(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        let orders: Vec<String> = (0..100).map(|number| format!("o-{number}")).collect();
        for order in &orders {
            Told::order(order).clicked(&house, &annas).by(Channel::Pixel).of("100.00").report(&house, &shop);
        }
        let told = |order: &String| Told::order(order).clicked(&house, &bens).of("150.00").incoming(&house, &shop);
        let twice: Vec<Incoming> = orders.iter().flat_map(|order| [told(order), told(order)]).collect();
        let recorder = &house.app().recorder;
        let answers = wait_for(futures_util::future::join_all(twice.into_iter().map(|one| recorder.record_conversion(one))));
        let recorded = answers.iter().filter(|answer| matches!(answer, Ok(Outcome::Recorded(_)))).count();
        assert_eq!((recorded, answers.len()), (100, 200));
        let kept: Vec<String> = house.attempts(shop.program).into_iter().map(|attempt| attempt.detail).collect();
        assert!(kept.is_empty(), "{kept:?}");
        assert!(house.conversions().iter().all(|row| (row.repeats, row.amount_minor) == (1, 15_000)));
        house.assert_books_balance();
    }
}
