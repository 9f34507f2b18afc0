//! Making a link.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::id::{AffiliateId, CampaignId};
use crate::operations::audit::note;
use crate::operations::create_link::{LinkRefused, promote};
use crate::recorder::WriteError;
use crate::web::access::people::{Manager, Seat};
use crate::web::admin::choices::{self, TypedAffiliate};
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

#[derive(Template)]
#[template(path = "links/new.html")]
struct NewPage {
    frame: Frame,
    campaigns: Vec<(String, String)>,
    affiliates: Vec<(String, String)>,
    campaign: String,
    affiliate: TypedAffiliate,
    errors: Errors,
}

impl NewPage {
    fn new(app: &App, seat: &Seat, request: &HttpRequest, (campaign, affiliate): (&str, &str)) -> Self {
        let catalogue = app.catalogue();
        let program = seat.program.id;
        Self {
            frame: Frame::new(seat, Section::Links, request),
            campaigns: choices::campaigns(&catalogue, program, false),
            affiliates: choices::affiliates(&catalogue, program),
            campaign: campaign.to_owned(),
            affiliate: TypedAffiliate::read(&catalogue, program, affiliate),
            errors: Errors::default(),
        }
    }

    /// The pair that was chosen.
    fn read(&mut self) -> Option<(CampaignId, AffiliateId)> {
        let campaign = self.campaign.parse().ok();
        if campaign.is_none() {
            self.errors.add("campaign", "Campaign must be chosen from the list.");
        }
        let affiliate = self.affiliate.found.as_ref().map(|found| found.id);
        if affiliate.is_none() {
            self.errors.add("affiliate", "Affiliate must be the code or id of an affiliate of this program.");
        }
        campaign.zip(affiliate)
    }
}

/// `GET /admin/{program}/links/new`, with `?campaign=` and `?affiliate=` to begin with.
pub async fn new(app: Data<App>, manager: Manager, query: Query, request: HttpRequest) -> HttpResponse {
    page::ok(&NewPage::new(&app, &manager, &request, (query.text("campaign"), query.text("affiliate"))))
}

/// `POST /admin/{program}/links`: makes a link.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn create(
    app: Data<App>,
    manager: Manager,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let mut form = NewPage::new(&app, &manager, &request, (posted.text("campaign"), posted.text("affiliate")));
    let Some(pair) = form.read() else {
        return Ok(page::unprocessable(&form));
    };
    let (program, env) = (manager.program.id, app.environment.clone());
    let act = manager.act(Action::LinkCreated);
    let made = app.recorder.write(move |write| {
        let link = promote(write, &env, program, pair)?;
        note(write, &env, &act.on(link.id))?;
        Ok(link)
    });
    match made.await {
        Ok(link) => Ok(page::see_other_with(&form.frame.at(&format!("/links?show={}", link.id)), Notice::LinkCreated)),
        Err(WriteError::Refused(LinkRefused::Storage(error))) => Err(error.into()),
        Err(WriteError::Refused(why)) => {
            let (field, label) = match why {
                LinkRefused::UnknownAffiliate | LinkRefused::AffiliateRejected => ("affiliate", "Affiliate"),
                _ => ("campaign", "Campaign"),
            };
            form.errors.add(field, format!("{label} {why}."));
            Ok(page::unprocessable(&form))
        }
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
    }
}
