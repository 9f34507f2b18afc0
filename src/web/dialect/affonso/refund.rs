//! `POST /v1/conversions/{id}/refund`: a customer got money back.
//!
//! An event is counted once. Told again it is answered with the conversion as it is; told with another amount, too, and kept
//! as an attempt, so that somebody can look at it.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::Problem;
use super::list::{changed, unknown};
use crate::app::App;
use crate::domain::attempt::{Attempt, Call};
use crate::domain::attribution::Refusal;
use crate::domain::currency::Currency;
use crate::domain::handle::ExternalId;
use crate::domain::id::{ConversionId, RefundId};
use crate::domain::money::Money;
use crate::domain::payout::RefundKind;
use crate::domain::time::Timestamp;
use crate::domain::trace::Trace;
use crate::domain::worth::RefundFault;
use crate::environment::Environment;
use crate::operations::refund_conversion::{Refund, Refunded, refund_conversion};
use crate::recorder::NotRecorded;
use crate::storage::error::StorageError;
use crate::web::access::tokens::{ManageToken, attempt_key};
use crate::web::dialect::asked::{self, within_limit};
use crate::web::dialect::changed::Hand;
use crate::web::intake::{FieldError, Fields, Value, shared};

/// How much.
pub(super) const AMOUNT: &str = "amount";
/// In which currency.
pub(super) const CURRENCY: &str = "currency";

/// `POST /v1/conversions/{id}/refund`.
pub async fn refund(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    let checked = ManageToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        let fields = asked::fields(&request, payload).await?;
        let at = app.environment.clock.now();
        let said = Said::read(&fields)?;
        let id = id.parse::<ConversionId>().map_err(|_| unknown())?;
        record(&app, &token, (id, at), (said, &fields)).await
    })
    .await
}

/// What is said of a refund.
struct Said {
    /// The amount as it is written, which goes by its currency.
    amount: Option<String>,
    currency: Option<Currency>,
    reason: String,
    event: Option<ExternalId>,
    claimed_at: Option<Timestamp>,
}

impl Said {
    fn read(fields: &Fields) -> Result<Self, FieldError> {
        shared::filled(fields, &["external_event_id", AMOUNT, CURRENCY])?;
        // Without an amount everything is given back, which a variable without its value must not mean.
        shared::not_blank(fields, &["external_event_id", AMOUNT, CURRENCY])?;
        if fields.is_null(AMOUNT) {
            return Err(FieldError::malformed(
                AMOUNT,
                "must be a number or a text, or be left out to give everything back",
            ));
        }
        amount_under_its_name(fields)?;
        let amount = fields.get(AMOUNT).map(|value| {
            let text = value.as_text_or_number().map(str::to_owned);
            text.ok_or_else(|| FieldError::malformed(AMOUNT, "must be a number or a text"))
        });
        let said = Self {
            amount: amount.transpose()?,
            currency: shared::optional_currency(fields, CURRENCY)?,
            reason: fields.get("reason").map(|_| shared::reason(fields, "reason")).transpose()?.unwrap_or_default(),
            event: shared::external_id(fields, "external_event_id")?,
            claimed_at: shared::moment(fields, "refunded_at")?,
        };
        if let Some(currency) = said.currency {
            said.amount_in(currency)?;
        }
        Ok(said)
    }

    fn amount_in(&self, currency: Currency) -> Result<Option<Money>, FieldError> {
        let amount = self.amount.as_deref().map(|text| Money::parse(text, currency)).transpose();
        amount.map_err(|error| FieldError::malformed(AMOUNT, error))
    }

    /// The refund of an order in this currency. An event without a name gets one of its own, so that each is counted.
    fn refund(self, env: &Environment, own: Currency) -> Result<Refund, FieldError> {
        let currency = self.currency.unwrap_or(own);
        let amount = self.amount_in(currency)?;
        if amount.is_none() && currency != own {
            return Err(not_possible(RefundFault::OtherCurrency(own)));
        }
        let name = || {
            let id: RefundId = env.mint.id(env.clock.now());
            ExternalId::parse(&id.to_string())
        };
        let event = self.event.map_or_else(name, Ok);
        let event_id = event.map_err(|error| FieldError::malformed("external_event_id", error))?;
        let Self { reason, claimed_at, .. } = self;
        Ok(Refund { event_id, kind: RefundKind::Refund, amount, reason, claimed_at })
    }
}

/// What of the conversion itself is no refund's amount.
const OTHER_AMOUNTS: [&str; 2] = ["sale_amount", "commission_amount"];

/// Refuses an amount that stands under another name: unknown fields are ignored, and without an amount everything is given
/// back.
///
/// # Errors
/// [`FieldError`] that names the one under which it is looked for.
fn amount_under_its_name(fields: &Fields) -> Result<(), FieldError> {
    let is_number = |name: &str| {
        let text = fields.get(name).and_then(Value::as_text_or_number);
        text.is_some_and(|text| text.trim().starts_with(|first: char| first.is_ascii_digit()))
    };
    let is_amount = |name: &&str| name.to_ascii_lowercase().contains(AMOUNT) && !OTHER_AMOUNTS.contains(name);
    if fields.get(AMOUNT).is_none() && fields.names().any(|name| is_amount(&name) && is_number(name)) {
        let problem = "must stand under this name, not under another one; without an amount, everything is given back";
        return Err(FieldError::malformed(AMOUNT, problem));
    }
    Ok(())
}

async fn record(
    app: &App,
    token: &ManageToken,
    (id, at): (ConversionId, Timestamp),
    (said, fields): (Said, &Fields),
) -> Result<HttpResponse, Problem> {
    let hand = Hand::of(token);
    let Hand { program, actor, .. } = hand;
    let env = app.environment.clone();
    let write = app.recorder.write(move |write| -> Result<_, StorageError> {
        let Some(own) = hand.find(write.conn(), id)? else { return Ok(Ok((Refunded::Unknown, None))) };
        let refund = match said.refund(&env, own.currency) {
            Ok(refund) => refund,
            Err(fault) => return Ok(Err(fault)),
        };
        let refunded = refund_conversion(write, &env, program, id, actor, &refund)?;
        Ok(Ok((refunded, Some(own.order_id))))
    });
    let (refunded, order) = write.await??;
    match refunded {
        Refunded::Recorded(_) | Refunded::Repeat { differs: false, .. } => {}
        Refunded::Repeat { differs: true, .. } => {
            let attempt = Attempt {
                id: app.environment.mint.id(at),
                key: attempt_key(token.key()),
                call: Call::ReportRefund,
                received_at: at,
                reason: Refusal::PayloadMismatch,
                detail: AMOUNT.to_owned(),
                order_id: order.map(|order| order.as_str().to_owned()),
                conversion_id: Some(id),
                payload: fields.redacted(),
                trace: Trace::default(),
                report: None,
            };
            keep(app, attempt).await?;
        }
        Refunded::Refused(fault) => return Err(not_possible(fault).into()),
        Refunded::Unknown => return Err(unknown()),
    }
    changed(app, program, id).await
}

/// Keeps a repeat that tells another story. What cannot be kept now is asked for again.
async fn keep(app: &App, attempt: Attempt) -> Result<(), NotRecorded> {
    match app.recorder.record_attempt(attempt).await {
        Ok(()) | Err(NotRecorded::Failed) => Ok(()),
        Err(reason) => Err(reason),
    }
}

fn not_possible(fault: RefundFault) -> FieldError {
    let field = if matches!(fault, RefundFault::OtherCurrency(_)) { CURRENCY } else { AMOUNT };
    FieldError::malformed(field, fault)
}
