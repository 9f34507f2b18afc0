//! `POST /v1/signups`: a visitor who came by a click signed up.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::keyed::Keyed;
use crate::app::App;
use crate::domain::attempt::Call;
use crate::domain::conversion::CustomerFacts;
use crate::domain::free_text::FreeText;
use crate::domain::id::{AffiliateId, ProgramId, ReferralId};
use crate::domain::referral::{IdentifierKind, identifiers};
use crate::operations::make_referral::{Customer, SignUp, SignedUp, make_referral};
use crate::recorder::{NotRecorded, WriteError};
use crate::storage::error::StorageError;
use crate::web::dialect::answered::respond;
use crate::web::dialect::received::presented_click;
use crate::web::dialect::refused::Stopped;
use crate::web::intake::shared::{self, required};
use crate::web::intake::{FieldError, Fields};

/// `POST /v1/signups`.
pub async fn sign_up(app: web::Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    match Keyed::read(&app, &request, payload, (Call::ReportSignUp, &[])).await {
        Ok(call) => call.answer(&app, take(&app, &call).await, |_| None).await,
        Err(turned_away) => turned_away,
    }
}

async fn take(app: &App, call: &Keyed) -> Result<HttpResponse, Stopped> {
    let asked = Asked::read(call.taken()?, app.environment.keys.email())?;
    let sign_up = SignUp {
        key: call.received.key,
        received_at: call.received.at,
        click: presented_click(app, &asked.click).await?,
        names: identifiers(&asked.customer),
        called: asked.called,
        payload: call.received.intake.fields.redacted(),
    };
    let (env, catalogue) = (app.environment.clone(), Arc::clone(&app.catalogue()));
    let made = app.recorder.write(move |write| make_referral(write, &env, &catalogue, &sign_up)).await;
    match made.map_err(|error| Stopped::NotRecorded(not_made(error)))? {
        SignedUp::Made(customer) => Ok(respond(StatusCode::CREATED, &One::of(&customer))),
        SignedUp::Known(customer) => Ok(respond(StatusCode::OK, &One::of(&customer))),
        SignedUp::Refused(why) => Err(why.into()),
    }
}

/// Whoever lost a race, or met a database that is away, asks again.
fn not_made(error: WriteError<StorageError>) -> NotRecorded {
    match error {
        WriteError::NotRecorded(reason) => reason,
        WriteError::Refused(StorageError::Unavailable(_) | StorageError::Taken(_)) => NotRecorded::Unavailable,
        WriteError::Refused(error) => {
            tracing::error!(%error, "a sign-up could not be recorded");
            NotRecorded::Failed
        }
    }
}

/// What is said of a sign-up.
struct Asked {
    click: String,
    customer: CustomerFacts,
    called: Option<FreeText>,
}

impl Asked {
    fn read(fields: &Fields, email_key: &[u8; 32]) -> Result<Self, FieldError> {
        required(fields, &["click_id"])?;
        shared::filled(fields, &["click_id"])?;
        let customer = CustomerFacts {
            email: shared::email(fields, "email", email_key)?,
            external_user_id: shared::external_id(fields, "external_user_id")?,
            ..CustomerFacts::default()
        };
        if customer.email.is_none() && customer.external_user_id.is_none() {
            return Err(FieldError::malformed("email", "must be there, or external_user_id in its place"));
        }
        let click = shared::text(fields, "click_id")?.to_owned();
        Ok(Self { click, customer, called: shared::name_of_customer(fields, "name")? })
    }
}

/// The answer to a sign-up.
#[derive(Serialize, ToSchema)]
#[schema(as = AffonsoSignedUp)]
pub(super) struct One {
    /// Always true.
    success: bool,
    /// The customer.
    data: Referral,
}

/// A customer who was sent by an affiliate.
#[derive(Serialize, ToSchema)]
#[schema(as = AffonsoReferral)]
struct Referral {
    /// What a conversion may name as referral_id.
    #[schema(value_type = String, example = "ref_01h455vb4pex5vsknk084sn02q")]
    id: ReferralId,
    /// Who sent them.
    #[schema(value_type = String, example = "aff_01h455vb4pex5vsknk084sn02q")]
    affiliate_id: AffiliateId,
    /// The program.
    #[schema(value_type = String, example = "prg_01h455vb4pex5vsknk084sn02q")]
    program_id: ProgramId,
    /// Always null: an address is kept only as a keyed hash.
    email: Option<String>,
    /// Your own id of the customer, once a conversion has named it.
    customer_id: Option<String>,
    /// Your own id of the customer's account.
    external_user_id: Option<String>,
    /// Always null: subscriptions are told apart by their payments.
    subscription_id: Option<String>,
    /// lead, or customer once something was paid.
    #[schema(value_type = String, pattern = "^(lead|customer)$")]
    status: &'static str,
    /// What people call them.
    name: Option<String>,
    /// Always null: metadata belongs to conversions.
    #[schema(value_type = Option<Object>)]
    metadata: Option<String>,
    /// When they became known, in UTC.
    #[schema(example = "2026-03-20T14:30:00.123Z")]
    created_at: String,
    /// When their first payment was received.
    #[schema(example = "2026-03-21T09:00:00Z")]
    converted_at: Option<String>,
}

impl One {
    fn of(customer: &Customer) -> Self {
        let referral = &customer.referral;
        let called = |kind| customer.names.iter().find(|name| name.kind == kind).map(|name| name.value.clone());
        let data = Referral {
            id: referral.id,
            affiliate_id: referral.affiliate_id,
            program_id: referral.program_id,
            email: None,
            customer_id: called(IdentifierKind::CustomerId),
            external_user_id: called(IdentifierKind::ExternalUserId),
            subscription_id: None,
            status: if customer.paid.is_some() { "customer" } else { "lead" },
            name: referral.name.clone(),
            metadata: None,
            created_at: referral.created_at.to_string(),
            converted_at: customer.paid.map(|paid| paid.first_at.to_string()),
        };
        Self { success: true, data }
    }
}
