//! Whatever is changed behind the program's back is found by `verify` (MON-3), in books where everything has happened.

use accrue::domain::commission_status::CommissionStatus;
use accrue::domain::conversion::ConversionStatus::Rejected;
use accrue::domain::currency::Currency;
use accrue::domain::dispute::DisputeStep;
use accrue::domain::exchange::ExchangeRate;
use accrue::domain::money::Money;
use accrue::domain::time::Zone;
use accrue::operations::verify::verify;
use accrue::storage::conn::{Conn, Purpose};
use accrue::storage::error::StorageError;
use accrue::storage::exchange_rates::{self, ExchangeRateRow};
use accrue::storage::write::transaction;
use diesel::RunQueryDsl;

use super::{Desk, Reported, Terms};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};

/// One change, and a part of the sentence that must tell of it.
const TAMPERINGS: &[(&str, &str)] = &[
    (
        "UPDATE commissions SET amount_minor = amount_minor + 1 WHERE state = 'payable'",
        "is not what its amount and rule",
    ),
    ("UPDATE commissions SET booked_minor = booked_minor + 1 WHERE state = 'held'", "says that"),
    ("UPDATE commissions SET state = 'payable' WHERE state = 'held'", "which its facts do not give"),
    ("UPDATE commissions SET state = 'payable' WHERE state = 'void'", "which its facts do not give"),
    ("UPDATE commissions SET state = 'held' WHERE state = 'payable'", "which its facts do not give"),
    ("UPDATE commissions SET state = 'payable' WHERE state = 'disputed'", "the report per affiliate's money"),
    ("UPDATE commissions SET payout_id = NULL WHERE state = 'paid'", "without its payout"),
    ("UPDATE commissions SET release_at = 1 WHERE state = 'held'", "which its facts do not give"),
    ("UPDATE commissions SET hold_until = hold_until + 1", "the hold of"),
    ("UPDATE commissions SET hold_until = NULL WHERE hold_until > created_at", "nobody stated"),
    ("DELETE FROM conversion_changes WHERE kind = 'stated'", "nobody stated"),
    ("UPDATE commissions SET compensated_minor = 5 WHERE state = 'paid'", "the ledger books"),
    ("UPDATE conversions SET status = 'rejected' WHERE status = 'approved'", "which its facts do not give"),
    ("UPDATE conversions SET refunded_minor = refunded_minor + 1 WHERE refunded_minor > 0", "the refunds of"),
    ("UPDATE conversions SET adjusted_minor = amount_minor + 1", "more of"),
    (
        "UPDATE conversions SET sale_status = 'complete' WHERE sale_status = 'partial_refunded'",
        "its refunds do not give",
    ),
    ("UPDATE conversions SET fx_day = fx_day - 20 WHERE fx_day IS NOT NULL", "exchange rate of another time"),
    ("UPDATE conversions SET fx_rate = '1.2' WHERE fx_rate IS NOT NULL", "is not what its amount and rule"),
    ("UPDATE refunds SET amount_minor = amount_minor - 1", "the refunds of"),
    ("DELETE FROM refunds", "the refunds of"),
    ("UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE kind = 'refund'", "the ledger books"),
    ("UPDATE ledger_entries SET kind = 'bonus' WHERE kind = 'earn'", "belongs to no conversion"),
    ("DELETE FROM ledger_entries WHERE kind = 'external_payout'", "the ledger does not say so"),
    (
        "UPDATE ledger_entries SET amount_minor = amount_minor - 1 WHERE kind = 'external_payout'",
        "no payout was made with",
    ),
    ("UPDATE ledger_entries SET kind = 'adjust' WHERE kind = 'bonus'", "belongs to no commission"),
    ("UPDATE payouts SET state = 'called_off' WHERE state = 'paid'", "no payout was made with"),
    ("UPDATE payouts SET mode = 'test' WHERE outside AND state = 'paid'", "no payout was made with"),
    ("UPDATE payouts SET mode = 'test' WHERE outside AND state = 'open'", "the report per affiliate's money"),
    ("UPDATE conversions SET sale_status = 'refunded' WHERE sale_status = 'complete'", "its refunds do not give"),
    ("UPDATE payouts SET amount_minor = amount_minor + 1 WHERE state = 'open'", "the report per affiliate's money"),
    ("UPDATE affiliate_money SET balance_minor = balance_minor + 1", "the report per affiliate's money"),
    ("UPDATE affiliate_money SET waiting_minor = waiting_minor + 1", "the report per affiliate's money"),
    ("DELETE FROM affiliate_money", "the report per affiliate's money"),
    ("UPDATE campaign_days SET conversions = conversions + 1", "campaign and day"),
    ("UPDATE affiliate_days SET sales_minor = sales_minor - 1", "affiliate and day"),
    ("UPDATE affiliate_day_totals SET clicks = clicks + 1", "affiliate's whole day"),
    ("UPDATE program_quarters SET commission_minor = 0", "quarter hour"),
];

