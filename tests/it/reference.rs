//! The reference of the API: what it names is what there is, and what it says is so (QUALITY INP-1).

use std::collections::BTreeSet;

use accrue::web::openapi::document;
use accrue::web::routes::{ENDPOINTS, Endpoint};
use serde_json::Value;

/// Method and path of every operation in the document.
fn described() -> BTreeSet<(String, String)> {
    let document = serde_json::to_value(document("https://accrue.example")).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("it has paths").clone();
    let of_path = |(path, item): (String, Value)| -> Vec<(String, String)> {
        let operations = item.as_object().expect("an object").keys();
        operations.map(|method| (method.clone(), path.clone())).collect()
    };
    paths.into_iter().flat_map(of_path).collect()
}

#[test]
fn the_reference_names_every_endpoint_and_no_other() {
    let asked = |endpoint: &Endpoint| (endpoint.method.to_owned(), endpoint.path.to_owned());
    let endpoints: BTreeSet<_> = ENDPOINTS.iter().filter(|endpoint| endpoint.method != "head").map(asked).collect();
    assert!(!endpoints.is_empty());
    assert_eq!(described(), endpoints);
}
