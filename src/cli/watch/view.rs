//! What `clue watch` tells people: on a terminal a view that is redrawn in place, elsewhere a line for each thing that is new.

use std::collections::{BTreeSet, VecDeque};
use std::io::IsTerminal;

use terminal_size::{Height, Width, terminal_size};

use crate::cli::watch::screen;
use crate::cli::watch::sentences::Sentences;
use crate::files::file_name;
use crate::report::Style;
use crate::text::visible_line;
use crate::watch::{Told, View, Wait};

/// How many of the last happenings stand below the view.
const LAST: usize = 6;
/// How many deadlines are listed where there is no terminal.
const DUE: usize = 20;
/// So many clues judged at once are one sentence.
const MANY: usize = 3;

/// What is shown now.
pub(super) struct Shown {
    say: Sentences,
    is_terminal: bool,
    /// How many lines were drawn last.
    lines: usize,
    /// What happened last, with its time; with the folder of a clue that was said to be valid.
    last: VecDeque<(Option<String>, String)>,
    /// Clues with errors, by folder.
    invalid: BTreeSet<String>,
    drawn: String,
}

/// A sentence for what is new, and lines that belong to it.
type Said = (String, Vec<String>);

impl Shown {
    /// Nothing is shown yet.
    pub(super) fn new(style: Style) -> Self {
        Self {
            say: Sentences::new(style.language),
            is_terminal: std::io::stdout().is_terminal(),
            lines: 0,
            last: VecDeque::new(),
            invalid: BTreeSet::new(),
            drawn: String::new(),
        }
    }

    /// What is to be printed now.
    pub(super) fn text(&mut self, view: &View<'_>, told: &[Told]) -> String {
        let mut text = String::new();
        let time = view.now.minutes();
        for (one, said) in self.all(view, told) {
            for (head, more) in said {
                text.push_str(&format!("{time}  {head}\n"));
                for line in more {
                    text.push_str(&format!("    {line}\n"));
                }
                // What waits has a place of its own in the view, and is gone from there when it waits no longer.
                if !matches!(one, Told::Waits(_) | Told::Free(_) | Told::Ready) {
                    let clock = time.split(' ').next_back().unwrap_or_default();
                    // Whose it is stands above.
                    let short = match one {
                        Told::Clue(_) => head.split("  ").next().unwrap_or_default(),
                        _ => head.as_str(),
                    };
                    let valid = match one {
                        Told::Clue(folder) => {
                            let verdict = view.state.clues.get(folder);
                            let is_valid = verdict.is_some_and(|verdict| {
                                verdict.findings.is_empty() && verdict.taken.is_empty()
                            });
                            is_valid.then(|| folder.clone())
                        }
                        _ => None,
                    };
                    self.last.push_back((valid, format!("{clock}  {short}")));
                }
            }
        }
        for one in told {
            // Valid it was by itself, but not as an edit.
            if let Told::Waits(path) = one {
                self.last.retain(|(valid, _)| valid.as_ref() != Some(path));
            }
        }
        while self.last.len() > LAST {
            self.last.pop_front();
        }
        match (self.is_terminal, told.contains(&Told::Stopped)) {
            (false, _) => text,
            (true, false) => self.redrawn(view),
            (true, true) => format!("\r\u{1b}[K{}\n", self.say.stopped(view)),
        }
    }

