//! What an example sends, whatever language it is written in.

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where it goes.
    pub url: String,
    /// What it carries, in order.
    pub fields: Vec<(&'static str, Value)>,
}

/// The value of a field.
#[derive(Clone, Debug)]
pub enum Value {
    /// The campaign's API key.
    Key,
    /// A value that stays as it is.
    Fixed(String),
    /// What the reader puts in; what stands there until then.
    Fill(String),
}

impl Value {
    /// A value that the reader puts in.
    #[must_use]
    pub fn fill(placeholder: &str) -> Self {
        Self::Fill(placeholder.to_owned())
    }
}
