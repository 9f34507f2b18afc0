//! What fields may hold, in the words of JSON Schema. The sentences that explain a malformed one are those of the type that
//! reads it; this says the same to tools, as closely as a schema can.

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type,
};

use crate::web::intake::field::{Field, Kind};

/// What an id looks like behind its prefix.
const ID: &str = "_[0-7][0-9a-hjkmnp-tv-z]{25}$";

/// Text with something in it and no control characters. That it must not be a placeholder, such as `{order_id}`, no schema
/// can say.
const NAMED: &str = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200d\u2060\ufeff][^\u0000-\u001f\u007f-\u009f]*$";

/// Digits with at most three decimals; how many a currency has, no schema can say.
const AMOUNT: &str = r"^[0-9]{1,12}(\.[0-9]{1,3})?$";

/// What the reference says of a field. Forms and queries carry text only.
pub(super) fn of(field: &Field, as_text: bool) -> RefOr<Schema> {
    let described = |object: ObjectBuilder| object.description(Some(field.says)).into();
    match field.kind {
        Kind::Amount if !as_text => either(field.says, [like(AMOUNT, "99.99"), number()]),
        Kind::ExternalId if !as_text => either(field.says, [external_id(), whole(0, i64::MAX)]),
        Kind::Ids if !as_text => {
            let list = ArrayBuilder::new().items(external_id()).max_items(Some(100));
            list.description(Some(field.says)).into()
        }
        Kind::Metadata if as_text => described(text()),
        kind => described(plain(kind)),
    }
}

fn either(says: &str, choices: [ObjectBuilder; 2]) -> RefOr<Schema> {
    let one = choices.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item);
    one.description(Some(says)).into()
}

fn plain(kind: Kind) -> ObjectBuilder {
    match kind {
        Kind::Key(letters) => {
            like(&format!("^{letters}_(live|test)_[0-9a-hjkmnp-tv-z]{{50}}$"), &format!("{letters}_live_…"))
        }
        Kind::ClickToken => like("^clk_[A-Za-z0-9_-]{71}$", "clk_…"),
        Kind::Id(prefix) => like(&format!("^{prefix}{ID}"), &format!("{prefix}_01h455vb4pex5vsknk084sn02q")),
        Kind::LinkCode => like("^[A-Za-z0-9_-]{4,32}$", "anna-S2S1"),
        Kind::Affiliate => like("^[A-Za-z0-9_-]{2,32}$", "anna"),
        Kind::ExternalId => external_id(),
        Kind::Amount => like(AMOUNT, "99.99"),
        Kind::Currency => like("^[A-Za-z]{3}$", "USD"),
        Kind::Action => like("^[A-Za-z0-9_.-]{1,64}$", "newsletter"),
        Kind::Word(words) => text().enum_values(Some(words.iter().copied())),
        Kind::Email => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))),
        Kind::Address => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Ipv4))),
        Kind::DayOrMoment => like("^[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-03-31"),
        Kind::Text | Kind::Ids => text(),
        Kind::Metadata => {
            let word = RefOr::T(Schema::from(text().max_length(Some(500))));
            let object = ObjectBuilder::new().schema_type(Type::Object).max_properties(Some(50));
            object.additional_properties(Some(AdditionalProperties::RefOr(word)))
        }
        Kind::Number(least, most) => whole(least, most),
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn like(pattern: &str, example: &str) -> ObjectBuilder {
    text().pattern(Some(pattern)).examples([json!(example)])
}

fn external_id() -> ObjectBuilder {
    like(NAMED, "order_456").min_length(Some(1)).max_length(Some(255))
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0)).examples([Value::from(99)])
}

fn whole(least: i64, most: i64) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most))
}
