//! What pages load besides themselves: style sheets, scripts, icons, fonts, all built into the binary.
//!
//! A page names a file with a piece of its hash behind it, so a browser keeps it for a year and asks again the moment an
//! update changed it. Only these files are compressed: a page holds secrets next to words that a stranger may have
//! chosen, and the length of such a mixture, compressed, can tell what the secret is (BREACH). The largest files lie beside
//! themselves compressed as well as can be, which takes seconds and is therefore done once, by whoever vendors them.

use std::sync::LazyLock;

use actix_web::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY};
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
    if unchanged {
        return answer.finish();
    }
    answer.content_type(content_type(&file));
    match compressed(&name, &request) {
        Some(small) => {
            answer.insert_header((CONTENT_ENCODING, "br")).insert_header((VARY, "accept-encoding")).body(small)
        }
        None => answer.body(file.data.into_owned()),
    }
}

/// The file that lies compressed beside this one, if there is one and the browser takes it.
fn compressed(name: &str, request: &HttpRequest) -> Option<Vec<u8>> {
    let accepted = request.headers().get(ACCEPT_ENCODING)?.to_str().ok()?;
    let takes_brotli = accepted.split(',').any(|coding| coding.trim() == "br");
    let small = takes_brotli.then(|| Files::get(&format!("{name}.br"))).flatten()?;
    Some(small.data.into_owned())
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

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::Files;

    #[test]
    fn what_lies_compressed_beside_a_file_is_that_file() {
        let mut compressed = 0;
        for name in Files::iter().filter(|name| name.ends_with(".br")) {
            let plain = Files::get(name.trim_end_matches(".br")).unwrap().data;
            let small = Files::get(&name).unwrap().data;
            let mut unpacked = Vec::new();
            brotli::Decompressor::new(small.as_ref(), 4096).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == plain.as_ref(), "{name} is not its file");
            compressed += 1;
        }
        assert_eq!(compressed, 2);
    }
}
