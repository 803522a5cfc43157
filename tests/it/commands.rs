//! The commands as people use them: a clue led through the program, and what happens when things are not as they should be.

use crate::harness::{World, filled};

const ORGANISATION: &str = "\
name: 华远机械股份有限公司
language: zh
time_zone: Asia/Shanghai
departments:
  office: { name: 线索管理办公室, head: li-wei }
  quality: { name: 质量部, head: zhao-gang }
people:
  li-wei: { name: 李伟, email: li@example.org, department: office, roles: [officer, archivist] }
  zhou-min: { name: 周敏, email: zhou@example.org, department: office, roles: [reviewer, leader] }
  zhao-gang: { name: 赵刚, email: zhao@example.org, department: quality, roles: [head] }
  he-jing: { name: 何静, email: he@example.org, department: office, roles: [supervisor] }
duty: { officer: li-wei, archivist: li-wei }
responsibilities: { employee-suggestion: [quality] }
";

fn begun() -> (World, String) {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    (world, id)
}

fn folder(id: &str) -> String {
    clue::case::folder_of(id).expect("an id")
}

fn triage(world: &World, id: &str) {
    let path = format!("{}/triage.yaml", folder(id));
    for (from, to) in [
        ("reviewed_at:", "reviewed_at: 2026-11-23T10:00:00+08:00"),
        ("authenticity:\n", "authenticity: credible\n"),
        ("\ncomplete:", "\ncomplete: true"),
        ("opinion:", "opinion: 情况属实"),
        ("\ncategory:", "\ncategory: other"),
        ("kind:", "kind: employee-suggestion"),
        ("\nurgency:", "\nurgency: general"),
    ] {
        world.edit(&path, from, to);
    }
}

#[test]
fn a_clue_is_led_to_the_archive() {
    let (world, id) = begun();
    let folder = folder(&id);
    triage(&world, &id);
    let out = world
        .clue("li@example.org", &["advance", &id, "register"])
        .ok();
    assert!(out.contains("register number: QT-2026-0001"), "{out}");
    let report = filled(&world.read(&format!("{folder}/analysis.md")));
    let report = report
        .replace("methods:\n", "methods: [other]\n")
        .replace("level:", "level: low")
        .replace("overall:", "overall: low");
    world.write(&format!("{folder}/analysis.md"), &report);
    world
        .clue("zhou@example.org", &["advance", "QT-2026-0001", "analyse"])
        .ok();
    let sets = [
        "--set",
        "transfers.reason=由质量部评估",
        "--set",
        "transfers.expected_completion=2026-12-31",
    ];
    world
        .clue(
            "li@example.org",
            &[["advance", id.as_str(), "transfer"].as_slice(), &sets].concat(),
        )
        .ok();
    world
        .clue(
            "zhao@example.org",
            &[
                "advance",
                &id,
                "accept",
                "--set",
                "transfers.receipt.handler=zhao-gang",
            ],
        )
        .ok();
    world
        .clue(
            "zhao@example.org",
            &["note", &id, "-m", "试用新包装", "--type", "measure"],
        )
        .ok();
    let handling = format!("{folder}/handling/quality.yaml");
    let text = world
        .read(&handling)
        .replace("result:", "result: 完成")
        .replace("adopted:", "adopted: true")
        .replace("outcome:", "outcome: 采纳");
    world.write(&handling, &text);
    world
        .clue("zhao@example.org", &["advance", &id, "complete"])
        .ok();
    let feedback = format!("{folder}/feedback/quality.md");
    let text = filled(&world.read(&feedback))
        .replace("written_at:", "written_at: 2026-11-23T12:00:00+08:00")
        .replace("form:", "form: written");
    world.write(&feedback, &text.replace("aim:", "aim: met"));
    world
        .clue("li@example.org", &["advance", &id, "feed-back"])
        .ok();
    world
        .clue("li@example.org", &["advance", &id, "archive"])
        .ok();
    assert_eq!(world.clue("li@example.org", &["check"]).ok(), "");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    world.git(&["fsck", "--strict"]);
    let subject = world.git(&[
        "log",
        "-1",
        "--format=%s%n%(trailers:key=Clue-To,valueonly)",
    ]);
    assert_eq!(subject.trim(), format!("clue {id}: archive\narchived"));
    assert!(
        world
            .clue("li@example.org", &["show", &id])
            .ok()
            .contains("archived")
    );
    assert!(
        world
            .clue("li@example.org", &["list", "--state", "archived"])
            .ok()
            .contains("QT-2026-0001")
    );
}

#[test]
fn a_refused_step_leaves_everything_as_it_was() {
    let (world, id) = begun();
    let before = world.everything();
    for (email, arguments) in [
        ("li@example.org", vec!["advance", id.as_str(), "register"]),
        ("zhao@example.org", vec!["advance", id.as_str(), "register"]),
        ("li@example.org", vec!["advance", id.as_str(), "archive"]),
        ("li@example.org", vec!["advance", id.as_str(), "nonsense"]),
        ("li@example.org", vec!["advance", id.as_str(), "return"]),
        (
            "li@example.org",
            vec![
                "advance",
                id.as_str(),
                "register",
                "--set",
                "triage.kind=nonsense",
            ],
        ),
    ] {
        let err = world.clue(email, &arguments).fails(4);
        assert!(err.contains("error["), "{arguments:?}: {err}");
        assert!(
            world.everything() == before,
            "{arguments:?} changed something"
        );
    }
}

