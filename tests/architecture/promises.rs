//! What code owes its reader: a public item says what it is for, and what would panic says why it cannot.

use std::collections::HashSet;
use std::iter::once;

use crate::lexer::{Kind, Token};
use crate::source::{Source, item_end};

/// Begins the comment above (or beside) an `expect` outside tests; the sentence follows.
const REASON: &str = "// cannot fail:";

/// What can be public and is asked for a docstring. A module's doc stands in its own file, and a `use` is no item.
const ITEMS: &[&str] = &["fn", "struct", "enum", "union", "trait", "type", "static", "const"];

/// Words that may stand between `pub` and the item's own word.
const QUALIFIERS: &[&str] = &["async", "unsafe", "extern"];

/// Public items, and macros that are exported, without a docstring. What a macro writes is documented where it is called.
pub fn docstring_faults(source: &Source) -> Vec<String> {
    let tokens: Vec<&Token> = source.tokens.iter().filter(|token| token.kind != Kind::Comment).collect();
    let mut faults = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at).copied() {
        let is_macro = token.is("macro_rules");
        let (documented, attributes) = what_stands_before(&tokens, at);
        let owes = is_public_item(&tokens, at) || (is_macro && attributes.contains("macro_export"));
        if owes && !documented && !source.is_test(token.line) {
            let name =
                tokens.iter().skip(at + 1).take(3).map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
            faults.push(format!("{}:{}: `{} {name}`", source.path, token.line, token.text));
        }
        at = if is_macro { item_end(&tokens, at) + 1 } else { at + 1 };
    }
    faults
}

fn is_public_item(tokens: &[&Token], at: usize) -> bool {
    let mut words = tokens.iter().skip(at).filter(|token| token.kind != Kind::Text);
    let is_public = words.next().is_some_and(|first| first.is("pub"));
    let item = words.find(|token| !QUALIFIERS.contains(&token.text.as_str()));
    is_public && item.is_some_and(|token| ITEMS.contains(&token.text.as_str()))
}

/// Walks back over the attributes of the item at `at`: whether a docstring is among them, and their text.
fn what_stands_before(tokens: &[&Token], at: usize) -> (bool, String) {
    let mut attributes = String::new();
    let mut depth = 0_usize;
    for token in tokens.iter().take(at).rev() {
        match token.text.as_str() {
            _ if token.kind == Kind::OuterDoc => return (true, attributes),
            "]" => depth += 1,
            "[" => depth = depth.saturating_sub(1),
            "#" if depth == 0 => {}
            _ if depth == 0 => break,
            text => attributes.push_str(text),
        }
    }
    (false, attributes)
}

/// `unwrap` and `expect` outside tests, unless a comment at the line says why they cannot fail.
pub fn panic_faults(source: &Source) -> Vec<String> {
    let comments: HashSet<usize> = lines(source, |_| true);
    let reasons: HashSet<usize> = lines(source, |text| text.starts_with(REASON));
    let is_explained = |line: usize| {
        let above = (1..line).rev().take_while(|line| comments.contains(line));
        once(line).chain(above).any(|line| reasons.contains(&line))
    };
    let code = source.code();
    let calls = code
        .windows(3)
        .filter(|call| call[0].is(".") && (call[1].is("unwrap") || call[1].is("expect")) && call[2].is("("));
    calls
        .filter(|call| !source.is_test(call[1].line) && !is_explained(call[1].line))
        .map(|call| format!("{}:{}: `.{}(`", source.path, call[1].line, call[1].text))
        .collect()
}

fn lines(source: &Source, keep: impl Fn(&str) -> bool) -> HashSet<usize> {
    let comments = source.tokens.iter().filter(|token| token.kind == Kind::Comment && keep(&token.text));
    comments.map(|token| token.line).collect()
}

#[cfg(test)]
mod proof {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("src/domain/money.rs", text)
    }

    #[test]
    fn a_public_item_without_a_docstring_is_found() {
        for text in [
            "pub fn a() {}",
            "pub const fn a() {}",
            "pub async fn a() {}",
            "pub struct A;",
            "#[derive(Debug)]\npub enum A {}",
            "// not a docstring\npub trait A {}",
            "pub const A: u8 = 1;",
            "pub type A = B;",
            "/// A.\nstruct A;\nimpl A {\n    pub fn b() {}\n}",
            "#[macro_export]\nmacro_rules! a { () => {} }",
        ] {
            assert_eq!(docstring_faults(&source(text)).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_is_documented_or_private_or_a_test_passes() {
        for text in [
            "/// A.\n#[derive(Debug)]\n#[serde(rename_all = \"lowercase\")]\npub enum A {}",
            "#[must_use]\n/** A. */\npub const fn a() {}",
            "/// A.\n// why\npub struct A { pub b: u8 }",
            "pub(crate) fn a() {}\nfn b() {}\npub use c::d;\npub mod e;",
            "macro_rules! a { () => { pub fn b() {} } }",
            "#[cfg(test)]\nmod tests {\n    pub fn a() {}\n}",
        ] {
            assert_eq!(docstring_faults(&source(text)), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_panic_without_its_reason_is_found() {
        for text in [
            "fn a() { b.unwrap() }",
            "fn a() {\n    b\n        .expect(\"c\")\n}",
            "// cannot fail: too far away\nfn a() {\n    b.unwrap()\n}",
            "fn a() {\n    // it never fails\n    b.unwrap()\n}",
        ] {
            assert_eq!(panic_faults(&source(text)).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_panic_with_its_reason_passes() {
        for text in [
            "fn a() {\n    // cannot fail: the text is a constant\n    b.expect(\"c\")\n}",
            "fn a() {\n    // cannot fail: the text is\n    // a constant\n    b.expect(\"c\")\n}",
            "fn a() {\n    b.expect(\"c\"); // cannot fail: b is a constant\n}",
            "fn a() { b.unwrap_or_default() } // .unwrap()",
            "#[cfg(test)]\nmod tests {\n    fn a() { b.unwrap() }\n}",
        ] {
            assert_eq!(panic_faults(&source(text)), Vec::<String>::new(), "{text}");
        }
    }
}
