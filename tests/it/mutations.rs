//! Tampered histories: the demonstration's history, changed in hundreds of ways, each of a named class. The audit finds
//! every one, in the very commit, under the right code; and the untouched history has no finding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clue::audit::{Finding, Stage, audit};
use clue::builtin;
use clue::demo;
use clue::git::{ObjectId, Range, Repository};
use git2::{Oid, Signature, Time};
use rayon::prelude::*;
use tempfile::TempDir;

type Tree = BTreeMap<String, (i32, Oid)>;

/// A commit as the test makes it.
#[derive(Clone)]
struct Commit {
    tree: Tree,
    author: (String, String, i64),
    committed: i64,
    message: String,
}

/// The demonstration's history, in one line.
struct History {
    folder: TempDir,
    commits: Vec<Commit>,
    /// Their ids, as the demonstration made them.
    ids: Vec<Oid>,
}

/// A way to tamper with a commit: what it becomes; none where there is nothing of that kind in it.
type Tamper<'a> = dyn Fn(&History, &git2::Repository, usize) -> Option<Commit> + Sync + 'a;

fn flat(repository: &git2::Repository, tree: &git2::Tree<'_>) -> Tree {
    let mut found = Tree::new();
    tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() == Some(git2::ObjectType::Blob) {
            let name = entry.name().expect("a name");
            found.insert(format!("{folder}{name}"), (entry.filemode(), entry.id()));
        }
        git2::TreeWalkResult::Ok
    })
    .expect("a tree");
    let _ = repository;
    found
}

impl History {
    fn played() -> Self {
        // Where there is a disk in memory, hundreds of histories are written at once.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            TempDir::new_in(memory)
        } else {
            TempDir::new()
        };
        let folder = folder.expect("a folder");
        demo::play(&folder.path().join("demo"), &|_, _| {}).expect("the demonstration plays");
        let repository = git2::Repository::open(folder.path().join("demo")).expect("a repository");
        let mut walk = repository.revwalk().expect("a walk");
        walk.push_head().expect("HEAD");
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)
            .expect("an order");
        let ids: Vec<Oid> = walk.map(|id| id.expect("an id")).collect();
        let commits = ids
            .iter()
            .map(|id| {
                let commit = repository.find_commit(*id).expect("a commit");
                let (author, committer) = (commit.author(), commit.committer());
                Commit {
                    tree: flat(&repository, &commit.tree().expect("a tree")),
                    author: (
                        author.name().expect("a name").to_owned(),
                        author.email().expect("an address").to_owned(),
                        author.when().seconds(),
                    ),
                    committed: committer.when().seconds(),
                    message: commit.message().expect("a message").to_owned(),
                }
            })
            .collect();
        Self {
            folder,
            commits,
            ids,
        }
    }

    fn repository(&self) -> git2::Repository {
        git2::Repository::open(self.folder.path().join("demo")).expect("a repository")
    }

    fn text(&self, repository: &git2::Repository, tree: &Tree, path: &str) -> Option<String> {
        let (_, id) = tree.get(path)?;
        let blob = repository.find_blob(*id).ok()?;
        String::from_utf8(blob.content().to_vec()).ok()
    }

    /// What a commit changed, by path.
    fn changed(&self, index: usize) -> BTreeMap<String, Option<(i32, Oid)>> {
        let empty = Tree::new();
        let before = index
            .checked_sub(1)
            .map_or(&empty, |index| &self.commits[index].tree);
        let after = &self.commits[index].tree;
        let mut changed = BTreeMap::new();
        for path in before.keys().chain(after.keys()) {
            if before.get(path) != after.get(path) {
                changed.insert(path.clone(), after.get(path).copied());
            }
        }
        changed
    }

    /// The clue that a commit is about, and its folder.
    fn clue(&self, index: usize) -> Option<String> {
        let changed = self.changed(index);
        let path = changed.keys().find(|path| path.starts_with("clues/2"))?;
        Some(path.splitn(5, '/').take(4).collect::<Vec<_>>().join("/"))
    }

    fn step(&self, index: usize) -> &str {
        let subject = self.commits[index]
            .message
            .lines()
            .next()
            .unwrap_or_default();
        subject.rsplit(": ").next().unwrap_or_default()
    }

    /// The history with one commit replaced or added, and afterwards all that other clues did.
    fn tampered(
        &self,
        repository: &git2::Repository,
        index: usize,
        tampered: &Commit,
        added: bool,
    ) -> (Oid, Oid, Vec<Oid>) {
        let upto = if added { index + 1 } else { index };
        let base = upto.checked_sub(1).map(|last| self.ids[last]);
        let guilty = write(repository, tampered, base);
        let mut tree = tampered.tree.clone();
        let mut last = guilty;
        let clue = self.clue(index);
        let mut later = Vec::new();
        for next in upto.max(index + 1)..self.commits.len().min(index + 8) {
            let same = self.clue(next) == clue;
            if same || clue.is_none() {
                continue;
            }
            for (path, entry) in self.changed(next) {
                match entry {
                    Some(entry) => tree.insert(path, entry),
                    None => tree.remove(&path),
                };
            }
            let commit = Commit {
                tree: tree.clone(),
                committed: self.commits[next].committed.max(tampered.committed),
                ..self.commits[next].clone()
            };
            last = write(repository, &commit, Some(last));
            later.push(last);
        }
        (guilty, last, later)
    }
}

