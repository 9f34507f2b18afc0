//! What fields may hold, in the words of JSON Schema. The sentences that explain a malformed one are those of the type that
//! reads it; this says the same to tools, as closely as a schema can. What it cannot say: that a text must not be a
//! placeholder such as `{order_id}`, that a field must not be given twice, and how many decimals a currency has.

use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type,
};

use crate::web::intake::field::{Field, Kind, Presence};

/// What an id looks like behind its prefix.
const ID: &str = "_[0-7][0-9a-hjkmnp-tv-z]{25}";

/// What a click token looks like.
const CLICK: &str = "clk_[A-Za-z0-9_-]{71}";

/// Text with something in it and no control characters.
const NAMED: &str = r"[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200d\u2060\ufeff][^\u0000-\u001f\u007f-\u009f]*";

/// Digits with at most three decimals.
const AMOUNT: &str = r"[0-9]{1,12}(\.[0-9]{1,3})?";

/// Digits.
const MINOR_UNITS: &str = "[0-9]{1,15}";

/// A day, or a moment with its offset.
const DAY_OR_MOMENT: &str =
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2}))?";

/// Yes or no, as text.
const FLAG: &str = "true|false";

/// A moment with its offset.
const MOMENT: &str = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})";

/// What the reference says of a field. Forms and queries carry text only; in JSON a null leaves out what may be left out.
pub(super) fn of(field: &Field, as_text: bool) -> RefOr<Schema> {
    let schema = filled(field, as_text);
    if as_text || field.is_required() {
        return schema;
    }
    let nothing = ObjectBuilder::new().schema_type(Type::Null);
    AnyOfBuilder::new().item(schema).item(nothing).description(Some(field.says)).into()
}

fn filled(field: &Field, as_text: bool) -> RefOr<Schema> {
    let described = |object: ObjectBuilder| object.description(Some(field.says)).into();
    match field.kind {
        Kind::Amount if !as_text => either(field, [like(field, AMOUNT, "99.99"), number()]),
        Kind::MinorUnits if !as_text => either(field, [like(field, MINOR_UNITS, "9999"), digits()]),
        Kind::Text if !as_text => either(field, [text(), digits()]),
        Kind::ExternalId if !as_text => either(field, [external_id(field), digits()]),
        Kind::Ids if !as_text => {
            let list = ArrayBuilder::new().items(external_id(field)).max_items(Some(100));
            list.description(Some(field.says)).into()
        }
        Kind::Metadata if as_text => described(text()),
        Kind::Flag if !as_text => {
            let flag = ObjectBuilder::new().schema_type(Type::Boolean);
            either(field, [flag, like(field, FLAG, "true")])
        }
        _ => described(plain(field)),
    }
}

fn either(field: &Field, choices: [ObjectBuilder; 2]) -> RefOr<Schema> {
    let one = choices.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item);
    one.description(Some(field.says)).into()
}

fn plain(field: &Field) -> ObjectBuilder {
    match field.kind {
        Kind::Key(letters) => {
            let (pattern, example) =
                (format!("{letters}_(live|test)_[0-9a-hjkmnp-tv-z]{{50}}"), format!("{letters}_live_…"));
            like(field, &pattern, &example)
        }
        Kind::ClickToken => like(field, CLICK, "clk_…"),
        Kind::ReferralOrClick => like(field, &format!("ref{ID}|{CLICK}"), "ref_01h455vb4pex5vsknk084sn02q"),
        Kind::Id(prefix) => like(field, &format!("{prefix}{ID}"), &format!("{prefix}_01h455vb4pex5vsknk084sn02q")),
        Kind::LinkCode => like(field, "[A-Za-z0-9_-]{4,32}", "anna-S2S1"),
        Kind::Affiliate => like(field, "[A-Za-z0-9_-]{2,32}", "anna"),
        Kind::ExternalId => external_id(field),
        Kind::Amount => like(field, AMOUNT, "99.99"),
        Kind::MinorUnits => like(field, MINOR_UNITS, "9999"),
        Kind::Currency => like(field, "[A-Za-z]{3}", "USD"),
        Kind::Action => like(field, "[A-Za-z0-9_.-]{1,64}", "newsletter"),
        Kind::Email => like(field, r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)*", "customer@example.com"),
        Kind::Address => like(field, r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-fA-F:]{2,39}", "203.0.113.9"),
        Kind::Tracking => like(field, "[A-Za-z0-9_-]{2,32}", "anna-S2S1"),
        Kind::Moment => like(field, MOMENT, "2026-03-20T14:30:00Z"),
        Kind::Flag => like(field, FLAG, "true"),
        Kind::DayOrMoment => like(field, DAY_OR_MOMENT, "2026-03-31"),
        Kind::Word(words) => text().enum_values(Some(words.iter().copied().chain(nothing(field)))),
        Kind::Text | Kind::Ids => text(),
        Kind::Metadata => metadata(),
        Kind::Number(least, most) => whole(least, most),
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Text of this form, or blank where that leaves the field out.
fn like(field: &Field, pattern: &str, example: &str) -> ObjectBuilder {
    let pattern = if may_be_blank(field) { format!(r"^(?:\s*|{pattern})$") } else { format!("^(?:{pattern})$") };
    text().pattern(Some(pattern)).examples([json!(example)])
}

fn nothing(field: &Field) -> Option<&'static str> {
    may_be_blank(field).then_some("")
}

fn may_be_blank(field: &Field) -> bool {
    field.presence == Presence::Optional
}

fn external_id(field: &Field) -> ObjectBuilder {
    like(field, NAMED, "order_456").max_length(Some(255))
}

/// An object of words, numbers, flags and nothings, or of lists and objects of them.
fn metadata() -> ObjectBuilder {
    let kinds = [Type::Number, Type::Boolean, Type::Null, Type::Array, Type::Object]
        .map(|kind| ObjectBuilder::new().schema_type(kind));
    let word = OneOfBuilder::new().item(text().max_length(Some(500)));
    let word = kinds.into_iter().fold(word, OneOfBuilder::item);
    let object = ObjectBuilder::new().schema_type(Type::Object).max_properties(Some(50));
    let object = object.property_names(Some(text().max_length(Some(100))));
    object.additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(Schema::from(word)))))
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0)).examples([json!(99)])
}

/// A whole number, of any length.
fn digits() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0))
}

fn whole(least: i64, most: i64) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most))
}
