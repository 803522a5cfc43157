//! The sentences of `clue watch`, in the language that was asked for. They say what is known; how much of it is shown, and
//! where, is the view's to say.

use std::collections::BTreeMap;

use crate::clock::Phase;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::disclosure::Quiet;
use crate::due::Item;
use crate::files::{Files, file_name};
use crate::report;
use crate::text::{Bilingual, Language, position, shorten, visible_line, width};
use crate::watch::{State, Verdict, View, Wait};
use crate::world::MAXIMUM_RECORD;

/// How many working days ahead count as soon.
const SOON: i64 = 5;
/// At least so many columns of a title are shown, or none.
const TITLE: usize = 10;

/// Says everything in one language.
pub(super) struct Sentences {
    pub(super) language: Language,
}

/// A finding in words: where, what, and what to do.
pub(super) struct Said {
    pub(super) path: String,
    /// `:12:10`, or nothing.
    pub(super) place: String,
    /// `error[code]: message`
    pub(super) message: String,
    pub(super) remedy: Option<String>,
}

impl Sentences {
    pub(super) fn new(language: Language) -> Self {
        Self { language }
    }

    pub(super) fn say(&self, en: &str, zh: &str) -> String {
        match self.language {
            Language::En => en.to_owned(),
            Language::Zh => zh.to_owned(),
        }
    }

    pub(super) fn both(&self, words: &Bilingual) -> String {
        words.get(self.language).to_owned()
    }

    /// `name: rest`, as the language writes it.
    pub(super) fn named(&self, name: &str, rest: &str) -> String {
        self.say(&format!("{name}: {rest}"), &format!("{name}：{rest}"))
    }

    /// How many clues something is wrong with, or wait because of errors.
    pub(super) fn with_findings(&self, view: &View<'_>) -> usize {
        let clues = view.state.clues.iter();
        let with = clues.filter(|(folder, clue)| {
            !clue.findings.is_empty()
                || !view.again.contains_key(*folder)
                    && matches!(view.waits.get(*folder), Some(Wait::Invalid(_)))
        });
        with.count()
    }

    /// How much is watched, and how much of it is not in order.
    pub(super) fn summary(&self, view: &View<'_>) -> String {
        let state = view.state;
        let (all, with, beside) = (
            state.clues.len(),
            self.with_findings(view),
            state.beside.len(),
        );
        let closed = state.clues.values().filter(|clue| clue.is_closed).count();
        let mut text = self.say(
            &format!("{all} clues, {with} with findings"),
            &format!("共 {all} 条线索，{with} 条有问题"),
        );
        if closed > 0 {
            text.push_str(&self.say(
                &format!("; {closed} closed, not watched one by one"),
                &format!("；其中 {closed} 条已办结，不逐条监视"),
            ));
        }
        if beside > 0 {
            text.push_str(&self.say(
                &format!("; findings about {beside} other files"),
                &format!("；另有 {beside} 个文件有问题"),
            ));
        }
        text
    }

    /// That edits are committed.
    pub(super) fn commits(&self) -> String {
        self.say(
            "valid edits are committed (--commit)",
            "合规的修改自动提交（--commit）",
        )
    }

    /// So many clues were judged at once.
    pub(super) fn judged(&self, count: usize, with: usize) -> String {
        self.say(
            &format!("{count} clues were judged again: {with} with findings"),
            &format!("已重新检查 {count} 条线索：{with} 条有问题"),
        )
    }

    /// The rules as they are when the watch begins.
    pub(super) fn rules(&self, state: &State) -> String {
        match state.is_broken {
            true => self.world(true, 0),
            false => {
                let name = self.say("the rules", "规则文件");
                self.named(&name, &self.count(&state.world_findings))
            }
        }
    }

    /// The rules changed; `with` clues have findings now.
    pub(super) fn world(&self, is_broken: bool, with: usize) -> String {
        match is_broken {
            true => self.say(
                "the rules have errors, and nothing can be judged until they are mended; what is shown of clues is from before",
                "规则文件有错，改正之前无法检查线索；现在显示的仍是出错之前的检查结果",
            ),
            false => self.say(
                &format!("the rules changed, everything was judged again: {with} with findings"),
                &format!("规则有改动，已重新检查全部：{with} 条有问题"),
            ),
        }
    }

    pub(super) fn gone(&self, id: &str) -> String {
        self.say(&format!("{id} is gone"), &format!("{id} 已不存在"))
    }

    pub(super) fn free(&self, name: &str) -> String {
        self.say(
            &format!("{name}: nothing stands in the way any more"),
            &format!("{name}：暂不提交的原因已消除"),
        )
    }

    pub(super) fn committed(&self, commit: &str, subject: &str) -> String {
        let subject = visible_line(subject);
        self.say(
            &format!("committed {commit}: {subject}"),
            &format!("已提交 {commit}：{subject}"),
        )
    }

