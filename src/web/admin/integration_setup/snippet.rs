//! An example as parts.

/// What an example is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A shell with curl.
    Curl,
    /// PHP with its curl extension.
    Php,
    /// JavaScript, as Node runs it since version 18.
    Node,
    /// Python 3 with nothing but its standard library.
    Python,
}

impl Language {
    /// Every language, in the order they are offered.
    pub const ALL: &'static [Self] = &[Self::Curl, Self::Php, Self::Node, Self::Python];

    /// The word by which a page remembers it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Php => "php",
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Curl => "cURL",
            Self::Php => "PHP",
            Self::Node => "Node",
            Self::Python => "Python",
        }
    }
}

/// A piece of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What stays as it is.
    Text(String),
    /// What the reader replaces.
    Placeholder(String),
    /// The campaign's API key.
    Key,
}

/// An example in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// What it is written in.
    pub language: Language,
    /// Its pieces, in order.
    pub parts: Vec<Part>,
}

impl Snippet {
    /// The text that copying gives, with this key in it.
    #[must_use]
    pub fn plain(&self, key: &str) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) | Part::Placeholder(text) => text.clone(),
            Part::Key => key.to_owned(),
        };
        self.parts.iter().map(text).collect()
    }
}

/// Puts an example together.
#[derive(Debug, Default)]
pub(super) struct Draft(Vec<Part>);

impl Draft {
    /// Adds what stays, to the text before it where there is one.
    pub(super) fn text(&mut self, more: &str) -> &mut Self {
        match self.0.last_mut() {
            Some(Part::Text(text)) => text.push_str(more),
            _ => self.0.push(Part::Text(more.to_owned())),
        }
        self
    }

    /// Adds what the reader replaces.
    pub(super) fn placeholder(&mut self, text: String) -> &mut Self {
        self.0.push(Part::Placeholder(text));
        self
    }

    /// Adds the key.
    pub(super) fn key(&mut self) -> &mut Self {
        self.0.push(Part::Key);
        self
    }

    /// The parts.
    pub(super) fn parts(self) -> Vec<Part> {
        self.0
    }

    /// The example.
    pub(super) fn in_language(self, language: Language) -> Snippet {
        Snippet { language, parts: self.0 }
    }
}
