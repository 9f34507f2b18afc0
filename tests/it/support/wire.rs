//! What goes over the wire: HTTP/1.1 requests as bytes, and the answers to them.
//!
//! A library would refuse to send what an attacker sends; here a request is whatever a test says it is.

use serde_json::Value;

/// What is sent: a method, a target, headers and a body. `Host` and `Content-Length` are added unless they are given.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    /// A request with any method. The target is sent as it is, so it must already be encoded.
    pub fn new(method: &str, target: &str) -> Request {
        Request { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: None }
    }

    /// `GET target`
    pub fn get(target: &str) -> Request {
        Request::new("GET", target)
    }

    /// `POST target`
    pub fn post(target: &str) -> Request {
        Request::new("POST", target)
    }

    /// Adds a header; one given twice is sent twice.
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `Authorization: Bearer token`
    pub fn bearer(self, token: &str) -> Request {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// Appends pairs to the query, encoded.
    pub fn query(mut self, pairs: &[(&str, &str)]) -> Request {
        if !pairs.is_empty() {
            self.target.push(if self.target.contains('?') { '&' } else { '?' });
            self.target.push_str(&encode_pairs(pairs));
        }
        self
    }

    /// A body of any type.
    pub fn body(mut self, content_type: &str, bytes: impl Into<Vec<u8>>) -> Request {
        self.body = Some(bytes.into());
        self.header("Content-Type", content_type)
    }

    /// A JSON body, given as its text, so that a test decides on every byte.
    pub fn json(self, text: &str) -> Request {
        self.body("application/json", text)
    }

    /// A form body, encoded.
    pub fn form(self, pairs: &[(&str, &str)]) -> Request {
        self.body("application/x-www-form-urlencoded", encode_pairs(pairs))
    }

    /// The bytes that go over the wire to this host.
    pub fn to_bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if !self.has("host") {
            head.push_str(&format!("Host: {host}\r\n"));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = self.body.as_deref().unwrap_or_default();
        let wants_length = self.body.is_some() || matches!(self.method.as_str(), "POST" | "PUT" | "PATCH");
        if wants_length && !self.has("content-length") && !self.has("transfer-encoding") {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    }
}

/// What came back. The body is already joined from its chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// All headers, in the order and spelling of the wire.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).first().copied()
    }

    /// All headers of this name.
    pub fn headers_named(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        readable(&self.body)
    }

    /// The body as JSON; panics with the body where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}) in a {} answer: {}", self.status, self.text()))
    }

    /// Whether a header of this name lists this word.
    pub fn lists(&self, name: &str, word: &str) -> bool {
        self.headers_named(name).iter().any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word)))
    }

    /// Whether it has no body whatever its headers say.
    pub fn is_without_body(&self, to_head: bool) -> bool {
        to_head || matches!(self.status, 100..=199 | 204 | 304)
    }
}

/// Encodes everything but letters, digits and `-._~` as `%XX`, right for paths, queries and forms alike.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Reads `%XX` and `+` back.
pub fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let digits = others.get(..2).and_then(|pair| str::from_utf8(pair).ok());
        let byte = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let (decoded, taken) = match (first, byte) {
            (b'%', Some(byte)) => (byte, 2),
            (b'+', _) => (b' ', 0),
            (other, _) => (*other, 0),
        };
        bytes.push(decoded);
        rest = &others[taken..];
    }
    readable(&bytes)
}

/// Bytes as text for people and assertions; what is not UTF-8 is replaced.
pub fn readable(bytes: &[u8]) -> String {
    #[expect(clippy::disallowed_methods, reason = "what others printed is shown, and nothing is decided by it")]
    let text = String::from_utf8_lossy(bytes);
    text.into_owned()
}

fn encode_pairs(pairs: &[(&str, &str)]) -> String {
    let encoded = pairs.iter().map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_encoded_and_lengths_added_only_where_none_is_given() {
        let form = Request::post("/p").query(&[("q", "1 2")]).form(&[("a&b", "ü=+%"), ("c", "")]).to_bytes("h:1");
        assert_eq!(
            String::from_utf8(form).expect("text"),
            "POST /p?q=1%202 HTTP/1.1\r\nHost: h:1\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: 24\r\n\r\na%26b=%C3%BC%3D%2B%25&c="
        );
        let lying = Request::post("/").header("Content-Length", "7").header("host", "other").json("{}").to_bytes("h");
        assert_eq!(
            String::from_utf8(lying).expect("text"),
            "POST / HTTP/1.1\r\nContent-Length: 7\r\nhost: other\r\nContent-Type: application/json\r\n\r\n{}"
        );
        assert_eq!(percent_decode(&percent_encode("a ü%+&=/")), "a ü%+&=/");
        assert_eq!(percent_decode("a+b%2"), "a b%2");
    }
}
