//! `web → recorder → operations → storage → domain`: who may call whom, and which crates each layer may name.
//!
//! A layer that knows what lies above it cannot be tested, replaced or understood alone. The domain knows nothing but itself
//! and a short list of pure crates: no database, no network, no clock, no randomness. So a decision is a function of what it
//! was given, and a test can give it anything.

use crate::source::{Named, Source};

/// One entry of `src/`: a layer's folder, or a file of the process around the layers.
struct Part {
    name: &'static str,
    /// What it stands on. It may name these, what these stand on, and so on down; everything else lies above it or beside it.
    stands_on: &'static str,
    crates: Crates,
}

/// The crates a part may name, as one line of words.
enum Crates {
    Any,
    Only(&'static str),
    Never(&'static str),
}

use Crates::{Any, Never, Only};

/// The house. A new file or folder directly under `src/` gets a row here and a line in the README's page on architecture.
/// `app` is the state that handlers and jobs receive, so it lies under both; the rest of the process lies above the layers.
const HOUSE: &[Part] = &[
    Part {
        name: "domain",
        stands_on: "",
        // `totp_rs` computes a code from a secret and a time that it is given.
        crates: Only(
            "base64 hmac jiff rust_decimal serde sha2 subtle thiserror totp_rs unicode_normalization url uuid",
        ),
    },
    Part {
        name: "storage",
        stands_on: "domain",
        crates: Only(
            "diesel diesel_migrations jiff libsqlite3_sys pq_sys quick_cache r2d2 rust_decimal serde serde_json thiserror tracing url uuid",
        ),
    },
    Part {
        name: "environment",
        stands_on: "domain",
        crates: Only("base64 chacha20poly1305 getrandom hmac sha2 thiserror"),
    },
    Part {
        name: "operations",
        stands_on: "storage environment",
        crates: Never("actix_web askama clap diesel diesel_migrations libsqlite3_sys pq_sys r2d2 tokio"),
    },
    Part {
        name: "recorder",
        stands_on: "operations",
        crates: Never("actix_web askama clap diesel diesel_migrations libsqlite3_sys pq_sys r2d2"),
    },
    Part { name: "config", stands_on: "storage", crates: Never("actix_web askama diesel r2d2") },
    Part { name: "opening", stands_on: "config storage environment", crates: Never("actix_web askama diesel r2d2") },
    Part { name: "telemetry", stands_on: "config", crates: Never("askama diesel r2d2") },
    Part { name: "app", stands_on: "recorder config", crates: Never("askama diesel r2d2") },
    Part {
        name: "jobs",
        stands_on: "app",
        crates: Never("actix_web askama clap diesel diesel_migrations libsqlite3_sys pq_sys r2d2"),
    },
    Part { name: "web", stands_on: "app", crates: Never("clap diesel diesel_migrations libsqlite3_sys pq_sys r2d2") },
    Part { name: "server", stands_on: "web jobs opening telemetry", crates: Never("askama diesel r2d2") },
    Part { name: "cli", stands_on: "server", crates: Never("askama diesel r2d2") },
    Part { name: "main", stands_on: "cli", crates: Never("askama diesel r2d2") },
    Part { name: "lib", stands_on: "cli", crates: Any },
];

impl Part {
    fn named(name: &str) -> Option<&'static Part> {
        HOUSE.iter().find(|part| part.name == name)
    }

    fn of(source: &Source) -> Option<&'static Part> {
        Part::named(source.modules().first().map_or("lib", String::as_str))
    }

    fn may_name(&self, other: &str) -> bool {
        let mut floors = self.stands_on.split_whitespace().filter_map(Part::named);
        self.name == other || floors.any(|floor| floor.may_name(other))
    }

    fn may_use(&self, dependency: &str) -> bool {
        match self.crates {
            Any => true,
            Only(list) => list.split_whitespace().any(|each| each == dependency),
            Never(list) => list.split_whitespace().all(|each| each != dependency),
        }
    }
}

/// Everything directly under `src/` is a part of the house that somebody wrote down.
pub fn layout_faults(source: &Source) -> Vec<String> {
    match Part::of(source) {
        Some(_) => Vec::new(),
        None => vec![format!("{}: not in the documented layout", source.path)],
    }
}

