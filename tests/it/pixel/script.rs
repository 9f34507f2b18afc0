//! The script is small, is served to every site, and is not asked for again each time.

use std::io::Read;

use crate::support::connection::Connection;
use crate::support::engine::{Engine, TestDatabase};
use crate::support::house::House;
use crate::support::wire::{Request, Response};

/// What a shop loads at most (QUALITY, weight).
const LARGEST: usize = 3 * 1024;

const PATHS: [&str; 2] = ["/pixel.js", "/integration/general_integration"];

fn get(house: &House, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(name, value));
    Connection::open(house.addr()).unwrap().send(&request).unwrap()
}

fn unpacked(answer: &Response) -> String {
    let mut text = String::new();
    match answer.header("content-encoding") {
        Some("br") => brotli::Decompressor::new(answer.body.as_slice(), 4096).read_to_string(&mut text),
        Some("gzip") => flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_string(&mut text),
        _ => answer.body.as_slice().read_to_string(&mut text),
    }
    .expect("it can be unpacked");
    text
}

#[test]
fn the_script_weighs_less_than_three_kibibytes_on_its_way() {
    Engine::Sqlite.run(|db: TestDatabase| {
        let house = House::open(&db);
        let plain = get(&house, "/pixel.js", &[]).text();
        assert!(plain.contains("AffTracker") && !plain.contains("\n//"), "{plain}");
        for path in PATHS {
            for coding in ["br", "gzip"] {
                let answer = get(&house, path, &[("Accept-Encoding", coding)]);
                assert_eq!((answer.status, answer.header("content-encoding")), (200, Some(coding)), "{path}");
                assert!(answer.body.len() <= LARGEST, "{path}: {} bytes as {coding}", answer.body.len());
                assert_eq!(unpacked(&answer), plain, "{path} as {coding}");
                assert!(answer.lists("vary", "accept-encoding"), "{path}");
            }
        }
    });
}

#[test]
fn browsers_may_keep_the_script_and_use_it_on_every_site() {
    Engine::Sqlite.run(|db: TestDatabase| {
        let house = House::open(&db);
        for path in PATHS {
            let first = get(&house, path, &[]);
            assert_eq!(first.header("content-type"), Some("text/javascript; charset=utf-8"), "{path}");
            assert_eq!(first.header("cache-control"), Some("public, max-age=3600"), "{path}");
            assert_eq!(first.header("cross-origin-resource-policy"), Some("cross-origin"), "{path}");
            assert_eq!(first.header("set-cookie"), None, "{path}");
            let tag = first.header("etag").expect("a tag");
            let again = get(&house, path, &[("If-None-Match", tag)]);
            assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(tag)), "{path}");
            let posted = Connection::open(house.addr()).unwrap().send(&Request::post(path)).unwrap();
            assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")), "{path}");
        }
    });
}
