//! Nothing of what `disclosure` keeps back comes to a reader who may not know it: not in a document, a ledger, a site or
//! its search index, and not in what CI and mail carry. Marks that are nowhere else are looked for in every byte.

use std::fs;
use std::path::Path;

use clue::document::{COVER, DOSSIER, SPINE};
use clue::engine::Engine;
use clue::text::Language;

use crate::harness::World;
use crate::play::ORGANISATION;

const ZHAO: &str = "zhao@example.org";
const LI: &str = "li@example.org";

/// What stands in fields that are kept back, and is repeated elsewhere.
const REPEATED: &[&str] = &[
    "欧阳密探",
    "Zebulon",
    "Quark",
    "13987654321",
    "139-8765-4321",
    "zq@secret.example",
    "ZXQ-77-KEY",
];
/// What stands in such fields only.
const FIELDS: &[&str] = &["来源密厂", "SRCMARK", "谈话密人", "WITHMARK"];
/// What is of a level that the reader may not see at all.
const CLOSED: &[&str] = &["机密线索标题", "CLOSEDMARK"];

const FORM: &str = "\
title: 采购中收受礼品
source: 来源密厂 SRCMARK
channel: hotline
source_key: ZXQ-77-KEY
discovered_at: 2026-11-20T09:00:00+08:00
matters: [采购部]
description: |
  欧阳密探（Mr Quark）来电，电话 139-8765-4321，邮箱 zq@secret.example。
  来源编号 ZXQ-77-KEY。欧 阳 密 探称供应商送礼。
collector: zhao-gang
reporter:
  anonymous: false
  name: 欧阳密探 Zebulon Quark
  contact: 13987654321，zq@secret.example
explanation: 由 Zebulon 本人说明
";

const ATTACHMENTS: &str = "\
attachments:
  - { file: letter.pdf, title: 欧阳密探的来信, size: 4, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 }
";

const HANDLING: &str = "\
department: quality
handler: chen-jie
entries:
  - { at: 2026-11-23T12:00:00+08:00, by: chen-jie, type: communication, with: 谈话密人 WITHMARK, text: 已致电欧阳密探 13987654321 }
measures:
  - { type: investigation, at: 2026-11-23T13:00:00+08:00, by: chen-jie, with: 谈话密人 WITHMARK, result: 与欧阳密探所述一致 }
";

const REPORT: &str = "\
---
author: li-wei
written_at: 2026-11-23T12:00:00+08:00
methods: [other]
risks: { overall: low, legal: { level: low, note: 向欧阳密探核实 } }
---
# 概述

**欧阳密探**: [Quark](mailto:zq@secret.example) 的 `13987654321`，即 欧**阳**密探、&#27431;阳密探、ＺＥＢＵＬＯＮ。

| 姓名 | 电话 |
|---|---|
| 欧阳密探 | 139 8765 4321 |
";

/// A repository with a clue whose reporter is named, one whose reporter is not, and one of the highest level.
fn secrets() -> (World, [String; 3]) {
    let world = World::with_repository(ORGANISATION);
    world.write("form.yaml", FORM);
    let named = begun(&world);
    world
        .clue(
            LI,
            &[
                "advance",
                &named,
                "return",
                "-m",
                "请欧阳密探（13987654321）补充材料",
            ],
        )
        .ok();
    fs::remove_file(world.path().join("form.yaml")).expect("removed");
    let folder = folder_of(&named);
    let form = FORM.to_owned() + ATTACHMENTS;
    world.write(&format!("{folder}/collection.yaml"), &form);
    world.write(&format!("{folder}/handling/quality.yaml"), HANDLING);
    world.write(&format!("{folder}/analysis.md"), REPORT);
    world.write(&format!("{folder}/attachments/letter.pdf"), "test");
    world.edit(
        &format!("{folder}/clue.yaml"),
        "title: 采购中收受礼品",
        "title: 欧阳密探反映采购中收受礼品",
    );
    let anonymous = world.collect();
    world.edit(
        &format!("{}/collection.yaml", folder_of(&anonymous)),
        "source: 车间",
        "source: 来源密厂 SRCMARK",
    );
    let closed = world.collect();
    let folder = folder_of(&closed);
    world.edit(
        &format!("{folder}/clue.yaml"),
        "confidentiality: internal",
        "confidentiality: secret",
    );
    world.edit(
        &format!("{folder}/clue.yaml"),
        "title: 建议改进包装",
        "title: 机密线索标题 CLOSEDMARK",
    );
    world.edit(
        &format!("{folder}/collection.yaml"),
        "现有包装易破损",
        "机密线索标题 CLOSEDMARK",
    );
    // A clue that everybody may see refers to it, by reference and in a text.
    let report = format!("{}/analysis.md", folder_of(&named));
    let similar = format!("methods: [other]\nsimilar: [{closed}]");
    world.edit(&report, "methods: [other]", &similar);
    let mention =
        format!("# 概述\n\n与 {closed}（机密线索标题 CLOSEDMARK）类似，见 clues/{closed}/。");
    world.edit(&report, "# 概述", &mention);
    (world, [named, anonymous, closed])
}

