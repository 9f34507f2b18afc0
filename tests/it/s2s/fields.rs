//! Every field that is missing or cannot be taken is named, in a sentence of its own.

use super::{WIRES, assert_refused, recorded_now, written};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::{Answer, Sale};
use crate::support::wire::Request;

/// Field, what it is given, and what it must be.
const MALFORMED: [(&str, &str, &str); 23] = [
    ("order_id", "undefined", "must be filled in: this is a placeholder without its value"),
    ("order_id", "NULL", "must be filled in: this is a placeholder without its value"),
    ("order_id", "NaN", "must be filled in: this is a placeholder without its value"),
    ("order_id", "{order_id}", "must be filled in: this is a placeholder without its value"),
    ("order_id", "{{ order.id }}", "must be filled in: this is a placeholder without its value"),
    ("order_id", "[object Object]", "must be filled in: this is a placeholder without its value"),
    ("order_id", "10\n01", "must not contain control characters"),
    ("order_id", "10\u{0}01", "must not contain control characters"),
    ("order_id", "\u{200b}", "must not be blank"),
    ("order_total", "-1.00", "must not have a sign"),
    ("order_total", "1e3", "must not have an exponent: write all digits"),
    ("order_total", "1,000.00", "must not have a comma or separators: write 1234.50"),
    ("order_total", "10 00", "must not contain blanks"),
    ("order_total", "free", "must be a number, such as 1234.50"),
    ("order_total", "99.999", "must not have more than 2 decimals in USD"),
    ("order_total", "0", "must be more than 0 for a sale"),
    ("order_currency", "US", "must be an ISO 4217 currency code, such as USD"),
    ("order_currency", "$", "must be an ISO 4217 currency code, such as USD"),
    ("order_currency", "XAU", "must be a currency that has amounts in minor units, which XAU has not"),
    ("order_currency", "XTS", "must be a currency that has amounts in minor units, which XTS has not"),
    ("order_currency", "HRK", "must be a currency in use: HRK was replaced by EUR"),
    ("action", "two words", "must consist of letters a to z, digits, underscores, full stops and hyphens"),
    ("customer_email", "nobody", "must be an e-mail address, such as name@example.com"),
];

/// JSON values that are of the wrong kind: field, value, what it must be.
const WRONG_KINDS: [(&str, &str, &str); 19] = [
    ("click_token", "1", "must be a text"),
    ("click_token", "[\"clk\"]", "must be a text"),
    ("order_id", "1.0", "must be a text or a whole number"),
    ("order_id", "-1", "must be a text or a whole number"),
    ("order_id", "1e3", "must be a text or a whole number"),
    ("order_id", "true", "must be a text or a whole number"),
    ("order_id", "[1001]", "must be a text or a whole number"),
    ("order_id", "{\"id\":1}", "must be a text or a whole number"),
    ("order_total", "true", "must be a number or a text"),
    ("order_total", "[99.99]", "must be a number or a text"),
    ("order_total", "{\"amount\":1}", "must be a number or a text"),
    ("order_total", "1e2", "must not have an exponent: write all digits"),
    ("order_total", "-99.99", "must not have a sign"),
    ("order_currency", "840", "must be a text"),
    ("action", "7", "must be a text"),
    ("customer_email", "7", "must be a text"),
    ("customer_id", "7.5", "must be a text or a whole number"),
    ("product_ids", "{\"a\":1}", "must be a list of texts"),
    ("product_ids", "[1.5]", "must be a list of texts"),
];

on_each_engine! {
    fn each_required_field_that_is_missing_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        for wire in WIRES {
            let sale = written(Sale::of(&house.visit(&shop.campaign, &shop.anna)), wire);
            for field in ["click_token", "order_id", "order_total", "order_currency"] {
                let message = format!("Missing required parameter: {field}");
                assert_refused(field, &merchant.report(sale.clone().without(field)), 422, &message);
                assert_refused(field, &merchant.report(sale.clone().with(field, "")), 422, &message);
                assert_refused(field, &merchant.report(sale.clone().with(field, "  ")), 422, &message);
            }
            let direct = written(Sale::direct(&shop.campaign, &shop.anna), wire);
            for field in ["affiliate_id", "campaign_id"] {
                let message = format!("Missing required parameter: {field}");
                assert_refused(field, &merchant.report(direct.clone().without(field)), 422, &message);
            }
            let empty =
                sale.without("click_token").without("order_id").without("order_total").without("order_currency");
            assert_refused("all", &merchant.report(empty), 422, "Missing required parameter: click_token");
        }
        assert!(house.conversions().is_empty());
    }

    fn each_field_that_cannot_be_taken_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna));
        for wire in WIRES {
            for (field, value, must) in MALFORMED {
                let answer = merchant.report(written(sale.clone().with(field, value), wire));
                assert_refused(value, &answer, 422, &format!("Invalid parameter: {field} {must}"));
            }
            let long = sale.clone().order_id(&"x".repeat(256));
            let message = "Invalid parameter: order_id must not be longer than 255 bytes";
            assert_refused("256 bytes", &merchant.report(written(long, wire)), 422, message);
        }
        for (field, value, must) in [
            ("campaign_id", "camp_1", "must be camp_ followed by 26 characters of lower-case base32"),
            ("campaign_id", "aff_01h455vb4pex5vsknk084sn02q", "must start with camp_"),
            ("affiliate_id", "a", "must have at least 2 characters"),
            ("affiliate_id", "a b", "must consist of letters A to Z, digits, underscores and hyphens"),
        ] {
            let answer = merchant.report(Sale::direct(&shop.campaign, &shop.anna).with(field, value));
            assert_refused(value, &answer, 422, &format!("Invalid parameter: {field} {must}"));
        }
        assert!(house.conversions().is_empty());
    }

    fn each_json_value_of_the_wrong_kind_is_named(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let fields = [
            ("api_key", format!("\"{}\"", shop.campaign.api_key)),
            ("click_token", format!("\"{token}\"")),
            ("order_id", "\"1001\"".to_owned()),
            ("order_total", "99.99".to_owned()),
            ("order_currency", "\"USD\"".to_owned()),
        ];
        for (field, value, must) in WRONG_KINDS {
            let others =
                fields.iter().filter(|(name, _)| *name != field).map(|(name, value)| format!("\"{name}\":{value}"));
            let members: Vec<String> = others.chain([format!("\"{field}\":{value}")]).collect();
            let request = Request::post("/integration/s2sConvert").json(&format!("{{{}}}", members.join(",")));
            let answer = Answer::read(&house.visitor().send(request).unwrap());
            assert_refused(value, &answer, 422, &format!("Invalid parameter: {field} {must}"));
        }
        assert!(house.conversions().is_empty());
    }

    fn order_ids_are_taken_to_the_byte(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna));
        let longest = "x".repeat(255);
        let ids = [
            "A-1",
            "a-1",
            " a-1",
            "a-1 ",
            "0",
            "00",
            "#1001",
            "注文-1001",
            "é",
            "e\u{301}",
            "null-1",
            "a&b=c?d#e",
            "a\"b\\c",
            "100%",
            "🛒",
            &longest,
        ];
        for order_id in ids {
            let id = recorded_now(&merchant.report(sale.clone().order_id(order_id)));
            for wire in WIRES {
                let again = merchant.report(written(sale.clone().order_id(order_id), wire));
                assert_eq!(again.body, super::duplicate(&id), "{order_id} as {wire:?}");
            }
            assert_eq!(house.conversion(order_id).id.to_string(), id);
        }
        assert_eq!(house.conversions().len(), ids.len(), "each is an order of its own");
    }
}
