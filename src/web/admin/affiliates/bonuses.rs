//! Giving an affiliate something extra.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::affiliate_id;
use super::money::{BonusFields, MoneyPage};
use crate::app::App;
use crate::domain::change::Actor;
use crate::domain::money::Money;
use crate::operations::give_bonus::{Bonus, BonusFault, Given, give_bonus};
use crate::storage::keyset::Start;
use crate::web::access::people::Manager;
use crate::web::error::WebError;
use crate::web::form::{Errors, Posted};
use crate::web::notice::Notice;
use crate::web::page;

/// `POST /admin/{program}/affiliates/{id}/bonuses`: gives it once, however often the form is sent.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such affiliate.
pub async fn give(
    app: Data<App>,
    manager: Manager,
    place: Path<(String, String)>,
    posted: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (affiliate, program) = (affiliate_id(&place.1)?, manager.program.id);
    let fields = BonusFields {
        id: posted.text("bonus").parse().unwrap_or_else(|_| app.environment.mint.id(app.environment.clock.now())),
        amount: posted.text("amount").trim().to_owned(),
        reason: posted.text("reason").trim().to_owned(),
    };
    let mut errors = Errors::default();
    let amount = errors.take("amount", "Amount", Money::parse(&fields.amount, manager.program.base_currency));
    if let Some(amount) = amount {
        let bonus = Bonus { id: fields.id, amount, reason: fields.reason.clone() };
        let (env, actor) = (app.environment.clone(), Actor::User(manager.user.id));
        let given = app.recorder.write(move |write| give_bonus(write, &env, program, affiliate, actor, &bonus)).await?;
        match given {
            Given::Unknown => return Err(WebError::NotFound),
            Given::Given | Given::AlreadySo => {
                let address = format!("/admin/{}/affiliates/{affiliate}/money", manager.program.slug);
                return Ok(page::see_other_with(&address, Notice::BonusGiven));
            }
            Given::Refused(fault) => errors.add(field_of(fault), format!("{fault}.")),
        }
    }
    let shown = MoneyPage::load(&app, &manager, &request, affiliate, Start::Newest).await?;
    Ok(page::unprocessable(&shown.refused(fields, errors)))
}

const fn field_of(fault: BonusFault) -> &'static str {
    match fault {
        BonusFault::OtherCurrency(_) | BonusFault::NotAboveZero | BonusFault::TooMuch(_) | BonusFault::GivenBefore => {
            "amount"
        }
        BonusFault::NeedsReason => "reason",
    }
}
