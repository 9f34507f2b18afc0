//! Every currency with its own decimals, and amounts that are none (MON-2).

use accrue::domain::currency::Currency;
use accrue::domain::money::Money;

use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::{Answer, Sale};
use crate::support::wire::Request;

/// Texts that are no amount in US dollars, with what an amount must be.
const HOSTILE: [(&str, &str); 60] = [
    ("-1", "must not have a sign"),
    ("-0", "must not have a sign"),
    ("-0.01", "must not have a sign"),
    ("+1", "must not have a sign"),
    ("\u{2212}1", "must not have a sign"),
    ("\u{ff0d}1", "must not have a sign"),
    ("1-", "must not have a sign"),
    ("1e3", "must not have an exponent: write all digits"),
    ("1E3", "must not have an exponent: write all digits"),
    ("1e-3", "must not have an exponent: write all digits"),
    ("1e400", "must not have an exponent: write all digits"),
    ("1.5e1", "must not have an exponent: write all digits"),
    ("1,5", "must not have a comma or separators: write 1234.50"),
    ("1,000", "must not have a comma or separators: write 1234.50"),
    ("1.000,00", "must not have a comma or separators: write 1234.50"),
    ("1'000", "must not have a comma or separators: write 1234.50"),
    ("1_000", "must not have a comma or separators: write 1234.50"),
    ("1\u{2019}000", "must not have a comma or separators: write 1234.50"),
    ("1\u{66b}5", "must not have a comma or separators: write 1234.50"),
    ("1 000", "must not contain blanks"),
    (" 1", "must not contain blanks"),
    ("1 ", "must not contain blanks"),
    ("1\n", "must not contain blanks"),
    ("1\t", "must not contain blanks"),
    ("1\u{a0}000", "must not contain blanks"),
    ("1\u{202f}000", "must not contain blanks"),
    ("1\u{200b}", "must not contain blanks"),
    ("\u{feff}1", "must not contain blanks"),
    ("NaN", "must be a number, such as 1234.50"),
    ("nan", "must be a number, such as 1234.50"),
    ("Infinity", "must be a number, such as 1234.50"),
    ("inf", "must be a number, such as 1234.50"),
    ("null", "must be a number, such as 1234.50"),
    ("true", "must be a number, such as 1234.50"),
    ("0x10", "must be a number, such as 1234.50"),
    ("1/2", "must be a number, such as 1234.50"),
    ("$5", "must be a number, such as 1234.50"),
    ("5USD", "must be a number, such as 1234.50"),
    ("5%", "must be a number, such as 1234.50"),
    ("=1+1", "must be a number, such as 1234.50"),
    ("1;DROP TABLE conversions", "must be a number, such as 1234.50"),
    ("1\u{0}", "must be a number, such as 1234.50"),
    ("1.2.3", "must be a number, such as 1234.50"),
    ("1..2", "must be a number, such as 1234.50"),
    (".5", "must have digits on both sides of the full stop"),
    ("5.", "must have digits on both sides of the full stop"),
    (".", "must have digits on both sides of the full stop"),
    ("\u{663}", "must use the digits 0 to 9"),
    ("\u{ff11}\u{ff12}", "must use the digits 0 to 9"),
    ("\u{b2}", "must use the digits 0 to 9"),
    ("\u{bd}", "must use the digits 0 to 9"),
    ("\u{967}\u{966}", "must use the digits 0 to 9"),
    ("1.005", "must not have more than 2 decimals in USD"),
    ("1.000", "must not have more than 2 decimals in USD"),
    ("0.00000000000000000000000001", "must not have more than 2 decimals in USD"),
    ("92233720368547758.08", "must be smaller: it is more than any account holds"),
    ("99999999999999999999999999999999999999", "must be smaller: it is more than any account holds"),
    ("92233720368547758.07", "must be at most 10000000000000.00 USD"),
    ("10000000000000.01", "must be at most 10000000000000.00 USD"),
    ("0.00", "must be more than 0 for a sale"),
];

/// The currencies of ISO 4217 that have another number of decimals than two, by that number.
const OTHER_DECIMALS: [(usize, &str); 3] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

/// How many decimals the standard gives a currency; not taken from the product, which might be wrong.
fn decimals_of(code: &str) -> usize {
    let listed = OTHER_DECIMALS.iter().find(|(_, codes)| codes.split(' ').any(|listed| listed == code));
    listed.map_or(2, |(decimals, _)| *decimals)
}

/// Codes that are no currency in use.
const NO_CURRENCIES: [&str; 22] = [
    "US",
    "USDT",
    "EURO",
    "US$",
    "€",
    "$",
    "BTC",
    "ETH",
    "978",
    "840",
    "U D",
    "ＵＳＤ",
    "USÐ",
    "XXX",
    "XTS",
    "XAU",
    "XAG",
    "XDR",
    "HRK",
    "ZWL",
    "AAA",
    "usd\u{0}",
];

