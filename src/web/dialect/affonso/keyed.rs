//! A call under a key that may make it, or why not.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

use super::answer::Problem;
use crate::app::App;
use crate::domain::attempt::Call;
use crate::domain::conversion::Report;
use crate::domain::permission::Scope;
use crate::storage::catalogue::Key;
use crate::web::access::tokens::{Denied, TrackToken, attempt_key, bearer};
use crate::web::dialect::asked::{Problem as _, limited};
use crate::web::dialect::received::{Keyless, Received, too_many_keyless};
use crate::web::dialect::refused::{Refused, Stopped};
use crate::web::intake::{Fields, Intake};

/// A call under a key.
pub(super) struct Keyed {
    /// The key.
    pub(super) key: Key,
    /// What came.
    pub(super) received: Received,
    /// What the key would have to be allowed, where it is not.
    missing: Option<Scope>,
}

impl Keyed {
    /// Reads a call that takes a key which may report; the names in `lists` may be given several times.
    ///
    /// # Errors
    /// The answer to a call without a key that is one.
    pub(super) async fn read(
        app: &App,
        request: &HttpRequest,
        payload: Payload,
        (call, lists): (Call, &[&str]),
    ) -> Result<Self, HttpResponse> {
        let intake = Intake::read(request, payload, lists).await;
        let at = app.environment.clock.now();
        let (key, missing) = match TrackToken::check(app, request) {
            Ok(token) => (token.key().clone(), None),
            Err(Denied::Forbidden { key, wanted }) => (*key, Some(wanted)),
            Err(denied @ (Denied::NoToken | Denied::UnknownToken)) => {
                let why = Problem::from(denied);
                let keyless = Keyless { call, at, presented: bearer(request), detail: why.message().to_owned() };
                let counted = keyless.note(app, request, &intake);
                return Err(limited(why, counted, too_many_keyless));
            }
        };
        let received = Received { call, at, key: attempt_key(&key), intake, order_field: "external_event_id" };
        Ok(Self { key, received, missing })
    }

    /// Whether it may be made, and could be read.
    ///
    /// # Errors
    /// [`Refused`].
    pub(super) fn taken(&self) -> Result<&Fields, Refused> {
        if let Some(wanted) = self.missing {
            return Err(Refused::ScopeMissing(wanted));
        }
        self.received.readable()?;
        Ok(&self.received.intake.fields)
    }

    /// The answer. What is refused is kept first, with the report where somebody may credit it by hand.
    pub(super) async fn answer(
        &self,
        app: &App,
        done: Result<HttpResponse, Stopped>,
        creditable: impl FnOnce(&Refused) -> Option<Report>,
    ) -> HttpResponse {
        let problem: Problem = match done {
            Ok(answer) => return answer,
            Err(Stopped::NotRecorded(reason)) => reason.into(),
            Err(Stopped::Refused(refused)) => {
                let report = creditable(&refused);
                match Box::pin(self.received.keep(app, &refused, report)).await {
                    Ok(()) => refused.into(),
                    Err(reason) => reason.into(),
                }
            }
        };
        problem.into_response()
    }
}
