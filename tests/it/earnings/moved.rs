//! Whose an order is that was paid to one affiliate and of which a better report says that it was another's.

use accrue::domain::click_token::Mode;
use accrue::domain::event::Channel;
use accrue::domain::id::{AffiliateId, ConversionId};
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::user::Role;
use accrue::operations::issue_key::Holder;
use accrue::operations::verify::verify;
use accrue::storage::conversions::list::{self, Wanted};
use accrue::storage::roll_ups;
use serde_json::{Value, json};

use super::{Desk, Reported, usd};
use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::sql::Sql;
use crate::support::wire::Request;

/// What was Anna's by the browser's word and is Ben's by the server's, after she was paid for it.
fn moved(desk: &Desk<'_>) -> ConversionId {
    let by_browser = Reported { channel: Channel::Pixel, ..Reported::of("moved", usd(10_000)) };
    let moved = desk.records(&by_browser);
    desk.approves(moved);
    let payout = desk.begins_payout();
    desk.pays_out(&payout);
    desk.records(&Reported { whose: Some(desk.ben), ..Reported::of("moved", usd(15_000)) });
    moved
}

/// How many an affiliate's list has and what they earn, and the same by the reports.
fn counted(desk: &Desk<'_>, affiliate: AffiliateId) -> [(i64, i64); 2] {
    let wanted = Wanted { affiliate: Some(affiliate), ..Wanted::default() };
    let listed = desk.house.read(|conn| list::totals(conn, desk.program, &wanted)).expect("there are few");
    let reported = desk.house.read(roll_ups::all_affiliate_day_totals);
    let theirs = reported.into_iter().filter(|((whose, _), _)| *whose == affiliate);
    let sums = theirs.fold((0, 0), |sums, (_, (_, day))| (sums.0 + day.conversions, sums.1 + day.commission_minor));
    [(listed.conversions, listed.commission_minor), sums]
}

/// What a token reads at a path.
fn reads(house: &House, token: &str, path: &str) -> (u16, Value) {
    let answer = Connection::open(house.addr()).unwrap().send(&Request::get(path).bearer(token)).unwrap();
    (answer.status, answer.json())
}

on_each_engine! {
    fn lists_and_reports_count_the_same_for_everybody(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let [his, hers] = [moved(&desk), desk.sale("hers", 2_000)].map(|id| id.to_string());
        assert_eq!(counted(&desk, desk.anna), [(1, 200); 2]);
        assert_eq!(counted(&desk, desk.ben), [(1, 1_500); 2]);
        let mut mara = house.member("Mara", desk.program, Role::Manager);
        for (who, theirs, others) in [("anna", &hers, &his), ("ben", &his, &hers)] {
            for path in ["conversions", "conversions.csv"] {
                let shown = mara.open(&format!("/admin/alderfinch/{path}?affiliate={who}")).html;
                assert!(shown.contains(theirs) && !shown.contains(others), "{who}, {path}: {shown}");
            }
        }
        house.assert_books_balance();
    }

    /// Anna's token sees it no more, and Ben's does; every dialect names Ben; its own page tells of both.
    fn whoever_is_entitled_is_the_affiliate_for_everybody_who_reads(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let id = moved(&desk);
        let token = |holder| house.admin().issue_key(desk.program, Mode::Live, holder);
        let [annas, bens] = [desk.anna, desk.ben].map(|who| token(Holder::Affiliate(who)));
        let servers = token(Holder::Program(Scopes::new(&[Scope::Manage, Scope::Read])));
        let bens_id = json!(desk.ben.to_string());

        let one = format!("/v1/conversions/{id}");
        assert_eq!(reads(&house, &annas, &one).0, 404);
        assert_eq!(reads(&house, &bens, &one).1["data"]["affiliate_id"], bens_id);
        assert_eq!(reads(&house, &servers, &one).1["data"]["affiliate_id"], bens_id);
        for list in ["/api/conversions", "/v1/conversions"] {
            assert_eq!(reads(&house, &annas, list).1["data"], json!([]), "{list}");
            assert_eq!(reads(&house, &bens, list).1["data"][0]["affiliate_id"], bens_id, "{list}");
            let of_anna = format!("{list}?affiliate_id={}", desk.anna);
            assert_eq!(reads(&house, &servers, &of_anna).1["data"], json!([]), "{list}");
        }
        let (_, info) = reads(&house, &servers, &format!("/advertiser/conversions.info?id={id}"));
        let profile = &info["conversions"]["data"][0]["events"][0]["affiliateProfile"];
        assert_eq!(profile, &json!({"id": bens_id, "name": "ben"}));

        let mut mara = house.member("Mara", desk.program, Role::Manager);
        let page = mara.open(&format!("/admin/alderfinch/conversions/{id}"));
        assert!(page.says("Affiliate anna") && page.says("Paid to ben"), "{}", page.words());
    }

    /// Who ran the version before finds it so as well; and whoever goes back to it finds what they had.
    fn what_moved_before_is_moved_by_the_migration(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let id = moved(&desk);
        let mut sql = Sql::open(&db.url);
        sql.run(include_str!("../../../migrations/20261121193000_whose_it_is/down.sql"));
        assert_eq!(desk.case(id).conversion.affiliate_id, desk.anna);
        let now = house.now();
        let differences = house.read(|conn| verify(conn, now)).differences;
        assert!(differences.iter().any(|one| one.contains("another program, affiliate")), "{differences:#?}");
        sql.run(include_str!("../../../migrations/20261121193000_whose_it_is/up.sql"));
        assert_eq!(desk.case(id).conversion.affiliate_id, desk.ben);
        house.assert_books_balance();
    }
}
