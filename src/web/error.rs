//! Answers when there is nothing else to show: one meaning, rendered as a page for people.
//!
//! None of these repeats anything of the request, so that a crafted link cannot put words into our mouth. Causes are
//! logged once, here, and never shown.

use actix_web::http::StatusCode;
use std::future::{Ready, ready};

use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use super::page;
use super::routes::allow;
use crate::recorder::{NotRecorded, WriteError};
use crate::storage::error::StorageError;

/// Why a page of the admin is not shown.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// Nobody is signed in; the address to come back to.
    #[error("sign in first")]
    SignInFirst(Option<String>),
    /// There is no such page, or not for this person.
    #[error("not found")]
    NotFound,
    /// The person is of this program, and may not do this.
    #[error("forbidden")]
    Forbidden,
    /// The page is there, and not for this method.
    #[error("another method")]
    OtherMethod,
    /// The request comes from another site.
    #[error("from another site")]
    OtherSite,
    /// The form was not shown by us in this session.
    #[error("the form is out of date")]
    FormOutdated,
    /// Somebody else was faster with what can be only once.
    #[error("somebody else was faster")]
    Overtaken,
    /// The form does not fit.
    #[error("too large")]
    TooLarge,
    /// What was sent is not a form.
    #[error("malformed")]
    Malformed,
    /// The database is away, or too many are waiting.
    #[error("not available: {0}")]
    Unavailable(String),
    /// A defect of ours.
    #[error("failed: {0}")]
    Failed(String),
}

impl WebError {
    /// Asks for a sign-in that leads back to what was asked for, where that is a page.
    #[must_use]
    pub fn sign_in_first(request: &HttpRequest) -> Self {
        let is_page = request.method() == actix_web::http::Method::GET;
        let target = request.uri().path_and_query().map(|target| target.as_str().to_owned());
        Self::SignInFirst(target.filter(|_| is_page))
    }

    fn words(&self) -> Words {
        match self {
            Self::SignInFirst(_) => SIGN_IN,
            Self::NotFound => NOT_FOUND,
            Self::Forbidden => FORBIDDEN,
            Self::OtherMethod => OTHER_METHOD,
            Self::OtherSite => OTHER_SITE,
            Self::FormOutdated => FORM_OUTDATED,
            Self::Overtaken => OVERTAKEN,
            Self::TooLarge => TOO_LARGE,
            Self::Malformed => MALFORMED,
            Self::Unavailable(_) => UNAVAILABLE,
            Self::Failed(_) => FAILED,
        }
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignInFirst(_) => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::OtherSite | Self::FormOutdated => StatusCode::FORBIDDEN,
            Self::OtherMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Overtaken => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::SignInFirst(back) => return to_sign_in(back.as_deref()),
            Self::Unavailable(cause) => tracing::warn!(%cause, "a page could not be answered"),
            Self::Failed(cause) => tracing::error!(%cause, "a page failed"),
            _ => {}
        }
        let mut answer = page::with_status(self.status_code(), &ErrorPage { words: self.words() });
        if matches!(self, Self::Unavailable(_)) {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        answer
    }
}

fn to_sign_in(back: Option<&str>) -> HttpResponse {
    let mut url = "/sign-in".to_owned();
    if let Some(back) = back {
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", back).finish();
        url = format!("{url}?{query}");
    }
    page::see_other(&url)
}

impl From<StorageError> for WebError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Unavailable(_) => Self::Unavailable(error.to_string()),
            StorageError::Taken(_) => Self::Overtaken,
            StorageError::Panicked | StorageError::Inconsistent(_) | StorageError::Failed(_) => {
                Self::Failed(error.to_string())
            }
        }
    }
}

impl From<NotRecorded> for WebError {
    fn from(reason: NotRecorded) -> Self {
        match reason {
            NotRecorded::Busy | NotRecorded::Unavailable => Self::Unavailable(reason.to_string()),
            NotRecorded::Failed => Self::Failed(reason.to_string()),
        }
    }
}

