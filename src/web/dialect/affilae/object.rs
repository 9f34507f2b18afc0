//! A conversion as this dialect shows it: amounts in whole minor units, times in UTC.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

use super::words;
use crate::app::App;
use crate::domain::commission::CommissionState;
use crate::domain::exchange::out_of_base;
use crate::domain::id::{AffiliateId, ConversionId, LinkId, ProgramId, RuleId};
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::ConversionRow;
use crate::storage::conversions::whole::Whole;
use crate::storage::error::{StorageError, Stored};

/// The answer to every call: conversions, or the one that it was about.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaeConversions)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    /// 200.
    #[schema(example = 200)]
    pub(super) status_code: u16,
    /// What was found.
    pub(super) conversions: Conversions,
}

/// A piece of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaePage)]
pub(super) struct Conversions {
    /// How many there were in all when the first piece was asked for.
    pub(super) total: i64,
    /// The newest first.
    pub(super) data: Vec<Conversion>,
}

/// A conversion.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaeConversion)]
#[serde(rename_all = "camelCase")]
pub(super) struct Conversion {
    /// Its id, by which it is accepted, refused and updated.
    #[schema(value_type = String, example = "conv_01h455vb4pex5vsknk084sn02q")]
    id: ConversionId,
    /// Of which program.
    program: Program,
    /// By which rule it earns; null where none applies.
    rule: Option<Rule>,
    /// Your own id of the order.
    #[schema(example = "order-1001")]
    external_id: String,
    /// Your own id of the customer, if it was told.
    customer_id: Option<String>,
    /// What the order is worth after a return of a part of it, in minor units of its currency.
    #[schema(example = 9999)]
    amount: i64,
    /// What of that the customer got back by refunds, which `amount` is not lowered by, in minor units of its currency.
    #[schema(example = 0)]
    amount_refunded: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "EUR")]
    currency: &'static str,
    /// What it earns, in minor units of its own currency; null as long as an exchange rate is waited for.
    #[schema(example = 1000)]
    commissions_total: Option<i64>,
    /// What it earns, in minor units of the program's currency, as the ledger has it: 0 once it is refused.
    #[schema(example = 1084)]
    commissions_total_converted: Option<i64>,
    /// Units of the program's currency for one of the order's, exactly; null as long as it is waited for.
    #[schema(schema_with = decimal)]
    exchange_rate: Option<Box<RawValue>>,
    /// `pending`, `accepted` or `refused`.
    #[schema(value_type = String, pattern = "^(pending|accepted|refused)$")]
    status: &'static str,
    /// Why it is refused.
    refuse_reason: Option<String>,
    /// Whether its commission is in a payout or paid, so that no decision about it can be taken back.
    is_locked: bool,
    /// Since when, in UTC.
    locked_at: Option<String>,
    /// The first sub id of the click.
    sub_id: Option<String>,
    /// Which way it was reported: `server`, `mobile`, `direct`, `postback`, `pixel`, or `by_hand`.
    #[schema(value_type = String, example = "server")]
    tracking_method: &'static str,
    /// When the first report of it came, in UTC.
    #[schema(example = "2026-03-20T14:30:00Z")]
    created_at: String,
    /// Whom it is credited to: always one.
    events: Vec<Event>,
}

/// A program.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaeProgram)]
struct Program {
    #[schema(value_type = String, example = "prg_01h455vb4pex5vsknk084sn02q")]
    id: ProgramId,
    name: String,
}

/// The version of a commission rule.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaeRule)]
struct Rule {
    #[schema(value_type = String)]
    id: RuleId,
    name: String,
}

/// Whose visit led to it.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaeEvent)]
#[serde(rename_all = "camelCase")]
struct Event {
    /// The affiliate's link to the campaign; null where there is none.
    partnership: Option<Partnership>,
    /// Who is credited.
    affiliate_profile: Profile,
    /// What it earns them: `commissionsTotal`.
    #[schema(example = 1000)]
    commission: Option<i64>,
    /// The click; null where it is credited by something else.
    click: Option<Click>,
}

/// A campaign that an affiliate promotes.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaePartnership)]
#[serde(rename_all = "camelCase")]
struct Partnership {
    #[schema(value_type = String, example = "lnk_01h455vb4pex5vsknk084sn02q")]
    id: LinkId,
    /// The code in the link's address.
    #[schema(example = "anna-S2S1")]
    tracking_id: String,
}

