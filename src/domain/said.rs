//! What a report says besides its facts, kept so that a repeat can be held against it.
//!
//! What is on record of an order moves on: purchases are paid for and given back, commissions are decided, what the merchant
//! wants to find again is replaced, customers are forgotten. A repeat is therefore compared with what was *said* and not with
//! what has become of that, so that the same report stays the same report for ever. It is kept in the row of the order, where
//! it costs a repeat no further query, and of each field only a digest, which tells that there is another story without
//! telling it.
//!
//! Compared is what both name; that somebody leaves a field out is no story. Only where a purchase stands is never left out:
//! whoever says nothing of it has sold something. When something happened is not compared, because nothing goes by it and
//! every retry may claim another moment.
//!
//! Where a better report told other facts and the row does not show all of them, because its money is gone, what the better one
//! told is kept here too: it says the same when it comes again.

use sha2::{Digest, Sha256};

use super::commission_status::CommissionStatus;
use super::conversion::{CustomerFacts, Purchase, SaleStatus};
use super::dedup::Facts;
use super::handle::{EmailHash, ExternalId};
use super::rule::Subscription;

use spelling::members;

/// What a report says besides its facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    fields: Vec<(Field, String)>,
    better: Option<Better>,
}

/// The facts of a better report that the row does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Better {
    facts: String,
    /// Held against another only where both name one.
    click: Option<String>,
}

impl Better {
    const FACTS: &str = "facts";
    const CLICK: &str = "click";

    fn of(facts: &Facts) -> Self {
        let Facts { amount, event, campaign_id, affiliate_id, click_id } = facts;
        let name = event.name.as_ref().map_or("", |name| name.as_str());
        let parts = [
            amount.minor().to_string(),
            amount.currency().to_string(),
            event.kind.to_string(),
            name.to_owned(),
            campaign_id.to_string(),
            affiliate_id.to_string(),
        ];
        let facts = digested(&parts.join("\n"));
        Self { facts, click: click_id.map(|click| digested(&click.to_string())) }
    }

    fn tells(&self, other: &Self) -> bool {
        let other_click = self.click.as_ref().zip(other.click.as_ref()).is_some_and(|(known, told)| known != told);
        self.facts == other.facts && !other_click
    }
}

/// What it can say, in the order in which differences are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Sale,
    Status,
    Product,
    Price,
    Interval,
    CustomerId,
    UserId,
    Email,
    Coupon,
    Metadata,
}

impl Field {
    const ALL: [Self; 10] = [
        Self::Sale,
        Self::Status,
        Self::Product,
        Self::Price,
        Self::Interval,
        Self::CustomerId,
        Self::UserId,
        Self::Email,
        Self::Coupon,
        Self::Metadata,
    ];

    /// The word it is stored under.
    const fn word(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Status => "status",
            Self::Product => "product",
            Self::Price => "price",
            Self::Interval => "interval",
            Self::CustomerId => "customer",
            Self::UserId => "user",
            Self::Email => "email",
            Self::Coupon => "coupon",
            Self::Metadata => "metadata",
        }
    }

    /// What differs, in the words of the vocabulary.
    const fn told(self) -> &'static str {
        match self {
            Self::Sale => "sales_status",
            Self::CustomerId | Self::UserId | Self::Email => "customer",
            other => other.word(),
        }
    }
}

/// How an order stands when a report of it comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where its purchase stands by now: whoever says so tells no news.
    pub sale: SaleStatus,
    /// Whether the repeat came the same way as what is on record. Of what the sender wants to find again a browser and a
    /// server may well say different things, and neither is wrong.
    pub came_the_same_way: bool,
}

impl Said {
    /// What a report says of its customer and its purchase.
    #[must_use]
    pub fn of(customer: &CustomerFacts, purchase: &Purchase) -> Self {
        let word = |field, word: Option<&str>| word.map(|word| (field, word.to_owned()));
        let digest = |field, text: Option<&str>| text.map(|text| (field, digested(text)));
        let list = |field, ids: &[String]| (!ids.is_empty()).then(|| (field, digested(&in_order(ids))));
        let said = [
            word(Field::Sale, purchase.sale.map(SaleStatus::as_str)),
            word(Field::Status, purchase.stated.map(CommissionStatus::as_str)),
            list(Field::Product, &purchase.product_ids),
            list(Field::Price, &purchase.price_ids),
            word(Field::Interval, interval(purchase)),
            digest(Field::CustomerId, customer.customer_id.as_ref().map(ExternalId::as_str)),
            digest(Field::UserId, customer.external_user_id.as_ref().map(ExternalId::as_str)),
            digest(Field::Email, customer.email.as_ref().map(EmailHash::as_str)),
            digest(Field::Coupon, customer.coupon_code.as_ref().map(ExternalId::as_str)),
            purchase.metadata.as_deref().map(|text| (Field::Metadata, digested(&in_order(&members(text))))),
        ];
        Self { fields: said.into_iter().flatten().collect(), better: None }
    }

