//! The demonstration: every story plays through the real engine, and what it leaves is the sample repository.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::World;

/// What a demonstration has and the sample repository does not: made again at any time, or built in.
const ONLY_PLAYED: [&str; 4] = [".git", ".gitignore", "documents", "templates"];
/// What the sample repository has besides: the stories themselves, and a word about them.
const ONLY_SAMPLE: [&str; 2] = ["README.md", "stories"];

const REGENERATE: &str = "sample-repo/ is not what the demonstration plays; make it anew, from the project's folder:
  rm -rf target/sample sample-repo/clues sample-repo/register sample-repo/schema
  cargo run -- demo target/sample
  cd target/sample
  cp -R .editorconfig .gitattributes .vscode calendar clues organisation.yaml register schema workflow.yaml ../../sample-repo/";

/// The demonstration, played into `demo/` of a world of its own.
struct Played {
    world: World,
    /// What the command printed.
    output: String,
    /// Every file but git's own.
    files: BTreeMap<String, Vec<u8>>,
}

fn play() -> Played {
    let world = World::new();
    let output = world.clue("nobody@example.org", &["demo", "demo"]).ok();
    let files = files_below(&world.path().join("demo"), &[".git"]);
    Played {
        world,
        output,
        files,
    }
}

/// Every file below a folder, by its path with `/`, but for some names at the top.
fn files_below(root: &Path, without: &[&str]) -> BTreeMap<String, Vec<u8>> {
    fn add(folder: &Path, prefix: &str, without: &[&str], found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            if without.contains(&name.as_ref()) {
                continue;
            }
            if path.is_dir() {
                add(&path, &format!("{prefix}{name}/"), &[], found);
            } else {
                found.insert(format!("{prefix}{name}"), fs::read(&path).expect("a file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    add(root, "", without, &mut found);
    found
}

impl Played {
    fn yaml(&self, path: &str) -> Value {
        let bytes = self.files.get(path).unwrap_or_else(|| panic!("no {path}"));
        let (document, found) = clue::yaml::parse(path, bytes);
        assert_eq!(found, [], "{path}");
        document.expect("YAML").root.to_json()
    }

    /// The folders of the clues, in the order of ids.
    fn folders(&self) -> Vec<&str> {
        let cards = self.files.keys().filter_map(|path| {
            let folder = path.strip_suffix("/clue.yaml")?;
            folder.starts_with("clues/").then_some(folder)
        });
        cards.collect()
    }

    fn cards(&self) -> Vec<Value> {
        self.folders()
            .iter()
            .map(|folder| self.yaml(&format!("{folder}/clue.yaml")))
            .collect()
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.world.git(&[&["-C", "demo"], arguments].concat())
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no {pointer} in {value:#}"))
}

/// The keys of an object.
fn keys(value: &Value) -> BTreeSet<String> {
    let object = value.as_object().expect("an object");
    object.keys().cloned().collect()
}

/// The values of a field of some records, those that have none left out.
fn values(records: &[Value], pointer: &str) -> BTreeSet<String> {
    records
        .iter()
        .filter_map(|record| record.pointer(pointer)?.as_str())
        .map(str::to_owned)
        .collect()
}

/// One play serves all that is asked of it: most of its time goes into making every commit durable.
#[test]
fn the_stories_play_and_leave_the_sample_repository() {
    let played = play();
    the_demonstration_obeys_the_procedure(&played);
    every_kind_state_and_channel_occurs(&played);
    each_step_is_a_commit_by_who_took_it_and_when(&played);
    every_clue_has_a_dossier_and_the_index_leads_to_it(&played);
    an_anonymous_reporter_is_named_nowhere(&played);
    the_sample_repository_is_what_the_demonstration_leaves(&played);
}

fn the_demonstration_obeys_the_procedure(played: &Played) {
    let check = ["-C", "demo", "check"];
    assert_eq!(played.world.clue("nobody@example.org", &check).ok(), "");
    assert_eq!(played.git(&["status", "--porcelain"]), "");
    played.git(&["fsck", "--strict"]);
}

fn every_kind_state_and_channel_occurs(played: &Played) {
    let rulebook = played.yaml("workflow.yaml");
    let cards = played.cards();
    let kinds: BTreeSet<String> = rulebook["categories"]
        .as_object()
        .expect("categories")
        .values()
        .flat_map(|category| keys(&category["kinds"]))
        .collect();
    assert_eq!(values(&cards, "/kind"), kinds);
    // Nothing that the sample company archived has come to the end of its period yet.
    let mut states = keys(&rulebook["states"]);
    states.remove("destroyed");
    assert_eq!(values(&cards, "/state"), states);
    assert_eq!(values(&cards, "/urgency"), keys(&rulebook["urgencies"]));
    let forms: Vec<Value> = played
        .folders()
        .iter()
        .map(|folder| played.yaml(&format!("{folder}/collection.yaml")))
        .collect();
    assert_eq!(values(&forms, "/channel"), keys(&rulebook["channels"]));
    let steps: BTreeSet<String> = cards
        .iter()
        .flat_map(|card| card["trail"].as_array().expect("a trail"))
        .map(|entry| text(entry, "/step").to_owned())
        .collect();
    let told = [
        "return", "dismiss", "decline", "rework", "reopen", "archive",
    ];
    for step in told {
        assert!(steps.contains(step), "no clue takes {step}");
    }
}

fn each_step_is_a_commit_by_who_took_it_and_when(played: &Played) {
    let people = played.yaml("organisation.yaml")["people"].clone();
    let mail = |person: &str| text(&people, &format!("/{person}/email")).to_owned();
    // Who and when, in the order of time, by clue: as the commits say it.
    let format = "%ae|%aI|%(trailers:key=Clue-Id,valueonly,separator=)|%(trailers:key=Clue-Step,valueonly,separator=)";
    let log = played.git(&["log", "--reverse", &format!("--format={format}")]);
    let mut steps: BTreeMap<String, Vec<(String, String, String)>> = BTreeMap::new();
    let mut notes: BTreeSet<(String, String, String)> = BTreeSet::new();
    for line in log.lines().skip(1) {
        let parts: Vec<&str> = line.split('|').collect();
        let [mail, at, id, step] = parts[..] else {
            panic!("{line}");
        };
        let (mail, at, id, step) = (mail.into(), at.into(), id.to_owned(), step.to_owned());
        if step == "note" {
            notes.insert((id, mail, at));
        } else {
            steps.entry(id).or_default().push((step, mail, at));
        }
    }
    // As the records say it.
    let mut written: BTreeSet<(String, String, String)> = BTreeSet::new();
    for (folder, card) in played.folders().iter().zip(played.cards()) {
        let id = text(&card, "/id");
        let trail: Vec<(String, String, String)> = card["trail"]
            .as_array()
            .expect("a trail")
            .iter()
            .map(|entry| {
                let field = |name: &str| text(entry, name).to_owned();
                (field("/step"), mail(text(entry, "/by")), field("/at"))
            })
            .collect();
        assert_eq!(steps.remove(id), Some(trail), "{id}");
        let handling = format!("{folder}/handling/");
        for path in played
            .files
            .keys()
            .filter(|path| path.starts_with(&handling))
        {
            let record = played.yaml(path);
            for entry in record["entries"].as_array().into_iter().flatten() {
                let (by, at) = (mail(text(entry, "/by")), text(entry, "/at").to_owned());
                written.insert((id.to_owned(), by, at));
            }
        }
    }
    assert_eq!(steps, BTreeMap::new());
    assert_eq!(notes, written);
}

fn every_clue_has_a_dossier_and_the_index_leads_to_it(played: &Played) {
    let index = String::from_utf8_lossy(&played.files["documents/index.html"]).into_owned();
    let cards = played.cards();
    for card in &cards {
        let id = text(card, "/id");
        let dossier = played.files.get(&format!("documents/{id}.html"));
        let dossier = String::from_utf8_lossy(dossier.expect("a dossier"));
        for page in [index.as_str(), &dossier] {
            assert!(page.contains(text(card, "/title")), "{id}");
        }
        assert!(index.contains(&format!("href=\"{id}.html\"")), "{id}");
    }
    let documents = played
        .files
        .keys()
        .filter(|path| path.starts_with("documents/"))
        .count();
    assert_eq!(documents, cards.len() + 1);
    for line in played
        .output
        .lines()
        .filter(|line| line.contains("clue show"))
    {
        let id = line.split_whitespace().nth(2).expect("an id");
        let show = ["-C", "demo", "show", id];
        played.world.clue("nobody@example.org", &show).ok();
    }
    // Whoever wants to act in it is told as whom.
    let hint = "git config user.email li.wei@huayuan-machinery.example\n";
    assert!(played.output.ends_with(hint), "{}", played.output);
}

fn an_anonymous_reporter_is_named_nowhere(played: &Played) {
    let mut anonymous = 0;
    for (folder, card) in played.folders().iter().zip(played.cards()) {
        let reporter = played.yaml(&format!("{folder}/collection.yaml"))["reporter"].clone();
        if reporter["anonymous"] == Value::Bool(true) {
            anonymous += 1;
            assert_eq!(reporter["name"], Value::Null);
            assert_eq!(reporter["contact"], Value::Null);
            assert_ne!(card["confidentiality"], "internal");
        }
    }
    assert!(anonymous > 0);
}

fn the_sample_repository_is_what_the_demonstration_leaves(played: &Played) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-repo");
    let sample = files_below(&sample, &ONLY_SAMPLE);
    let left = files_below(&played.world.path().join("demo"), &ONLY_PLAYED);
    let mut different: BTreeSet<&String> = BTreeSet::new();
    for path in left.keys().chain(sample.keys()) {
        if left.get(path) != sample.get(path) {
            different.insert(path);
        }
    }
    assert!(
        different.is_empty(),
        "{REGENERATE}\n\ndiffers: {different:#?}"
    );
}
