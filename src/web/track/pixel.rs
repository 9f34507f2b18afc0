//! What a visitor's browser sends: `POST /e`, and `GET /e.gif` where a script cannot do that (CONTRACT, section 3).
//!
//! A browser has no key, and anybody can speak for one. What it says is held against two things: the host of the page it
//! shows, which must be one of the campaign's, and the click token it brings, which cannot be forged. It is trusted less
//! than every other channel, and it is told nothing: the answer to an event is the same bytes whether the event was new,
//! known, wrong or a lie, so that nobody learns which order ids exist. Only somebody who sends too much, and somebody whom
//! nobody could hear, is told so.

mod event;
mod landing;
mod page;
pub mod reference;
pub mod script;
mod speaker;

use actix_web::http::header::{CACHE_CONTROL, HeaderName, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::app::App;
use crate::domain::attempt::Call;
use crate::domain::limit::Exceeded;
use crate::domain::time::Timestamp;
use crate::recorder::NotRecorded;
use crate::web::client_address::client_address;
use crate::web::dialect::received::{Keyless, Received};
use crate::web::dialect::refused::Refused;
use crate::web::intake::Intake;
use crate::web::limits;

use speaker::Speaker;

/// The word of a message that says that a visitor has come, by a link of the affiliate's to the shop itself.
const LANDING: &str = "landing";

/// Fields that may be given several times.
const LISTS: [&str; 1] = ["product_ids"];

/// Lets pages have the answer that isolate themselves from other origins (Cross-Origin-Embedder-Policy).
const RESOURCE_POLICY: (HeaderName, &str) = (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");

/// One transparent dot.
const DOT: &[u8; 43] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\x01\x00\x00\x00\x00\
                         \x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";

/// `POST /e`: a browser's script tells that something happened.
pub async fn hear(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let intake = Intake::read_event(&request, payload, &LISTS).await;
    let heard = Heard::new(&app, &request, intake);
    if heard.intake.fields.text("event") == Some(LANDING) {
        return landing::land(&heard).await;
    }
    answered(&heard.event().await, || builder(StatusCode::NO_CONTENT).finish())
}

/// `GET /e.gif`: the same by an image. Asking only about it tells nothing.
pub async fn image(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let dot = || builder(StatusCode::OK).content_type("image/gif").body(&DOT[..]);
    if request.method() == Method::HEAD {
        return dot();
    }
    let heard = Heard::new(&app, &request, Intake::read_query(&request, &LISTS));
    answered(&heard.event().await, dot)
}

/// Why an event was not even judged.
enum Unheard {
    /// Too many came from there.
    TooMany(Exceeded),
    /// Nothing can be written.
    NotNow,
}

impl From<NotRecorded> for Unheard {
    fn from(_: NotRecorded) -> Self {
        Self::NotNow
    }
}

fn builder(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header((CACHE_CONTROL, "no-store")).insert_header(RESOURCE_POLICY);
    answer
}

fn answered(heard: &Result<(), Unheard>, usual: impl Fn() -> HttpResponse) -> HttpResponse {
    match heard {
        Ok(()) => usual(),
        Err(Unheard::NotNow) => builder(StatusCode::SERVICE_UNAVAILABLE).insert_header((RETRY_AFTER, "2")).finish(),
        Err(Unheard::TooMany(exceeded)) => {
            let mut answer = builder(StatusCode::TOO_MANY_REQUESTS).finish();
            limits::tell_exceeded(&mut answer, exceeded);
            answer
        }
    }
}

/// One message, with what came around it.
struct Heard<'a> {
    app: &'a App,
    request: &'a HttpRequest,
    intake: Intake,
    at: Timestamp,
}

impl<'a> Heard<'a> {
    fn new(app: &'a App, request: &'a HttpRequest, intake: Intake) -> Self {
        Self { app, request, intake, at: app.environment.clock.now() }
    }

    /// Judges an event, and keeps what cannot be recorded.
    async fn event(&self) -> Result<(), Unheard> {
        let address = client_address(self.request, &self.app.trusted_proxies);
        self.app.limits.pixel(address).map_err(Unheard::TooMany)?;
        // Whatever it is, nobody is told that it came in vain by the time that this took.
        if !self.app.recorder.is_available() {
            return Err(Unheard::NotNow);
        }
        let Some(speaker) = Speaker::find(self).await? else {
            self.note_stranger(Call::ReportConversion, "No campaign of this installation is named");
            return Ok(());
        };
        match event::read(self, &speaker) {
            Ok(incoming) => {
                self.app.recorder.record_conversion(incoming).await?;
                Ok(())
            }
            Err(refused) if speaker.is_known() => self.keep(&speaker, &refused).await,
            Err(refused) => {
                self.note_stranger(Call::ReportConversion, &refused.to_string());
                Ok(())
            }
        }
    }

    /// Keeps what was refused, for whoever runs the campaign.
    async fn keep(&self, speaker: &Speaker, refused: &Refused) -> Result<(), Unheard> {
        let received = Received {
            call: Call::ReportConversion,
            at: self.at,
            key: speaker.attempt_key(),
            intake: self.intake.clone(),
            order_field: "order_id",
        };
        Ok(received.keep(self.app, refused, None).await?)
    }

    /// Counts a message of which nobody knows whose it is.
    fn note_stranger(&self, call: Call, detail: &str) {
        let keyless = Keyless { call, at: self.at, presented: None, detail: detail.to_owned() };
        keyless.count(self.app, self.request, &self.intake);
    }
}
