//! Dossiers drawn as PDF in one process, one after another, for the benchmark of documents.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clue::document::{DOSSIER, Sheet};
use clue::engine::{Engine, Shown};
use clue::paper::Press;
use clue::text::Language;
use serde_json::{Value, json};

/// A dossier of the sample whose analysis is long, so that it has some 15 pages.
fn dossier(engine: &Engine) -> Sheet {
    let id = clue_with_everything(engine);
    let case = engine.readable(&id).expect("a clue");
    let mut sheet = engine
        .sheet(&Shown::whole(case), DOSSIER, Language::Zh)
        .expect("a dossier");
    let sections = sheet.values["sections"].as_array_mut().expect("sections");
    let report = sections
        .iter_mut()
        .find(|section| section["schema"] == json!("analysis"));
    let body = report.expect("an analysis")["body"]
        .as_array_mut()
        .expect("nodes")
        .to_owned();
    let longer = body
        .iter()
        .cycle()
        .take(body.len() * 5)
        .cloned()
        .collect::<Vec<_>>();
    for section in sections
        .iter_mut()
        .filter(|section| section["schema"] == json!("analysis"))
    {
        section["body"] = json!(longer);
    }
    sheet
}

/// The sample's clue that went through supervision and rework.
pub(crate) fn clue_with_everything(engine: &Engine) -> String {
    let has = |case: &clue::case::Case, kind: &str| case.records.contains_key(kind);
    let cases: Vec<_> = engine.cases().into_iter().map(|(case, _)| case).collect();
    let found = cases
        .iter()
        .find(|case| has(case, "supervision") && has(case, "analysis"));
    let folder = &found
        .expect("a clue with an analysis and a supervision record")
        .folder;
    folder.rsplit('/').next().expect("an id").to_owned()
}

/// The repository's sample.
pub(crate) fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-repo")
}

/// Turns every longer text of a sheet around by so many characters, so that no two dossiers say the same.
fn vary(value: &mut Value, by: usize) {
    let turn = |text: &mut Value| {
        if let Some(old) = text.as_str()
            && old.chars().count() >= 8
        {
            let mut new: Vec<char> = old.chars().collect();
            let length = new.len();
            new.rotate_left(by % length);
            *text = json!(new.into_iter().collect::<String>());
        }
    };
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match key.as_str() {
                    "text" => turn(value),
                    "paragraphs" => value.as_array_mut().into_iter().flatten().for_each(turn),
                    _ => vary(value, by),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| vary(item, by)),
        _ => {}
    }
}

/// Draws so many dossiers, each of which says something else, on all processors as `clue render --all` does; gives the
/// pages of all, and the peak of memory in kilobytes.
pub(crate) fn draw(count: usize) -> (usize, u64) {
    let engine = Engine::open(&sample()).expect("the sample");
    let (press, _): (Press, _) = engine.press(None).expect("a press");
    let sheet = dossier(&engine);
    let (next, pages) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let threads = thread::available_parallelism().map_or(1, usize::from) + 1;
    thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let mut own = sheet.clone();
                    vary(&mut own.values["sections"], index);
                    own.values["number"] = json!(format!("YW-2026-{index:04}"));
                    own.ident = format!("dossier {index}");
                    let drawn = press.print(&own).expect("a dossier");
                    pages.fetch_add(drawn.pages, Ordering::Relaxed);
                }
            });
        }
    });
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| {
        let rest = line.strip_prefix("VmHWM:")?.trim();
        rest.strip_suffix(" kB")?.trim().parse().ok()
    });
    (pages.into_inner(), peak.unwrap_or(0))
}

/// Lays out one of those dossiers as `typst compile` takes it: templates, `data.json` and fonts in a folder; gives the
/// template to compile. Row labels are plain cells there, since not every build of that program knows header cells.
pub(crate) fn lay_out(folder: &Path) -> PathBuf {
    let engine = Engine::open(&sample()).expect("the sample");
    let (press, _): (Press, _) = engine.press(None).expect("a press");
    let sheet = dossier(&engine);
    fs::create_dir_all(folder).expect("a folder");
    for (name, bytes) in press.files(&sheet) {
        fs::write(folder.join(name), bytes).expect("the values");
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for part in ["paper", "fonts"] {
        for entry in fs::read_dir(own.join(part)).expect("templates") {
            let path = entry.expect("an entry").path();
            let to = folder.join(path.file_name().expect("a name"));
            match fs::read_to_string(&path) {
                Ok(text) => fs::write(to, text.replace("pdf.header-cell(scope: \"row\", ", "(")),
                Err(_) => fs::copy(&path, to).map(|_| ()),
            }
            .expect("a copy");
        }
    }
    folder.join(format!("{}.typ", sheet.template))
}
