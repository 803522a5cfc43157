//! Steps, from who acts to the commit: decided, judged against what history has, published as one commit.
//! A step that somebody else was faster than is decided anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::Case;
use crate::change::Changes;
use crate::commit::{Publication, PublishError, recover};
use crate::diagnostic::any_error;
use crate::engine::history::History;
use crate::engine::{Engine, Failure, Published, WAIT, environment};
use crate::files::{Files, below};
use crate::git::{Environment, Head, Repository};
use crate::text::Bilingual;
use crate::time::Timestamp;
use crate::workflow::{Actor, Command, Decision, Desk, decide};

/// How often a step is decided anew when somebody else was faster.
const RETRIES: usize = 20;

/// Who takes a step, and the commit that it is taken on.
pub(super) struct Hands {
    pub(super) repository: Repository,
    pub(super) head: Head,
    pub(super) actor: Actor,
    pub(super) author: crate::git::Identity,
    pub(super) committer: crate::git::Identity,
}

impl Engine {
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
        let mut repository = self.repository()?;
        recover(&repository, WAIT)?;
        let now = self
            .world
            .organisation
            .time_zone
            .parse()
            .map_or(now, |zone| now.in_zone(zone));
        let (author, committer) = repository.identities(environment, now)?;
        repository.sign_as_configured(environment);
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
        // As far as the clocks of different machines may differ, and no further: the audit would tell it for ever.
        let ahead = i64::from(self.world.rulebook.history.trail_minutes) * 60;
        if author.time.seconds() > now.seconds() + ahead {
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
        let other = command.against.as_ref();
        let other = other.map(|name| self.tree_of(name)).transpose()?;
        let desk = Desk {
            against: other.as_ref().map(|files| files as &dyn Files),
            ..self.desk()
        };
        let decision = decide(&desk, &case, command, actor).map_err(Failure::Findings)?;
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
        let hands = self.hands(environment, now)?;
        let (case, decision) = self.decide(name, command, &hands.actor)?;
        self.publish_step(hands, &case, decision)
    }

    /// Who takes a step, and on which commit.
    pub(super) fn hands(
        &self,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Hands, Failure> {
        let (repository, actor, author, committer) = self.actor(environment, now)?;
        let head = repository.head()?;
        Ok(Hands {
            repository,
            head,
            actor,
            author,
            committer,
        })
    }

    /// Publishes a decided step of a clue, which stands in the folder as `case`, as one commit.
    ///
    /// What the audit would say of it forbids it.
    pub(super) fn publish_step(
        &self,
        hands: Hands,
        case: &Case,
        decision: Decision,
    ) -> Result<Published, Failure> {
        let Hands {
            repository,
            head,
            actor,
            author,
            committer,
        } = hands;
        let history = History {
            repository: &repository,
            commit: head.commit(),
            prefix: repository.prefix(&self.root),
        };
        let mut found = history.departures(&self.files, case, &decision.changes)?;
        if found.is_empty() {
            found = history.crossing(
                &self.files,
                &self.world,
                &case.folder,
                &decision.changes,
                &actor,
            )?;
        }
        let removes = self.world.rulebook.steps.get(&decision.step);
        if removes.is_some_and(|step| step.removes.is_some()) {
            found.extend(history.uncommitted_below(&self.files, &case.folder)?);
        }
        found.extend(self.unsigned(&decision.step, &repository, &actor, &committer));
        if !found.is_empty() {
            return Err(Failure::Findings(found));
        }
        let (changes, read) = self.of_clue(&history, case, &decision.changes)?;
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
    pub(super) fn publish(
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
}
