//! Findings in the formats that code hosts read: places are right from the top of the git repository, texts are harmless.

use serde_json::Value;

use crate::harness::World;
use crate::play::ORGANISATION;

/// A repository with a clue whose collection form names a channel that is none, in hostile words.
fn faulty() -> (World, String) {
    let world = World::with_repository(ORGANISATION);
    let id = world.collect();
    let path = format!(
        "{}/collection.yaml",
        clue::case::folder_of(&id).expect("an id")
    );
    world.edit(
        &path,
        "channel: employee-report",
        "channel: \"x\\n::error::forged, 50%\\e[2J\"",
    );
    (world, path)
}

fn data(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn sarif_names_file_and_line_from_the_top() {
    let (world, path) = faulty();
    let ran = world.clue("li@example.org", &["check", "--format", "sarif"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let run = data(&ran.out)["runs"][0].clone();
    let results = run["results"].as_array().expect("results");
    let line = world.read(&path);
    let line = line
        .lines()
        .position(|line| line.starts_with("channel:"))
        .expect("a line")
        + 1;
    let found = results.iter().find(|result| {
        let place = &result["locations"][0]["physicalLocation"];
        place["artifactLocation"]["uri"] == path.as_str() && place["region"]["startLine"] == line
    });
    let found = found.unwrap_or_else(|| panic!("{run:#}"));
    assert_eq!(found["level"], "error");
    assert!(!ran.out.contains('\u{1b}'));
    let chinese = world.clue_in("zh", "li@example.org", &["check", "--format", "sarif"]);
    assert_eq!(data(&chinese.out)["runs"][0]["language"], "zh-CN");
}

#[test]
fn github_gets_one_command_a_finding() {
    let (world, path) = faulty();
    let ran = world.clue("li@example.org", &["check", "--format", "github"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let findings = world.clue("li@example.org", &["check", "--format", "json"]);
    let count = data(&findings.out)["findings"].as_array().map(Vec::len);
    assert_eq!(Some(ran.out.lines().count()), count);
    for line in ran.out.lines() {
        assert!(
            line.starts_with("::error file=") || line.starts_with("::warning file="),
            "{line}"
        );
    }
    assert!(
        ran.out.contains(&format!("file={path},line=")),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains('\u{1b}'));
}

#[test]
fn gitlab_gets_a_list_and_an_empty_one_where_all_is_well() {
    let (world, path) = faulty();
    let ran = world.clue("li@example.org", &["check", "--format", "gitlab"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let issues = data(&ran.out);
    let issues = issues.as_array().expect("a list");
    assert!(
        issues
            .iter()
            .any(|issue| issue["location"]["path"] == path.as_str())
    );
    world.git(&["checkout", "--quiet", "--", "."]);
    assert_eq!(
        world
            .clue("li@example.org", &["check", "--format", "gitlab"])
            .ok(),
        "[]\n"
    );
    assert_eq!(
        world
            .clue("li@example.org", &["check", "--format", "github"])
            .ok(),
        ""
    );
}

#[test]
fn paths_stand_below_the_top_of_the_git_repository() {
    let world = World::new();
    world.git(&["init", "--quiet", "-b", "main"]);
    world.clue("li@example.org", &["init", "cases"]).ok();
    world.write("cases/organisation.yaml", "name: [\n");
    let ran = world.clue(
        "li@example.org",
        &["-C", "cases", "check", "--format", "github"],
    );
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(
        ran.out.lines().all(|line| line.contains("file=cases/")),
        "{}",
        ran.out
    );
}
