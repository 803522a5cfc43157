//! A module imports only from the groups of `src/lib.rs` above its own, and outside crates have one owner each.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Outside crates that only some modules may name.
const OWNERS: &[(&str, &[&str])] = &[
    ("git2", &["git"]),
    ("gix_odb", &["git"]),
    ("gix_pack", &["git"]),
    ("gix_object", &["git"]),
    ("gix_hash", &["git"]),
    ("granit_parser", &["yaml"]),
    ("comrak", &["markdown"]),
    ("jsonschema", &["schema"]),
    ("cel", &["expression"]),
    ("minijinja", &["template"]),
    ("annotate_snippets", &["report"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("ctrlc", &["cli"]),
    ("terminal_size", &["cli"]),
    ("notify", &["watch"]),
    ("libmimalloc_sys", &["memory"]),
    ("calamine", &["import"]),
    ("walkdir", &["files"]),
    ("zip", &["import"]),
    ("encoding_rs", &["import"]),
    ("csv", &["import", "cli"]),
    ("icalendar", &["calendar", "due"]),
    ("rust_xlsxwriter", &["spreadsheet"]),
    ("ssh_key", &["signature"]),
    ("ssh_encoding", &["signature"]),
    ("lsp_server", &["lsp"]),
    ("gen_lsp_types", &["lsp"]),
    ("typst", &["paper"]),
    ("typst_layout", &["paper"]),
    ("typst_pdf", &["paper"]),
];

fn layers() -> BTreeMap<String, usize> {
    let source = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let mut layer = 0;
    let mut layers = BTreeMap::new();
    let mut blank = false;
    for line in source.lines() {
        if line.trim().is_empty() {
            blank = true;
        } else if let Some(name) = line.strip_prefix("pub mod ") {
            if blank {
                layer += 1;
            }
            blank = false;
            layers.insert(name.trim_end_matches(';').to_owned(), layer);
        }
    }
    layers
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The top-level module that a source file belongs to; `None` for lib.rs and main.rs.
fn module_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).expect("below src");
    let first = inside
        .components()
        .next()
        .expect("a part")
        .as_os_str()
        .to_string_lossy();
    let name = first.trim_end_matches(".rs").to_owned();
    (name != "lib" && name != "main").then_some(name)
}

#[test]
fn modules_import_only_from_layers_above() {
    let layers = layers();
    assert!(
        layers.len() >= 5,
        "the list of modules in src/lib.rs was not understood"
    );
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut faults = Vec::new();
    for path in files {
        let Some(module) = module_of(&path) else {
            continue;
        };
        let own = *layers
            .get(&module)
            .unwrap_or_else(|| panic!("{module} is in no layer of src/lib.rs"));
        for (number, line) in fs::read_to_string(&path)
            .expect("a source")
            .lines()
            .enumerate()
        {
            let code = line.split("//").next().unwrap_or_default();
            for part in code.split("crate::").skip(1) {
                let used: String = part
                    .chars()
                    .take_while(|character| character.is_alphanumeric() || *character == '_')
                    .collect();
                let Some(&other) = layers.get(&used) else {
                    continue;
                };
                if used != module && other >= own {
                    faults.push(format!(
                        "{}:{}: {module} uses {used}",
                        path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "imports against the layers:\n{}",
        faults.join("\n")
    );
}

#[test]
fn outside_crates_have_their_owners() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut faults = Vec::new();
    for path in files {
        let Some(module) = module_of(&path) else {
            continue;
        };
        let source = fs::read_to_string(&path).expect("a source");
        for (number, line) in source.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for (name, owners) in OWNERS {
                let named =
                    code.contains(&format!("{name}::")) && !code.contains(&format!("_{name}::"));
                if named && !owners.contains(&module.as_str()) {
                    faults.push(format!(
                        "{}:{}: {module} uses {name}",
                        path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "crates used outside their owner:\n{}",
        faults.join("\n")
    );
}
