//! One Rust file and what the rules ask of it: its code, its paths (`use` trees unrolled), its functions, and which lines are
//! tests.

use std::ops::RangeInclusive;

use crate::lexer::{Kind, Token, tokens};

/// A file of the tree, named as it is named from the project's folder.
pub struct Source {
    pub path: String,
    pub text: String,
    pub tokens: Vec<Token>,
    tests: Vec<RangeInclusive<usize>>,
}

/// A path as code names it: `crate::storage::Conn`, from a `use` or in the middle of an expression.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    pub segments: Vec<String>,
    /// How many inline modules it stands in; each takes one `super` to leave.
    pub inside: usize,
}

/// A function with a body.
pub struct Function {
    pub name: String,
    pub lines: RangeInclusive<usize>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        let tokens = tokens(text);
        let tests = test_lines(&code_of(&tokens));
        Source { path: path.to_owned(), text: text.to_owned(), tokens, tests }
    }

    /// Without comments and docstrings.
    pub fn code(&self) -> Vec<&Token> {
        code_of(&self.tokens)
    }

    /// Whether a line belongs to a `#[cfg(test)]` item, or the whole file is called `tests`.
    pub fn is_test(&self, line: usize) -> bool {
        let named_so = self.modules().iter().any(|module| module == "tests");
        named_so || self.tests.iter().any(|lines| lines.contains(&line))
    }

    /// How many lines the file has beside its inline tests.
    pub fn length(&self) -> usize {
        let inline: usize = self.tests.iter().map(|lines| lines.end() - lines.start() + 1).sum();
        self.text.lines().count() - inline
    }

    /// The file's place as a module path: `src/domain/money.rs` is `domain`, `money`; the crate's root is empty.
    pub fn modules(&self) -> Vec<String> {
        let bare = self.path.trim_end_matches(".rs");
        let mut parts: Vec<String> = bare.split('/').skip(1).map(str::to_owned).collect();
        parts.pop_if(|last| last == "mod" || (last == "lib" && bare == "src/lib"));
        parts
    }

    /// Every path that the code names, with one entry per leaf of a `use` tree.
    pub fn names(&self) -> Vec<Named> {
        let code = self.code();
        let inside = inline_depths(&code);
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(token) = code.get(at) {
            let (line, depth) = (token.line, inside[at]);
            let is_import = token.is("use") && !code.get(at + 1).is_some_and(|next| next.is("<"));
            let mut add = |segments| {
                found.push(Named { line, segments, inside: depth });
            };
            at = if is_import { import(&code, at + 1, &[], &mut add) } else { inline(&code, at, &mut add) };
        }
        found
    }

    /// Every function that has a body, tests included.
    pub fn functions(&self) -> Vec<Function> {
        let code = self.code();
        let starts = code.windows(2).enumerate().filter(|(_, pair)| pair[0].is("fn") && pair[1].kind == Kind::Word);
        starts
            .filter_map(|(at, pair)| {
                let end = item_end(&code, at);
                let lines = pair[0].line..=code[end].line;
                code[end].is("}").then(|| Function { name: pair[1].text.clone(), lines })
            })
            .collect()
    }
}

fn code_of(tokens: &[Token]) -> Vec<&Token> {
    tokens.iter().filter(|token| !token.is_written_about_code()).collect()
}

/// A `use` tree from `at` on, one path per leaf; answers where the code goes on.
fn import(code: &[&Token], mut at: usize, stem: &[String], add: &mut impl FnMut(Vec<String>)) -> usize {
    let mut segments = stem.to_vec();
    while let Some(token) = code.get(at) {
        match token.text.as_str() {
            "{" => return import_group(code, at + 1, &segments, add),
            "," | "}" | ";" => break,
            "::" => at += 1,
            "as" => at += 2,
            segment => {
                segments.push(segment.to_owned());
                at += 1;
            }
        }
    }
    add(segments);
    at
}

fn import_group(code: &[&Token], mut at: usize, stem: &[String], add: &mut impl FnMut(Vec<String>)) -> usize {
    while let Some(token) = code.get(at) {
        match token.text.as_str() {
            "}" => return at + 1,
            "," | ";" => at += 1,
            _ => at = import(code, at, stem, add),
        }
    }
    at
}

