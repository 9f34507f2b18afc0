//! Rust as a list of tokens, just well enough to tell code from what is written about it: strings (raw ones too), characters
//! against lifetimes, nested comments, docstrings. It resolves nothing and expands no macro.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word,
    Number,
    Text,
    Character,
    Lifetime,
    Sign,
    Comment,
    OuterDoc,
    InnerDoc,
}

/// One token with the line it begins on, counted from 1. `::` is one sign; a text comes without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub line: usize,
}

impl Token {
    pub fn is(&self, text: &str) -> bool {
        self.text == text && matches!(self.kind, Kind::Word | Kind::Sign)
    }

    pub fn is_written_about_code(&self) -> bool {
        matches!(self.kind, Kind::Comment | Kind::OuterDoc | Kind::InnerDoc)
    }
}

/// Reads a whole file. What is not valid Rust still ends.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader { rest: source, line: 1, tokens: Vec::new() };
    while let Some(next) = reader.rest.chars().next() {
        reader.step(next);
    }
    reader.tokens
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    fn step(&mut self, next: char) {
        if next.is_whitespace() {
            self.skip(next.len_utf8());
        } else if self.rest.starts_with("//") {
            let kind = comment_kind(self.rest, '/');
            self.push(kind, self.length_while(|c| c != '\n'));
        } else if self.rest.starts_with("/*") {
            let kind = comment_kind(self.rest, '*');
            self.push(kind, block_comment(self.rest));
        } else if let Some((before, hashes)) = string_start(self.rest) {
            self.text(before, hashes);
        } else if self.rest.starts_with('\'') || self.rest.starts_with("b'") {
            self.quote();
        } else if self.rest.starts_with("r#") {
            self.skip(2);
        } else if next.is_alphabetic() || next == '_' {
            self.push(Kind::Word, self.length_while(is_word));
        } else if next.is_ascii_digit() {
            self.push(Kind::Number, self.length_while(is_word));
        } else {
            let length = if self.rest.starts_with("::") { 2 } else { next.len_utf8() };
            self.push(Kind::Sign, length);
        }
    }

    fn length_while(&self, keep: impl Fn(char) -> bool) -> usize {
        self.rest.find(|c| !keep(c)).unwrap_or(self.rest.len())
    }

    fn skip(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += gone.matches('\n').count();
        self.rest = rest;
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let (text, _) = self.rest.split_at(length.min(self.rest.len()));
        self.tokens.push(Token { kind, text: text.to_owned(), line: self.line });
        self.skip(length);
    }

    /// `before` counts the prefix with its quote; a raw string ends at a quote with as many hashes as it began with.
    fn text(&mut self, before: usize, hashes: Option<usize>) {
        self.skip(before);
        let closing = format!("\"{}", "#".repeat(hashes.unwrap_or(0)));
        let length = match hashes {
            Some(_) => self.rest.find(&closing).unwrap_or(self.rest.len()),
            None => escaped_length(self.rest, '"'),
        };
        self.push(Kind::Text, length);
        self.skip(closing.len());
    }

    /// `'a'` and `'\n'` are characters, `'a` without a closing quote is a lifetime.
    fn quote(&mut self) {
        self.skip(if self.rest.starts_with('b') { 2 } else { 1 });
        let mut ahead = self.rest.chars();
        let (first, second) = (ahead.next(), ahead.next());
        if first == Some('\\') || second == Some('\'') {
            self.push(Kind::Character, escaped_length(self.rest, '\''));
            self.skip(1);
        } else {
            self.push(Kind::Lifetime, self.length_while(is_word));
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `///` and `/**` document what follows, `//!` and `/*!` what they stand in; `////` and `/***` only look like it.
fn comment_kind(rest: &str, mark: char) -> Kind {
    let mut after = rest.chars().skip(2);
    match (after.next(), after.next()) {
        (Some('!'), _) => Kind::InnerDoc,
        (Some(first), second) if first == mark && second != Some(mark) && second != Some('/') => Kind::OuterDoc,
        _ => Kind::Comment,
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(ahead) = rest.get(at..).filter(|ahead| !ahead.is_empty()) {
        if ahead.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if ahead.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += ahead.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a string's prefix with its quote, and how many hashes a raw one has.
fn string_start(rest: &str) -> Option<(usize, Option<usize>)> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| rest.starts_with(prefix))?;
    let after = rest.strip_prefix(prefix)?;
    let raw = prefix.ends_with('r');
    let hashes = if raw { after.len() - after.trim_start_matches('#').len() } else { 0 };
    let quoted = after.get(hashes..)?.starts_with('"');
    quoted.then_some((prefix.len() + hashes + 1, raw.then_some(hashes)))
}

/// How far it is to the closing quote, over whatever a backslash protects.
fn escaped_length(rest: &str, closing: char) -> usize {
    let mut protected = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if protected => protected = false,
            '\\' => protected = true,
            _ if c == closing => return at,
            _ => {}
        }
    }
    rest.len()
}

#[test]
fn code_is_told_from_what_is_written_about_it() {
    let source = "use a::b; // c\n/// d\n/* e /* f */ g */ fn r#type<'h>(i: &'h str) { r#\"j \" k\"#; \"l \\\" m\"; 'n'; b'\\''; 1.5f64 }";
    let found: Vec<(Kind, String)> = tokens(source).into_iter().map(|token| (token.kind, token.text)).collect();
    let of = |kind: Kind| -> Vec<&str> {
        found.iter().filter(|(each, _)| *each == kind).map(|(_, text)| text.as_str()).collect()
    };
    assert_eq!(of(Kind::Word), ["use", "a", "b", "fn", "type", "i", "str"]);
    assert_eq!(of(Kind::Text), ["j \" k", "l \\\" m"]);
    assert_eq!(of(Kind::Comment), ["// c", "/* e /* f */ g */"]);
    assert_eq!(of(Kind::OuterDoc), ["/// d"]);
    assert_eq!(of(Kind::Character), ["n", "\\'"]);
    assert_eq!(of(Kind::Lifetime), ["h", "h"]);
    assert_eq!(of(Kind::Number), ["1", "5f64"]);
    assert_eq!(tokens(source).last().map(|token| token.line), Some(3));
}
