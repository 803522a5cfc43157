//! Signatures: what clue signs git accepts, and what clue says of a signature is what git says of it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use clue::git::{Repository, SignedObject};
use clue::record::Organisation;
use clue::signature::{Verdict, allowed_signers, verify};

use crate::harness::{FORM, Ran, World};
use crate::play::ORGANISATION;

/// A folder with keys of several kinds beside a repository.
pub(crate) struct Keys {
    pub(crate) world: World,
}

const KINDS: [(&str, &[&str]); 5] = [
    ("ed25519", &["-t", "ed25519"]),
    ("p256", &["-t", "ecdsa", "-b", "256"]),
    ("p384", &["-t", "ecdsa", "-b", "384"]),
    ("p521", &["-t", "ecdsa", "-b", "521"]),
    ("rsa", &["-t", "rsa", "-b", "2048"]),
];

impl Keys {
    /// A repository of the sample organisation; `keys` of people are to be written into it.
    pub(crate) fn new() -> Self {
        let world = World::with_repository(ORGANISATION);
        world.write(
            ".git/info/exclude",
            "/keys/\n/.nowhere/\n/allowed\n/*.patch\n",
        );
        fs::create_dir_all(world.path().join("keys")).expect("a folder");
        Self { world }
    }

    /// Makes a key; gives the line of its public half.
    pub(crate) fn make(&self, name: &str, kind: &[&str]) -> String {
        let path = self.path(name);
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-N", "", "-C", name, "-f"]).arg(&path);
        Ran::of(command.args(kind)).ok();
        self.public(name)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.world.path().join("keys").join(name)
    }

    pub(crate) fn public(&self, name: &str) -> String {
        self.world
            .read(&format!("keys/{name}.pub"))
            .trim()
            .to_owned()
    }

    /// Gives a person keys, in `organisation.yaml`, and commits that.
    pub(crate) fn give(&self, person: &str, keys: &str) {
        let before = format!("  {person}: {{ ");
        let after = format!("  {person}: {{ keys: [{keys}], ");
        self.world.edit("organisation.yaml", &before, &after);
        self.world.git(&["commit", "--quiet", "-am", "keys"]);
    }

    /// Sets git to sign with a key.
    pub(crate) fn sign_with(&self, key: &str) {
        self.world.git(&["config", "gpg.format", "ssh"]);
        self.world.git(&["config", "commit.gpgSign", "true"]);
        self.world.git(&["config", "user.signingKey", key]);
    }

    pub(crate) fn organisation(&self) -> Organisation {
        let text = self.world.read("organisation.yaml");
        let (document, _) = clue::yaml::parse("organisation.yaml", text.as_bytes());
        let value = document.expect("a document").root.to_json();
        serde_json::from_value(value).expect("an organisation")
    }

