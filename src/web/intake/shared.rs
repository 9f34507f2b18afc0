//! The fields that mean the same in every wire format, each into its own type or into a sentence that names it.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use crate::domain::conversion::{CustomerFacts, reported_amount};
use crate::domain::currency::Currency;
use crate::domain::event::Event;
use crate::domain::free_text::FreeText;
use crate::domain::handle::{ActionCode, EmailAddress, EmailHash, ExternalId, HandleError, OrderId, is_placeholder};
use crate::domain::id::CampaignId;
use crate::domain::money::Money;
use crate::domain::secret::holds_secret;
use crate::domain::time::Timestamp;

use super::value::without_secrets;
use super::{FieldError, Fields, Unreadable, Value, json};

/// The most keys of `metadata`.
const MOST_METADATA: usize = 50;

/// The longest of them, in characters.
const LONGEST_METADATA_KEY: usize = 100;

/// The longest value of one, in characters: of a text its own, of anything else those of its JSON.
const LONGEST_METADATA_VALUE: usize = 500;

/// The most products, or prices.
const MOST_IDS: usize = 100;

/// Says which of these is missing, if one is.
///
/// # Errors
/// [`FieldError::Missing`] for the first that is not there.
pub fn required(fields: &Fields, names: &[&'static str]) -> Result<(), FieldError> {
    let missing = names.iter().find(|name| fields.get(name).is_none());
    missing.map_or(Ok(()), |name| Err(FieldError::Missing(name)))
}

/// What a report may say of the customer, in every wire format.
pub const CUSTOMER: [&str; 4] = ["customer_id", "external_user_id", "customer_email", "coupon_code"];

/// Whether something is said of the customer; a placeholder in its place says nothing.
#[must_use]
pub fn names_customer(fields: &Fields) -> bool {
    let is_said = |name: &&str| fields.get(name).is_some_and(|value| !value.as_text().is_some_and(is_placeholder));
    CUSTOMER.iter().any(is_said)
}

/// Says which of these holds a placeholder whose value was never put in, if one does.
///
/// # Errors
/// [`FieldError`] that names the first.
pub fn filled(fields: &Fields, names: &[&'static str]) -> Result<(), FieldError> {
    let found = names.iter().find(|name| fields.text(name).is_some_and(is_placeholder));
    found.map_or(Ok(()), |name| Err(FieldError::malformed(name, HandleError::UnfilledMacro)))
}

/// Says which of these was sent and says nothing, if one does: it may be left out, but where it stands something was meant.
///
/// # Errors
/// [`FieldError`] that names the first.
pub fn not_blank(fields: &Fields, names: &[&'static str]) -> Result<(), FieldError> {
    let found = names.iter().find(|name| fields.is_left_blank(name));
    found.map_or(Ok(()), |name| Err(FieldError::malformed(name, HandleError::Blank)))
}

/// The field as text; what is no text is refused.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn text<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, FieldError> {
    let value = fields.get(name).ok_or(FieldError::Missing(name))?;
    value.as_text().ok_or_else(|| FieldError::malformed(name, "must be a text"))
}

/// Why somebody decides something, in their own words, which stay with the decision. Blank is no reason, and what of it holds
/// an e-mail address or a key is not kept.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn reason(fields: &Fields, name: &'static str) -> Result<String, FieldError> {
    let kept = FreeText::from_untrusted(&without_secrets(text(fields, name)?)).map(FreeText::into_string);
    kept.ok_or_else(|| FieldError::malformed(name, HandleError::Blank))
}

/// The text of a field that may be written as a whole number.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn text_or_integer<'a>(value: &'a Value, name: &'static str) -> Result<&'a str, FieldError> {
    value.as_text_or_integer().ok_or_else(|| FieldError::malformed(name, "must be a text or a whole number"))
}

/// A text that explains and decides nothing, if there is one.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn free_text(fields: &Fields, name: &'static str) -> Result<Option<FreeText>, FieldError> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    text_or_integer(value, name).map(FreeText::from_untrusted)
}

/// What people call a customer, if it is said. What holds an e-mail address or a key is not kept.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn name_of_customer(fields: &Fields, name: &'static str) -> Result<Option<FreeText>, FieldError> {
    Ok(free_text(fields, name)?.filter(|text| !holds_secret(text.as_str())))
}

