//! The list of conversions as a file, as whoever opens it in a spreadsheet or reads it with a program sees it.

use std::collections::BTreeSet;

use accrue::domain::handle::OrderId;
use accrue::domain::user::Role;
use accrue::storage::conversions::ConversionRow;
use accrue::storage::new_rows::NewRows;

use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Sale;

const FILE: &str = "/admin/alderfinch/conversions.csv";

on_each_engine! {
    fn the_filtered_list_comes_as_a_file_that_is_no_formula(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        for order in ["=HYPERLINK(\"http://evil.example\")", "a,b \"c\"", "plain"] {
            let report = house.merchant(&shop.campaign).report(Sale::of(&token).order_id(order).order_total("1234.50"));
            assert_eq!(report.status, 200, "{}", report.body);
            house.clock().advance(std::time::Duration::from_secs(60));
        }
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let list = vera.open("/admin/alderfinch/conversions?affiliate=anna");
        assert!(list.html.contains("href=\"/admin/alderfinch/conversions.csv?affiliate=anna\" download"), "the same filters");
        let file = vera.get(&format!("{FILE}?affiliate=anna"));
        assert_eq!(file.response.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
        assert_eq!(file.response.header("content-disposition"), Some("attachment; filename=\"alderfinch-conversions-2026-03-20.csv\""));
        let lines: Vec<&str> = file.html.split("\r\n").collect();
        assert_eq!(lines.len(), 5, "{}", file.html);
        assert!(lines[0].starts_with("conversion_id,order_id,action,mode,received_at,local_day,"), "{}", lines[0]);
        let newest = format!("{},plain,,live,2026-03-20T12:02:00Z,2026-03-20,sale,,", house.conversion("plain").id);
        assert!(lines[1].starts_with(&newest), "{}", lines[1]);
        assert!(lines[1].contains(",anna,anna,pending,complete,,USD,1234.50,1234.50,0.00,1234.50,,,USD,1234.50,com_"), "{}", lines[1]);
        assert!(lines[1].contains(",123.45,123.45,held,"), "{}", lines[1]);
        assert!(lines[2].contains(",\"a,b \"\"c\"\"\","), "{}", lines[2]);
        assert!(lines[3].contains(",\"'=HYPERLINK(\"\"http://evil.example\"\")\","), "{}", lines[3]);
        assert_eq!(vera.get(&format!("{FILE}?affiliate=ben")).html.lines().count(), 1, "only the names of the columns");
        let wrong = vera.get(&format!("{FILE}?from=2026-02-30"));
        assert_eq!((wrong.status, wrong.location.as_deref()), (303, Some("/admin/alderfinch/conversions?from=2026-02-30")));
    }

    /// More than two pieces, so that each row must be in it once.
    fn a_long_list_comes_whole(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        house.merchant(&shop.campaign).report(Sale::of(&token).order_id("first"));
        let (row, now, mint) = (house.conversion("first"), house.now(), house.environment().mint);
        let rows = (0..1_234).map(|number| ConversionRow {
            id: mint.id(now),
            order_id: OrderId::parse(&format!("more-{number}")).expect("an order id"),
            ..row.clone()
        });
        let rows = NewRows { conversions: rows.collect(), ..NewRows::default() };
        house.write(move |write, _| rows.write(write));
        let mut vera = house.member("Vera", shop.program, Role::Viewer);
        let file = vera.get(FILE);
        let ids: BTreeSet<&str> = file.html.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!((file.html.lines().count(), ids.len()), (1 + 1_235, 1_235));
    }
}
