//! Stories: what the people of a sample organisation did with their clues, played through the real engine.
//! It takes no step by itself: each act is drafted, filled in and advanced just as a person would do it.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use crate::builtin;
use crate::case::folder_of;
use crate::diagnostic::any_error;
use crate::engine::{Engine, Failure, SampleRequest, SupervisionRequest, find_root, init};
use crate::files::{Files, file_name};
use crate::git::{Environment, Repository};
use crate::markdown;
use crate::text::Bilingual;
use crate::time::Timestamp;
use crate::workflow::{Actor, Command, DraftRequest};
use crate::yaml;

/// Where a repository keeps documents that can be made again at any time; git is told to ignore it.
pub const DOCUMENTS: &str = "documents";

/// One clue's story.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    id: String,
    acts: Vec<Act>,
}

/// What one person did at one moment; without a step it only writes files, which the clue's next step commits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Act {
    at: String,
    by: String,
    /// The collection form, at the beginning.
    form: Option<Value>,
    /// Files put into `attachments/`, by name.
    #[serde(default)]
    attach: BTreeMap<String, String>,
    draft: Option<Draft>,
    supervise: Option<Supervise>,
    /// Text under each heading of a report, by the report's path and the heading.
    #[serde(default)]
    sections: IndexMap<String, IndexMap<String, String>>,
    /// Fields of records, by `RECORD.FIELD`, as `clue advance --set` takes them.
    #[serde(default)]
    set: IndexMap<String, Value>,
    step: Option<String>,
    department: Option<String>,
    record: Option<String>,
    entry: Option<usize>,
    deadline: Option<String>,
    extension: Option<u32>,
    reason: Option<String>,
    /// Of a handling entry.
    r#type: Option<String>,
    /// Of a handling entry.
    with: Option<String>,
}

/// A record drafted by hand, as `clue draft` does it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    record: String,
    department: Option<String>,
    purpose: Option<String>,
}

/// A supervision record drafted by the supervisor, as `clue supervise` does it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Supervise {
    r#type: String,
    /// The sample that drew the clue.
    sample: Option<Sample>,
    conforms: bool,
    reasonable: bool,
    #[serde(default)]
    findings: Vec<Finding>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    from: NaiveDate,
    to: NaiveDate,
    size: usize,
    #[serde(default)]
    states: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    department: String,
    text: String,
}

/// What was played.
pub struct Played {
    /// Ids of the clues, in the order of ids.
    pub clues: Vec<String>,
    /// Commits made.
    pub steps: usize,
}

/// Plays every story, in the order of time, into a new git repository in a folder that is empty or not there.
///
/// `progress` is told how many of how many acts are done.
pub fn play(folder: &Path, progress: &dyn Fn(usize, usize)) -> Result<Played, Failure> {
    let mut entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
            std::fs::read_dir(folder).map_err(|error| failed(folder, &error))?
        }
        Err(error) => return Err(failed(folder, &error)),
    };
    if entries.next().is_some() {
        let shown = folder.display();
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!("{shown} is not empty, and the demonstration begins in a new folder"),
                format!("{shown} 不是空目录，演示须在新目录中进行"),
            ),
            remedy: Some(Bilingual::new(
                "name another folder, or delete this one",
                "请换一个目录，或先删除它",
            )),
        });
    }
    if let Some(root) = find_root(folder) {
        let _ = std::fs::remove_dir(folder);
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!(
                    "{} is a clue repository; the demonstration has one of its own",
                    root.display()
                ),
                format!("{} 已经是线索仓库，演示须另建仓库", root.display()),
            ),
            remedy: Some(Bilingual::new(
                "name a folder outside it",
                "请指定仓库以外的目录",
            )),
        });
    }
    let organisation = text_of("organisation.yaml")?;
    let mut acts = acts()?;
    acts.sort_by_key(|(_, act)| Timestamp::parse(&act.at).map(Timestamp::seconds));
    // Its own repository, also where the folder lies inside another one.
    Repository::init(folder)?;
    let begin = Timestamp::parse(BEGIN).ok_or_else(|| broken("its first day"))?;
    let founder = identity(FOUNDER.0, FOUNDER.1, BEGIN);
    init(folder, &organisation, None, &founder, begin)?;
    let engine = Engine::open(folder)?;
    let mut pending: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    let mut steps = 1;
    for (done, (id, act)) in acts.iter().enumerate() {
        progress(done, acts.len());
        steps += usize::from(perform(
            &engine,
            id,
            act,
            pending.entry(id.clone()).or_default(),
        )?);
    }
    progress(acts.len(), acts.len());
    let mut clues: Vec<String> = pending.into_keys().collect();
    clues.sort();
    Ok(Played { clues, steps })
}

/// When the sample organisation began its repository, and who did it.
const BEGIN: &str = "2026-01-05T09:00:00+08:00";
/// Name and address of whoever made the sample repository, its officer.
pub const FOUNDER: (&str, &str) = ("李伟", "li.wei@huayuan-machinery.example");

