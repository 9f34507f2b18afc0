//! `POST /integration/s2sConvert`, `addClick` and `s2sRegisterClick`: the AffiliatePro dialect, to the byte
//! (CONTRACT, section 3.1).

mod actions;
mod attempts;
mod direct_mode;
mod fields;
mod kept_facts;
mod keyless;
mod money;
mod order_of_judging;
mod outcomes;
mod registered_clicks;
mod repeats;
mod test_mode;

use crate::support::personas::{Answer, Sale, Wire};

/// Every way a report can be written.
const WIRES: [Wire; 3] = [Wire::Json, Wire::Form, Wire::Query];

/// The same report, written that way.
fn written(sale: Sale, wire: Wire) -> Sale {
    match wire {
        Wire::Json => sale.in_json(),
        Wire::Form => sale.in_form(),
        Wire::Query => sale.in_query(),
    }
}

/// The body of a refusal.
fn error(message: &str) -> String {
    format!(r#"{{"status":"error","message":"{message}"}}"#)
}

/// The body of the answer to a report that is recorded now.
fn recorded(conversion_id: &str) -> String {
    format!(
        r#"{{"status":"success","message":"S2S conversion recorded successfully","conversion_id":"{conversion_id}"}}"#
    )
}

/// The body of the answer to a report that was recorded before.
fn duplicate(conversion_id: &str) -> String {
    format!(r#"{{"status":"duplicate","message":"Order already recorded","conversion_id":"{conversion_id}"}}"#)
}

/// Panics unless the answer is this refusal, to the byte.
fn assert_refused(name: &str, answer: &Answer, status: u16, message: &str) {
    assert_eq!((answer.status, answer.body.as_str()), (status, error(message).as_str()), "{name}");
}

/// The id in the answer to a report that is recorded now; panics with the answer otherwise.
fn recorded_now(answer: &Answer) -> String {
    let id = answer.conversion_id.clone().unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
    assert_eq!((answer.status, answer.body.as_str()), (200, recorded(&id).as_str()));
    id
}
