//! Steps that give register numbers and archive numbers: what they say must make sense together (T4, R2).

use crate::diagnostic::{Code, Diagnostic};
use crate::rulebook::soundness::Checker;

impl Checker<'_> {
    pub(super) fn numbers(&mut self) {
        let rulebook = self.rulebook;
        for (name, step) in rulebook.steps.iter().filter(|(_, step)| step.archives) {
            let retains = step.sets.contains_key("clue.retention");
            if rulebook.archive.is_some() && retains {
                continue;
            }
            self.found.push(
                Diagnostic::new(
                    Code::RulebookReference,
                    self.place(&format!("/steps/{name}/archives")),
                    format!("the step `{name}` gives archive numbers, and nothing says how they are made"),
                    format!("步骤 `{name}` 给出档号，但没有写明档号怎样生成"),
                )
                .remedy(
                    "say it under `archive`, and let the step set clue.retention",
                    "请在 archive 中写明，并由该步骤写入 clue.retention",
                )
                .procedure("R2"),
            );
        }
        for (name, step) in rulebook.steps.iter().filter(|(_, step)| step.renumbers) {
            let faults = [
                (
                    step.numbers,
                    "gives a first number and another one at once",
                    "既首次给号又换号",
                ),
                (
                    !step.trail,
                    "changes the number, and would leave nothing in the trail (`trail: false`)",
                    "会换号，却不记入办理经过（trail: false）",
                ),
                (
                    step.targets()
                        .iter()
                        .any(|to| step.from.iter().any(|from| from != to)),
                    "changes the number, and the state with it (`to`)",
                    "会换号，同时又改变状态（to）",
                ),
            ];
            for (_, en, zh) in faults.into_iter().filter(|(is_so, ..)| *is_so) {
                self.found.push(
                    Diagnostic::new(
                        Code::RulebookReference,
                        self.place(&format!("/steps/{name}/renumbers")),
                        format!("the step `{name}` {en}"),
                        format!("步骤 `{name}` {zh}"),
                    )
                    .remedy(
                        "give numbers anew in a step of its own, which keeps the state and its trail",
                        "请用单独的步骤换号，状态不变，并记入经过",
                    )
                    .procedure("T4"),
                );
            }
        }
    }
}
