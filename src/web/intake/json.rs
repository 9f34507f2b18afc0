//! JSON whose numbers keep their text and whose names must not repeat.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Unreadable, Value, shortened};

/// How deep lists and objects may stand inside each other.
const DEEPEST: usize = 8;

/// An object's members in their order, repeated names included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Reads an object.
pub(super) fn object(text: &str) -> Result<Vec<(String, Value)>, Unreadable> {
    if depth(text) > DEEPEST {
        return Err(Unreadable::TooDeep);
    }
    let members: Members<'_> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let mut fields: Vec<(String, Value)> = Vec::with_capacity(members.0.len());
    for (name, raw) in members.0 {
        if fields.iter().any(|(known, _)| *known == name) {
            return Err(Unreadable::GivenTwice(shortened(&name)));
        }
        fields.push((name, value(raw.get())?));
    }
    Ok(fields)
}

fn value(raw: &str) -> Result<Value, Unreadable> {
    Ok(match raw.as_bytes().first() {
        Some(b'"') => Value::Text(serde_json::from_str(raw).map_err(|error| not_json(&error))?),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(|error| not_json(&error))?;
            Value::List(items.into_iter().map(|item| value(item.get())).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            object(raw)?;
            Value::Object(raw.to_owned())
        }
        Some(b'n') => Value::Null,
        Some(b't') => Value::Flag(true),
        Some(b'f') => Value::Flag(false),
        _ => Value::Number(raw.to_owned()),
    })
}

/// serde_json says where the text breaks off and never repeats it.
fn not_json(error: &serde_json::Error) -> Unreadable {
    let place = format!("line {} column {}", error.line(), error.column());
    Unreadable::NotJson(if error.is_data() {
        "it is not an object".into()
    } else {
        format!("it breaks off at {place}")
    })
}

/// How deep lists and objects stand inside each other, counted without building anything.
fn depth(text: &str) -> usize {
    let (mut deepest, mut now) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'[' | b'{') => {
                now += 1;
                deepest = deepest.max(now);
            }
            (false, b']' | b'}') => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::{Unreadable, Value, object};

    #[test]
    fn numbers_keep_the_text_they_were_written_with() {
        let fields = object(r#"{"a": 99.990, "b": 1e2, "c": 12345678901234567890123, "d": -0, "e": "9"}"#).unwrap();
        let texts: Vec<String> = fields.iter().map(|(_, value)| value.to_string()).collect();
        assert_eq!(texts, ["99.990", "1e2", "12345678901234567890123", "-0", "9"]);
        assert_eq!(fields[4].1, Value::Text("9".into()));
    }

    #[test]
    fn what_cannot_be_taken_is_named() {
        let deep = format!("{}1{}", "[".repeat(8), "]".repeat(8));
        let cases = [
            ("twice", r#"{"order_id":"1","order_id":"2"}"#.to_owned(), Unreadable::GivenTwice("order_id".into())),
            ("twice inside", r#"{"m":{"a":1,"a":2}}"#.into(), Unreadable::GivenTwice("a".into())),
            ("twice by escape", r#"{"a":1,"\u0061":2}"#.into(), Unreadable::GivenTwice("a".into())),
            ("too deep", format!(r#"{{"m":{deep}}}"#), Unreadable::TooDeep),
            ("a list", "[1]".into(), Unreadable::NotJson("it is not an object".into())),
            ("a half", r#"{"a":"#.into(), Unreadable::NotJson("it breaks off at line 1 column 5".into())),
        ];
        for (name, text, problem) in cases {
            assert_eq!(object(&text), Err(problem), "{name}");
        }
    }

    #[test]
    fn brackets_in_text_are_no_depth() {
        assert!(object(&format!(r#"{{"a":"{}\"["}}"#, "[".repeat(50))).is_ok());
    }
}
