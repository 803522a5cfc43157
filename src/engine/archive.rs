//! Archiving: the step that closes a dossier, with its archive package; and a package that was lost, made again.
//! The package is whole before the step is published, and is put in its place afterwards.

mod contents;
mod place;
mod refusal;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use crate::archive::{self, Bag};
use crate::case::Case;
use crate::change::Changes;
use crate::check::entry_name;
use crate::commit::PublishError;
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::engine::archive::contents::Dossier;
use crate::engine::archive::refusal::{not_again, not_in_history, uncommitted, unnumbered};
use crate::engine::history::History;
use crate::engine::{Engine, Failure};
use crate::files::{Files, TreeFiles};
use crate::git::{Environment, ObjectId, Repository};
use crate::paper::Press;
use crate::text::{Bilingual, Language};
use crate::time::Timestamp;
use crate::workflow::{Actor, Command, Decision, Desk, decide};
use crate::yaml;

/// The record that names a clue's archive package.
const RECORD: &str = "archive";
/// Its path below the clue's folder.
const FILE: &str = "archive.yaml";
/// What the record says of the program that made the package.
const PROGRAM: &str = concat!("clue ", env!("CARGO_PKG_VERSION"));
/// How often archiving is begun anew when somebody else was faster.
const RETRIES: usize = 5;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveRequest<'a> {
    /// The clue: id, register number, or a path into its folder.
    pub clue: &'a str,
    /// The folder that the package is put into, outside of the repository.
    pub into: &'a Path,
    /// A folder of fonts that go before all others.
    pub fonts: Option<&'a Path>,
}

/// A dossier that was archived.
#[derive(Debug)]
pub struct Archived {
    /// The step's commit; none where the package had been recorded before and was made again.
    pub commit: Option<String>,
    pub id: String,
    /// Whether the clue was archived before, and only its package is new.
    pub was_archived: bool,
    pub archive_number: String,
    /// Class of retention, and the last day of the period; none where it has no end.
    pub retention: Option<String>,
    pub until: Option<String>,
    /// Where the package lies.
    pub folder: PathBuf,
    /// The folder that was made for it; none where it was there.
    pub made_folder: Option<PathBuf>,
    /// The SHA-256 that stands for the whole package.
    pub digest: String,
    pub files: usize,
    pub bytes: u64,
    /// Characters without a font, and the like.
    pub findings: Vec<Diagnostic>,
}

/// A commit, the clue as it stands there, and who decides what on it.
struct Stage<'a> {
    repository: &'a Repository,
    commit: ObjectId,
    files: TreeFiles,
    case: Case,
    command: Command,
    actor: Actor,
}

/// A package in the making.
struct Made {
    bag: Bag,
    archive_number: String,
    retention: Option<String>,
    until: Option<String>,
    findings: Vec<Diagnostic>,
}

impl Engine {
    /// Judges that nothing of a dossier is missing, makes its archive package, takes the step that archives it with the
    /// package's hash in the same commit, and puts the package into its folder (R1, R2, R3).
    ///
    /// A clue that was archived without a package gets one. A package that was recorded is made again from the same
    /// commit; where that does not give the same bytes any more, it is refused.
    pub fn archive(
        &self,
        request: ArchiveRequest<'_>,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Archived, Failure> {
        let mut result = self.archive_once(request, environment, now);
        for _ in 0..RETRIES {
            if !matches!(result, Err(Failure::Publish(PublishError::HeadMoved))) {
                break;
            }
            result = Self::open(&self.start)
                .and_then(|fresh| fresh.archive_once(request, environment, now));
        }
        result
    }

    fn archive_once(
        &self,
        request: ArchiveRequest<'_>,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Archived, Failure> {
        let into = place::folder(self.root(), &self.start.join(request.into))?;
        let present = self.readable(request.clue)?;
        let (press, mut findings) = self.press(request.fonts)?;
        if present.record(RECORD).is_some() && self.is_archived(&present) {
            let mut again = self.again(&present, &press, &into)?;
            again.findings.splice(0..0, findings);
            return Ok(again);
        }
        let hands = self.hands(environment, now)?;
        let commit = hands.head.commit().and_then(ObjectId::parse);
        let Some(commit) = commit else {
            return Err(uncommitted(&present.folder));
        };
        let history = History {
            repository: &hands.repository,
            commit: hands.head.commit(),
            prefix: hands.repository.prefix(self.root()),
        };
        self.as_committed(&history, &present)?;
        let stage = self.stage(&hands.repository, commit, &present, hands.actor.clone())?;
        let made = self.make(&stage, &press)?;
        findings.extend(made.findings);
        // With the package's hash in it, the step is decided once more: it seals the record.
        let text = record(&made.bag, &made.archive_number, commit);
        let path = format!("{}/{FILE}", present.folder);
        let mut decision = with_record(self, &stage, &path, &text)?;
        if !decision.changes.files().contains_key(&path) {
            decision.changes.write(&path, text);
        }
        let name = entry_name(&made.archive_number);
        let prepared = place::prepare(&into, &name, &made.bag.files)?;
        let published = match self.publish_step(hands, &present, decision) {
            Ok(published) => published,
            Err(failure) => {
                prepared.discard();
                return Err(failure);
            }
        };
        let made_folder = prepared.made.clone();
        let folder = prepared.publish()?;
        Ok(Archived {
            made_folder,
            commit: Some(published.commit),
            was_archived: published.decision.archive_number.is_none(),
            id: published.decision.id,
            archive_number: made.archive_number,
            retention: made.retention,
            until: made.until,
            folder,
            digest: made.bag.digest,
            files: made.bag.count,
            bytes: made.bag.bytes,
            findings,
        })
    }

