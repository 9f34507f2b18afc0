//! What a browser sends with a form.
//!
//! [`Posted`] is the only way to the fields of a form, and it exists only when the form carries the token of the session
//! it was shown in. So a handler that changes anything cannot forget the check (QUALITY BRW-1); what the browser itself
//! says of where a request comes from is judged before, in [`super::middleware::pages`].

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;

use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use futures_util::TryStreamExt;
use subtle::ConstantTimeEq;

use super::error::WebError;
use super::{session, stranger};

/// The name of the field that carries the token.
pub const TOKEN: &str = "form_token";

/// The most text in all fields together, names included, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;

/// Most fields of a form.
const MOST_FIELDS: usize = 500;

/// A file that came with a form.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The field it came in.
    pub field: String,
    /// What its sender calls it; any text.
    pub file_name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// A form that was shown by us to whoever sends it.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    fields: Vec<(String, String)>,
    files: Vec<Upload>,
}

impl Posted {
    /// A field's text, as it was typed; empty when it is not there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a field that may be given several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether a field is there at all, as a ticked box is.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// The files that were chosen for a field. One that was left empty brings none.
    pub fn files<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Upload> {
        self.files.iter().filter(move |file| file.field == name)
    }

    fn is_of(&self, token: &str) -> bool {
        !token.is_empty() && bool::from(self.text(TOKEN).as_bytes().ct_eq(token.as_bytes()))
    }
}

impl FromRequest for Posted {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let posted = read(&request, payload).await?;
            if posted.is_of(&expected_token(&request)) { Ok(posted) } else { Err(WebError::FormOutdated) }
        })
    }
}

/// The token that forms shown to this browser carry: its session's, or for a stranger one bound to a cookie.
fn expected_token(request: &HttpRequest) -> String {
    let signed_in = session::form_token(&request.get_session());
    signed_in.or_else(|| stranger::expected_token(request)).unwrap_or_default()
}

/// The body has been read whole by [`super::middleware::whole_bodies`], which bounds it.
async fn read(request: &HttpRequest, mut payload: Payload) -> Result<Posted, WebError> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut body = Vec::new();
    while let Some(piece) = payload.try_next().await.map_err(|_| WebError::Malformed)? {
        body.extend_from_slice(&piece);
    }
    let posted = match multer::parse_boundary(kind) {
        Ok(boundary) => read_multipart(body, boundary).await?,
        Err(_) => read_urlencoded(&body)?,
    };
    let typed: usize = posted.fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    if typed > LONGEST_TEXT || posted.fields.len() + posted.files.len() > MOST_FIELDS {
        return Err(WebError::TooLarge);
    }
    Ok(posted)
}

fn read_urlencoded(body: &[u8]) -> Result<Posted, WebError> {
    let text = std::str::from_utf8(body).map_err(|_| WebError::Malformed)?;
    let fields = url::form_urlencoded::parse(text.as_bytes()).take(MOST_FIELDS + 1);
    Ok(Posted {
        fields: fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        files: Vec::new(),
    })
}

async fn read_multipart(body: Vec<u8>, boundary: String) -> Result<Posted, WebError> {
    let whole = futures_util::stream::iter([Ok::<_, Infallible>(body)]);
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut posted = Posted::default();
    while let Some(part) = parts.next_field().await.map_err(|_| WebError::Malformed)? {
        if posted.fields.len() + posted.files.len() > MOST_FIELDS {
            return Err(WebError::TooLarge);
        }
        let field = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let content = part.bytes().await.map_err(|_| WebError::Malformed)?.to_vec();
        match file_name {
            Some(file_name) if !content.is_empty() => posted.files.push(Upload { field, file_name, content }),
            Some(_) => {}
            None => posted.fields.push((field, String::from_utf8(content).map_err(|_| WebError::Malformed)?)),
        }
    }
    Ok(posted)
}

/// What is wrong with a form, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(BTreeMap<&'static str, String>);

impl Errors {
    /// Notes what is wrong with a field, unless something has been noted already. The sentence is shown at the field.
    pub fn add(&mut self, field: &'static str, sentence: impl Into<String>) {
        self.0.entry(field).or_insert_with(|| sentence.into());
    }

    /// Takes a field's value, or notes why it is not one: "`label` must …".
    pub fn take<T, E: std::fmt::Display>(&mut self, field: &'static str, label: &str, read: Result<T, E>) -> Option<T> {
        read.map_err(|problem| self.add(field, format!("{label} {problem}."))).ok()
    }

    /// What is wrong with a field; empty when nothing is.
    #[must_use]
    pub fn of(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many fields are wrong.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many of these fields are wrong, for the count on a tab.
    #[must_use]
    pub fn count_in(&self, fields: &[&str]) -> usize {
        fields.iter().filter(|field| self.0.contains_key(*field)).count()
    }
}