fn begun(world: &World) -> String {
    let out = world.clue(ZHAO, &["new", "--from", "form.yaml"]).ok();
    out.lines().next().expect("an id").to_owned()
}

fn folder_of(id: &str) -> String {
    format!("clues/{}/{}-{}/{id}", &id[..4], &id[4..6], &id[6..8])
}

/// What of the marks some bytes hold, however text is encoded in them.
fn held<'m>(bytes: &[u8], marks: &[&'m str]) -> Vec<&'m str> {
    let text = String::from_utf8_lossy(bytes);
    let close: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    let has = |mark: &&&str| {
        let wide: Vec<u8> = mark.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let hex: String = wide.iter().map(|byte| format!("{byte:02X}")).collect();
        let escaped: String = mark
            .encode_utf16()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect();
        text.contains(**mark)
            || close.contains(**mark)
            || bytes.windows(wide.len()).any(|part| part == wide)
            || text.to_uppercase().contains(&hex)
            || text.contains(&escaped)
    };
    marks.iter().filter(has).copied().collect()
}

#[track_caller]
fn clean(what: &str, bytes: &[u8], marks: &[&[&str]]) {
    for marks in marks {
        let found = held(bytes, marks);
        assert!(
            found.is_empty(),
            "{what} holds {found:?}:\n{}",
            String::from_utf8_lossy(bytes)
                .chars()
                .take(6_000)
                .collect::<String>()
        );
    }
}

