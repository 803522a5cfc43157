//! Supervision: draws spot-check samples from a commit, and drafts supervision records that hold how they were drawn (S1-S3).
//! It commits nothing: the step `supervise` issues a record.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::builtin;
use crate::calendar::Pauses;
use crate::case::Case;
use crate::change::{Changes, set};
use crate::check::{check_case, clue_folders};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, any_error};
use crate::engine::drafts::write_new;
use crate::engine::{Engine, Failure};
use crate::files::TreeFiles;
use crate::git::{Environment, Repository};
use crate::rulebook::Deadline;
use crate::sampling::{Candidate, Parameters, Sample, draw};
use crate::text::{Bilingual, Language};
use crate::time::Timestamp;
use crate::workflow::{Actor, DraftRequest, draft};
use crate::world::World;
use crate::yaml::{Edit, parse_path};

/// What a sample is asked for with.
#[derive(Clone, Debug)]
pub struct SampleRequest {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub size: usize,
    pub states: Vec<String>,
    /// A revision; HEAD where absent.
    pub commit: Option<String>,
}

/// What a supervision record is drafted with.
#[derive(Clone, Debug, Default)]
pub struct SupervisionRequest {
    /// `spot-check` or `inspection`.
    pub kind: String,
    pub sample: Option<SampleRequest>,
    pub conforms: Option<bool>,
    pub reasonable: Option<bool>,
    /// Department and text of each finding.
    pub findings: Vec<(String, String)>,
    /// Day by which the findings are to be rectified; by the rulebook where absent.
    pub due: Option<NaiveDate>,
}

impl Engine {
    /// Draws a spot-check sample from a commit: the same commit and parameters give the same clues, to anybody.
    pub fn sample(&self, request: &SampleRequest) -> Result<Sample, Failure> {
        if request.to < request.from {
            return Err(usage(
                format!("{} lies before {}", request.to, request.from),
                format!("{} 早于 {}", request.to, request.from),
                ("give --from first, then --to", "--from 应不晚于 --to"),
            ));
        }
        for state in &request.states {
            if !self.world.rulebook.states.contains_key(state) {
                let all: Vec<&str> = self
                    .world
                    .rulebook
                    .states
                    .keys()
                    .map(String::as_str)
                    .collect();
                let all = all.join(", ");
                return Err(Failure::Usage {
                    message: Bilingual::new(
                        format!("there is no state `{state}`"),
                        format!("没有 `{state}` 这个状态"),
                    ),
                    remedy: Some(Bilingual::new(
                        format!("there are: {all}"),
                        format!("可用的有：{all}"),
                    )),
                });
            }
        }
        let repository = self.repository()?;
        let revision = request.commit.as_deref().unwrap_or("HEAD");
        let Some(commit) = repository.resolve(revision)? else {
            return Err(usage(
                format!("there is no commit `{revision}`"),
                format!("没有提交 `{revision}`"),
                (
                    "git log shows what there is; a shallow clone lacks older ones",
                    "git log 可查看有哪些提交；浅克隆缺少较早的提交",
                ),
            ));
        };
        let candidates = self.candidates(repository, &commit, request)?;
        if candidates.is_empty() {
            return Err(usage(
                format!(
                    "no clue was collected from {} to {} in the states asked for",
                    request.from, request.to
                ),
                format!("{} 至 {} 期间没有符合条件的线索", request.from, request.to),
                ("widen the period or the states", "请放宽日期或状态"),
            ));
        }
        Ok(draw(
            Parameters {
                commit,
                from: request.from,
                to: request.to,
                size: request.size,
                states: request.states.clone(),
            },
            candidates,
        ))
    }

    /// The clues of a commit that a sample may be drawn from; one that cannot be read is a finding, never left out.
    fn candidates(
        &self,
        repository: Repository,
        commit: &str,
        request: &SampleRequest,
    ) -> Result<Vec<Candidate>, Failure> {
        let prefix = repository.prefix(&self.root);
        let files = TreeFiles::new(repository, commit, &prefix)?;
        let (world, found) = World::load(&files, builtin::files());
        let Some(world) = world else {
            return Err(Failure::Findings(found));
        };
        let mut candidates = Vec::new();
        let mut broken = Vec::new();
        for folder in clue_folders(&files).0 {
            let (card, found) = Case::load_card(&files, &world, &folder);
            let Some(card) = card else {
                broken.extend(
                    found
                        .into_iter()
                        .filter(|found| found.severity == Severity::Error),
                );
                continue;
            };
            let begun = card
                .trail
                .first()
                .and_then(|entry| Timestamp::parse(&entry.at));
            let within = begun.is_some_and(|at| {
                let day = world.calendar.local(at).date_naive();
                request.from <= day && day <= request.to
            });
            if within && (request.states.is_empty() || request.states.contains(&card.state)) {
                candidates.push(Candidate {
                    id: card.id,
                    number: card.number,
                    category: card.category.unwrap_or_else(|| "-".to_owned()),
                    urgency: card.urgency.unwrap_or_else(|| "-".to_owned()),
                    state: card.state,
                });
            }
        }
        if broken.is_empty() {
            Ok(candidates)
        } else {
            Err(Failure::Findings(broken))
        }
    }

