//! Archiving: the number, the package and its hash in one commit; what is refused; and every way to tamper with a package.
//! Python's `bagit` and git's own clone of a package are tried by `tests/outside/archive.sh`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clue::diagnostic::Code;
use clue::engine::verify_package;
use clue::files::digest;

use crate::harness::{Ran, World};

const ARCHIVIST: &str = "wang.fang@huayuan-machinery.example";
const OFFICER: &str = "li.wei@huayuan-machinery.example";
/// Fed back, and so ready to be archived; kept for ten years.
const READY: &str = "QT-2026-0003";
const READY_FOLDER: &str = "clues/2026/09-08/20260908-g5ty";
/// Archived by the step alone, without a package.
const ARCHIVED: &str = "QT-2026-0002";
/// Still in handling.
const UNFINISHED: &str = "20261112-x3cv";

/// A clone of the demonstration, which is played once.
fn demonstration() -> World {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    let played = PLAYED.get_or_init(|| {
        let world = World::new();
        world.clue("nobody@example.org", &["demo", "."]).ok();
        Played(std::sync::Mutex::new(world))
    });
    let world = played
        .0
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    world.cloned()
}

struct Played(std::sync::Mutex<World>);

/// Archives the clue that is ready; gives the package's folder and its hash.
fn archived(world: &World, into: &Path) -> (PathBuf, String) {
    let into = into.to_str().expect("a path");
    let out = world
        .clue(
            ARCHIVIST,
            &["archive", READY, "--into", into, "--format", "json"],
        )
        .ok();
    let answer: serde_json::Value = serde_json::from_str(&out).expect("an answer");
    let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("archiveNumber"), "J042-ZY·2026-D10-XSB-0004");
    assert_eq!(text("retention"), "years-10");
    (PathBuf::from(text("package")), text("sha256"))
}

/// All that a command printed that found something, or was refused.
#[track_caller]
fn troubled(ran: Ran) -> String {
    assert!([1, 4].contains(&ran.status), "{}{}", ran.out, ran.err);
    ran.out + &ran.err
}