/// An affiliate.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaeProfile)]
struct Profile {
    #[schema(value_type = String, example = "aff_01h455vb4pex5vsknk084sn02q")]
    id: AffiliateId,
    name: String,
}

/// A visit.
#[derive(Serialize, ToSchema)]
#[schema(as = AffilaeClick)]
#[serde(rename_all = "camelCase")]
struct Click {
    /// Its token.
    #[schema(example = "clk_…")]
    id: Option<String>,
    referrer: Option<String>,
    landing_page: Option<String>,
    sub_id: Option<String>,
}

/// A decimal as it is stored, or nothing.
fn decimal() -> RefOr<Schema> {
    let kinds = SchemaType::from_iter([Type::Number, Type::Null]);
    let says = "Units of the program's currency for one of the order's, exactly; null as long as it is waited for.";
    ObjectBuilder::new().schema_type(kinds).description(Some(says)).examples([serde_json::json!(1.0837)]).into()
}

impl Conversion {
    /// The conversion as it is now.
    ///
    /// # Errors
    /// [`StorageError::Inconsistent`] for one without a program.
    pub(super) fn of(app: &App, whole: &Whole) -> Stored<Self> {
        let row = &whole.told.conversion;
        let program = app.catalogue().program(row.program_id).map(|program| program.name.clone());
        let name = program.ok_or(StorageError::Inconsistent("a conversion without a program"))?;
        let earned = earned(whole.told.commission.as_ref());
        let commission = earned.and_then(|earned| in_its_currency(row, earned));
        Ok(Self {
            id: row.id,
            program: Program { id: row.program_id, name },
            rule: whole.rule.as_ref().map(|(id, name)| Rule { id: *id, name: name.clone() }),
            external_id: row.order_id.as_str().to_owned(),
            customer_id: whole.visit.customer_id.clone(),
            amount: row.adjusted_minor,
            amount_refunded: row.refunded_minor,
            currency: row.currency.code(),
            commissions_total: commission,
            commissions_total_converted: earned.map(Money::minor),
            exchange_rate: exchange_rate(row),
            status: words::status(row.status),
            refuse_reason: whole.refusal.clone(),
            is_locked: whole.is_locked(),
            locked_at: whole.locked_at.as_ref().map(Timestamp::to_string),
            sub_id: whole.visit.sub1.clone(),
            tracking_method: row.channel.as_str(),
            created_at: row.received_at.to_string(),
            events: vec![Event {
                partnership: whole
                    .link
                    .as_ref()
                    .map(|(id, code)| Partnership { id: *id, tracking_id: code.as_str().to_owned() }),
                affiliate_profile: Profile { id: row.affiliate_id, name: whole.affiliate.clone() },
                commission,
                click: row.click_id.map(|_| Click::of(app, whole)),
            }],
        })
    }
}

impl Click {
    fn of(app: &App, whole: &Whole) -> Self {
        let keys = app.environment.keys.click_tokens();
        let visit = &whole.visit;
        Self {
            id: whole.told.rows().claims().map(|claims| keys.seal(&claims)),
            referrer: visit.referrer.clone(),
            landing_page: visit.landing_page.clone(),
            sub_id: visit.sub1.clone(),
        }
    }
}

/// What the ledger holds for it; nothing as long as nobody knows what that is. Of what does not count it holds nothing, whatever
/// rate would come.
fn earned(commission: Option<&CommissionRow>) -> Option<Money> {
    let is_known = |it: &&CommissionRow| it.amount_minor.is_some() || it.state == CommissionState::Void;
    commission.filter(is_known).map(CommissionRow::booked)
}

/// What is earned, in minor units of the order's own currency; nothing is nothing in every currency.
fn in_its_currency(row: &ConversionRow, earned: Money) -> Option<i64> {
    if earned.is_zero() {
        return Some(0);
    }
    out_of_base(earned, row.currency, row.quote().as_ref()).ok().flatten().map(Money::minor)
}

/// The rate as it is stored, digit for digit; 1 where none is needed.
fn exchange_rate(row: &ConversionRow) -> Option<Box<RawValue>> {
    let rate = if row.currency == row.base_currency { "1".to_owned() } else { row.fx_rate?.to_string() };
    RawValue::from_string(rate).ok()
}
