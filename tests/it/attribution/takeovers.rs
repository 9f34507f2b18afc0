//! Of two reports of one order the more trusted one holds, whichever came first (ABU-4).

use accrue::domain::attribution::Refusal;
use accrue::domain::change::{Actor, ChangeKind};
use accrue::domain::commission::CommissionState;
use accrue::domain::conversion::ConversionStatus;
use accrue::domain::currency::Currency;
use accrue::domain::event::Channel;
use accrue::domain::flag::Flag;
use accrue::domain::handle::ExternalId;
use accrue::domain::id::ProgramId;
use accrue::domain::money::Money;
use accrue::domain::payout::RefundKind;
use accrue::domain::rule::{Approval, Terms};
use accrue::operations::adjust_conversion::{Adjustment, adjust_conversion};
use accrue::operations::record_conversions::Outcome;
use accrue::operations::refund_conversion::{Refund, Refunded, refund_conversion};
use accrue::operations::review_conversion::{Decision, review_conversion};
use accrue::storage::commissions::{self, CommissionRow};
use accrue::storage::conversion_changes;
use accrue::storage::conversions::{self, ConversionRow};

use super::{Told, agree_on, belongs_to};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};
use crate::support::in_process::wait_for;
use crate::support::personas::Sale;

pub fn changes(house: &House, order_id: &str) -> Vec<(ChangeKind, String)> {
    let conversion = house.conversion(order_id).id;
    let rows = house.read(|conn| conversion_changes::of_conversion(conn, conversion));
    rows.into_iter().map(|row| (row.kind, row.detail)).collect()
}

/// Sets where an order stands, as a review would, without the review's own rules.
pub fn put(house: &House, order_id: &str, status: ConversionStatus, state: CommissionState) {
    let row = ConversionRow { status, ..house.conversion(order_id) };
    let commission = CommissionRow { state, ..house.commission(order_id) };
    house.write(move |write, _| {
        assert!(conversions::replace(write, &row, row.edition)?);
        commissions::replace(write, &commission)
    });
}

fn booked(house: &House, order_id: &str) -> Vec<String> {
    let mut entries = house.entries(order_id);
    entries.sort_by_key(|entry| entry.id);
    entries.iter().map(|entry| format!("{} {}", entry.kind, entry.amount_minor)).collect()
}