fn files_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => files_below(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn no_document_of_an_extract_names_the_reporter() {
    let (world, [named, anonymous, closed]) = secrets();
    let engine = Engine::open(world.path()).expect("an engine");
    #[cfg(feature = "pdf")]
    let (press, _) = engine.press(None).expect("a press");
    for id in [&named, &anonymous] {
        let (case, _) = engine.case(id).expect("a case");
        let mut documents = engine.documents(&case, Language::Zh).expect("documents");
        documents.extend([COVER.to_owned(), SPINE.to_owned()]);
        assert!(documents.contains(&DOSSIER.to_owned()));
        for language in [Language::Zh, Language::En] {
            let reader = engine.reader("--for", "handler").expect("a reader");
            for document in &documents {
                let what = format!("{id} {document} {language}");
                let shown = engine
                    .shown(id, Some(&reader), language)
                    .expect("an extract");
                let html = engine.html(&shown, document, language).expect("a page");
                let unknown = &[closed.as_str()][..];
                clean(&what, html.as_bytes(), &[REPEATED, FIELDS, CLOSED, unknown]);
                assert!(
                    html.contains("class=\"extract\""),
                    "{what} says nothing of an extract"
                );
                let sheet = engine.sheet(&shown, document, language).expect("a sheet");
                clean(
                    &what,
                    format!("{sheet:?}").as_bytes(),
                    &[REPEATED, FIELDS, CLOSED, unknown],
                );
                #[cfg(feature = "pdf")]
                {
                    let paper = engine
                        .pdf(&press, &shown, document, language)
                        .expect("a PDF");
                    clean(&what, &paper.pdf, &[REPEATED, FIELDS, CLOSED, unknown]);
                    let said = format!("{:?}", paper.findings);
                    clean(&what, said.as_bytes(), &[REPEATED, FIELDS]);
                }
            }
        }
    }
    // Who may see everything sees it, and so the marks were really there.
    let whole = world.clue(LI, &["render", &named]).ok();
    assert_eq!(
        held(whole.as_bytes(), REPEATED).len(),
        REPEATED.len(),
        "{whole}"
    );
    assert_eq!(held(whole.as_bytes(), FIELDS).len(), FIELDS.len());
    assert_eq!(held(whole.as_bytes(), CLOSED).len(), CLOSED.len());
    let officer = world.clue(LI, &["render", &named, "--for", "officer"]).ok();
    assert_eq!(held(officer.as_bytes(), REPEATED).len(), REPEATED.len());
    assert!(officer.contains("nothing was withheld"), "{officer}");
    // What the reader may not know of is refused, in no word of its own.
    for arguments in [
        &["render", closed.as_str(), "--for", "handler"][..],
        &[
            "render",
            closed.as_str(),
            "cover",
            "--for",
            "经办人",
            "--format",
            "pdf",
        ],
        &["render", closed.as_str(), "--for", "level:confidential"],
    ] {
        let ran = world.clue(LI, arguments);
        clean(
            "a refusal",
            format!("{}{}", ran.out, ran.err).as_bytes(),
            &[CLOSED],
        );
        assert_eq!(ran.status, 4, "{}", ran.err);
        assert!(ran.out.is_empty());
    }
    // A record that cannot be read is refused too: nobody knows what it keeps back.
    let form = format!("{}/collection.yaml", folder_of(&named));
    world.edit(&form, "  anonymous: false", "  anonymous: perhaps");
    let ran = world.clue(LI, &["render", &named, "--for", "handler"]);
    clean("a refusal", ran.err.as_bytes(), &[REPEATED, FIELDS]);
    assert_eq!(ran.status, 4, "{}", ran.err);
}

#[test]
fn a_reader_who_is_none_is_told_which_there_are() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let err = world.clue(LI, &["render", &id, "--for", "nobody"]).fails(2);
    for word in ["archivist", "secret", "nobody"] {
        assert!(err.contains(word), "{err}");
    }
    let rulebook = world.read("workflow.yaml");
    let both = rulebook.replacen(
        "\n  collector:\n",
        "\n  internal:\n    label: { en: insider, zh: 内部人 }\n  collector:\n",
        1,
    );
    world.write("workflow.yaml", &both);
    let err = world
        .clue(LI, &["render", &id, "--for", "internal"])
        .fails(2);
    assert!(
        err.contains("role:internal") && err.contains("level:internal"),
        "{err}"
    );
    world
        .clue(LI, &["render", &id, "--for", "level:internal"])
        .ok();
    // A block that refers to nothing is a finding.
    let wrong = rulebook.replacen("    level: secret", "    level: secrte", 1);
    let wrong = wrong.replacen(
        "collection.reporter.name,",
        "collection.reporter.nmae, collection, clue.title,",
        1,
    );
    world.write("workflow.yaml", &wrong);
    let out = world.clue(LI, &["check", "workflow.yaml"]);
    for word in [
        "`secrte`",
        "collection.reporter.nmae",
        "`collection` is no field",
        "`clue.title` is no field",
    ] {
        assert!(out.out.contains(word), "{word}: {}", out.out);
    }
}