    /// Makes a package that was recorded once more, from the commit and by the step that it was made by.
    fn again(
        &self,
        present: &Case,
        press: &Press,
        into: &place::Into,
    ) -> Result<Archived, Failure> {
        let number = present.card.as_ref();
        let number = number.and_then(|card| card.archive_number.as_deref());
        let target = number.map(|number| (number, into.target(&entry_name(number))));
        if let Some((number, target)) = target.filter(|(_, at)| at.symlink_metadata().is_ok()) {
            return Err(Failure::Refused {
                message: Bilingual::new(
                    format!(
                        "{} is archived already, as {number}; its package is {}",
                        present.id,
                        target.display()
                    ),
                    format!(
                        "{} 已经归档，档号 {number}；信息包在 {}",
                        present.id,
                        target.display()
                    ),
                ),
                remedy: Bilingual::new(
                    "clue verify tells whether the package is whole; to make it once more, name another folder",
                    "可用 clue verify 核对信息包；需要重新生成的，请指定其他目录",
                ),
            });
        }
        let repository = self.repository()?;
        let record = present.record(RECORD);
        let field = |pointer: &str| record.and_then(|record| record.text_at(pointer));
        let (commit, digest) = (field("/commit"), field("/sha256").unwrap_or_default());
        let (by, at) = (field("/recorded/by"), field("/recorded/at"));
        let commit = commit.and_then(ObjectId::parse);
        let parts = commit.zip(by).zip(at.and_then(Timestamp::parse));
        let Some(((commit, by), at)) = parts else {
            return Err(not_again(present, "archive.yaml", "archive.yaml"));
        };
        // Of a history that was written anew the commit is not a part, whether its objects are still there or not.
        let head = repository.head()?;
        let head = head.commit().and_then(ObjectId::parse);
        let stands = head.map(|head| repository.is_ancestor(commit, head));
        if !stands.transpose()?.unwrap_or_default() {
            return Err(not_in_history(present, commit, repository.is_shallow()));
        }
        let actor = Actor {
            person: by.to_owned(),
            at,
        };
        let stage = self.stage(&repository, commit, present, actor)?;
        let made = self.make(&stage, press)?;
        if made.bag.digest != digest {
            return Err(not_again(
                present,
                "the rulebook, the templates, the fonts or the program",
                "规则书、模板、字体或程序",
            ));
        }
        let name = entry_name(&made.archive_number);
        let prepared = place::prepare(into, &name, &made.bag.files)?;
        let made_folder = prepared.made.clone();
        let folder = prepared.publish()?;
        Ok(Archived {
            made_folder,
            commit: None,
            was_archived: true,
            id: present.id.clone(),
            archive_number: made.archive_number,
            retention: made.retention,
            until: made.until,
            folder,
            digest: made.bag.digest,
            files: made.bag.count,
            bytes: made.bag.bytes,
            findings: made.findings,
        })
    }

