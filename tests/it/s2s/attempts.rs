//! A keyed report that was not recorded is kept with its reason, so that no sale is lost to a typo.

use accrue::domain::attempt::{Call, KEPT_PER_KEY_AND_DAY};
use accrue::domain::id::ProgramId;
use accrue::storage::attempts::{AttemptDayRow, AttemptRow};
use accrue::storage::new_rows::NewRows;
use serde_json::Value;

use super::{WIRES, recorded_now, written};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::personas::{MerchantServer, Sale};
use crate::support::wire::Request;
use crate::support::world::Campaign;

/// The one attempt under this order id.
fn attempt_of(house: &House, program: ProgramId, order_id: &str) -> AttemptRow {
    let mut found = house.attempts(program);
    found.retain(|attempt| attempt.order_id.as_deref() == Some(order_id));
    assert_eq!(found.len(), 1, "attempts of order {order_id}");
    found.remove(0)
}

/// What was sent, as it is kept.
fn payload(attempt: &AttemptRow) -> Value {
    serde_json::from_str(&attempt.payload).unwrap_or_else(|why| panic!("{}: {why}", attempt.payload))
}

/// What an attempt must say: the order, the reason and the sentence.
fn assert_kept(attempt: &AttemptRow, campaign: &Campaign, reason: &str, detail: &str) {
    assert_eq!((attempt.reason.as_str(), attempt.detail.as_str()), (reason, detail));
    assert_eq!(attempt.campaign_id.map(|id| id.to_string()).as_deref(), Some(campaign.id.as_str()), "{detail}");
    assert_eq!((attempt.call, attempt.conversion_id), (Call::ReportConversion, None), "{detail}");
    assert!(attempt.token_id.is_some() && attempt.mode.is_some() && attempt.masked_key.is_none(), "{detail}");
}

