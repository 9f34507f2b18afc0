//! What the answers of the dialects say alike, whatever shape each puts it into.

use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::domain::permission::Scope;
use crate::storage::error::StorageError;
use crate::web::dialect::written::Written;

/// The type of every answer.
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Nobody keeps one.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What most answers that tell a whole conversion find room in, in bytes.
const ROOM: usize = 1_024;

/// What is told who sends no token.
pub const SEND_THE_TOKEN: &str = "Send the token in the header Authorization: Bearer";

/// How a token that opens nothing is challenged (RFC 6750, section 3).
pub const INVALID_TOKEN: &str = r#"Bearer error="invalid_token""#;

/// What is told who asks for an address that nobody has.
pub const UNKNOWN_ENDPOINT: &str = "Unknown endpoint";

/// What is told who asks for an address that is longer than is taken.
pub const URL_TOO_LONG: &str = "The URL is longer than 8192 bytes; send what is long in the body";

/// How a token is challenged that may not do this (RFC 6750, section 3).
#[must_use]
pub fn insufficient_scope(wanted: Scope) -> String {
    format!(r#"Bearer error="insufficient_scope", scope="{wanted}""#)
}

/// What is told who asks by a method that an endpoint does not take; `allowed` are those it does.
#[must_use]
pub fn answers_only(allowed: &str) -> String {
    format!("This endpoint answers {allowed}")
}

/// An answer that nobody stores: it is about money, and some of these addresses are asked by GET.
pub fn respond(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    let mut text = Vec::with_capacity(ROOM);
    // cannot fail: what the dialects answer has texts for names, and memory takes every byte.
    serde_json::to_writer(&mut text, body).expect("an answer is JSON");
    responding(status, text)
}

/// As [`respond`], for what is told at every report.
#[must_use]
pub fn respond_written(status: StatusCode, body: &impl Written) -> HttpResponse {
    let mut text = Vec::with_capacity(ROOM);
    body.write(&mut text);
    responding(status, text)
}

fn responding(status: StatusCode, json: impl MessageBody + 'static) -> HttpResponse {
    let mut answer = HttpResponseBuilder::new(status);
    answer.insert_header((CACHE_CONTROL, NO_STORE)).insert_header((CONTENT_TYPE, JSON)).body(json)
}

/// A header that goes with an answer; none where the value cannot stand in one.
#[must_use]
pub fn header(name: HeaderName, value: &str) -> Option<(HeaderName, HeaderValue)> {
    HeaderValue::from_str(value).ok().map(|value| (name, value))
}

/// What is told where storage failed, which is logged here: 503 where it is away, and the same request may be sent again.
#[must_use]
pub fn storage_failed(error: &StorageError) -> (StatusCode, &'static str) {
    if let StorageError::Unavailable(cause) = error {
        tracing::warn!(%cause, "a request could not be answered");
        let sentence = "The database does not answer; send the same request again in a few seconds";
        return (StatusCode::SERVICE_UNAVAILABLE, sentence);
    }
    tracing::error!(%error, "a request failed");
    (StatusCode::INTERNAL_SERVER_ERROR, "This went wrong on our side; it has been logged")
}
