//! What a person sees: stories told in a real browser. The stories themselves stand in `tests/browser/stories`.

use serde_json::json;

use crate::support::browser::Browser;

/// The checks that all other stories lean on.
#[test]
fn every_check_of_a_page_sees_the_defect_it_exists_for() {
    let Some(browser) = Browser::here() else { return };
    browser.tell("proof", "http://127.0.0.1:1", &json!({}));
}