#[test]
fn a_users_other_changes_stay() {
    let (world, id) = begun();
    world.write("notes.txt", "staged\n");
    world.git(&["add", "notes.txt"]);
    world.write("notes.txt", "and changed\n");
    world.write("README.md", "untracked\n");
    triage(&world, &id);
    world
        .clue("li@example.org", &["advance", &id, "register"])
        .ok();
    assert_eq!(
        world.git(&["status", "--porcelain"]),
        "AM notes.txt\n?? README.md\n"
    );
    assert_eq!(world.git(&["show", ":notes.txt"]), "staged\n");
}

#[test]
fn what_stands_in_the_way_is_told() {
    let (world, id) = begun();
    // Nobody in the organisation.
    let err = world
        .clue("nobody@example.org", &["advance", &id, "register"])
        .fails(3);
    assert!(err.contains("nobody@example.org"), "{err}");
    // A detached HEAD.
    world.git(&["checkout", "--quiet", "--detach"]);
    triage(&world, &id);
    let err = world
        .clue("li@example.org", &["advance", &id, "register"])
        .fails(4);
    assert!(err.contains("detached"), "{err}");
    world.git(&["checkout", "--quiet", "main"]);
    // git's own lock.
    world.write(".git/index.lock", "");
    let err = world
        .clue("li@example.org", &["advance", &id, "register"])
        .fails(4);
    assert!(err.contains("index.lock"), "{err}");
    std::fs::remove_file(world.path().join(".git/index.lock")).expect("the lock");
    world
        .clue("li@example.org", &["advance", &id, "register"])
        .ok();
    // No repository at all.
    let empty = World::new();
    let err = empty.clue("li@example.org", &["list"]).fails(3);
    assert!(err.contains("clue init"), "{err}");
    empty.clue("li@example.org", &["lsit"]).fails(2);
}

#[test]
fn bad_files_are_findings_and_hide_nothing() {
    let (world, id) = begun();
    let folder = folder(&id);
    let good = world.read(&format!("{folder}/collection.yaml"));
    let case = |bytes: &[u8], code: &str| {
        std::fs::write(
            world.path().join(format!("{folder}/collection.yaml")),
            bytes,
        )
        .expect("a file");
        let ran = world.clue("li@example.org", &["check"]);
        assert_eq!(ran.status, 1, "{code}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(&format!("[{code}")), "{code}: {}", ran.out);
    };
    case(b"title: \xff\xfe\n", "file-encoding");
    case(b"title: a\0b\n", "file-encoding");
    case(b"", "file-empty");
    case(b"title: a\ntitle: b\n", "yaml-duplicate-key");
    case(b"title: &x a\nsource: *x\n", "yaml-alias");
    case(b"title:\n\t- a\n", "yaml-syntax");
    case("- ".repeat(10_000).as_bytes(), "yaml-depth");
    case(&vec![b'a'; 11_000_000], "file-size");
    case(
        b"<<<<<<< HEAD\ntitle: a\n=======\ntitle: b\n>>>>>>> other\n",
        "conflict-marker",
    );
    case(
        good.replace("zhao-gang", "nobody").as_bytes(),
        "reference-person",
    );
    case(
        good.replace("employee-report", "employe-report").as_bytes(),
        "reference-rulebook",
    );
    world.write(&format!("{folder}/collection.yaml"), &good);
    world.write(&format!("{folder}/notes.yaml"), "a: 1\n");
    let out = world.clue("li@example.org", &["check"]).out;
    assert!(out.contains("[file-unknown]"), "{out}");
    #[cfg(unix)]
    {
        std::fs::remove_file(world.path().join(format!("{folder}/notes.yaml"))).expect("a file");
        std::os::unix::fs::symlink(
            "collection.yaml",
            world.path().join(format!("{folder}/triage-link.yaml")),
        )
        .expect("a link");
        let out = world.clue("li@example.org", &["check"]).out;
        assert!(out.contains("[file-kind]"), "{out}");
    }
}

#[test]
fn the_rulebook_itself_is_checked() {
    let (world, _) = begun();
    let rulebook = world.read("workflow.yaml");
    let case = |from: &str, to: &str, code: &str| {
        assert!(rulebook.contains(from), "{from}");
        world.write("workflow.yaml", &rulebook.replacen(from, to, 1));
        let ran = world.clue("li@example.org", &["check"]);
        assert!(
            ran.out.contains(&format!("[{code}")) || ran.err.contains(&format!("[{code}")),
            "{code}: {}{}",
            ran.out,
            ran.err
        );
    };
    case(
        "triage.complete == true",
        "triage.compleet == true",
        "expression-name",
    );
    case(
        "size(analysis.methods) > 0",
        "size(analysis.methods) >",
        "expression-syntax",
    );
    case(
        "roles: [reviewer]",
        "roles: [revewer]",
        "rulebook-reference",
    );
    case("from: [fed-back]", "from: [handled]", "rulebook-dead-end");
    case(
        "en: the report does not say by which methods it was made",
        "en: ''",
        "rulebook-translation",
    );
    case(
        "until: record.completion.at",
        "until: 'null'",
        "rulebook-deadline",
    );
}
