//! THE order: load, check, decide, change, check again, commit. Everything that changes a repository goes through here.
//! It never prints, and never reads environment or clock: the caller brings both.

mod documents;
mod history;
mod intake;
mod setup;
mod statistics;
mod supervision;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use history::History;
pub use intake::{Collected, Intake, Judge};
pub use setup::init;
pub use supervision::{SampleRequest, SupervisionRequest};

use crate::builtin;
use crate::case::{Case, ID_LETTERS, folder_of, id_of, is_id};
use crate::change::Changes;
use crate::check::{check_all, clue_folders, entry_path};
use crate::clock::{Clock, clocks};
use crate::commit::{Publication, PublishError, recover};
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::files::{DiskFiles, Files, below};
use crate::git::{Environment, GitError, Head, Repository};
use crate::template::Templates;
use crate::text::Bilingual;
use crate::time::Timestamp;
use crate::workflow::{
    Actor, Command, Decision, Desk, DraftRequest, Possibility, decide, draft, draft_context,
    options,
};
use crate::world::World;

/// How often a step is decided anew when somebody else was faster.
const RETRIES: usize = 20;
/// How far a step may lie ahead of the clock, in seconds: clocks differ, and a later step could not be taken before it.
const AHEAD: i64 = 24 * 60 * 60;
/// How long a step waits for another process.
const WAIT: Duration = Duration::from_secs(5);

/// Why the engine did not do what it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// Findings forbid it, or are the answer.
    Findings(Vec<Diagnostic>),
    /// Something outside the procedure: no repository, no identity, no permission.
    Environment {
        message: Bilingual,
        remedy: Option<Bilingual>,
    },
    /// What was asked for cannot be understood.
    Usage {
        message: Bilingual,
        remedy: Option<Bilingual>,
    },
    /// The change could not be published.
    Publish(PublishError),
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        Self::Environment {
            message: error.message(),
            remedy: error.remedy(),
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        Self::Publish(error)
    }
}

fn environment(en: impl Into<String>, zh: impl Into<String>) -> Failure {
    Failure::Environment {
        message: Bilingual::new(en, zh),
        remedy: None,
    }
}

/// A clue repository on the disk.
pub struct Engine {
    root: PathBuf,
    /// Where the caller stands: relative paths are meant from here.
    start: PathBuf,
    files: DiskFiles,
    world: World,
    templates: Templates,
    /// What is wrong with organisation and rulebook, short of making them unusable.
    pub findings: Vec<Diagnostic>,
}

/// What was published.
pub struct Published {
    pub commit: String,
    pub decision: Decision,
}

/// Finds the clue repository that a folder belongs to: the nearest folder with a `workflow.yaml` or `organisation.yaml`.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    let start = start.canonicalize().ok()?;
    start
        .ancestors()
        .find(|folder| {
            folder.join("workflow.yaml").is_file() || folder.join("organisation.yaml").is_file()
        })
        .map(Path::to_owned)
}

/// The folder's files. Where git was told that modes mean nothing here, they mean nothing to the check either.
fn disk(root: &Path) -> DiskFiles {
    let modes = Repository::discover(root)
        .ok()
        .flatten()
        .is_none_or(|repository| repository.trusts_modes());
    DiskFiles::new(root).with_modes(modes)
}