#[test]
fn ledgers_and_sites_hold_nothing_that_their_reader_may_not_know() {
    let (world, [named, anonymous, closed]) = secrets();
    for format in ["table", "csv", "json", "html"] {
        for reader in ["handler", "internal"] {
            let ran = world.clue(LI, &["ledger", "--for", reader, "--format", format]);
            let all = format!("{}{}", ran.out, ran.err);
            assert_eq!(ran.status, 0, "{all}");
            clean(
                format,
                all.as_bytes(),
                &[REPEATED, FIELDS, CLOSED, &[closed.as_str()]],
            );
            assert!(
                all.contains(&anonymous) || all.contains("建议改进包装"),
                "{all}"
            );
        }
    }
    let ran = world.clue(LI, &["ledger", "--for", "handler", "--search", "欧阳"]);
    assert!(
        ran.out.contains("0 clues") && ran.out.contains("1 clue that they may not know of"),
        "{}",
        ran.out
    );
    for (reader, marks) in [
        ("internal", &[REPEATED, FIELDS, CLOSED][..]),
        ("confidential", &[REPEATED, CLOSED][..]),
    ] {
        let site = World::new();
        let folder = site.path().join("site");
        let path = folder.to_str().expect("a path");
        for language in ["zh", "en"] {
            // The second run is over the first, and leaves nothing of it.
            let ran = world.clue(
                LI,
                &["site", path, "--level", reader, "--language", language],
            );
            clean(
                "the answer",
                format!("{}{}", ran.out, ran.err).as_bytes(),
                marks,
            );
            assert_eq!(ran.status, 0, "{}", ran.err);
            let mut files = Vec::new();
            files_below(&folder, &mut files);
            assert!(files.len() > 8, "{files:?}");
            for file in files {
                let name = file.display().to_string();
                assert!(!name.contains(&closed), "{name}");
                clean(&name, &fs::read(&file).expect("bytes"), marks);
                clean(
                    &name,
                    &fs::read(&file).expect("bytes"),
                    &[&[closed.as_str()]],
                );
            }
            let page =
                fs::read_to_string(folder.join(format!("clues/{named}.html"))).expect("a page");
            assert!(page.contains(["〔不予公开〕", "[withheld]"][usize::from(language == "en")]));
            let about = fs::read_to_string(folder.join("about.html")).expect("a page");
            assert!(
                about.contains("<td>2</td>") && about.contains("<td>1</td>"),
                "{about}"
            );
        }
    }
}

#[test]
fn what_others_read_in_passing_holds_no_secret() {
    let (world, [named, ..]) = secrets();
    for arguments in [
        &["list"][..],
        &["list", "--format", "csv"],
        &["ledger"],
        &["ledger", "--format", "json"],
        &["ledger", "--format", "html"],
        &["due", "--all"],
        &["due", "--all", "--format", "json"],
        &["due", "--all", "--format", "ics"],
        &["stats", "--minimum", "1"],
        &["stats", "--minimum", "1", "--format", "json"],
        &["stats", "--minimum", "1", "--format", "html"],
    ] {
        let ran = world.clue(LI, arguments);
        let all = format!("{}{}", ran.out, ran.err);
        // The title is what lists are made of, and the form says that it names nobody; everything else is quiet.
        let all = all.replace("欧阳密探反映采购中收受礼品", "");
        clean(&arguments.join(" "), all.as_bytes(), &[REPEATED, FIELDS]);
    }
    // The steps' commits say who, what and when, and nothing of the clue.
    let messages = world.git(&["log", "--format=%B"]);
    assert!(messages.contains(&named), "{messages}");
    clean(
        "commit messages",
        messages.as_bytes(),
        &[REPEATED, FIELDS, CLOSED, &["采购中收受礼品"]],
    );
}

