//! Amounts as JSON numbers, written from their exact decimals: no float is made on the way.

use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{OneOfBuilder, RefOr};

use crate::domain::money::Money;
use crate::web::dialect::written::Written;

/// An amount.
#[derive(Clone, Copy)]
pub(super) struct Number(Money);

impl From<Money> for Number {
    fn from(amount: Money) -> Self {
        Self(amount)
    }
}

impl Written for Number {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.with_ascii(|text| out.extend_from_slice(text));
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
    use super::{Number, Written as _};
    use crate::domain::currency::Currency;
    use crate::domain::money::Money;

    fn number(amount: Money) -> String {
        let mut text = Vec::new();
        Number::from(amount).write(&mut text);
        String::from_utf8(text).unwrap()
    }

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
            assert_eq!(number(amount), written, "{text} {code}");
        }
        assert_eq!(number(Money::new(-5, Currency::USD)), "-0.05");
    }
}
