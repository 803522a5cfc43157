//! git's index is changed by splicing, and git itself finds nothing wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use clue::git::{FileState, IndexFault, Repository, Touched};
use proptest::collection::{btree_map, btree_set};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::harness::World;

const WAIT: Duration = Duration::from_millis(200);

/// Paths that share beginnings, lie in one another's folders, and are long enough to need every kind of padding.
fn path() -> impl Strategy<Value = String> {
    (
        prop_oneof![
            Just(""),
            Just("a/"),
            Just("a/b/"),
            Just("clues/2026/11-23/"),
            Just("线索/")
        ],
        prop_oneof!["[a-c]{1,3}", "[x-z]{1,12}", "q{250}"],
    )
        .prop_map(|(folder, name)| format!("{folder}{name}.yaml"))
}

fn touch(world: &World, touched: &Touched) -> Result<(), IndexFault> {
    let repository = Repository::discover(world.path())
        .expect("a repository")
        .expect("a repository");
    let index = repository.prepare_index(touched.clone())?;
    repository.write_index(index, &BTreeMap::<String, FileState>::new(), WAIT)
}

fn id(text: &str) -> [u8; 20] {
    Repository::blob_id(text.as_bytes()).expect("an id")
}

fn hexadecimal(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What git reads from the index: path to blob.
fn listed(world: &World) -> BTreeMap<String, String> {
    let out = world.git(&["ls-files", "--stage", "-z"]);
    out.split_terminator('\0')
        .map(|line| {
            let (head, path) = line.split_once('\t').expect("a path");
            let id = head.split(' ').nth(1).expect("an id");
            (path.to_owned(), id.to_owned())
        })
        .collect()
}

#[test]
fn git_reads_what_was_spliced_in_every_version_of_the_format() {
    for version in ["2", "4"] {
        let world = World::new();
        world.git(&["init", "--quiet"]);
        let mut runner = TestRunner::new(Config {
            cases: 20,
            failure_persistence: None,
            ..Config::default()
        });
        let cases = (
            btree_set(path(), 0..12),
            btree_map(path(), any::<Option<bool>>(), 1..8),
            any::<bool>(),
        );
        runner
            .run(&cases, |(present, touched, with_tree)| {
                let _ = fs::remove_file(world.path().join(".git/index"));
                let mut expected = BTreeMap::new();
                let first: BTreeSet<&String> = present.iter().collect();
                for path in first {
                    let id = world.blob(path);
                    let info = format!("100644,{id},{path}");
                    world.git(&["update-index", "--add", "--cacheinfo", &info]);
                    expected.insert(path.clone(), id);
                }
                world.git(&["update-index", "--index-version", version]);
                if with_tree {
                    world.git(&["write-tree"]);
                }
                let touched: Touched = touched
                    .into_iter()
                    .map(|(path, change)| {
                        (
                            path,
                            change.map(|new| id(if new { "new" } else { "other" })),
                        )
                    })
                    .collect();
                for (path, change) in &touched {
                    match change {
                        Some(id) => expected.insert(path.clone(), hexadecimal(id)),
                        None => expected.remove(path),
                    };
                }
                world.blob("new");
                world.blob("other");
                touch(&world, &touched).expect("spliced");
                prop_assert_eq!(listed(&world), expected);
                // The cache of trees must not say of a touched folder that it is what it was.
                let spliced = world.git(&["write-tree"]);
                let info: String = listed(&world)
                    .iter()
                    .map(|(path, id)| format!("100644 {id}\t{path}\n"))
                    .collect();
                fs::remove_file(world.path().join(".git/index")).expect("the index");
                if !info.is_empty() {
                    world.git_with(&["update-index", "--index-info"], &info);
                }
                prop_assert_eq!(spliced, world.git(&["write-tree"]));
                Ok(())
            })
            .unwrap_or_else(|fault| panic!("version {version}: {fault}"));
    }
}

#[test]
fn a_change_in_the_second_of_git_add_is_still_seen() {
    // Times are in seconds for git: whether a file changed again in the same second, only its content tells.
    for _ in 0..3 {
        let world = World::new();
        world.git(&["init", "--quiet"]);
        world.write("a.txt", "one\n");
        world.git(&["add", "a.txt"]);
        world.write("a.txt", "two\n");
        std::thread::sleep(Duration::from_millis(1_100));
        touch(&world, &Touched::from([("b.txt".to_owned(), None)])).expect("spliced");
        assert_eq!(world.git(&["status", "--porcelain"]), "AM a.txt\n");
    }
}

#[test]
fn a_form_that_is_not_understood_is_left_alone() {
    let world = World::new();
    world.git(&["init", "--quiet"]);
    world.write("a.txt", "one\n");
    world.git(&["add", "a.txt"]);
    let touched = Touched::from([("a.txt".to_owned(), Some(id("one\n")))]);
    let good = fs::read(world.path().join(".git/index")).expect("the index");
    // Cut off, or of another kind: never a panic, never a write.
    for length in 1..good.len() {
        fs::write(world.path().join(".git/index"), &good[..length]).expect("the index");
        let _ = touch(&world, &touched);
    }
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 0xff;
        fs::write(world.path().join(".git/index"), &bytes).expect("the index");
        let _ = touch(&world, &touched);
    }
    fs::write(world.path().join(".git/index"), &good).expect("the index");
    touch(&world, &touched).expect("the whole index");
    world.git(&["update-index", "--split-index"]);
    let split = fs::read(world.path().join(".git/index")).expect("the index");
    let refused = touch(&world, &touched);
    assert!(
        matches!(refused, Err(IndexFault::Unsupported { .. })),
        "{refused:?}"
    );
    assert_eq!(
        fs::read(world.path().join(".git/index")).expect("the index"),
        split
    );
    world.git(&["update-index", "--no-split-index"]);
    world.write(".git/index.lock", "");
    assert!(matches!(
        touch(&world, &touched),
        Err(IndexFault::Locked { .. })
    ));
    fs::remove_file(world.path().join(".git/index.lock")).expect("the lock");
    // Entries that are to be added, or that are not in the work tree, are of the third version.
    world.write("c.txt", "three\n");
    world.git(&["add", "--intent-to-add", "c.txt"]);
    world.git(&["update-index", "--skip-worktree", "a.txt"]);
    touch(
        &world,
        &Touched::from([("b.txt".to_owned(), Some(id("one\n")))]),
    )
    .expect("spliced");
    assert_eq!(
        world.git(&["ls-files", "-t"]),
        "S a.txt\nH b.txt\nH c.txt\n"
    );
}
