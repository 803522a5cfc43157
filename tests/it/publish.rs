//! A publication rests on what was read: where that is no longer so, nothing of it becomes visible.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clue::commit::{Publication, PublishError};
use clue::git::{Identity, Repository};
use clue::time::Timestamp;

use crate::harness::World;

type Files = BTreeMap<String, Option<Arc<[u8]>>>;

fn files(entries: &[(&str, Option<&str>)]) -> Files {
    entries
        .iter()
        .map(|(path, text)| {
            let bytes = text.map(|text| Arc::from(text.as_bytes()));
            ((*path).to_owned(), bytes)
        })
        .collect()
}

/// A repository with one committed file, and a publication that changes it and adds another.
fn prepared() -> (World, Repository, Publication) {
    let world = World::new();
    world.git(&["init", "--quiet", "--initial-branch", "main"]);
    world.write("a/one.yaml", "one: 1\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "one"]);
    let repository = Repository::discover(world.path())
        .expect("a repository")
        .expect("a repository");
    let somebody = Identity {
        name: "李伟".to_owned(),
        email: "li@example.org".to_owned(),
        time: Timestamp::parse("2026-11-23T09:00:00+08:00").expect("a time"),
    };
    let publication = Publication {
        changes: files(&[
            ("a/one.yaml", Some("one: 2\n")),
            ("a/b/two.yaml", Some("two: 2\n")),
        ]),
        expected_on_disk: files(&[("a/one.yaml", Some("one: 1\n")), ("a/b/two.yaml", None)]),
        expected_head: repository.head().expect("a head"),
        message: "change\n".to_owned(),
        author: somebody.clone(),
        committer: somebody,
    };
    (world, repository, publication)
}

/// All but git's objects: those that no branch names are nothing to anybody.
fn visible(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    let everything = world.everything().into_iter();
    everything
        .filter(|(path, _)| !path.to_string_lossy().contains(".git/objects"))
        .collect()
}

#[track_caller]
fn refused(change: impl FnOnce(&World)) -> PublishError {
    let (world, repository, publication) = prepared();
    change(&world);
    let before = visible(&world);
    let refusal = publication
        .publish(&repository, Duration::from_millis(100))
        .expect_err("nothing is published");
    assert!(visible(&world) == before, "something changed");
    refusal
}

#[test]
fn what_is_still_as_it_was_read_is_published_whole() {
    let (world, repository, publication) = prepared();
    let commit = publication
        .publish(&repository, Duration::from_millis(100))
        .expect("published");
    assert_eq!(world.git(&["rev-parse", "HEAD"]).trim(), commit);
    assert_eq!(world.read("a/b/two.yaml"), "two: 2\n");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    assert!(!world.path().join(".git/clue.journal").exists());
    world.git(&["fsck", "--strict"]);
}

#[test]
fn what_changed_meanwhile_stops_it() {
    let deleted = refused(|world| {
        std::fs::remove_file(world.path().join("a/one.yaml")).expect("a file");
    });
    assert!(
        matches!(deleted, PublishError::ChangedMeanwhile { .. }),
        "{deleted:?}"
    );
    let edited = refused(|world| world.write("a/one.yaml", "one: 3\n"));
    assert!(
        matches!(edited, PublishError::ChangedMeanwhile { .. }),
        "{edited:?}"
    );
    let appeared = refused(|world| world.write("a/b/two.yaml", "mine: 1\n"));
    assert!(
        matches!(appeared, PublishError::ChangedMeanwhile { .. }),
        "{appeared:?}"
    );
    let moved = refused(|world| {
        world.git(&["commit", "--quiet", "--allow-empty", "-m", "somebody else"]);
    });
    assert!(matches!(moved, PublishError::HeadMoved), "{moved:?}");
    let in_the_way = refused(|world| world.write("a/b", "a file where a folder has to be\n"));
    assert!(
        matches!(
            in_the_way,
            PublishError::NotDone { .. } | PublishError::ChangedMeanwhile { .. }
        ),
        "{in_the_way:?}"
    );
}