#[test]
fn findings_quote_nothing_that_is_kept_back() {
    let (world, [named, ..]) = secrets();
    let form = format!("{}/collection.yaml", folder_of(&named));
    let right = world.read(&form);
    let faults = [
        (
            "  name: 欧阳密探 Zebulon Quark",
            "  name: [欧阳密探 Zebulon Quark]",
        ),
        (
            "  name: 欧阳密探 Zebulon Quark",
            "  name：欧阳密探 Zebulon Quark",
        ),
        (
            "  name: 欧阳密探 Zebulon Quark",
            "  name: \"欧阳密探 Zebulon Quark",
        ),
        (
            "  name: 欧阳密探 Zebulon Quark",
            "  name: 欧阳密探 Zebulon Quark\n  name: 欧阳密探",
        ),
        (
            "  name: 欧阳密探 Zebulon Quark",
            "  name: 欧阳密探 Zebulon Quark\n  欧阳密探: 1",
        ),
        (
            "  name: 欧阳密探 Zebulon Quark",
            "  name: &a 欧阳密探 Zebulon Quark\n  x: *欧阳密探",
        ),
        (
            "  contact: 13987654321，zq@secret.example",
            "  contact: 13987654321",
        ),
        ("  anonymous: false", "  anonymous: true"),
        ("source_key: ZXQ-77-KEY", "source_key: { ZXQ-77-KEY: 1 }"),
        ("channel: hotline", "channel: 欧阳密探"),
        ("collector: zhao-gang", "collector: Zebulon Quark"),
        (
            "discovered_at: 2026-11-20T09:00:00+08:00",
            "discovered_at: 139-8765-4321",
        ),
    ];
    for (from, to) in faults {
        world.write(&form, &right.replacen(from, to, 1));
        assert!(world.read(&form) != right, "{from}");
        for format in ["text", "json", "sarif", "github", "gitlab"] {
            for language in ["zh", "en"] {
                let ran = world.clue_in(language, LI, &["check", "--format", format]);
                assert_eq!(ran.status, 1, "{to}: {}", ran.err);
                assert!(ran.out.contains("collection.yaml"), "{to}: {}", ran.out);
                let all = format!("{}{}", ran.out, ran.err);
                clean(
                    &format!("check --format {format} of {to}"),
                    all.as_bytes(),
                    &[REPEATED, FIELDS],
                );
            }
        }
        let next = world.clue(LI, &["next", &named]);
        clean(
            &format!("next of {to}"),
            format!("{}{}", next.out, next.err)
                .replace("欧阳密探反映采购中收受礼品", "")
                .as_bytes(),
            &[REPEATED, FIELDS],
        );
    }
    // What is committed by hand is read in the audit's log, where the files are those of a commit.
    world.write(
        &form,
        &right.replacen(
            "  name: 欧阳密探 Zebulon Quark",
            "  name：欧阳密探 Zebulon Quark",
            1,
        ),
    );
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "-m", "by hand"]);
    for format in ["text", "json", "sarif", "github", "gitlab"] {
        let ran = world.clue(LI, &["audit", "--format", format]);
        assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
        clean(
            &format!("audit --format {format}"),
            format!("{}{}", ran.out, ran.err).as_bytes(),
            &[REPEATED, FIELDS],
        );
    }
}

#[test]
fn a_run_that_breaks_off_leaves_nothing_of_a_higher_level() {
    let (world, [_, _, closed]) = secrets();
    let other = World::new();
    let folder = other.path().join("s");
    let site = folder.to_str().expect("a path");
    world.clue(LI, &["site", site, "--level", "secret"]).ok();
    assert!(folder.join(format!("clues/{closed}.html")).exists());
    // Something in the way of a page stops the next run after its first pages, for a reader who may see less.
    fs::remove_file(folder.join("about.html")).expect("removed");
    fs::create_dir(folder.join("about.html")).expect("a folder");
    let err = world.clue(LI, &["site", site]).fails(4);
    assert!(
        err.contains("about.html") && err.contains("nothing of the former one is left"),
        "{err}"
    );
    let mut files = Vec::new();
    files_below(&folder, &mut files);
    assert!(files.len() > 3, "{files:?}");
    for file in files {
        let name = file.display().to_string();
        assert!(!name.contains(&closed), "{name}");
        clean(
            &name,
            &fs::read(&file).expect("bytes"),
            &[REPEATED, FIELDS, CLOSED],
        );
    }
    // A link that leads nowhere is told as what it is.
    #[cfg(unix)]
    {
        let link = other.path().join("link");
        std::os::unix::fs::symlink(other.path().join("gone"), &link).expect("a link");
        let err = world
            .clue(LI, &["site", link.to_str().expect("a path")])
            .fails(2);
        assert!(err.contains("symbolic link"), "{err}");
    }
}