impl<E: Into<Self>> From<WriteError<E>> for WebError {
    fn from(error: WriteError<E>) -> Self {
        match error {
            WriteError::NotRecorded(reason) => reason.into(),
            WriteError::Refused(error) => error.into(),
        }
    }
}

impl From<super::session::SessionLost> for WebError {
    fn from(error: super::session::SessionLost) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What an error's page says: what happened, then what to do.
struct Words {
    title: &'static str,
    text: &'static str,
}

const SIGN_IN: Words = Words { title: "Sign in first", text: "This page is for people who are signed in." };
const NOT_FOUND: Words =
    Words { title: "This page does not exist", text: "The address may be mistyped, or what it led to may be gone." };
const FORBIDDEN: Words = Words {
    title: "Your role does not allow this",
    text: "Nothing was changed. An owner of the program can give you another role under Settings, Users.",
};
const OTHER_METHOD: Words =
    Words { title: "This address is for a form", text: "Nothing was changed. Go back and use the button on the page." };
const OTHER_SITE: Words = Words {
    title: "This came from another site",
    text: "Nothing was changed. Open Accrue at its own address and do it there.",
};
const FORM_OUTDATED: Words = Words {
    title: "This form is out of date",
    text: "Nothing was changed. Go back, load the page again and send the form once more; you may have to sign in.",
};
const OVERTAKEN: Words = Words {
    title: "Somebody else was faster",
    text: "Nothing was changed. Go back, load the page again, and look at what is there now.",
};
const TOO_LARGE: Words =
    Words { title: "This is too large", text: "Nothing was changed. Go back and send less at once, or smaller files." };
const MALFORMED: Words = Words {
    title: "This form could not be read",
    text: "Nothing was changed. Go back, load the page again and send the form once more.",
};
const UNAVAILABLE: Words = Words {
    title: "The database does not answer",
    text: "Nothing was changed. Links keep working. Try again in a moment.",
};
const FAILED: Words = Words {
    title: "This went wrong on our side",
    text: "It has been logged. Go back and try again; if it stays, the log says why.",
};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    words: Words,
}

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFoundPage;

/// The answer to an address that nobody has.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    let is_of_admin = request.path().starts_with("/admin");
    if is_of_admin { WebError::NotFound.error_response() } else { page_not_found() }
}

/// The page for visitors whose link leads nowhere: it says nothing of the admin.
#[must_use]
pub fn page_not_found() -> HttpResponse {
    page::with_status(StatusCode::NOT_FOUND, &NotFoundPage)
}

/// The answer to a visitor when not even the link can be looked up.
#[must_use]
pub fn try_again() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((RETRY_AFTER, "5"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body("This link cannot be followed right now. Try again in a moment.")
}

/// The answer to a method that a page does not take; `allowed` are those it does.
pub fn other_method(allowed: &[&str]) -> Ready<HttpResponse> {
    let head = allowed.contains(&"get").then_some("head");
    let names = allow(&[allowed, head.as_slice()].concat());
    let mut answer = WebError::OtherMethod.error_response();
    if let Ok(names) = HeaderValue::from_str(&names) {
        answer.headers_mut().insert(ALLOW, names);
    }
    ready(answer)
}

/// The answer to any other method on an address that visitors' browsers ask.
#[must_use]
pub fn other_tracking_method(allowed: &[&str]) -> HttpResponse {
    let usual = allow(&allowed[..allowed.len().min(1)]);
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, allow(allowed)))
        .content_type("text/plain; charset=utf-8")
        .body(format!("This address answers {usual}."))
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;

    use super::WebError;
    use crate::storage::error::{StorageError, Unique};

    #[test]
    fn what_the_database_refuses_is_called_what_it_is() {
        for (error, status) in [
            (StorageError::Taken(Unique::RuleVersion), 409),
            (StorageError::Taken(Unique::Other), 409),
            (StorageError::Unavailable("away".to_owned()), 503),
            (StorageError::Panicked, 500),
        ] {
            let named = error.to_string();
            assert_eq!(WebError::from(error).status_code().as_u16(), status, "{named}");
        }
    }
}
