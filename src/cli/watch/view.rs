//! The view of `clue watch`: on a terminal redrawn in place and cut to its size, elsewhere a line for each thing that is new.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::IsTerminal;

use terminal_size::{Height, Width, terminal_size};

use crate::clock::Phase;
use crate::diagnostic::{Diagnostic, Severity};
use crate::disclosure::Quiet;
use crate::due::Item;
use crate::files::{Files, file_name};
use crate::report::{self, Style};
use crate::text::{Language, position, shorten, visible_line};
use crate::time::Timestamp;
use crate::watch::{State, Told, Verdict, View, Wait};
use crate::world::MAXIMUM_RECORD;

/// How many of the last happenings stand below the view.
const LAST: usize = 6;
/// How many deadlines are shown.
const DUE: usize = 6;
/// How many working days ahead count as soon.
const SOON: i64 = 5;

/// What is shown now.
pub(super) struct Shown {
    style: Style,
    is_terminal: bool,
    /// How many lines were drawn last.
    lines: usize,
    /// What happened last, with its time.
    last: VecDeque<String>,
    /// Clues with errors, by folder.
    invalid: BTreeSet<String>,
    drawn: String,
}

impl Shown {
    /// Nothing is shown yet.
    pub(super) fn new(style: Style) -> Self {
        Self {
            style,
            is_terminal: std::io::stdout().is_terminal(),
            lines: 0,
            last: VecDeque::new(),
            invalid: BTreeSet::new(),
            drawn: String::new(),
        }
    }

    /// What is to be printed now.
    pub(super) fn text(
        &mut self,
        view: &View<'_>,
        told: &[Told],
        clock: &dyn Fn() -> Timestamp,
    ) -> String {
        let mut text = String::new();
        for one in told {
            for (head, more) in self.told(view, one) {
                let time = clock().minutes();
                let line = format!("{time}  {head}");
                text.push_str(&format!("{line}\n"));
                for line in more {
                    text.push_str(&format!("    {line}\n"));
                }
                self.last.push_back(line);
            }
        }
        while self.last.len() > LAST {
            self.last.pop_front();
        }
        if self.is_terminal {
            self.redrawn(view)
        } else {
            text
        }
    }

    fn say(&self, en: &str, zh: &str) -> String {
        match self.style.language {
            Language::En => en.to_owned(),
            Language::Zh => zh.to_owned(),
        }
    }

