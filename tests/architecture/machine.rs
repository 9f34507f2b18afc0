//! No file knows the machine it was written on.

/// Top folders of somebody's machine, never named anywhere in the project.
const NEVER: &[&str] = &["work", "home", "root", "Users"];

/// Named by scripts and tests, which run on a machine; a product and its docs do not.
const NOT_IN_THE_PRODUCT: &[&str] = &["tmp"];

const PRODUCT: &[&str] = &["src/", "docs/", "templates/", "static/", "migrations/", "examples/"];

/// Absolute paths that begin with such a folder, in any text of the project.
pub fn path_faults(texts: &[(String, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in texts {
        let product = path.ends_with(".md") || PRODUCT.iter().any(|folder| path.starts_with(folder));
        let folders = NEVER.iter().chain(NOT_IN_THE_PRODUCT.iter().filter(|_| product));
        for folder in folders {
            let lines = text.lines().enumerate().filter(|(_, line)| names_folder(line, folder));
            faults.extend(lines.map(|(at, line)| format!("{path}:{}: {}", at + 1, line.trim())));
        }
    }
    faults
}

/// Whether an absolute path into `folder` begins somewhere in the line. In `https://shop.example/home/` none does.
fn names_folder(line: &str, folder: &str) -> bool {
    let start = format!("/{folder}/");
    let begins_there = |at: usize| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && !"._-/}*~".contains(c))
    };
    line.match_indices(&start).any(|(at, _)| begins_there(at))
}

#[cfg(test)]
mod proof {
    use super::*;

    fn faults(path: &str, line: &str) -> usize {
        path_faults(&[(path.to_owned(), format!("a\n{line}\n"))]).len()
    }

    #[test]
    fn a_folder_of_a_machine_is_found() {
        for folder in NEVER {
            for line in [
                format!("see `/{folder}/a`"),
                format!("A=/{folder}/a"),
                format!("/{folder}/"),
                format!("\"/{folder}/b\""),
            ] {
                for path in ["src/cli.rs", "README.md", ".ci/run", "tests/it/main.rs"] {
                    assert_eq!(faults(path, &line), 1, "{path}: {line}");
                }
            }
        }
        assert_eq!(faults("src/cli.rs", &format!("\"/{}/a.db\"", "tmp")), 1);
    }

    #[test]
    fn addresses_and_relative_paths_pass() {
        for line in ["https://shop.example/home/sale", "frame/work/a", "{root}/home/a", "network/rooted"] {
            assert_eq!(faults("src/cli.rs", line), 0, "{line}");
        }
        assert_eq!(faults("tests/it/main.rs", &format!("\"/{}/a.db\"", "tmp")), 0);
    }
}
