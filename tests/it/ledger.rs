//! The ledger: a row for every clue with its dates and its most urgent deadline, in formats that agree with each other,
//! that no spreadsheet takes for formulas, and that name no reporter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;

use crate::harness::{FORM, World};
use crate::play::ORGANISATION;

const NOW: &str = "2026-11-20T12:00:00+08:00";
const LI: &str = "li@example.org";

/// The sample repository, in a git repository of its own.
fn sample() -> World {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).expect("a copy");
            }
        }
    }
    let world = World::new();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-repo"),
        world.path(),
    );
    world.git(&["init", "--quiet"]);
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "sample"]);
    world
}

/// The ledger as of [`NOW`].
#[track_caller]
fn ledger(world: &World, language: &str, arguments: &[&str]) -> String {
    let all = [&["--now", NOW, "ledger"], arguments].concat();
    world.clue_in(language, LI, &all).ok()
}

#[track_caller]
fn data(world: &World, arguments: &[&str]) -> Value {
    let out = ledger(world, "en", &[&["--format", "json"], arguments].concat());
    serde_json::from_str(&out).expect("JSON")
}

fn clues(data: &Value) -> &[Value] {
    data["clues"].as_array().expect("clues")
}

/// The rows of the CSV, each by its headings.
#[track_caller]
fn rows(world: &World, arguments: &[&str]) -> Vec<BTreeMap<String, String>> {
    let out = ledger(world, "en", &[&["--format", "csv"], arguments].concat());
    let mut lines = out.lines().map(|line| {
        // A small reader that is not the writer's: quotes hold commas, doubled ones stand for themselves.
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for character in line.replace("\"\"", "\u{1}").chars() {
            match character {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                '\u{1}' => cells.last_mut().expect("a cell").push('"'),
                other => cells.last_mut().expect("a cell").push(other),
            }
        }
        cells
    });
    let headings = lines.next().expect("headings");
    lines
        .map(|cells| {
            assert_eq!(cells.len(), headings.len(), "{cells:?}");
            headings.iter().cloned().zip(cells).collect()
        })
        .collect()
}

fn workbook(world: &World, language: &str, arguments: &[&str]) -> Vec<u8> {
    let options = [&["--format", "xlsx", "--output", "book.xlsx"], arguments].concat();
    assert_eq!(ledger(world, language, &options), "");
    fs::read(world.path().join("book.xlsx")).expect("a workbook")
}

fn opened(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).expect("a workbook")
}

