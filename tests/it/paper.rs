//! Documents as PDF: every kind is drawn, the same records give the same bytes, and nothing that a record, a template
//! or a font file holds makes it fail without a word. What the pages look like is seen by `tests/outside/paper.sh`.

use std::fs;
use std::path::{Path, PathBuf};

use clue::builtin;
use clue::diagnostic::{Code, Severity};
use clue::document::{self, COVER, DOSSIER, DocumentInput, RecordInput, SPINE, render_html};
use clue::engine::{Engine, Shown};
use clue::files::MemoryFiles;
use clue::paper::Press;
use clue::text::Language;
use serde_json::json;

use crate::harness::World;
use crate::play::ORGANISATION;

const ZHAO: &str = "zhao@example.org";
/// A clue of the sample that has every kind of record but minutes.
const SAMPLE: &str = "20260303-p2wz";

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-repo")
}

/// Whether a PDF has this text in what is never compressed: its metadata.
fn says(pdf: &[u8], text: &str) -> bool {
    pdf.windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn every_document_of_the_sample_is_drawn_without_a_warning() {
    let engine = Engine::open(&sample()).expect("the sample");
    let (press, found) = engine.press(None).expect("a press");
    assert!(found.is_empty(), "{found:?}");
    let mut kinds = std::collections::BTreeSet::new();
    for (index, (case, _)) in engine.cases().into_iter().enumerate() {
        let id = case.folder.rsplit('/').next().expect("a folder").to_owned();
        let language = [Language::Zh, Language::En][index % 2];
        let mut wanted = vec![DOSSIER.to_owned()];
        for document in engine.documents(&case, language).expect("documents") {
            // One of each kind by itself; all of them are in the dossiers.
            let kind = document.split(['/', '.']).next().unwrap_or_default();
            if kinds.insert((kind.to_owned(), language.code())) {
                wanted.push(document);
            }
        }
        for document in wanted {
            let paper = engine
                .render_pdf(&press, &id, &document, language)
                .unwrap_or_else(|failure| panic!("{id} {document}: {failure:?}"));
            assert!(
                paper.findings.is_empty(),
                "{id} {document}: {:?}",
                paper.findings
            );
            assert!(paper.pages > 0 && paper.pdf.starts_with(b"%PDF-1.7"));
        }
    }
    let named: Vec<_> = kinds.iter().map(|(name, _)| name.as_str()).collect();
    for kind in [
        "collection",
        "triage",
        "analysis",
        "transfers",
        "handling",
        "feedback",
        "meetings",
        "supervision",
    ] {
        assert!(
            named.contains(&kind),
            "no clue of the sample has {kind}: {named:?}"
        );
    }
}

#[test]
fn the_same_records_give_the_same_bytes_with_title_language_and_date() {
    let engine = Engine::open(&sample()).expect("the sample");
    let id = a_dossier(&engine);
    let draw = |document: &str, language| {
        let (press, _) = engine.press(None).expect("a press");
        engine
            .render_pdf(&press, &id, document, language)
            .expect("a document")
            .pdf
    };
    for document in [DOSSIER, COVER, SPINE, "collection.yaml", "analysis.md"] {
        let first = draw(document, Language::Zh);
        assert!(
            first == draw(document, Language::Zh),
            "{document} differs from itself"
        );
        assert!(
            first != draw(document, Language::En),
            "{document} is the same in English"
        );
    }
    let dossier = draw(DOSSIER, Language::Zh);
    for text in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "线索办理卷宗",
        "zh-CN",
        "<xmp:CreateDate>2026-",
    ] {
        assert!(says(&dossier, text), "the dossier does not say {text}");
    }
    assert!(says(&draw(DOSSIER, Language::En), "en-GB"));
}

/// A clue of the sample that was analysed.
fn a_dossier(engine: &Engine) -> String {
    let cases = engine.cases();
    let (case, _) = cases
        .iter()
        .find(|(case, _)| case.records.contains_key("analysis"))
        .expect("a clue that was analysed");
    case.folder.rsplit('/').next().expect("an id").to_owned()
}

