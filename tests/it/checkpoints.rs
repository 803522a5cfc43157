//! Checkpoints: made and verified end to end, and every way in which history could be rewritten behind them.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use clue::checkpoint::Checkpoint;

use crate::harness::Ran;
use crate::signatures::Keys;

/// A repository with two clues, whose officer has a key that git signs with.
fn prepared() -> Keys {
    let keys = Keys::new();
    let own = keys.make("own", &["-t", "ed25519"]);
    keys.give("li-wei", &format!("{{ key: \"{own}\" }}"));
    keys.sign_with("keys/own");
    keys.world.git(&["config", "commit.gpgSign", "false"]);
    keys.world.collect();
    keys.world.collect();
    keys
}

impl Keys {
    fn run(&self, arguments: &[&str]) -> Ran {
        self.world
            .clue("li@example.org", &[&["checkpoint"], arguments].concat())
    }

    /// Makes a checkpoint; gives its line.
    #[track_caller]
    fn checkpoint(&self) -> String {
        let out = self.run(&[]).ok();
        let line = out.strip_suffix('\n').expect("a line");
        assert_eq!(line.lines().count(), 1);
        line.to_owned()
    }

    /// What verifying finds, which must be something.
    #[track_caller]
    fn finds(&self, expected: &[&str]) -> String {
        let ran = self.run(&["--verify"]);
        assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
        for words in expected {
            assert!(ran.out.contains(words), "{words}:\n{}", ran.out);
        }
        ran.out
    }

    fn memory(&self) -> String {
        self.world.read(".git/clue-checkpoints")
    }
}

#[test]
fn a_checkpoint_says_what_the_commit_holds_and_git_accepts_its_tag() {
    let keys = prepared();
    let world = &keys.world;
    let line = keys.checkpoint();
    let read = Checkpoint::parse(&line).expect("a line");
    assert_eq!(read.commit, world.git(&["rev-parse", "HEAD"]).trim());
    let count = world.git(&["rev-list", "--count", "HEAD"]);
    assert_eq!(read.commits.to_string(), count.trim());
    assert_eq!(read.clues, 2);
    let records = world.git(&["ls-files", "clues"]);
    let records = records.lines().filter(|path| !path.ends_with(".gitkeep"));
    assert_eq!(read.records, records.count());
    assert!(keys.git_says("verify-tag", "checkpoint/2026-11-23"));
    world.git(&["fsck", "--strict"]);

    // The manifest is what sha256sum reads and what the checkpoint names; the disk plays no part in it.
    let manifest = keys.run(&["--manifest"]).ok();
    world.write("keys/manifest", &manifest);
    let sum = world.shell("", "en", "sha256sum keys/manifest");
    assert!(sum.starts_with(&read.manifest), "{sum}");
    let checked = world.shell(
        "",
        "en",
        "sha256sum -c --strict --quiet keys/manifest && echo all",
    );
    assert_eq!(checked, "all\n");
    for part in [
        "clues/",
        "register/",
        "schema/",
        "calendar/",
        "templates/",
        "organisation.yaml",
        "workflow.yaml",
    ] {
        assert!(manifest.contains(&format!("  {part}")), "{part}");
    }
    // Every file of the commit is in it.
    let listed: Vec<&str> = manifest.lines().filter_map(|line| line.get(66..)).collect();
    let tracked = world.git(&["ls-files"]);
    assert_eq!(listed, tracked.lines().collect::<Vec<_>>());
    assert!(listed.contains(&".gitattributes"), "{manifest}");
    // The line of an earlier version, whose manifest left some out, still holds.
    let lines = manifest.lines().filter(|line| {
        let path = line.get(66..).unwrap_or_default();
        !path.starts_with('.')
    });
    let earlier: String = lines.map(|line| format!("{line}\n")).collect();
    world.write("keys/earlier", &earlier);
    let sum = world.shell("", "en", "sha256sum keys/earlier");
    let earlier = line
        .replace("clue-checkpoint 2", "clue-checkpoint 1")
        .replace(&read.manifest, sum.get(..64).expect("a sum"));
    assert_ne!(earlier, line);
    let memory = keys.memory();
    keys.run(&["--expect", &earlier]).ok();
    let forged = line.replace("clue-checkpoint 2", "clue-checkpoint 1");
    assert_eq!(keys.run(&["--expect", &forged]).status, 1);
    world.write(".git/clue-checkpoints", &memory);
    world.write("calendar/more.yaml", "not committed\n");
    assert_eq!(keys.run(&["--manifest", "HEAD"]).ok(), manifest);
    let before = keys.run(&["--manifest", "HEAD~1"]).ok();
    assert_ne!(before, manifest);
    fs::remove_file(world.path().join("calendar/more.yaml")).expect("a file");

    // A second one on the same day has a number, and both hold.
    world.collect();
    let second = keys.checkpoint();
    assert_ne!(line, second);
    let told = keys.run(&["--verify"]).ok();
    let expected = format!(
        "✓ checkpoint/2026-11-23    {}  {}  {} commits, 2 clues, {} records, signed by 李伟\n",
        read.at,
        &read.commit[..10],
        read.commits,
        read.records
    );
    assert!(told.starts_with(&expected), "{told}");
    assert!(told.contains("✓ checkpoint/2026-11-23-2  "), "{told}");
    assert_eq!(keys.memory().lines().count(), 2);
    let json: serde_json::Value =
        serde_json::from_str(&keys.run(&["--verify", "--format", "json"]).ok()).expect("JSON");
    assert_eq!(json["checkpoints"][0]["line"], line);
    assert_eq!(json["checkpoints"][0]["signedBy"], "li-wei");
    assert_eq!(json["checkpoints"][1]["holds"], true);
    let json: serde_json::Value =
        serde_json::from_str(&keys.run(&["--format", "json"]).ok()).expect("JSON");
    assert_eq!(json["name"], "checkpoint/2026-11-23-3");
    let line = json["line"].as_str().expect("a line");
    assert_eq!(keys.run(&["--expect", line]).status, 0);
}

