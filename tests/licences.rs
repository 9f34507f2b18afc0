//! Whoever ships Accrue ships everything it is built from, so `deny.toml` says what that may be, and this test holds the
//! default features to it: every package's licence, no banned package, no source but the Rust project's own registry.
//!
//! A licence is an SPDX expression and is decided as one: `OR` needs one side, `AND` both, and `X WITH Y` is a licence of its
//! own. What cannot be read is refused, never guessed.

use std::collections::HashSet;
use std::process::Command;

use serde_json::Value;

/// How `cargo metadata` names the one registry that packages may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[test]
fn everything_the_default_features_are_built_from_is_permitted() {
    let rules = Rules::read(include_str!("../deny.toml"));
    let packages = Package::all();
    assert!(packages.len() > 1, "cargo metadata named no packages");
    let faults: Vec<String> = packages.iter().flat_map(|package| rules.faults(package)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// What `deny.toml` permits and bans.
struct Rules {
    licences: Vec<String>,
    banned: Vec<Ban>,
}

/// A package that may not be used, but by these others where they need it for themselves.
struct Ban {
    package: String,
    reason: String,
    wrappers: Vec<String>,
}

impl Rules {
    fn read(text: &str) -> Rules {
        let file: toml::Table = text.parse().expect("deny.toml is TOML");
        let list = |section: &str, key: &str| file[section][key].as_array().expect("a list").clone();
        let word = |value: &toml::Value| value.as_str().expect("a word").to_owned();
        Rules {
            licences: list("licenses", "allow").iter().map(word).collect(),
            banned: list("bans", "deny").iter().map(Ban::read).collect(),
        }
    }

    fn faults(&self, package: &Package) -> Vec<String> {
        let mut faults = Vec::new();
        match permitted(&package.licence, &self.licences) {
            Ok(true) => {}
            Ok(false) => faults.push(format!("{}: licence `{}` is not permitted", package.name, package.licence)),
            Err(fault) => faults.push(format!("{}: licence `{}`: {fault}", package.name, package.licence)),
        }
        if let Some(ban) = self.banned.iter().find(|ban| ban.package == package.name) {
            let mut users = package.used_by.iter().filter(|user| !ban.wrappers.contains(user)).peekable();
            if ban.wrappers.is_empty() || users.peek().is_some() {
                faults.push(format!("{}: banned: {}", package.name, ban.reason));
            }
        }
        if package.source.as_deref().is_some_and(|source| source != REGISTRY) {
            faults.push(format!("{}: comes from {:?}", package.name, package.source));
        }
        faults
    }
}

impl Ban {
    fn read(ban: &toml::Value) -> Ban {
        let word = |value: &toml::Value| value.as_str().expect("a word").to_owned();
        let wrappers = ban.get("wrappers").and_then(toml::Value::as_array);
        Ban {
            package: word(&ban["crate"]),
            reason: word(&ban["reason"]),
            wrappers: wrappers.map(|list| list.iter().map(word).collect()).unwrap_or_default(),
        }
    }
}

/// One package of the dependency graph. Without a source it is this project itself.
struct Package {
    name: String,
    licence: String,
    source: Option<String>,
    /// The packages that depend on it directly.
    used_by: Vec<String>,
}

impl Package {
    /// The packages that the default features reach, on any platform.
    fn all() -> Vec<Package> {
        let metadata = metadata();
        let reached: HashSet<&str> =
            rows(&metadata["resolve"]["nodes"]).filter_map(|node| node["id"].as_str()).collect();
        let packages = rows(&metadata["packages"]);
        let read = packages.filter(|row| row["id"].as_str().is_some_and(|id| reached.contains(id)));
        read.map(|row| Package { used_by: users_of(&metadata, row), ..Package::read(row) }).collect()
    }

    fn read(row: &Value) -> Package {
        let text = |key: &str| row[key].as_str().map(str::to_owned);
        Package {
            name: text("name").expect("a package has a name"),
            licence: text("license").unwrap_or_default(),
            source: text("source"),
            used_by: Vec::new(),
        }
    }
}

/// The names of the packages whose resolved dependencies hold this one.
fn users_of(metadata: &Value, package: &Value) -> Vec<String> {
    let holds = |node: &&Value| rows(&node["dependencies"]).any(|id| *id == package["id"]);
    let users: HashSet<&Value> = rows(&metadata["resolve"]["nodes"]).filter(holds).map(|node| &node["id"]).collect();
    let names = rows(&metadata["packages"]).filter(|row| users.contains(&row["id"]));
    names.filter_map(|row| row["name"].as_str().map(str::to_owned)).collect()
}

fn rows(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().expect("cargo metadata holds a list here").iter()
}

/// Offline first: the network is asked only for packages of other platforms, which the build itself did not need.
fn metadata() -> Value {
    let ask = |more: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .args(more);
        cargo.output().expect("cargo starts")
    };
    let mut answer = ask(&["--offline"]);
    if !answer.status.success() {
        answer = ask(&[]);
    }
    assert!(answer.status.success(), "cargo metadata: {}", answer.stderr.escape_ascii());
    serde_json::from_slice(&answer.stdout).expect("cargo metadata prints JSON")
}

/// Whether an SPDX expression can be met with the licences in `allowed`. The old `MIT/Apache-2.0` means `OR`.
fn permitted(expression: &str, allowed: &[String]) -> Result<bool, String> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut reader = Reader { words: spaced.split_whitespace().collect(), at: 0, allowed };
    let verdict = reader.any()?;
    match reader.peek() {
        None => Ok(verdict),
        Some(word) => Err(format!("`{word}` was not expected")),
    }
}

