//! The script that shops load: `/pixel.js`, and under the name that pages of the AffiliatePro dialect know.
//!
//! Its source is written to be read. What is served is the same without the lines that are only comments and without the
//! blanks that lines begin with, which nothing in it depends on.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use super::RESOURCE_POLICY;

const SOURCE: &str = include_str!("../../../../static/pixel.js");

/// As it is served, and the tag by which a browser knows it again.
static SERVED: LazyLock<(String, String)> = LazyLock::new(|| {
    let script = without_comments(SOURCE);
    let hash: String = Sha256::digest(script.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    (script, format!("\"{hash}\""))
});

fn without_comments(source: &str) -> String {
    let lines = source.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// `GET /pixel.js` and `/integration/general_integration`. Pages name it without a version, so browsers ask again after an
/// hour.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    let (script, tag) = &*SERVED;
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|known| known.contains(tag.as_str()));
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, "public, max-age=3600")).insert_header((ETAG, tag.as_str()));
    answer.insert_header(RESOURCE_POLICY);
    if unchanged {
        return answer.finish();
    }
    answer.content_type("text/javascript; charset=utf-8").body(script.as_str())
}

#[cfg(test)]
mod tests {
    use super::{SERVED, SOURCE, without_comments};

    #[test]
    fn nothing_is_left_out_but_comments_and_blanks() {
        assert_eq!(without_comments("// a\n  b();\n\n  // c\n    d(); // e\n"), "b();\nd(); // e\n");
        assert!(!SOURCE.contains('`'), "a text over several lines would lose its blanks");
        assert!(!SERVED.0.contains("eval") && !SERVED.0.contains("Function("));
    }
}
