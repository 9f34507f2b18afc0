//! The files the rules are about, as they stand on disk.

use std::fs;
use std::path::{Path, PathBuf};

use crate::source::Source;

/// Folders that hold nothing written here: what is built, stored or vendored.
const NOT_OURS: &[&str] = &[".git", "target", "data", "static/vendor", "tests/browser/node_modules"];

/// The product's own Rust.
pub fn product() -> Vec<Source> {
    sources(&["src"])
}

/// All Rust there is, tests and benches too.
pub fn rust() -> Vec<Source> {
    sources(&["src", "tests", "benches", "examples"])
}

/// Every template with its text.
pub fn templates() -> Vec<(String, String)> {
    texts().into_iter().filter(|(path, _)| path.starts_with("templates/")).collect()
}

/// Every file that is text, with its path from the project's folder.
pub fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(root, root, &mut files);
    files.sort();
    files.into_iter().filter_map(|path| Some((named(root, &path), fs::read_to_string(&path).ok()?))).collect()
}

/// The crates that `Cargo.toml` lets the product name, as Rust spells them.
pub fn dependencies() -> Vec<String> {
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().expect("Cargo.toml is TOML");
    let table = manifest["dependencies"].as_table().expect("a table of dependencies");
    table.keys().map(|name| name.replace('-', "_")).collect()
}

fn sources(folders: &[&str]) -> Vec<Source> {
    let is_asked_for = |path: &str| folders.iter().any(|folder| path.starts_with(&format!("{folder}/")));
    let files = texts().into_iter().filter(|(path, _)| path.ends_with(".rs") && is_asked_for(path));
    files.map(|(path, text)| Source::new(&path, &text)).collect()
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("a folder of the project can be listed");
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if NOT_OURS.contains(&named(root, &path).as_str()) {
            continue;
        }
        let kind = entry.file_type().expect("a file has a type");
        if kind.is_dir() {
            collect(root, &path, files);
        } else if kind.is_file() {
            files.push(path);
        }
    }
}

fn named(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).expect("what was found under the project's folder lies in it");
    inside.to_string_lossy().replace('\\', "/")
}

#[test]
fn the_tree_is_read() {
    let files = rust();
    assert!(files.iter().any(|source| source.path == "src/main.rs"), "src/main.rs was not found");
    assert!(files.iter().any(|source| source.path == "tests/architecture/tree.rs"), "this file was not found");
    assert!(dependencies().contains(&"actix_web".to_owned()));
}
