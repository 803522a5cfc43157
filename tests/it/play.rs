//! A clue played in memory: files, people who take steps, and records filled in as somebody would in an editor.

use std::sync::{Arc, OnceLock};

use clue::case::{Case, folder_of};
use clue::change::Changes;
use clue::check::{check_all, check_folder};
use clue::clock::{Clock, Standing, clocks};
use clue::diagnostic::{Code, Diagnostic};
use clue::files::{Files, MemoryFiles};
use clue::template::Templates;
use clue::time::Timestamp;
use clue::workflow::{
    Actor, Command, Decision, Desk, DraftRequest, Possibility, decide, draft, options,
};
use clue::world::World;
use serde_json::Value;

use crate::harness::filled;

/// An organisation in which every step has somebody who may take it, and somebody who may not any more.
pub(crate) const ORGANISATION: &str = "\
name: 华远机械股份有限公司
language: zh
time_zone: Asia/Shanghai
departments:
  office: { name: 线索管理办公室, head: li-wei }
  quality: { name: 质量部, head: zhao-gang }
  service: { name: 客户服务部, head: sun-li }
people:
  li-wei: { name: 李伟, email: li@example.org, department: office, roles: [officer, archivist] }
  gao-yan: { name: 高燕, email: gao@example.org, department: office, roles: [officer, reviewer] }
  zhou-min: { name: 周敏, email: zhou@example.org, department: office, roles: [reviewer, leader] }
  zhao-gang: { name: 赵刚, email: zhao@example.org, department: quality, roles: [head] }
  sun-li: { name: 孙丽, email: sun@example.org, department: service, roles: [head] }
  chen-jie: { name: 陈洁, email: chen@example.org, department: quality }
  wu-di: { name: 吴迪, email: wu@example.org, department: service }
  he-jing: { name: 何静, email: he@example.org, department: office, roles: [supervisor] }
  liu-yang: { name: 刘洋, email: liu@example.org, department: quality, until: 2026-06-30, roles: [officer, reviewer, leader, head, archivist] }
duty: { officer: li-wei, archivist: li-wei }
responsibilities:
  product-quality: [quality]
  service-complaint: [service]
  cooperation-dispute: [service, quality]
  violation-report: [quality]
  tax-issue: [service]
  employee-suggestion: [quality]
  market-feedback: [service]
";

const ID: &str = "20261123-k7qd";

/// A repository in memory, and a clue in it.
pub(crate) struct Play {
    pub(crate) files: MemoryFiles,
    /// The clue that is played.
    pub(crate) id: String,
    /// The day on which steps are taken.
    pub(crate) day: &'static str,
    minute: u32,
}

/// Rulebook, organisation and templates, which no play changes.
fn set_up() -> &'static (World, Templates) {
    static SET_UP: OnceLock<(World, Templates)> = OnceLock::new();
    SET_UP.get_or_init(|| {
        let files = Play::new().files;
        let builtin = clue::builtin::files();
        let (world, found) = World::load(&files, builtin);
        assert_eq!(found, [], "the world");
        let templates = Templates::new(&files, builtin, clue::markdown::to_html);
        (world.expect("a world"), templates)
    })
}

impl Play {
    pub(crate) fn new() -> Self {
        let mut files = MemoryFiles::default();
        for (path, bytes) in clue::builtin::files().iter() {
            files.insert(path, Arc::clone(bytes));
        }
        files.insert("organisation.yaml", ORGANISATION.as_bytes().to_vec());
        Self {
            files,
            id: ID.to_owned(),
            day: "2026-11-23",
            minute: 0,
        }
    }

    pub(crate) fn path(&self, inner: &str) -> String {
        format!("{}/{inner}", self.folder())
    }

    fn folder(&self) -> String {
        folder_of(&self.id).expect("an id")
    }

    pub(crate) fn write(&mut self, inner: &str, text: &str) {
        let path = self.path(inner);
        self.files.insert(path, text.as_bytes().to_vec());
    }

    pub(crate) fn try_read(&self, inner: &str) -> Option<String> {
        let bytes = self
            .files
            .read(&self.path(inner), 1_000_000)
            .expect("memory")?;
        Some(String::from_utf8(bytes.to_vec()).expect("text"))
    }