/// A path in the middle of code, when there is one at `at`; answers where the code goes on.
fn inline(code: &[&Token], mut at: usize, add: &mut impl FnMut(Vec<String>)) -> usize {
    let mut segments = Vec::new();
    while let Some(token) = code.get(at).filter(|token| token.kind == Kind::Word) {
        segments.push(token.text.clone());
        at += 1;
        let goes_on = code.get(at).is_some_and(|sign| sign.is("::"))
            && code.get(at + 1).is_some_and(|next| next.kind == Kind::Word);
        if !goes_on {
            break;
        }
        at += 1;
    }
    if segments.is_empty() {
        return at + 1;
    }
    if segments.len() > 1 {
        add(segments);
    }
    at
}

/// For each token, how many inline modules it stands in. Diesel's `table!` writes one around what it is given.
fn inline_depths(code: &[&Token]) -> Vec<usize> {
    let mut braces: Vec<bool> = Vec::new();
    let mut depths = Vec::with_capacity(code.len());
    for (at, token) in code.iter().enumerate() {
        if token.is("{") {
            let opens = |first: &str| at > 1 && code[at - 2].is(first);
            braces.push(opens("mod") || (opens("table") && code[at - 1].is("!")));
        } else if token.is("}") {
            braces.pop();
        }
        depths.push(braces.iter().filter(|is_module| **is_module).count());
    }
    depths
}

/// The lines of every item under `#[cfg(test)]` or `#[test]`; all lines under `#![cfg(test)]`.
fn test_lines(code: &[&Token]) -> Vec<RangeInclusive<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        if !code[at].is("#") {
            at += 1;
            continue;
        }
        let inner = code.get(at + 1).is_some_and(|sign| sign.is("!"));
        let end = item_end(code, at);
        let attribute: String = code[at..=end].iter().map(|token| token.text.as_str()).collect();
        let tests = ["#[cfg(test)]", "#[cfg(all(test,", "#[test]"].iter().any(|start| attribute.starts_with(start));
        if inner && attribute.starts_with("#![cfg(test)") {
            found.push(1..=code.last().map_or(1, |token| token.line));
            return found;
        }
        if tests {
            found.push(code[at].line..=code[end].line);
        }
        at = if tests { end + 1 } else { at + 1 };
    }
    found
}

/// Where the item that begins at `from` ends: at its `;` or at the `}` of its body. Brackets inside do not end it.
pub fn item_end(code: &[&Token], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in code.iter().enumerate().skip(from).filter(|(_, token)| token.kind == Kind::Sign) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => return at - 1,
            ")" | "]" => depth -= 1,
            "}" if depth == 1 => return at,
            "}" => depth -= 1,
            ";" if depth == 0 => return at,
            _ => {}
        }
    }
    code.len() - 1
}

#[cfg(test)]
mod proof {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        Source::new("src/web/admin/links.rs", text).names().into_iter().map(|name| name.segments.join("::")).collect()
    }

    #[test]
    fn use_trees_and_inline_paths_are_unrolled() {
        let text = "use crate::{storage::{self, link as l}, domain::*}; pub use a;\nfn f() -> b::C<d::E> { <f::G>::h(); i.j() }";
        let expected =
            ["crate::storage::self", "crate::storage::link", "crate::domain::*", "a", "b::C", "d::E", "f::G"];
        assert_eq!(named(text), expected);
    }

    #[test]
    fn comments_and_strings_name_nothing() {
        assert_eq!(named("// use a::b;\n/// [`a::b`]\nconst C: &str = \"use a::b; d::e\";"), Vec::<String>::new());
    }

    #[test]
    fn functions_are_measured_to_their_last_brace() {
        let source = Source::new("src/x.rs", "fn a(b: [u8; 2]) {\n  if c { }\n}\ntrait D { fn e(); }\n");
        let found: Vec<_> = source.functions().into_iter().map(|function| (function.name, function.lines)).collect();
        assert_eq!(found, [("a".to_owned(), 1..=3)]);
    }

    #[test]
    fn inline_tests_are_not_counted() {
        let source = Source::new("src/x.rs", "fn a() {}\n#[cfg(test)]\n#[path = \"y\"]\nmod tests {\n  fn b() {}\n}\n");
        assert_eq!(source.length(), 1);
        assert!(!source.is_test(1) && source.is_test(2) && source.is_test(6));
    }

    #[test]
    fn a_file_knows_its_place() {
        let modules = |path: &str| Source::new(path, "").modules().join("::");
        assert_eq!(modules("src/domain/money.rs"), "domain::money");
        assert_eq!(modules("src/domain/mod.rs"), "domain");
        assert_eq!(modules("src/domain.rs"), "domain");
        assert_eq!(modules("src/lib.rs"), "");
    }
}