fn codes(package: &Path, expected: Option<&str>) -> Vec<Code> {
    let checked = verify_package(package, expected).expect("a folder");
    let mut codes: Vec<Code> = checked.found.iter().map(|found| found.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn the_package_is_whole_and_its_hash_is_in_the_commit_of_the_step() {
    let world = demonstration();
    let outside = World::new();
    let (package, hash) = archived(&world, outside.path());
    assert_eq!(
        package.file_name().expect("a name"),
        "J042-ZY.2026-D10-XSB-0004"
    );
    // The hash is that of the manifest of manifests, as anybody computes it.
    let manifest = fs::read(package.join("tagmanifest-sha256.txt")).expect("a manifest");
    assert_eq!(digest(&manifest), hash);
    let told = world.git(&["show", "--format=%s", "--name-only", "HEAD"]);
    for line in [
        "clue 20260908-g5ty: archive",
        &format!("{READY_FOLDER}/archive.yaml"),
        "register/archive/2026/0/J042-ZY.2026-D10-XSB-0004",
    ] {
        assert!(told.contains(line), "{line} is not in {told}");
    }
    assert!(
        world
            .read(&format!("{READY_FOLDER}/archive.yaml"))
            .contains(&hash)
    );
    assert_eq!(world.clue(ARCHIVIST, &["check"]).ok(), "");
    world.clue(ARCHIVIST, &["audit", "HEAD~2.."]).ok();
    assert_eq!(codes(&package, Some(&hash)), []);
    let text =
        |inner: &str| fs::read_to_string(package.join(inner)).expect("a file of the package");
    // The records are the committed ones, byte for byte.
    let card = world.git(&["show", &format!("HEAD~1:{READY_FOLDER}/clue.yaml")]);
    assert_eq!(text("data/records/clue.yaml"), card);
    // One number of documents: on the cover, in the register of contents, in the note at the end, for other archives, and
    // on a dossier that is made later, with the package registered meanwhile.
    let later = world.clue_in("zh", ARCHIVIST, &["render", READY]).ok();
    for dossier in [text("data/documents/dossier.html"), later] {
        let between = |start: &str, end: &str| {
            let from = dossier.split_once(start).expect("a start").1;
            from.split_once(end).expect("an end").0.to_owned()
        };
        let rows = between("<nav class=\"sheet contents\"", "</nav>");
        let rows = rows.matches("<td class=\"number\">").count();
        assert_eq!(between("文件件数</th><td>", "件</td>"), rows.to_string());
        assert_eq!(between("本卷共有文件材料 ", " 件"), rows.to_string());
        let metadata = text("data/metadata/metadata.xml");
        assert!(
            metadata.contains(&format!("<件数>{rows}</件数>")),
            "{rows}: {metadata}"
        );
        assert_eq!(
            between("起止日期</th><td>", "</td>"),
            "<span class=\"whole\">2026年9月7日</span>至<span class=\"whole\">2026年11月23日</span>"
        );
    }
    for inner in [
        "data/documents/dossier.pdf",
        "data/documents/transfers/marketing.html",
    ] {
        assert!(package.join(inner).is_file(), "{inner}");
    }
    assert!(text("data/history/history.txt").contains("接收反馈"));
    assert!(text("data/metadata/metadata.xml").contains("<全宗号>J042</全宗号>"));
    assert!(text("README.txt").contains("sha256sum --check manifest-sha256.txt"));
    // No other clue is in it.
    let bundle = fs::read(package.join("data/history/history.bundle")).expect("a bundle");
    let clone = World::new();
    fs::write(clone.path().join("bundle"), bundle).expect("a copy");
    clone.git(&["clone", "--quiet", "bundle", "history"]);
    let log = clone.git(&["-C", "history", "log", "--format=%s%n%b"]);
    assert!(log.contains("clue 20260908-g5ty: feed-back") && log.contains("Original-Commit: "));
    let files = clone.git(&["-C", "history", "ls-files"]);
    assert!(
        files
            .lines()
            .all(|file| file.trim_start_matches('"').starts_with(READY_FOLDER)),
        "{files}"
    );
}

#[test]
fn the_same_dossier_gives_the_same_bytes_and_a_lost_package_is_made_again() {
    let world = demonstration();
    let (first, second) = (World::new(), World::new());
    let (package, hash) = archived(&world, first.path());
    let into = second.path().to_str().expect("a path");
    // Somebody else's clone makes it again, from history.
    let clone = world.cloned();
    let out = clone
        .clue(OFFICER, &["archive", READY, "--into", into])
        .ok();
    assert!(
        out.contains("made again, byte for byte") && out.contains(&hash),
        "{out}"
    );
    for (path, bytes) in first.everything() {
        let inner = path.strip_prefix(first.path()).expect("a path below");
        let other = fs::read(second.path().join(inner)).expect("the same file");
        assert!(bytes == other, "{} differs", inner.display());
    }
    // A package is never written over.
    let error = clone
        .clue(OFFICER, &["archive", READY, "--into", into])
        .fails(4);
    assert!(
        error.contains("is archived already, as J042-ZY·2026-D10-XSB-0004"),
        "{error}"
    );
    assert_eq!(codes(&package, Some(&hash)), []);
    // Another template draws other documents, and that would be another package under the same hash.
    let template = "templates/archive/README.txt";
    clone.write(template, &format!("{}\n...", clone.read(template)));
    clone.git(&["commit", "--quiet", "-am", "template"]);
    let third = World::new();
    let into = third.path().to_str().expect("a path");
    let error = clone
        .clue(OFFICER, &["archive", READY, "--into", into])
        .fails(4);
    assert!(error.contains("cannot be made again"), "{error}");
    assert!(third.everything().is_empty(), "something was left behind");
}

#[test]
fn a_clue_that_was_archived_without_a_package_gets_one_once() {
    let world = demonstration();
    let outside = World::new();
    let into = outside.path().to_str().expect("a path");
    let out = world
        .clue(ARCHIVIST, &["archive", ARCHIVED, "--into", into])
        .ok();
    assert!(out.contains("J042-ZY·2026-D10-XSB-0003"), "{out}");
    assert_eq!(
        world.git(&["log", "-1", "--format=%s"]).trim(),
        "clue 20260706-n4xe: record-package"
    );
    assert_eq!(world.clue(ARCHIVIST, &["check"]).ok(), "");
    world.clue(ARCHIVIST, &["audit", "HEAD~1.."]).ok();
    // The step alone records nothing.
    let error = world
        .clue(ARCHIVIST, &["advance", ARCHIVED, "record-package"])
        .fails(4);
    assert!(error.contains("there is no new archive package"), "{error}");
}

#[test]
fn a_package_lies_in_no_work_tree_of_the_repository_and_makes_one_folder_at_most() {
    let world = demonstration();
    let outside = World::new();
    let at = |name: &str| {
        let path = outside.path().join(name);
        path.to_str().expect("a path").to_owned()
    };
    world.git(&["worktree", "add", "--quiet", "--detach", &at("tree")]);
    // The same clues as a part of a greater repository.
    outside.git(&["init", "--quiet", "super"]);
    let from = world.path().to_str().expect("a path");
    outside.git(&[
        "-C",
        "super",
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        from,
        "clues",
    ]);
    let refused = |world: &World, into: &str| {
        let error = world
            .clue(ARCHIVIST, &["archive", READY, "--into", into])
            .fails(2);
        assert!(error.contains("lies in the repository"), "{error}");
    };
    refused(&world, &at("tree"));
    refused(&world, &at("tree/packages"));
    let inner = [
        "-C",
        "super/clues",
        "archive",
        READY,
        "--into",
        "super/packages",
    ];
    let error = outside.clue(ARCHIVIST, &inner).fails(2);
    assert!(error.contains("lies in the repository"), "{error}");
    // A path that was mistyped makes no tree of folders.
    let error = world
        .clue(ARCHIVIST, &["archive", READY, "--into", &at("new/deep")])
        .fails(2);
    assert!(error.contains("nor is the folder above it"), "{error}");
    assert!(!outside.path().join("new").exists());
    // One new folder is made and told, and not before there is a package for it.
    world
        .clue(OFFICER, &["archive", READY, "--into", &at("new")])
        .fails(4);
    assert!(!outside.path().join("new").exists());
    let out = world
        .clue(ARCHIVIST, &["archive", READY, "--into", &at("new")])
        .ok();
    assert!(out.contains("folder made: "), "{out}");
    let out = world
        .clue(ARCHIVIST, &["archive", ARCHIVED, "--into", &at("new")])
        .ok();
    assert!(!out.contains("folder made"), "{out}");
}

#[test]
fn a_package_is_made_again_only_from_a_commit_that_history_holds() {
    let world = demonstration();
    let (first, second) = (World::new(), World::new());
    archived(&world, first.path());
    let into = second.path().to_str().expect("a path");
    world.git(&["rebase", "--quiet", "--root", "--force-rebase"]);
    let refused = || {
        let error = world
            .clue(ARCHIVIST, &["archive", READY, "--into", into])
            .fails(4);
        assert!(
            error.contains("not in this branch's history") && error.contains("clue audit"),
            "{error}"
        );
        assert!(second.everything().is_empty(), "something was left behind");
    };
    refused();
    // The same where its objects are gone: the repository is not damaged.
    world.git(&["reflog", "expire", "--expire=now", "--all"]);
    world.git(&["remote", "remove", "origin"]);
    world.git(&["gc", "--quiet", "--prune=now"]);
    refused();
}

#[test]
fn what_is_not_ready_not_committed_or_not_theirs_is_refused_and_nothing_is_left() {
    let world = demonstration();
    let outside = World::new();
    let into = outside.path().to_str().expect("a path").to_owned();
    let before = world.git(&["rev-parse", "HEAD"]);
    let refused = |email: &str, clue: &str, into: &str, status: i32, says: &str| {
        let error = world
            .clue(email, &["archive", clue, "--into", into])
            .fails(status);
        assert!(error.contains(says), "{says:?} is not in {error}");
        assert_eq!(world.git(&["rev-parse", "HEAD"]), before);
        assert!(outside.everything().is_empty(), "something was left behind");
    };
    refused(
        ARCHIVIST,
        UNFINISHED,
        &into,
        4,
        "a clue that is collected is not archived",
    );
    refused(OFFICER, READY, &into, 4, "step-role");
    refused(ARCHIVIST, READY, "documents", 2, "lies in the repository");
    refused(
        ARCHIVIST,
        READY,
        "./documents/deeper/../x",
        2,
        "lies in the repository",
    );
    let record = format!("{READY_FOLDER}/feedback/marketing.md");
    let kept = world.read(&record);
    world.write(&record, &format!("{kept}\n更多。\n"));
    let error = troubled(world.clue(ARCHIVIST, &["archive", READY, "--into", &into]));
    assert!(
        error.contains("seal-broken") || error.contains("not as it was committed"),
        "{error}"
    );
    world.write(&record, &kept);
    let attachment = format!("{READY_FOLDER}/attachments/五轴询价统计.csv");
    fs::remove_file(world.path().join(&attachment)).expect("an attachment");
    let error = troubled(world.clue(ARCHIVIST, &["archive", READY, "--into", &into]));
    assert!(error.contains("五轴询价统计.csv"), "{error}");
    world.git(&["checkout", "--quiet", "--", "."]);
    assert!(outside.everything().is_empty(), "something was left behind");
    // A folder that cannot be written into.
    let file = outside.path().join("file");
    fs::write(&file, "a file").expect("a file");
    let error = world
        .clue(
            ARCHIVIST,
            &["archive", READY, "--into", file.to_str().expect("a path")],
        )
        .fails(2);
    assert!(error.contains("is no folder"), "{error}");
    assert_eq!(world.git(&["rev-parse", "HEAD"]), before);
}

#[test]
fn every_way_to_tamper_with_a_package_is_found() {
    let world = demonstration();
    let outside = World::new();
    let (package, hash) = archived(&world, outside.path());
    let at = |inner: &str| package.join(inner);
    let read = |inner: &str| fs::read(at(inner)).expect("a file of the package");
    let record = "data/records/triage.yaml";

    // Each is undone before the next.
    let changed = |inner: &str, bytes: &[u8], code: Code| {
        let kept = fs::read(at(inner)).ok();
        fs::create_dir_all(at(inner).parent().expect("a folder")).expect("folders");
        fs::write(at(inner), bytes).expect("a file");
        let found = codes(&package, None);
        assert!(found.contains(&code), "{inner}: {found:?}");
        match kept {
            Some(kept) => fs::write(at(inner), kept).expect("a file"),
            None => fs::remove_file(at(inner)).expect("a file"),
        }
        assert_eq!(codes(&package, Some(&hash)), []);
    };
    changed(record, b"reviewer: nobody\n", Code::PackageChanged);
    // Each file is told once, with all that name another.
    let kept = read(record);
    fs::write(at(record), "reviewer: nobody\n").expect("a file");
    let found = verify_package(&package, None).expect("a folder").found;
    let of_it = |one: &&clue::diagnostic::Diagnostic| one.place.path == record;
    let told: Vec<_> = found.iter().filter(of_it).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(
        told[0].message.zh,
        "文件与 manifest-sha256.txt、manifest-sha512.txt、metadata.json、办理经过所载不一致：哈希值不同"
    );
    fs::write(at(record), kept).expect("a file");
    // The folder of packages is none itself, and names them.
    let found = verify_package(outside.path(), None)
        .expect("a folder")
        .found;
    let remedy = found[0].remedy.as_ref().expect("a remedy");
    assert!(
        remedy.zh.contains("J042-ZY.2026-D10-XSB-0004"),
        "{remedy:?}"
    );
    changed("data/records/extra.yaml", b"x: 1\n", Code::PackageExtra);
    changed("extra.txt", b"x", Code::PackageExtra);
    changed("bag-info.txt", b"Payload-Oxum: 1.1\n", Code::PackageChanged);
    changed(
        "bagit.txt",
        b"BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n",
        Code::PackageFormat,
    );
    changed("manifest-sha256.txt", b"", Code::PackageExtra);
    changed(
        "manifest-sha256.txt",
        b"abc  ../../etc/passwd\n",
        Code::PackageFormat,
    );
    changed(
        "manifest-sha256.txt",
        "zz\n\u{0}".as_bytes(),
        Code::PackageFormat,
    );
    changed("manifest-sha512.txt", &[0xff, 0xfe], Code::PackageFormat);
    changed(
        "fetch.txt",
        b"https://example.org/x - data/x\n",
        Code::PackageFormat,
    );
    changed("data/metadata/metadata.json", b"{", Code::PackageMetadata);
    changed(
        "data/history/history.bundle",
        b"# v2 git bundle\n",
        Code::PackageHistory,
    );
    let mut cut = read("data/history/history.bundle");
    cut.truncate(cut.len() - 30);
    changed("data/history/history.bundle", &cut, Code::PackageHistory);
    for inner in [record, "tagmanifest-sha256.txt", "README.txt"] {
        let kept = read(inner);
        fs::remove_file(at(inner)).expect("a file");
        let found = codes(&package, None);
        let is_other = inner.starts_with("tagmanifest") && !codes(&package, Some(&hash)).is_empty();
        assert!(
            found.contains(&Code::PackageMissing) || is_other,
            "{inner}: {found:?}"
        );
        fs::write(at(inner), kept).expect("a file");
    }

    // An empty folder, a mark that an editor left, and a link, which is one fault.
    fs::create_dir_all(at("data/emptydir")).expect("a folder");
    assert_eq!(codes(&package, Some(&hash)), [Code::PackageExtra]);
    fs::remove_dir(at("data/emptydir")).expect("removed");
    let manifest = [b"\xef\xbb\xbf".as_slice(), &read("manifest-sha256.txt")].concat();
    let kept = read("manifest-sha256.txt");
    fs::write(at("manifest-sha256.txt"), manifest).expect("a file");
    let checked = verify_package(&package, None).expect("a folder");
    let said = |what: &str| {
        let found = checked.found.iter();
        found.filter(|one| one.message.en.contains(what)).count()
    };
    assert_eq!((said("byte order mark"), said("holds no hash")), (1, 0));
    fs::write(at("manifest-sha256.txt"), kept).expect("a file");
    #[cfg(unix)]
    {
        let kept = read(record);
        fs::remove_file(at(record)).expect("removed");
        std::os::unix::fs::symlink("clue.yaml", at(record)).expect("a link");
        let checked = verify_package(&package, Some(&hash)).expect("a folder");
        let of_link = checked
            .found
            .iter()
            .filter(|one| one.place.path == record && one.message.en.contains("link"));
        assert_eq!(of_link.count(), 1, "{:?}", checked.found);
        assert!(checked.found.iter().all(|one| one.code != Code::FileKind));
        fs::remove_file(at(record)).expect("removed");
        fs::write(at(record), kept).expect("a file");
    }
    // What the archive takes over says the same, also where the manifests were made anew.
    let other = World::new();
    let copy = other.path().join("copy");
    let copied = std::process::Command::new("cp")
        .arg("-R")
        .args([&package, &copy])
        .status();
    assert!(copied.expect("cp").success());
    let xml = copy.join("data/metadata/metadata.xml");
    let text = fs::read_to_string(&xml).expect("a file");
    fs::write(&xml, text.replace("XSB-0004", "XSB-0005")).expect("a file");
    seal_anew(&copy);
    assert_eq!(codes(&copy, None), [Code::PackageMetadata]);
    for found in verify_package(&copy, Some(&hash)).expect("a folder").found {
        assert!(found.remedy.is_some(), "{found:?}");
    }

    // Who writes the manifests anew is told by the seals, the history, and the hash that was kept.
    let kept = read(record);
    let text = String::from_utf8(kept)
        .expect("text")
        .replace("credible", "doubtful");
    fs::write(at(record), &text).expect("a file");
    seal_anew(&package);
    let found = codes(&package, Some(&hash));
    for code in [
        Code::PackageMetadata,
        Code::PackageHistory,
        Code::PackageOther,
    ] {
        assert!(found.contains(&code), "{found:?}");
    }
    assert!(
        !found.contains(&Code::PackageChanged),
        "the manifests agree"
    );
}

/// Writes all manifests of a package anew, as somebody does who tampers with it.
fn seal_anew(package: &Path) {
    let script = "for n in 256 512; do find data -type f -print0 | LC_ALL=C sort -z | xargs -0 sha${n}sum > manifest-sha$n.txt; done; \
        for n in 256 512; do ls *.txt | grep -v ^tagmanifest | xargs sha${n}sum > tag-$n; done; mv tag-256 tagmanifest-sha256.txt; mv tag-512 tagmanifest-sha512.txt";
    let done = std::process::Command::new("sh")
        .args(["-c", script])
        .current_dir(package)
        .status()
        .expect("a shell");
    assert!(done.success());
}

#[test]
fn verify_tells_what_it_was_given_in_both_languages() {
    let world = World::new();
    let error = world.clue(OFFICER, &["verify", "nowhere"]).fails(2);
    assert!(error.contains("is no folder"), "{error}");
    let said = world.clue_in("zh", OFFICER, &["verify", "."]);
    assert_eq!(said.status, 1);
    assert!(
        said.out.contains("不是归档信息包"),
        "{}{}",
        said.out,
        said.err
    );
    let error = world
        .clue(OFFICER, &["verify", ".", "--expect", "12"])
        .fails(2);
    assert!(error.contains("64 hexadecimal digits"), "{error}");
}

#[test]
fn archive_numbers_are_never_given_twice_and_stay_in_their_class() {
    let world = demonstration();
    // The archived clues of the demonstration have numbers of their own class and year.
    let numbers = world.git(&["ls-files", "register/archive"]);
    assert_eq!(numbers.lines().count(), 10, "{numbers}");
    // A number that somebody writes by hand, or an entry that is gone, is found.
    let card = "clues/2026/07-06/20260706-n4xe/clue.yaml";
    world.edit(card, "XSB-0003", "XSB-0002");
    let found = troubled(world.clue(OFFICER, &["check"]));
    assert!(found.contains("number-duplicate"), "{found}");
    world.git(&["checkout", "--quiet", "--", "."]);
    fs::remove_file(
        world
            .path()
            .join("register/archive/2026/0/J042-ZY.2026-D10-XSB-0003"),
    )
    .expect("an entry");
    let found = troubled(world.clue(OFFICER, &["check"]));
    assert!(found.contains("number-unregistered"), "{found}");
    world.git(&["commit", "--quiet", "-am", "gone"]);
    let found = troubled(world.clue(OFFICER, &["audit", "HEAD~1.."]));
    assert!(found.contains("history-number"), "{found}");
}

#[test]
fn numbers_and_documents_are_named_as_people_type_them_and_endings_do_not_lie() {
    let world = demonstration();
    for number in [
        "yw-2026-0003",
        "ＹＷ－2026－0003",
        "j042-zy·2026-y-xsb-0001",
    ] {
        let shown = world.clue(OFFICER, &["show", number]).ok();
        assert!(shown.contains("20260408-a9gt"), "{number}: {shown}");
    }
    let outside = World::new();
    let at = |name: &str| {
        outside
            .path()
            .join(name)
            .to_str()
            .expect("a path")
            .to_owned()
    };
    let cover = at("cover.pdf");
    let out = ["render", "YW-2026-0003", "封面", "-o", &cover];
    world.clue(OFFICER, &out).ok();
    assert!(fs::read(&cover).expect("a cover").starts_with(b"%PDF"));
    let page = at("page.pdf");
    let html = ["render", "YW-2026-0003", "--format", "html", "-o", &page];
    let error = world.clue(OFFICER, &html).fails(2);
    assert!(error.contains("would hold no PDF"), "{error}");
    assert!(!Path::new(&page).exists());
}

#[test]
fn a_second_run_waits_for_nobody_and_leaves_a_site_to_the_first() {
    let world = demonstration();
    let outside = World::new();
    let folder = outside.path().join("site");
    let site = ["site", folder.to_str().expect("a path")];
    world.clue(OFFICER, &site).ok();
    let before = outside.everything();
    let lock = fs::File::options()
        .write(true)
        .open(folder.join(".clue-site.lock"))
        .expect("the lock of a site");
    lock.lock().expect("nobody else holds it");
    let error = world.clue(OFFICER, &site).fails(4);
    assert!(error.contains("another run makes a site"), "{error}");
    assert!(outside.everything() == before);
    drop(lock);
    world.clue(OFFICER, &site).ok();
}

#[test]
fn a_link_or_heading_that_no_pdf_holds_keeps_no_report_from_being_drawn() {
    let world = demonstration();
    let report = "clues/2026/04-08/20260408-a9gt/analysis.md";
    let kept = world.read(report);
    let long = "a".repeat(40_000);
    let outside = World::new();
    let drawn = outside.path().join("report.pdf");
    for more in [
        format!("[here](https://example.org/{long})"),
        format!("## {long}"),
    ] {
        world.write(report, &format!("{kept}\n\n{more}\n"));
        let path = drawn.to_str().expect("a path");
        let out = ["render", "20260408-a9gt", "analysis.md", "-o", path];
        world.clue(OFFICER, &out).ok();
        assert!(fs::read(&drawn).expect("a report").starts_with(b"%PDF"));
    }
    // What no PDF holds at all is told as what it is: no template is at fault.
    world.write(report, &format!("{kept}\n\n{}\n", ">".repeat(20_000)));
    let path = drawn.to_str().expect("a path");
    let out = ["render", "20260408-a9gt", "analysis.md", "-o", path];
    let error = world.clue(OFFICER, &out).fails(4);
    assert!(error.contains("document-too-long"), "{error}");
}