#[test]
fn a_site_has_the_same_bytes_and_touches_nothing_of_others() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let other = World::new();
    let at = |name: &str| other.path().join(name).to_str().expect("a path").to_owned();
    let site = at("a");
    world.clue(LI, &["site", &site]).ok();
    world
        .clue(LI, &["--now", "2026-11-23", "site", &at("early")])
        .ok();
    world.clue(LI, &["site", &at("b")]).ok();
    let bytes = |name: &str| {
        let (mut files, top) = (Vec::new(), other.path().join(name));
        files_below(&top, &mut files);
        files.sort();
        let read = |file: &std::path::PathBuf| {
            (
                file.strip_prefix(&top).expect("below").to_owned(),
                fs::read(file).expect("bytes"),
            )
        };
        files.iter().map(read).collect::<Vec<_>>()
    };
    assert!(
        bytes("a") == bytes("b"),
        "two sites of one repository differ"
    );
    // Somebody's own files stay, and a page of a clue that is gone goes.
    other.write("a/clues/notes.html", "mine");
    other.write("a/README", "mine");
    other.write(
        "a/clues/20200101-aaaa.html",
        "<!DOCTYPE html>\n<!-- clue-site -->\nold",
    );
    world.clue(LI, &["site", &site]).ok();
    assert_eq!(
        other.read("a/README") + &other.read("a/clues/notes.html"),
        "minemine"
    );
    assert!(!Path::new(&site).join("clues/20200101-aaaa.html").exists());
    // A file of somebody else in the way stops the run, and the site says that it is not complete.
    other.write("a/about.html", "mine");
    let err = world.clue(LI, &["site", &site]).fails(4);
    assert!(err.contains("about.html"), "{err}");
    assert_eq!(other.read("a/about.html"), "mine");
    assert!(
        other
            .read("a/clue-site.json")
            .contains("\"complete\": false")
    );
    fs::remove_file(Path::new(&site).join("about.html")).expect("removed");
    world.clue(LI, &["site", &site]).ok();
    assert!(
        bytes("a")
            .iter()
            .any(|(path, _)| path.ends_with("about.html"))
    );
    // Not into what is not empty, nor into the repository.
    other.write("full/file", "mine");
    let err = world.clue(LI, &["site", &at("full")]).fails(2);
    assert!(err.contains("not empty"), "{err}");
    for inside in ["site", "clues/site", "clues"] {
        let err = world.clue(LI, &["site", inside]).fails(2);
        assert!(err.contains("inside the repository"), "{err}");
    }
    assert!(!world.path().join("site").exists());
    // A clue that cannot be read is told, and the others are there.
    let second = world.collect();
    world.write(&format!("{}/collection.yaml", folder_of(&id)), "title: [");
    let ran = world.clue(LI, &["site", &site]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.err.contains(&id), "{}", ran.err);
    assert!(!Path::new(&site).join(format!("clues/{id}.html")).exists());
    assert!(
        other
            .read(&format!("a/clues/{second}.html"))
            .contains("建议改进包装")
    );
    // A template of the repository that is broken is told with its line.
    world.write(
        "templates/site/about.html",
        "<!DOCTYPE html>\n{{ nothing_of_the_kind }}\n",
    );
    let ran = world.clue(LI, &["site", &site]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(
        ran.err.contains("templates/site/about.html:2"),
        "{}",
        ran.err
    );
}

#[test]
fn a_site_of_nothing_and_of_odd_titles_is_a_site() {
    let world = World::with_repository(ORGANISATION);
    let other = World::new();
    let path = other.path().join("site");
    let path = path.to_str().expect("a path");
    world.clue(LI, &["site", path]).ok();
    assert!(other.read("site/index.html").contains("There is no clue"));
    let id = world.collect();
    let folder = folder_of(&id);
    let title = "<script>alert(1)</script> \u{202e}😀 عربي ".to_owned() + &"长".repeat(350);
    for (file, from) in [
        ("clue.yaml", "title: 建议改进包装"),
        ("collection.yaml", "title: 建议改进包装"),
    ] {
        world.edit(
            &format!("{folder}/{file}"),
            from,
            &format!("title: \"{title}\""),
        );
    }
    let line = "字".repeat(300_000);
    world.write(
        &format!("{folder}/analysis.md"),
        &format!("---\nauthor: li-wei\n---\n# 概述\n\n<script>alert(2)</script> ![x](https://evil.example/x.png)\n\n{line}末尾标记\n"),
    );
    let ran = world.clue(LI, &["site", path]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let page = other.read(&format!("site/clues/{id}.html"));
    for text in [&page, &other.read("site/index.html")] {
        assert!(
            !text.contains("<script>") && !text.contains("\u{202e}"),
            "{}",
            &text[..2_000]
        );
        assert!(text.contains("script-src 'self'") && !text.contains("<img"));
    }
    assert!(page.contains("末尾标记"));
    let mut files = Vec::new();
    files_below(Path::new(path), &mut files);
    let texts = files
        .iter()
        .filter(|file| file.starts_with(Path::new(path).join("search")));
    for file in texts {
        let size = fs::metadata(file).expect("a file").len();
        assert!(size < 64 * 1024, "{} has {size} bytes", file.display());
    }
}
