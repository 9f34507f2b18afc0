//! The AffiliatePro dialect: `addClick`, `s2sRegisterClick`, `s2sConvert` (CONTRACT, section 3.1).
//!
//! JSON, form or query string alike; the key is a field like any other. Judged in this order: key, fields, the token's
//! signature, and then, with everything else at hand, by the recorder. Whatever is refused under a valid key is kept as
//! an attempt before the refusal is answered.

mod answer;
mod fields;
mod reference;

use std::sync::Arc;

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domain::attempt::Call;
use crate::domain::attribution::Refusal;
use crate::domain::event::Channel;
use crate::domain::time::Timestamp;
use crate::operations::record_conversions::{Evidence, Incoming};
use crate::web::access::CampaignKey;
use crate::web::intake::{Fields, Intake, Unreadable};
use crate::web::limits;

use super::received::{Keyless, Received, presented_click};
use super::refused::Stopped;
use super::registered::{may_be_sent, register};
use answer::Answer;
pub use answer::{other_method, unknown, url_too_long};
pub use reference::REFERENCE;

use fields::{ClickFields, ConversionFields, Direct, Naming};

/// Fields that may be given several times.
const LISTS: [&str; 1] = ["product_ids"];

/// `POST /integration/addClick` and `/integration/s2sRegisterClick`: the merchant's server registers a click.
pub async fn add_click(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    match Request::read(&app, &request, payload, Call::RegisterClick).await {
        Ok(call) => call.answer(&app, call.register_click(&app).await).await.into_response(),
        Err(turned_away) => turned_away,
    }
}

/// `POST /integration/s2sConvert`: the merchant's server reports a conversion.
pub async fn convert(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    match Request::read(&app, &request, payload, Call::ReportConversion).await {
        Ok(call) => call.answer(&app, call.report_conversion(&app).await).await.into_response(),
        Err(turned_away) => turned_away,
    }
}

/// A request under a campaign's key.
struct Request {
    key: CampaignKey,
    received: Received,
}

impl Request {
    async fn read(app: &App, request: &HttpRequest, payload: Payload, call: Call) -> Result<Self, HttpResponse> {
        let intake = Intake::read(request, payload, &LISTS).await;
        let at = app.environment.clock.now();
        let presented = intake.fields.text("api_key");
        match presented.and_then(|presented| CampaignKey::check(app, presented)) {
            Some(key) if intake.problem != Some(Unreadable::GivenTwice("api_key".into())) => {
                let received = Received { call, at, key: key.attempt_key(), intake, order_field: "order_id" };
                Ok(Self { key, received })
            }
            _ => Err(turn_away(app, request, &intake, (call, at))),
        }
    }

    fn fields(&self) -> &Fields {
        &self.received.intake.fields
    }

    async fn register_click(&self, app: &App) -> Result<Answer, Stopped> {
        self.received.readable()?;
        let at = self.received.at;
        let fields = ClickFields::read(self.fields())?;
        let catalogue = Arc::clone(&app.catalogue());
        let campaign = fields::own_campaign(&self.key, &catalogue, fields.campaign_id)?;
        let program = self.key.key().program_id;
        let affiliate = catalogue.affiliate_named(program, &fields.affiliate).ok_or(Refusal::UnknownAffiliate)?;
        may_be_sent(campaign, affiliate, at)?;
        let link = app.implicit_link(program, campaign.id, affiliate.id).await.map_err(Stopped::NotRecorded)?;
        let registered = register(app, (campaign, link), (self.key.key().mode, at), fields.visitor).await;
        registered.map(|(_, token)| Answer::ClickRegistered(token)).map_err(Stopped::NotRecorded)
    }

    async fn report_conversion(&self, app: &App) -> Result<Answer, Stopped> {
        self.received.readable()?;
        let at = self.received.at;
        let fields = ConversionFields::read(self.fields(), app.environment.keys.email())?;
        let evidence = self.evidence(app, fields.naming).await?;
        let method = self.key.campaign(&app.catalogue()).ok_or(Refusal::UnknownCampaign)?.method;
        let channel = Channel::of_keyed_report(method, evidence.token.is_none());
        let incoming = Incoming {
            report: fields.said.reported(&app.environment, &self.received.key, channel, at),
            campaign_id: Some(self.key.campaign_id()),
            evidence,
            payload: self.fields().redacted(),
        };
        app.recorder.record_conversion(incoming).await.map(Answer::Conversion).map_err(Stopped::NotRecorded)
    }

    /// What names the affiliate. A click comes first; an affiliate beside it is asked where the click is too old.
    async fn evidence(&self, app: &App, naming: Naming) -> Result<Evidence, Stopped> {
        let token = match &naming.click {
            Some(token) => Some(presented_click(app, token).await?),
            None => None,
        };
        let own = |direct: Direct| {
            fields::own_campaign(&self.key, &app.catalogue(), direct.campaign_id)?;
            Ok::<_, Refusal>(direct.affiliate)
        };
        let direct = match naming.direct.map(own) {
            Some(Err(_)) if token.is_some() => None,
            direct => direct.transpose()?,
        };
        Ok(Evidence { token, direct, ..Evidence::default() })
    }

    async fn answer(&self, app: &App, done: Result<Answer, Stopped>) -> Answer {
        match done {
            Ok(answer) => answer,
            Err(Stopped::NotRecorded(reason)) => Answer::NotRecorded(reason),
            Err(Stopped::Refused(refused)) => match Box::pin(self.received.keep(app, &refused, None)).await {
                Ok(()) => Answer::Refused(refused),
                Err(reason) => Answer::NotRecorded(reason),
            },
        }
    }
}

/// Answers a request without a valid key, and counts it: for the admin, and against its sender, who is only told to wait
/// after too many.
fn turn_away(app: &App, request: &HttpRequest, intake: &Intake, (call, at): (Call, Timestamp)) -> HttpResponse {
    let two_keys = intake.problem == Some(Unreadable::GivenTwice("api_key".into()));
    let answer = match (&intake.problem, intake.fields.get("api_key")) {
        (Some(problem), key) if two_keys || key.is_none() => Answer::Unreadable(problem.clone()),
        (_, None) => Answer::NoKey,
        // The key is judged first, whatever stopped the reading after it.
        (_, Some(_)) => Answer::BadKey,
    };
    let presented = intake.fields.text("api_key");
    match (Keyless { call, at, presented, detail: answer.sentence() }.note(app, request, intake)) {
        Ok(allowance) => {
            let mut answer = answer.into_response();
            limits::tell(&mut answer, &allowance);
            answer
        }
        Err(exceeded) => Answer::TooManyFailed(exceeded).into_response(),
    }
}