fn write(repository: &git2::Repository, commit: &Commit, parent: Option<Oid>) -> Oid {
    let parents: Vec<Oid> = parent.into_iter().collect();
    write_with(repository, commit, &parents)
}

fn write_with(repository: &git2::Repository, commit: &Commit, parents: &[Oid]) -> Oid {
    let tree = repository
        .find_tree(build(repository, &commit.tree, ""))
        .expect("a tree");
    let parents: Vec<_> = parents
        .iter()
        .map(|id| repository.find_commit(*id).expect("a commit"))
        .collect();
    let time = |seconds| Time::new(seconds, 480);
    let author = Signature::new(&commit.author.0, &commit.author.1, &time(commit.author.2))
        .expect("an author");
    let committer = Signature::new(&commit.author.0, &commit.author.1, &time(commit.committed))
        .expect("a committer");
    let parents: Vec<_> = parents.iter().collect();
    repository
        .commit(None, &author, &committer, &commit.message, &tree, &parents)
        .expect("a commit")
}

fn build(repository: &git2::Repository, tree: &Tree, prefix: &str) -> Oid {
    let mut builder = repository.treebuilder(None).expect("a builder");
    let mut folders = BTreeSet::new();
    for (path, (mode, id)) in tree
        .range(prefix.to_owned()..)
        .take_while(|(path, _)| path.starts_with(prefix))
    {
        match path[prefix.len()..].split_once('/') {
            Some((folder, _)) => {
                folders.insert(folder.to_owned());
            }
            None => {
                builder
                    .insert(&path[prefix.len()..], *id, *mode)
                    .expect("an entry");
            }
        }
    }
    for folder in folders {
        let id = build(repository, tree, &format!("{prefix}{folder}/"));
        builder.insert(&folder, id, 0o040_000).expect("a folder");
    }
    builder.write().expect("a tree")
}

fn judge(folder: &Path, from: Oid, without: Option<Oid>) -> Vec<Finding> {
    let repository = Repository::discover_any(folder)
        .expect("git")
        .expect("a repository");
    let id = |oid: Oid| ObjectId::parse(&oid.to_string()).expect("an id");
    let range = Range {
        from: vec![id(from)],
        without: without.into_iter().map(id).collect(),
    };
    let stage = Stage {
        repository: &repository,
        prefix: "",
        builtin: builtin::files(),
    };
    audit(stage, &range, None, &|_, _| {})
        .expect("an audit")
        .findings
}

/// A commit with a file's text changed.
fn edited(
    history: &History,
    repository: &git2::Repository,
    commit: &Commit,
    path: &str,
    change: &dyn Fn(&str) -> Option<String>,
) -> Option<Commit> {
    let text = history.text(repository, &commit.tree, path)?;
    let changed = change(&text)?;
    if changed == text {
        return None;
    }
    let id = repository.blob(changed.as_bytes()).expect("a blob");
    let mut commit = commit.clone();
    commit.tree.insert(path.to_owned(), (0o100_644, id));
    Some(commit)
}

/// A further commit after one, by its author an hour later, that took no step.
fn after(history: &History, index: usize) -> Commit {
    let mut commit = history.commits[index].clone();
    commit.author.2 += 60;
    commit.committed += 60;
    commit.message = "edit\n".to_owned();
    commit
}

/// The last `key: value` of the trail, replaced.
fn in_last_entry(text: &str, key: &str, value: &str) -> Option<String> {
    let start = text.rfind("\n  - step: ")?;
    let place = text[start..].find(&format!("{key}: "))? + start;
    let end = text[place..]
        .find('\n')
        .map_or(text.len(), |end| place + end);
    Some(format!("{}{key}: {value}{}", &text[..place], &text[end..]))
}

fn set_field(text: &str, key: &str, value: &str) -> Option<String> {
    let marker = format!("\n{key}: ");
    let place = text.find(&marker)?;
    let end = text[place + 1..]
        .find('\n')
        .map_or(text.len(), |end| place + 1 + end);
    Some(format!(
        "{}\n{key}: {value}{}",
        &text[..place],
        &text[end..]
    ))
}

/// A class: its name, codes of which at least one must be told, whether a commit is added or replaced, and how.
type Class = (
    &'static str,
    &'static [&'static str],
    bool,
    Box<Tamper<'static>>,
);