#[test]
fn every_clue_has_a_row_that_says_what_its_records_say() {
    let world = sample();
    let data = data(&world, &[]);
    let head = world.git(&["rev-parse", "HEAD"]);
    assert_eq!(data["commit"], head.trim());
    assert_eq!(data["moment"], NOW);
    assert_eq!(data["schemaVersion"], 1);
    let rows = rows(&world, &[]);
    assert_eq!(rows.len(), clues(&data).len());
    assert_eq!(data["counts"]["clues"], rows.len());
    let list: Value =
        serde_json::from_str(&world.clue(LI, &["list", "--format", "json"]).ok()).expect("JSON");
    let mut overdue = 0;
    for ((row, csv), card) in clues(&data).iter().zip(&rows).zip(clues(&list)) {
        let id = row["id"].as_str().expect("an id");
        for key in [
            "id",
            "number",
            "title",
            "state",
            "urgency",
            "confidentiality",
        ] {
            assert_eq!(row[key], card[key], "{id} {key}");
        }
        assert_eq!(csv["id"], id);
        // The current state was entered, on the day of the last change of state.
        let state = card["state"].as_str().expect("a state");
        let trail = card["trail"].as_array().expect("a trail");
        let entered = trail
            .iter()
            .rev()
            .find(|entry| entry["from"] != entry["to"])
            .expect("a change");
        let day = &entered["at"].as_str().expect("a time")[..10];
        assert_eq!(row["entered"][state], day, "{id}");
        assert_eq!(row["collected"], trail[0]["at"].as_str().expect("at")[..10]);
        // Whatever was handed over has a date, and only that.
        let sent = trail.iter().find(|entry| entry["step"] == "transfer");
        let sent = sent.map(|entry| entry["at"].as_str().expect("at")[..10].to_owned());
        assert_eq!(row["transferred"].as_str(), sent.as_deref(), "{id}");
        assert_eq!(csv["transfer date"], sent.unwrap_or_default(), "{id}");
        // What next says is open is what the ledger finds its most urgent deadline among.
        let next = world.clue(LI, &["--now", NOW, "next", id, "--format", "json"]);
        let next: Value = serde_json::from_str(&next.ok()).expect("JSON");
        let open = next["clocks"].as_array().expect("clocks");
        let soonest = open.iter().filter_map(|clock| clock["due"].as_str()).min();
        assert_eq!(row["deadline"]["due"].as_str(), soonest, "{id}");
        assert_eq!(row["deadline"].is_null(), open.is_empty(), "{id}");
        if row["final"] == true {
            assert!(row["deadline"].is_null(), "{id}");
        }
        assert_eq!(csv["due"], soonest.unwrap_or_default(), "{id}");
        if row["deadline"]["phase"] == "overdue" {
            overdue += 1;
            let left = row["deadline"]["left"].as_i64().expect("days");
            assert!(left < 0, "{id}");
            assert_eq!(csv["days left"], left.to_string(), "{id}");
            assert!(csv["standing"].starts_with("overdue since"), "{id}");
        }
    }
    assert_eq!(data["counts"]["overdue"], overdue);
    assert!(overdue > 0, "no clue of the sample is late by then");
    let told: BTreeSet<&str> = clues(&data)
        .iter()
        .filter_map(|row| row["inTime"].as_str())
        .collect();
    assert!(told.contains("yes"), "{told:?}");
    assert!(clues(&data).iter().any(|row| row["aim"] == "met"));
}

#[test]
fn nobody_reads_who_reported_or_what_is_confidential() {
    let world = sample();
    let data = data(&world, &[]);
    let mut shown = 0;
    for row in clues(&data) {
        let text = &row["progress"]["text"];
        if row["confidentiality"] == "internal" {
            shown += usize::from(text.is_string());
        } else {
            assert!(text.is_null(), "{row:#}");
        }
        let id = row["id"].as_str().expect("an id");
        let folder = clue::case::folder_of(id).expect("an id");
        let form = world.read(&format!("{folder}/collection.yaml"));
        let (form, _) = clue::yaml::parse("collection.yaml", form.as_bytes());
        let form = form.expect("YAML").root.to_json();
        // The titles are shown as `clue list` shows them.
        let mut rest = row.clone();
        rest["title"] = Value::Null;
        for secret in ["name", "contact"] {
            if let Some(secret) = form["reporter"][secret].as_str() {
                assert!(!rest.to_string().contains(secret), "{id}: {secret}");
            }
        }
    }
    assert!(shown > 0);
}