#[test]
fn a_character_without_a_font_is_told_with_its_place() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let form = folder(&world, &id) + "/collection.yaml";
    world.edit(
        &form,
        "现有包装易破损",
        "包装\u{2a6a5}易\u{200b}破\u{202e}损 😀 e\u{301}",
    );
    let ran = world.clue(
        ZHAO,
        &[
            "render",
            &id,
            "collection.yaml",
            "--format",
            "pdf",
            "-o",
            "form.pdf",
        ],
    );
    let told = ran.err.clone();
    ran.ok();
    for text in ["U+2A6A5", "U+1F600", "character-without-font", &form] {
        assert!(told.contains(text), "{text} is not told:\n{told}");
    }
    assert_eq!(told.matches("character-without-font").count(), 2, "{told}");
    let pdf = fs::read(world.path().join("form.pdf")).expect("a PDF");
    assert!(pdf.starts_with(b"%PDF-1.7"));
    let engine = Engine::open(world.path()).expect("a repository");
    let (press, _) = engine.press(None).expect("a press");
    let paper = engine
        .render_pdf(&press, &id, "collection.yaml", Language::En)
        .expect("a form");
    let lacking = &paper.findings[0];
    assert_eq!(
        (lacking.code, lacking.severity),
        (Code::CharacterWithoutFont, Severity::Warning)
    );
    let at = lacking.place.span.expect("a place").start;
    assert!(
        world.read(&form)[at..].starts_with('\u{2a6a5}')
            || world.read(&form)[at..].starts_with('😀')
    );
}

#[test]
fn all_clues_are_printed_at_once_each_into_a_file_of_its_own() {
    let world = World::with_repository(ORGANISATION);
    let (one, other) = (world.collect(), world.collect());
    let all = |more: &[&str]| {
        let mut arguments = vec!["render", "--all"];
        arguments.extend(more);
        world.clue(ZHAO, &arguments)
    };
    world.write("documents.txt", "a file\n");
    for (language, said) in [
        ("en", "documents.txt is a file"),
        ("zh", "documents.txt 是文件"),
    ] {
        let arguments = ["render", "--all", "-o", "documents.txt"];
        let told = world.clue_in(language, ZHAO, &arguments).fails(2);
        assert!(told.contains(said), "{told}");
    }
    assert_eq!(world.read("documents.txt"), "a file\n");
    let ran = all(&["--format", "pdf", "-o", "documents/all"]);
    assert!(ran.out.contains('2'), "{}", ran.out);
    ran.ok();
    for id in [&one, &other] {
        let at_once =
            fs::read(world.path().join(format!("documents/all/{id}.pdf"))).expect("a PDF");
        let name = format!("documents/{id}.pdf");
        world.clue(ZHAO, &["render", id, "-o", &name]).ok();
        let alone = fs::read(world.path().join(&name)).expect("a PDF");
        assert!(at_once == alone, "{id} differs from what it is alone");
    }
    // What no clue has, a folder of records, and a clue beside --all are refused.
    for arguments in [
        &["closing.md", "-o", "documents/x"][..],
        &["-o", "clues/x"],
        &[&one, "triage.yaml", "-o", "documents/x"],
        &[],
    ] {
        assert_eq!(all(arguments).status, 2, "{arguments:?}");
    }
    // A clue that cannot be read is told, and the others are printed.
    let form = folder(&world, &one) + "/collection.yaml";
    world.edit(&form, "title:", "title: [");
    let ran = all(&["collection.yaml", "-o", "documents/forms"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.err.contains(&form), "{}", ran.err);
    assert!(
        world
            .path()
            .join(format!("documents/forms/{other}.html"))
            .is_file()
    );
    assert!(
        !world
            .path()
            .join(format!("documents/forms/{one}.html"))
            .exists()
    );
}

#[test]
fn a_template_of_the_repository_is_used_and_its_mistake_named_with_file_and_line() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let render = |document: &str| {
        world.clue(
            ZHAO,
            &["render", &id, document, "--format", "pdf", "-o", "x.pdf"],
        )
    };
    let template = "templates/paper/collection.typ";
    world.write(template, "#import \"lib.typ\": *\n#let draw(record, anchor: \"\") = title(\"OUR FORM\", anchor: anchor)\n");
    render("collection.yaml").ok();
    for (source, line) in [
        (
            "#import \"lib.typ\": *\n#let draw(record, anchor: \"\") = {\n  nobody\n}\n",
            "collection.typ:3:3",
        ),
        ("#let draw(record, anchor: \"\") = {\n", "collection.typ:1"),
        (
            "#let draw(record, anchor: \"\") = image(\"/etc/passwd\")\n",
            "collection.typ:1",
        ),
        (
            "#import \"@preview/x:1.0.0\"\n#let draw(record, anchor: \"\") = []\n",
            "collection.typ:1",
        ),
        (
            "#let draw(record, anchor: \"\") = while true {}\n",
            "collection.typ:1",
        ),
        (
            "#let again(x) = again(x)\n#let draw(record, anchor: \"\") = again(1)\n",
            "collection.typ:1",
        ),
    ] {
        world.write(template, source);
        let told = render("collection.yaml").fails(4);
        assert!(
            told.contains("template-error") && told.contains(line),
            "{source}:\n{told}"
        );
    }
    // A dossier that has such a record fails the same way; other documents do not.
    render(DOSSIER).fails(4);
    render(SPINE).ok();
}