    /// Everything that is new, in sentences.
    fn all<'t>(&mut self, view: &View<'_>, told: &'t [Told]) -> Vec<(&'t Told, Vec<Said>)> {
        let state = view.state;
        let clues = told.iter().filter(|one| matches!(one, Told::Clue(_)));
        let clues = clues.count();
        let is_everything = told
            .iter()
            .any(|one| matches!(one, Told::World | Told::Looked));
        let is_many = clues > 0 && (is_everything || clues >= MANY);
        let mut all = Vec::new();
        let mut with = 0;
        let mut last_clue = None;
        for one in told {
            match one {
                Told::Clue(folder) if is_many => {
                    last_clue = Some(one);
                    let verdict = state.clues.get(folder);
                    if verdict.is_some_and(|verdict| !verdict.findings.is_empty()) {
                        with += 1;
                    } else if verdict.is_some_and(|verdict| verdict.taken.is_empty()) {
                        self.invalid.remove(folder);
                        continue;
                    }
                }
                // It became a commit: nobody has to be told that it waits no longer.
                Told::Free(path) => {
                    let is_told = told.iter().any(|other| match other {
                        Told::Committed { folder, .. } | Told::Gone(folder) => folder == path,
                        _ => false,
                    });
                    if is_told {
                        continue;
                    }
                }
                _ => {}
            }
            all.push((one, self.told(view, one)));
        }
        // What is said of everything counts them already.
        if let Some(one) = last_clue.filter(|_| !is_everything) {
            all.push((one, vec![(self.say.judged(clues, with), Vec::new())]));
        }
        all
    }

    fn told(&mut self, view: &View<'_>, told: &Told) -> Vec<Said> {
        let state = view.state;
        let say = &self.say;
        let alone = |sentence: String| vec![(sentence, Vec::new())];
        match told {
            Told::Ready => {
                let mut all = alone(say.summary(view));
                if view.commits {
                    all.extend(alone(say.commits()));
                }
                if !state.world_findings.is_empty() {
                    let lines = say.finding_lines(state, &state.world_findings);
                    all.push((say.rules(state), lines));
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
                let due = self.say.due(state);
                if !due.is_empty() {
                    let mut lines: Vec<String> = due
                        .iter()
                        .take(DUE)
                        .map(|item| self.say.due_line(state, item, 120).join("  "))
                        .collect();
                    if due.len() > DUE {
                        lines.push(self.say.more_due(due.len() - DUE));
                    }
                    all.push((self.say.due_head(due.len()), lines));
                }
                all
            }
            Told::Clue(folder) => {
                let Some(verdict) = state.clues.get(folder) else {
                    return Vec::new();
                };
                let was_invalid = self.invalid.remove(folder);
                if !verdict.is_valid() {
                    self.invalid.insert(folder.clone());
                }
                let waits = matches!(view.waits.get(folder), Some(Wait::Invalid(_)));
                let findings = say.findings_of(view, folder, verdict);
                let head = say.verdict(state, verdict, was_invalid, waits);
                vec![(
                    say.heading(state, verdict, &head, None),
                    say.finding_lines(state, &findings),
                )]
            }
            Told::Gone(folder) => {
                self.invalid.remove(folder);
                alone(say.gone(file_name(folder)))
            }
            Told::Beside(path) => {
                let findings = state.beside.get(path).map_or(&[][..], Vec::as_slice);
                vec![(
                    say.named(&visible_line(path), &say.order(findings)),
                    say.finding_lines(state, findings),
                )]
            }
            Told::World => vec![(
                say.world(state.is_broken, say.with_findings(view)),
                say.finding_lines(state, &state.world_findings),
            )],
            Told::Look(why) => alone(say.both(&super::why(*why))),
            Told::Looked => alone(say.summary(view)),
            Told::Polling(polling) => alone(say.both(&super::polling(polling))),
            Told::Committed {
                commit, subject, ..
            } => alone(say.committed(&commit.chars().take(10).collect::<String>(), subject)),
            Told::Waits(path) => {
                let Some(wait) = view.waits.get(path) else {
                    return Vec::new();
                };
                let lines = match wait {
                    Wait::Invalid(findings) => say.finding_lines(state, findings),
                    _ => Vec::new(),
                };
                vec![(say.wait(path, wait, !view.commits), lines)]
            }
            Told::Free(path) => alone(say.free(file_name(path))),
            Told::Stopped => alone(say.stopped(view)),
            Told::Tick => Vec::new(),
        }
    }

    /// The whole view, over the one that was drawn last; nothing where nothing in it is new.
    fn redrawn(&mut self, view: &View<'_>) -> String {
        let (width, height) = match terminal_size() {
            Some((Width(width), Height(height))) => (usize::from(width), usize::from(height)),
            None => (80, 24),
        };
        let size = (
            width.saturating_sub(1).max(20),
            height.saturating_sub(1).max(4),
        );
        let lines = screen::lines(
            &self.say,
            view,
            self.last.iter().map(|(_, line)| line),
            size,
        );
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
}