/// A report as JSON whose amount stands there as it is written here.
fn with_raw_total(key: &str, token: &str, order_id: &str, total: &str) -> Request {
    let named = format!(r#""api_key":"{key}","click_token":"{token}","order_id":"{order_id}""#);
    let text = format!(r#"{{{named},"order_total":{total},"order_currency":"USD"}}"#);
    Request::post("/integration/s2sConvert").json(&text)
}

on_each_engine! {
    fn every_currency_is_taken_with_its_own_decimals_and_not_with_one_more(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        let (digits, all) = ("98765", Currency::all().count());
        for currency in Currency::all() {
            let decimals = decimals_of(currency.code());
            let amount = |decimals: usize| match decimals {
                0 => "1234".to_owned(),
                some => format!("1234.{}", &digits[..some]),
            };
            let sale = Sale::of(&token).order_id(currency.code()).order_currency(&currency.code().to_lowercase());
            let finer = merchant.report(sale.clone().order_total(&amount(decimals + 1)));
            assert_eq!(finer.status, 422, "{currency}: {}", finer.body);
            let named = match decimals {
                0 => format!(
                    "Invalid parameter: order_total must be a whole number in {currency}, which has no decimals"
                ),
                some => format!("Invalid parameter: order_total must not have more than {some} decimals in {currency}"),
            };
            assert_eq!(finer.message, named);
            let exact = merchant.report(sale.order_total(&amount(decimals)));
            assert_eq!((exact.status, exact.word.as_str()), (200, "success"), "{currency}: {}", exact.body);
            let minor = format!("1234{}", &digits[..decimals]).parse().unwrap();
            assert_eq!(house.conversion(currency.code()).amount(), Money::new(minor, currency));
        }
        assert!(all > 150 && house.conversions().len() == all, "{all} currencies");
        house.assert_books_balance();
    }

    fn every_hostile_amount_is_refused_by_name_and_none_is_stored(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        for (number, (amount, must)) in HOSTILE.into_iter().enumerate() {
            let sale = Sale::of(&token).order_id(&format!("hostile {number}")).order_total(amount);
            for sale in [sale.clone().in_json(), sale.clone().in_form(), sale.in_query()] {
                let answer = merchant.report(sale);
                let message = format!("Invalid parameter: order_total {must}");
                assert_eq!((answer.status, answer.message), (422, message), "{amount:?}");
            }
        }
        assert!(house.conversions().is_empty());
        house.assert_books_balance();
    }

    fn every_hostile_number_in_json_is_refused_and_none_is_stored(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let literals =
            HOSTILE.iter().filter(|(amount, _)| !amount.contains(['"', '\n', '\t'])).map(|(amount, _)| amount.trim());
        let more = [
            "01",
            "00",
            "0.0",
            "0",
            "1e0",
            "1E+2",
            "100e-2",
            "1.0000000000000000000",
            "9007199254740993.001",
            "-1e-999",
        ];
        let more = more.into_iter().chain([
            "{}",
            "[]",
            "[1]",
            "{\"amount\":1}",
            "\"\"",
            "null",
            "false",
            "99.99.9",
            "--1",
            "1f",
            "99,99",
            "\"1\\u0000\"",
        ]);
        // The first and the last blank belong to JSON's own grammar, and so does a number's `1`.
        for (number, literal) in literals.chain(more).filter(|literal| *literal != "1").enumerate() {
            let order_id = format!("hostile {number}");
            let request = with_raw_total(&shop.campaign.api_key, &token, &order_id, literal);
            let answer = Answer::read(&house.visitor().send(request).unwrap());
            assert_eq!((answer.status, answer.word.as_str()), (422, "error"), "{literal}: {}", answer.body);
            let named = [
                "Invalid parameter: order_total must",
                "Missing required parameter: order_total",
                "The request body must be a JSON object",
            ];
            assert!(named.iter().any(|start| answer.message.starts_with(start)), "{literal}: {}", answer.body);
        }
        assert!(house.conversions().is_empty());
        house.assert_books_balance();
    }

    fn what_is_no_currency_in_use_is_refused_by_name(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        for code in NO_CURRENCIES {
            let sale = Sale::of(&token).order_currency(code);
            for sale in [sale.clone().in_json(), sale.clone().in_form(), sale.in_query()] {
                let answer = merchant.report(sale);
                assert_eq!(answer.status, 422, "{code}: {}", answer.body);
                assert!(
                    answer.message.starts_with("Invalid parameter: order_currency must be a"),
                    "{code}: {}",
                    answer.body
                );
            }
        }
        assert!(house.conversions().is_empty());
    }
}