#[test]
fn hostile_reports_are_drawn_as_text() {
    let hostile = [
        "<script>alert(1)</script> <img src=x onerror=y>\n\n<iframe src=//x></iframe>\n".to_owned(),
        "![图](https://example.org/x.png) ![](../../etc/passwd) [a](javascript:x) [b](file:///etc/passwd)\n".to_owned(),
        "#read(\"/data.json\") #set page(fill: red) $x$ @ref <label> \\ * _ `#panic()`\n".to_owned(),
        "###### six\n# one\n#### four\n\n#\n".to_owned(),
        "> ".repeat(150) + "deep\n",
        "- ".repeat(60) + "deep\n",
        format!("{}a{}\n", "*a **b ".repeat(100), " b** a*".repeat(100)),
        "مرحبا بالعالم שלום \u{202e}txt.exe\u{202c} 👩‍👩‍👧 e\u{301}\u{fe0f} \u{0}\u{7}\n".to_owned(),
        format!("|{}\n|{}\n|{}\n", "a|".repeat(30), "-|".repeat(30), "x|".repeat(30)),
        "x".repeat(20_000) + "\n",
        "长".repeat(60_000) + "\n",
        "```\n".to_owned() + &"0123456789".repeat(100) + "\n```\n",
        "a[^1]\n\n[^1]: note\n\n- [x] done\n- [ ] not\n\n1) one\n\n---\n\n~~x~~\n".to_owned(),
        "| a |\n|---|\n".to_owned(),
        String::new(),
    ];
    let engine = Engine::open(&sample()).expect("the sample");
    let (press, _) = engine.press(None).expect("a press");
    let case = engine.readable(&a_dossier(&engine)).expect("a clue");
    let mut sheet = engine
        .sheet(&Shown::whole(case), "analysis.md", Language::Zh)
        .expect("a sheet");
    for text in hostile {
        sheet.values["record"]["body"] = clue::markdown::to_nodes(&text);
        let shown: String = text.chars().take(60).collect();
        let printed = press
            .print(&sheet)
            .unwrap_or_else(|found| panic!("{shown}: {found:?}"));
        assert!(printed.pdf.starts_with(b"%PDF-1.7"), "{shown}");
    }
}

#[test]
fn text_without_end_is_refused_and_not_drawn_for_ever() {
    let engine = Engine::open(&sample()).expect("the sample");
    let (press, _) = engine.press(None).expect("a press");
    let case = engine.readable(&a_dossier(&engine)).expect("a clue");
    let mut sheet = engine
        .sheet(&Shown::whole(case), "analysis.md", Language::Zh)
        .expect("a sheet");
    sheet.values["record"]["body"] = clue::markdown::to_nodes(&"x".repeat(10 << 20));
    let found = press.print(&sheet).expect_err("too long");
    assert_eq!(
        (found.code, found.severity),
        (Code::DocumentTooLong, Severity::Error)
    );
    sheet.values["record"]["body"] = clue::markdown::to_nodes(&"x".repeat((10 << 20) + 1));
    press
        .print(&sheet)
        .expect("the sentence that it is too long");
}

