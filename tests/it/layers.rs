//! The rule of layers: a module of `src/` names only those below it, wherever in a file the path stands.

use std::collections::BTreeSet;
use std::path::Path;

/// The modules from the ground up.
const LAYERS: [&str; 36] = [
    "error",
    "secrets",
    "terminal",
    "warning",
    "progress",
    "scratch",
    "text",
    "bgzf",
    "drawing",
    "sequence",
    "genome",
    "stats",
    "material",
    "model",
    "reference",
    "alignment",
    "knowledge",
    "evidence",
    "coverage",
    "identity",
    "junction",
    "fusion",
    "variant",
    "report",
    "interrupt",
    "config",
    "normals",
    "simulate",
    "evaluate",
    "cohort",
    "picture",
    "setup",
    "pipeline",
    "publish",
    "validate",
    "cli",
];

/// A file without its comments and its own tests.
fn code(text: &str) -> String {
    let own = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    own.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<&str>>().join("\n")
}

/// The modules that a text names behind `crate::`, those of a list in braces too.
fn named(code: &str) -> BTreeSet<String> {
    let mut list = BTreeSet::new();
    let word = |text: &str| text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect::<String>();
    for rest in code.split("crate::").skip(1) {
        let Some(inside) = rest.strip_prefix('{') else {
            list.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut begins = true;
        for (at, letter) in inside.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if begins && !letter.is_whitespace() => {
                    list.insert(word(&inside[at..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    list
}

fn files(folder: &Path, list: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("names are text").to_owned();
        if path.is_dir() {
            if name != "tests" {
                files(&path, list);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests" && !name.ends_with("_tests") {
            list.push(path);
        }
    }
}

#[test]
fn every_module_names_only_those_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut list = Vec::new();
    files(&src, &mut list);
    let place = |module: &str| LAYERS.iter().position(|layer| *layer == module);
    let mut wrong = Vec::new();
    for path in &list {
        let within = path.strip_prefix(&src).expect("it lies below");
        let top = within.iter().next().and_then(|part| part.to_str()).expect("names are text").trim_end_matches(".rs").to_owned();
        if top == "lib" || top == "main" {
            continue;
        }
        let Some(own) = place(&top) else {
            wrong.push(format!("{} is in no layer", within.display()));
            continue;
        };
        let text = std::fs::read_to_string(path).expect("the file can be read");
        // `crate::Result` and the like are the crate's own words.
        let modules = named(&code(&text)).into_iter().filter(|name| name.starts_with(char::is_lowercase) && *name != top);
        wrong.extend(
            modules.filter(|name| place(name).is_none_or(|other| other > own)).map(|name| format!("{} names {name}", within.display())),
        );
    }
    assert!(list.len() > 100 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_are_seen_in_lists_and_within_types() {
    let text =
        "use crate::{a::b, c::{d, e}, f};\nfn g() -> crate::h::I { crate::j::k() } // crate::l\n#[cfg(test)]\nmod tests { use crate::m; }";
    assert_eq!(named(&code(text)).into_iter().collect::<Vec<String>>(), ["a", "c", "f", "h", "j"]);
}
