//! Making a coupon.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::domain::audit::Action;
use crate::domain::coupon::CouponCode;
use crate::domain::id::{AffiliateId, CampaignId};
use crate::operations::audit::note;
use crate::operations::create_coupon::{CouponRefused, create_coupon};
use crate::recorder::WriteError;
use crate::web::access::people::{Manager, Seat};
use crate::web::admin::choices::{self, TypedAffiliate};
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page::{self, Frame, Section};
use crate::web::query::Query;

#[derive(Template)]
#[template(path = "coupons/new.html")]
struct NewPage {
    frame: Frame,
    campaigns: Vec<(String, String)>,
    affiliates: Vec<(String, String)>,
    code: String,
    campaign: String,
    affiliate: TypedAffiliate,
    errors: Errors,
}

impl NewPage {
    fn new(app: &App, seat: &Seat, request: &HttpRequest, typed: (&str, &str, &str)) -> Self {
        let catalogue = app.catalogue();
        let program = seat.program.id;
        let (code, campaign, affiliate) = typed;
        Self {
            frame: Frame::new(seat, Section::Coupons, request),
            campaigns: choices::campaigns(&catalogue, program, false),
            affiliates: choices::affiliates(&catalogue, program),
            code: code.to_owned(),
            campaign: campaign.to_owned(),
            affiliate: TypedAffiliate::read(&catalogue, program, affiliate),
            errors: Errors::default(),
        }
    }

    /// The coupon that was typed.
    fn read(&mut self) -> Option<((CampaignId, AffiliateId), CouponCode)> {
        let code = self.errors.take("code", "Code", CouponCode::parse(self.code.trim()));
        let campaign = self.campaign.parse().ok();
        if campaign.is_none() {
            self.errors.add("campaign", "Campaign must be chosen from the list.");
        }
        let affiliate = self.affiliate.found.as_ref().map(|found| found.id);
        if affiliate.is_none() {
            self.errors.add("affiliate", "Affiliate must be the code or id of an affiliate of this program.");
        }
        Some(((campaign?, affiliate?), code?))
    }
}

/// `GET /admin/{program}/coupons/new`, with `?campaign=` and `?affiliate=` to begin with.
pub async fn new(app: Data<App>, manager: Manager, query: Query, request: HttpRequest) -> HttpResponse {
    let typed = ("", query.text("campaign"), query.text("affiliate"));
    page::ok(&NewPage::new(&app, &manager, &request, typed))
}

/// `POST /admin/{program}/coupons`: makes a coupon.
///
/// # Errors
/// [`WebError`] when the database is away.
pub async fn create(
    app: Data<App>,
    manager: Manager,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let typed = (posted.text("code"), posted.text("campaign"), posted.text("affiliate"));
    let mut form = NewPage::new(&app, &manager, &request, typed);
    let Some((pair, code)) = form.read() else {
        return Ok(page::unprocessable(&form));
    };
    let (program, env) = (manager.program.id, app.environment.clone());
    let act = manager.act(Action::CouponCreated);
    let made = app.recorder.write(move |write| {
        let coupon = create_coupon(write, &env, program, pair, code)?;
        note(write, &env, &act.on(coupon.id))?;
        Ok::<_, CouponRefused>(())
    });
    match made.await {
        Ok(()) => Ok(page::see_other_with(&form.frame.at("/coupons"), Notice::CouponCreated)),
        Err(WriteError::Refused(CouponRefused::Storage(error))) => Err(error.into()),
        Err(WriteError::Refused(why)) => {
            let (field, label) = match why {
                CouponRefused::CodeTaken => ("code", "Code"),
                CouponRefused::UnknownAffiliate | CouponRefused::AffiliateRejected => ("affiliate", "Affiliate"),
                _ => ("campaign", "Campaign"),
            };
            form.errors.add(field, format!("{label} {why}."));
            Ok(page::unprocessable(&form))
        }
        Err(WriteError::NotRecorded(reason)) => Err(reason.into()),
    }
}