    /// Drafts a supervision record into a clue's folder; a supervisor who took part in the clue is refused (S1).
    pub fn supervise(
        &self,
        name: &str,
        request: &SupervisionRequest,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<String, Failure> {
        let (_, actor, _, _) = self.actor(environment, now)?;
        let (case, found) = self.case(name)?;
        if any_error(&found) {
            return Err(Failure::Findings(found));
        }
        self.may_supervise(&case, &actor)?;
        let mut edits = vec![set(parse_path("type"), json!(request.kind))];
        edits.push(set(parse_path("supervisor"), json!(actor.person)));
        if let Some(request) = &request.sample {
            let sample = self.sample(request)?;
            let Some(record) = sample.to_record(&case.id, self.world.organisation.language) else {
                return Err(Failure::Findings(vec![
                    Diagnostic::new(
                        Code::StepCondition,
                        Place::file(&case.folder),
                        format!("{} is not among the {} clues of that sample", case.id, sample.drawn()),
                        format!("{} 不在这次抽取的 {} 条线索之中", case.id, sample.drawn()),
                    )
                    .remedy(
                        "clue sample with the same parameters shows which are; check others as an inspection: --type inspection",
                        "用相同参数执行 clue sample 可查看抽中的线索；其他线索可作专项检查：--type inspection",
                    )
                    .procedure("S2"),
                ]));
            };
            edits.push(set(parse_path("sample"), record));
        }
        for (field, value) in [
            ("conforms", request.conforms),
            ("reasonable", request.reasonable),
        ] {
            if let Some(value) = value {
                edits.push(set(parse_path(field), json!(value)));
            }
        }
        if !request.findings.is_empty() {
            edits.push(set(parse_path("findings"), self.findings(request, &actor)));
        }
        let draft_request = DraftRequest {
            record: SUPERVISION.to_owned(),
            department: None,
            purpose: Some(self.free_name(&case, &request.kind, actor.at)),
            date: None,
        };
        let (path, text) =
            draft(&self.desk(), &case, &draft_request, &actor).map_err(Failure::Findings)?;
        let text = self.filled(&case, &path, text, &edits)?;
        write_new(&self.root.join(&path), text.as_bytes())?;
        Ok(path)
    }

    /// A file's name that no record of the day has: a second check of one kind gets a number.
    fn free_name(&self, case: &Case, kind: &str, at: Timestamp) -> String {
        let taken = |name: &str| {
            let inner = format!("{}-{name}.yaml", at.date());
            case.all(SUPERVISION)
                .iter()
                .any(|record| record.inner.ends_with(&format!("/{inner}")))
        };
        let more = (2..100).map(|number| format!("{kind}-{number}"));
        std::iter::once(kind.to_owned())
            .chain(more)
            .find(|name| !taken(name))
            .unwrap_or_else(|| kind.to_owned())
    }

    /// The draft with what is known already, judged as it would lie in the folder.
    fn filled(
        &self,
        case: &Case,
        path: &str,
        text: String,
        edits: &[Edit],
    ) -> Result<String, Failure> {
        let mut changes = Changes::default();
        changes.write(path, text);
        let overlay = changes.over(&self.files);
        let (drafted, found) = Case::load(&overlay, &self.world, &case.folder);
        let record = drafted
            .all(SUPERVISION)
            .iter()
            .find(|record| record.path == path);
        let Some(record) = record else {
            return Err(Failure::Findings(found));
        };
        changes
            .edit(record, edits)
            .map_err(|found| Failure::Findings(vec![found]))?;
        let overlay = changes.over(&self.files);
        let (drafted, mut found) = Case::load(&overlay, &self.world, &case.folder);
        found.extend(check_case(&overlay, &self.world, &drafted));
        found.retain(|found| found.severity == Severity::Error && found.place.path == path);
        if !found.is_empty() {
            return Err(Failure::Findings(found));
        }
        let bytes = changes.files().get(path).cloned().flatten();
        Ok(bytes.map_or_else(String::new, |bytes| {
            String::from_utf8_lossy(&bytes).into_owned()
        }))
    }

    fn may_supervise(&self, case: &Case, actor: &Actor) -> Result<(), Failure> {
        let step = self.world.rulebook.steps.get("supervise");
        let Some(step) = step.filter(|step| !self.world.has_role(&actor.person, &step.roles))
        else {
            return Ok(());
        };
        let person = self.world.organisation.person_name(&actor.person);
        let roles = |language| self.world.rulebook.role_labels(&step.roles, language);
        Err(Failure::Findings(vec![
            Diagnostic::new(
                Code::StepRole,
                Place::file(&case.folder),
                format!(
                    "{person} may not supervise: it is for the role {}",
                    roles(Language::En).join(" or ")
                ),
                format!(
                    "{person}无权监督：须由{}办理",
                    roles(Language::Zh).join("或")
                ),
            )
            .procedure("S1"),
        ]))
    }

    fn findings(&self, request: &SupervisionRequest, actor: &Actor) -> Value {
        let due = request.due.or_else(|| {
            let deadlines = self.world.rulebook.deadlines.values();
            let mut of_entries = deadlines.filter(|deadline| is_rectification(deadline));
            let period = of_entries.next()?.limit.period(None)?;
            let calendar = &self.world.calendar;
            period.last_day(calendar, calendar.day_of(actor.at), &Pauses::default())
        });
        let due = due.map(|day| day.to_string());
        let each = request.findings.iter();
        each.map(|(department, text)| json!({"text": text, "department": department, "due": due}))
            .collect()
    }
}

/// The rulebook's name of supervision records.
const SUPERVISION: &str = "supervision";

/// Whether a deadline is that of the findings, which name their day themselves.
fn is_rectification(deadline: &Deadline) -> bool {
    deadline.each.as_deref() == Some(SUPERVISION)
        && deadline.entries.is_some()
        && deadline.limit.day.is_some()
}

fn usage(en: String, zh: String, remedy: (&str, &str)) -> Failure {
    Failure::Usage {
        message: Bilingual::new(en, zh),
        remedy: Some(Bilingual::new(remedy.0, remedy.1)),
    }
}