#[test]
fn what_is_not_signed_is_not_made_without_saying_so() {
    let keys = prepared();
    let world = &keys.world;
    world.git(&["config", "--unset", "user.signingKey"]);
    let told = keys.run(&[]).fails(3);
    assert!(
        told.contains("git is not set to sign with an SSH key"),
        "{told}"
    );
    assert!(told.contains("--unsigned"), "{told}");
    world.git(&["config", "--unset", "gpg.format"]);
    keys.run(&[]).fails(3);
    keys.make("stranger", &["-t", "ed25519"]);
    keys.sign_with("keys/stranger");
    let told = keys.run(&[]).fails(4);
    assert!(told.contains("the checkpoint would not verify"), "{told}");
    assert_eq!(world.git(&["tag"]), "");
    assert!(!world.path().join(".git/clue-checkpoints").exists());
    // A job that relies on it is not fooled where the tags were not fetched.
    keys.finds(&["there is no checkpoint here", "git fetch --tags"]);
    let ran = world.clue("li@example.org", &["audit", "--checkpoints"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(
        ran.out.contains("there is no checkpoint here"),
        "{}",
        ran.out
    );
    let told = keys
        .run(&["--verify", "--authority", "keys/nowhere.pem"])
        .fails(2);
    assert!(told.contains("there is no such file"), "{told}");
    let told = keys
        .run(&["--verify", "--authority", "workflow.yaml"])
        .fails(2);
    assert!(told.contains("it holds no certificate"), "{told}");
    keys.run(&["--unsigned"]).ok();
    let ran = keys.run(&["--verify"]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(
        ran.out.contains("warning[history-checkpoint, P2]"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("is not signed"), "{}", ran.out);
    let chinese = world.clue_in("zh", "li@example.org", &["checkpoint", "--verify"]);
    assert!(
        chinese.out.contains("没有签名：任何人都可以制作"),
        "{}",
        chinese.out
    );
}

#[test]
fn a_rewritten_history_is_noticed() {
    // The last commit is amended.
    let keys = prepared();
    let world = &keys.world;
    let line = keys.checkpoint();
    let card = world.git(&["ls-files", "clues"]);
    let card = card
        .lines()
        .find(|path| {
            path.ends_with("collection.yaml")
                && world.git(&["log", "--format=%H", "-1", "--", path])
                    == world.git(&["rev-parse", "HEAD"]).as_str()
        })
        .expect("a form of the last clue");
    world.edit(card, "车间", "别处");
    world.git(&["commit", "--quiet", "-a", "--amend", "--no-edit"]);
    let told = keys.finds(&[
        "is not in the history of HEAD any more: they part after",
        &format!("--> {card}"),
        "the file is another file in commit",
        "✗ checkpoint/2026-11-23",
    ]);
    assert_eq!(told.matches("error[").count(), 2, "{told}");
    let expected = keys.run(&["--expect", &line]);
    assert_eq!(expected.status, 1, "{}", expected.out);
    assert!(
        expected.out.contains("not in the history of HEAD"),
        "{}",
        expected.out
    );

    // The tag goes too, and then even the commit.
    world.git(&["tag", "-d", "checkpoint/2026-11-23"]);
    keys.finds(&[
        "is missing: its tag was deleted",
        "not in the history",
        &line,
    ]);
    world.git(&["reflog", "expire", "--expire=now", "--all"]);
    world.git(&["gc", "--quiet", "--prune=now"]);
    keys.finds(&["is missing: its tag was deleted", "is not here"]);
    let expected = keys.run(&["--expect", &line]);
    assert!(expected.out.contains("is not here"), "{}", expected.out);

    // Commits are taken away.
    let keys = prepared();
    keys.checkpoint();
    keys.world.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    keys.finds(&["not in the history", "the file is missing in commit"]);

    // A whole history is written anew, with other dates of one commit.
    let keys = prepared();
    let world = &keys.world;
    keys.checkpoint();
    let script = "git filter-branch -f --msg-filter 'sed s/collect/collected/' HEAD";
    let ran = world.shell(
        "",
        "en",
        &format!("FILTER_BRANCH_SQUELCH_WARNING=1 GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=li@example.org {script}"),
    );
    assert!(ran.contains("was rewritten"), "{ran}");
    keys.finds(&["not in the history"]);
}

#[test]
fn a_tag_that_is_deleted_moved_or_forged_is_noticed() {
    let keys = prepared();
    let world = &keys.world;
    keys.checkpoint();
    let memory = keys.memory();
    let name = "checkpoint/2026-11-23";
    let raw = world.git(&["cat-file", "tag", name]);

    // Deleted; the name is not given again, and what is left holds.
    world.git(&["tag", "-d", name]);
    let told = keys.finds(&[
        "is missing: its tag was deleted",
        "✗ checkpoint/2026-11-23 ",
    ]);
    assert_eq!(told.matches("error[").count(), 1, "{told}");
    keys.checkpoint();
    assert_eq!(world.git(&["tag"]).trim(), format!("{name}-2"));
    world.git(&["tag", "-d", &format!("{name}-2")]);

    let put = |text: &str| {
        let id = world.git_with(
            &["hash-object", "-w", "-t", "tag", "--literally", "--stdin"],
            text,
        );
        world.git(&["update-ref", &format!("refs/tags/{name}"), id.trim()]);
        fs::write(world.path().join(".git/clue-checkpoints"), "").expect("a file");
    };
    let forged = |text: &str, expected: &[&str]| {
        put(text);
        keys.finds(expected);
        assert_eq!(keys.memory(), "", "what does not hold is not remembered");
    };
    put(&raw);
    keys.run(&["--verify"]).ok();
    assert_eq!(keys.memory(), memory);
    let manifest = raw
        .lines()
        .find(|line| line.starts_with("Checkpoint-Manifest"))
        .expect("a line");
    forged(
        &raw.replace(
            manifest,
            &format!("Checkpoint-Manifest: {}", "0".repeat(64)),
        ),
        &[
            "does not belong to what is signed",
            "says that the manifest of commit",
        ],
    );
    forged(
        &raw.replace("Checkpoint-Commits: ", "Checkpoint-Commits: 1"),
        &["does not belong to what is signed", "commits, and it has"],
    );
    forged(
        &raw.replace("checkpoint of 2 clues", "checkpoint of 9 clues"),
        &["does not say what a checkpoint says"],
    );
    forged(
        &raw.replace("tag checkpoint/", "tag checkpoints/"),
        &["was made under the name"],
    );
    let unsigned = &raw[..raw.find("-----BEGIN SSH").expect("a signature")];
    let other = world.git(&["rev-parse", "HEAD~1"]);
    let object = raw.lines().next().expect("a line");
    forged(
        &unsigned.replacen(object, &format!("object {}", other.trim()), 1),
        &["names commit", "is not signed"],
    );
    put(&raw);
    world.git(&["tag", "-f", name, "HEAD"]);
    keys.finds(&["is no annotated tag"]);

    // Somebody signs another one by the same name, all by the book: whoever saw the first one knows.
    put(&raw);
    keys.run(&["--verify"]).ok();
    world.git(&["tag", "-d", name]);
    let seen = keys.memory();
    fs::remove_file(world.path().join(".git/clue-checkpoints")).expect("a file");
    world.collect();
    keys.checkpoint();
    keys.run(&["--verify"]).ok();
    fs::write(world.path().join(".git/clue-checkpoints"), seen).expect("a file");
    let told = keys.finds(&[
        "was moved: it stood at commit",
        "the file is new in commit",
        "✗ checkpoint/2026-11-23",
    ]);
    assert!(
        !told.contains('✓') || told.matches("checkpoint/2026-11-23  ").count() == 2,
        "{told}"
    );

    // The memory itself is not to be written by hand.
    let path = world.path().join(".git/clue-checkpoints");
    fs::write(&path, "checkpoint/2026-11-23 1 clue-checkpoint 1 …\n").expect("a file");
    keys.finds(&["line 1 of clue-checkpoints in git's folder was changed by hand"]);
}

#[test]
fn another_clone_notices_too() {
    let keys = prepared();
    let world = &keys.world;
    let line = keys.checkpoint();
    let folder = tempfile::TempDir::new().expect("a folder");
    let clone = folder.path().join("clone").display().to_string();
    world.git(&["clone", "--quiet", ".", &clone]);
    let there = |arguments: &[&str]| {
        world.clue(
            "li@example.org",
            &[&["-C", &clone, "checkpoint"], arguments].concat(),
        )
    };
    let told = there(&["--verify"]).ok();
    assert!(told.contains("✓ checkpoint/2026-11-23"), "{told}");
    // The origin rewrites its branch and its tag, and the clone takes both by force.
    world.git(&["commit", "--quiet", "--amend", "-m", "nothing to see"]);
    world.git(&["tag", "-d", "checkpoint/2026-11-23"]);
    fs::remove_file(world.path().join(".git/clue-checkpoints")).expect("a file");
    keys.checkpoint();
    keys.run(&["--verify"]).ok();
    world.git(&[
        "-C",
        &clone,
        "fetch",
        "--quiet",
        "--force",
        "origin",
        "+refs/heads/*:refs/remotes/origin/*",
        "+refs/tags/*:refs/tags/*",
    ]);
    world.git(&["-C", &clone, "reset", "--quiet", "--hard", "origin/main"]);
    let ran = there(&["--verify"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(ran.out.contains("was moved"), "{}", ran.out);
    assert!(
        ran.out.contains("not in the history of HEAD"),
        "{}",
        ran.out
    );
    assert_eq!(there(&["--expect", &line]).status, 1);

    // What was cut off cannot be counted.
    let cut = folder.path().join("cut").display().to_string();
    let origin = format!("file://{}", world.path().display());
    world.git(&["clone", "--quiet", "--depth", "1", &origin, &cut]);
    let told = world
        .clue("li@example.org", &["-C", &cut, "checkpoint", "--verify"])
        .fails(3);
    assert!(told.contains("git fetch --unshallow"), "{told}");
}

#[test]
fn a_line_is_expected_without_any_tag() {
    let keys = prepared();
    let world = &keys.world;
    let line = keys.checkpoint();
    world.git(&["tag", "-d", "checkpoint/2026-11-23"]);
    fs::remove_file(world.path().join(".git/clue-checkpoints")).expect("a file");
    world.collect();
    keys.run(&["--expect", &line]).ok();
    keys.run(&["--expect", &format!("{line}\n")]).ok();
    assert_eq!(keys.memory(), format!("- - {line}\n"));
    for wrong in [
        "",
        "clue-checkpoint 1",
        &line.replace(" clues", "  clues"),
        &format!("x{line}"),
    ] {
        let told = keys.run(&["--expect", wrong]).fails(2);
        assert!(told.contains("this is no line of a checkpoint"), "{told}");
    }
    for (from, to, words) in [
        ("clues=2", "clues=3", "has 3 clues, and it has 2"),
        ("commits=", "commits=1", "commits, and it has"),
        ("manifest=", "manifest=", ""),
        ("commit=", "commit=", ""),
    ] {
        let wrong = match words {
            // The last digit is another one.
            "" => {
                let end = line.find(from).expect("a word") + from.len() + 5;
                let digit = if line.as_bytes()[end] == b'0' {
                    "1"
                } else {
                    "0"
                };
                format!("{}{digit}{}", &line[..end], &line[end + 1..])
            }
            _ => line.replace(from, to),
        };
        let ran = keys.run(&["--expect", &wrong]);
        assert_eq!(ran.status, 1, "{wrong}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(words), "{}", ran.out);
    }
    // What held once is remembered, though it has no tag.
    world.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    keys.finds(&["✗ by its line", "not in the history of HEAD"]);
    let usage = keys.run(&["--unsigned", "--verify"]);
    assert_eq!(usage.status, 2);
    let looked = world.clue("li@example.org", &["--now", "2026-12-01", "checkpoint"]);
    assert_eq!(looked.status, 2, "{}", looked.err);
}

/// A time-stamping authority made by openssl; nothing, with a printed note, where there is no openssl.
fn authority(folder: &Path) -> Option<()> {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        let _ = writeln!(std::io::stderr(), "skipped: openssl is not installed");
        return None;
    }
    fs::write(
        folder.join("tsa.cnf"),
        "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=Authority\n[ca]\nbasicConstraints=critical,CA:true\n[tsa]\nextendedKeyUsage=critical,timeStamping\n\
         [ts]\nserial=serial\ncrypto_device=builtin\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\nordering=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n",
    )
    .expect("a file");
    fs::write(folder.join("serial"), "01\n").expect("a file");
    let script = "set -e
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -config tsa.cnf -extensions ca
openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -config tsa.cnf
openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 30 -extfile tsa.cnf -extensions tsa
openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 30 -config tsa.cnf -extensions ca
printf '#!/bin/sh\ncd \"$(dirname \"$0\")\"\nexec openssl ts -reply -queryfile \"$1\" -signer tsa.pem -inkey tsa.key -config tsa.cnf -section ts -out \"$2\"\n' > stamp
chmod +x stamp";
    let mut command = Command::new("sh");
    Ran::of(command.current_dir(folder).args(["-c", script])).ok();
    Some(())
}

fn stamp(folder: &Path, query: &Path, reply: &Path) {
    let mut command = Command::new(folder.join("stamp"));
    Ran::of(command.arg(query).arg(reply)).ok();
}

#[test]
fn a_time_stamp_is_kept_in_the_tag_and_verified() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let folder = folder.path();
    let Some(()) = authority(folder) else {
        return;
    };
    let keys = prepared();
    let world = &keys.world;
    let path = |name: &str| folder.join(name).display().to_string();
    let line = keys.run(&["--time-stamp-request", &path("one.tsq")]).ok();
    assert_eq!(world.git(&["tag"]), "");
    stamp(folder, &folder.join("one.tsq"), &folder.join("one.tsr"));
    // Steps go on while the authority works.
    world.collect();
    let nothing = keys
        .run(&["--time-stamp-reply", &path("nothing.tsr")])
        .fails(3);
    assert!(nothing.contains("nothing.tsr"), "{nothing}");
    let made = keys.run(&["--time-stamp-reply", &path("one.tsr")]).ok();
    assert_eq!(made, line);
    assert!(!world.path().join(".git/clue-checkpoint-requests").exists());
    assert!(keys.git_says("verify-tag", "checkpoint/2026-11-23"));
    let told = keys.run(&["--verify"]).ok();
    assert!(told.contains("time stamp of 20"), "{told}");
    keys.run(&["--verify", "--authority", &path("ca.pem")]).ok();
    let ran = keys.run(&["--verify", "--authority", &path("other.pem")]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(
        ran.out.contains("openssl does not believe the time stamp"),
        "{}",
        ran.out
    );

    // A reply to something else, and one that is no reply.
    let told = keys.run(&["--time-stamp-reply", &path("one.tsr")]).fails(3);
    assert!(told.contains("replies to no request"), "{told}");
    fs::write(folder.join("no.tsr"), "no").expect("a file");
    let told = keys.run(&["--time-stamp-reply", &path("no.tsr")]).fails(3);
    assert!(told.contains("cannot be read"), "{told}");

    // The stamp of one checkpoint in the tag of another.
    let raw = world.git(&["cat-file", "tag", "checkpoint/2026-11-23"]);
    let at = raw
        .lines()
        .find(|line| line.starts_with("Checkpoint-Time"))
        .expect("a line");
    let other = raw.replace(at, "Checkpoint-Time: 2026-11-22T10:00:00+08:00");
    let id = world.git_with(
        &["hash-object", "-w", "-t", "tag", "--literally", "--stdin"],
        &other,
    );
    world.git(&["update-ref", "refs/tags/checkpoint/2026-11-23", id.trim()]);
    keys.finds(&["the time stamp is about something else", "was moved"]);
}

#[test]
fn a_time_stamp_is_fetched() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let folder = folder.path();
    let Some(()) = authority(folder) else {
        return;
    };
    if Command::new("curl").arg("--version").output().is_err() {
        let _ = writeln!(std::io::stderr(), "skipped: curl is not installed");
        return;
    }
    let keys = prepared();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut bytes = Vec::new();
            let mut part = [0; 4096];
            let query = loop {
                let count = stream.read(&mut part).expect("a request");
                bytes.extend_from_slice(&part[..count]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
                    continue;
                };
                assert!(text.contains("application/timestamp-query"), "{text}");
                let length = text
                    .lines()
                    .find_map(|line| line.strip_prefix("Content-Length: "))
                    .and_then(|text| text.trim().parse::<usize>().ok())
                    .expect("a length");
                if bytes.len() >= end + 4 + length {
                    break bytes[end + 4..].to_vec();
                }
            };
            fs::write(folder.join("two.tsq"), query).expect("a file");
            stamp(folder, &folder.join("two.tsq"), &folder.join("two.tsr"));
            let reply = fs::read(folder.join("two.tsr")).expect("a file");
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", reply.len());
            stream
                .write_all(&[head.as_bytes(), &reply].concat())
                .expect("a reply");
        });
        let made = keys.run(&["--time-stamp", &url, "--format", "json"]).ok();
        let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
        assert!(
            made["stampedAt"]
                .as_str()
                .is_some_and(|at| at.starts_with("20")),
            "{made}"
        );
    });
    let authority = folder.join("ca.pem").display().to_string();
    keys.run(&["--verify", "--authority", &authority]).ok();
    // Nobody listens any more.
    drop(listener);
    let told = keys.run(&["--time-stamp", &url]).fails(3);
    assert!(told.contains("did not answer"), "{told}");
    assert_eq!(keys.world.git(&["tag"]).lines().count(), 1);
    let file = keys.run(&["--time-stamp", "file:///etc/hostname"]).fails(3);
    assert!(file.contains("did not answer"), "{file}");
    let mut none = keys.world.program(
        "li@example.org",
        &["checkpoint", "--time-stamp-request", "x.tsq"],
    );
    let told = Ran::of(none.env("PATH", "/nowhere").stdin(Stdio::null())).fails(3);
    assert!(told.contains("openssl cannot be run"), "{told}");
}