on_each_engine! {
    fn a_thousand_orders_claimed_by_a_browser_are_the_servers(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        house.pass_days(1);
        let report = |channel, token: &str, amount| {
            let told = |number| Told::order(&format!("order-{number}")).clicked(&house, token).by(channel).of(amount);
            let incoming: Vec<_> = (0..1_000).map(|number| told(number).incoming(&house, &shop)).collect();
            let recorder = &house.app().recorder;
            wait_for(futures_util::future::join_all(incoming.into_iter().map(|one| recorder.record_conversion(one))))
        };
        let claimed = report(Channel::Pixel, &bens, "1000.00");
        let reported = report(Channel::Server, &annas, "20.00");
        for (claimed, reported) in claimed.into_iter().zip(reported) {
            assert!(matches!(claimed, Ok(Outcome::Recorded(_))), "{claimed:?}");
            assert_eq!(claimed, reported, "the same conversion, answered as recorded");
        }
        let rows = house.conversions();
        assert_eq!(rows.len(), 1_000);
        assert!(rows.iter().all(|row| row.amount_minor == 2_000 && row.trust == 3 && row.channel == Channel::Server));
        let again = report(Channel::Pixel, &bens, "1000.00");
        assert!(again.iter().all(|outcome| matches!(outcome, Ok(Outcome::Repeat(_)))), "lower after higher is a duplicate");
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.conversions, tally.sales_minor, tally.commission_minor), (1_000, 2_000_000, 200_000));
        house.assert_books_balance();
    }

    fn the_better_report_is_judged_by_the_window_and_rule_of_the_first(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(30);
        let first = Told::order("1001").clicked(&house, &token).by(Channel::Pixel).of("50.00");
        let Outcome::Recorded(id) = first.report(&house, &shop) else { panic!("it is inside the window") };
        let received_at = house.conversion("1001").received_at;
        house.pass_days(1);
        house.admin().pay(&shop.campaign, percent("20"));
        house.pass_days(2);
        let second = Told::order("1001").clicked(&house, &token).of("60.00");
        assert_eq!(second.report(&house, &shop), Outcome::Recorded(id), "the click was in time for the first report");
        let row = house.conversion("1001");
        assert_eq!((row.amount_minor, row.received_at, row.trust, row.edition), (6_000, received_at, 3, 1));
        assert_eq!(house.commission("1001").amount_minor, Some(600), "by the rule of its day");
        assert_eq!(booked(&house, "1001"), ["earn 500", "adjust 100"]);
        assert_eq!(changes(&house, "1001"), [(ChangeKind::TakenOver, "60.00 USD, was 50.00 USD".to_owned())]);
        house.assert_books_balance();
    }

    fn over_the_wire_a_click_token_takes_over_what_was_reported_without_a_click(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        let direct = merchant.report(Sale::direct(&shop.campaign, &shop.ben).order_id("1001"));
        let taken = merchant.report(Sale::of(&token).order_id("1001"));
        assert_eq!((taken.status, taken.word.as_str()), (200, "success"));
        assert_eq!(taken.conversion_id, direct.conversion_id);
        assert!(belongs_to(&house, "1001", &shop.anna));
        assert_eq!(booked(&house, "1001").len(), 3, "earned by one, reversed, earned by the other");
        let repeated = merchant.report(Sale::of(&token).order_id("1001"));
        assert_eq!((repeated.word.as_str(), repeated.conversion_id), ("duplicate", direct.conversion_id));
        house.assert_books_balance();
    }

    fn what_was_approved_on_the_same_facts_only_gains_trust(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let pixel = |order: &str| Told::order(order).clicked(&house, &token).by(Channel::Pixel);
        pixel("same").report(&house, &shop);
        pixel("other").report(&house, &shop);
        pixel("rejected").report(&house, &shop);
        put(&house, "same", ConversionStatus::Approved, CommissionState::Payable);
        put(&house, "other", ConversionStatus::Approved, CommissionState::Payable);
        let server = |order: &str| Told::order(order).clicked(&house, &token);
        server("same").report(&house, &shop);
        server("other").of("10.00").report(&house, &shop);
        let same = house.conversion("same");
        assert_eq!((same.status, same.trust), (ConversionStatus::Approved, 3));
        assert_eq!(changes(&house, "same"), [(ChangeKind::Confirmed, String::new())]);
        let other = house.conversion("other");
        assert_eq!((other.status, other.trust, other.amount_minor), (ConversionStatus::Pending, 3, 1_000));
        assert_eq!(house.commission("other").state, CommissionState::Held);
        assert_eq!(booked(&house, "other"), ["earn 1000", "adjust -900"]);
    }

    fn what_is_paid_stays_paid_and_the_ledger_makes_up_for_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        for order in ["amount", "affiliate"] {
            Told::order(order).clicked(&house, &annas).by(Channel::Pixel).report(&house, &shop);
            put(&house, order, ConversionStatus::Approved, CommissionState::Paid);
        }
        Told::order("amount").clicked(&house, &annas).of("49.99").report(&house, &shop);
        Told::order("affiliate").clicked(&house, &bens).report(&house, &shop);
        for (order, whose, amount) in [("amount", &shop.anna, 4_999), ("affiliate", &shop.ben, 9_999)] {
            let row = house.conversion(order);
            assert_eq!((row.amount_minor, row.status), (amount, ConversionStatus::Approved), "{order}");
            assert!(row.flags.has(Flag::PaidDiffers) && belongs_to(&house, order, whose), "{order}: whose money it is");
            assert_eq!(house.commission(order).state, CommissionState::Paid, "{order}");
        }
        assert_eq!(booked(&house, "amount"), ["earn 1000", "adjust -500"]);
        let mut moved = booked(&house, "affiliate");
        moved.sort();
        assert_eq!(moved, ["earn 1000", "earn 1000", "reversal -1000"]);
    }

    fn a_better_report_that_cannot_be_credited_leaves_the_row_and_flags_it_once(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        Told::order("1001").clicked(&house, &token).by(Channel::Pixel).report(&house, &shop);
        for _ in 0..2 {
            let nobody = Told::order("1001").coupon("nobody's");
            assert_eq!(nobody.report(&house, &shop), Outcome::Refused(Refusal::NothingMatches));
        }
        let row = house.conversion("1001");
        assert!(row.flags.has(Flag::HigherReportRefused));
        assert_eq!((row.trust, row.edition), (1, 1));
        assert_eq!(changes(&house, "1001").len(), 1);
        assert_eq!(house.attempts(shop.program).len(), 2);
    }

    fn a_click_from_after_the_order_does_not_take_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        Told::order("1001").clicked(&house, &annas).by(Channel::Pixel).report(&house, &shop);
        house.pass_days(1);
        let bens = house.visit(&shop.campaign, &shop.ben);
        let later = Told::order("1001").clicked(&house, &bens);
        assert_eq!(later.report(&house, &shop), Outcome::Refused(Refusal::ClickAfterOrder));
        let row = house.conversion("1001");
        assert!(belongs_to(&house, "1001", &shop.anna) && row.flags.has(Flag::HigherReportRefused));
        let taken = Told::order("1001").clicked(&house, &annas).report(&house, &shop);
        assert_eq!(taken, Outcome::Recorded(row.id), "the click that led to it still confirms it");
        house.assert_books_balance();
    }

    fn of_two_reports_at_once_the_better_one_is_the_first(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { approval: Approval::Automatic, ..terms });
        let token = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(1);
        let channels = [Channel::Pixel, Channel::Postback, Channel::Server];
        let reports: Vec<_> = (0..200)
            .flat_map(|number| channels.map(|channel| Told::order(&format!("order-{number}")).clicked(&house, &token).by(channel)))
            .map(|told| told.incoming(&house, &shop))
            .collect();
        let recorder = &house.app().recorder;
        let answers = wait_for(futures_util::future::join_all(reports.into_iter().map(|one| recorder.record_conversion(one))));
        for (number, answers) in answers.chunks(channels.len()).enumerate() {
            let ids: Vec<_> = answers.iter().map(|answer| match answer {
                Ok(Outcome::Recorded(id) | Outcome::Repeat(id)) => *id,
                other => panic!("{other:?}"),
            }).collect();
            assert!(ids.iter().all(|id| *id == ids[0]), "order {number}");
            assert!(matches!(answers[2], Ok(Outcome::Recorded(_))), "the server's report is recorded, order {number}");
        }
        let rows = house.conversions();
        assert_eq!(rows.len(), 200);
        assert!(rows.iter().all(|row| row.trust == 3 && row.status == ConversionStatus::Approved));
        house.assert_books_balance();
    }
}