    /// The last words.
    pub(super) fn stopped(&self, view: &View<'_>) -> String {
        match view.waits.len() {
            0 => self.say("clue watch has ended", "已停止跟踪"),
            count => self.say(
                &format!("clue watch has ended; {count} not committed, see git status"),
                &format!("已停止跟踪；有 {count} 项未提交，可用 git status 查看"),
            ),
        }
    }

    /// Errors and warnings, each only where there are some.
    pub(super) fn count(&self, findings: &[Diagnostic]) -> String {
        let errors = findings
            .iter()
            .filter(|one| one.severity == Severity::Error)
            .count();
        let text = report::count(findings, self.language);
        let separator = self.say(", ", "，");
        match (errors, findings.len() - errors, text.split_once(&separator)) {
            (_, 0, Some((errors, _))) => errors.to_owned(),
            (0, _, Some((_, warnings))) => warnings.to_owned(),
            _ => text,
        }
    }

    pub(super) fn order(&self, findings: &[Diagnostic]) -> String {
        match findings {
            [] => self.say("in order again", "已恢复正常"),
            some => self.count(some),
        }
    }

    /// What is thought of a clue: the steps that were taken, and what is wrong with it.
    pub(super) fn verdict(
        &self,
        state: &State,
        verdict: &Verdict,
        was_invalid: bool,
        waits: bool,
    ) -> String {
        let mut parts = Vec::new();
        if let (Some(world), Some(now)) = (state.world(), &verdict.state)
            && !verdict.taken.is_empty()
        {
            let label = |key: &String| {
                let label = world.rulebook.label("step", key, self.language);
                self.say(&format!("{label} ({key})"), &format!("“{label}”（{key}）"))
            };
            let steps: Vec<String> = verdict.taken.iter().map(label).collect();
            let now = world.rulebook.label("state", now, self.language);
            parts.push(self.say(
                &format!("{} taken, now {now}", steps.join(", ")),
                &format!("已办理{}，现为“{now}”", steps.join("、")),
            ));
        }
        if !verdict.findings.is_empty() {
            parts.push(self.count(&verdict.findings));
        } else if waits && !was_invalid && parts.is_empty() {
            parts.push(self.say(
                "no findings; whether it can be committed is looked at again",
                "检查无误，稍后重新判断能否提交",
            ));
        } else if parts.is_empty() {
            parts.push(match was_invalid {
                true => self.say("valid again", "已恢复合规"),
                false => self.say("valid", "合规"),
            });
        }
        parts.join(&self.say("; ", "；")) + &self.stale(verdict)
    }

    fn stale(&self, verdict: &Verdict) -> String {
        match verdict.is_stale {
            true => self.say(" (from before)", "（此前的结果）"),
            false => String::new(),
        }
    }

    /// The heading of a clue: its name and what is said of it, who is responsible, and its title, cut to `columns`.
    pub(super) fn heading(
        &self,
        state: &State,
        verdict: &Verdict,
        rest: &str,
        columns: Option<usize>,
    ) -> String {
        let name = match &verdict.number {
            Some(number) => self.say(
                &format!("{number} ({})", verdict.id),
                &format!("{number}（{}）", verdict.id),
            ),
            None => verdict.id.clone(),
        };
        let mut text = self.named(&name, rest);
        if let (Some(world), Some(person)) = (state.world(), &verdict.responsible) {
            let person = visible_line(world.organisation.person_name(person));
            text.push_str(&format!("  {person}"));
        }
        if let Some(title) = &verdict.title {
            let left = match columns {
                Some(columns) => columns.saturating_sub(width(&text) + 2),
                None => 40,
            };
            if left >= TITLE {
                text.push_str(&format!("  {}", shorten(&visible_line(title), left)));
            }
        }
        text
    }

    /// What is wrong with a clue; that it was never collected is not said where its card was taken away.
    pub(super) fn findings_of(
        &self,
        view: &View<'_>,
        folder: &str,
        verdict: &Verdict,
    ) -> Vec<Diagnostic> {
        let is_removed = matches!(view.waits.get(folder), Some(Wait::Removed { .. }));
        let mut findings = verdict.findings.clone();
        findings.retain(|one| !is_removed || one.code != Code::ClueUncollected);
        findings
    }

    /// The heading of a clue in the view, with how much is wrong.
    pub(super) fn clue(
        &self,
        state: &State,
        verdict: &Verdict,
        findings: &[Diagnostic],
        columns: usize,
    ) -> String {
        let rest = self.count(findings) + &self.stale(verdict);
        self.heading(state, verdict, &rest, Some(columns))
    }