    /// A sentence for what is new, and lines that belong to it.
    fn told(&mut self, view: &View<'_>, told: &Told) -> Vec<(String, Vec<String>)> {
        let state = view.state;
        let language = self.style.language;
        match told {
            Told::Ready => {
                let mut all = vec![(self.summary(state), Vec::new())];
                if !state.world_findings.is_empty() {
                    all.extend(self.told(view, &Told::World));
                }
                let with = state.clues.iter();
                let with = with.filter(|(_, clue)| !clue.findings.is_empty());
                let folders: Vec<String> = with.map(|(folder, _)| folder.clone()).collect();
                for folder in folders {
                    all.extend(self.told(view, &Told::Clue(folder)));
                }
                for path in state.beside.keys().cloned().collect::<Vec<_>>() {
                    all.extend(self.told(view, &Told::Beside(path)));
                }
                let due = due(state);
                if !due.is_empty() {
                    let head = self.say(
                        &format!("due or soon: {}", due.len()),
                        &format!("到期或将到期：{} 项", due.len()),
                    );
                    let lines = due.into_iter().take(DUE);
                    all.push((head, lines.map(|item| self.due_line(state, item)).collect()));
                }
                all
            }
            Told::Clue(folder) => {
                let Some(verdict) = state.clues.get(folder) else {
                    return Vec::new();
                };
                let name = name(verdict);
                let stale = if verdict.is_stale {
                    self.say(" (from before)", "（此前的结论）")
                } else {
                    String::new()
                };
                let was_invalid = self.invalid.remove(folder);
                if !verdict.is_valid() {
                    self.invalid.insert(folder.clone());
                }
                let head = if verdict.findings.is_empty() {
                    match was_invalid {
                        true => self.say("valid again", "已恢复合规"),
                        false => self.say("valid", "合规"),
                    }
                } else {
                    report::count(&verdict.findings, language)
                };
                vec![(
                    format!("{name}: {head}{stale}"),
                    self.finding_lines(state, &verdict.findings),
                )]
            }
            Told::Gone(folder) => {
                self.invalid.remove(folder);
                let id = file_name(folder);
                vec![(
                    self.say(&format!("{id} is gone"), &format!("{id} 已不存在")),
                    Vec::new(),
                )]
            }
            Told::Beside(path) => {
                let findings = state.beside.get(path).map_or(&[][..], Vec::as_slice);
                let head = match findings {
                    [] => self.say("in order again", "已恢复正常"),
                    some => report::count(some, language),
                };
                vec![(
                    format!("{}: {head}", visible_line(path)),
                    self.finding_lines(state, findings),
                )]
            }
            Told::World => {
                let head = if state.is_broken {
                    self.say(
                        "the rules cannot be used; what is shown of clues is from before",
                        "规则无法使用；所示线索结论均为此前的结论",
                    )
                } else {
                    self.say(
                        "the rules were read, and every clue was judged by them",
                        "已读取规则，并据此检查了全部线索",
                    )
                };
                vec![(head, self.finding_lines(state, &state.world_findings))]
            }
            Told::Look(why) => vec![(super::why(*why).get(language).to_owned(), Vec::new())],
            Told::Looked => vec![(self.summary(state), Vec::new())],
            Told::Polling(polling) => {
                vec![(super::polling(polling).get(language).to_owned(), Vec::new())]
            }
            Told::Committed {
                commit, subject, ..
            } => {
                let short: String = commit.chars().take(10).collect();
                vec![(
                    self.say(
                        &format!("committed {short}: {subject}"),
                        &format!("已提交 {short}：{subject}"),
                    ),
                    Vec::new(),
                )]
            }
            Told::Waits(path) => {
                let Some(wait) = view.waits.get(path) else {
                    return Vec::new();
                };
                let lines = match wait {
                    Wait::Invalid(findings) => self.finding_lines(state, findings),
                    _ => Vec::new(),
                };
                vec![(self.wait_line(path, wait), lines)]
            }
            Told::Free(path) => vec![(
                self.say(
                    &format!("{} waits no longer", file_name(path)),
                    &format!("{} 不再等待", file_name(path)),
                ),
                Vec::new(),
            )],
            Told::Tick => Vec::new(),
        }
    }

    fn wait_line(&self, path: &str, wait: &Wait) -> String {
        let name = visible_line(if path.starts_with("clues/") {
            file_name(path)
        } else {
            path
        });
        match wait {
            Wait::Rules => self.say(
                &format!("{name} is edited and waits for you: git add {name}; git commit"),
                &format!("{name} 有改动，须由您提交：git add {name}，再 git commit"),
            ),
            Wait::Invalid(findings) => {
                let count = report::count(findings, self.style.language);
                self.say(
                    &format!("{name} is edited and waits: {count}"),
                    &format!("{name} 有改动，暂不提交：{count}"),
                )
            }
            Wait::Other(_, why) => {
                let why = why.get(self.style.language);
                self.say(
                    &format!("{name} is edited and waits: {why}"),
                    &format!("{name} 有改动，暂不提交：{why}"),
                )
            }
        }
    }

    fn summary(&self, state: &State) -> String {
        let with = state.clues.values();
        let with = with.filter(|clue| !clue.findings.is_empty()).count();
        let all = state.clues.len();
        self.say(
            &format!("{all} clues, {with} with findings"),
            &format!("共 {all} 条线索，{with} 条有问题"),
        )
    }

    fn due_line(&self, state: &State, item: &Item) -> String {
        let language = self.style.language;
        let matter = state.world().map(|world| item.matter(world));
        let matter = matter.map_or_else(String::new, |matter| matter.get(language).to_owned());
        let words = item.clock.words(&item.standing);
        format!("{}  {matter}  {}", item.name(), words.get(language))
    }

