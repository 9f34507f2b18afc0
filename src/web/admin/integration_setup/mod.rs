//! What a developer needs to report to a campaign: its endpoints and examples that run as they are copied.
//!
//! An example is a list of parts, not a text: the same parts become HTML in a template, which escapes every text, marks
//! what the reader fills in and masks the key, and plain text in a test, which runs it.

pub mod calls;
pub mod key;
pub mod languages;
pub mod pixel;
pub mod snippet;

use crate::config::PublicUrl;
use crate::domain::currency::Currency;
use crate::domain::id::CampaignId;
use crate::domain::money::Money;
use crate::web::routes::{ADD_CLICK, CONVERT, REGISTER_CLICK};

use calls::{Call, Value};
use languages::write;
use snippet::{Language, Snippet};

/// What a report is answered with.
#[derive(Clone, Copy, Debug)]
pub struct AnswerExample {
    /// The status code.
    pub status: u16,
    /// The tone of its badge.
    pub tone: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The word in the answer.
    pub word: &'static str,
    /// The body, as documented.
    pub body: &'static str,
}

/// The three answers that a developer must tell apart.
pub const ANSWERS: [AnswerExample; 3] = [
    AnswerExample {
        status: 200,
        tone: "tone-green",
        name: "Success",
        word: "success",
        body: r#"{
  "status": "success",
  "message": "S2S conversion recorded successfully"
}"#,
    },
    AnswerExample {
        status: 200,
        tone: "",
        name: "Duplicate",
        word: "duplicate",
        body: r#"{
  "status": "duplicate",
  "message": "Order already recorded"
}"#,
    },
    AnswerExample {
        status: 401,
        tone: "tone-red",
        name: "Error",
        word: "error",
        body: r#"{
  "status": "error",
  "message": "Invalid API key"
}"#,
    },
];

/// Where reports go: the same for every campaign of an installation.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// `POST …/integration/s2sConvert`.
    pub convert: String,
    /// `POST …/integration/addClick`.
    pub add_click: String,
    /// `POST …/integration/s2sRegisterClick`.
    pub register_click: String,
}

impl Endpoints {
    /// The endpoints as the world reaches them.
    #[must_use]
    pub fn of(public_url: &PublicUrl) -> Self {
        Self {
            convert: public_url.join(CONVERT),
            add_click: public_url.join(ADD_CLICK),
            register_click: public_url.join(REGISTER_CLICK),
        }
    }
}

/// The examples of one campaign, each in every language.
#[derive(Clone, Debug)]
pub struct Examples {
    /// A sale, with its click token.
    pub convert: Vec<Snippet>,
    /// A sale without a click, credited by name.
    pub convert_direct: Vec<Snippet>,
    /// A click that a server registers.
    pub add_click: Vec<Snippet>,
    /// The same under its mobile name.
    pub register_click: Vec<Snippet>,
}

impl Examples {
    /// The examples for a campaign whose program counts in this currency.
    #[must_use]
    pub fn of(endpoints: &Endpoints, campaign: CampaignId, currency: Currency) -> Self {
        let by_click = vec![("click_token", Value::fill("CLICK_TOKEN"))];
        let by_name =
            vec![("campaign_id", Value::Fixed(campaign.to_string())), ("affiliate_id", Value::fill("AFFILIATE_ID"))];
        let order = vec![
            ("order_id", Value::fill("ORDER-1001")),
            ("order_total", Value::Fill(sample_total(currency))),
            ("order_currency", Value::Fixed(currency.code().to_owned())),
        ];
        Self {
            convert: everywhere(&endpoints.convert, &[by_click, order.clone()].concat()),
            convert_direct: everywhere(&endpoints.convert, &[by_name.clone(), order].concat()),
            add_click: everywhere(&endpoints.add_click, &by_name),
            register_click: everywhere(&endpoints.register_click, &by_name),
        }
    }
}

fn everywhere(url: &str, fields: &[(&'static str, Value)]) -> Vec<Snippet> {
    let fields = [&[("api_key", Value::Key)], fields].concat();
    let call = Call { url: url.to_owned(), fields };
    Language::ALL.iter().map(|language| write(*language, &call)).collect()
}

/// An amount with all the decimals that the currency has: `129.90`, in yen `129`.
#[must_use]
pub fn sample_total(currency: Currency) -> String {
    let unit = 10_i64.pow(currency.decimals());
    Money::new(129 * unit + 9 * unit / 10, currency).to_string()
}

#[cfg(test)]
mod tests {
    use super::sample_total;
    use crate::domain::currency::Currency;

    #[test]
    fn the_sample_amount_has_the_currencys_decimals() {
        for (code, total) in [("USD", "129.90"), ("JPY", "129"), ("KWD", "129.900"), ("CLF", "129.9000")] {
            assert_eq!(sample_total(Currency::parse(code).unwrap()), total);
        }
    }
}
