//! What pages load besides themselves: style sheets, scripts, icons, fonts, all built into the binary.
//!
//! A page names a file with a piece of its hash behind it, so a browser keeps it for a year and asks again the moment an
//! update changed it. Only these files are compressed: a page holds secrets next to words that a stranger may have
//! chosen, and the length of such a mixture, compressed, can tell what the secret is (BREACH). The largest files are built in
//! compressed as well as can be, and only so: that takes seconds, and is therefore done once, by whoever vendors them. A
//! program that does not take brotli gets them unpacked.

use std::io::Read;
use std::sync::LazyLock;

use actix_web::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error;

#[derive(RustEmbed)]
#[folder = "static/"]
#[exclude = "*LICENSE*"]
#[exclude = "*SHA256SUMS"]
#[exclude = "vendor/tabler.min.css"]
#[exclude = "vendor/tabler.min.js"]
#[exclude = "vendor/swagger-ui.css"]
#[exclude = "vendor/swagger-ui-bundle.js"]
#[exclude = "pixel.js"] // shops load it under an address of its own, without its comments
struct Files;

/// A file as it is built in.
enum Built {
    /// As it is.
    Plain(EmbeddedFile),
    /// Compressed with brotli.
    Compressed(EmbeddedFile),
}

impl Built {
    fn find(name: &str) -> Option<Self> {
        Files::get(name).map(Self::Plain).or_else(|| Files::get(&format!("{name}.br")).map(Self::Compressed))
    }

    /// A piece of the hash of what is built in.
    fn version(&self) -> String {
        let (Self::Plain(file) | Self::Compressed(file)) = self;
        file.metadata.sha256_hash().iter().take(VERSION).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How much of a file's hash stands in its URL.
const VERSION: usize = 6;

/// The URL by which a page names a file of `static/`.
#[must_use]
pub fn url(name: &str) -> String {
    let version = Built::find(name).map(|file| file.version());
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
    let Some(file) = Built::find(&name) else {
        return error::page_not_found();
    };
    let tag = format!("\"{}\"", file.version());
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|known| known.contains(&tag));
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, how_long(&request))).insert_header((ETAG, tag));
    if unchanged {
        return answer.finish();
    }
    answer.content_type(content_type(&name));
    match file {
        Built::Plain(file) => answer.body(file.data.into_owned()),
        Built::Compressed(file) if takes_brotli(&request) => {
            answer.insert_header((CONTENT_ENCODING, "br")).insert_header((VARY, "accept-encoding"));
            answer.body(file.data.into_owned())
        }
        Built::Compressed(file) => answer.body(unpacked(&file.data)),
    }
}

fn takes_brotli(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| coding.trim() == "br")
}

/// Empty for what is not compressed; a test holds every file of ours to being whole.
fn unpacked(small: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let read = brotli::Decompressor::new(small, 4096).read_to_end(&mut file);
    read.map_or_else(|_| Vec::new(), |_| file)
}

/// A URL with a version never means anything else; one without may after an update.
fn how_long(request: &HttpRequest) -> &'static str {
    if request.query_string().is_empty() { "public, max-age=3600" } else { "public, max-age=31536000, immutable" }
}

fn content_type(name: &str) -> String {
    let kind = mime_guess::from_path(name).first_raw().unwrap_or("application/octet-stream");
    let text = kind.starts_with("text/") || kind == "image/svg+xml";
    if text { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Built, Files, unpacked};

    #[test]
    fn what_is_built_in_compressed_is_the_file_that_lies_beside_it() {
        let mut compressed = Vec::new();
        for small in Files::iter().filter(|name| name.ends_with(".br")) {
            let name = small.trim_end_matches(".br");
            let plain = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(name)).unwrap();
            let Some(Built::Compressed(file)) = Built::find(name) else { panic!("{name} is built in twice") };
            assert!(unpacked(&file.data) == plain, "{name} is not its file");
            compressed.push(name.to_owned());
        }
        compressed.sort();
        let expected = ["swagger-ui-bundle.js", "swagger-ui.css", "tabler.min.css", "tabler.min.js"];
        assert_eq!(compressed, expected.map(|name| format!("vendor/{name}")));
    }
}
