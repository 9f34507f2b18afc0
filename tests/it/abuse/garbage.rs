//! Bytes that mean nothing: refused, never a defect of ours, and the next visitor is served (INP-2).

use std::time::Duration;

use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop};
use crate::support::personas::{Answer, Sale};
use crate::support::wire::Request;

const TYPES: [&str; 5] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "text/plain",
    "\"/;;=",
];

/// Requests that are no HTTP, or hardly any.
const NO_HTTP: [&[u8]; 14] = [
    b"\r\n\r\n",
    b"\0\0\0\0\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"get / http/1.1\r\n\r\n",
    b"GET  /  HTTP/1.1\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nA\0B: c\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nA: \0\r\n\r\n",
    b"GET / HTTP/1.1\r\n : x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

/// The ends of reports that say something else of their length than what comes.
const NO_LENGTHS: [&str; 8] = [
    "Content-Length: -1\r\n\r\n",
    "Content-Length: x\r\n\r\n",
    "Content-Length: 99999999999999999999\r\n\r\n",
    "Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
    "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
    "Content-Length: 99\r\n\r\n{\"api_key\":",
];

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// So many bytes; half of them are of those that mean something in JSON or a form.
    fn bytes(&mut self, length: u64) -> Vec<u8> {
        const MEANING: &[u8; 32] = b"{}[]\",:&=%+?#\\/ntrue0123456789.-";
        let mut byte = || {
            let [first, second, ..] = self.next().to_le_bytes();
            if first & 1 == 0 { second } else { MEANING[usize::from(second & 31)] }
        };
        (0..length).map(|_| byte()).collect()
    }
}

/// Panics unless somebody who comes now is served.
fn assert_serves(house: &House, shop: &Shop) {
    let answer = house.merchant(&shop.campaign).report(Sale::of(&house.visit(&shop.campaign, &shop.anna)));
    assert_eq!((answer.status, answer.word.as_str()), (200, "success"), "{}", answer.body);
}

on_each_engine! {
    fn bytes_that_are_not_utf8_are_refused_wherever_they_stand(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let key = &shop.campaign.api_key;
        let broken: [&[u8]; 6] = [b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe9t\xe9"];
        for bytes in broken {
            let escaped: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
            let json = [b"{\"order_id\":\"", bytes, b"\"}"].concat();
            let keyed = || Request::post("/integration/s2sConvert").query(&[("api_key", key)]);
            let form = "application/x-www-form-urlencoded";
            let requests = [
                ("in JSON", keyed().json("").body("application/json", json)),
                ("in a form", keyed().body(form, [b"order_id=", bytes].concat())),
                ("in a name", keyed().body(form, [bytes, b"=1"].concat())),
                ("encoded in a form", keyed().body(form, format!("order_id={escaped}"))),
                (
                    "encoded in the query",
                    Request::post(&format!("/integration/s2sConvert?api_key={key}&order_id={escaped}")),
                ),
                ("encoded in a name", Request::post(&format!("/integration/s2sConvert?api_key={key}&{escaped}=1"))),
            ];
            for (name, request) in requests {
                let answer = Answer::read(&house.visitor().send(request).unwrap());
                assert_eq!(
                    (answer.status, answer.message.as_str()),
                    (422, "The request must be valid UTF-8"),
                    "{name} {escaped}"
                );
            }
        }
        assert_serves(&house, &shop);
    }

    fn garbage_is_refused_and_never_a_defect_of_ours(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut chance = Chance(0x5eed_cafe_f00d_0001);
        let mut connection = Connection::open(house.addr()).unwrap();
        for round in 0..400_u64 {
            let kind = TYPES[usize::try_from(round % 5).unwrap()];
            let endpoint = ["addClick", "s2sConvert"][usize::try_from(round % 2).unwrap()];
            let query: String = chance.bytes(round % 40).iter().map(|byte| format!("%{byte:02x}")).collect();
            let keyed = format!("/integration/{endpoint}?api_key={}&{query}", shop.campaign.api_key);
            let request = Request::post(&keyed).body(kind, chance.bytes(round % 200));
            let answer = connection.send(&request).unwrap();
            assert!((400..500).contains(&answer.status), "round {round}: {} {}", answer.status, answer.text());
            assert_eq!(Answer::read(&answer).word, "error", "round {round}: {}", answer.text());
            let code: String = chance.bytes(round % 20).iter().map(|byte| format!("%{byte:02x}")).collect();
            let answer = connection.send(&Request::get(&format!("/c/{code}?url={query}"))).unwrap();
            assert!(matches!(answer.status, 400 | 404), "round {round}: {}", answer.status);
        }
        assert!(house.conversions().is_empty());
        assert_serves(&house, &shop);
    }

    fn what_is_hardly_http_is_refused_or_cut_off(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let report = "POST /integration/addClick HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
        let reports = NO_LENGTHS.map(|end| format!("{report}{end}"));
        for bytes in NO_HTTP.into_iter().chain(reports.iter().map(String::as_bytes)) {
            let mut connection = Connection::open_with_patience(house.addr(), Duration::from_secs(5)).unwrap();
            connection.write_raw(bytes).unwrap();
            // Half a request stays half: whoever sent it says that no more will come.
            let _ = connection.finish_writing();
            if let Ok(answer) = connection.read_response() {
                assert!((400..500).contains(&answer.status), "{}: {}", bytes.escape_ascii(), answer.status);
            }
        }
        assert_eq!((house.conversions().len(), house.click_count()), (0, 0));
        assert_serves(&house, &shop);
    }
}