on_each_engine! {
    fn json_that_breaks_off_is_kept_for_whose_key_is_in_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let key = &shop.campaign.api_key;
        let bodies = [
            ("a comma too many", format!(r#"{{"api_key":"{key}","order_id":"comma",}}"#)),
            ("the key after the break", format!(r#"{{"order_id":"break","order_total":01,"api_key":"{key}"}}"#)),
            ("half a character", format!(r#"{{"order_id":"half","action":"\ud800","api_key":"{key}"}}"#)),
            ("a field twice", format!(r#"{{"order_id":"twice","order_id":"two","api_key":"{key}"}}"#)),
        ];
        for (name, body) in bodies {
            let answer = house.visitor().send(Request::post("/integration/s2sConvert").json(&body)).unwrap();
            assert_eq!(answer.status, 422, "{name}: {}", answer.text());
        }
        for order_id in ["comma", "break", "half", "twice"] {
            assert_eq!(attempt_of(&house, shop.program, order_id).reason, "invalid_request", "{order_id}");
        }
        assert!(house.keyless().is_empty(), "it is known whose they are");
    }

    fn every_refusal_under_a_valid_key_is_kept_with_its_reason(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let archived = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        let token = house.visit(&shop.campaign, &shop.anna);
        let archived_token = house.visit(&archived, &shop.anna);
        house.admin().archive(&archived);
        let sale = Sale::of(&token);
        let direct = Sale::direct(&shop.campaign, &shop.anna);
        let cases = [
            (
                "o1",
                &shop.campaign,
                sale.clone().without("order_total"),
                "invalid_request",
                "Missing required parameter: order_total",
            ),
            (
                "o2",
                &shop.campaign,
                sale.clone().order_total("1,00"),
                "invalid_request",
                "Invalid parameter: order_total must not have a comma or separators: write 1234.50",
            ),
            (
                "o3",
                &shop.campaign,
                sale.with("click_token", "clk_forged"),
                "unknown_click_token",
                "Unknown click token",
            ),
            ("o4", &shop.campaign, Sale::of(&archived_token), "unknown_click_token", "Unknown click token"),
            ("o5", &archived, Sale::of(&archived_token), "campaign_archived", "Campaign is archived"),
            (
                "o6",
                &shop.campaign,
                direct.clone(),
                "direct_mode_off",
                "Campaign does not allow conversions without a click",
            ),
            ("o7", &shop.campaign, direct.with("affiliate_id", "nobody"), "unknown_affiliate", "Unknown affiliate"),
        ];
        for (order_id, campaign, sale, reason, detail) in cases {
            let answer = house.merchant(campaign).report(sale.order_id(order_id).with("note", "kept"));
            assert_eq!(answer.message, detail);
            let attempt = attempt_of(&house, shop.program, order_id);
            assert_kept(&attempt, campaign, reason, detail);
            assert_eq!(attempt.received_at, house.now(), "{order_id}");
            assert_eq!(payload(&attempt)["note"], "kept", "{order_id}");
        }
        house.pass_days(31);
        house.merchant(&shop.campaign).report(Sale::of(&token).order_id("o8"));
        assert_kept(
            &attempt_of(&house, shop.program, "o8"),
            &shop.campaign,
            "click_token_expired",
            "Click token expired",
        );
        assert!(house.conversions().is_empty());
    }

    fn what_could_not_be_read_is_kept_as_far_as_it_could(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let keyed = |order_id: &str| {
            Request::post("/integration/s2sConvert")
                .query(&[("api_key", &shop.campaign.api_key), ("order_id", order_id)])
        };
        let cases = [
            (
                "half",
                keyed("half").json(r#"{"a":"#),
                422,
                "The request body must be a JSON object: it is not valid at line 1 column 5",
            ),
            ("twice", keyed("twice").form(&[("order_id", "other")]), 422, "Parameter given twice: order_id"),
            (
                "csv",
                keyed("csv").body("text/csv", "a,b"),
                415,
                "The Content-Type must be application/json or application/x-www-form-urlencoded",
            ),
            ("large", keyed("large").json(&" ".repeat(70_000)), 413, "The request body is larger than 65536 bytes"),
            (
                "latin",
                keyed("latin").body("application/json", b"{\"a\":\"\xe9\"}".to_vec()),
                422,
                "The request must be valid UTF-8",
            ),
        ];
        for (order_id, request, status, detail) in cases {
            let answer = house.visitor().send(request).unwrap();
            assert_eq!((answer.status, answer.text()), (status, super::error(detail)), "{order_id}");
            assert_kept(&attempt_of(&house, shop.program, order_id), &shop.campaign, "invalid_request", detail);
        }
        assert!(house.keyless().is_empty(), "it is known whose they are");
    }

    fn what_is_kept_holds_no_key_and_no_address(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        for wire in WIRES {
            let order_id = format!("{wire:?}");
            let sale = Sale::of("clk_forged").order_id(&order_id).with("customer_email", "canary@shop.example");
            let sale = sale.with("contact", "write to canary@shop.example").with("apikey", &shop.campaign.api_key);
            merchant.report(written(sale.with("Customer_Email", "canary").with("coupon_code", "SPRING"), wire));
            let kept = payload(&attempt_of(&house, shop.program, &order_id));
            let text = kept.to_string();
            assert!(!text.contains("canary") && !text.contains(&shop.campaign.api_key[10..40]), "{text}");
            assert_eq!((&kept["coupon_code"], &kept["click_token"]), (&"SPRING".into(), &"clk_forged".into()));
            assert_eq!(kept["order_total"], "99.99", "{text}");
            assert!(kept.get("api_key").is_none(), "{text}");
        }
    }

    fn what_is_recorded_leaves_no_attempt(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna));
        recorded_now(&merchant.report(sale.clone()));
        merchant.report(sale.clone());
        merchant.report(sale.in_form());
        assert!(merchant.add_click(&shop.campaign, &shop.anna).click_token.is_some());
        assert!(house.attempts(shop.program).is_empty() && house.keyless().is_empty());
    }

    fn a_key_keeps_so_many_attempts_a_day_and_counts_the_rest(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        let mut merchant = house.merchant(&shop.campaign);
        merchant.report(Sale::of("clk_forged").order_id("first"));
        let first = attempt_of(&house, shop.program, "first");
        let (counted, limit) = (house.attempts_today(&first), i64::from(KEPT_PER_KEY_AND_DAY));
        assert_eq!((counted.kept, counted.seen), (1, 1));
        let more = AttemptDayRow { kept: limit - 3, seen: limit - 3, ..counted };
        let more = NewRows { attempt_days: vec![more], ..NewRows::default() };
        house.write(|write, _| more.write(write));
        for number in 0..5 {
            merchant.report(Sale::of("clk_forged").order_id(&format!("more-{number}")));
        }
        let counted = house.attempts_today(&first);
        assert_eq!((counted.kept, counted.seen), (limit, limit + 3), "two more are kept, five are counted");
        assert_eq!(house.attempts(shop.program).len(), 3);
        house.merchant(&other).report(Sale::of("clk_forged").order_id("another-key"));
        attempt_of(&house, shop.program, "another-key");
        house.pass_days(1);
        merchant.report(Sale::of("clk_forged").order_id("tomorrow"));
        attempt_of(&house, shop.program, "tomorrow");
    }

    fn a_refused_click_is_kept_as_well(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().archive(&shop.campaign);
        let mut merchant = MerchantServer::new(house.addr(), &shop.campaign.api_key);
        assert_eq!(merchant.add_click(&shop.campaign, &shop.anna).status, 409);
        let kept = house.attempts(shop.program);
        let words: Vec<_> = kept.iter().map(|row| (row.call, row.reason.as_str(), row.order_id.as_deref())).collect();
        assert_eq!(words, [(Call::RegisterClick, "campaign_archived", None)]);
    }
}