/// Names of what lies above, and crates that are not the part's own. Inline tests may use any crate, but no layer above.
pub fn import_faults(source: &Source, dependencies: &[String]) -> Vec<String> {
    let Some(part) = Part::of(source) else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    for name in source.names() {
        let path = name.segments.join("::");
        let place = format!("{}:{}: `{path}`", source.path, name.line);
        match root_name(source, &name) {
            Some(root) if part.may_name(root) => {}
            Some(root) if Part::named(root).is_some() => {
                faults.push(format!("{place}: {root} is not below {}", part.name));
            }
            Some(_) => faults.push(format!("{place}: a name at the crate's root hides its layer")),
            None => {
                let foreign = name.segments.first().filter(|first| dependencies.contains(first));
                let refused = foreign.filter(|first| !part.may_use(first) && !source.is_test(name.line));
                faults.extend(refused.map(|first| format!("{place}: {} may not use {first}", part.name)));
            }
        }
    }
    faults
}

/// The part of the house that a path leads to, when it starts at the crate's root by `crate` or by enough `super`s.
fn root_name<'a>(source: &Source, name: &'a Named) -> Option<&'a str> {
    let ups = name.segments.iter().take_while(|segment| *segment == "super").count();
    let depth = source.modules().len() + name.inside;
    let from_root = match name.segments.first()?.as_str() {
        "crate" => 1,
        "super" if ups == depth => ups,
        _ => return None,
    };
    name.segments.get(from_root).map(String::as_str)
}

#[cfg(test)]
mod proof {
    use super::*;

    fn faults(path: &str, text: &str) -> usize {
        let dependencies = ["diesel", "actix_web", "askama", "tokio", "serde_json", "jiff"].map(str::to_owned);
        import_faults(&Source::new(path, text), &dependencies).len()
    }

    #[test]
    fn a_path_that_leads_upward_is_found() {
        for (path, text) in [
            ("src/domain/money.rs", "use crate::storage::Conn;"),
            ("src/domain/money.rs", "fn a() { crate::operations::sign_in() }"),
            ("src/domain/money.rs", "use super::super::web;"),
            ("src/domain/money.rs", "mod inner { use super::super::super::web; }"),
            ("src/domain.rs", "use super::app::App;"),
            ("src/domain/money.rs", "#[cfg(test)] mod tests { use crate::web::page; }"),
            ("src/storage/links.rs", "use crate::{domain::id, operations::{set_up, sign_in as s}};"),
            ("src/operations/sign_in.rs", "use crate::recorder;"),
            ("src/operations/sign_in.rs", "use crate::app::App;"),
            ("src/recorder/queue.rs", "#[derive(crate::web::Page)] struct A;"),
            ("src/jobs/outbox.rs", "use crate::web::page;"),
            ("src/web/page.rs", "use crate::jobs::outbox;"),
            ("src/web/page.rs", "use crate::cli;"),
            ("src/app.rs", "use crate::web::routes;"),
            ("src/storage/links.rs", "use crate::Hidden;"),
        ] {
            assert!(faults(path, text) > 0, "{path}: {text}");
        }
    }

    #[test]
    fn a_crate_of_another_layer_is_found() {
        for (path, text) in [
            ("src/domain/id.rs", "use diesel::prelude::*;"),
            ("src/domain/id.rs", "fn a(b: serde_json::Value) {}"),
            ("src/storage/conn.rs", "use tokio::sync::oneshot;"),
            ("src/operations/sign_in.rs", "use ::diesel::insert_into;"),
            ("src/operations/sign_in.rs", "use actix_web as web;"),
            ("src/web/page.rs", "fn a() { diesel::sql_query(b) }"),
            ("src/recorder/queue.rs", "use {std::fs, diesel::Connection};"),
        ] {
            assert!(faults(path, text) > 0, "{path}: {text}");
        }
    }

    #[test]
    fn what_runs_downward_passes() {
        for (path, text) in [
            ("src/domain/money.rs", "use super::currency; use crate::domain::rate; use jiff::Timestamp;"),
            ("src/domain/money.rs", "mod inner { use super::super::currency; }"),
            ("src/domain/money.rs", "#[cfg(test)] mod tests { use serde_json::json; use super::*; }"),
            ("src/domain/money.rs", "//! crate::web\n// use crate::web;\nconst A: &str = \"crate::web::B\";"),
            ("src/storage/links.rs", "use crate::domain::id; pub(crate) fn a() {} use diesel::prelude::*;"),
            (
                "src/web/track/click.rs",
                "use crate::{app::App, recorder, storage::links, domain::id}; use super::super::page;",
            ),
            ("src/cli.rs", "use crate::server::Server; use crate::domain::id;"),
            ("src/lib.rs", "pub mod web; pub mod domain;"),
        ] {
            assert_eq!(faults(path, text), 0, "{path}: {text}");
        }
    }

    #[test]
    fn an_undocumented_part_is_found() {
        assert_eq!(layout_faults(&Source::new("src/payments/mod.rs", "")).len(), 1);
        assert_eq!(layout_faults(&Source::new("src/domain/mod.rs", "")).len(), 0);
    }
}