/// `campaign_id`, or the campaign under another name.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn campaign_id(fields: &Fields, name: &'static str) -> Result<CampaignId, FieldError> {
    text(fields, name)?.parse().map_err(|error| FieldError::malformed(name, error))
}

/// The currency in a field that may be left out. A blank is no currency, and nobody's amount is of another currency by
/// accident.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn optional_currency(fields: &Fields, name: &'static str) -> Result<Option<Currency>, FieldError> {
    not_blank(fields, &[name])?;
    fields.get(name).map(|_| currency(fields, name)).transpose()
}

/// The currency in a field.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn currency(fields: &Fields, name: &'static str) -> Result<Currency, FieldError> {
    Currency::parse(text(fields, name)?).map_err(|error| FieldError::malformed(name, error))
}

/// A word or an id, if there is one.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn word<T: FromStr<Err: Display>>(fields: &Fields, name: &'static str) -> Result<Option<T>, FieldError> {
    if fields.get(name).is_none() {
        return Ok(None);
    }
    text(fields, name)?.parse().map(Some).map_err(|error| FieldError::malformed(name, error))
}

/// A moment with its offset, if there is one.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn moment(fields: &Fields, name: &'static str) -> Result<Option<Timestamp>, FieldError> {
    if fields.get(name).is_none() {
        return Ok(None);
    }
    let at = Timestamp::parse_rfc3339(text(fields, name)?.trim());
    at.map(Some).map_err(|error| FieldError::malformed(name, error))
}

/// Yes or no, if it is said: true or false, as such or as text.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn flag(fields: &Fields, name: &'static str) -> Result<Option<bool>, FieldError> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    match (value, value.as_text().map(str::trim)) {
        (Value::Flag(flag), _) => Ok(Some(*flag)),
        (_, Some("true")) => Ok(Some(true)),
        (_, Some("false")) => Ok(Some(false)),
        _ => Err(FieldError::malformed(name, "must be true or false")),
    }
}

/// The amount in a field, which an event of this kind may have.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn amount(fields: &Fields, name: &'static str, currency: Currency, event: &Event) -> Result<Money, FieldError> {
    let value = fields.get(name).ok_or(FieldError::Missing(name))?;
    let total = value.as_text_or_number().ok_or_else(|| FieldError::malformed(name, "must be a number or a text"))?;
    let amount = Money::parse(total, currency).map_err(|error| FieldError::malformed(name, error))?;
    reported_amount(amount, event).map_err(|error| FieldError::malformed(name, error))
}

/// The action in a field: `sale`, `lead`, `signup` and `trial` are the kinds, every other code is a named action.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn event(fields: &Fields, name: &'static str) -> Result<Event, FieldError> {
    let code = ActionCode::parse(text(fields, name)?).map_err(|error| FieldError::malformed(name, error))?;
    Ok(Event::from_action(code))
}

/// `order_id`.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn order_id(fields: &Fields) -> Result<OrderId, FieldError> {
    optional_order_id(fields, "order_id")?.ok_or(FieldError::Missing("order_id"))
}

/// The order under another name, if it is named. A blank is no name, and no order goes without one by accident: without a
/// name every retry would be an order of its own.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn optional_order_id(fields: &Fields, name: &'static str) -> Result<Option<OrderId>, FieldError> {
    not_blank(fields, &[name])?;
    let Some(value) = fields.get(name) else { return Ok(None) };
    let order_id = OrderId::parse(text_or_integer(value, name)?);
    order_id.map(Some).map_err(|error| FieldError::malformed(name, error))
}

/// `customer_id`, `external_user_id`, `customer_email` and `coupon_code`, as far as they are there. The address is hashed at
/// once, with this key.
///
/// # Errors
/// [`FieldError`] that names the first that cannot be taken.
pub fn customer(fields: &Fields, email_key: &[u8; 32]) -> Result<CustomerFacts, FieldError> {
    Ok(CustomerFacts {
        customer_id: external_id(fields, "customer_id")?,
        external_user_id: external_id(fields, "external_user_id")?,
        email: email(fields, "customer_email", email_key)?,
        coupon_code: external_id(fields, "coupon_code")?,
    })
}

