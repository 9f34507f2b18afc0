//! `POST /api/conversions/track` and `GET|POST /api/conversions/postback`: a conversion is reported.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::Problem;
use super::fields::ReportFields;
use super::object::{Conversion, Reported};
use super::reference::{POSTBACK_FIELDS, REPORT_FIELDS};
use crate::app::App;
use crate::domain::attempt::Call;
use crate::domain::conversion::Report;
use crate::domain::event::Channel;
use crate::domain::id::ConversionId;
use crate::domain::key::KeyKind;
use crate::operations::record_conversions::{Evidence, Incoming, Outcome};
use crate::recorder::Answered;
use crate::storage::catalogue::Key;
use crate::storage::new_rows::NewConversion;
use crate::web::access::tokens::{Denied, PostbackToken, TrackToken, attempt_key, bearer};
use crate::web::dialect::answered::respond;
use crate::web::dialect::asked::{Problem as _, limited};
use crate::web::dialect::on_record;
use crate::web::dialect::received::{Keyless, Received, presented_click, too_many_keyless};
use crate::web::dialect::refused::{Refused, Stopped};
use crate::web::dialect::said::Said;
use crate::web::intake::{FieldError, Intake, Unreadable};

/// The field that a postback may carry its key in.
const API_KEY: &str = "api_key";

/// `POST /api/conversions/track`: the merchant's server reports a conversion.
pub async fn track(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let intake = Intake::read(&request, payload, &[]).await;
    let checked = TrackToken::check(&app, &request).map(|token| token.key().clone());
    let checked = checked.map_err(|denied| (denied, bearer(&request).map(str::to_owned)));
    take(&app, &request, (intake, Channel::Server), checked).await
}

/// `GET` and `POST /api/conversions/postback`: a network reports a conversion, by a URL that the merchant gave it.
pub async fn postback(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let mut intake = Intake::read(&request, payload, &[]).await;
    // As the document prints its URL.
    intake.fields.part_currency(&["click_id", "amount", "order_id"]);
    let (header, in_url) = (bearer(&request), intake.fields.text(API_KEY));
    let twice = Unreadable::GivenTwice(API_KEY.into());
    if intake.problem.as_ref() == Some(&twice) || header.zip(in_url).is_some_and(|(header, url)| header != url) {
        return turn_away(&app, &request, (&intake, header.or(in_url)), twice.into());
    }
    let checked = match in_url {
        Some(text) => PostbackToken::check_in_url(&app, text),
        None => PostbackToken::check(&app, &request),
    };
    let presented = in_url.or(header).map(str::to_owned);
    let checked = checked.map(|token| token.key().clone()).map_err(|denied| (denied, presented));
    take(&app, &request, (intake, Channel::Postback), checked).await
}

/// What came of checking the token: the key, or why not and what was presented.
type Checked = Result<Key, (Denied, Option<String>)>;

async fn take(
    app: &App,
    request: &HttpRequest,
    (intake, channel): (Intake, Channel),
    checked: Checked,
) -> HttpResponse {
    let at = app.environment.clock.now();
    let reporting = |key: Key, intake| {
        let received =
            Received { call: Call::ReportConversion, at, key: attempt_key(&key), intake, order_field: "order_id" };
        Reporting { key, received, channel }
    };
    let answer = match checked {
        Ok(key) => reporting(key, intake).answer(app).await,
        Err((Denied::Forbidden { key, wanted }, _)) => {
            let reporting = reporting(*key, intake);
            Err(reporting.refuse(app, Refused::ScopeMissing(wanted), reporting.creditable(app)).await)
        }
        Err((Denied::NoToken, _)) if channel == Channel::Postback => {
            let detail = "Send the token as api_key, or in the header Authorization: Bearer";
            return turn_away(app, request, (&intake, None), Problem::missing_token(detail));
        }
        Err((denied, presented)) => {
            return turn_away(app, request, (&intake, presented.as_deref()), denied.into());
        }
    };
    answer.unwrap_or_else(Problem::into_response)
}

/// Answers a request without a valid key, and counts it; its sender is only told to wait after too many.
fn turn_away(
    app: &App,
    request: &HttpRequest,
    (intake, presented): (&Intake, Option<&str>),
    why: Problem,
) -> HttpResponse {
    let at = app.environment.clock.now();
    let keyless = Keyless { call: Call::ReportConversion, at, presented, detail: why.detail().to_owned() };
    let counted = keyless.note(app, request, intake);
    limited(why, counted, too_many_keyless)
}

/// A report under a key.
struct Reporting {
    key: Key,
    received: Received,
    channel: Channel,
}

impl Reporting {
    async fn answer(&self, app: &App) -> Result<HttpResponse, Problem> {
        match self.record(app).await {
            Ok(answered) => match answered.outcome {
                Outcome::Recorded(id) => self.tell(app, StatusCode::CREATED, (id, answered.told)).await,
                Outcome::Repeat(id) => self.tell(app, StatusCode::OK, (id, None)).await,
                // The recorder has kept it.
                Outcome::Refused(refusal) => Err(Refused::NotCredited(refusal).into()),
            },
            Err(Stopped::NotRecorded(reason)) => Err(reason.into()),
            Err(Stopped::Refused(refused)) => Err(self.refuse(app, refused, None).await),
        }
    }

    async fn record(&self, app: &App) -> Result<Answered, Stopped> {
        self.received.readable()?;
        let fields = self.fields(app)?;
        let token = match &fields.click {
            Some(text) => Some(presented_click(app, text).await?),
            None => None,
        };
        let incoming = Incoming {
            report: self.report(app, fields.said),
            campaign_id: self.key.campaign_id,
            evidence: Evidence { token, ..Evidence::default() },
            payload: self.received.intake.fields.redacted(),
        };
        app.recorder.record_and_tell(incoming).await.map_err(Stopped::NotRecorded)
    }

    fn fields(&self, app: &App) -> Result<ReportFields, FieldError> {
        let known = if self.channel == Channel::Postback { POSTBACK_FIELDS } else { REPORT_FIELDS };
        ReportFields::read(&self.received.intake.fields, known, app.environment.keys.email())
    }

    fn report(&self, app: &App, said: Said) -> Report {
        said.reported(&app.environment, &self.received.key, self.channel, self.received.at)
    }

    /// The report of a merchant whose token may not report, so that it can be credited by hand with all it says. What an
    /// affiliate's token reports is only somebody's word.
    fn creditable(&self, app: &App) -> Option<Report> {
        if self.key.kind == KeyKind::Affiliate || self.received.readable().is_err() {
            return None;
        }
        let fields = self.fields(app).ok()?;
        Some(self.report(app, fields.said))
    }

    async fn refuse(&self, app: &App, refused: Refused, report: Option<Report>) -> Problem {
        match self.received.keep(app, &refused, report).await {
            Ok(()) => refused.into(),
            Err(reason) => reason.into(),
        }
    }

    /// The conversion on record: as it was written, or, of one that was there before, by one read of its id. Where even that
    /// fails, the answer is to send the report again, which then is a repeat.
    async fn tell(
        &self,
        app: &App,
        status: StatusCode,
        (id, told): (ConversionId, Option<NewConversion>),
    ) -> Result<HttpResponse, Problem> {
        let keys = app.environment.keys.click_tokens();
        let data = match told {
            Some(told) => Conversion::of(told.rows(), keys),
            None => Conversion::of(on_record::recorded(app, self.received.key.program_id, id).await?.rows(), keys),
        };
        Ok(respond(status, &Reported { data }))
    }
}
