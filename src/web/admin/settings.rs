//! Settings: the program, programs, people, API tokens, exchange rates, one's own security, who did what, and
//! forgetting a customer.

pub mod audit_log;
pub mod erasures;
pub mod exchange_rates;
pub mod program;
pub mod programs;
pub mod security;
pub mod tokens;
pub mod users;

use actix_web::HttpResponse;

use crate::web::access::people::Viewer;
use crate::web::page;

/// `GET /admin/{program}/settings`: leads to the first of them.
pub async fn index(viewer: Viewer) -> HttpResponse {
    page::see_other(&format!("/admin/{}/settings/program", viewer.program.slug))
}