#[test]
fn an_attachment_that_is_gone_is_marked_and_told() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let form = folder(&world, &id) + "/collection.yaml";
    let list = format!(
        "attachments:\n  - file: gone.txt\n    size: 1\n    sha256: \"{}\"\n",
        "0".repeat(64)
    );
    let text = world.read(&form);
    let line = text
        .lines()
        .find(|line| line.starts_with("attachments:"))
        .expect("a list")
        .to_owned();
    world.write(&form, &text.replacen(&(line + "\n"), &list, 1));
    let ran = world.clue(
        ZHAO,
        &["render", &id, "--format", "pdf", "-o", "dossier.pdf"],
    );
    let told = ran.err.clone();
    ran.ok();
    assert!(
        told.contains("document-attachment") && told.contains("attachments/gone.txt"),
        "{told}"
    );
}

#[test]
fn an_attachment_that_is_gone_is_told_of_pages_too() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let form = folder(&world, &id) + "/collection.yaml";
    let text = world.read(&form);
    let (before, _) = text.split_once("attachments:").expect("a list");
    let hash = "0".repeat(64);
    let item = format!("attachments:\n  - {{ file: gone.txt, size: 1, sha256: \"{hash}\" }}\n");
    world.write(&form, &(before.to_owned() + &item));
    let page = world.clue(ZHAO, &["render", &id, "--format", "html"]);
    assert!(
        page.err.contains("document-attachment") && page.err.contains("gone.txt"),
        "{}",
        page.err
    );
    assert!(page.out.contains("not in the folder"), "{}", page.out);
    world.clue(ZHAO, &["render", &id, "triage.yaml"]).ok();
    let other = World::new();
    let site = other.path().join("s");
    let ran = world.clue(ZHAO, &["site", site.to_str().expect("a path")]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.err.contains("document-attachment"), "{}", ran.err);
}

#[test]
fn a_character_that_is_not_shown_is_not_told() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let base = folder(&world, &id);
    let form = base.clone() + "/collection.yaml";
    world.edit(&form, "现有包装易破损", "包装\u{2a6a5}易破损");
    let drawn = |document: &str| {
        let arguments = ["render", &id, document, "--format", "pdf", "-o", "x.pdf"];
        let ran = world.clue(ZHAO, &arguments);
        let told = ran.err.clone();
        ran.ok();
        told
    };
    // The description stands in the form alone.
    for document in ["triage.yaml", "cover", "spine"] {
        assert_eq!(drawn(document), "", "{document}");
    }
    assert!(drawn("collection.yaml").contains("U+2A6A5"));
    assert!(drawn("dossier").contains("U+2A6A5"));
    // The title stands over every form, and is told where it stands.
    world.edit(
        &(base + "/clue.yaml"),
        "建议改进包装",
        "建议改进\u{2a6a4}包装",
    );
    let told = drawn("triage.yaml");
    assert!(
        told.contains("U+2A6A4") && told.contains("clue.yaml"),
        "{told}"
    );
    assert!(!told.contains("U+2A6A5"), "{told}");
    // What is kept back is not named by the way.
    world.edit(&form, "  name:", "  name: 王\u{2a6a3}国");
    let told = drawn("collection.yaml");
    assert!(told.contains("kept back"), "{told}");
    assert!(
        !told.contains('\u{2a6a3}') && !told.contains("2A6A3"),
        "{told}"
    );
}