/// Somebody takes a part of an order back, or all of it.
fn give_back(house: &House, program: ProgramId, order_id: &str, amount: Option<&str>) {
    let id = house.conversion(order_id).id;
    let refund = Refund {
        event_id: ExternalId::parse("event").unwrap(),
        kind: RefundKind::Refund,
        amount: amount.map(|text| Money::parse(text, Currency::USD).unwrap()),
        reason: "It came broken.".to_owned(),
        claimed_at: None,
    };
    let refunded = house.write(move |write, env| refund_conversion(write, env, program, id, Actor::Clock, &refund));
    assert!(matches!(refunded, Refunded::Recorded(_)), "{refunded:?}");
}

on_each_engine! {
    fn what_was_given_back_or_returned_stays_so_and_wants_a_look(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        for order in ["given-back", "partly", "returned", "rejected"] {
            Told::order(order).clicked(&house, &annas).by(Channel::Pixel).of("100.00").report(&house, &shop);
        }
        give_back(&house, shop.program, "given-back", None);
        give_back(&house, shop.program, "partly", Some("30.00"));
        give_back(&house, shop.program, "rejected", Some("30.00"));
        let (program, returned) = (shop.program, house.conversion("returned").id);
        let half = Adjustment {
            amount: Money::parse("50.00", Currency::USD).unwrap(),
            reason: "One of two was returned.".to_owned(),
            seen: None,
        };
        house.write(move |write, env| adjust_conversion(write, env, program, returned, Actor::Clock, &half));
        let rejected = house.conversion("rejected").id;
        let decision = Decision { wanted: ConversionStatus::Rejected, seen: None, reason: "A test.".to_owned() };
        house.write(move |write, env| review_conversion(write, env, program, rejected, Actor::Clock, &decision));

        let earned = [("given-back", 0), ("partly", 700), ("returned", 500), ("rejected", 0)];
        for (order, booked) in earned {
            Told::order(order).clicked(&house, &bens).of("200.00").report(&house, &shop);
            assert_eq!(house.commission(order).booked_minor, booked, "{order}");
            let row = house.conversion(order);
            assert_eq!((row.amount_minor, row.trust), (10_000, 3), "{order}");
            assert!(row.flags.has(Flag::PaidDiffers) && belongs_to(&house, order, &shop.anna), "{order}");
        }
        house.assert_books_balance();
    }

    fn a_return_stands_when_the_server_tells_the_same(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        Told::order("1001").clicked(&house, &token).by(Channel::Pixel).of("100.00").report(&house, &shop);
        let (program, id) = (shop.program, house.conversion("1001").id);
        let half = Adjustment {
            amount: Money::parse("50.00", Currency::USD).unwrap(),
            reason: "One of two was returned.".to_owned(),
            seen: None,
        };
        house.write(move |write, env| adjust_conversion(write, env, program, id, Actor::Clock, &half));
        Told::order("1001").clicked(&house, &token).of("100.00").report(&house, &shop);
        let row = house.conversion("1001");
        assert_eq!((row.adjusted_minor, row.trust), (5_000, 3));
        assert!(row.flags.iter().all(|flag| flag == Flag::TooFast), "nothing differs");
        assert_eq!(house.commission("1001").booked_minor, 500);
        house.assert_books_balance();
    }
}