/// After a note: the same entry once more, changed by `forge`.
fn forged_entry(
    history: &History,
    repository: &git2::Repository,
    index: usize,
    forge: impl Fn(&str) -> Option<String>,
) -> Option<Commit> {
    if history.step(index) != "note" {
        return None;
    }
    let changed = history.changed(index);
    let path = changed.keys().find(|path| path.contains("/handling/"))?;
    edited(history, repository, &after(history, index), path, &|text| {
        let list = text.find("\nentries:\n")?;
        let end = text[list + 10..]
            .find("\n\n")
            .or_else(|| {
                let rest = &text[list + 10..];
                let lines = rest.match_indices('\n');
                lines.map(|(place, _)| place).find(|place| {
                    rest[place + 1..].starts_with(|first: char| first.is_ascii_lowercase())
                })
            })
            .map_or(text.len(), |end| list + 10 + end);
        let begin = text[..end].rfind("\n  - at: ")?;
        let entry = forge(&text[begin..end])?;
        Some(format!("{}{entry}{}", &text[..end], &text[end..]))
    })
}

const STRANGER: (&str, &str) = ("陌生人", "nobody@example.org");

fn classes() -> Vec<Class> {
    let card =
        |history: &History, index: usize| Some(format!("{}/clue.yaml", history.clue(index)?));
    let sealed = |history: &History, repository: &git2::Repository, index: usize| {
        let folder = history.clue(index)?;
        let text = history.text(
            repository,
            &history.commits[index].tree,
            &format!("{folder}/clue.yaml"),
        )?;
        let path = ["collection.yaml", "analysis.md"]
            .into_iter()
            .find(|name| text.contains(&format!("{name}: ")))?;
        Some(format!("{folder}/{path}"))
    };
    vec![
        (
            "a sealed record edited",
            &["seal-broken"],
            true,
            Box::new(move |history, repository, index| {
                let path = sealed(history, repository, index)?;
                edited(
                    history,
                    repository,
                    &after(history, index),
                    &path,
                    &|text| Some(format!("{text}\n")),
                )
            }),
        ),
        (
            "a sealed record edited and its seal with it",
            &["history-trail"],
            true,
            Box::new(move |history, repository, index| {
                let path = sealed(history, repository, index)?;
                let commit = edited(
                    history,
                    repository,
                    &after(history, index),
                    &path,
                    &|text| Some(format!("{text}\n")),
                )?;
                let text = history.text(repository, &commit.tree, &path)?;
                let hash = clue::files::digest(text.as_bytes());
                let name = path.rsplit('/').next()?.to_owned();
                edited(
                    history,
                    repository,
                    &commit,
                    &card(history, index)?,
                    &|text| {
                        let place = text.find(&format!("{name}: "))? + name.len() + 2;
                        Some(format!("{}{hash}{}", &text[..place], &text[place + 64..]))
                    },
                )
            }),
        ),
        (
            "a sealed record deleted",
            &["seal-broken"],
            true,
            Box::new(move |history, repository, index| {
                let path = sealed(history, repository, index)?;
                let mut commit = after(history, index);
                commit.tree.remove(&path)?;
                Some(commit)
            }),
        ),
        (
            "a state skipped",
            &["history-card", "trail-broken"],
            false,
            Box::new(move |history, repository, index| {
                let path = card(history, index)?;
                let to = match history.step(index) {
                    "register" => "analysed",
                    "analyse" => "handling",
                    "transfer" => "handled",
                    "feed-back" => "archived",
                    _ => return None,
                };
                let commit = edited(
                    history,
                    repository,
                    &history.commits[index],
                    &path,
                    &|text| in_last_entry(&set_field(text, "state", to)?, "to", to),
                )?;
                let mut commit = commit;
                commit.message = "edit\n".to_owned();
                Some(commit)
            }),
        ),
        (
            "an author forged in git",
            &["history-author"],
            false,
            Box::new(move |history, _, index| {
                let mut commit = history.commits[index].clone();
                if history.step(index) == "note" || index == 0 {
                    return None;
                }
                let (name, email) = if commit.author.1.starts_with("luo.bin") {
                    ("李伟", "li.wei@huayuan-machinery.example")
                } else {
                    ("罗斌", "luo.bin@huayuan-machinery.example")
                };
                commit.author.0 = name.to_owned();
                commit.author.1 = email.to_owned();
                Some(commit)
            }),
        ),
        (
            "an author who is nobody",
            &["history-author"],
            false,
            Box::new(move |history, _, index| {
                let mut commit = history.commits[index].clone();
                history.clue(index)?;
                commit.author.0 = STRANGER.0.to_owned();
                commit.author.1 = STRANGER.1.to_owned();
                Some(commit)
            }),
        ),
        (
            "a step by somebody without the role",
            &["step-role", "step-separation"],
            false,
            Box::new(move |history, repository, index| {
                if ![
                    "register",
                    "analyse",
                    "transfer",
                    "archive",
                    "extend",
                    "pause",
                    "feed-back",
                    "rework",
                ]
                .contains(&history.step(index))
                {
                    return None;
                }
                let path = card(history, index)?;
                let commit = edited(
                    history,
                    repository,
                    &history.commits[index],
                    &path,
                    &|text| in_last_entry(text, "by", "jiang-tao"),
                )?;
                let mut commit = commit;
                commit.author.0 = "蒋涛".to_owned();
                commit.author.1 = "jiang.tao@huayuan-machinery.example".to_owned();
                Some(commit)
            }),
        ),
        (
            "one's own report approved",
            &["step-separation"],
            false,
            Box::new(move |history, repository, index| {
                if history.step(index) != "analyse" {
                    return None;
                }
                let folder = history.clue(index)?;
                edited(
                    history,
                    repository,
                    &history.commits[index],
                    &format!("{folder}/analysis.md"),
                    &|text| set_field(text, "author", "zhou-min"),
                )
            }),
        ),
        (
            "the trail dated back",
            &["history-date"],
            false,
            Box::new(move |history, repository, index| {
                if history.step(index) == "note" {
                    return None;
                }
                let path = card(history, index)?;
                let mut commit = history.commits[index].clone();
                commit.author.2 += 3_600 * 3;
                commit.committed += 3_600 * 3;
                history
                    .text(repository, &commit.tree, &path)
                    .map(|_| commit)
            }),
        ),
        (
            "a commit dated back",
            &["history-date"],
            false,
            Box::new(move |history, _, index| {
                let mut commit = history.commits[index].clone();
                history.clue(index)?;
                commit.author.2 -= 3_600 * 24 * 30;
                Some(commit)
            }),
        ),
        (
            "a clock that runs backwards",
            &["history-date"],
            false,
            Box::new(move |history, _, index| {
                let mut commit = history.commits[index].clone();
                history.clue(index)?;
                commit.committed -= 3_600 * 24 * 400;
                Some(commit)
            }),
        ),
        (
            "a number used again",
            &["history-number"],
            false,
            Box::new(move |history, repository, index| {
                if history.step(index) != "register" {
                    return None;
                }
                let path = card(history, index)?;
                let changed = history.changed(index);
                let entry = changed
                    .keys()
                    .find(|path| path.starts_with("register/"))?
                    .clone();
                let taken = history.commits[index - 1]
                    .tree
                    .keys()
                    .find(|path| path.starts_with("register/2") && path.len() == entry.len())?
                    .clone();
                let (own, other) = (
                    entry.rsplit('/').next()?.to_owned(),
                    taken.rsplit('/').next()?.to_owned(),
                );
                let commit = edited(
                    history,
                    repository,
                    &history.commits[index],
                    &path,
                    &|text| Some(text.replace(&own, &other)),
                )?;
                let mut commit = commit;
                let id = commit.tree.remove(&entry)?;
                commit.tree.insert(taken, id);
                Some(commit)
            }),
        ),
        (
            "an entry of the register deleted",
            &["history-number"],
            true,
            Box::new(move |history, _, index| {
                let mut commit = after(history, index);
                let entry = commit
                    .tree
                    .keys()
                    .find(|path| path.starts_with("register/2") && !path.ends_with("HG-2026-0001"))?
                    .clone();
                history.clue(index)?;
                commit.tree.remove(&entry)?;
                Some(commit)
            }),
        ),
        (
            "an entry of the trail dropped",
            &["history-trail"],
            true,
            Box::new(move |history, repository, index| {
                edited(
                    history,
                    repository,
                    &after(history, index),
                    &card(history, index)?,
                    &|text| {
                        let first = text.find("  - step: ")?;
                        let second = text[first + 4..].find("  - step: ")? + first + 4;
                        Some(format!("{}{}", &text[..first], &text[second..]))
                    },
                )
            }),
        ),
        (
            "an entry of a handling record dropped",
            &["history-entry"],
            true,
            Box::new(move |history, repository, index| {
                if history.step(index) != "note" {
                    return None;
                }
                let commit = after(history, index);
                let folder = history.clue(index)?;
                let path = commit
                    .tree
                    .keys()
                    .find(|path| path.starts_with(&format!("{folder}/handling/")))?
                    .clone();
                edited(history, repository, &commit, &path, &|text| {
                    let place = text.find("\nentries:")?;
                    let text_at = text[place..].find("text: ")? + place + 6;
                    Some(format!("{}篡改{}", &text[..text_at], &text[text_at..]))
                })
            }),
        ),
        (
            "an entry of a handling record forged in another's name",
            &["history-author"],
            true,
            Box::new(move |history, repository, index| {
                forged_entry(history, repository, index, |text| {
                    // Whoever wrote the last one writes another, as somebody else.
                    Some(text.replacen("by: ", "by: qin-hao # ", 1))
                })
            }),
        ),
        (
            "an entry of a handling record dated into the future",
            &["history-date"],
            true,
            Box::new(move |history, repository, index| {
                forged_entry(history, repository, index, |text| {
                    let at = text.find("at: 20")? + 4;
                    Some(format!("{}2199{}", &text[..at], &text[at + 4..]))
                })
            }),
        ),
        (
            "a clue deleted",
            &["history-deletion"],
            true,
            Box::new(move |history, _, index| {
                let folder = history.clue(index)?;
                let mut commit = after(history, index);
                commit.tree.retain(|path, _| !path.starts_with(&folder));
                Some(commit)
            }),
        ),
        (
            "the rulebook changed without the right",
            &["history-authority"],
            true,
            Box::new(move |history, repository, index| {
                if index % 7 != 0 {
                    return None;
                }
                let mut commit = after(history, index);
                commit.author.0 = "蒋涛".to_owned();
                commit.author.1 = "jiang.tao@huayuan-machinery.example".to_owned();
                edited(history, repository, &commit, "workflow.yaml", &|text| {
                    Some(format!("{text}# x\n"))
                })
            }),
        ),
        (
            "a role taken by oneself",
            &["history-authority"],
            true,
            Box::new(move |history, repository, index| {
                if index % 7 != 3 {
                    return None;
                }
                let mut commit = after(history, index);
                commit.author.0 = "蒋涛".to_owned();
                commit.author.1 = "jiang.tao@huayuan-machinery.example".to_owned();
                edited(history, repository, &commit, "organisation.yaml", &|text| {
                    let place = text.find("\n  jiang-tao:\n")?;
                    let roles = text[place..].find("department: ")? + place;
                    Some(format!(
                        "{}roles: [officer, leader]\n    {}",
                        &text[..roles],
                        &text[roles..]
                    ))
                })
            }),
        ),
        (
            "a message that names another step",
            &["history-trailer"],
            false,
            Box::new(move |history, _, index| {
                let mut commit = history.commits[index].clone();
                let step = history.step(index).to_owned();
                history.clue(index)?;
                let other = if step == "archive" {
                    "transfer"
                } else {
                    "archive"
                };
                commit.message = commit.message.replace(
                    &format!("Clue-Step: {step}"),
                    &format!("Clue-Step: {other}"),
                );
                Some(commit)
            }),
        ),
        (
            "a message about another clue",
            &["history-trailer"],
            false,
            Box::new(move |history, _, index| {
                let mut commit = history.commits[index].clone();
                let clue = history.clue(index)?;
                let id = clue.rsplit('/').next()?.to_owned();
                commit.message = commit
                    .message
                    .replace(&format!("Clue-Id: {id}"), "Clue-Id: 20260101-zzzz");
                Some(commit)
            }),
        ),
        (
            "a signature written by hand",
            &["history-field"],
            true,
            Box::new(move |history, repository, index| {
                let folder = history.clue(index)?;
                let commit = after(history, index);
                let step = history.step(index);
                if step != "transfer" {
                    return None;
                }
                let path = commit
                    .tree
                    .keys()
                    .find(|path| path.starts_with(&format!("{folder}/transfers/")))?
                    .clone();
                edited(history, repository, &commit, &path, &|text| {
                    set_field(text, "status", "accepted")
                })
            }),
        ),
        (
            "the card edited without a step",
            &["history-card"],
            true,
            Box::new(move |history, repository, index| {
                edited(
                    history,
                    repository,
                    &after(history, index),
                    &card(history, index)?,
                    &|text| set_field(text, "title", "另一个标题"),
                )
            }),
        ),
        (
            "somebody else made responsible by hand",
            &["history-card"],
            true,
            Box::new(move |history, repository, index| {
                edited(
                    history,
                    repository,
                    &after(history, index),
                    &card(history, index)?,
                    &|text| {
                        let to = if text.contains("\nresponsible: li-wei\n") {
                            "gao-yan"
                        } else {
                            "li-wei"
                        };
                        set_field(text, "responsible", to)
                    },
                )
            }),
        ),
        (
            "a file that belongs nowhere",
            &["history-file"],
            true,
            Box::new(move |history, repository, index| {
                history.clue(index)?;
                let mut commit = after(history, index);
                commit.tree.insert(
                    "clues/notes.txt".to_owned(),
                    (0o100_644, repository.blob(b"x").ok()?),
                );
                Some(commit)
            }),
        ),
        (
            "a file of no record in a clue",
            &["file-unknown"],
            true,
            Box::new(move |history, repository, index| {
                let folder = history.clue(index)?;
                let mut commit = after(history, index);
                commit.tree.insert(
                    format!("{folder}/notes.txt"),
                    (0o100_644, repository.blob(b"x").ok()?),
                );
                Some(commit)
            }),
        ),
        (
            "a link in the place of a record",
            &["file-kind"],
            true,
            Box::new(move |history, repository, index| {
                let folder = history.clue(index)?;
                let mut commit = after(history, index);
                commit.tree.insert(
                    format!("{folder}/attachments/x"),
                    (0o120_000, repository.blob(b"/etc/passwd").ok()?),
                );
                Some(commit)
            }),
        ),
        (
            "two steps in one commit",
            &["history-steps"],
            false,
            Box::new(move |history, _, index| {
                let clue = history.clue(index)?;
                let card = card(history, index)?;
                let next = (index + 1..history.commits.len()).find(|next| {
                    history.clue(*next).as_ref() == Some(&clue)
                        && history.changed(*next).contains_key(&card)
                })?;
                if history.step(index) == "note" || next > index + 20 {
                    return None;
                }
                let mut commit = history.commits[index].clone();
                for (path, entry) in &history.commits[next].tree {
                    if path.starts_with(&clue) {
                        commit.tree.insert(path.clone(), *entry);
                    }
                }
                Some(commit)
            }),
        ),
        (
            "a required field left out",
            &[
                "schema-missing",
                "rule",
                "risk-rated",
                "record-missing",
                "seal-broken",
                "history-card",
            ],
            false,
            Box::new(move |history, repository, index| {
                if history.step(index) != "collect" {
                    return None;
                }
                let folder = history.clue(index)?;
                edited(
                    history,
                    repository,
                    &history.commits[index],
                    &format!("{folder}/collection.yaml"),
                    &|text| {
                        let start = text.find("\ndescription: ")?;
                        let end = text[start + 1..]
                            .lines()
                            .skip(1)
                            .find(|line| !line.starts_with([' ', '\t']) && !line.is_empty())?;
                        let end = text.find(&format!("\n{end}"))?;
                        Some(format!("{}{}", &text[..start], &text[end..]))
                    },
                )
            }),
        ),
    ]
}

