//! What a machine may lack, and how a test that needs it says so.
//!
//! The standard test runner cannot skip at run time, so a test that cannot run prints a line beginning with `skipped:`
//! past the runner's capture and returns. `ACCRUE_TEST_REQUIRE=postgres,browser,tools,languages` turns such a skip into a
//! failure; `.ci/run` sets it, so that there nothing is ever skipped unseen.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::{env, io, thread};

/// A kind of thing that may be missing; the names are those of `ACCRUE_TEST_REQUIRE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// A PostgreSQL server, or the programs to make one.
    Postgres,
    /// node and a chromium.
    Browser,
    /// strace, schemathesis and other programs.
    Tools,
    /// php, node, python3 and bash with curl, in which the examples of the admin are written.
    Languages,
}

impl Requirement {
    /// Its word in `ACCRUE_TEST_REQUIRE`.
    pub fn word(self) -> &'static str {
        match self {
            Requirement::Postgres => "postgres",
            Requirement::Browser => "browser",
            Requirement::Tools => "tools",
            Requirement::Languages => "languages",
        }
    }

    /// Whether its absence is a failure here.
    pub fn is_demanded(self) -> bool {
        demands(&setting("ACCRUE_TEST_REQUIRE").unwrap_or_default(), self)
    }
}

/// A variable the tests themselves are set up with; `None` when it is unset or empty.
pub fn setting(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests have no configuration but their own variables")]
    let value = env::var(name);
    value.ok().filter(|value| !value.is_empty())
}

static SKIPPED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Reports that the running test is skipped; the caller then returns. Panics where the requirement is demanded.
pub fn skip(requirement: Requirement, reason: &str) {
    let word = requirement.word();
    assert!(!requirement.is_demanded(), "ACCRUE_TEST_REQUIRE demands {word}, but: {reason}");
    let mut skipped = SKIPPED.lock().expect("no test panics while it holds this list");
    let current = thread::current();
    let line = format!("{}: {reason}", current.name().unwrap_or("a test"));
    let _ = writeln!(io::stderr(), "\nskipped: {line} (not a pass; {} so far)", skipped.len() + 1);
    skipped.push(line);
}

/// What this process has skipped so far, one line for each test.
pub fn skipped() -> Vec<String> {
    SKIPPED.lock().expect("no test panics while it holds this list").clone()
}

/// Whether a program can be run; where it cannot, the running test is skipped under `tools`.
pub fn require_tool(program: &str) -> bool {
    let found = find_program(program).is_some();
    if !found {
        skip(Requirement::Tools, &format!("the program {program} is not installed"));
    }
    found
}

/// Looks for a program in `PATH`.
pub fn find_program(program: &str) -> Option<PathBuf> {
    let path = setting("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Whether a program starts and ends well with these arguments.
pub fn runs_well(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn demands(list: &str, requirement: Requirement) -> bool {
    list.split(',').any(|word| word.trim() == requirement.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_demands_is_read_word_by_word() {
        assert!(demands("postgres,browser, tools", Requirement::Tools));
        assert!(demands("postgres", Requirement::Postgres));
        assert!(!demands("", Requirement::Postgres));
        assert!(!demands("postgresql", Requirement::Postgres));
    }

    #[test]
    fn a_program_is_looked_for_in_the_path() {
        assert!(find_program("sh").is_some());
        assert!(find_program("no-such-program-anywhere").is_none());
    }
}
