//! One field's value, as it was written.

use std::collections::HashSet;

use crate::domain::free_text::FreeText;
use crate::domain::secret::holds_secret;

/// A value, with numbers as their text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A JSON string, or anything from a form or a query.
    Text(String),
    /// A JSON number, as it was written.
    Number(String),
    /// A JSON true or false.
    Flag(bool),
    /// A JSON null.
    Null,
    /// A JSON list.
    List(Vec<Value>),
    /// A JSON object.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string or the digits of an integer.
    #[must_use]
    pub fn as_text_or_integer(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(text),
            _ => None,
        }
    }

    /// The text of a string or a number.
    #[must_use]
    pub fn as_text_or_number(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The value as it may be kept for somebody to read: redacted, on one line, of a bounded length. Nothing of nothing.
    #[must_use]
    pub fn storable(&self) -> Option<String> {
        Some(redacted("", &self.to_string())).filter(|text| !text.is_empty())
    }

    /// The value as JSON that may be kept: numbers as they were written, and no text in it that holds an e-mail address or
    /// a key.
    #[must_use]
    pub(super) fn as_kept_json(&self) -> String {
        match self {
            Self::Text(text) if holds_secret(text) => quoted(REMOVED),
            Self::Text(text) => quoted(text),
            Self::Number(text) => text.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Null => "null".to_owned(),
            Self::List(values) => {
                let values: Vec<String> = values.iter().map(Self::as_kept_json).collect();
                format!("[{}]", values.join(","))
            }
            Self::Object(members) => {
                let kept = |name: &str| if holds_secret(name) { REMOVED.to_owned() } else { name.to_owned() };
                let names = told_apart(members.iter().map(|(name, _)| kept(name)).collect());
                let member = |(name, (_, value)): (&String, &(String, Self))| {
                    format!("{}:{}", quoted(name), value.as_kept_json())
                };
                format!("{{{}}}", names.iter().zip(members).map(member).collect::<Vec<_>>().join(","))
            }
        }
    }

    pub(super) fn add_items(&self, items: &mut Vec<String>) -> Result<(), ()> {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => {
                items.extend(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned));
                Ok(())
            }
            Self::List(values) => values.iter().try_for_each(|value| value.add_item(items)),
            other => other.add_item(items),
        }
    }

    fn add_item(&self, items: &mut Vec<String>) -> Result<(), ()> {
        let item = self.as_text_or_integer().ok_or(())?;
        items.push(item.to_owned());
        Ok(())
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) | Self::Number(text) => formatter.write_str(text),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::Null => formatter.write_str("null"),
            Self::List(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                formatter.write_str(&values.join(","))
            }
            Self::Object(members) => {
                let members: Vec<String> = members.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                write!(formatter, "{{{}}}", members.join(", "))
            }
        }
    }
}

/// A text as a JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// It is required and not there.
    #[error("Missing required parameter: {0}")]
    Missing(&'static str),
    /// It is there and cannot be taken.
    #[error("Invalid parameter: {field} {problem}")]
    Malformed {
        /// Which field.
        field: &'static str,
        /// What it must be, beginning with "must".
        problem: String,
    },
}

impl FieldError {
    /// A field that cannot be taken, with what it must be.
    pub fn malformed(field: &'static str, problem: impl std::fmt::Display) -> Self {
        Self::Malformed { field, problem: problem.to_string() }
    }
}

/// What stands in the place of a text that may not be kept.
pub(super) const REMOVED: &str = "[removed]";

/// Names as they may be kept, each another one: of those that would be the same, from the second on, with its number.
pub(super) fn told_apart(names: Vec<String>) -> Vec<String> {
    if names.iter().enumerate().all(|(place, name)| !names[..place].contains(name)) {
        return names;
    }
    let all: HashSet<String> = names.iter().cloned().collect();
    let mut used: HashSet<String> = HashSet::new();
    let apart = |name: String| {
        if used.insert(name.clone()) {
            return name;
        }
        let numbered = (2_u32..).map(|number| format!("{name} {number}"));
        let free = numbered.into_iter().find(|free| !all.contains(free) && used.insert(free.clone()));
        free.unwrap_or(name)
    };
    names.into_iter().map(apart).collect()
}

/// A text that somebody wrote to be read again, without the words in it that hold an e-mail address or a key.
pub(super) fn without_secrets(text: &str) -> String {
    let kept = |word| if holds_secret(word) { REMOVED } else { word };
    text.split_whitespace().map(kept).collect::<Vec<_>>().join(" ")
}

/// A value as it may be kept: no e-mail address, no key, bounded.
pub(super) fn redacted(name: &str, value: &str) -> String {
    let named_so = name.to_ascii_lowercase().contains("email");
    if named_so || holds_secret(value) {
        return REMOVED.into();
    }
    FreeText::from_untrusted(value).map(FreeText::into_string).unwrap_or_default()
}
