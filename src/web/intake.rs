//! Reading a request's fields, whichever way they were sent.
//!
//! A report may come as JSON, as a form or in the query string, and means the same. Everything is read into one list of
//! named values before anybody looks at a single one of them, so that a field given twice is found wherever the second
//! one stands. Numbers keep the text they were written with: an amount never passes through a float.

mod bracketed;
pub mod field;
pub mod filter;
mod json;
pub mod shared;
mod value;

use std::borrow::Cow;
use std::str::Utf8Error;
use std::time::Duration;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, http};
use percent_encoding::percent_decode;

use bracketed::Member;
use field::Field;
pub use value::{FieldError, Value};

use crate::domain::attempt;
use crate::domain::secret::holds_secret;

/// The largest JSON body, in bytes.
const LARGEST_JSON: usize = 64 * 1024;

/// The largest form, in bytes.
const LARGEST_FORM: usize = 16 * 1024;

/// The largest message of a browser, in bytes.
const LARGEST_EVENT: usize = 16 * 1024;

/// The most fields.
const MOST_FIELDS: usize = 200;

/// How long a body may take.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// Why a request's fields cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More than is taken.
    #[error("The request body is larger than {0} bytes")]
    TooLarge(usize),
    /// More fields than anybody sends.
    #[error("The request must not have more than {MOST_FIELDS} fields")]
    TooManyFields,
    /// The rest of it does not come.
    #[error("The request body did not arrive within {} seconds", BODY_PATIENCE.as_secs())]
    TooSlow,
    /// Compressed.
    #[error("The request body must not be compressed")]
    ContentEncoding,
    /// JSON under another name, as curl sends it unless it is told.
    #[error("The request body looks like JSON; send it with Content-Type: application/json")]
    JsonAsForm,
    /// Neither JSON nor a form.
    #[error("The Content-Type must be application/json or application/x-www-form-urlencoded")]
    ContentType,
    /// The connection broke, or the bytes are not what their headers say.
    #[error("The request body could not be read")]
    Broken,
    /// Bytes that are not UTF-8.
    #[error("The request must be valid UTF-8")]
    NotUtf8,
    /// Not a JSON object.
    #[error("The request body must be a JSON object: {0}")]
    NotJson(String),
    /// Lists or objects inside each other, more than eight deep.
    #[error("The JSON must not be nested more than 8 levels deep")]
    TooDeep,
    /// One name, two values.
    #[error("Parameter given twice: {0}")]
    GivenTwice(String),
}

