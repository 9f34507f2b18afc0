//! JSON whose numbers keep their text and whose names must not repeat.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{MOST_FIELDS, Unreadable, Value, shortened};

/// How deep lists and objects may stand inside each other.
pub(super) const DEEPEST: usize = 8;

/// An object's members in their order, repeated names included; they stay where they were put when the text breaks off.
struct Collect<'a, 'de>(&'a mut Vec<(String, &'de RawValue)>);

impl<'de> DeserializeSeed<'de> for Collect<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collect<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(member) = map.next_entry()? {
            self.0.push(member);
            if self.0.len() > MOST_FIELDS {
                return Err(A::Error::custom("too many members"));
            }
        }
        Ok(())
    }
}

/// Reads an object's members, as far as they can be read, and the first thing that is wrong with it.
pub(super) fn members(text: &str) -> (Vec<(String, Value)>, Option<Unreadable>) {
    if depth(text) > DEEPEST {
        return (Vec::new(), Some(Unreadable::TooDeep));
    }
    let mut raw = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Collect(&mut raw).deserialize(&mut reader).and_then(|()| reader.end());
    let mut problem = match read {
        Err(_) if raw.len() > MOST_FIELDS => Some(Unreadable::TooManyFields),
        read => read.err().map(|error| not_json(&error)),
    };
    let mut fields: Vec<(String, Value)> = Vec::with_capacity(raw.len());
    for (name, raw) in raw {
        match value(raw.get()) {
            _ if fields.iter().any(|(known, _)| *known == name) => {
                problem.get_or_insert(Unreadable::GivenTwice(shortened(&name)));
            }
            Ok(value) => fields.push((name, value)),
            Err(found) => {
                problem.get_or_insert(found);
            }
        }
    }
    (fields, problem)
}

fn value(raw: &str) -> Result<Value, Unreadable> {
    let not_text = |_| Unreadable::NotJson("a text in it is not valid Unicode".into());
    Ok(match raw.as_bytes().first() {
        Some(b'"') => Value::Text(serde_json::from_str(raw).map_err(not_text)?),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(not_text)?;
            Value::List(items.into_iter().map(|item| value(item.get())).collect::<Result<_, _>>()?)
        }
        Some(b'{') => match members(raw) {
            (_, Some(problem)) => return Err(problem),
            (members, None) => Value::Object(members),
        },
        Some(b'n') => Value::Null,
        Some(b't') => Value::Flag(true),
        Some(b'f') => Value::Flag(false),
        _ => Value::Number(raw.to_owned()),
    })
}

/// The text under a name in something that is not quite JSON. Only to find out whose broken request it is.
pub(super) fn find_text<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = text.split_once(&format!("\"{name}\""))?;
    let value = after.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    value.split_once('"').map(|(value, _)| value)
}

/// serde_json says where the text breaks off and never repeats it.
fn not_json(error: &serde_json::Error) -> Unreadable {
    if error.is_data() {
        return Unreadable::NotJson("it is not an object".into());
    }
    Unreadable::NotJson(format!("it is not valid at line {} column {}", error.line(), error.column()))
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
    use super::{Unreadable, Value, find_text, members};

    #[test]
    fn numbers_keep_the_text_they_were_written_with() {
        let (fields, problem) = members(r#"{"a": 99.990, "b": 1e2, "c": 12345678901234567890123, "d": -0, "e": "9"}"#);
        let texts: Vec<String> = fields.iter().map(|(_, value)| value.to_string()).collect();
        assert_eq!((texts.join(" "), problem), ("99.990 1e2 12345678901234567890123 -0 9".to_owned(), None));
        assert_eq!(fields[4].1, Value::Text("9".into()));
    }

    #[test]
    fn what_cannot_be_taken_is_named_and_what_stands_before_it_is_kept() {
        let deep = format!("{}1{}", "[".repeat(8), "]".repeat(8));
        let many: Vec<String> = (0..201).map(|number| format!(r#""{number}":1"#)).collect();
        let not_json = |what: &str| Unreadable::NotJson(what.into());
        let cases = [
            ("twice", r#"{"order_id":"1","order_id":"2"}"#.to_owned(), 1, Unreadable::GivenTwice("order_id".into())),
            ("twice inside", r#"{"o":1,"m":{"a":1,"a":2}}"#.into(), 1, Unreadable::GivenTwice("a".into())),
            ("twice by escape", r#"{"a":1,"\u0061":2}"#.into(), 1, Unreadable::GivenTwice("a".into())),
            ("too deep", format!(r#"{{"m":{deep}}}"#), 0, Unreadable::TooDeep),
            ("too many", format!("{{{}}}", many.join(",")), 201, Unreadable::TooManyFields),
            ("a list", "[1]".into(), 0, not_json("it is not an object")),
            ("a half", r#"{"k":"1","a":"#.into(), 1, not_json("it is not valid at line 1 column 13")),
            ("a comma too many", r#"{"k":"1",}"#.into(), 1, not_json("it is not valid at line 1 column 10")),
            ("something after it", r#"{"k":"1"} x"#.into(), 1, not_json("it is not valid at line 1 column 11")),
            ("half a character", r#"{"k":"1","a":"\ud800"}"#.into(), 1, not_json("a text in it is not valid Unicode")),
        ];
        for (name, text, kept, problem) in cases {
            let (fields, found) = members(&text);
            assert_eq!((fields.len(), found), (kept, Some(problem)), "{name}");
        }
    }

    #[test]
    fn brackets_in_text_are_no_depth() {
        assert_eq!(members(&format!(r#"{{"a":"{}\"["}}"#, "[".repeat(50))).1, None);
    }

    #[test]
    fn a_broken_text_still_says_whose_it_is() {
        let cases = [
            ("after the break", r#"{"a":01, "api_key" : "ak"}"#, Some("ak")),
            ("not there", r#"{"a":01}"#, None),
            ("not a text", r#"{"api_key":1"#, None),
            ("cut off inside", r#"{"api_key":"ak"#, None),
        ];
        for (name, text, found) in cases {
            assert_eq!(find_text(text, "api_key"), found, "{name}");
        }
    }
}