    /// The clue as a commit has it, with the step that records its package from there.
    fn stage<'a>(
        &self,
        repository: &'a Repository,
        commit: ObjectId,
        present: &Case,
        actor: Actor,
    ) -> Result<Stage<'a>, Failure> {
        let tree = repository.commit_facts(commit)?.tree;
        let shared = Arc::new(Mutex::new(repository.again()?));
        let files = TreeFiles::of_tree(shared, Some(tree), &repository.prefix(self.root()))?;
        let (case, found) = Case::load(&files, self.world(), &present.folder);
        if any_error(&found) || case.card.is_none() {
            return Err(Failure::Findings(found));
        }
        let steps = self.world().rulebook.steps.iter();
        let mut steps = steps.filter(|(_, step)| step.writes(RECORD));
        let step = steps.find(|(_, step)| step.from.iter().any(|from| from == case.state()));
        let Some((step, _)) = step else {
            return Err(self.not_yet(&case));
        };
        let command = Command {
            step: step.clone(),
            ..Command::default()
        };
        Ok(Stage {
            repository,
            commit,
            files,
            case,
            command,
            actor,
        })
    }

    /// Makes the package of a clue as its step would leave it.
    fn make(&self, stage: &Stage<'_>, press: &Press) -> Result<Made, Failure> {
        // A clue that is archived already is not taken through the step: without a package there is nothing to record.
        let archives = self.world().rulebook.steps.get(&stage.command.step);
        let archives = archives.is_some_and(|step| step.archives);
        // The record of an earlier package, of a dossier that was reopened since, is no part of this one's documents.
        let mut bare = Changes::default();
        bare.remove(format!("{}/{FILE}", stage.case.folder));
        let bare = bare.over(&stage.files);
        let changes = if archives {
            decided(self, stage, &bare)?.changes
        } else {
            Changes::default()
        };
        let overlay = changes.over(&bare);
        let (stood, found) = Case::load(&overlay, self.world(), &stage.case.folder);
        if any_error(&found) {
            return Err(Failure::Findings(found));
        }
        let field = |key: &str| {
            let card = stood.card_record.as_ref();
            card.and_then(|card| card.text_at(&format!("/{key}")).map(str::to_owned))
        };
        let Some(archive_number) = field("archive_number") else {
            return Err(unnumbered(&stood));
        };
        let dossier = Dossier {
            engine: self,
            stage,
            stood: &stood,
            press,
            archive_number: &archive_number,
        };
        let (bag, findings) = dossier.bag()?;
        Ok(Made {
            bag,
            retention: field("retention"),
            until: field("retention_until"),
            archive_number,
            findings,
        })
    }

    fn is_archived(&self, case: &Case) -> bool {
        let steps = self.world().rulebook.steps.values();
        let mut archiving = steps.filter(|step| step.archives);
        archiving.any(|step| step.targets().contains(&case.state()))
    }

    /// Refuses a clue whose files are not as they were committed: the package holds what history holds.
    fn as_committed(&self, history: &History<'_>, present: &Case) -> Result<(), Failure> {
        let passing = |path: &str| crate::files::is_passing(crate::files::file_name(path));
        // Templates and calendars too: by them the documents are drawn.
        for folder in [&*present.folder, "templates", "calendar"] {
            let committed = history.below(folder)?;
            let there = self.files().walk(folder).unwrap_or_default();
            let mut there = there.into_iter().map(|(path, _)| path);
            if let Some(strange) = there.find(|path| !committed.contains(path) && !passing(path)) {
                return Err(uncommitted(&strange));
            }
            for path in committed {
                if !history.is_as_committed(self.files(), &path)? {
                    return Err(uncommitted(&path));
                }
            }
        }
        Ok(())
    }

    fn not_yet(&self, case: &Case) -> Failure {
        let rulebook = &self.world().rulebook;
        let state = Bilingual::new(
            rulebook.label("state", case.state(), Language::En),
            rulebook.named_zh("state", case.state()),
        );
        let place = case.card_record.as_ref();
        let place = place.map_or_else(|| Place::file(&case.folder), |card| card.place("/state"));
        let is_final = rulebook.states.get(case.state());
        let remedy = if is_final.is_some_and(|state| state.is_final) {
            Bilingual::new(
                "only a clue that went its whole way is archived",
                "只有办理完毕的线索才归档",
            )
        } else {
            Bilingual::new(
                format!("clue next {} shows what is missing", case.id),
                format!("clue next {} 可查看还缺什么", case.id),
            )
        };
        Failure::Findings(vec![
            Diagnostic::new(
                Code::StepState,
                place,
                format!("a clue that is {} is not archived", state.en),
                format!("处于{}状态的线索不能归档", state.zh),
            )
            .remedy(remedy.en, remedy.zh)
            .procedure("R1"),
        ])
    }
}

fn decided(engine: &Engine, stage: &Stage<'_>, files: &dyn Files) -> Result<Decision, Failure> {
    let desk = Desk {
        files,
        ..engine.desk()
    };
    let (case, _) = Case::load(files, engine.world(), &stage.case.folder);
    decide(&desk, &case, &stage.command, &stage.actor).map_err(Failure::Findings)
}

/// The step with the record of its package in the clue's folder.
fn with_record(
    engine: &Engine,
    stage: &Stage<'_>,
    path: &str,
    text: &str,
) -> Result<Decision, Failure> {
    let mut changes = Changes::default();
    changes.write(path, text);
    decided(engine, stage, &changes.over(&stage.files))
}

/// `archive.yaml`, as it is before the step says who recorded it.
fn record(bag: &Bag, archive_number: &str, commit: ObjectId) -> String {
    let mut value = Map::new();
    value.insert("archive_number".to_owned(), json!(archive_number));
    value.insert("sha256".to_owned(), json!(bag.digest));
    value.insert("files".to_owned(), json!(bag.count));
    value.insert("bytes".to_owned(), json!(bag.bytes));
    value.insert("commit".to_owned(), json!(commit.to_string()));
    value.insert("program".to_owned(), json!(PROGRAM));
    value.insert("recorded".to_owned(), Value::Null);
    format!(
        "# yaml-language-server: $schema=../../../../schema/archive.schema.json\n# sha256: {} · sha256sum {}\n{}",
        "clue verify PACKAGE --expect SHA256",
        archive::DIGEST_FILE,
        yaml::to_yaml(&Value::Object(value), 0)
    )
}
