//! What pages load besides themselves: style sheets, scripts, icons, fonts, all built into the binary.
//!
//! A page names a file with a piece of its hash behind it, so a browser keeps it for a year and asks again the moment an
//! update changed it. Only these files are compressed: a page holds secrets next to words that a stranger may have
//! chosen, and the length of such a mixture, compressed, can tell what the secret is (BREACH).

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

use super::error;

#[derive(RustEmbed)]
#[folder = "static/"]
#[exclude = "*LICENSE*"]
#[exclude = "*SHA256SUMS"]
struct Files;

/// How much of a file's hash stands in its URL.
const VERSION: usize = 6;

/// The URL by which a page names a file of `static/`.
#[must_use]
pub fn url(name: &str) -> String {
    let version = Files::get(name).map(|file| version(&file.metadata.sha256_hash()));
    format!("/static/{name}?v={}", version.unwrap_or_default())
}

/// The URL of one icon of the sprite.
#[must_use]
pub fn icon(name: &str) -> String {
    static SPRITE: LazyLock<String> = LazyLock::new(|| url("icons.svg"));
    format!("{}#{name}", *SPRITE)
}

/// `GET /static/{name}`.
pub async fn serve(name: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let Some(file) = Files::get(&name) else {
        return error::page_not_found();
    };
    let tag = format!("\"{}\"", version(&file.metadata.sha256_hash()));
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|known| known.contains(&tag));
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, how_long(&request))).insert_header((ETAG, tag));
    if unchanged { answer.finish() } else { answer.content_type(content_type(&file)).body(file.data.into_owned()) }
}

/// A URL with a version never means anything else; one without may after an update.
fn how_long(request: &HttpRequest) -> &'static str {
    if request.query_string().is_empty() { "public, max-age=3600" } else { "public, max-age=31536000, immutable" }
}

fn content_type(file: &rust_embed::EmbeddedFile) -> String {
    let kind = file.metadata.mimetype();
    let text = kind.starts_with("text/") || kind == "image/svg+xml";
    if text { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

fn version(hash: &[u8; 32]) -> String {
    hash.iter().take(VERSION).map(|byte| format!("{byte:02x}")).collect()
}
