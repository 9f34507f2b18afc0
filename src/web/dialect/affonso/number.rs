//! Amounts as JSON numbers, written from their exact decimals: no float is made on the way.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{OneOfBuilder, RefOr};

use crate::domain::money::Money;

/// An amount.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Number(Box<RawValue>);

impl From<Money> for Number {
    fn from(amount: Money) -> Self {
        // cannot fail: an amount is written as digits, with a point between them and a sign before them.
        Self(RawValue::from_string(amount.to_string()).expect("an amount is a JSON number"))
    }
}

/// What the reference says of an amount.
pub(super) fn amount() -> RefOr<Schema> {
    Schema::from(ObjectBuilder::new().schema_type(Type::Number)).into()
}

/// What the reference says of an amount that may not be known.
pub(super) fn amount_or_null() -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    OneOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Number)).item(null).into()
}

#[cfg(test)]
mod tests {
    use super::Number;
    use crate::domain::currency::Currency;
    use crate::domain::money::Money;

    #[test]
    fn an_amount_is_a_number_with_the_decimals_of_its_currency() {
        let cases = [
            ("USD", "99.99", "99.99"),
            ("USD", "0.10", "0.10"),
            ("JPY", "1234", "1234"),
            ("KWD", "1.005", "1.005"),
            ("USD", "9999999999999.99", "9999999999999.99"),
        ];
        for (code, text, written) in cases {
            let amount = Money::parse(text, Currency::parse(code).unwrap()).unwrap();
            assert_eq!(serde_json::to_string(&Number::from(amount)).unwrap(), written, "{text} {code}");
        }
        assert_eq!(serde_json::to_string(&Number::from(Money::new(-5, Currency::USD))).unwrap(), "-0.05");
    }
}