fn perform(
    engine: &Engine,
    id: &str,
    act: &Act,
    pending: &mut Vec<(String, Value)>,
) -> Result<bool, Failure> {
    let at = Timestamp::parse(&act.at).ok_or_else(|| broken(&act.at))?;
    let people = &engine.world().organisation.people;
    let person = people.get(&act.by).ok_or_else(|| broken(&act.by))?;
    let environment = identity(&person.name, person.email.first(), &act.at);
    let actor = Actor {
        person: act.by.clone(),
        at,
    };
    if let Some(form) = &act.form {
        engine.begin(form, Some(id), &actor)?;
    }
    let folder = engine.root().join(folder_of(id).ok_or_else(|| broken(id))?);
    for (name, text) in &act.attach {
        let path = folder.join("attachments").join(name);
        std::fs::create_dir_all(folder.join("attachments"))
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| failed(&path, &error))?;
    }
    if let Some(draft) = &act.draft {
        let request = DraftRequest {
            record: draft.record.clone(),
            department: draft.department.clone(),
            purpose: draft.purpose.clone(),
            date: None,
        };
        engine.draft(id, &request, &environment, at)?;
    }
    if let Some(supervise) = &act.supervise {
        let sample = supervise.sample.as_ref().map(|sample| SampleRequest {
            from: sample.from,
            to: sample.to,
            size: sample.size,
            states: sample.states.clone(),
            commit: None,
        });
        let findings = supervise.findings.iter();
        let request = SupervisionRequest {
            kind: supervise.r#type.clone(),
            sample,
            conforms: Some(supervise.conforms),
            reasonable: Some(supervise.reasonable),
            findings: findings
                .map(|finding| (finding.department.clone(), finding.text.clone()))
                .collect(),
            due: None,
        };
        engine.supervise(id, &request, &environment, at)?;
    }
    for (inner, sections) in &act.sections {
        let path = folder.join(inner);
        let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
        std::fs::write(&path, with_sections(&text, sections)?)
            .map_err(|error| failed(&path, &error))?;
    }
    pending.extend(
        act.set
            .iter()
            .map(|(field, value)| (field.clone(), value.clone())),
    );
    let Some(step) = &act.step else {
        return Ok(false);
    };
    let command = Command {
        step: step.clone(),
        department: act.department.clone(),
        reason: act.reason.clone(),
        sets: std::mem::take(pending),
        entry_type: act.r#type.clone(),
        with: act.with.clone(),
        against: None,
        record: act.record.clone(),
        entry: act.entry,
        deadline: act.deadline.clone(),
        extension: act.extension,
    };
    engine.advance(id, &command, &environment, at)?;
    Ok(true)
}

/// Writes text under headings of a report, in the place of what stands there.
fn with_sections(text: &str, sections: &IndexMap<String, String>) -> Result<String, Failure> {
    let mut text = text.to_owned();
    for (title, words) in sections {
        let (report, _) = markdown::cut("", &text);
        let body = report
            .as_ref()
            .and_then(|report| {
                report
                    .sections
                    .iter()
                    .find(|section| section.title == *title)
            })
            .map(|section| section.body)
            .ok_or_else(|| broken(title))?;
        let last = text[body.end..].is_empty();
        let end = if last { "\n" } else { "\n\n" };
        text.replace_range(body.range(), &format!("\n{}{end}", words.trim()));
    }
    Ok(text)
}

/// Every act of every story, with the clue's id.
fn acts() -> Result<Vec<(String, Act)>, Failure> {
    let mut acts = Vec::new();
    let entries = builtin::sample().list("stories").unwrap_or_default();
    for entry in entries {
        let path = format!("stories/{}", entry.name);
        let bytes = text_of(&path)?;
        let (document, found) = yaml::parse(&path, bytes.as_bytes());
        let document = document
            .filter(|_| !any_error(&found))
            .ok_or(Failure::Findings(found))?;
        let story: Story = serde_json::from_value(document.root.to_json())
            .map_err(|error| broken(&format!("{}: {error}", file_name(&path))))?;
        acts.extend(story.acts.into_iter().map(|act| (story.id.clone(), act)));
    }
    Ok(acts)
}

fn text_of(path: &str) -> Result<String, Failure> {
    let bytes = builtin::sample().read(path, u64::MAX - 1).ok().flatten();
    bytes
        .and_then(|bytes| String::from_utf8(bytes.to_vec()).ok())
        .ok_or_else(|| broken(path))
}

fn identity(name: &str, email: &str, at: &str) -> Environment {
    let (name, email, at) = (
        Some(name.to_owned()),
        Some(email.to_owned()),
        Some(at.to_owned()),
    );
    Environment {
        author_name: name.clone(),
        author_email: email.clone(),
        author_date: at.clone(),
        committer_name: name,
        committer_email: email,
        committer_date: at,
        // The people of the stories have no keys, whatever the user's own git is set to.
        configuration: vec![("commit.gpgsign".to_owned(), "false".to_owned())],
        ..Environment::default()
    }
}

/// A story that the program brings with it is at fault; a test plays them all, so nobody should ever see this.
fn broken(what: &str) -> Failure {
    Failure::Environment {
        message: Bilingual::new(
            format!("the demonstration's story is broken: {what}"),
            format!("演示内容有误：{what}"),
        ),
        remedy: None,
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::of_system(path, error)
}
