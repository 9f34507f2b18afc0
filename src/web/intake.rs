//! Reading a request's fields, whichever way they were sent.
//!
//! A report may come as JSON, as a form or in the query string, and means the same. Everything is read into one list of
//! named values before anybody looks at a single one of them, so that a field given twice is found wherever the second
//! one stands. Numbers keep the text they were written with: an amount never passes through a float.

mod json;
mod value;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use actix_web::{HttpRequest, http};
use percent_encoding::percent_decode_str;

pub use value::{FieldError, Value};

use crate::domain::attempt;

/// The largest JSON body, in bytes.
const LARGEST_JSON: usize = 64 * 1024;

/// The largest form, in bytes.
const LARGEST_FORM: usize = 16 * 1024;

/// Why a request's fields cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More than is taken.
    #[error("The request body is larger than {0} bytes")]
    TooLarge(usize),
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
            Self::ContentType => http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Broken => http::StatusCode::BAD_REQUEST,
            _ => http::StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// A request's fields, in the order they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, Value)>);

/// What was read, and what stopped the reading, if anything did. The fields before that are still there: a key in the
/// query tells whose broken request it is.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// The fields.
    pub fields: Fields,
    /// Why there may be more that could not be read.
    pub problem: Option<Unreadable>,
}

impl Intake {
    /// Reads query and body. The names in `lists` may be given several times, or as `name[]`.
    pub async fn read(request: &HttpRequest, payload: Payload, lists: &[&str]) -> Self {
        let mut intake = Self::default();
        if let Err(problem) = intake.read_all(request, payload, lists).await {
            intake.problem = Some(problem);
        }
        intake
    }

    async fn read_all(&mut self, request: &HttpRequest, payload: Payload, lists: &[&str]) -> Result<(), Unreadable> {
        self.fields.add_encoded(request.query_string(), lists)?;
        match Body::of(request) {
            Body::Json => {
                let body = read_body(payload, LARGEST_JSON).await?;
                let text = std::str::from_utf8(&body).map_err(|_| Unreadable::NotUtf8)?;
                if text.trim().is_empty() {
                    return Ok(());
                }
                json::object(text)?.into_iter().try_for_each(|(name, value)| self.fields.add(name, value, lists))
            }
            Body::Form => {
                let body = read_body(payload, LARGEST_FORM).await?;
                let text = std::str::from_utf8(&body).map_err(|_| Unreadable::NotUtf8)?;
                self.fields.add_encoded(text, lists)
            }
            Body::Other => match read_body(payload, LARGEST_JSON).await?.is_empty() {
                true => Ok(()),
                false => Err(Unreadable::ContentType),
            },
        }
    }
}

enum Body {
    Json,
    Form,
    Other,
}

impl Body {
    fn of(request: &HttpRequest) -> Self {
        let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/json" => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            other if other.starts_with("application/") && other.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }
}

async fn read_body(payload: Payload, largest: usize) -> Result<actix_web::web::Bytes, Unreadable> {
    let read = payload.to_bytes_limited(largest).await.map_err(|_| Unreadable::TooLarge(largest))?;
    read.map_err(|_| Unreadable::Broken)
}

impl Fields {
    fn add_encoded(&mut self, text: &str, lists: &[&str]) -> Result<(), Unreadable> {
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.add(decode(name)?, Value::Text(decode(value)?), lists)?;
        }
        Ok(())
    }

    fn add(&mut self, name: String, value: Value, lists: &[&str]) -> Result<(), Unreadable> {
        let (name, listed) = match name.strip_suffix("[]") {
            Some(list) if lists.contains(&list) => (list.to_owned(), true),
            _ => (name, false),
        };
        let may_repeat = listed || lists.contains(&name.as_str());
        if !may_repeat && self.0.iter().any(|(known, _)| *known == name) {
            return Err(Unreadable::GivenTwice(shortened(&name)));
        }
        self.0.push((name, value));
        Ok(())
    }

    /// The field's value; blank text and null are no value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, value)| known == name && !value.is_blank()).map(|(_, value)| value)
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

    /// The names that are not among `known`, each once.
    #[must_use]
    pub fn unknown(&self, known: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (name, _) in self.0.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
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
        let kept = self.0.iter().filter(|(name, _)| name != "api_key").take(50);
        attempt::Payload(
            kept.map(|(name, value)| (shortened(name), value::redacted(name, &value.to_string()))).collect(),
        )
    }
}

/// A name as it may be repeated to its sender and kept: of a bounded length, without control characters, and without a
/// secret, which stands in a name where JSON was sent as a form.
fn shortened(name: &str) -> String {
    if value::holds_secret(name) {
        return value::REMOVED.into();
    }
    let cut = &name[..name.floor_char_boundary(64)];
    cut.replace(char::is_control, "\u{FFFD}")
}

fn decode(text: &str) -> Result<String, Unreadable> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| Unreadable::NotUtf8)?;
    Ok(decoded.into_owned())
}
