//! Reports without a valid key, which anybody can send: counted, and a sample kept in which no key can be read.

use accrue::domain::attempt::{Call, KEYLESS_KEPT_PER_DAY};
use accrue::storage::attempts::{AttemptDayRow, INVALID_KEY};
use accrue::storage::new_rows::NewRows;

use super::{WIRES, written};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Sale;
use crate::support::wire::Request;

on_each_engine! {
    fn a_report_without_a_valid_key_is_sampled_with_the_key_masked(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let real = shop.campaign.api_key.clone();
        let wrong = house.admin().regenerate_key(&shop.campaign, std::time::Duration::ZERO);
        let masked = format!("ak_live_…{}", &real[real.len() - 4..]);
        for wire in WIRES {
            let sale = Sale::of("clk_x").with("customer_email", "canary@shop.example").with("note", &wrong);
            for (order_id, key) in [("ended", real.as_str()), ("nonsense", "hunter2"), ("none", "")] {
                let order_id = format!("{order_id}-{wire:?}");
                merchant.report(written(sale.clone().order_id(&order_id).with("api_key", key), wire));
            }
        }
        let mut kept: Vec<_> = house
            .keyless()
            .into_iter()
            .map(|row| {
                assert_eq!((row.program_id, row.campaign_id, row.token_id, row.mode), (None, None, None, None));
                assert_eq!((row.call, row.reason.as_str()), (Call::ReportConversion, INVALID_KEY));
                assert_eq!(row.network.as_deref(), Some("127.0.0.0/24"));
                for secret in ["canary", "hunter2", &real[10..50], &wrong[10..50]] {
                    assert!(!row.payload.contains(secret), "{}", row.payload);
                }
                assert!(row.payload.contains("clk_x"), "{}", row.payload);
                (row.detail, row.masked_key)
            })
            .collect();
        kept.sort_unstable();
        let mut expected: Vec<(String, Option<String>)> = Vec::new();
        for _ in WIRES {
            expected.push(("Invalid API key".to_owned(), Some(masked.clone())));
            expected.push(("Invalid API key".to_owned(), Some("…".to_owned())));
            expected.push(("Missing required parameter: api_key".to_owned(), None));
        }
        expected.sort_unstable();
        assert_eq!(kept, expected);
        assert!(house.attempts(shop.program).is_empty(), "they are nobody's");
    }

    fn json_that_was_sent_as_a_form_is_sampled_without_the_key_in_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let key = &shop.campaign.api_key;
        let json = format!(r#"{{"api_key":"{key}","customer_email":"canary@shop.example"}}"#);
        let convert = || Request::post("/integration/s2sConvert");
        let requests = [
            convert().body("application/x-www-form-urlencoded", json.clone()),
            convert().form(&[(&json, "")]),
            convert().form(&[(key, ""), (&key.to_uppercase(), ""), ("canary@shop.example", "")]),
            convert().form(&[(key, "1"), (key, "2")]),
            convert().json(&format!(r#"{{"{key}":1,"{key}":2}}"#)),
            convert().body("application/x-www-form-urlencoded", "note=canary%2540shop.example"),
        ];
        let count = requests.len();
        for request in requests {
            let answer = house.visitor().send(request).unwrap();
            assert!(matches!(answer.status, 401 | 415 | 422) && !answer.text().contains(&key[10..50]), "{}", answer.text());
        }
        let mut kept = house.keyless();
        assert_eq!(kept.len(), count - 1, "whose the plain JSON is can be told, and it is kept for them");
        kept.extend(house.attempts(shop.program));
        assert_eq!(kept.len(), count);
        for row in kept {
            let all = format!("{row:?}").to_lowercase();
            assert!(!all.contains(&key[10..50]) && !all.contains("canary"), "{all}");
        }
    }

    fn so_many_are_kept_a_day_and_all_are_counted(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        merchant.report(Sale::of("clk_x").with("api_key", "wrong"));
        let first = house.keyless().remove(0);
        let (counted, limit) = (house.attempts_today(&first), i64::from(KEYLESS_KEPT_PER_DAY));
        let more = AttemptDayRow { kept: limit - 2, seen: 1_000_000, ..counted };
        let more = NewRows { attempt_days: vec![more], ..NewRows::default() };
        house.write(|write, _| more.write(write));
        for _ in 0..4 {
            merchant.report(Sale::of("clk_x").with("api_key", "wrong"));
        }
        let counted = house.attempts_today(&first);
        assert_eq!((counted.kept, counted.seen, house.keyless().len()), (limit, 1_000_005, 2));
    }
}