#[test]
fn the_command_line_refuses_what_cannot_be_meant() {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let render = |more: &[&str]| world.clue(ZHAO, &[&["render", &id][..], more].concat());
    assert!(
        render(&["nothing", "--format", "pdf"])
            .fails(2)
            .contains("spine")
    );
    render(&["--format", "pdf", "-o", "clues/x.pdf"]).fails(2);
    render(&["--format", "pdf", "-o", "x.html"]).fails(2);
    render(&["--fonts", "."]).fails(2);
    // A name says what is meant, and one that says something else is refused in both languages.
    for (language, words) in [("en", ".html or a .pdf"), ("zh", ".html 或 .pdf")] {
        for name in ["x.docx", "x.wps", "x.foo"] {
            let error = world.clue_in(language, ZHAO, &["render", &id, "-o", name]);
            let error = error.fails(2);
            assert!(error.contains(words), "{error}");
            assert!(!world.path().join(name).exists(), "{name}");
        }
    }
    render(&["--format", "html", "-o", "x.docx"]).fails(2);
    render(&["书脊", "-o", "spine.html"]).ok();
    let padded = format!("{id} ");
    world
        .clue(ZHAO, &["render", &padded, "目录", "-o", "cover.pdf"])
        .ok();
    render(&["--format", "pdf", "--fonts", "calendar"]).fails(2);
    world.write("faces/x.ttf", "no font");
    let ran = render(&["--format", "pdf", "--fonts", "faces", "-o", "x.pdf"]);
    assert!(
        ran.err.contains("font-unreadable") && ran.err.contains("x.ttf"),
        "{}",
        ran.err
    );
    ran.ok();
    for name in ["ledger.xlsx", "ledger.docx", "ledger.html"] {
        let ran = world.clue(ZHAO, &["ledger", "--format", "csv", "-o", name]);
        ran.fails(2);
    }
    world.clue(ZHAO, &["ledger", "-o", "ledger.docx"]).fails(2);
    // What the system says is told in the reader's language, with what to do.
    for (language, words) in [("en", "check the folder"), ("zh", "没有这个文件或目录")] {
        let error = world.clue_in(language, ZHAO, &["ledger", "-o", "../no/ledger.pdf"]);
        let error = error.fails(3);
        assert!(error.contains(words), "{error}");
        assert_eq!(error.contains("os error"), language == "en", "{error}");
    }
    for gone in ["en", "zh"] {
        let error = world
            .clue_in(gone, ZHAO, &["-C", "/no/where", "retention"])
            .fails(3);
        assert!(
            !error.contains("clue init") && error.contains("-C"),
            "{error}"
        );
    }
    let ran = world.clue(ZHAO, &["ledger", "-o", "ledger.pdf"]);
    ran.ok();
    assert!(
        fs::read(world.path().join("ledger.pdf"))
            .expect("a ledger")
            .starts_with(b"%PDF-1.7")
    );
}

#[test]
fn a_face_of_the_repository_goes_before_the_programs_own() {
    let font =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/fonts/NotoSansMono-Regular.ttf");
    let mut files = MemoryFiles::default();
    files.insert("templates/fonts/own.ttf", fs::read(font).expect("a font"));
    files.insert("templates/fonts/broken.otf", b"x".to_vec());
    let (press, found) = Press::new(&files, builtin::files(), Vec::new());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, Code::FontUnreadable);
    assert_eq!(found[0].place.path, "templates/fonts/broken.otf");
    assert!(press.contains("page"));
}

/// A clue of the demonstration's people that was destroyed, with so many files, and witnessed by so many.
fn certificate(files: usize, witnesses: usize) -> (serde_json::Value, RecordInput) {
    let signed = |by: &str| json!({ "by": by, "at": "2037-03-05T09:00:00+08:00" });
    let files: Vec<_> = (0..files)
        .map(|at| json!({ "file": format!("meetings/{at:04}.md"), "size": 1204, "sha256": "0".repeat(64) }))
        .collect();
    let value = json!({
        "number": "YW-2026-0001", "archive_number": "J042-ZY·2026-D10-XSB-0001", "title": "轴承外圈裂纹",
        "retention": "years-10", "archived": "2026-03-05T09:00:00+08:00", "ended": "2036-12-31",
        "grounds": "保管期限届满，无继续保存价值。", "how": "粉碎", "package": "4".repeat(64),
        "appraised": signed("wang-fang"), "appraisers": ["wang-fang", "gao-yan"],
        "approved": [signed("he-jing"), signed("qin-hao")], "carried_out": signed("wang-fang"),
        "witnesses": vec![signed("li-wei"); witnesses], "files": files,
    });
    let clue = json!({
        "id": SAMPLE, "number": "YW-2026-0001", "title": "轴承外圈裂纹", "category": "business",
        "confidentiality": "internal", "state": "destroyed", "retention": "years-10",
        "trail": [{ "step": "collect", "at": "2026-03-02T09:00:00+08:00", "by": "li-wei" }],
    });
    let record = RecordInput {
        name: "destruction".to_owned(),
        path: "destruction.yaml".to_owned(),
        schema: "destruction".to_owned(),
        value,
        body: None,
    };
    (clue, record)
}