    /// What git says of a commit or a tag, by the allowed signers of the organisation.
    pub(crate) fn git_says(&self, command: &str, object: &str) -> bool {
        let allowed = self.world.path().join("allowed");
        fs::write(&allowed, allowed_signers(&self.organisation())).expect("a file");
        let mut git = Command::new("git");
        git.current_dir(self.world.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // Any other time zone than the organisation's: days must not move with the machine.
            .env("TZ", "America/New_York")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .arg("-c")
            .arg(format!("gpg.ssh.allowedSignersFile={}", allowed.display()))
            .args([command, object]);
        git.output().expect("git runs").status.success()
    }

    fn repository(&self) -> Repository {
        let found = Repository::discover(self.world.path());
        found.expect("a repository").expect("a repository")
    }

    fn verdict_of(&self, parted: &SignedObject) -> Option<Verdict> {
        let signature = parted.signature.as_deref()?;
        let organisation = self.organisation();
        Some(verify(&organisation, &parted.payload, signature, parted.at))
    }

    /// What clue says of a commit; that git says the same is seen to.
    #[track_caller]
    fn commit(&self, commit: &str) -> Option<Verdict> {
        let commit = self.world.git(&["rev-parse", commit]).trim().to_owned();
        let parted = self.repository().signed_commit(&commit).expect("a commit");
        let verdict = self.verdict_of(&parted);
        let good = verdict.as_ref().is_some_and(Verdict::is_good);
        assert_eq!(good, self.git_says("verify-commit", &commit), "{verdict:?}");
        verdict
    }

    /// The same of a tag.
    #[track_caller]
    fn tag(&self, tag: &str) -> Option<Verdict> {
        let tag = self.world.git(&["rev-parse", tag]).trim().to_owned();
        let parted = self.repository().signed_tag(&tag).expect("a tag");
        let verdict = self.verdict_of(&parted);
        let good = verdict.as_ref().is_some_and(Verdict::is_good);
        assert_eq!(good, self.git_says("verify-tag", &tag), "{verdict:?}");
        verdict
    }

    /// Writes an object as it is; gives its id.
    fn write(&self, kind: &str, text: &str) -> String {
        let arguments = ["hash-object", "-w", "-t", kind, "--literally", "--stdin"];
        self.world.git_with(&arguments, text).trim().to_owned()
    }

    fn raw(&self, object: &str) -> String {
        let kind = self.world.git(&["cat-file", "-t", object]);
        self.world.git(&["cat-file", kind.trim(), object])
    }

    /// Makes a commit that git signs with a key at some time; gives its id.
    fn signed_at(&self, key: &str, at: &str) -> String {
        self.sign_with(&format!("keys/{key}"));
        let tree = self.world.git(&["rev-parse", "HEAD^{tree}"]);
        let line = format!(
            "GIT_COMMITTER_DATE={at} GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=li@example.org GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=li@example.org git commit-tree -S -p HEAD -m signed {}",
            tree.trim()
        );
        self.world.shell("", "en", &line).trim().to_owned()
    }
}

fn good(person: &str) -> Option<Verdict> {
    Some(Verdict::Good {
        person: person.to_owned(),
    })
}

#[test]
fn every_kind_of_key_is_judged_as_git_judges_it() {
    let keys = Keys::new();
    let all: Vec<String> = KINDS
        .iter()
        .map(|(name, kind)| format!("{{ key: \"{}\" }}", keys.make(name, kind)))
        .collect();
    keys.give("li-wei", &all.join(", "));
    assert_eq!(keys.commit("HEAD"), None);
    for (name, _) in KINDS {
        keys.sign_with(&format!("keys/{name}"));
        for turn in 0..4 {
            // Several: some signatures have shorter numbers than others.
            let message = format!("{name} {turn}\n\ngpgsig is no header here");
            keys.world
                .git(&["commit", "--quiet", "--allow-empty", "-m", &message]);
            assert_eq!(keys.commit("HEAD"), good("li-wei"), "{name}");
        }
        keys.world.git(&["tag", "-s", "-m", "a tag", name]);
        assert_eq!(keys.tag(name), good("li-wei"), "{name}");
    }
}

#[test]
fn what_was_tampered_with_is_not_good_to_either() {
    let keys = Keys::new();
    let own = keys.make("own", &["-t", "ed25519"]);
    keys.make("stranger", &["-t", "ed25519"]);
    keys.give("li-wei", &format!("{{ key: \"{own}\" }}"));
    let commit = keys.signed_at("own", "2026-11-25T10:00:00+08:00");
    assert_eq!(keys.commit(&commit), good("li-wei"));
    let raw = keys.raw(&commit);

    let changed = keys.write("commit", &raw.replace("\n\nsigned", "\n\nforged"));
    assert_eq!(keys.commit(&changed), Some(Verdict::Bad));
    let other_time = keys.write("commit", &raw.replace(" +0800\n", " +0700\n"));
    assert_eq!(keys.commit(&other_time), Some(Verdict::Bad));

    let second = keys.signed_at("own", "2026-11-25T11:00:00+08:00");
    let signature = |raw: &str| {
        let from = raw.find("gpgsig ").expect("a signature");
        let to = raw.find("-----END").expect("its end");
        raw[from..to].to_owned()
    };
    let swapped = raw.replace(&signature(&raw), &signature(&keys.raw(&second)));
    let swapped = keys.write("commit", &swapped);
    assert_eq!(keys.commit(&swapped), Some(Verdict::Bad));

    let stranger = keys.signed_at("stranger", "2026-11-25T10:00:00+08:00");
    assert!(matches!(
        keys.commit(&stranger),
        Some(Verdict::UnknownKey { fingerprint }) if fingerprint.starts_with("SHA256:")
    ));

    // A signature that was made for a file, and none of git's.
    let payload = SignedObject::of_commit(raw.as_bytes()).payload;
    fs::write(keys.path("payload"), &payload).expect("a file");
    let mut sign = Command::new("ssh-keygen");
    sign.args(["-q", "-Y", "sign", "-n", "file", "-f"])
        .arg(keys.path("own"))
        .arg(keys.path("payload"));
    Ran::of(&mut sign).ok();
    let armored = keys.world.read("keys/payload.sig");
    let header = format!("gpgsig {}\n", armored.trim_end().replace('\n', "\n "));
    let headers = String::from_utf8(payload).expect("text");
    let elsewhere = keys.write("commit", &headers.replace("\n\n", &format!("\n{header}\n")));
    assert_eq!(
        keys.commit(&elsewhere),
        Some(Verdict::OtherPurpose {
            namespace: "file".to_owned()
        })
    );

    let cut = keys.write("commit", &raw.replace("-----END SSH", "-----AND SSH"));
    assert_eq!(keys.commit(&cut), Some(Verdict::Malformed));
    let longer = signature(&raw);
    let body = longer.trim_end().to_owned();
    let appended = raw.replace(
        &longer,
        &format!("{}\n AAAA\n ", body.trim_end_matches('=')),
    );
    let appended = keys.write("commit", &appended);
    assert!(matches!(
        keys.commit(&appended),
        Some(Verdict::Malformed | Verdict::Bad)
    ));
    let foreign = raw.replace("SSH SIGNATURE", "PGP SIGNATURE");
    let foreign = keys.write("commit", &foreign);
    assert!(matches!(
        keys.commit(&foreign),
        Some(Verdict::Unsupported { .. })
    ));

    keys.sign_with("keys/own");
    keys.world.git(&["tag", "-s", "-m", "a tag", "t"]);
    let raw = keys.raw("t");
    let tag = keys.write("tag", &raw.replace("a tag", "another tag"));
    assert_eq!(keys.tag(&tag), Some(Verdict::Bad));
    let tag = keys.write("tag", &raw[..raw.find("-----BEGIN").expect("a signature")]);
    assert_eq!(keys.tag(&tag), None);
}

#[test]
fn keys_are_valid_on_the_organisations_days() {
    let keys = Keys::new();
    let own = keys.make("own", &["-t", "ed25519"]);
    let left = keys.make("left", &["-t", "ed25519"]);
    let twice = keys.make("twice", &["-t", "ed25519"]);
    keys.give(
        "li-wei",
        &format!("{{ key: \"{own}\", from: 2026-11-02, until: 2026-11-20 }}"),
    );
    // Who has left by 30 June signs no longer, whatever the key says.
    keys.give(
        "liu-yang",
        &format!("{{ key: \"{left}\", until: 2026-12-31 }}"),
    );
    keys.give(
        "gao-yan",
        &format!(
            "{{ key: \"{twice}\", until: 2026-03-31 }}, {{ key: \"{twice}\", from: 2026-05-01 }}"
        ),
    );
    let person = |name: &str| name.to_owned();
    let early = |name: &str| {
        Some(Verdict::TooEarly {
            person: person(name),
        })
    };
    let late = |name: &str| {
        Some(Verdict::TooLate {
            person: person(name),
        })
    };
    #[track_caller]
    fn case(keys: &Keys, key: &str, at: &str, expected: Option<Verdict>) {
        let commit = keys.signed_at(key, at);
        assert_eq!(keys.commit(&commit), expected, "{key} {at}");
    }
    case(&keys, "own", "2026-11-01T23:59:59+08:00", early("li-wei"));
    case(&keys, "own", "2026-11-02T00:00:00+08:00", good("li-wei"));
    case(&keys, "own", "2026-11-20T23:59:59+08:00", good("li-wei"));
    case(&keys, "own", "2026-11-21T00:00:00+08:00", late("li-wei"));
    // The committer's own clock does not matter.
    case(&keys, "own", "2026-11-20T16:30:00+00:00", late("li-wei"));
    case(&keys, "own", "2026-11-01T12:00:00-05:00", good("li-wei"));
    case(&keys, "left", "2026-06-30T12:00:00+08:00", good("liu-yang"));
    case(&keys, "left", "2026-07-01T12:00:00+08:00", late("liu-yang"));
    case(&keys, "twice", "2026-03-31T12:00:00+08:00", good("gao-yan"));
    case(&keys, "twice", "2026-05-01T12:00:00+08:00", good("gao-yan"));
    let between = keys.signed_at("twice", "2026-04-15T12:00:00+08:00");
    assert_eq!(
        keys.commit(&between).as_ref().and_then(Verdict::person),
        Some("gao-yan")
    );
}

#[test]
fn steps_are_signed_as_git_is_set_and_git_accepts_them() {
    let keys = Keys::new();
    let own = keys.make("own", &["-t", "ed25519"]);
    keys.give("zhao-gang", &format!("{{ key: \"{own}\" }}"));
    let world = &keys.world;
    world.collect();
    assert_eq!(keys.commit("HEAD"), None);
    keys.sign_with("keys/own");
    world.collect();
    assert_eq!(keys.commit("HEAD"), good("zhao-gang"));
    world.git(&["fsck", "--strict"]);
    // Many files at once lie in a pack.
    let mut table = "id,title\n".to_owned();
    for row in 0..40 {
        table.push_str(&format!("{row},线索{row}\n"));
    }
    world.write("keys/table.csv", &table);
    world.write(
        "keys/map.yaml",
        "system: old\nkey: id\nfields:\n  title: \"{{ row['title'] }}\"\n  source: 旧系统\n  channel: employee-report\n  discovered_at: 2026-11-20T08:00:00+08:00\n  matters: [\"{{ row['title'] }}\"]\n  description: \"{{ row['title'] }}\"\n  reporter: { anonymous: true }\n",
    );
    let import = ["import", "keys/table.csv", "--map", "keys/map.yaml"];
    let imported = world.clue("zhao@example.org", &import);
    assert_eq!(imported.status, 0, "{}{}", imported.out, imported.err);
    assert_eq!(keys.commit("HEAD"), good("zhao-gang"));
    world.git(&["fsck", "--strict"]);
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[test]
fn the_settings_of_the_environment_and_of_an_agent_are_gits_own() {
    let keys = Keys::new();
    let own = keys.make("own", &["-t", "ed25519"]);
    keys.give("zhao-gang", &format!("{{ key: \"{own}\" }}"));
    let world = &keys.world;
    // The configuration of the environment goes before the files.
    let with = |settings: &[(&str, &str)], more: &[(&str, String)]| {
        let mut command = world.program("zhao@example.org", &FORM);
        command.env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (index, (key, value)) in settings.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{index}"), key);
            command.env(format!("GIT_CONFIG_VALUE_{index}"), value);
        }
        Ran::of(command.envs(more.iter().map(|(name, value)| (name, value))))
    };
    let on = [("commit.gpgSign", "yes"), ("gpg.format", "ssh")];
    let path = keys.path("own").display().to_string();
    with(&[on[0], on[1], ("user.signingKey", &path)], &[]).ok();
    assert_eq!(keys.commit("HEAD"), good("zhao-gang"));
    world.git(&["config", "commit.gpgSign", "true"]);
    with(&[("commit.gpgSign", "false")], &[]).ok();
    assert_eq!(keys.commit("HEAD"), None);
    // A file that stands for the user's own configuration; a key in the home folder.
    let home = world.path().join("keys");
    world.write(
        "keys/config",
        "[commit]\n\tgpgSign\n[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = ~/own\n",
    );
    let config = home.join("config").display().to_string();
    let more = [
        ("GIT_CONFIG_GLOBAL", config),
        ("HOME", home.display().to_string()),
    ];
    with(&[], &more).ok();
    assert_eq!(keys.commit("HEAD"), good("zhao-gang"));

    // An agent holds the key, and no file does.
    let socket = world.path().join("keys/agent");
    let mut agent = Command::new("ssh-agent");
    let mut agent = agent
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("an agent");
    for _ in 0..200 {
        if socket.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let mut add = Command::new("ssh-add");
    Ran::of(
        add.arg("-q")
            .arg(keys.path("own"))
            .env("SSH_AUTH_SOCK", &socket),
    )
    .ok();
    fs::remove_file(keys.path("own")).expect("a file");
    let holds = [("SSH_AUTH_SOCK", socket.display().to_string())];
    let literal = format!("key::{own}");
    let public = keys.path("own.pub").display().to_string();
    let by_literal = with(&[on[0], on[1], ("user.signingKey", &literal)], &holds);
    let first = (by_literal.status == 0).then(|| keys.commit("HEAD"));
    let by_file = with(&[on[0], on[1], ("user.signingKey", &public)], &holds);
    let second = (by_file.status == 0).then(|| keys.commit("HEAD"));
    agent.kill().expect("the agent ends");
    agent.wait().expect("the agent ends");
    assert_eq!(first, Some(good("zhao-gang")), "{}", by_literal.err);
    assert_eq!(second, Some(good("zhao-gang")), "{}", by_file.err);
}

#[test]
fn what_cannot_be_signed_is_not_taken() {
    let keys = Keys::new();
    keys.make("own", &["-t", "ed25519"]);
    let world = &keys.world;
    let head = world.git(&["rev-parse", "HEAD"]);
    let refused = |status: i32, expected: &str| {
        let told = world.clue("zhao@example.org", &FORM).fails(status);
        assert!(told.contains(expected), "{told}");
        assert_eq!(world.git(&["rev-parse", "HEAD"]), head);
        // The form stays as a draft, and nothing else is there.
        let status = world.git(&["status", "--porcelain", "--untracked-files=all"]);
        assert!(
            status
                .lines()
                .all(|line| line.ends_with("/collection.yaml")),
            "{status}"
        );
        world.git(&["clean", "-fdq", "clues"]);
    };
    world.git(&["config", "commit.gpgSign", "true"]);
    refused(
        3,
        "git is set to sign with openpgp, and clue signs with SSH only",
    );
    world.git(&["config", "gpg.format", "x509"]);
    refused(3, "git config gpg.format ssh");
    world.git(&["config", "gpg.format", "ssh"]);
    refused(3, "does not know with which key");
    world.git(&["config", "user.signingKey", "keys/nowhere"]);
    refused(3, "keys/nowhere");
    world.git(&["config", "user.signingKey", "keys/own"]);
    world.git(&["config", "gpg.ssh.program", "/nowhere/ssh-keygen"]);
    refused(3, "/nowhere/ssh-keygen");
    let script = world.path().join("keys/sign");
    let program = |text: &str| {
        fs::write(&script, format!("#!/bin/sh\n{text}\n")).expect("a script");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("executable");
    };
    world.git(&["config", "gpg.ssh.program", &script.display().to_string()]);
    program("echo the token is not there >&2; exit 7");
    refused(3, "the token is not there");
    program("echo nothing of use");
    refused(3, "this is no signature: nothing of use");
    program("exit 0");
    refused(3, "this is no signature");
    program(&format!("exec ssh-keygen \"$@\" # {}", script.display()));
    world.clue("zhao@example.org", &FORM).ok();
    world.git(&["config", "commit.gpgSign", "maybe"]);
    let told = world.clue("zhao@example.org", &FORM).fails(3);
    assert!(
        told.contains("commit.gpgsign = maybe, which is neither true nor false"),
        "{told}"
    );
}

#[test]
fn a_step_that_must_be_signed_is_signed_by_whoever_takes_it() {
    let keys = Keys::new();
    let own = keys.make("own", &["-t", "ed25519"]);
    let other = keys.make("other", &["-t", "ed25519"]);
    let world = &keys.world;
    world.edit(
        "workflow.yaml",
        "  collect:\n",
        "  collect:\n    signed: true\n",
    );
    keys.give(
        "zhao-gang",
        &format!("{{ key: \"{own}\", from: 2026-11-01 }}"),
    );
    keys.give("li-wei", &format!("{{ key: \"{other}\" }}"));
    let refused = |expected: &str| {
        let told = world.clue("zhao@example.org", &FORM).fails(4);
        assert!(told.contains("error[step-signature, P2]"), "{told}");
        assert!(told.contains(expected), "{told}");
        world.git(&["clean", "-fdq", "clues"]);
    };
    refused("git is not set to sign");
    keys.sign_with("keys/other");
    refused("is by a key of li-wei, not of 赵刚");
    keys.make("stranger", &["-t", "ed25519"]);
    keys.sign_with("keys/stranger");
    refused("nobody's in organisation.yaml");
    keys.sign_with("keys/own");
    world.collect();
    assert_eq!(keys.commit("HEAD"), good("zhao-gang"));
    assert_eq!(world.clue("li@example.org", &["check"]).status, 0);
}

#[test]
fn a_hardware_key_is_judged_as_git_judges_it() {
    use base64ct::{Base64, Encoding};
    use sha2::{Digest, Sha256, Sha512};
    if Command::new("openssl").arg("version").output().is_err() {
        let _ = writeln!(std::io::stderr(), "skipped: openssl is not installed");
        return;
    }
    let keys = Keys::new();
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        command.current_dir(keys.path("")).args(arguments);
        Ran::of(&mut command).ok();
    };
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", "sk.pem"]);
    let out = [
        "pkey", "-in", "sk.pem", "-pubout", "-outform", "DER", "-out", "sk.der",
    ];
    openssl(&out);
    let der = fs::read(keys.path("sk.der")).expect("a key");
    let text = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).expect("a length");
        [&length.to_be_bytes(), bytes].concat()
    };
    let kind = text(b"sk-ssh-ed25519@openssh.com");
    let application = b"ssh:";
    let public = [
        kind.as_slice(),
        &text(&der[der.len() - 32..]),
        &text(application),
    ]
    .concat();
    let line = format!(
        "sk-ssh-ed25519@openssh.com {}",
        Base64::encode_string(&public)
    );
    keys.give("li-wei", &format!("{{ key: \"{line}\" }}"));
    let raw = keys.raw("HEAD");
    // What the token signs: the application, that somebody touched it, a counter, and what is to be signed.
    let framed = |payload: &str| {
        let hash = text(&Sha512::digest(payload));
        [
            b"SSHSIG".as_slice(),
            &text(b"git"),
            &text(b""),
            &text(b"sha512"),
            &hash,
        ]
        .concat()
    };
    let trailer = [1, 0, 0, 0, 9];
    let signed = [
        Sha256::digest(application).as_slice(),
        &trailer,
        Sha256::digest(framed(&raw)).as_slice(),
    ]
    .concat();
    fs::write(keys.path("data"), signed).expect("a file");
    let sign = [
        "pkeyutl", "-sign", "-rawin", "-inkey", "sk.pem", "-in", "data", "-out", "sig",
    ];
    openssl(&sign);
    let signature = fs::read(keys.path("sig")).expect("a signature");
    let signature = [kind, text(&signature), trailer.to_vec()].concat();
    let blob = [
        b"SSHSIG\0\0\0\x01".as_slice(),
        &text(&public),
        &text(b"git"),
        &text(b""),
        &text(b"sha512"),
        &text(&signature),
    ]
    .concat();
    let body = Base64::encode_string(&blob);
    let header =
        format!("gpgsig -----BEGIN SSH SIGNATURE-----\n {body}\n -----END SSH SIGNATURE-----\n");
    let whole = raw.replacen("\n\n", &format!("\n{header}\n"), 1);
    let commit = keys.write("commit", &whole);
    assert_eq!(keys.commit(&commit), good("li-wei"));
    let forged = keys.write("commit", &whole.replace("\n\nkeys", "\n\nkeyz"));
    assert_eq!(keys.commit(&forged), Some(Verdict::Bad));
}

