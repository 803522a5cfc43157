//! What is set up around the records: hooks where git calls them, what code hosts run, and repositories of no use.

use std::fs;
use std::path::Path;

use crate::harness::World;

const LI: &str = "li@example.org";

/// A clue repository in `cases` of a git repository, beside other things.
fn in_a_folder(arguments: &[&str]) -> World {
    let world = World::new();
    world.git(&["init", "--quiet", "."]);
    world.write("README", "other things\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "begin"]);
    world
        .clue(LI, &[&["init", "my cases"], arguments].concat())
        .ok();
    world
}

#[test]
fn a_hook_that_would_never_run_is_refused() {
    let world = World::new();
    world.git(&["init", "--quiet", "--bare", "server.git"]);
    let pre_commit = ["-C", "server.git", "hook", "install", "--pre-commit"];
    let told = world.clue(LI, &pre_commit).fails(4);
    assert!(told.contains("would never run"), "{told}");
    assert!(told.contains("hook install --pre-receive"), "{told}");
    let told = world.clue_in("zh", LI, &pre_commit).fails(4);
    assert!(told.contains("裸仓库"), "{told}");
    // With one that would run, still nothing is written.
    world
        .clue(LI, &[&pre_commit[..], &["--pre-receive"]].concat())
        .fails(4);
    assert!(!world.path().join("server.git/hooks/pre-receive").exists());

    world.clue(LI, &["init", "cases"]).ok();
    let pre_receive = ["-C", "cases", "hook", "install", "--pre-receive"];
    let told = world.clue(LI, &pre_receive).fails(4);
    assert!(told.contains("takes no pushes"), "{told}");
    assert!(!world.path().join("cases/.git/hooks/pre-receive").exists());
    let told = world.clue_in("zh", LI, &pre_receive).fails(4);
    assert!(told.contains("不接受推送"), "{told}");
    let setting = ["config", "receive.denyCurrentBranch", "updateInstead"];
    world.git(&[&["-C", "cases"], &setting[..]].concat());
    world.clue(LI, &pre_receive).ok();
    assert!(world.path().join("cases/.git/hooks/pre-receive").exists());
}

#[test]
fn hooks_of_others_and_shared_folders_are_left_alone() {
    let world = World::new();
    world.clue(LI, &["init", "cases"]).ok();
    let install = ["-C", "cases", "hook", "install", "--pre-commit"];
    fs::create_dir(world.path().join("shared")).expect("a folder");
    let point = |folder: &str| {
        let folder = world.path().join(folder).display().to_string();
        world.git(&["-C", "cases", "config", "core.hooksPath", &folder]);
    };
    for (folder, words) in [
        ("shared", "which other repositories may share"),
        ("nowhere", "there is no such folder"),
    ] {
        point(folder);
        let told = world.clue(LI, &install).fails(4);
        assert!(told.contains(words), "{told}");
        assert!(told.contains("git config core.hooksPath"), "{told}");
        assert!(!world.path().join(folder).join("pre-commit").exists());
    }
    assert!(!world.path().join("nowhere").exists());
    world.git(&["-C", "cases", "config", "--unset", "core.hooksPath"]);
    // A folder that the environment's settings name is shared as well.
    let shared = world.path().join("shared");
    let mut program = world.program(LI, &install);
    program
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.hooksPath")
        .env("GIT_CONFIG_VALUE_0", &shared);
    crate::harness::Ran::of(&mut program).fails(4);
    // What is advised helps.
    point("cases/.git/hooks");
    world.clue(LI, &install).ok();
    world.clue(LI, &install).ok();

    let path = "cases/.git/hooks/pre-commit";
    let ours = world.read(path);
    for theirs in [&format!("{ours}echo mine\n"), "#!/bin/sh\ntrue\n"] {
        world.write(path, theirs);
        let told = world.clue(LI, &install).fails(4);
        assert!(told.contains("not this program's alone"), "{told}");
        assert_eq!(&world.read(path), theirs);
    }
    #[cfg(unix)]
    {
        fs::remove_file(world.path().join(path)).expect("a file");
        let target = world.path().join("shared/pre-commit");
        std::os::unix::fs::symlink(&target, world.path().join(path)).expect("a link");
        world.clue(LI, &install).fails(4);
        assert!(!target.exists());
    }
}

#[test]
fn a_hook_knows_the_folder_of_the_clues() {
    let world = in_a_folder(&[]);
    world
        .clue(LI, &["-C", "my cases", "hook", "install", "--pre-commit"])
        .ok();
    world.edit("my cases/organisation.yaml", "name:", "naam:");
    world.write("README", "more of it\n");
    world.git(&["config", "user.name", "Li"]);
    world.git(&["config", "user.email", LI]);
    let printed = world.shell("", "en", "git commit --quiet --all --message x");
    assert!(printed.contains("was not committed"), "{printed}");
    let log = world.git(&["log", "--format=%s"]);
    assert_eq!(log.lines().count(), 2, "{log}");
}

#[test]
fn what_a_code_host_runs_can_be_added_later() {
    let world = World::new();
    world.clue(LI, &["init", "."]).ok();
    world.write("note", "not committed\n");
    let out = world.clue(LI, &["init", "--ci", "github"]).ok();
    assert_eq!(
        out,
        ".github/workflows/clue.yml\n.pre-commit-config.yaml\n.pre-commit-hooks.yaml\n"
    );
    let shown = world.git(&["show", "--format=", "--name-only"]);
    assert_eq!(shown, out);
    assert_eq!(world.git(&["status", "--porcelain"]), "?? note\n");
    // Once more, nothing is to be done; what was changed stays.
    let before = world.git(&["rev-parse", "HEAD"]);
    let ran = world.clue(LI, &["init", "--ci", "github"]);
    assert!(ran.err.contains("is there already"), "{}", ran.err);
    assert_eq!(ran.ok(), "");
    let workflow = ".github/workflows/clue.yml";
    world.edit(workflow, "fetch-depth: 0", "fetch-depth: 1");
    let told = world.clue(LI, &["init", "--ci", "github"]).fails(4);
    assert!(told.contains("with other content"), "{told}");
    let told = world
        .clue_in("zh", LI, &["init", "--ci", "github"])
        .fails(4);
    assert!(told.contains("内容不同"), "{told}");
    assert!(world.read(workflow).contains("fetch-depth: 1"));
    assert_eq!(world.git(&["rev-parse", "HEAD"]), before);
    world.git(&["checkout", "--quiet", "."]);
    // Another file of pre-commit is nobody's hindrance.
    world.write(".pre-commit-config.yaml", "repos: []\n");
    let ran = world.clue(LI, &["init", "--ci", "gitlab"]);
    assert!(ran.err.contains("is your own"), "{}", ran.err);
    assert_eq!(ran.ok(), ".gitlab-ci.yml\n");
    assert_eq!(world.read(".pre-commit-config.yaml"), "repos: []\n");
    world.clue(LI, &["check"]).ok();
    world.clue(LI, &["audit"]).ok();
    world
        .clue(LI, &["init", "--ci", "github", "--organisation", "x"])
        .fails(2);
}

#[test]
fn code_hosts_look_at_the_top_of_the_work_tree() {
    for world in [in_a_folder(&["--ci", "github"]), in_a_folder(&[])] {
        let ran = world.clue(LI, &["-C", "my cases", "init", "--ci", "github"]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(!world.path().join("my cases/.github").exists());
        let workflow = world.read(".github/workflows/clue-my-cases.yml");
        let (document, found) = clue::yaml::parse("clue.yml", workflow.as_bytes());
        assert!(found.is_empty(), "{found:?}");
        let value = document.expect("a document").root.to_json();
        let job = &value["jobs"]["clue"];
        assert_eq!(job["defaults"]["run"]["working-directory"], "my cases");
        assert_eq!(job["steps"][0]["with"]["fetch-depth"], 0);
        world
            .clue(LI, &["-C", "my cases", "init", "--ci", "gitlab"])
            .ok();
        let (document, found) =
            clue::yaml::parse("ci.yml", world.read(".gitlab-ci.yml").as_bytes());
        assert!(found.is_empty(), "{found:?}");
        let value = document.expect("a document").root.to_json();
        assert_eq!(value["clue"]["script"][0], "cd 'my cases'");
        assert_eq!(value["clue"]["variables"]["GIT_DEPTH"], "0");
        let config = world.read(".pre-commit-config.yaml");
        assert!(
            config.contains("clue -C 'my cases' hook pre-commit"),
            "{config}"
        );
        assert_eq!(world.git(&["status", "--porcelain"]), "");
    }
}

/// The script of the job, as a runner would call it, finds what is wrong and ends with 1.
#[test]
fn the_gitlab_job_shows_what_it_finds() {
    let world = in_a_folder(&["--ci", "gitlab"]);
    world.edit("my cases/organisation.yaml", "name:", "naam:");
    let (document, _) = clue::yaml::parse("ci.yml", world.read(".gitlab-ci.yml").as_bytes());
    let value = document.expect("a document").root.to_json();
    let lines = value["clue"]["script"].as_array().expect("lines").iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.as_str()).collect();
    let script = format!("set -e\nCI_PROJECT_DIR=\"$PWD\"\n{}\n", lines.join("\n"));
    world.write("script.sh", &script);
    let printed = world.shell("", "en", "sh script.sh; echo status $?");
    assert!(printed.contains("organisation.yaml:"), "{printed}");
    assert!(printed.contains("status 1\n"), "{printed}");
    assert!(
        world
            .read("check.json")
            .contains("my cases/organisation.yaml")
    );
    assert!(world.read("audit.json").starts_with('['));
}

#[test]
fn repositories_of_no_use_are_refused_alike() {
    let world = World::new();
    world.git(&["init", "--quiet", "--bare", "server.git"]);
    world.git(&["init", "--quiet", "--object-format=sha256", "other"]);
    world.write("other/organisation.yaml", crate::play::ORGANISATION);
    world.git(&["init", "--quiet", "--object-format=sha256", "empty"]);
    let commands: [&[&str]; 5] = [&["check"], &["list"], &["doctor"], &["next", "x"], &["due"]];
    for arguments in commands {
        let told = |folder: &str, language: &str| {
            let all = [&["-C", folder], arguments].concat();
            world.clue_in(language, LI, &all).fails(3)
        };
        let bare = told("server.git", "en");
        assert!(bare.contains("is bare"), "{bare}");
        assert!(bare.contains("clone it"), "{bare}");
        assert!(!bare.contains("clue init"), "{bare}");
        assert!(told("server.git", "zh").contains("裸仓库"));
        let odd = told("empty", "en");
        assert!(odd.contains("the object format sha256"), "{odd}");
        assert!(odd.contains("--object-format=sha1"), "{odd}");
        if arguments != ["doctor"] {
            assert_eq!(told("other", "en"), odd);
        }
    }
    for arguments in [
        &["audit"][..],
        &["hook", "install", "--pre-commit"],
        &["init", "."],
    ] {
        let all = [&["-C", "empty"], arguments].concat();
        let odd = world.clue(LI, &all).fails(3);
        assert!(odd.contains("the object format sha256"), "{odd}");
    }
    // Inside a clue repository, a bare one is still no part of it.
    world.clue(LI, &["init", "cases"]).ok();
    world.git(&["init", "--quiet", "--bare", "cases/server.git"]);
    let told = world.clue(LI, &["-C", "cases/server.git", "list"]).fails(3);
    assert!(told.contains("is bare"), "{told}");
}

#[test]
fn without_any_commit_there_is_nothing_to_judge() {
    let world = World::new();
    world.git(&["init", "--quiet", "."]);
    let told = world.clue(LI, &["audit"]).fails(3);
    assert!(told.contains("there is no commit yet"), "{told}");
    let told = world
        .clue_in("zh", LI, &["audit", "--checkpoints"])
        .fails(3);
    assert!(told.contains("还没有任何提交"), "{told}");
    world.clue(LI, &["check"]).fails(3);
    world.clue(LI, &["init", "cases"]).ok();
    world.clue(LI, &["audit", "nothing"]).fails(2);
    assert!(Path::new(&world.path().join("cases/workflow.yaml")).exists());
}

#[test]
fn help_is_a_command_too() {
    let world = World::new();
    for (help, option) in [
        (&["help"][..], &["--help"][..]),
        (&["help", "advance"], &["advance", "--help"]),
        (&["help", "hook", "install"], &["hook", "install", "--help"]),
    ] {
        for language in ["en", "zh"] {
            let told = world.clue_in(language, LI, help).ok();
            assert_eq!(told, world.clue_in(language, LI, option).ok());
            assert!(told.len() > 200, "{told}");
        }
    }
    let told = world.clue(LI, &["help", "advanse"]).fails(2);
    assert!(told.contains("there is no command `advanse`"), "{told}");
    let told = world.clue_in("zh", LI, &["help", "advance", "x"]).fails(2);
    assert!(told.contains("没有“x”这个命令"), "{told}");
}
