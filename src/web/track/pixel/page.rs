//! The page that a browser shows: of which host it is.

use actix_web::HttpRequest;
use actix_web::http::header::{ORIGIN, REFERER};
use url::Url;

/// The host of the page that sent a request, as the browser says and no page can change. A script's request has an
/// `Origin`; an image's has none, and its `Referer` tells as much. A page that hides where it is has none.
pub(super) fn host(request: &HttpRequest) -> Option<String> {
    let headers = request.headers();
    let told = headers.get(ORIGIN).or_else(|| headers.get(REFERER))?;
    host_of(told.to_str().ok()?)
}

fn host_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn a_host_is_read_as_browsers_write_origins() {
        let cases = [
            ("https://shop.example", Some("shop.example")),
            ("http://SHOP.example:8080", Some("shop.example")),
            ("https://shop.example/thanks?order=1", Some("shop.example")),
            ("http://127.0.0.1:4000", Some("127.0.0.1")),
            ("http://[::1]:4000", Some("[::1]")),
            ("https://münchen.example", Some("xn--mnchen-3ya.example")),
            ("null", None),
            ("", None),
            ("shop.example", None),
            ("file:///home/me/thanks.html", None),
            ("chrome-extension://abcdef", None),
            ("https://", None),
        ];
        for (address, host) in cases {
            assert_eq!(host_of(address).as_deref(), host, "{address}");
        }
    }
}
