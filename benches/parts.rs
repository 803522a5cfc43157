//! The parts one by one, with criterion: `cargo bench --bench parts`.

mod common;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use clue::builtin;
use clue::case::{Case, folder_of};
use clue::check::{check_case, check_folder};
use clue::files::{DiskFiles, Files};
use clue::git::{FileState, Repository, Touched};
use clue::template::Templates;
use clue::time::Timestamp;
use clue::workflow::{Actor, Command, Desk, decide};
use clue::world::World;
use common::repository;
use criterion::{Criterion, criterion_group, criterion_main};

fn parts(criterion: &mut Criterion) {
    let temporary = tempfile::TempDir::new().expect("a temporary folder");
    let generated = repository(&temporary.path().join("clues"), 200, 1);
    let files = DiskFiles::new(&generated.folder);
    let (world, found) = World::load(&files, builtin::files());
    assert_eq!(found, []);
    let world = world.expect("a world");
    let (folders, _) = clue::check::clue_folders(&files);
    let waiting = folder_of(&generated.waiting[0]).expect("an id");
    let archived = folders
        .iter()
        .find(|folder| **folder != waiting)
        .expect("a clue");

    let path = format!("{archived}/handling/quality.yaml");
    let bytes = files
        .read(&path, u64::MAX - 1)
        .expect("a file")
        .expect("a file");
    criterion.bench_function("parse a record", |bencher| {
        bencher.iter(|| clue::yaml::parse(black_box(&path), black_box(&bytes)));
    });
    criterion.bench_function("load a clue", |bencher| {
        bencher.iter(|| Case::load(&files, &world, black_box(archived)));
    });
    let (case, _) = Case::load(&files, &world, archived);
    criterion.bench_function("judge a loaded clue", |bencher| {
        bencher.iter(|| check_case(&files, &world, black_box(&case)));
    });
    criterion.bench_function("load and judge a clue", |bencher| {
        bencher.iter(|| check_folder(&files, &world, black_box(archived)));
    });
    criterion.bench_function("load schemas, organisation and rulebook", |bencher| {
        bencher.iter(|| World::load(&files, builtin::files()));
    });
    let templates = Templates::new(&files, builtin::files(), clue::markdown::to_html);
    let desk = Desk {
        files: &files,
        world: &world,
        templates: &templates,
        against: None,
    };
    let (case, _) = Case::load(&files, &world, &waiting);
    let command = Command {
        step: "register".to_owned(),
        ..Command::default()
    };
    let actor = Actor {
        person: "li-wei".to_owned(),
        at: Timestamp::parse("2026-11-23T09:12:00+08:00").expect("a time"),
    };
    criterion.bench_function("decide a step", |bencher| {
        bencher.iter(|| decide(&desk, black_box(&case), &command, &actor).expect("the step"));
    });
    let repository = Repository::discover(&generated.folder)
        .expect("a repository")
        .expect("a repository");
    let id = Repository::blob_id(b"text\n").expect("an id");
    let touched = Touched::from([(path.clone(), Some(id))]);
    criterion.bench_function("change one entry of git's index of 200 clues", |bencher| {
        bencher.iter(|| {
            let index = repository.prepare_index(touched.clone()).expect("an index");
            let states = BTreeMap::<String, FileState>::new();
            repository
                .write_index(index, &states, Duration::from_secs(1))
                .expect("written");
        });
    });
}

criterion_group!(benches, parts);
criterion_main!(benches);