/// Everything that can become of an order, once.
fn live_through_everything(desk: &Desk<'_>) {
    let house = desk.house;
    let orders: Vec<_> = (0..9).map(|number| desk.sale(&format!("o-{number}"), 10_000)).collect();
    for order in &orders[..4] {
        desk.approves(*order);
    }
    let payout = desk.begins_payout();
    desk.pays_out(&payout);
    desk.refunds(orders[0], "r1", Some(2_500));
    for order in &orders[4..7] {
        desk.approves(*order);
    }
    desk.disputes(orders[4], DisputeStep::Opened);
    desk.begins_payout();
    desk.decides(orders[7], Rejected);
    let (program, anna, user) = (desk.program, desk.anna, desk.user);
    house.write(move |write, env| {
        let now = env.clock.now();
        let rate = ExchangeRate::parse("1.0837").expect("a rate");
        let day = Zone::utc().local_day(now);
        let row = ExchangeRateRow { program_id: program, currency: Currency::USD, day, rate, imported_at: now };
        exchange_rates::put(write, &[row])?;
        accrue::storage::installation::bump_revision(write)?;
        let bonus = accrue::operations::give_bonus::Bonus {
            id: env.mint.id(now),
            amount: super::usd(500),
            reason: "spring".to_owned(),
        };
        let actor = super::Actor::User(user);
        accrue::operations::give_bonus::give_bonus(write, env, program, anna, actor, &bonus)
    });
    let foreign = desk.records(&Reported::of("o-eur", Money::new(9_999, Currency::EUR)));
    desk.approves(foreign);
    desk.pays(Terms { hold_days: 5, ..Terms::plain(percent("10")) });
    for word in [CommissionStatus::Pending, CommissionStatus::ProcessingPayout, CommissionStatus::Paid] {
        desk.states(word.as_str(), word);
    }
    house.assert_books_balance();
}

fn execute(conn: &mut Conn, statement: &str) -> usize {
    let done = match conn {
        Conn::Sqlite(conn) => diesel::sql_query(statement).execute(conn),
        Conn::Postgres(conn) => diesel::sql_query(statement).execute(conn),
    };
    done.unwrap_or_else(|why| panic!("{statement}: {why}"))
}

on_each_engine! {
    fn whatever_is_changed_in_the_books_is_found(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        live_through_everything(&desk);
        let url: accrue::storage::conn::DatabaseUrl = db.url.parse().expect("the harness makes database URLs");
        let mut conn = url.connect(Purpose::Writing).expect("the database can be reached");
        for (statement, sentence) in TAMPERINGS {
            let mut found = Vec::new();
            let undone: Result<(), StorageError> = transaction(&mut conn, |write| {
                assert!(execute(write.conn(), statement) > 0, "{statement} changes nothing");
                found = verify(write.conn(), house.now())?.differences;
                Err(StorageError::Panicked)
            });
            assert!(matches!(undone, Err(StorageError::Panicked)), "{statement}: {undone:?}");
            assert!(found.iter().any(|difference| difference.contains(sentence)), "{statement}: {found:#?}");
        }
        house.assert_books_balance();
    }
}