impl Unreadable {
    /// The status that says the same.
    #[must_use]
    pub const fn status(&self) -> http::StatusCode {
        match self {
            Self::TooLarge(_) => http::StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => http::StatusCode::REQUEST_TIMEOUT,
            Self::ContentType | Self::ContentEncoding | Self::JsonAsForm => http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Broken => http::StatusCode::BAD_REQUEST,
            _ => http::StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// A request's fields, in the order they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, Value)>);

/// What was read, and the first thing that was wrong with it, if anything was. Reading goes on after that, as far as it
/// makes sense: the fields are not judged any more, but a key among them tells whose broken request it is.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// The fields.
    pub fields: Fields,
    /// Why they are not to be judged.
    pub problem: Option<Unreadable>,
}

impl Intake {
    /// Reads query and body. The names in `lists` may be given several times, or as `name[]`.
    pub async fn read(request: &HttpRequest, payload: Payload, lists: &[&str]) -> Self {
        let body = Body::of(request);
        Self::read_as((body, body.largest()), request, payload, lists).await
    }

    /// As [`Self::read`], for what a browser sends, which says `text/plain` of its JSON: a page may send that to anybody
    /// without asking first (Fetch standard, CORS-safelisted).
    pub async fn read_event(request: &HttpRequest, payload: Payload, lists: &[&str]) -> Self {
        let body = if media_type(request) == "text/plain" { Body::Json } else { Body::of(request) };
        Self::read_as((body, LARGEST_EVENT), request, payload, lists).await
    }

    /// Reads a query, of a request that has no body.
    #[must_use]
    pub fn read_query(request: &HttpRequest, lists: &[&str]) -> Self {
        let mut intake = Self::default();
        intake.add_encoded(request.query_string().as_bytes(), lists);
        intake
    }

    async fn read_as((body, largest): (Body, usize), request: &HttpRequest, payload: Payload, lists: &[&str]) -> Self {
        let mut intake = Self::read_query(request, lists);
        match read_body(request, payload, largest).await {
            Err(problem) => intake.note(problem),
            Ok(bytes) => intake.add_body(body, &bytes, lists),
        }
        intake
    }

    fn note(&mut self, problem: Unreadable) {
        self.problem.get_or_insert(problem);
    }

    fn add_body(&mut self, body: Body, bytes: &[u8], lists: &[&str]) {
        match body {
            Body::Json => self.add_json(bytes, lists),
            Body::Form if bytes.trim_ascii_start().starts_with(b"{") => {
                self.note(Unreadable::JsonAsForm);
                self.add_json(bytes, lists);
            }
            Body::Form => self.add_encoded(bytes, lists),
            Body::Other if bytes.is_empty() => {}
            Body::Other => self.note(Unreadable::ContentType),
        }
    }

    fn add_encoded(&mut self, bytes: &[u8], lists: &[&str]) {
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            match (decode(name), decode(value)) {
                (Ok(name), Ok(value)) => match Member::of(&name) {
                    Some((field, member)) => self.add_member(field, &member, value),
                    None => self.add(name, Value::Text(value), lists),
                },
                _ => self.note(Unreadable::NotUtf8),
            }
        }
    }

    /// Adds a member of an object that is written field by field. Where the field stands there as a whole, too, it is given
    /// twice.
    fn add_member(&mut self, field: &str, member: &Member<'_>, text: String) {
        let fields = &mut self.fields.0;
        if !fields.iter().any(|(known, _)| known == field) {
            if fields.len() >= MOST_FIELDS {
                return self.note(Unreadable::TooManyFields);
            }
            fields.push((field.to_owned(), Value::Object(Vec::new())));
        }
        let put = match fields.iter_mut().find(|(known, _)| known == field) {
            Some((_, Value::Object(members))) => member.put(members, text),
            _ => Err(Unreadable::GivenTwice(field.to_owned())),
        };
        put.unwrap_or_else(|problem| self.note(problem));
    }

    fn add_json(&mut self, bytes: &[u8], lists: &[&str]) {
        let text = std::str::from_utf8(bytes).unwrap_or_else(|error| {
            self.note(Unreadable::NotUtf8);
            // cannot fail: so far the bytes are UTF-8.
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        });
        if text.trim().is_empty() {
            return;
        }
        let (members, problem) = json::members(text);
        problem.into_iter().for_each(|problem| self.note(problem));
        members.into_iter().for_each(|(name, value)| self.add(name, value, lists));
        if self.problem.is_some() && self.fields.get("api_key").is_none() {
            let key = json::find_text(text, "api_key");
            key.into_iter().for_each(|key| self.add("api_key".into(), Value::Text(key.into()), lists));
        }
    }

    fn add(&mut self, name: String, value: Value, lists: &[&str]) {
        let (name, listed) = match name.strip_suffix("[]") {
            Some(list) if lists.contains(&list) => (list.to_owned(), true),
            _ => (name, false),
        };
        let may_repeat = listed || lists.contains(&name.as_str());
        if self.fields.0.len() >= MOST_FIELDS {
            self.note(Unreadable::TooManyFields);
        } else if !may_repeat && self.fields.0.iter().any(|(known, _)| *known == name) {
            self.note(Unreadable::GivenTwice(shortened(&name)));
        } else {
            self.fields.0.push((name, value));
        }
    }
}

#[derive(Clone, Copy)]
enum Body {
    Json,
    Form,
    Other,
}

impl Body {
    fn of(request: &HttpRequest) -> Self {
        match media_type(request).as_str() {
            "application/json" => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            other if other.starts_with("application/") && other.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }

    const fn largest(self) -> usize {
        match self {
            Self::Form => LARGEST_FORM,
            Self::Json | Self::Other => LARGEST_JSON,
        }
    }
}

/// The media type that the body is said to have, in lower case and without parameters.
fn media_type(request: &HttpRequest) -> String {
    let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn read_body(request: &HttpRequest, payload: Payload, largest: usize) -> Result<Bytes, Unreadable> {
    let header = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if header(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(Unreadable::ContentEncoding);
    }
    let announced = header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > largest)) {
        return Err(Unreadable::TooLarge(largest));
    }
    let read = tokio::time::timeout(BODY_PATIENCE, payload.to_bytes_limited(largest)).await;
    let read = read.map_err(|_| Unreadable::TooSlow)?.map_err(|_| Unreadable::TooLarge(largest))?;
    read.map_err(|_| Unreadable::Broken)
}

impl Fields {
    /// The field's value; blank text and null are no value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, value)| known == name && !value.is_blank()).map(|(_, value)| value)
    }