impl Engine {
    /// Opens the repository that a folder belongs to.
    pub fn open(start: &Path) -> Result<Self, Failure> {
        let Some(root) = find_root(start) else {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    format!("{} is in no clue repository", start.display()),
                    format!("{} 不在线索仓库中", start.display()),
                ),
                remedy: Some(Bilingual::new(
                    "clue init makes one here",
                    "可用 clue init 在此建立",
                )),
            });
        };
        let files = disk(&root);
        let (world, findings) = World::load(&files, builtin::files());
        let Some(world) = world else {
            return Err(Failure::Findings(findings));
        };
        let templates = Templates::new(&files, builtin::files(), crate::markdown::to_html);
        Ok(Self {
            root,
            start: start.to_owned(),
            files,
            world,
            templates,
            findings,
        })
    }

    /// The repository's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Organisation, rulebook and schemas.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The templates of records and documents.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// The files as they lie on the disk.
    pub fn files(&self) -> &DiskFiles {
        &self.files
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            files: &self.files,
            world: &self.world,
            templates: &self.templates,
        }
    }

    /// Judges the whole folder, or only some clues of it.
    ///
    /// A step that died while it was published is completed or put back first, if nobody holds the lock: else git's next
    /// commit could undo it, and nothing would have said so. Where that cannot be done, the folder is judged as it is.
    pub fn check(root: &Path, only: Option<&[String]>) -> Vec<Diagnostic> {
        if let Ok(Some(repository)) = Repository::discover(root) {
            let _ = recover(&repository, Duration::ZERO);
        }
        check_all(&disk(root), builtin::files(), only)
    }

    /// The folder of a clue, by id, register number, or a path into its folder.
    pub fn find(&self, name: &str) -> Result<String, Failure> {
        let unknown = || Failure::Usage {
            message: Bilingual::new(
                format!("there is no clue `{name}`"),
                format!("没有 `{name}` 这条线索"),
            ),
            remedy: Some(Bilingual::new(
                "clue list shows all clues",
                "clue list 可列出全部线索",
            )),
        };
        let id = if is_id(name) {
            name.to_owned()
        } else if let Some(bytes) =
            entry_path(name).and_then(|path| self.files.read(&path, 1_000).ok().flatten())
        {
            String::from_utf8_lossy(&bytes).trim().to_owned()
        } else {
            // A path into the clue's folder is what people have at hand, from where they stand or from the top.
            let inside = self
                .start
                .join(name)
                .canonicalize()
                .ok()
                .and_then(|full| full.strip_prefix(&self.root).map(Path::to_owned).ok());
            let inside = inside.map_or_else(
                || name.to_owned(),
                |inside| inside.to_string_lossy().replace('\\', "/"),
            );
            id_of(&inside).map(str::to_owned).ok_or_else(unknown)?
        };
        let folder = folder_of(&id).ok_or_else(unknown)?;
        match self.files.kind(&folder) {
            Ok(Some(_)) => Ok(folder),
            _ => Err(unknown()),
        }
    }

    /// Reads a clue.
    pub fn case(&self, name: &str) -> Result<(Case, Vec<Diagnostic>), Failure> {
        Ok(Case::load(&self.files, &self.world, &self.find(name)?))
    }

    /// The clocks of a clue, in the order of the rulebook.
    pub fn clocks(&self, case: &Case) -> Vec<Clock> {
        clocks(&self.world, case, &case.scope(&self.world)).0
    }

    /// What a function makes of each clue, in the order of ids; clues are read in parallel, and none is kept.
    pub fn each_case<T: Send>(&self, f: impl Fn(&Case, &[Diagnostic]) -> T + Sync) -> Vec<T> {
        use rayon::prelude::*;
        let (folders, _) = clue_folders(&self.files);
        folders
            .par_iter()
            .map(|folder| {
                let (case, found) = Case::load(&self.files, &self.world, folder);
                f(&case, &found)
            })
            .collect()
    }

    /// Every clue, in the order of ids.
    pub fn cases(&self) -> Vec<(Case, Vec<Diagnostic>)> {
        use rayon::prelude::*;
        let (folders, _) = clue_folders(&self.files);
        folders
            .par_iter()
            .map(|folder| Case::load(&self.files, &self.world, folder))
            .collect()
    }

    /// What can be done with a clue now.
    pub fn next(&self, name: &str, now: Timestamp) -> Result<(Case, Vec<Possibility>), Failure> {
        let (case, found) = self.case(name)?;
        if any_error(&found) {
            return Err(Failure::Findings(found));
        }
        let possible = options(&self.desk(), &case, now);
        Ok((case, possible))
    }

    /// Who acts: the git author, looked up in the organisation.
    pub fn actor(
        &self,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<
        (
            Repository,
            Actor,
            crate::git::Identity,
            crate::git::Identity,
        ),
        Failure,
    > {
        let repository = self.repository()?;
        recover(&repository, WAIT)?;
        let now = self
            .world
            .organisation
            .time_zone
            .parse()
            .map_or(now, |zone| now.in_zone(zone));
        let (author, committer) = repository.identities(environment, now)?;
        let Some(person) = self.world.organisation.person_by_email(&author.email) else {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    format!(
                        "{} <{}> is not in organisation.yaml",
                        author.name, author.email
                    ),
                    format!(
                        "organisation.yaml 中没有 {} <{}>",
                        author.name, author.email
                    ),
                ),
                remedy: Some(Bilingual::new(
                    "set git config user.email to your address there, or have yourself added",
                    "请把 git 的 user.email 设为其中登记的邮箱，或请人添加您",
                )),
            });
        };
        let people = self.world.organisation.people.iter();
        let mut others = people.filter(|(_, other)| other.email.contains(&author.email));
        if let (Some((one, _)), Some((other, _))) = (others.next(), others.next()) {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    format!(
                        "{one} and {other} have the same address in organisation.yaml: who acts cannot be told"
                    ),
                    format!("organisation.yaml 中 {one} 与 {other} 的邮箱相同，无法分辨办理人"),
                ),
                remedy: Some(Bilingual::new(
                    "give each an address of their own",
                    "请为两人分别登记各自的邮箱",
                )),
            });
        }
        if author.time.seconds() > now.seconds() + AHEAD {
            return Err(Failure::Environment {
                message: Bilingual::new(
                    format!("the step would be taken in the future: {}", author.time),
                    format!("办理时间在将来：{}", author.time),
                ),
                remedy: Some(Bilingual::new(
                    "look at the clock of this machine, or at GIT_AUTHOR_DATE",
                    "请检查本机时钟或 GIT_AUTHOR_DATE",
                )),
            });
        }
        let actor = Actor {
            person: person.to_owned(),
            at: author.time,
        };
        Ok((repository, actor, author, committer))
    }

    fn repository(&self) -> Result<Repository, Failure> {
        Repository::discover(&self.root)?.ok_or_else(|| Failure::Environment {
            message: Bilingual::new(
                "this folder is in no git repository",
                "此目录不在 git 仓库中",
            ),
            remedy: Some(Bilingual::new(
                "git init, then git add and git commit",
                "请先 git init，再 git add、git commit",
            )),
        })
    }

    /// Decides a step without publishing it.
    pub fn decide(
        &self,
        name: &str,
        command: &Command,
        actor: &Actor,
    ) -> Result<(Case, Decision), Failure> {
        let (case, found) = self.case(name)?;
        if any_error(&found) {
            return Err(Failure::Findings(found));
        }
        let decision = decide(&self.desk(), &case, command, actor).map_err(Failure::Findings)?;
        Ok((case, decision))
    }

    /// Takes a step: decides, judges the result, and publishes it as one commit.
    ///
    /// Where somebody else commits in between, the step is decided anew on what they left.
    pub fn advance(
        &self,
        name: &str,
        command: &Command,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Published, Failure> {
        let mut result = self.advance_once(name, command, environment, now);
        for _ in 0..RETRIES {
            if !matches!(result, Err(Failure::Publish(PublishError::HeadMoved))) {
                break;
            }
            result = Self::open(&self.start)
                .and_then(|fresh| fresh.advance_once(name, command, environment, now));
        }
        result
    }

    fn advance_once(
        &self,
        name: &str,
        command: &Command,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Published, Failure> {
        let (repository, actor, author, committer) = self.actor(environment, now)?;
        let head = repository.head()?;
        let history = History {
            repository: &repository,
            commit: head.commit(),
            prefix: repository.prefix(&self.root),
        };
        let (case, decision) = self.decide(name, command, &actor)?;
        let found = history.departures(&self.files, &case, &decision.changes)?;
        if !found.is_empty() {
            return Err(Failure::Findings(found));
        }
        let (changes, read) = self.of_clue(&history, &case, &decision.changes)?;
        let mut message = format!(
            "clue {}: {}\n\nClue-Id: {}\nClue-Step: {}\n",
            decision.id, decision.step, decision.id, decision.step
        );
        message.push_str(&format!(
            "Clue-From: {}\nClue-To: {}\n",
            decision.from, decision.to
        ));
        let commit = self.publish(&repository, head, changes, read, message, author, committer)?;
        Ok(Published { commit, decision })
    }

    /// All files of the clue as they will stand, and all as they were read: a step commits the clue's edited records
    /// too, and takes out those that are gone, so that the commit holds what was judged.
    #[expect(
        clippy::type_complexity,
        reason = "two maps of one kind, named at the only caller"
    )]
    fn of_clue(
        &self,
        history: &History<'_>,
        case: &Case,
        decided: &Changes,
    ) -> Result<
        (
            BTreeMap<String, Option<Arc<[u8]>>>,
            BTreeMap<String, Option<Arc<[u8]>>>,
        ),
        Failure,
    > {
        let mut read: BTreeMap<String, Option<Arc<[u8]>>> = BTreeMap::new();
        for record in case
            .card_record
            .iter()
            .chain(case.records.values().flatten())
        {
            read.insert(record.path.clone(), Some(Arc::clone(&record.bytes)));
        }
        let unreadable =
            |path: &str| environment(format!("{path} cannot be read"), format!("{path} 无法读取"));
        for name in &case.attachments {
            let path = format!("{}/attachments/{name}", case.folder);
            let bytes = self
                .files
                .read(&path, u64::MAX - 1)
                .map_err(|_| unreadable(&path))?;
            read.insert(path, bytes);
        }
        for path in history.below(&case.folder)? {
            if matches!(self.files.kind(&path), Ok(None)) {
                read.insert(path, None);
            }
        }
        let mut changes = read.clone();
        for (path, bytes) in decided.files() {
            if !read.contains_key(path) {
                let present = self
                    .files
                    .read(path, u64::MAX - 1)
                    .map_err(|_| unreadable(path))?;
                read.insert(path.clone(), present);
            }
            changes.insert(path.clone(), bytes.clone());
        }
        Ok((changes, read))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one private function that gathers a publication of its parts"
    )]
    fn publish(
        &self,
        repository: &Repository,
        head: Head,
        changes: BTreeMap<String, Option<Arc<[u8]>>>,
        read: BTreeMap<String, Option<Arc<[u8]>>>,
        message: String,
        author: crate::git::Identity,
        committer: crate::git::Identity,
    ) -> Result<String, Failure> {
        let prefix = repository.prefix(&self.root);
        let publication = Publication {
            changes: below(&prefix, changes),
            expected_on_disk: below(&prefix, read),
            expected_head: head,
            message,
            author,
            committer,
        };
        Ok(publication.publish(repository, WAIT)?)
    }

    /// Writes the draft of a record into the clue's folder; nothing is committed.
    pub fn draft(
        &self,
        name: &str,
        request: &DraftRequest,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<String, Failure> {
        let (_, actor, _, _) = self.actor(environment, now)?;
        let (case, found) = self.case(name)?;
        if case.card.is_none() && any_error(&found) {
            return Err(Failure::Findings(found));
        }
        let (path, text) =
            draft(&self.desk(), &case, request, &actor).map_err(Failure::Findings)?;
        write_new(&self.root.join(&path), text.as_bytes())?;
        Ok(path)
    }

    /// Begins a clue: writes its folder with a collection form. Gives the id; nothing is committed.
    pub fn begin(&self, form: &Value, id: Option<&str>, actor: &Actor) -> Result<String, Failure> {
        let id = match id {
            Some(id) => id.to_owned(),
            None => self.fresh_id(actor.at)?,
        };
        let folder = folder_of(&id).ok_or_else(|| {
            environment(
                format!("`{id}` is no clue id"),
                format!("`{id}` 不是线索标识"),
            )
        })?;
        let text = self.form(form, actor)?;
        write_new(
            &self.root.join(format!("{folder}/collection.yaml")),
            text.as_bytes(),
        )?;
        Ok(id)
    }

    /// Begins a clue with a form that somebody filled in elsewhere.
    pub fn begin_with(&self, text: &str, actor: &Actor) -> Result<String, Failure> {
        let id = self.fresh_id(actor.at)?;
        let folder = folder_of(&id).unwrap_or_default();
        write_new(
            &self.root.join(format!("{folder}/collection.yaml")),
            text.as_bytes(),
        )?;
        Ok(id)
    }

    /// The collection form's text, filled with what is known.
    pub fn form(&self, form: &Value, actor: &Actor) -> Result<String, Failure> {
        let template = self
            .world
            .rulebook
            .records
            .get("collection")
            .and_then(|record| record.template.clone());
        let template = template.unwrap_or_else(|| "records/collection.yaml".to_owned());
        let empty = Case {
            id: String::new(),
            folder: String::new(),
            card: None,
            card_record: None,
            records: BTreeMap::new(),
            attachments: Vec::new(),
            broken: false,
            unread: BTreeSet::new(),
        };
        let mut context = draft_context(&self.desk(), &empty, actor);
        let filled = context["collection"].as_object_mut();
        if let (Some(filled), Some(given)) = (filled, form.as_object()) {
            filled.insert("discovered_at".to_owned(), json!(actor.at.to_string()));
            filled.insert("collector".to_owned(), json!(actor.person));
            for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
                filled.insert(key.clone(), value.clone());
            }
        }
        self.templates
            .render(&template, &context)
            .map_err(|found| Failure::Findings(vec![found]))
    }

    /// An id that no clue has: the date, and random characters that do not look alike.
    fn fresh_id(&self, at: Timestamp) -> Result<String, Failure> {
        for length in [4, 4, 4, 6, 8] {
            let mut random = vec![0_u8; length];
            getrandom::fill(&mut random).map_err(|error| {
                environment(error.to_string(), format!("无法取得随机数：{error}"))
            })?;
            let letters: String = random
                .iter()
                .map(|byte| char::from(ID_LETTERS[usize::from(*byte) % ID_LETTERS.len()]))
                .collect();
            let id = format!("{}-{letters}", at.date().format("%Y%m%d"));
            let folder = folder_of(&id).unwrap_or_default();
            if matches!(self.files.kind(&folder), Ok(None)) {
                return Ok(id);
            }
        }
        Err(environment("no free id was found", "没有找到可用的标识"))
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write;
    let failed = |error: std::io::Error| {
        environment(
            format!("{}: {error}", path.display()),
            format!("{}：{error}", path.display()),
        )
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

/// The finding that stands for a path that was asked for and is not there.
pub fn no_such_path(path: &str) -> Diagnostic {
    Diagnostic::new(
        Code::FileUnreadable,
        Place::file(path),
        format!("{path} does not exist"),
        format!("{path} 不存在"),
    )
}