    /// Why an edit waits, with what waits.
    /// `is_said` where it is known already that it is not committed.
    pub(super) fn wait(&self, path: &str, wait: &Wait, is_said: bool) -> String {
        let name = visible_line(match path.starts_with("clues/") {
            true => file_name(path),
            false => path,
        });
        match wait {
            Wait::Invalid(findings) if is_said => self.named(&name, &self.count(findings)),
            Wait::Invalid(findings) => {
                let text = self.named(&name, &self.both(&super::waits(path, wait, false)));
                self.named(&text, &self.count(findings))
            }
            _ => self.named(&name, &self.both(&super::waits(path, wait, is_said))),
        }
    }

    pub(super) fn due_head(&self, count: usize) -> String {
        self.say(
            &format!("due or soon: {count}"),
            &format!("到期或将到期：{count} 项"),
        )
    }

    pub(super) fn more_due(&self, count: usize) -> String {
        self.say(
            &format!("{count} more: clue due"),
            &format!("另有 {count} 项：clue due"),
        )
    }

    /// What is due, for whom, and of which clue, in one line of so many columns or in two.
    pub(super) fn due_line(&self, state: &State, item: &Item, columns: usize) -> Vec<String> {
        let mut parts = vec![item.name().to_owned()];
        if let Some(world) = state.world() {
            parts.push(self.both(&item.matter(world)));
            let person = world.organisation.person_name(&item.clock.responsible);
            parts.push(visible_line(person));
        }
        let words = self.both(&item.clock.words(&item.standing));
        let title = visible_line(&item.title);
        let first = parts.join("  ");
        let one = format!("{first}  {words}");
        let used = width(&one) + 2;
        if used + TITLE <= columns {
            return vec![format!("{one}  {}", shorten(&title, columns - used))];
        }
        let (first, words) = match used - 2 <= columns {
            true => (one, String::new()),
            false => (first, words + "  "),
        };
        let left = columns.saturating_sub(2 + width(&words));
        let second = format!("  {words}{}", shorten(&title, left.max(2)));
        vec![shorten(&first, columns), second]
    }

    /// What is over or near, the latest first.
    pub(super) fn due<'s>(&self, state: &'s State) -> Vec<&'s Item> {
        let items = state.clues.values().flat_map(|clue| &clue.items);
        let mut items: Vec<&Item> = items
            .filter(|item| match item.standing.phase {
                Phase::Overdue | Phase::DueToday => true,
                Phase::Running => item.standing.left_working.is_some_and(|left| left <= SOON),
                _ => false,
            })
            .collect();
        items.sort_by(|one, other| {
            one.clock
                .due
                .cmp(&other.clock.due)
                .then_with(|| one.id.cmp(&other.id))
        });
        items
    }

    /// Lines for each finding: where and what, and what to do.
    pub(super) fn finding_lines(&self, state: &State, findings: &[Diagnostic]) -> Vec<String> {
        let mut lines = Vec::new();
        for one in self.findings(state, findings) {
            lines.push(match one.path.is_empty() {
                true => one.message,
                false => self.named(&format!("{}{}", one.path, one.place), &one.message),
            });
            lines.extend(one.remedy.map(|remedy| format!("    {remedy}")));
        }
        lines
    }

    /// Findings in words.
    pub(super) fn findings(&self, state: &State, findings: &[Diagnostic]) -> Vec<Said> {
        let files = state.files();
        let quiet = Quiet::of(files);
        let mut texts: BTreeMap<&str, Option<String>> = BTreeMap::new();
        let first = |text: &str| visible_line(text.lines().next().unwrap_or_default());
        let said = |one: &Diagnostic, text: Option<&String>| {
            let place = match (text, one.place.span) {
                (Some(text), Some(span)) => {
                    let at = position(text, span.start);
                    format!(":{}:{}", at.line, at.column)
                }
                _ => String::new(),
            };
            let word = match one.severity {
                Severity::Error => self.say("error", "错误"),
                Severity::Warning => self.say("warning", "警告"),
            };
            let quiet = quiet.diagnostic(one);
            let code = one.rule.as_deref().unwrap_or_else(|| one.code.name());
            let remedy = quiet.remedy.as_ref();
            Said {
                path: visible_line(&one.place.path),
                place,
                message: self.named(
                    &format!("{word}[{code}]"),
                    &first(quiet.message.get(self.language)),
                ),
                remedy: remedy.map(|remedy| {
                    let help = self.say("help", "办法");
                    self.named(&help, &first(remedy.get(self.language)))
                }),
            }
        };
        findings
            .iter()
            .map(|one| {
                let text = texts.entry(&one.place.path).or_insert_with(|| {
                    let bytes = files.read(&one.place.path, MAXIMUM_RECORD).ok()??;
                    String::from_utf8(bytes.to_vec()).ok()
                });
                said(one, text.as_ref())
            })
            .collect()
    }
}