    /// Whether a text stands there that says nothing, as where a template had no value to put in.
    #[must_use]
    pub fn is_left_blank(&self, name: &str) -> bool {
        let blank = |value: &Value| matches!(value, Value::Text(_)) && value.is_blank();
        self.0.iter().any(|(known, value)| known == name && blank(value))
    }

    /// Whether it is there, and said to be nothing.
    #[must_use]
    pub fn is_null(&self, name: &str) -> bool {
        self.0.iter().any(|(known, value)| known == name && *value == Value::Null)
    }

    /// The field's value as text, if that is what it is.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }

    /// Every item of a list field: repeats, lists and comma lists, in their order.
    ///
    /// # Errors
    /// [`FieldError`] for an item that is neither text nor an integer.
    pub fn list(&self, name: &'static str) -> Result<Vec<String>, FieldError> {
        let given = self.0.iter().filter(|(known, _)| known == name);
        let mut items = Vec::new();
        for (_, value) in given {
            value.add_items(&mut items).map_err(|()| FieldError::malformed(name, "must be a list of texts"))?;
        }
        Ok(items)
    }

    /// Takes `¤cy=` in one of these fields for `&currency=`, where no currency is sent otherwise: a URL was copied from a page that
    /// forgot to write it so that browsers show it.
    pub fn part_currency(&mut self, names: &[&str]) {
        let is_meant = |(name, value): &&mut (String, Value)| {
            names.contains(&name.as_str()) && value.as_text().is_some_and(|text| text.contains("¤cy="))
        };
        if self.0.iter().any(|(name, _)| name == "currency") {
            return;
        }
        let Some((_, value)) = self.0.iter_mut().find(is_meant) else { return };
        let Some((before, currency)) = value.as_text().and_then(|text| text.split_once("¤cy=")) else { return };
        let (before, currency) = (before.to_owned(), currency.to_owned());
        *value = Value::Text(before);
        self.0.push(("currency".to_owned(), Value::Text(currency)));
    }

    /// The names that were sent, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The names that are none of `known`'s, each once.
    #[must_use]
    pub fn unknown(&self, known: &[Field]) -> Vec<String> {
        let is_known = |name: &str| known.iter().any(|field| field.name == name);
        let mut names: Vec<String> = Vec::new();
        for (name, _) in self.0.iter().filter(|(name, _)| !is_known(name)) {
            let name = shortened(name);
            if !names.contains(&name) && names.len() < 50 {
                names.push(name);
            }
        }
        names
    }

    /// What was sent, for keeping: without the key, without e-mail addresses, and within bounds.
    #[must_use]
    pub fn redacted(&self) -> attempt::Payload {
        let kept = || self.0.iter().filter(|(name, _)| name != "api_key").take(50);
        let names = value::told_apart(kept().map(|(name, _)| shortened(name)).collect());
        let values = kept().map(|(name, value)| value::redacted(name, &value.to_string()));
        attempt::Payload(names.into_iter().zip(values).collect())
    }
}

/// A name as it may be repeated to its sender and kept: of a bounded length, without control characters, and without a
/// secret, which stands in a name where JSON was sent as a form.
fn shortened(name: &str) -> String {
    if holds_secret(name) {
        return value::REMOVED.into();
    }
    let cut = &name[..name.floor_char_boundary(64)];
    if cut.contains(char::is_control) { cut.replace(char::is_control, "\u{FFFD}") } else { cut.to_owned() }
}

fn decode(bytes: &[u8]) -> Result<String, Utf8Error> {
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().map(Cow::into_owned)
}