/// Walks the words of an expression, the weakest operator first.
struct Reader<'a> {
    words: Vec<&'a str>,
    at: usize,
    allowed: &'a [String],
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<bool, String> {
        let mut verdict = self.all()?;
        while self.take("OR") {
            verdict |= self.all()?;
        }
        Ok(verdict)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut verdict = self.one()?;
        while self.take("AND") {
            verdict &= self.one()?;
        }
        Ok(verdict)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let verdict = self.any()?;
            return if self.take(")") { Ok(verdict) } else { Err("a parenthesis stays open".to_owned()) };
        }
        let mut licence = self.name()?.to_owned();
        if self.take("WITH") {
            licence = format!("{licence} WITH {}", self.name()?);
        }
        Ok(self.allowed.contains(&licence))
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let word = self.peek().ok_or("it ends too early")?;
        if ["OR", "AND", "WITH", "(", ")"].contains(&word) {
            return Err(format!("`{word}` where a licence should be"));
        }
        self.at += 1;
        Ok(word)
    }
}

#[cfg(test)]
mod proof {
    use super::*;

    fn verdict(expression: &str) -> Result<bool, String> {
        let allowed = ["MIT", "Apache-2.0", "BSD-3-Clause", "Unicode-3.0"].map(str::to_owned);
        permitted(expression, &allowed)
    }

    #[test]
    fn an_expression_passes_when_its_listed_parts_suffice() {
        for expression in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "GPL-3.0-only OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "MIT OR Apache-2.0 AND GPL-3.0-only",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            "((MIT))",
        ] {
            assert_eq!(verdict(expression), Ok(true), "{expression}");
        }
    }

    #[test]
    fn an_expression_fails_when_what_is_listed_does_not_suffice() {
        for expression in [
            "GPL-3.0-only",
            "AGPL-3.0-or-later",
            "MIT AND GPL-3.0-only",
            "(MIT OR Apache-2.0) AND GPL-3.0-only",
            "GPL-2.0-only OR LGPL-3.0-only",
            "Apache-2.0 WITH LLVM-exception",
            "MPL-2.0/GPL-3.0-only",
            "mit",
            "Apache-2.0+",
        ] {
            assert_eq!(verdict(expression), Ok(false), "{expression}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for expression in
            ["", " ", "MIT OR", "AND MIT", "(MIT", "MIT)", "MIT Apache-2.0", "MIT WITH", "()", "MIT OR OR MIT", "/"]
        {
            assert!(verdict(expression).is_err(), "{expression}");
        }
    }

    #[test]
    fn a_package_is_named_with_each_of_its_faults() {
        let rules = Rules::read(include_str!("../deny.toml"));
        let package = Package {
            name: "actix-governor".to_owned(),
            licence: "GPL-3.0-or-later".to_owned(),
            source: Some("git+https://example.org/actix-governor".to_owned()),
            used_by: vec!["accrue".into()],
        };
        let faults = rules.faults(&package).join("\n");
        for part in ["is not permitted", "banned: GPL", "comes from"] {
            assert!(faults.contains(part), "{part} is missing in:\n{faults}");
        }
        assert_eq!(rules.faults(&package).len(), 3);
    }
}