#[test]
fn a_progress_that_names_the_reporter_shows_its_date_alone() {
    let world = sample();
    let before = data(&world, &[]);
    let with_text = |row: &&Value| row["progress"]["text"].is_string();
    let row = clues(&before).iter().find(with_text).expect("a progress");
    let id = row["id"].as_str().expect("an id");
    let text = row["progress"]["text"].as_str().expect("a text");
    let name: String = text.chars().take(4).collect();
    let folder = clue::case::folder_of(id).expect("an id");
    let path = format!("{folder}/collection.yaml");
    let form = world.read(&path);
    let named: String = form
        .lines()
        .map(|line| match line.strip_prefix("  name:") {
            Some(_) => format!("  name: {name}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    world.write(&path, &named);
    let after = data(&world, &[]);
    let row = clues(&after)
        .iter()
        .find(|row| row["id"] == id)
        .expect("the row");
    assert!(row["progress"]["text"].is_null(), "{row:#}");
    assert!(row["progress"]["date"].is_string(), "{row:#}");
}

#[test]
fn filters_choose_rows() {
    let world = sample();
    let all = data(&world, &[]);
    #[track_caller]
    fn case(world: &World, all: &Value, options: &[&str], wanted: impl Fn(&Value) -> bool) {
        let found = data(world, options);
        let expected: Vec<&Value> = clues(all).iter().filter(|row| wanted(row)).collect();
        assert!(!expected.is_empty(), "{options:?} chooses nothing");
        assert_eq!(clues(&found).iter().collect::<Vec<_>>(), expected);
    }
    case(&world, &all, &["--open"], |row| row["final"] == false);
    case(&world, &all, &["--overdue"], |row| {
        row["deadline"]["phase"] == "overdue"
    });
    case(&world, &all, &["--state", "已归档"], |row| {
        row["state"] == "archived"
    });
    let both = ["--state", "archived", "--state", "handling"];
    case(&world, &all, &both, |row| {
        row["state"] == "archived" || row["state"] == "handling"
    });
    case(&world, &all, &["--urgency", "urgent"], |row| {
        row["urgency"] == "urgent"
    });
    case(&world, &all, &["--category", "compliance"], |row| {
        row["category"] == "compliance"
    });
    let period = ["--from", "2026-03-01", "--to", "2026-06-30"];
    case(&world, &all, &period, |row| {
        let day = row["collected"].as_str().expect("a day");
        ("2026-03-01"..="2026-06-30").contains(&day)
    });
    let day = clues(&all)[0]["collected"].as_str().expect("a day");
    case(&world, &all, &["--from", day, "--to", day], |row| {
        row["collected"] == day
    });
    // The most urgent first, and those without a deadline last.
    let sorted = data(&world, &["--sort", "due"]);
    let dues: Vec<Option<&str>> = clues(&sorted)
        .iter()
        .map(|row| row["deadline"]["due"].as_str())
        .collect();
    let mut expected = dues.clone();
    expected.sort_by_key(|due| (due.is_none(), *due));
    assert_eq!(dues, expected);
    assert!(dues[0].is_some());
    for (options, status) in [
        (&["--state", "colected"][..], 2),
        (&["--department", "nowhere"], 2),
        (&["--from", "March"], 2),
        (&["--from", "2026-06-30", "--to", "2026-03-01"], 2),
        (&["--format", "docx"], 2),
        (&["--sort", "title"], 2),
        (&["--output", "organisation.yaml"], 2),
        (&["--output", "clues/ledger.csv"], 2),
        (&["--output", "no/where/ledger.csv"], 3),
    ] {
        let arguments = [&["ledger"], options].concat();
        world.clue(LI, &arguments).fails(status);
    }
    let err = world.clue(LI, &["ledger", "--urgency", "hasty"]).fails(2);
    assert!(err.contains("urgent, important, general"), "{err}");
}

#[test]
fn the_table_is_told_in_both_languages() {
    let world = sample();
    let all = data(&world, &[]);
    let counts = &all["counts"];
    let (clues, open, overdue) = (&counts["clues"], &counts["open"], &counts["overdue"]);
    let table = ledger(&world, "en", &[]);
    let last = format!("{clues} clues, of which {open} open, {overdue} overdue");
    assert_eq!(table.lines().last(), Some(last.as_str()), "{table}");
    let table = ledger(&world, "zh", &["--color", "always"]);
    let last = format!("共 {clues} 条线索，其中未办结 {open} 条，逾期 {overdue} 条");
    assert!(table.contains(&last), "{table}");
    let red = table.lines().filter(|line| line.contains("\u{1b}[31m"));
    assert_eq!(red.count().to_string(), overdue.to_string());
    // The last column begins at the same place in every line, however wide the characters before it are.
    let table = ledger(&world, "zh", &["--overdue"]);
    let starts: BTreeSet<usize> = table
        .lines()
        .skip(1)
        .filter_map(|line| Some(clue::text::width(&line[..line.find("2026-")?])))
        .collect();
    assert!(starts.len() <= 2, "{starts:?}\n{table}");
}

#[test]
fn a_workbook_holds_the_ledger_and_its_summary() {
    let world = sample();
    let data = data(&world, &[]);
    let mut book = opened(workbook(&world, "en", &[]));
    assert_eq!(book.sheet_names(), ["Ledger", "Summary"]);
    let sheet = book.worksheet_range("Ledger").expect("the ledger");
    let headings: Vec<String> = sheet
        .rows()
        .next()
        .expect("headings")
        .iter()
        .map(ToString::to_string)
        .collect();
    let column = |name: &str| {
        let found = headings.iter().position(|heading| heading == name);
        found.unwrap_or_else(|| panic!("no column {name}: {headings:?}"))
    };
    assert_eq!(sheet.rows().count(), clues(&data).len() + 1);
    for (cells, row) in sheet.rows().skip(1).zip(clues(&data)) {
        assert_eq!(
            cells[column("id")].to_string(),
            row["id"].as_str().expect("id")
        );
        let day = |name: &str| match &cells[column(name)] {
            Data::Empty => None,
            Data::DateTime(at) => Some(at.as_datetime().expect("a day").date().to_string()),
            other => panic!("{name} is no date: {other:?}"),
        };
        assert_eq!(day("collection date").as_deref(), row["collected"].as_str());
        assert_eq!(day("due").as_deref(), row["deadline"]["due"].as_str());
        let archived = row["entered"]["archived"].as_str();
        assert_eq!(day("entered: archived").as_deref(), archived);
        match (
            &cells[column("days left")],
            row["deadline"]["left"].as_i64(),
        ) {
            (Data::Empty, None) => {}
            (Data::Float(left), Some(expected)) => assert_eq!(*left, expected as f64),
            other => panic!("{other:?}"),
        }
    }
    let summary = book.worksheet_range("Summary").expect("the summary");
    let lines: Vec<Vec<String>> = summary
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();
    let fact = |name: &str| {
        let found = lines.iter().find(|line| line[0] == name);
        found.unwrap_or_else(|| panic!("no {name}: {lines:?}"))[1].clone()
    };
    assert_eq!(fact("clues"), data["counts"]["clues"].to_string());
    assert_eq!(fact("of which open"), data["counts"]["open"].to_string());
    assert_eq!(
        fact("of which overdue"),
        data["counts"]["overdue"].to_string()
    );
    assert_eq!(
        fact("commit checked out (HEAD)"),
        data["commit"].as_str().expect("HEAD")
    );
    assert_eq!(fact("as of"), "2026-11-20 12:00");
    let archived = clues(&data).iter().filter(|row| row["state"] == "archived");
    assert_eq!(fact("archived"), archived.count().to_string());
    // In the reader's language, and without the rows that were not asked for.
    let mut book = opened(workbook(&world, "zh", &["--state", "archived"]));
    assert_eq!(book.sheet_names(), ["台账", "汇总"]);
    let summary = book.worksheet_range("汇总").expect("the summary");
    let only = summary.rows().find(|row| row[0] == "筛选条件");
    assert_eq!(only.expect("the filter")[1].to_string(), "--state archived");
}

#[test]
fn the_same_clues_give_the_same_bytes() {
    let world = sample();
    let first = workbook(&world, "zh", &[]);
    // Long enough for a file's time to be another one.
    std::thread::sleep(Duration::from_millis(2_100));
    assert!(first == workbook(&world, "zh", &[]));
    let csv = ["--format", "csv"];
    assert_eq!(ledger(&world, "zh", &csv), ledger(&world, "zh", &csv));
    // On standard output they are the same, byte by byte.
    let arguments = ["--now", NOW, "ledger", "--format", "xlsx"];
    let out = world.program(LI, &arguments).output().expect("a run");
    assert_eq!(out.status.code(), Some(0));
    assert!(out.stdout == workbook(&world, "en", &[]));
}

#[test]
fn a_title_is_never_a_formula() {
    let titles = ["=HYPERLINK(\"http://x.example\",\"y\")", "+1", "@x", "-2+3"];
    let world = World::with_repository(ORGANISATION);
    for title in titles {
        let title = format!("--title={title}");
        let form = [&["new", title.as_str()], &FORM[3..]].concat();
        world.clue("zhao@example.org", &form).ok();
    }
    let expected: BTreeSet<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    let csv: BTreeSet<String> = rows(&world, &[])
        .iter()
        .map(|row| {
            let title = row["title"].strip_prefix('\'');
            title.expect("a mark of text").to_owned()
        })
        .collect();
    assert_eq!(csv, expected);
    let mut book = opened(workbook(&world, "en", &[]));
    let sheet = book.worksheet_range("Ledger").expect("the ledger");
    let shown: BTreeSet<String> = sheet
        .rows()
        .skip(1)
        .map(|row| match &row[2] {
            Data::String(text) => text.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(shown, expected);
    let formulas = book.worksheet_formula("Ledger").expect("formulas");
    assert!(
        formulas
            .used_cells()
            .all(|(_, _, formula)| formula.is_empty())
    );
}

#[test]
fn a_clue_that_cannot_be_read_is_told() {
    let world = World::with_repository(ORGANISATION);
    let (id, _) = (world.collect(), world.collect());
    let folder = clue::case::folder_of(&id).expect("an id");
    for broken in ["id: [\n", "id: 1\n", "\u{0}", "a: &x [*x, *x]\n"] {
        world.write(&format!("{folder}/clue.yaml"), broken);
        let told = "1 clue cannot be read; clue check says why\n";
        assert!(ledger(&world, "en", &[]).ends_with(told), "{broken:?}");
        let list = world.clue(LI, &["list"]).ok();
        assert!(list.ends_with(told), "{broken:?}: {list}");
        for format in ["csv", "json", "xlsx"] {
            let ran = world.clue(LI, &["ledger", "--format", format]);
            assert_eq!((ran.status, ran.err.as_str()), (0, told), "{broken:?}");
        }
        let data = data(&world, &[]);
        assert_eq!(data["counts"]["unreadable"], 1);
        assert_eq!(clues(&data).len(), 1);
    }
    world.write(&format!("{folder}/clue.yaml"), "id: [\n");
    let chinese = world.clue_in("zh", LI, &["ledger"]).ok();
    assert!(chinese.contains("另有 1 条线索无法读取"), "{chinese}");
}

/// What LibreOffice reads is what was written. It is not everywhere; where it is missing, nothing is proved here.
#[test]
fn libreoffice_reads_the_workbook() {
    let world = sample();
    let rows = rows(&world, &[]);
    workbook(&world, "en", &[]);
    let converted = Command::new("soffice")
        .args([
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1",
        ])
        .args(["--outdir", "converted", "book.xlsx"])
        .arg(format!(
            "-env:UserInstallation=file://{}/profile",
            world.path().display()
        ))
        .current_dir(world.path())
        .output();
    if !converted.is_ok_and(|out| out.status.success()) {
        return;
    }
    let text = world.read("converted/book.csv");
    assert_eq!(text.lines().count(), rows.len() + 1, "{text}");
    for (line, row) in text.lines().skip(1).zip(&rows) {
        for name in ["id", "number", "collection date", "due", "state"] {
            assert!(line.contains(&row[name]), "{name}: {line}");
        }
    }
}