#[test]
fn a_certificate_of_destruction_is_one_sheet_wherever_it_is_drawn() {
    let engine = Engine::open(&sample()).expect("the sample");
    let (press, _) = engine.press(None).expect("a press");
    let case = engine.readable(SAMPLE).expect("a clue");
    let shown = Shown::whole(case);
    for language in [Language::Zh, Language::En] {
        for (files, witnesses, pages) in [(1, 0, 1), (3, 2, 1), (18, 0, 2), (60, 2, 5)] {
            let (clue, record) = certificate(files, witnesses);
            let drawn = |document: &str| {
                let made = engine.with_records(&shown, language, |input| {
                    let input = DocumentInput {
                        clue: &clue,
                        records: std::slice::from_ref(&record),
                        ..*input
                    };
                    let html = render_html(&input, document).expect("HTML");
                    Ok((document::sheet(&input, document).expect("a sheet"), html))
                });
                made.expect("a document")
            };
            let (sheet, html) = drawn("destruction.yaml");
            let printed = press.print(&sheet).expect("a certificate");
            assert_eq!(
                (printed.pages, printed.missing.len()),
                (pages, 0),
                "{files}"
            );
            assert!(says(&printed.pdf, "2037-03-05T09:00:00+08:00"));
            let (dossier, whole) = drawn(DOSSIER);
            assert_eq!(
                sheet.values["record"]["certificate"],
                dossier.values["sections"][0]["certificate"]
            );
            press.print(&dossier).expect("a dossier");
            let form = |html: &str| {
                let from = html.find("<table class=\"form\">").expect("a form");
                let form = &html[from..];
                form[..form
                    .find("</section>")
                    .or(form.find("</main>"))
                    .expect("an end")]
                    .to_owned()
            };
            assert_eq!(
                form(&html).trim(),
                form(&whole[whole.find("section-1\">").expect("a section")..]).trim()
            );
            // Two witnesses sign, on paper where they have not yet; who appraised is named, also who did not sign.
            let places = sheet.values["record"]["certificate"]["signatures"]
                .as_array()
                .expect("places");
            assert_eq!(places.len(), 6);
            let open = places.iter().filter(|one| one["filled"] == false).count();
            assert_eq!(open, 2 - witnesses);
            let zh = language == Language::Zh;
            let names = if zh {
                "王芳、高燕"
            } else {
                "王芳, 高燕"
            };
            let kept = if zh {
                "永久保存"
            } else {
                "kept permanently"
            };
            for words in [names, kept, "1,204"] {
                assert!(html.contains(words), "{words} is not in {html}");
            }
        }
    }
}

#[test]
fn what_a_person_may_not_see_can_be_taken_out_before_it_is_drawn() {
    let engine = Engine::open(&sample()).expect("the sample");
    let (press, _) = engine.press(None).expect("a press");
    let case = engine.readable(&a_dossier(&engine)).expect("a clue");
    let mut sheet = engine
        .sheet(&Shown::whole(case), "collection.yaml", Language::Zh)
        .expect("a sheet");
    let whole = press.print(&sheet).expect("a form").pdf;
    for row in sheet.values["record"]["rows"].as_array_mut().expect("rows") {
        for field in row.as_array_mut().expect("fields") {
            field["cell"] = serde_json::json!({ "type": "empty", "long": false });
        }
    }
    assert!(press.print(&sheet).expect("a form").pdf != whole);
}

fn folder(world: &World, id: &str) -> String {
    let engine = Engine::open(world.path()).expect("a repository");
    engine.find(id).expect("the clue")
}