    #[track_caller]
    pub(crate) fn read(&self, inner: &str) -> String {
        self.try_read(inner).unwrap_or_else(|| panic!("{inner}"))
    }

    /// The value of a record, read again from its bytes; null where there is none.
    pub(crate) fn value(&self, inner: &str) -> Value {
        let Some(text) = self.try_read(inner) else {
            return Value::Null;
        };
        let yaml = match text.strip_prefix("---\n") {
            Some(rest) => rest
                .split_once("\n---")
                .expect("a front matter")
                .0
                .to_owned(),
            None => text,
        };
        let (document, found) = clue::yaml::parse(inner, yaml.as_bytes());
        assert_eq!(found, [], "{inner}");
        document.expect("a document").root.to_json()
    }

    /// The files of the clue, by their path in its folder.
    pub(crate) fn inner_files(&self) -> Vec<String> {
        let base = self.path("");
        self.files
            .iter()
            .filter_map(|(path, _)| path.strip_prefix(&base).map(str::to_owned))
            .collect()
    }

    /// Replaces the first `from` in a record, as a person would in an editor.
    #[track_caller]
    pub(crate) fn edit(&mut self, inner: &str, from: &str, to: &str) {
        let text = self.read(inner);
        assert!(text.contains(from), "{inner} has no {from:?}:\n{text}");
        self.write(inner, &text.replacen(from, to, 1));
    }

    pub(crate) fn apply(&mut self, changes: &Changes) {
        for (path, bytes) in changes.files() {
            match bytes {
                Some(bytes) => self.files.insert(path.clone(), Arc::clone(bytes)),
                None => self.files.remove(path),
            }
        }
    }

    /// The moment of the next step: a minute after the one before it.
    fn tick(&mut self) -> Timestamp {
        self.minute += 1;
        let at = format!(
            "{}T{:02}:{:02}:00+08:00",
            self.day,
            9 + self.minute / 60,
            self.minute % 60
        );
        Timestamp::parse(&at).expect("a time")
    }

