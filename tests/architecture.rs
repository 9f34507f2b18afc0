//! The house rules, read from the source tree: which layer may call which, where a database engine may be named, how long a
//! file may grow, what a public item owes its reader. A rule that is only written down is kept by whoever remembers it;
//! these are kept by `cargo test`.
//!
//! The reader in `architecture/lexer.rs` tells code from comments and strings, so that a sentence *about* `SqliteConnection`
//! is free and a use of it is not. Each rule is a function from sources to sentences, and stands beside a proof that the
//! defect it exists for is found. What a rule permits is a table at the head of its file.

#[path = "architecture/engines.rs"]
mod engines;
#[path = "architecture/layers.rs"]
mod layers;
#[path = "architecture/lexer.rs"]
mod lexer;
#[path = "architecture/machine.rs"]
mod machine;
#[path = "architecture/promises.rs"]
mod promises;
#[path = "architecture/shape.rs"]
mod shape;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/tree.rs"]
mod tree;

use source::Source;

/// Fails with every sentence at once: who mends a rule wants to see all of what it found.
fn none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule} ({} found):\n  {}", faults.len(), faults.join("\n  "));
}

fn each(rule: fn(&Source) -> Vec<String>, sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(rule).collect()
}

#[test]
fn imports_run_one_way_and_each_layer_names_only_its_crates() {
    let dependencies = tree::dependencies();
    let faults: Vec<String> =
        tree::product().iter().flat_map(|source| layers::import_faults(source, &dependencies)).collect();
    none("A layer calls only what lies below it", &faults);
}

#[test]
fn the_source_has_the_documented_layout() {
    none("A new part of the house is added to the table in layers.rs", &each(layers::layout_faults, &tree::product()));
}

#[test]
fn an_engine_is_named_only_in_its_homes() {
    none("Both databases run the same statement", &each(engines::engine_faults, &tree::product()));
}

#[test]
fn no_float_comes_near_money() {
    none("Money is whole minor units", &each(engines::float_faults, &tree::product()));
}

#[test]
fn files_and_functions_stay_within_their_caps() {
    let mut faults = each(shape::length_faults, &tree::rust());
    faults.extend(shape::template_faults(&tree::templates()));
    none("What is longer has two subjects", &faults);
}

#[test]
fn no_file_or_module_is_a_drawer_for_odds_and_ends() {
    none("A name says what is inside", &each(shape::name_faults, &tree::rust()));
}

#[test]
fn every_public_item_has_a_docstring() {
    none("A public item says what it is for", &each(promises::docstring_faults, &tree::product()));
}

#[test]
fn nothing_panics_without_a_sentence_why_it_cannot() {
    none("`// cannot fail: …` stands above, or the error is returned", &each(promises::panic_faults, &tree::product()));
}

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    none("The project runs anywhere", &machine::path_faults(&tree::texts()));
}