/// An e-mail address, if there is one that is no placeholder; hashed at once, with this key.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn email(fields: &Fields, name: &'static str, key: &[u8; 32]) -> Result<Option<EmailHash>, FieldError> {
    match fields.get(name) {
        Some(value) if !value.as_text().is_some_and(is_placeholder) => {
            let address = EmailAddress::parse(text(fields, name)?);
            Ok(Some(address.map_err(|error| FieldError::malformed(name, error))?.hashed(key)))
        }
        _ => Ok(None),
    }
}

/// A fact that need not be there. A shop that sends a placeholder in its place has said nothing, and loses no sale by it.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn external_id(fields: &Fields, name: &'static str) -> Result<Option<ExternalId>, FieldError> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    match ExternalId::parse(text_or_integer(value, name)?) {
        Err(HandleError::UnfilledMacro) => Ok(None),
        parsed => parsed.map(Some).map_err(|error| FieldError::malformed(name, error)),
    }
}

/// `product_ids`: as [`ids`].
///
/// # Errors
/// [`FieldError`] that says what is wrong with them.
pub fn product_ids(fields: &Fields) -> Result<Vec<String>, FieldError> {
    ids(fields, "product_ids")
}

/// At most a hundred ids of a reasonable length, of products or prices: rules go by them.
///
/// # Errors
/// [`FieldError`] that says what is wrong with them.
pub fn ids(fields: &Fields, name: &'static str) -> Result<Vec<String>, FieldError> {
    let given = fields.list(name)?;
    if given.len() > MOST_IDS {
        return Err(FieldError::malformed(name, format_args!("must not be more than {MOST_IDS}")));
    }
    let named = given.iter().filter(|id| !is_placeholder(id));
    let parsed = named.map(|id| ExternalId::parse(id).map(|id| id.as_str().to_owned()));
    parsed.collect::<Result<_, _>>().map_err(|error| FieldError::malformed(name, error))
}

/// `metadata`: one JSON object, given as such or as its text, and kept as its text, lists and objects inside it included.
/// What of it holds an e-mail address or a key is not kept, however deep it stands.
///
/// # Errors
/// [`FieldError`] that says what is wrong with it.
pub fn metadata(fields: &Fields) -> Result<Option<String>, FieldError> {
    let refuse = |problem: &str| FieldError::malformed("metadata", problem);
    let members = match fields.get("metadata") {
        None => return Ok(None),
        Some(Value::Object(members)) => members.clone(),
        // PHP writes an empty array so, whatever was to stand in it.
        Some(Value::List(items)) if items.is_empty() => Vec::new(),
        Some(Value::Text(text)) => match json::members(text) {
            (members, None) => members,
            (_, Some(problem @ (Unreadable::TooDeep | Unreadable::GivenTwice(_)))) => {
                return Err(refuse(&format!("must be JSON that can be taken: {problem}")));
            }
            (_, Some(_)) => return Err(refuse("must be a JSON object")),
        },
        Some(_) => return Err(refuse("must be a JSON object")),
    };
    if members.len() > MOST_METADATA {
        return Err(refuse(&format!("must not have more than {MOST_METADATA} keys")));
    }
    for (key, value) in &members {
        let is_long = |text: &str, most| text.chars().nth(most).is_some();
        if is_long(key, LONGEST_METADATA_KEY) {
            return Err(refuse(&format!("must not have keys of more than {LONGEST_METADATA_KEY} characters")));
        }
        let written = value.as_text().map_or_else(|| Cow::from(value.as_kept_json()), Cow::from);
        if is_long(&written, LONGEST_METADATA_VALUE) {
            return Err(refuse(&format!("must not have values of more than {LONGEST_METADATA_VALUE} characters")));
        }
    }
    Ok(Some(Value::Object(members).as_kept_json()).filter(|kept| kept != "{}"))
}

#[cfg(test)]
mod tests {
    use super::super::Intake;
    use super::metadata;

    fn kept(member: &str) -> Result<Option<String>, String> {
        let mut intake = Intake::default();
        intake.add_json(format!("{{{member}}}").as_bytes(), &[]);
        assert_eq!(intake.problem, None, "{member}");
        metadata(&intake.fields).map_err(|error| error.to_string())
    }