    fn with_case<T>(&self, run: impl FnOnce(&Desk<'_>, &Case) -> T) -> T {
        let (world, templates) = set_up();
        let desk = Desk {
            files: &self.files,
            world,
            templates,
            against: None,
        };
        let (case, _) = Case::load(&self.files, world, &self.folder());
        run(&desk, &case)
    }

    /// The clocks of the clue, and how each stands at a moment.
    pub(crate) fn clocks(&self, now: &str) -> Vec<(Clock, Standing)> {
        let now = Timestamp::parse(now).expect("a time");
        self.with_case(|desk, case| {
            let (clocks, found) = clocks(desk.world, case, &case.scope(desk.world));
            assert_eq!(found, []);
            let each = clocks.into_iter();
            each.map(|clock| {
                let standing = clock.standing(&desk.world.calendar, now);
                (clock, standing)
            })
            .collect()
        })
    }

    /// What can be done now.
    pub(crate) fn options(&self) -> Vec<Possibility> {
        let at = Timestamp::parse("2026-11-23T23:59:00+08:00").expect("a time");
        self.with_case(|desk, case| options(desk, case, at))
    }

    pub(crate) fn attempt(
        &mut self,
        by: &str,
        command: &Command,
    ) -> Result<Decision, Vec<Diagnostic>> {
        let actor = Actor {
            person: by.to_owned(),
            at: self.tick(),
        };
        self.with_case(|desk, case| decide(desk, case, command, &actor))
    }

    #[track_caller]
    pub(crate) fn step(
        &mut self,
        by: &str,
        step: &str,
        more: impl FnOnce(&mut Command),
    ) -> Decision {
        let decision = self
            .attempt(by, &command(step, more))
            .unwrap_or_else(|found| panic!("{step} by {by}: {found:#?}"));
        self.apply(&decision.changes);
        decision
    }

    #[track_caller]
    pub(crate) fn refused(
        &mut self,
        by: &str,
        step: &str,
        more: impl FnOnce(&mut Command),
        code: &str,
    ) {
        match self.attempt(by, &command(step, more)) {
            Ok(_) => panic!("{step} by {by} was not refused"),
            Err(found) => {
                let named = |diagnostic: &Diagnostic| {
                    diagnostic.code.name() == code || diagnostic.rule.as_deref() == Some(code)
                };
                assert!(
                    found.iter().any(named),
                    "{step} by {by}, expected {code}: {found:#?}"
                );
                // Whoever is refused is told what to do, and reads the step's name and not its key alone.
                let who = [Code::StepRole, Code::StepSeparation];
                for one in found.iter().filter(|one| who.contains(&one.code)) {
                    let named = one.message.zh.replace(&format!("（{step}）"), "");
                    assert!(
                        one.remedy.is_some() && !named.contains(&format!("`{step}`")),
                        "{step} by {by}: {one:#?}"
                    );
                }
            }
        }
    }

    #[track_caller]
    pub(crate) fn draft(&mut self, record: &str, department: Option<&str>, purpose: Option<&str>) {
        let request = DraftRequest {
            record: record.to_owned(),
            department: department.map(str::to_owned),
            purpose: purpose.map(str::to_owned),
            date: None,
        };
        let actor = Actor {
            person: "li-wei".to_owned(),
            at: Timestamp::parse("2026-11-23T09:00:00+08:00").expect("a time"),
        };
        let (path, text) = self
            .with_case(|desk, case| draft(desk, case, &request, &actor))
            .unwrap_or_else(|found| panic!("{found:#?}"));
        self.files.insert(path, text.into_bytes());
    }

    /// Judges the clue alone, with what is loaded already.
    pub(crate) fn check_clue(&self) -> Vec<Diagnostic> {
        check_folder(&self.files, &set_up().0, &self.folder())
    }

    pub(crate) fn check(&self) -> Vec<Diagnostic> {
        check_all(&self.files, clue::builtin::files(), None)
    }

    #[track_caller]
    pub(crate) fn sound(&self) {
        assert_eq!(self.check(), []);
    }

    pub(crate) fn write_form(&mut self, collector: &str, anonymous: bool) {
        let reporter = if anonymous {
            "  anonymous: true\n"
        } else {
            "  anonymous: false\n  name: 王先生\n  contact: \"0571\"\n"
        };
        self.write(
            "collection.yaml",
            &format!(
                "title: 三号机床异响\nsource: 宏达公司\nchannel: customer-complaint\ndiscovered_at: 2026-11-23T08:30:00+08:00\nmatters: [三号机床]\ndescription: 开机后有异响\ncollector: {collector}\nreporter:\n{reporter}"
            ),
        );
    }

    pub(crate) fn collect(&mut self) {
        self.write_form("wu-di", false);
        self.step("wu-di", "collect", |_| {});
    }

    pub(crate) fn triage(&mut self, category: &str, kind: &str, urgency: &str) {
        for (from, to) in [
            (
                "reviewed_at:",
                "reviewed_at: 2026-11-23T10:00:00+08:00".to_owned(),
            ),
            ("authenticity:\n", "authenticity: credible\n".to_owned()),
            ("\ncomplete:", "\ncomplete: true".to_owned()),
            ("opinion:", "opinion: 情况属实".to_owned()),
            ("\ncategory:", format!("\ncategory: {category}")),
            ("kind:", format!("kind: {kind}")),
            ("\nurgency:", format!("\nurgency: {urgency}")),
        ] {
            self.edit("triage.yaml", from, &to);
        }
    }

    /// Fills in the analysis report.
    pub(crate) fn report(&mut self) {
        let text = filled(&self.read("analysis.md"))
            .replace("methods:\n", "methods: [data-analysis]\n")
            .replace("level:\n", "level: low\n")
            .replace("overall:\n", "overall: low\n");
        self.write("analysis.md", &text);
    }

    pub(crate) fn analyse(&mut self) {
        self.report();
        self.step("zhou-min", "analyse", |_| {});
    }
}

pub(crate) fn command(step: &str, more: impl FnOnce(&mut Command)) -> Command {
    let mut command = Command {
        step: step.to_owned(),
        ..Command::default()
    };
    more(&mut command);
    command
}
