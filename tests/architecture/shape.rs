//! How long a file, a function and a template may be, and what they may not be called.

use crate::lexer::Kind;
use crate::source::Source;

/// Lines of a source file beside its inline tests.
const FILE: usize = 400;
/// Lines of a function, from `fn` to its last brace.
const FUNCTION: usize = 60;
const TEMPLATE: usize = 200;

/// Names that say where somebody had no better idea. A name that ends in one (`money_utils`) is no better.
const DRAWERS: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "service", "misc"];

/// Files and functions over their caps.
pub fn length_faults(source: &Source) -> Vec<String> {
    let file = (source.length() > FILE).then(|| format!("{}: {} lines, at most {FILE}", source.path, source.length()));
    let functions = source.functions().into_iter().filter_map(|function| {
        let length = function.lines.end() - function.lines.start() + 1;
        let place = format!("{}:{}", source.path, function.lines.start());
        (length > FUNCTION).then(|| format!("{place}: `{}` has {length} lines, at most {FUNCTION}", function.name))
    });
    file.into_iter().chain(functions).collect()
}

/// Templates over their cap.
pub fn template_faults(templates: &[(String, String)]) -> Vec<String> {
    let lengths = templates.iter().map(|(path, text)| (path, text.lines().count()));
    let over = lengths.filter(|(_, length)| *length > TEMPLATE);
    over.map(|(path, length)| format!("{path}: {length} lines, at most {TEMPLATE}")).collect()
}

/// Files, folders and modules that are named after no subject.
pub fn name_faults(source: &Source) -> Vec<String> {
    let path = source.path.trim_end_matches(".rs").split('/');
    let mut faults: Vec<String> =
        path.filter(|part| is_drawer(part)).map(|part| format!("{}: named `{part}`", source.path)).collect();
    for pair in source.code().windows(2) {
        if pair[0].is("mod") && pair[1].kind == Kind::Word && is_drawer(&pair[1].text) {
            faults.push(format!("{}:{}: module `{}`", source.path, pair[1].line, pair[1].text));
        }
    }
    faults
}

fn is_drawer(name: &str) -> bool {
    name.rsplit('_').next().is_some_and(|last| DRAWERS.contains(&last))
}

#[cfg(test)]
mod proof {
    use super::*;

    fn lines(count: usize) -> String {
        "    a();\n".repeat(count)
    }

    #[test]
    fn what_is_too_long_is_found() {
        let file = |count: usize| Source::new("src/web/page.rs", &"// a\n".repeat(count));
        assert_eq!((length_faults(&file(FILE)).len(), length_faults(&file(FILE + 1)).len()), (0, 1));
        let function = |count: usize| Source::new("src/web/page.rs", &format!("fn b() {{\n{}}}\n", lines(count - 2)));
        assert_eq!((length_faults(&function(FUNCTION)).len(), length_faults(&function(FUNCTION + 1)).len()), (0, 1));
        let template = |count: usize| [("templates/page.html".to_owned(), "<p>\n".repeat(count))];
        assert_eq!(
            (template_faults(&template(TEMPLATE)).len(), template_faults(&template(TEMPLATE + 1)).len()),
            (0, 1)
        );
    }

    #[test]
    fn inline_tests_do_not_make_a_file_too_long() {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "    fn a() {}\n".repeat(FILE));
        assert_eq!(length_faults(&Source::new("src/web/page.rs", &tests)), Vec::<String>::new());
    }

    #[test]
    fn a_drawer_is_found() {
        for (path, text) in [
            ("src/web/utils.rs", ""),
            ("tests/it/common/mod.rs", ""),
            ("src/web/link_helpers.rs", ""),
            ("src/web/page.rs", "mod misc { }"),
            ("src/web/page.rs", "pub mod session_manager;"),
        ] {
            assert_eq!(name_faults(&Source::new(path, text)).len(), 1, "{path}: {text}");
        }
        assert!(name_faults(&Source::new("src/web/page.rs", "mod form; // mod utils;")).is_empty());
    }
}