    /// The same, of a better report whose facts the row does not show.
    #[must_use]
    pub fn beside(self, facts: &Facts) -> Self {
        Self { better: Some(Better::of(facts)), ..self }
    }

    /// Whether these are the facts of the better report that the row does not show.
    #[must_use]
    pub fn has_told(&self, facts: &Facts) -> bool {
        self.better.as_ref().is_some_and(|better| better.tells(&Better::of(facts)))
    }

    /// The fields in which a repeat tells another story. Empty means that it is the same report.
    #[must_use]
    pub fn differing(&self, repeat: &Self, standing: &Standing) -> Vec<&'static str> {
        let differs = |field: &Field| {
            let Some(told) = repeat.get(*field) else { return false };
            match field {
                Field::Sale => told != self.sale() && told != standing.sale.as_str(),
                Field::Metadata if !standing.came_the_same_way => false,
                field => self.get(*field).is_some_and(|first| first != told),
            }
        };
        let mut told: Vec<&'static str> = Field::ALL.into_iter().filter(differs).map(Field::told).collect();
        told.dedup();
        told
    }

    /// What is said once a better report has told more: where it says nothing, what was said before. What the row did not show
    /// of another report is nobody's word any more.
    #[must_use]
    pub fn followed_by(&self, better: &Self) -> Self {
        let latest = |field| better.get(field).or_else(|| self.get(field));
        let said = Field::ALL.into_iter().filter_map(|field| Some((field, latest(field)?.to_owned())));
        Self { fields: said.collect(), better: None }
    }

    /// As it is stored: `field=digest`, separated by blanks.
    #[must_use]
    pub fn written(&self) -> String {
        let fields = self.fields.iter().map(|(field, said)| (field.word(), said));
        let better = self.better.iter().flat_map(|Better { facts, click }| {
            [Some((Better::FACTS, facts)), click.as_ref().map(|click| (Better::CLICK, click))]
        });
        let words: Vec<String> = fields.chain(better.flatten()).map(|(word, said)| format!("{word}={said}")).collect();
        words.join(" ")
    }

    /// Reads it back; what a newer version says that is not known here is left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let parts: Vec<(&str, &str)> = text.split(' ').filter_map(|part| part.split_once('=')).collect();
        let known = |word: &str| Field::ALL.into_iter().find(|field| field.word() == word);
        let said = |wanted: &str| parts.iter().find(|(word, _)| *word == wanted).map(|(_, said)| (*said).to_owned());
        Self {
            fields: parts.iter().filter_map(|(word, said)| Some((known(word)?, (*said).to_owned()))).collect(),
            better: said(Better::FACTS).map(|facts| Better { facts, click: said(Better::CLICK) }),
        }
    }

    fn get(&self, field: Field) -> Option<&str> {
        self.fields.iter().find(|(said, _)| *said == field).map(|(_, said)| said.as_str())
    }

    fn sale(&self) -> &str {
        self.get(Field::Sale).unwrap_or(SaleStatus::UNSAID.as_str())
    }
}

/// Which payments of a subscription it is one of, or that it is of none; nothing where nothing is said of it.
fn interval(purchase: &Purchase) -> Option<&'static str> {
    let none = purchase.is_no_subscription.then_some("none");
    purchase.subscription.map(Subscription::as_str).or(none)
}

/// Eight bytes tell two stories apart.
fn digested(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What stands in a list, in whatever order it was named.
fn in_order<T: AsRef<str>>(items: &[T]) -> String {
    let mut items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    items.sort_unstable();
    items.iter().map(|item| format!("{}:{item}", item.len())).collect()
}

mod spelling;

#[cfg(test)]
mod tests;
