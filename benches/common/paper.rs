//! Dossiers drawn as PDF in one process, one after another, for the benchmark of documents.

use std::fs;
use std::path::{Path, PathBuf};

use clue::document::{DOSSIER, Sheet};
use clue::engine::{Engine, Shown};
use clue::paper::Press;
use clue::text::Language;
use serde_json::json;

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
        .take(body.len() * 2)
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

/// Draws so many dossiers, each of which says something else; gives the pages of all, and the peak of memory in kilobytes.
pub(crate) fn draw(count: usize) -> (usize, u64) {
    let engine = Engine::open(&sample()).expect("the sample");
    let (press, _): (Press, _) = engine.press(None).expect("a press");
    let mut sheet = dossier(&engine);
    let mut pages = 0;
    for index in 0..count {
        sheet.values["number"] = json!(format!("YW-2026-{index:04}"));
        sheet.ident = format!("dossier {index}");
        pages += press.print(&sheet).expect("a dossier").pages;
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| {
        let rest = line.strip_prefix("VmHWM:")?.trim();
        rest.strip_suffix(" kB")?.trim().parse().ok()
    });
    (pages, peak.unwrap_or(0))
}
