//! A request as it arrived, with whose it is: what every dialect does with one besides translating it.

use actix_web::HttpRequest;

use super::refused::{Refused, Stopped};
use crate::app::App;
use crate::domain::attempt::{Attempt, AttemptKey, Call, KeylessReport};
use crate::domain::attribution::Refusal;
use crate::domain::conversion::Report;
use crate::domain::handle::NetworkPrefix;
use crate::domain::key;
use crate::domain::limit::{Allowance, Exceeded, in_seconds};
use crate::domain::time::Timestamp;
use crate::domain::trace::Trace;
use crate::operations::record_conversions::Presented;
use crate::recorder::NotRecorded;
use crate::web::client_address::client_address;
use crate::web::intake::{Intake, Value};

/// A request under a valid key.
pub struct Received {
    /// Which call.
    pub call: Call,
    /// When it came: after the last byte of it.
    pub at: Timestamp,
    /// Whose it is.
    pub key: AttemptKey,
    /// What was sent.
    pub intake: Intake,
    /// The dialect's name for the order.
    pub order_field: &'static str,
}

impl Received {
    /// Whether all of the request could be read. Fields that could be are judged only if all could.
    ///
    /// # Errors
    /// [`Refused::Unreadable`].
    pub fn readable(&self) -> Result<(), Refused> {
        match &self.intake.problem {
            Some(problem) => Err(Refused::Unreadable(problem.clone())),
            None => Ok(()),
        }
    }

    /// Keeps what is refused, with the report itself where it could be read whole. To be done before it is refused: what
    /// cannot be kept now is not refused either, but asked for again.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub async fn keep(&self, app: &App, refused: &Refused, report: Option<Report>) -> Result<(), NotRecorded> {
        let attempt = Attempt {
            id: app.environment.mint.id(self.at),
            key: self.key,
            call: self.call,
            received_at: self.at,
            reason: refused.reason(),
            detail: refused.to_string(),
            order_id: self.intake.fields.get(self.order_field).and_then(Value::storable),
            conversion_id: None,
            payload: self.intake.fields.redacted(),
            trace: Trace::default(),
            report: report.map(Box::new),
        };
        match app.recorder.record_attempt(attempt).await {
            // A defect of ours, which has been logged, is no reason to hold back the refusal.
            Ok(()) | Err(NotRecorded::Failed) => Ok(()),
            Err(reason) => Err(reason),
        }
    }
}

/// A request without a valid key.
pub struct Keyless<'a> {
    /// Which call.
    pub call: Call,
    /// When it came.
    pub at: Timestamp,
    /// What stood where the key should be.
    pub presented: Option<&'a str>,
    /// The sentence it is answered with.
    pub detail: String,
}

impl Keyless<'_> {
    /// Counts it, for the admin, with a sample that is kept, and against its sender.
    ///
    /// # Errors
    /// [`Exceeded`]: there were too many from there, and it is told to wait, and not what was wrong with its key.
    pub fn note(self, app: &App, request: &HttpRequest, intake: &Intake) -> Result<Allowance, Exceeded> {
        self.count(app, request, intake);
        app.limits.failed_key(client_address(request, &app.trusted_proxies))
    }

    /// Counts it, for the admin only.
    pub fn count(self, app: &App, request: &HttpRequest, intake: &Intake) {
        app.recorder.note_keyless(KeylessReport {
            id: app.environment.mint.id(self.at),
            call: self.call,
            received_at: self.at,
            detail: self.detail,
            masked_key: self.presented.map(key::masked),
            network: client_address(request, &app.trusted_proxies).map(NetworkPrefix::of),
            payload: intake.fields.redacted(),
        });
    }
}

/// What is told whoever sent too many.
#[must_use]
pub fn too_many_keyless(exceeded: &Exceeded) -> String {
    let seconds = in_seconds(exceeded.wait);
    format!("Too many requests without a valid API key; check the key, and wait {seconds} s")
}

/// What a click token says, with its link. A token that was not made here dies before any query.
///
/// # Errors
/// [`Refusal::UnknownClickToken`], or [`NotRecorded::Unavailable`] while the link cannot be looked up.
pub async fn presented_click(app: &App, token: &str) -> Result<Presented, Stopped> {
    let claims = app.environment.keys.click_tokens().open(token).map_err(|_| Refusal::UnknownClickToken)?;
    let link = app.link_by_id(claims.link).await;
    let link = link.map_err(|_| Stopped::NotRecorded(NotRecorded::Unavailable))?;
    Ok(Presented { claims, link })
}