#[test]
fn a_step_that_the_audit_would_refuse_is_refused_before() {
    let keys = Keys::new();
    let world = &keys.world;
    let own = keys.make("own", &["-t", "ed25519"]);
    keys.make("stranger", &["-t", "ed25519"]);
    let id = world.collect();
    keys.sign_with("keys/stranger");
    let reclassify = ["advance", id.as_str(), "return", "-m", "补充"];
    keys.give("li-wei", &format!("{{ key: \"{own}\" }}"));
    let before = world.git(&["rev-parse", "HEAD"]);
    let told = world.clue("li@example.org", &reclassify).fails(4);
    assert!(told.contains("step-signature"), "{told}");
    assert!(told.contains("nobody's in organisation.yaml"), "{told}");
    assert!(told.contains("under people.li-wei.keys"), "{told}");
    let told = world.clue_in("zh", "li@example.org", &reclassify).fails(4);
    assert!(told.contains("people.li-wei.keys 下"), "{told}");
    // The same where only the private key is there.
    let public = keys.path("stranger.pub");
    let aside = keys.path("aside.pub");
    fs::rename(&public, &aside).expect("a file");
    let told = world.clue("li@example.org", &reclassify).fails(4);
    assert!(told.contains("nobody's in organisation.yaml"), "{told}");
    fs::rename(&aside, &public).expect("a file");
    assert_eq!(world.git(&["rev-parse", "HEAD"]), before);
    // What git itself signs so is found by the audit, with what to do.
    world.git(&["commit", "--quiet", "--allow-empty", "-m", "by hand"]);
    let ran = world.clue("li@example.org", &["audit"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(ran.out.contains("people.li-wei.keys"), "{}", ran.out);
    world.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    keys.sign_with("keys/own");
    world.clue("li@example.org", &reclassify).ok();
}
