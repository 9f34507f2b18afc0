//! Attempts: found by reason, campaign, call and order, and the days on which more came than is kept.

use accrue::domain::attempt::Call;
use accrue::domain::attribution::Refusal;
use accrue::domain::currency::Currency;
use accrue::storage::attempts::list::{self, Wanted, Whose};
use accrue::storage::attempts::{AttemptDayRow, AttemptRow};
use accrue::storage::keyset::{Page, Start};
use accrue::storage::new_rows::NewRows;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id, plan};
use crate::support::personas::{MerchantServer, Sale};

fn page(house: &House, whose: Whose, wanted: &Wanted) -> Page<AttemptRow> {
    house.read(|conn| list::page(conn, whose, wanted, Start::Newest, 20))
}

fn orders(house: &House, whose: Whose, wanted: &Wanted) -> Vec<String> {
    let rows = page(house, whose, wanted).rows;
    rows.into_iter().map(|row| row.order_id.unwrap_or_else(|| row.call.as_str().to_owned())).collect()
}

on_each_engine! {
    fn attempts_are_found_by_reason_campaign_call_and_order(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let second = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        let token = house.visit(&shop.campaign, &shop.anna);
        let tick = || house.clock().advance(std::time::Duration::from_secs(1));
        house.merchant(&shop.campaign).report(Sale::of("clk_forged").order_id("a"));
        tick();
        house.merchant(&second).report(Sale::of("clk_forged").order_id("b"));
        tick();
        house.merchant(&shop.campaign).report(Sale::of(&token).order_id("c"));
        house.merchant(&shop.campaign).report(Sale::of(&token).order_id("c").order_total("1.00"));
        tick();
        house.admin().archive(&second);
        house.merchant(&second).add_click(&second, &shop.anna);
        tick();
        MerchantServer::new(house.addr(), "ak_live_nobody").report(Sale::of(&token).order_id("d"));
        let ours = Whose::Program(shop.program);
        let cases = [
            ("all", Wanted::default(), vec!["register_click", "c", "b", "a"]),
            ("forged", Wanted { reason: Some(Refusal::UnknownClickToken), ..Wanted::default() }, vec!["b", "a"]),
            ("mismatch", Wanted { reason: Some(Refusal::PayloadMismatch), ..Wanted::default() }, vec!["c"]),
            ("campaign", Wanted { campaign: Some(campaign_id(&second)), ..Wanted::default() }, vec!["register_click", "b"]),
            ("clicks", Wanted { call: Some(Call::RegisterClick), ..Wanted::default() }, vec!["register_click"]),
            ("order", Wanted { orders: Some([" b".into(), "b".into()]), ..Wanted::default() }, vec!["b"]),
        ];
        for (name, wanted, expected) in cases {
            assert_eq!(orders(&house, ours, &wanted), expected, "{name}");
        }
        let mismatch = page(&house, ours, &Wanted { reason: Some(Refusal::PayloadMismatch), ..Wanted::default() }).rows.remove(0);
        assert_eq!(mismatch.differing(), ["amount"]);
        assert!(mismatch.fields().contains(&("order_total".to_owned(), "1.00".to_owned())), "{:?}", mismatch.fields());
        let recorded = house.conversion("c").id;
        let of_it = house.read(|conn| list::of_conversion(conn, shop.program, recorded, 20));
        assert_eq!(of_it.iter().map(|row| row.id).collect::<Vec<_>>(), [mismatch.id]);
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        assert!(house.read(|conn| list::of_conversion(conn, elsewhere, recorded, 20)).is_empty());
        assert!(orders(&house, Whose::Program(elsewhere), &Wanted::default()).is_empty());
        assert!(house.read(|conn| list::find(conn, Whose::Program(elsewhere), mismatch.id)).is_none());
        assert!(house.read(|conn| list::find(conn, Whose::Nobody, mismatch.id)).is_none());
        assert!(house.read(|conn| list::find(conn, ours, mismatch.id)).is_some());
        let keyless = page(&house, Whose::Nobody, &Wanted::default()).rows;
        assert_eq!(keyless.len(), 1);
        assert!(house.read(|conn| list::find(conn, ours, keyless[0].id)).is_none(), "it is no program's");
        assert_eq!(house.read(|conn| list::keyless_days(conn, 30)).iter().map(|day| day.seen).collect::<Vec<_>>(), [1]);
    }

    fn days_are_named_on_which_more_came_than_was_kept(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.merchant(&shop.campaign).report(Sale::of("clk_forged").order_id("a"));
        assert!(house.read(|conn| list::crowded_days(conn, shop.program, 10)).is_empty());
        let first = page(&house, Whose::Program(shop.program), &Wanted::default()).rows.remove(0);
        let today = house.attempts_today(&first);
        let more = AttemptDayRow { kept: 999, seen: 3_411, ..today };
        let more = NewRows { attempt_days: vec![more], ..NewRows::default() };
        house.write(|write, _| more.write(write));
        let crowded = house.read(|conn| list::crowded_days(conn, shop.program, 10));
        assert_eq!(crowded.len(), 1);
        assert_eq!((crowded[0].counted.kept, crowded[0].counted.seen), (1_000, 3_412));
        assert_eq!(crowded[0].campaign, Some(campaign_id(&shop.campaign)));
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        assert!(house.read(|conn| list::crowded_days(conn, elsewhere, 10)).is_empty());
    }
}