    #[test]
    fn metadata_is_one_object_kept_as_it_was_written_without_secrets() {
        let some = |text: &str| Ok(Some(text.to_owned()));
        let not_an_object = Err("Invalid parameter: metadata must be a JSON object".to_owned());
        let cases = [
            ("nothing", "", Ok(None)),
            ("null", r#""metadata":null"#, Ok(None)),
            ("an empty object", r#""metadata":{}"#, Ok(None)),
            ("an empty array of PHP", r#""metadata":[]"#, Ok(None)),
            ("a number as written", r#""metadata":{"a":1.50,"b":1e3}"#, some(r#"{"a":1.50,"b":1e3}"#)),
            ("true and nothing", r#""metadata":{"a":true,"b":null}"#, some(r#"{"a":true,"b":null}"#)),
            ("quotes", r#""metadata":{"a\"b":"c\\d\n"}"#, some(r#"{"a\"b":"c\\d\n"}"#)),
            ("an address", r#""metadata":{"who":"me@shop.example"}"#, some(r#"{"who":"[removed]"}"#)),
            ("an address for a name", r#""metadata":{"me@shop.example":1}"#, some(r#"{"[removed]":1}"#)),
            (
                "two addresses for names",
                r#""metadata":{"a@shop.example":1,"b":2,"c@shop.example":3,"[removed] 2":4,"[removed]":5}"#,
                some(r#"{"[removed]":1,"b":2,"[removed] 3":3,"[removed] 2":4,"[removed] 4":5}"#),
            ),
            (
                "what is no address",
                r#""metadata":{"by":"@jane","of":"2 @ 9.99"}"#,
                some(r#"{"by":"@jane","of":"2 @ 9.99"}"#),
            ),
            (
                "an object inside",
                r#""metadata":{"cart":{"items":2,"of":{"a":[]}}}"#,
                some(r#"{"cart":{"items":2,"of":{"a":[]}}}"#),
            ),
            ("a list inside", r#""metadata":{"skus":["a",1.50,null,{}]}"#, some(r#"{"skus":["a",1.50,null,{}]}"#)),
            (
                "addresses inside",
                r#""metadata":{"cart":{"for":"me@shop.example","me@shop.example":["me@shop.example",1]}}"#,
                some(r#"{"cart":{"for":"[removed]","[removed]":["[removed]",1]}}"#),
            ),
            ("its text", r#""metadata":"{\"a\":1}""#, some(r#"{"a":1}"#)),
            ("the text of an object inside", r#""metadata":"{\"a\":{\"b\":[1]}}""#, some(r#"{"a":{"b":[1]}}"#)),
            ("another text", r#""metadata":"a=1""#, not_an_object.clone()),
            ("a list", r#""metadata":[1]"#, not_an_object),
        ];
        for (name, member, expected) in cases {
            assert_eq!(kept(member), expected, "{name}");
        }
        let of = |keys: usize| (0..keys).map(|key| format!("\"k{key}\":1")).collect::<Vec<_>>().join(",");
        assert!(kept(&format!("\"metadata\":{{{}}}", of(50))).is_ok());
        let error = kept(&format!("\"metadata\":{{{}}}", of(51))).unwrap_err();
        assert_eq!(error, "Invalid parameter: metadata must not have more than 50 keys");
        // Of a text its own characters are counted, of anything inside those of its JSON.
        let (list, long) = (|text: usize| format!("\"metadata\":{{\"a\":[\"{}\"]}}", "x".repeat(text)), 496);
        assert!(kept(&list(long)).is_ok() && kept(&format!("\"metadata\":{{\"a\":\"{}\"}}", "x".repeat(500))).is_ok());
        let error = kept(&list(long + 1)).unwrap_err();
        assert_eq!(error, "Invalid parameter: metadata must not have values of more than 500 characters");
        let deep = format!("\"metadata\":\"{{\\\"a\\\":{}{}}}\"", "[".repeat(8), "]".repeat(8));
        let error = kept(&deep).unwrap_err();
        assert!(error.ends_with("The JSON must not be nested more than 8 levels deep"), "{error}");
    }
}
