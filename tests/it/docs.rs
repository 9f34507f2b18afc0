//! The documentation: every command of it is pasted into a shell, page by page, and answers what the page says.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::click_token::Mode;
use accrue::domain::currency::Currency;
use accrue::domain::permission::{Scope, Scopes};
use accrue::operations::issue_key::Holder;
use serde_json::Value;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::requirement::{Requirement, find_program, skip};
use crate::support::wire::{Request, readable};

/// The address that stands in the texts.
const ADDRESS: &str = "https://accrue.example";

/// What may stand for any value in an answer.
const ANYTHING: &str = "…";

on_each_engine! {
    fn every_command_of_the_documentation_answers_what_its_page_says(db: TestDatabase) {
        if find_program("curl").is_none() || find_program("bash").is_none() {
            return skip(Requirement::Languages, "no bash with curl");
        }
        let house = House::open(&db);
        let mut answered = 0;
        for (name, text) in texts() {
            let mut reader = Reader::new(&house, &name);
            for (language, code) in blocks(&text) {
                match language.as_str() {
                    "sh" => reader.paste(&code),
                    "json" => {
                        reader.expect(&name, &code);
                        answered += 1;
                    }
                    _ => {}
                }
            }
        }
        house.assert_books_balance();
        assert!(answered >= 9, "only {answered} answers were compared");
    }

    fn whoever_has_no_account_reads_the_documentation_with_the_address_in_it(db: TestDatabase) {
        let house = House::open(&db);
        for page in ["/docs", "/docs/pixel", "/docs/coming-from-affilync"] {
            let answer = crate::support::connection::Connection::open(house.addr()).unwrap().send(&Request::get(page)).unwrap();
            let html = answer.text();
            assert_eq!(answer.status, 200, "{page}");
            assert!(!html.contains(ADDRESS) && !html.contains("@copy-icon@"), "{page}");
        }
        let unknown = Request::get("/docs/nothing-of-the-kind");
        let answer = crate::support::connection::Connection::open(house.addr()).unwrap().send(&unknown).unwrap();
        assert_eq!(answer.status, 404);
    }
}

/// Every text, with its name.
fn texts() -> Vec<(String, String)> {
    let files = fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    files.sort();
    let named = |path: &std::path::PathBuf| (path.display().to_string(), fs::read_to_string(path).unwrap());
    files.iter().map(named).collect()
}

/// The pieces of code of a text, each with its language.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => open = Some((language.to_owned(), String::new())),
            (None, Some((_, code))) => {
                code.push_str(line);
                code.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Somebody with a shop of their own who pastes what a page says, one command after the other.
struct Reader<'a> {
    house: &'a House,
    variables: Vec<(&'static str, String)>,
    command: String,
    printed: Option<String>,
}

impl<'a> Reader<'a> {
    fn new(house: &'a House, page: &str) -> Reader<'a> {
        let admin = house.admin();
        let program = admin.program(page, Currency::USD);
        let anna = admin.affiliate(program, "anna", AffiliateStatus::Active);
        let campaign = admin.campaign(program, plan(), &[&anna]);
        let link = &campaign.link_of(&anna).code;
        let token = |scope| admin.issue_key(program, Mode::Live, Holder::Program(Scopes::new(&[scope])));
        let variables = vec![
            ("KEY", campaign.api_key.clone()),
            ("CAMPAIGN", campaign.id.clone()),
            ("AFFILIATE", anna.id.clone()),
            ("PROGRAM", program.to_string()),
            ("TOKEN", house.visit(&campaign, &anna)),
            ("LINK", format!("http://{}/c/{link}", house.addr())),
            ("LINK_CODE", link.clone()),
            ("TRACK_TOKEN", token(Scope::Track)),
            ("READ_TOKEN", token(Scope::Read)),
            ("MANAGE_TOKEN", token(Scope::Manage)),
            ("POSTBACK_TOKEN", token(Scope::Postback)),
        ];
        Reader { house, variables, command: String::new(), printed: None }
    }

    fn paste(&mut self, code: &str) {
        // Nobody pastes two commands in one millisecond, and the newest comes first in lists.
        self.house.clock().advance(Duration::from_secs(1));
        let here = format!("http://{}", self.house.addr());
        self.command = code.replace(ADDRESS, &here).replace("curl ", "curl --silent --show-error ");
        self.printed = Some(self.run());
    }

    fn run(&self) -> String {
        let last = self.house.conversions().last().map(|row| row.id.to_string()).unwrap_or_default();
        let mut shell = Command::new("bash");
        shell.args(["-c", &self.command]).env("no_proxy", "127.0.0.1").env("CONVERSION", last);
        let output = shell.envs(self.variables.clone()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}\n{}", self.command, readable(&output.stderr));
        readable(&output.stdout)
    }

    /// The answer to the last command; or, once that has been compared, to the same command again.
    fn expect(&mut self, page: &str, expected: &str) {
        let printed = self.printed.take().unwrap_or_else(|| self.run());
        let answer: Value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{page}: {printed}"));
        let expected: Value =
            serde_json::from_str(expected).unwrap_or_else(|error| panic!("{page}: {error}\n{expected}"));
        assert!(is_like(&answer, &expected), "{page}\n{}\nanswers {answer}\nand not {expected}", self.command);
    }
}

/// Whether an answer is what was printed, but for what may be anything.
fn is_like(answer: &Value, expected: &Value) -> bool {
    match (answer, expected) {
        (_, Value::String(text)) if text == ANYTHING => true,
        (Value::Object(answer), Value::Object(expected)) => {
            answer.len() == expected.len()
                && expected.iter().all(|(name, value)| answer.get(name).is_some_and(|told| is_like(told, value)))
        }
        (Value::Array(answer), Value::Array(expected)) => {
            answer.len() == expected.len() && answer.iter().zip(expected).all(|(told, value)| is_like(told, value))
        }
        _ => answer == expected,
    }
}