    /// A line for each finding: where, and what.
    fn finding_lines(&self, state: &State, findings: &[Diagnostic]) -> Vec<String> {
        let files = state.files();
        let quiet = Quiet::of(files);
        let mut texts: BTreeMap<&str, Option<String>> = BTreeMap::new();
        let line = |one: &Diagnostic, text: Option<&String>| {
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
            let path = visible_line(&one.place.path);
            let quiet = quiet.diagnostic(one);
            let message = visible_line(quiet.message.get(self.style.language));
            let code = one.rule.as_deref().unwrap_or_else(|| one.code.name());
            format!("{path}{place}: {word}[{code}]: {message}")
        };
        findings
            .iter()
            .map(|one| {
                let text = texts.entry(&one.place.path).or_insert_with(|| {
                    let bytes = files.read(&one.place.path, MAXIMUM_RECORD).ok()??;
                    String::from_utf8(bytes.to_vec()).ok()
                });
                line(one, text.as_ref())
            })
            .collect()
    }

    /// The whole view, over the one that was drawn last; nothing where nothing in it is new.
    fn redrawn(&mut self, view: &View<'_>) -> String {
        let (width, height) = match terminal_size() {
            Some((Width(width), Height(height))) => (usize::from(width), usize::from(height)),
            None => (80, 24),
        };
        let room = height.saturating_sub(1).max(4);
        let mut lines = self.whole(view, room);
        lines.truncate(room);
        let lines: Vec<String> = lines
            .iter()
            .map(|line| shorten(line, width.saturating_sub(1).max(20)))
            .collect();
        let body = lines.join("\n") + "\n";
        if body == self.drawn {
            return String::new();
        }
        let up = if self.lines == 0 {
            String::new()
        } else {
            format!("\u{1b}[{}F", self.lines)
        };
        self.lines = lines.len();
        self.drawn.clone_from(&body);
        format!("{up}\u{1b}[J{body}")
    }

    fn whole(&self, view: &View<'_>, room: usize) -> Vec<String> {
        let state = view.state;
        let mut lines = vec![format!(
            "clue watch  {}  {}",
            visible_line(&state.root().display().to_string()),
            self.summary(state)
        )];
        if let Some(polling) = view.polling {
            lines.push(super::polling(polling).get(self.style.language).to_owned());
        }
        if state.is_broken {
            lines.push(self.say(
                "the rules cannot be used; what is shown of clues is from before",
                "规则无法使用；所示线索结论均为此前的结论",
            ));
        }
        lines.extend(self.finding_lines(state, &state.world_findings));
        let due = due(state);
        let below = LAST + 2 + due.len().min(DUE) + 2 + view.waits.len().min(5);
        let for_clues = room.saturating_sub(lines.len() + below).max(3);
        let mut shown = Vec::new();
        let mut left_out = 0;
        let clues = state
            .clues
            .values()
            .filter(|clue| !clue.findings.is_empty());
        for verdict in clues {
            if shown.len() >= for_clues {
                left_out += 1;
                continue;
            }
            let stale = if verdict.is_stale {
                self.say(" (from before)", "（此前的结论）")
            } else {
                String::new()
            };
            let count = report::count(&verdict.findings, self.style.language);
            shown.push(format!("{}: {count}{stale}", name(verdict)));
            for line in self.finding_lines(state, &verdict.findings) {
                shown.push(format!("    {line}"));
            }
        }
        for (path, findings) in &state.beside {
            shown.push(visible_line(path));
            for line in self.finding_lines(state, findings) {
                shown.push(format!("    {line}"));
            }
        }
        shown.truncate(for_clues);
        if !shown.is_empty() {
            lines.push(String::new());
            lines.append(&mut shown);
        }
        if left_out > 0 {
            lines.push(self.say(
                &format!("... and {left_out} more clues with findings: clue check"),
                &format!("…… 另有 {left_out} 条线索有问题：clue check"),
            ));
        }
        if !due.is_empty() {
            lines.push(String::new());
            lines.push(self.say(
                &format!("due or soon: {}", due.len()),
                &format!("到期或将到期：{} 项", due.len()),
            ));
            let shown = due.into_iter().take(DUE);
            lines.extend(shown.map(|item| format!("    {}", self.due_line(state, item))));
        }
        let waits = view.waits.iter().take(5);
        lines.extend(waits.map(|(path, wait)| self.wait_line(path, wait)));
        if !self.last.is_empty() {
            lines.push(String::new());
            lines.extend(self.last.iter().cloned());
        }
        lines
    }
}

fn name(verdict: &Verdict) -> String {
    match &verdict.number {
        Some(number) => format!("{number} ({})", verdict.id),
        None => verdict.id.clone(),
    }
}

/// What is over or near, the latest first.
fn due(state: &State) -> Vec<&Item> {
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
