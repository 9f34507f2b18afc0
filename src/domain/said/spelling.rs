//! Metadata in one spelling, so that a repeat is known again in whatever order its keys stand.
//!
//! It is kept without blanks, so its text is taken apart where it stands. Objects mean the same in any order, however deep
//! they are; lists do not.

use super::in_order;

/// The members of an object, each in one spelling.
pub(super) fn members(object: &str) -> Vec<String> {
    let member = |part: &str| match parts(part, ':')[..] {
        [name, value] => format!("{name}:{}", spelled(value)),
        _ => part.to_owned(),
    };
    parts(inside(object), ',').into_iter().map(member).collect()
}

/// A value in one spelling.
fn spelled(value: &str) -> String {
    match value.as_bytes().first() {
        Some(b'{') => format!("{{{}}}", in_order(&members(value))),
        Some(b'[') => {
            let items: Vec<String> = parts(inside(value), ',').into_iter().map(spelled).collect();
            format!("[{}]", items.join(","))
        }
        _ => value.to_owned(),
    }
}

/// What stands between the brackets of an object or a list.
fn inside(value: &str) -> &str {
    value.get(1..value.len().saturating_sub(1)).unwrap_or_default()
}

/// What stands between the separators that are in no text, and in no list and no object.
fn parts(text: &str, separator: char) -> Vec<&str> {
    let (mut is_text, mut is_escaped, mut depth) = (false, false, 0_u32);
    let parts = text.split(|character| {
        let ends = character == separator && !is_text && depth == 0;
        match character {
            '{' | '[' if !is_text => depth += 1,
            '}' | ']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_text ^= character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        ends
    });
    parts.collect()
}
