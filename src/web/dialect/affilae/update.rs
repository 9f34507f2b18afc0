//! `POST /advertiser/conversions.update`: a part of the order came back, so less of it counts.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::answer::{Problem, current};
use super::{asked_for, words};
use crate::app::App;
use crate::domain::conversion::LARGEST_AMOUNT;
use crate::domain::id::ConversionId;
use crate::domain::money::Money;
use crate::domain::worth::AdjustFault;
use crate::operations::adjust_conversion::{Adjusted, Adjustment, adjust_conversion};
use crate::web::access::tokens::ManageToken;
use crate::web::dialect::asked::{self, within_limit};
use crate::web::dialect::changed::Hand;
use crate::web::intake::{FieldError, Fields, shared};

/// The field that says how much of the order counts.
const AMOUNT: &str = "amount";

/// `POST /advertiser/conversions.update`.
pub async fn update(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let checked = ManageToken::check(&app, &request);
    within_limit(&app, &request, checked, async |token| {
        let fields = asked::fields(&request, payload).await?;
        let update = Update::read(&fields)?;
        asked_for::own_program(&fields, token.key())?;
        update.make(&app, &token).await
    })
    .await
}

/// What is to change.
struct Update {
    id: ConversionId,
    minor: i64,
    reason: String,
}

impl Update {
    fn read(fields: &Fields) -> Result<Self, FieldError> {
        shared::required(fields, &["id", AMOUNT, "reason"])?;
        let reason = shared::reason(fields, "reason")?;
        Ok(Self { id: asked_for::conversion(fields)?, minor: minor_units(fields)?, reason })
    }

    async fn make(self, app: &App, token: &ManageToken) -> Result<HttpResponse, Problem> {
        let Self { id, minor, reason } = self;
        let hand = Hand::of(token);
        let Hand { program, actor, .. } = hand;
        let env = app.environment.clone();
        let write = app.recorder.write(move |write| {
            let Some(own) = hand.find(write.conn(), id)? else { return Ok(Adjusted::Unknown) };
            let adjustment = Adjustment { amount: Money::new(minor, own.currency), reason, seen: None };
            adjust_conversion(write, &env, program, id, actor, &adjustment)
        });
        match write.await? {
            Adjusted::Changed | Adjusted::AlreadySo => current(app, program, id).await,
            Adjusted::NotPending(stands) | Adjusted::Overtaken(stands) => {
                let status = words::status(stands.status);
                Err(Problem::conflict(format!("The conversion must be in pending status; it is {status}")))
            }
            Adjusted::Refused(fault) => Err(FieldError::malformed(AMOUNT, in_minor_units(fault)).into()),
            Adjusted::NeedsReason => Err(FieldError::malformed("reason", "must not be blank").into()),
            Adjusted::Unknown => Err(Problem::unknown_conversion()),
        }
    }
}

/// A whole number of minor units, at most what an order may be worth.
fn minor_units(fields: &Fields) -> Result<i64, FieldError> {
    let digits = fields.get(AMOUNT).and_then(|value| value.as_text_or_integer());
    let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let minor = digits.and_then(|text| text.parse::<i64>().ok()).filter(|minor| *minor <= LARGEST_AMOUNT);
    minor.ok_or_else(|| FieldError::malformed(AMOUNT, "must be a whole number of cents, such as 1050 for 10.50"))
}

/// What the amount must be, in the unit in which it is told here.
fn in_minor_units(fault: AdjustFault) -> String {
    match fault {
        AdjustFault::OtherCurrency(currency) => format!("must be in {currency}"),
        AdjustFault::NotAboveZero => "must be above zero; to leave nothing, refuse the conversion".to_owned(),
        AdjustFault::NotLower(initial) => format!("must be lower than the initial amount, {}", initial.minor()),
        AdjustFault::BelowRefunded(refunded) => {
            format!("must not be lower than {}, which the customer got back", refunded.minor())
        }
    }
}