#[test]
fn every_tampered_history_is_found_and_named_right() {
    let history = History::played();
    let demo = history.folder.path().join("demo");
    let head = history
        .repository()
        .head()
        .expect("HEAD")
        .target()
        .expect("an id");
    let clean = judge(&demo, head, None);
    assert!(
        clean.is_empty(),
        "the untouched history has findings: {clean:#?}"
    );

    let classes = classes();
    let results: Vec<(usize, Result<(), String>)> = classes
        .par_iter()
        .enumerate()
        .flat_map_iter(|(class, one)| {
            // A dozen and some of each class are enough, spread over the history; 83 and the count of commits have no
            // common divisor that would leave some out.
            let count = history.commits.len();
            let places = (0..count).map(|place| (place * 83 + class * 7) % count);
            let tampered = places.filter_map(|index| one_of(&history, one, index));
            tampered
                .take(14)
                .map(move |result| (class, result))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut faults = Vec::new();
    for (class, (name, ..)) in classes.iter().enumerate() {
        let of_class: Vec<_> = results.iter().filter(|(of, _)| *of == class).collect();
        if of_class.is_empty() {
            faults.push(format!("{name}: nothing was tampered with"));
        }
        faults.extend(
            of_class
                .iter()
                .filter_map(|(_, result)| result.clone().err()),
        );
    }
    assert!(results.len() > 300, "only {} histories", results.len());
    assert!(
        faults.is_empty(),
        "{} of {}:\n{}",
        faults.len(),
        results.len(),
        faults.join("\n")
    );
}

/// Tampers with one commit; the error says what the audit did not find, or found where nothing is.
fn one_of(
    history: &History,
    (name, codes, added, tamper): &Class,
    index: usize,
) -> Option<Result<(), String>> {
    let repository = history.repository();
    let commit = tamper(history, &repository, index)?;
    let (guilty, last, later) = history.tampered(&repository, index, &commit, *added);
    let parent = repository
        .find_commit(guilty)
        .expect("it")
        .parent_id(0)
        .ok();
    let found = judge(&history.folder.path().join("demo"), last, parent);
    let of = |oid: Oid| {
        let own = found
            .iter()
            .filter(|finding| finding.commit.map(|id| id.to_string()) == Some(oid.to_string()));
        own.collect::<Vec<_>>()
    };
    let own = of(guilty);
    let named = own
        .iter()
        .any(|finding| codes.contains(&finding.diagnostic.code.name()));
    if !named {
        let told: Vec<_> = own
            .iter()
            .map(|finding| {
                (
                    finding.diagnostic.code.name(),
                    &finding.diagnostic.message.en,
                )
            })
            .collect();
        return Some(Err(format!(
            "{name} at {index} ({}): {told:?}",
            history.step(index)
        )));
    }
    let helpless = own.iter().find(|finding| {
        finding.diagnostic.code.name().starts_with("history-")
            && finding.diagnostic.remedy.is_none()
    });
    if let Some(finding) = helpless {
        let message = &finding.diagnostic.message.en;
        return Some(Err(format!("{name} at {index}: no remedy for: {message}")));
    }
    // What follows is not poisoned.
    for oid in later {
        let told: Vec<_> = of(oid)
            .iter()
            .map(|finding| finding.diagnostic.message.en.clone())
            .collect();
        if !told.is_empty() {
            return Some(Err(format!("{name} at {index} poisons {oid}: {told:?}")));
        }
    }
    Some(Ok(()))
}

/// Two branches: what the demonstration did at `index`, and what it did next in another clue, side by side.
fn branches(
    history: &History,
    repository: &git2::Repository,
    index: usize,
) -> Option<(Oid, Oid, Commit)> {
    let clue = history.clue(index)?;
    let other = (index + 1..(index + 6).min(history.commits.len()))
        .find(|other| history.clue(*other).is_some_and(|other| other != clue))?;
    let entries = history.changed(other);
    if entries.keys().any(|path| path.starts_with("register/")) {
        return None;
    }
    let other_clue = history.clue(other)?;
    let untouched =
        (index..other).all(|between| history.clue(between).as_ref() != Some(&other_clue));
    if !untouched {
        return None;
    }
    let base = &history.commits[index - 1];
    let mut side = history.commits[other].clone();
    side.tree = base.tree.clone();
    let mut merged = history.commits[index].clone();
    for (path, entry) in entries {
        for tree in [&mut side.tree, &mut merged.tree] {
            match entry {
                Some(entry) => tree.insert(path.clone(), entry),
                None => tree.remove(&path),
            };
        }
    }
    let side = write(repository, &side, Some(history.ids[index - 1]));
    merged.message = "Merge branch 'side'\n".to_owned();
    merged.committed = history.commits[other].committed + 60;
    merged.author.2 = merged.committed;
    Some((history.ids[index], side, merged))
}

#[test]
fn what_hides_in_a_merge_is_found() {
    let history = History::played();
    let demo = history.folder.path().join("demo");
    let repository = history.repository();
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for index in (5..history.commits.len() - 6).step_by(5) {
        let Some((one, other, merged)) = branches(&history, &repository, index) else {
            continue;
        };
        let parent = history.ids[index - 1];
        let audit_of = |commit: &Commit| {
            let id = write_with(&repository, commit, &[one, other]);
            let found = judge(&demo, id, Some(parent));
            let own = found.iter().filter(|finding| {
                finding.commit.map(|own| own.to_string()) == Some(id.to_string())
            });
            let own: Vec<&str> = own.map(|finding| finding.diagnostic.code.name()).collect();
            (
                own.iter()
                    .map(|code| (*code).to_owned())
                    .collect::<Vec<_>>(),
                found.len(),
            )
        };
        let (own, all) = audit_of(&merged);
        assert_eq!(
            (own.len(), all),
            (0, 0),
            "an honest merge at {index}: {own:?}"
        );
        let folder = history.clue(index).expect("a clue");
        let card = format!("{folder}/clue.yaml");
        let mut expect = |class: &'static str, commit: Option<Commit>, codes: &[&str]| {
            let Some(commit) = commit else { return };
            let (own, _) = audit_of(&commit);
            assert!(
                own.iter().any(|code| codes.contains(&code.as_str())),
                "{class} at {index}: {own:?}"
            );
            *told.entry(class).or_default() += 1;
        };
        let edit = |path: &str, change: &dyn Fn(&str) -> Option<String>| {
            edited(&history, &repository, &merged, path, change)
        };
        expect(
            "a title changed",
            edit(&card, &|text| set_field(text, "title", "合并时改的")),
            &["history-merge"],
        );
        expect(
            "a step taken",
            edit(&card, &|text| {
                Some(text.replacen("\ntrail:\n", "\ntrail:\n  - step: archive\n    at: 2026-11-20T10:00:00+08:00\n    by: wang-fang\n    from: fed-back\n    to: archived\n", 1))
            }),
            &["history-steps"],
        );
        let mut dropped = merged.clone();
        dropped.tree.retain(|path, _| !path.starts_with(&folder));
        for (path, entry) in &history.commits[index - 1].tree {
            if path.starts_with(&folder) {
                dropped.tree.insert(path.clone(), *entry);
            }
        }
        expect(
            "one side's step dropped",
            Some(dropped),
            &[
                "history-trail",
                "history-merge",
                "history-deletion",
                "history-entry",
            ],
        );
        let text = history
            .text(&repository, &merged.tree, &card)
            .unwrap_or_default();
        if text.contains("collection.yaml: ") {
            let path = format!("{folder}/collection.yaml");
            expect(
                "a sealed record changed",
                edit(&path, &|text| Some(format!("{text}\n"))),
                &["seal-broken"],
            );
        }
        let mut ruled = merged.clone();
        ruled.author.0 = "蒋涛".to_owned();
        ruled.author.1 = "jiang.tao@huayuan-machinery.example".to_owned();
        let ruled = edited(&history, &repository, &ruled, "workflow.yaml", &|text| {
            Some(format!("{text}# x\n"))
        });
        expect("the rulebook changed", ruled, &["history-authority"]);
        let mut stray = merged.clone();
        stray.tree.insert(
            "clues/x.txt".to_owned(),
            (0o100_644, repository.blob(b"x").expect("a blob")),
        );
        expect(
            "a file that belongs nowhere",
            Some(stray),
            &["history-file"],
        );
    }
    assert!(
        told.len() == 6 && told.values().all(|count| *count >= 2),
        "{told:?}"
    );
}

#[test]
fn a_merge_of_three_is_judged_like_one_of_two() {
    let history = History::played();
    let demo = history.folder.path().join("demo");
    let repository = history.repository();
    let (mut judged, mut hidden) = (0, 0);
    for index in (5..history.commits.len() - 8).step_by(3) {
        // Three commits that follow each other, each of another clue, side by side instead.
        let clues: Vec<Option<String>> = (index..index + 3).map(|one| history.clue(one)).collect();
        let apart = clues.iter().all(Option::is_some)
            && clues[0] != clues[1]
            && clues[1] != clues[2]
            && clues[0] != clues[2];
        let registers = (index..index + 3).any(|one| {
            let changed = history.changed(one);
            changed.keys().any(|path| path.starts_with("register/"))
        });
        if !apart || registers {
            continue;
        }
        let base = history.ids[index - 1];
        let mut merged = history.commits[index + 2].clone();
        let mut sides = Vec::new();
        for one in index..index + 3 {
            let mut side = history.commits[one].clone();
            side.tree = history.commits[index - 1].tree.clone();
            for (path, entry) in history.changed(one) {
                match entry {
                    Some(entry) => side.tree.insert(path, entry),
                    None => side.tree.remove(&path),
                };
            }
            sides.push(write(&repository, &side, Some(base)));
        }
        merged.message = "Merge branches 'one' and 'other'\n".to_owned();
        merged.committed += 60;
        merged.author.2 = merged.committed;
        let audit_of = |commit: &Commit| {
            let id = write_with(&repository, commit, &sides);
            let found = judge(&demo, id, Some(base));
            found
                .into_iter()
                .map(|one| {
                    let own = one.commit.map(|own| own.to_string()) == Some(id.to_string());
                    (own, one.diagnostic.code.name(), one.diagnostic.message.en)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(audit_of(&merged), [], "an honest merge of three at {index}");
        judged += 1;
        for clue in clues.iter().flatten() {
            let card = format!("{clue}/clue.yaml");
            let tampered = edited(&history, &repository, &merged, &card, &|text| {
                set_field(text, "title", "合并时改的")
            });
            let Some(tampered) = tampered else { continue };
            let found = audit_of(&tampered);
            assert!(
                found.iter().all(|(own, ..)| *own)
                    && found.iter().any(|(_, code, _)| *code == "history-merge"),
                "a title changed in a merge of three at {index}: {found:?}"
            );
            hidden += 1;
        }
        if judged == 4 {
            break;
        }
    }
    assert!(
        judged >= 2 && hidden >= 4,
        "{judged} merges, {hidden} changes"
    );
}

#[test]
fn a_history_that_is_joined_from_elsewhere_is_found() {
    let history = History::played();
    let demo = history.folder.path().join("demo");
    let repository = history.repository();
    // The same clues, all at once, by whoever says so: a history of its own, merged into the real one.
    let place = 40;
    let mut foreign = history.commits[place + 10].clone();
    foreign.author.0 = STRANGER.0.to_owned();
    foreign.message = "import\n".to_owned();
    let root = write(&repository, &foreign, None);
    let mut merged = foreign.clone();
    merged.author = history.commits[place].author.clone();
    merged.author.2 = foreign.committed + 60;
    merged.committed = foreign.committed + 60;
    let merge = write_with(&repository, &merged, &[history.ids[place], root]);
    let found = judge(&demo, merge, Some(history.ids[place]));
    let of_root = found
        .iter()
        .filter(|finding| finding.commit.map(|id| id.to_string()) == Some(root.to_string()))
        .any(|finding| finding.diagnostic.code.name() == "history-merge");
    assert!(of_root, "{found:#?}");
    // And the beginning of the real history is none of that.
    let clean = judge(&demo, history.ids[place], None);
    assert!(clean.is_empty(), "{clean:#?}");
}
